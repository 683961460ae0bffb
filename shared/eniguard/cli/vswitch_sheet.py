"""What a state snapshot says of one vSwitch: who is in it, its reserved blocks, the next free prefixes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from eniguard.cli.ownership import Reported
from eniguard.facts.blocks import Piece, block
from eniguard.facts.free_blocks import free_prefixes, places
from eniguard.facts.kinds import CidrReservation, VSwitch
from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.rules.owners import eni_owner
from eniguard.rules.pfx.containment import ASSIGNED
from eniguard.rules.pfx.request import FAMILIES, Family
from eniguard.rules.pfx.reserved import in_use


class ReservationSheet(Struct, frozen=True):
    """One reserved block.

    ``assigned`` and ``available`` are the platform's own counts of prefixes. ``free`` and ``strays`` are
    counted here, from what the ENIs hold: places that a prefix fits into, and places that single addresses
    take.
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

    ``next_free`` are the lowest prefixes that could be asked for now; ``None``, with the reason in ``note``,
    when that is not known.
    """

    family: str
    cidr: str | None
    addresses: int | None
    prefixes: int | None
    reservations: list[ReservationSheet] | None
    next_free: list[str] | None
    note: str | None


class VSwitchSheet(Struct, frozen=True):
    """One vSwitch; ``managed_enis`` maps each managed ENI in it to the service behind it."""

    id: str
    vpc_id: str | None
    status: str | None
    enis: int | None
    managed_enis: dict[str, str | None] | None
    families: list[FamilySheet]
    findings: Sequence[Reported]


def vswitch_sheet(vswitch: VSwitch, view: View, findings: Sequence[Reported], *, most: int) -> VSwitchSheet:
    """What a view says of a vSwitch, with at most ``most`` free prefixes of each IP family."""
    listing = view.enis_by("vswitch", vswitch.id)
    enis = None if isinstance(listing, Unknown) else listing
    managed = None if enis is None else {eni.id: eni_owner(eni).service for eni in enis if eni.managed}
    return VSwitchSheet(
        id=vswitch.id,
        vpc_id=vswitch.vpc_id,
        status=vswitch.status,
        enis=None if enis is None else len(enis),
        managed_enis=managed,
        families=[_family(vswitch, family, view, most) for family in FAMILIES],
        findings=findings,
    )


def _family(vswitch: VSwitch, family: Family, view: View, most: int) -> FamilySheet:
    listing, used = view.reservations_of(vswitch.id), in_use(view, vswitch.id, family.number)
    pieces = None if isinstance(used, Unknown) else [one.piece for one in used]
    mine = None if isinstance(listing, Unknown) else [one for one in listing if one.family == family.number]
    found, note = None, _why_none(mine, listing, used, family)
    if mine is not None and pieces is not None and note is None:
        found = list(islice(_free(mine, pieces), most))
        note = None if found else f"every place in the reserved {family.label} blocks is taken"
    return FamilySheet(
        family=family.label,
        cidr=vswitch.block(family.number),
        addresses=None if pieces is None else sum(one.single for one in pieces),
        prefixes=None if pieces is None else sum(not one.single for one in pieces),
        reservations=None if mine is None else [_reservation(one, family, pieces) for one in mine],
        next_free=found,
        note=note,
    )


def _why_none(
    mine: Sequence[CidrReservation] | None, listing: object, used: object, family: Family
) -> str | None:
    """Why no free prefix can be named, as far as that is clear before looking for one."""
    if isinstance(listing, Unknown):
        return listing.reason
    if not any(_assigned(one) for one in mine or ()):
        return f"no reserved {family.label} block is Assigned; CreateVSwitchCidrReservation makes one"
    return used.reason if isinstance(used, Unknown) else None


def _free(reservations: Sequence[CidrReservation], pieces: Sequence[Piece]) -> Iterator[str]:
    """The free prefixes of all Assigned blocks, lowest first."""
    blocks = [block(one.cidr or "", one.family or 0) for one in reservations if _assigned(one)]
    for whole in sorted((one for one in blocks if one is not None), key=lambda one: one.first):
        yield from free_prefixes(whole, pieces)


def _assigned(one: CidrReservation) -> bool:
    return (one.status or "").lower() == ASSIGNED


def _reservation(one: CidrReservation, family: Family, pieces: Sequence[Piece] | None) -> ReservationSheet:
    whole = block(one.cidr or "", family.number)
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
