"""The reserved blocks of each vSwitch, as the rules of the sweep see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from eniguard.facts.blocks import BITS, Block, Piece, address, block, holding
from eniguard.facts.kinds import CidrReservation, Eni
from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.rules.pfx.containment import ASSIGNED

_Place = tuple[str, int]


class Reserved(Struct, frozen=True, gc=False):
    """The Assigned blocks of one vSwitch and IP family (4 or 6)."""

    vswitch_id: str
    family: int
    blocks: tuple[CidrReservation, ...]


class InUse(Struct, frozen=True, gc=False):
    """One prefix or address in use, and the ENI that holds it."""

    piece: Piece
    eni_id: str


def reserved(reservations: Sequence[CidrReservation]) -> Iterator[Reserved]:
    """The blocks that prefixes can be taken from, by vSwitch and family in the order of the listing.

    One whose record lacks its vSwitch, family or state is left out: nothing can be said about it.
    """
    found: dict[_Place, list[CidrReservation]] = {}
    for one in reservations:
        family = family_of(one)
        if one.vswitch_id and family and (one.status or "").lower() == ASSIGNED:
            found.setdefault((one.vswitch_id, family), []).append(one)
    for (vswitch_id, family), blocks in found.items():
        yield Reserved(vswitch_id, family, tuple(blocks))


def family_of(one: CidrReservation) -> int | None:
    """The IP family of a reserved block: by its record, or else by its block."""
    if one.family or not one.cidr:
        return one.family
    return next((family for family in BITS if block(one.cidr, family) is not None), None)


def may_serve(one: CidrReservation, family: int) -> bool:
    """Whether prefixes of a family come from a block, as far as its record tells."""
    return family_of(one) in (None, family) and (one.status or ASSIGNED).lower() == ASSIGNED


def doubtful(place: Reserved, reservations: Iterable[CidrReservation]) -> list[CidrReservation]:
    """The blocks that may be Assigned ones of the same vSwitch and family, though no record says so."""
    return [
        one
        for one in reservations
        if (one.vswitch_id or place.vswitch_id) == place.vswitch_id
        and may_serve(one, place.family)
        and not (one.vswitch_id and one.status and family_of(one))
    ]


def in_use(view: View, vswitch_id: str, family: int) -> list[InUse] | Unknown:
    """Every prefix and address that ENIs of a vSwitch hold, prefixes of each ENI first.

    Unknown when one of them is not named, or its text cannot be read: it may lie in any block.
    """
    enis = view.enis_by("vswitch", vswitch_id)
    if isinstance(enis, Unknown):
        return enis
    found: list[InUse] = []
    for eni in enis:
        prefixes, addresses = eni.prefixes(family), eni.addresses(family)
        if prefixes is None or addresses is None or _unnamed(eni, family):
            return Unknown(f"it is not known what {eni.id} holds")
        if family == 4 and not addresses:  # every ENI has a primary IPv4 address
            return Unknown(f"it is not known what {eni.id} holds: its record has no IPv4 address")
        held = holding(prefixes, addresses, family)
        if len(held.pieces) < len(prefixes) + len(addresses) or not _aligned(prefixes, family):
            return Unknown(f"it is not known what {eni.id} holds: its record has {_unread(eni, family)}")
        found.extend([InUse(piece, eni.id) for piece in held.pieces])
    return found


def block_of(reservation: CidrReservation, family: int) -> Block | None:
    """The block of a reservation; ``None`` where its record has none of the family, or one with host bits."""
    found = block(reservation.cidr or "", family)
    return found if found is not None and found.aligned else None


def _aligned(prefixes: Sequence[str], family: int) -> bool:
    blocks = [block(text, family) for text in prefixes]
    return all(one is not None and one.aligned for one in blocks)


def _unread(eni: Eni, family: int) -> str:
    """The first text of a record that is neither an aligned block nor an address."""
    for text in eni.prefixes(family) or ():
        if not _aligned((text,), family):
            return f"{text}, no IPv{family} prefix"
    texts = eni.addresses(family) or ()
    return f"{next(text for text in texts if address(text, family) is None)}, no IPv{family} address"


def _unnamed(eni: Eni, family: int) -> int:
    if family == 4:
        return eni.unnamed_ipv4_addresses + eni.unnamed_ipv4_prefixes
    return eni.unnamed_ipv6_addresses + eni.unnamed_ipv6_prefixes
