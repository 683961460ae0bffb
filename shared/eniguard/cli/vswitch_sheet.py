"""What a state snapshot says of one vSwitch: who is in it, its reserved blocks, the next free prefixes."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from eniguard.cli.free_places import next_free
from eniguard.cli.ownership import Reported
from eniguard.facts.blocks import Piece, block
from eniguard.facts.free_blocks import places
from eniguard.facts.kinds import CidrReservation, Eni, VSwitch
from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.rules.owners import eni_owner
from eniguard.rules.pfx.request import FAMILIES, Family
from eniguard.rules.pfx.reserved import block_of, family_of, in_use


class ReservationSheet(Struct, frozen=True):
    """One reserved block.

    ``assigned`` and ``available`` are the platform's own counts of prefixes. ``free`` and ``strays`` are
    counted here, from what the ENIs hold: places that a prefix fits into, and places that single addresses
    take. ``None`` is what is not known.
    """

    id: str
    cidr: str | None
    status: str | None
    assigned: int | None
    available: int | None
    free: int | None
    strays: int | None


class FamilySheet(Struct, frozen=True):
    """One IP family of a vSwitch.

    ``cidr`` is empty when the vSwitch has no block of the family. ``next_free`` are the lowest prefixes that
    could be asked for now: empty when there is none, ``None`` when that is not known; ``note`` then says why.
    Beside prefixes, ``note`` says of which reserved blocks nothing is known.
    """

    family: str
    cidr: str | None
    addresses: int | None
    prefixes: int | None
    reservations: list[ReservationSheet] | None
    next_free: list[str] | None
    note: str | None


class VSwitchSheet(Struct, frozen=True):
    """One vSwitch.

    ``managed_enis`` maps each managed ENI in it to the service behind it; ``unsure_enis`` are those that
    may be or not.
    """

    id: str
    vpc_id: str | None
    status: str | None
    enis: int | None
    managed_enis: dict[str, str | None] | None
    unsure_enis: list[str] | None
    families: list[FamilySheet]
    findings: Sequence[Reported]


def vswitch_sheet(vswitch: VSwitch, view: View, findings: Sequence[Reported], *, most: int) -> VSwitchSheet:
    """What a view says of a vSwitch, with at most ``most`` free prefixes of each IP family."""
    listing = _members(vswitch, view)
    enis = None if isinstance(listing, Unknown) else listing
    managed = None if enis is None else {eni.id: eni_owner(eni).service for eni in enis if eni.managed}
    return VSwitchSheet(
        id=vswitch.id,
        vpc_id=vswitch.vpc_id,
        status=vswitch.status,
        enis=None if enis is None else len(enis),
        managed_enis=managed,
        unsure_enis=None if enis is None else [eni.id for eni in enis if eni.managed is None],
        families=[_family(vswitch, family, view, listing, most) for family in FAMILIES],
        findings=findings,
    )


def _members(vswitch: VSwitch, view: View) -> tuple[Eni, ...] | Unknown:
    """The ENIs of a vSwitch; unknown when the record of an ENI that may be in it does not say where it is."""
    everyone = view.enis()
    if isinstance(everyone, Unknown):
        return everyone
    vpcs = (None, vswitch.vpc_id)
    lost = [
        eni.id
        for eni in everyone
        if eni.vswitch_id is None and (vswitch.vpc_id is None or eni.vpc_id in vpcs)
    ]
    if lost:
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        return Unknown(f"the vSwitch of {lost[0]}{more} is not given")
    return view.enis_by("vswitch", vswitch.id)


def _family(
    vswitch: VSwitch, family: Family, view: View, enis: tuple[Eni, ...] | Unknown, most: int
) -> FamilySheet:
    used = enis if isinstance(enis, Unknown) else in_use(view, vswitch.id, family.number)
    pieces = used if isinstance(used, Unknown) else [one.piece for one in used]
    known = None if isinstance(pieces, Unknown) else pieces
    listing = view.reservations()
    theirs = listing if isinstance(listing, Unknown) else [one for one in listing if _may_be_in(vswitch, one)]
    found = next_free(vswitch, family, theirs, pieces, most)
    return FamilySheet(
        family=family.label,
        cidr=vswitch.block(family.number),
        addresses=None if known is None else sum(one.single for one in known),
        prefixes=None if known is None else sum(not one.single for one in known),
        reservations=None if isinstance(theirs, Unknown) else _reservations(theirs, family, known),
        next_free=found.prefixes,
        note=found.note,
    )


def _may_be_in(vswitch: VSwitch, one: CidrReservation) -> bool:
    """Whether a reserved block is of a vSwitch; one whose record does not say so may lie in its block."""
    if one.vswitch_id:
        return one.vswitch_id == vswitch.id
    family = family_of(one)
    if family is None:
        return True
    whole, inner = block(vswitch.block(family) or "", family), block_of(one, family)
    return whole is None or inner is None or whole.contains(inner)


def _reservations(
    listing: Sequence[CidrReservation], family: Family, pieces: Sequence[Piece] | None
) -> list[ReservationSheet]:
    """The blocks of a family that are certainly of the vSwitch."""
    mine = [one for one in listing if one.vswitch_id and family_of(one) == family.number]
    return [_reservation(one, family, pieces) for one in mine]


def _reservation(one: CidrReservation, family: Family, pieces: Sequence[Piece] | None) -> ReservationSheet:
    whole = block_of(one, family.number)
    found = None if whole is None or pieces is None else places(whole, pieces)
    return ReservationSheet(
        id=one.id,
        cidr=one.cidr,
        status=one.status,
        assigned=one.assigned,
        available=one.available,
        free=None if found is None else found.free,
        strays=None if found is None else found.strays,
    )
