"""The places for prefixes in a reserved block: how they are used, and which are free."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from msgspec import Struct

from eniguard.facts.blocks import BITS, Block, Piece

#: The mask of a prefix by IP family (seed 002, Limitations: IP addresses).
PREFIX_LENGTHS = {4: 28, 6: 80}


class Places(Struct, frozen=True, gc=False):
    """How the places for prefixes in a reserved block are used.

    ``total`` places are aligned blocks of the prefix mask; ``prefixes`` of them hold a prefix, ``strays``
    hold single addresses and no prefix, so that none fits there.
    """

    total: int
    prefixes: int
    strays: int

    @property
    def free(self) -> int:
        """Places that a prefix fits into."""
        return self.total - self.prefixes - self.strays


def places(reserved: Block, pieces: Iterable[Piece]) -> Places:
    """How the places of a reserved block are used.

    Parameters
    ----------
    reserved
        The reserved block; one that is smaller than a prefix has no place for any.
    pieces
        The prefixes and addresses in use in the vSwitch, of the same IP family.
    """
    total = _total(reserved)
    inside = [piece for piece in pieces if total and _meets(piece, reserved)]
    held = _joined(_numbers(piece, reserved) for piece in inside if not piece.single)
    singles = {_numbers(piece, reserved)[0] for piece in inside if piece.single}
    starts = [first for first, _ in held]
    strays = sum(not _covered(one, held, starts) for one in singles)
    return Places(total, sum(last - first + 1 for first, last in held), strays)


def free_prefixes(reserved: Block, pieces: Iterable[Piece]) -> Iterator[str]:
    """The prefixes that fit into a reserved block, lowest first; arguments as for `places`."""
    low = _low_bits(reserved)
    taken = _joined(_numbers(piece, reserved) for piece in pieces if _meets(piece, reserved))
    number = reserved.first >> low
    end = number + _total(reserved)
    for first, last in (*taken, (end, end)):
        while number < first:
            yield _prefix(reserved.family, number << low)
            number += 1
        number = max(number, last + 1)


def _total(reserved: Block) -> int:
    return (reserved.last + 1 - reserved.first) >> _low_bits(reserved)


def _meets(piece: Piece, reserved: Block) -> bool:
    return piece.first <= reserved.last and reserved.first <= piece.last


def _numbers(piece: Piece, reserved: Block) -> tuple[int, int]:
    """The first and the last place of a reserved block that a piece touches."""
    low = _low_bits(reserved)
    return max(piece.first, reserved.first) >> low, min(piece.last, reserved.last) >> low


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges in order, those that touch or overlap made one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _covered(number: int, ranges: list[tuple[int, int]], starts: list[int]) -> bool:
    place = bisect_right(starts, number) - 1
    return place >= 0 and number <= ranges[place][1]


def _prefix(family: int, first: int) -> str:
    size = 1 << (BITS[family] - PREFIX_LENGTHS[family])
    return Block(family, PREFIX_LENGTHS[family], first, first + size - 1).text


def _low_bits(reserved: Block) -> int:
    return BITS[reserved.family] - PREFIX_LENGTHS[reserved.family]
