"""The windows of the rules that look across events, in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from eniguard.model import History, Observation, Series

#: At most this many series are kept; the longest unmarked one goes first.
MOST_SERIES = 100_000


class MemoryHistory:
    """Series of marks with a window each, as `Series` counts them.

    Parameters
    ----------
    most
        How many series are kept.
    """

    def __init__(self, most: int = MOST_SERIES) -> None:
        self._most = most
        self._series: OrderedDict[str, Series] = OrderedDict()

    def observe(self, observations: Iterable[Observation]) -> dict[str, History]:
        """Set the marks (a member counts once) and give back what their series then hold."""
        return {mark.series: self._one(mark) for mark in observations}

    def _one(self, mark: Observation) -> History:
        series = self._series.get(mark.series)
        if series is not None:
            self._series.move_to_end(mark.series)
            return series.mark(mark)
        series = self._series[mark.series] = Series(mark)
        if len(self._series) > self._most:
            self._series.popitem(last=False)
        return series.latest[1]
