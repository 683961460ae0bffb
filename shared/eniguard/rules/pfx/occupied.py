"""The addresses that the ENIs of a vSwitch hold, kept while its listing changes from call to call."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache, partial
from itertools import islice

from eniguard.facts.blocks import MOST_HOLDINGS, Block, Holding, holding
from eniguard.facts.kinds import AnyResource, Eni
from eniguard.rules.tallies import Tallies


class Occupied:
    """What the ENIs of a vSwitch hold of one family; a `Tally`.

    ``untold`` is how many ENIs do not tell what they hold.
    """

    __slots__ = ("_come", "_family", "_holdings", "_left", "_longest", "_ranges", "untold")

    def __init__(self, family: int) -> None:
        self._family = family
        self._holdings: dict[int, Holding | None] = {}
        self._come: list[Holding] = []
        self._left: list[Holding] = []
        self._ranges: list[tuple[int, int]] = []
        self._longest = 0
        self.untold = 0

    def add(self, one: AnyResource) -> None:
        """Take in what one ENI holds."""
        if not isinstance(one, Eni):
            return
        held = self._holdings[id(one)] = _holding(one, self._family)
        if held is None:
            self.untold += 1
        else:
            self._come.append(held)

    def drop(self, one: AnyResource) -> None:
        """Take out what one ENI held."""
        if not isinstance(one, Eni):
            return
        held = self._holdings.pop(id(one))
        if held is None:
            self.untold -= 1
        else:
            self._left.append(held)

    def settle(self) -> None:
        """Take what came and left into the ranges in use; to be called before these are asked for.

        Most ENIs that change hold the same as before: of those nothing is taken out and put in again.
        """
        if not self._come and not self._left:
            return
        left: dict[int, list[Holding]] = {}
        for held in self._left:
            left.setdefault(id(held), []).append(held)
        come: list[Holding] = []
        for held in self._come:
            if same := left.get(id(held)):
                same.pop()
            else:
                come.append(held)
        for gone in left.values():
            self._take_out(gone)
        self._put_in(come)
        self._come, self._left = [], []

    def _take_out(self, gone: list[Holding]) -> None:
        ranges = self._ranges
        for held in gone:
            for piece in held.pieces:
                del ranges[bisect_left(ranges, (piece.first, piece.last))]

    def _put_in(self, come: list[Holding]) -> None:
        ranges, longest = self._ranges, self._longest
        for held in come:
            for piece in held.pieces:
                ranges.append((piece.first, piece.last))
                longest = max(longest, piece.last - piece.first)
        ranges.sort()
        self._longest = longest

    def held_by(self, eni: Eni) -> Holding | None:
        """What one of the ENIs holds; ``None`` when that is not known."""
        return self._holdings[id(eni)]

    def meets(self, wanted: Block) -> bool:
        """Whether a range in use shares an address with a block."""
        ranges = self._ranges
        # Those that begin earlier end before the block does.
        start = bisect_left(ranges, (wanted.first - self._longest, 0))
        for first, last in islice(ranges, start, None):
            if first > wanted.last:
                return False
            if last >= wanted.first:
                return True
        return False


def _holding(eni: Eni, family: int) -> Holding | None:
    prefixes, addresses = eni.prefixes(family), eni.addresses(family)
    return None if prefixes is None or addresses is None else _parsed(prefixes, addresses, family)


#: Most changes to an ENI leave its addresses as they were.
_parsed = lru_cache(maxsize=MOST_HOLDINGS)(holding)

_OCCUPIED = {family: Tallies(partial(Occupied, family)) for family in (4, 6)}


def occupied(vswitch_id: str, family: int, enis: tuple[AnyResource, ...]) -> Occupied:
    """What a complete listing of the ENIs of a vSwitch holds; to be read before the next call for it."""
    found = _OCCUPIED[family].of(vswitch_id, enis)
    found.settle()
    return found
