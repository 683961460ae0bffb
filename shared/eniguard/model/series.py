"""The marks of one series, and what a mark is given back: plain data, kept by whoever keeps windows."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from eniguard.model.history import Earlier, History, Observation

#: What is kept of a mark: its value, and what it was given.
Kept = tuple[str, History]


class Series:
    """The marks of one series, which begins with one: most never see another.

    The window of a series ends with the newest of its marks. A mark that arrives late still counts, and is
    counted with, while it lies in that window: what a series holds is told to whichever event completes it.
    One that is older stands alone, and leaves the series as it is. A member that comes again is given what it
    was given the first time, so that an event that is decided once more is decided the same.
    """

    __slots__ = ("_ages", "_marks", "_values", "latest", "newest")

    def __init__(self, mark: Observation) -> None:
        #: The last mark that was kept.
        self.latest: Kept = (mark.value, History(1, 1, mark.at, mark.at))
        self._marks = {mark.member: self.latest}
        self._values = {mark.value: 1}
        #: The times of the marks with their members, the oldest first (a heap: marks may arrive late).
        self._ages = [(mark.at, mark.member)]
        self.newest = mark.at

    @classmethod
    def of(cls, marks: Iterable[tuple[float, str, Kept]], latest: Kept, newest: float) -> Series:
        """The series that `marks`, ``latest`` and ``newest`` of another one tell of."""
        series = cls.__new__(cls)
        series.latest, series.newest = latest, newest
        series._marks, series._values, series._ages = {}, {}, []
        for at, member, kept in marks:
            series._marks[member] = kept
            series._values[kept[0]] = series._values.get(kept[0], 0) + 1
            series._ages.append((at, member))
        heapq.heapify(series._ages)
        return series

    def marks(self) -> list[tuple[float, str, Kept]]:
        """The marks in the window with their times and members, the oldest first."""
        return [(at, member, self._marks[member]) for at, member in sorted(self._ages)]

    def given(self, member: str) -> History | None:
        """What a member that is in the window was given; ``None`` when it is not."""
        kept = self._marks.get(member)
        return None if kept is None else kept[1]

    def too_late(self, mark: Observation) -> bool:
        """Whether a mark is older than the window."""
        return mark.at < self.newest - mark.window

    def mark(self, mark: Observation) -> History:
        """Set a mark, and give back what the series then holds."""
        kept = self._marks.get(mark.member)
        if kept is not None:
            return kept[1]
        newest = max(self.newest, mark.at)
        limit = newest - mark.window
        if mark.at < limit:
            return History(1, 1, mark.at, mark.at)
        while self._ages and (self._ages[0][0] < limit or len(self._ages) >= mark.most):
            self.forget_oldest()
        previous = self._previous() if self._marks else None
        self.newest = newest
        heapq.heappush(self._ages, (mark.at, mark.member))
        self._values[mark.value] = self._values.get(mark.value, 0) + 1
        given = History(len(self._ages), len(self._values), self._ages[0][0], newest, previous)
        self.latest = self._marks[mark.member] = (mark.value, given)
        return given

    def forget_oldest(self) -> None:
        """Let the oldest mark go."""
        _, member = heapq.heappop(self._ages)
        value, _ = self._marks.pop(member)
        self._values[value] -= 1
        if not self._values[value]:
            del self._values[value]

    def _previous(self) -> Earlier:
        value, given = self.latest
        return Earlier(value, given.count, given.distinct)
