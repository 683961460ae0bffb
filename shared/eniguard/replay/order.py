"""Event order out of arrival order: duplicates dropped, a reorder window, late arrivals marked.

Both take what arrives many at a time: a replay has hundreds of events at hand, and most of what is asked of
each of them can be asked of all at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, compress
from operator import ge, itemgetter
from typing import Generic, TypeVar

#: Events this much older than the newest one are decided (design, "State snapshot"), in seconds.
REORDER_WINDOW = 600.0
#: Event ids kept per generation; two generations are kept, about 65 bytes an id.
DEDUPE_GENERATION = 400_000

_Item = TypeVar("_Item")
#: What arrives: the time of the event in seconds, its place in the whole input, and the item itself.
Arrival = tuple[float, int, _Item]
#: What comes out: the place of the arrival that let it out, whether it is late, and the item.
Released = tuple[int, bool, _Item]

_AT = itemgetter(0)


class Seen:
    """A bounded memory of event ids: the last one to two generations of them.

    Parameters
    ----------
    generation
        How many ids one generation holds.
    """

    __slots__ = ("_generation", "_new", "_old")

    def __init__(self, generation: int = DEDUPE_GENERATION) -> None:
        self._generation = generation
        self._new: set[int] = set()
        self._old: set[int] = set()

    def add(self, event_ids: Sequence[str]) -> list[bool]:
        """Whether each id is new, one after the other; all are remembered."""
        keys = list(map(hash, event_ids))
        distinct = set(keys)
        if (
            len(distinct) == len(keys)
            and len(self._new) + len(keys) < self._generation
            and self._new.isdisjoint(distinct)
            and self._old.isdisjoint(distinct)
        ):
            self._new |= distinct
            return [True] * len(keys)
        return [self._add(key) for key in keys]

    def _add(self, key: int) -> bool:
        if key in self._new or key in self._old:
            return False
        self._new.add(key)
        if len(self._new) >= self._generation:
            self._old, self._new = self._new, set()
        return True


class ReorderWindow(Generic[_Item]):
    """Holds items until everything that may come before them has come.

    Items come out in the order of their time, ties in the order of arrival. An item older than what has
    already come out is late, and comes out at once.

    Parameters
    ----------
    window
        How long an item is held, in seconds of event time.
    """

    __slots__ = ("_held", "_newest", "_window")

    def __init__(self, window: float = REORDER_WINDOW) -> None:
        self._window = window
        #: In the order of their time and place.
        self._held: list[Arrival[_Item]] = []
        self._newest = float("-inf")

    def arrive(self, arrivals: Sequence[Arrival[_Item]]) -> list[Released[_Item]]:
        """The items that arrivals let out, in this order; as if they came one by one."""
        times = list(map(_AT, arrivals))
        newest = list(accumulate(times, max, initial=self._newest))
        # What is older than this is out: before the first arrival, then after each of them.
        limits = [one - self._window for one in newest]
        self._newest = newest[-1]
        punctual = list(map(ge, times, limits))
        self._hold(list(compress(arrivals, punctual)))
        released = [
            (arrivals[bisect_right(limits, at) - 1][1], False, item)
            for at, _, item in self._older(limits[-1])
        ]
        if not all(punctual):
            held = zip(arrivals, punctual, strict=True)
            released += [(place, True, item) for (_, place, item), in_time in held if not in_time]
            released.sort(key=itemgetter(0))
        return released

    def flush(self) -> list[Arrival[_Item]]:
        """Everything still held, in order."""
        return self._older(float("inf"))

    def _hold(self, arrivals: list[Arrival[_Item]]) -> None:
        if arrivals:
            held = self._held
            start = bisect_left(held, min(arrivals))  # what is held before all of them stays where it is
            held[start:] = sorted(held[start:] + arrivals)

    def _older(self, limit: float) -> list[Arrival[_Item]]:
        """Give up what is held from before ``limit``."""
        held = self._held
        until = bisect_left(held, limit, key=_AT)
        older = held[:until]
        del held[:until]
        return older
