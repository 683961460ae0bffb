"""The reserved blocks of each vSwitch, as the rules of the sweep see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from eniguard.facts.blocks import Piece, holding
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
        if one.vswitch_id and one.family and (one.status or "").lower() == ASSIGNED:
            found.setdefault((one.vswitch_id, one.family), []).append(one)
    for (vswitch_id, family), blocks in found.items():
        yield Reserved(vswitch_id, family, tuple(blocks))


def in_use(view: View, vswitch_id: str, family: int) -> list[InUse] | Unknown:
    """Every prefix and address that ENIs of a vSwitch hold, prefixes of each ENI first."""
    enis = view.enis_by("vswitch", vswitch_id)
    if isinstance(enis, Unknown):
        return enis
    found: list[InUse] = []
    for eni in enis:
        prefixes, addresses = eni.prefixes(family), eni.addresses(family)
        if prefixes is None or addresses is None or _unnamed(eni, family):
            return Unknown(f"it is not known what {eni.id} holds")
        held = holding(prefixes, addresses, family)
        found.extend([InUse(piece, eni.id) for piece in held.pieces])
    return found


def _unnamed(eni: Eni, family: int) -> int:
    if family == 4:
        return eni.unnamed_ipv4_addresses + eni.unnamed_ipv4_prefixes
    return eni.unnamed_ipv6_addresses + eni.unnamed_ipv6_prefixes
