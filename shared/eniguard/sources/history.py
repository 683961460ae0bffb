"""The windows of the rules that look across events, in memory."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Iterable

from eniguard.model import Earlier, History, Observation

#: At most this many series are kept; the longest unmarked one goes first.
MOST_SERIES = 100_000


class MemoryHistory:
    """Series of marks with a window each.

    The window of a series ends with the newest of its marks. A mark that arrives late still counts, and is
    counted with, while it lies in that window: what a series holds is told to whichever event completes it.
    One that is older stands alone, and leaves the series as it is. A member that comes again is given what it
    was given the first time, so that an event that is decided once more is decided the same.

    Parameters
    ----------
    most
        How many series are kept.
    """

    def __init__(self, most: int = MOST_SERIES) -> None:
        self._most = most
        self._series: OrderedDict[str, _Series] = OrderedDict()

    def observe(self, observations: Iterable[Observation]) -> dict[str, History]:
        """Set the marks (a member counts once) and give back what their series then hold."""
        return {mark.series: self._one(mark) for mark in observations}

    def _one(self, mark: Observation) -> History:
        series = self._series.get(mark.series)
        if series is not None:
            self._series.move_to_end(mark.series)
            return series.mark(mark)
        series = self._series[mark.series] = _Series(mark)
        if len(self._series) > self._most:
            self._series.popitem(last=False)
        return series.latest[1]


#: What is kept of a mark: its value, and what it was given.
_Kept = tuple[str, History]


class _Series:
    """The marks of one series, which begins with one: most never see another."""

    __slots__ = ("_ages", "_marks", "_newest", "_values", "latest")

    def __init__(self, mark: Observation) -> None:
        #: The last mark that was kept.
        self.latest: _Kept = (mark.value, History(1, 1, mark.at, mark.at))
        self._marks = {mark.member: self.latest}
        self._values = {mark.value: 1}
        #: The times of the marks with their members, the oldest first (a heap: marks may arrive late).
        self._ages = [(mark.at, mark.member)]
        self._newest = mark.at

    def mark(self, mark: Observation) -> History:
        kept = self._marks.get(mark.member)
        if kept is not None:
            return kept[1]
        newest = max(self._newest, mark.at)
        limit = newest - mark.window
        if mark.at < limit:
            return History(1, 1, mark.at, mark.at)
        while self._ages and (self._ages[0][0] < limit or len(self._ages) >= mark.most):
            self._forget_oldest()
        previous = self._previous() if self._marks else None
        self._newest = newest
        heapq.heappush(self._ages, (mark.at, mark.member))
        self._values[mark.value] = self._values.get(mark.value, 0) + 1
        given = History(len(self._ages), len(self._values), self._ages[0][0], newest, previous)
        self.latest = self._marks[mark.member] = (mark.value, given)
        return given

    def _previous(self) -> Earlier:
        value, given = self.latest
        return Earlier(value, given.count, given.distinct)

    def _forget_oldest(self) -> None:
        _, member = heapq.heappop(self._ages)
        value, _ = self._marks.pop(member)
        self._values[value] -= 1
        if not self._values[value]:
            del self._values[value]
