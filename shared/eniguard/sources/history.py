"""The windows of the rules that look across events, in memory."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable

from eniguard.model import History, Observation

#: At most this many series are kept; the longest unmarked one goes first.
MOST_SERIES = 100_000
#: At most this many marks are kept in one series; counts above it say "at least".
MOST_MARKS = 10_000


class MemoryHistory:
    """Series of marks with a window each.

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
        if series is None:
            series = self._series[mark.series] = _Series()
            if len(self._series) > self._most:
                self._series.popitem(last=False)
        self._series.move_to_end(mark.series)
        return series.mark(mark)


class _Series:
    """The marks of one series, oldest first."""

    __slots__ = ("_marks", "_values")

    def __init__(self) -> None:
        self._marks: OrderedDict[str, Observation] = OrderedDict()
        self._values: Counter[str] = Counter()

    def mark(self, mark: Observation) -> History:
        if mark.member not in self._marks:
            self._marks[mark.member] = mark
            self._values[mark.value] += 1
        while self._oldest().at < mark.at - mark.window or len(self._marks) > MOST_MARKS:
            self._drop_oldest()
        newest = next(reversed(self._marks.values()))
        return History(len(self._marks), len(self._values), self._oldest().at, newest.at)

    def _oldest(self) -> Observation:
        return next(iter(self._marks.values()))

    def _drop_oldest(self) -> None:
        _, gone = self._marks.popitem(last=False)
        self._values[gone.value] -= 1
        if not self._values[gone.value]:
            del self._values[gone.value]
