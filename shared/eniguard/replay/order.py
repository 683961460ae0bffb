"""Event order out of arrival order: duplicates dropped, a reorder window, late arrivals marked."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Generic, TypeVar

#: Events this much older than the newest one are decided (design, "State snapshot"), in seconds.
REORDER_WINDOW = 600.0
#: Event ids kept per generation; two generations are kept, about 65 bytes an id.
DEDUPE_GENERATION = 400_000

_Item = TypeVar("_Item")


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

    def add(self, event_id: str) -> bool:
        """Whether the id is new; it is remembered either way."""
        key = hash(event_id)
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
        self._held: list[tuple[float, int, _Item]] = []
        self._newest = float("-inf")

    def arrive(self, at: float, position: int, item: _Item) -> list[tuple[_Item, bool]]:
        """The items that an arrival lets out, each with whether it is late.

        Parameters
        ----------
        at
            The time of the event, in seconds.
        position
            The place of the item in the whole input, from 0.
        item
            What arrived.
        """
        if at < self._newest - self._window:
            return [(item, True)]
        held = self._held
        heapq.heappush(held, (at, position, item))
        out = []
        if at > self._newest:
            self._newest = at
            limit = at - self._window
            while held[0][0] < limit:
                out.append((heapq.heappop(held)[2], False))
        return out

    def flush(self) -> Iterator[tuple[float, int, _Item]]:
        """Everything still held, in order, with its time and position."""
        while self._held:
            yield heapq.heappop(self._held)
