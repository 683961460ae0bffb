"""Event order out of arrival order: duplicates dropped, a reorder window, late arrivals marked.

Both take what arrives many at a time: a replay has hundreds of events at hand, and most of what is asked of
each of them can be asked of all at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from operator import itemgetter
from typing import Any, Generic, TypeVar

#: Events this much older than the newest one are decided (design, "State snapshot"), in seconds.
REORDER_WINDOW = 600.0
#: Event ids kept per generation; two generations are kept, about 65 bytes an id.
DEDUPE_GENERATION = 400_000

#: What arrives: the time of the event in seconds, its place in the whole input, and whatever else.
_Arrival = TypeVar("_Arrival", bound="tuple[Any, ...]")
#: What comes out: the place of the arrival that let it out, whether it is late, and what had arrived.
Released = tuple[int, bool, _Arrival]

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


class ReorderWindow(Generic[_Arrival]):
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
        self._held: list[_Arrival] = []
        self._newest = float("-inf")

    def arrive(self, arrivals: Sequence[_Arrival]) -> list[Released[_Arrival]]:
        """What arrivals let out, in this order; as if they came one by one."""
        times = list(map(_AT, arrivals))
        newest = list(accumulate(times, max, initial=self._newest))
        # What is older than this is out: before the first arrival, then after each of them.
        limits = [one - self._window for one in newest]
        self._newest = newest[-1]
        oldest = min(times, default=limits[-1])
        punctual, late = (arrivals, []) if oldest >= limits[-1] else _parted(arrivals, limits)
        self._hold(punctual, oldest)
        released = [
            (arrivals[bisect_right(limits, one[0]) - 1][1], False, one) for one in self._older(limits[-1])
        ]
        if late:
            released += late
            released.sort(key=itemgetter(0))
        return released

    def flush(self) -> list[_Arrival]:
        """Everything still held, in order."""
        return self._older(float("inf"))

    def _hold(self, arrivals: Sequence[_Arrival], oldest: float) -> None:
        """Hold arrivals, none of which is from before ``oldest``."""
        held = self._held
        start = bisect_left(held, oldest, key=_AT)  # what is held before all of them stays where it is
        held[start:] = sorted([*held[start:], *arrivals])

    def _older(self, limit: float) -> list[_Arrival]:
        """Give up what is held from before ``limit``."""
        held = self._held
        until = bisect_left(held, limit, key=_AT)
        older = held[:until]
        del held[:until]
        return older


def _parted(
    arrivals: Sequence[_Arrival], limits: Sequence[float]
) -> tuple[list[_Arrival], list[Released[_Arrival]]]:
    """The punctual ones of arrivals, and the late ones as what comes out at once."""
    both = list(zip(arrivals, limits, strict=False))
    return [one for one, limit in both if one[0] >= limit], [
        (one[1], True, one) for one, limit in both if one[0] < limit
    ]
