"""The next free prefixes of a vSwitch, and why they are not known, or not all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from eniguard.facts.blocks import Block, Piece
from eniguard.facts.free_blocks import free_prefixes
from eniguard.facts.kinds import CidrReservation, VSwitch
from eniguard.facts.refs import Unknown
from eniguard.rules.pfx.request import Family
from eniguard.rules.pfx.reserved import block_of, family_of, may_serve

#: So many blocks with one and the same gap in their records are named.
MOST_NAMED = 5


class NextFree(Struct, frozen=True, gc=False):
    """The lowest free prefixes of one IP family, and what there is to say of them.

    ``prefixes`` is empty when there is none, ``None`` when that is not known. ``note`` says why there is none
    or why it is not known; beside prefixes it says of which blocks nothing is known.
    """

    prefixes: list[str] | None
    note: str | None


def next_free(
    vswitch: VSwitch,
    family: Family,
    reservations: Sequence[CidrReservation] | Unknown,
    used: Sequence[Piece] | Unknown,
    most: int,
) -> NextFree:
    """The lowest free prefixes.

    Parameters
    ----------
    vswitch, family
        Whose prefixes, and of which IP family.
    reservations
        The reserved blocks of the vSwitch, and those that may be of it: of any family.
    used
        The prefixes and addresses that its ENIs hold, of this family.
    most
        So many are named at the most.
    """
    if isinstance(reservations, Unknown):
        return NextFree(None, reservations.reason)
    serving = [one for one in reservations if may_serve(one, family.number)]
    if not serving:
        return NextFree([], _none_assigned(vswitch, family))
    gaps = {one.id: gap for one in serving if (gap := _gap(one, family))}
    if isinstance(used, Unknown):
        return NextFree(None, used.reason)
    known = [block_of(one, family.number) for one in serving if one.id not in gaps]
    found = list(islice(_free([one for one in known if one is not None], used), most))
    if gaps:
        return NextFree(found or None, _told(gaps))
    return NextFree(found, None if found else f"no place is free in the reserved {family.label} blocks")


def _gap(one: CidrReservation, family: Family) -> str | None:
    """What is missing to tell whether prefixes come from a block, and which; ids go into the braces."""
    if not one.vswitch_id:
        return "the vSwitch of {} is not given"
    if family_of(one) is None:
        return "the IP family of {} is not given"
    if not one.status:
        return "the state of {} is not given (Assigned or not)"
    if not one.cidr:
        return "the block of {} is not given"
    if block_of(one, family.number) is None:
        return f"the block of {{}} is not aligned, or no {family.label} block"
    return None


def _told(gaps: Mapping[str, str]) -> str:
    """The gaps in words, each with the blocks that have it."""
    parts = []
    for gap in dict.fromkeys(gaps.values()):
        ids = [one for one, its in gaps.items() if its == gap]
        more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
        parts.append(gap.format(", ".join(ids[:MOST_NAMED]) + more))
    return "; ".join(parts)


def _none_assigned(vswitch: VSwitch, family: Family) -> str:
    if vswitch.block(family.number) == "":
        return f"the vSwitch has no {family.label} block"
    return f"no reserved {family.label} block is Assigned; CreateVSwitchCidrReservation makes one"


def _free(blocks: Iterable[Block], pieces: Sequence[Piece]) -> Iterator[str]:
    """The free prefixes of some blocks, lowest first and each once: one block may lie in another."""
    reached = -1
    for whole in sorted(blocks, key=lambda one: (one.first, -one.last)):
        if whole.last > reached:
            reached = whole.last
            yield from free_prefixes(whole, pieces)
