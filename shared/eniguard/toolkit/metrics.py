"""Metrics as JSON lines that Log Service can query; what a call counts is written once, at its end."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from types import TracebackType
from typing import Literal

from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.toolkit.logger import Logger

Unit = Literal["count", "seconds", "bytes", "percent"]
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
#: Values of dimensions come from outside as well (a region, a way): they are cut, and only so many are told
#: apart.
_LONGEST_VALUE = 128
MOST_SERIES = 500
#: The names of a line's own fields.
_TAKEN = frozenset(("metric", "unit", "count", "sum", "min", "max"))


class _Sum(Struct):
    unit: Unit
    count: int
    sum: float
    min: float
    max: float


class Metrics:
    """Counts and measures during one call of a function, and writes a line for each series at its end.

    A line has ``metric``, ``unit``, ``count`` (how often), ``sum``, ``min``, ``max``, and a field for each
    dimension. Use it as a context manager, or call `flush`; `guard_handler` does.

    Parameters
    ----------
    logger
        What writes the lines, with its request id and function; one of its own by default.
    dimensions
        Fields of every line.
    enabled
        ``False``: nothing is kept and nothing is written.
    clock
        Gives seconds since 1970 (UTC).

    Examples
    --------
    >>> import io, json
    >>> lines = io.StringIO()
    >>> with Metrics(Logger(stream=lines)) as metrics:
    ...     metrics.add("findings", rule="ENI001")
    >>> line = json.loads(lines.getvalue())
    >>> line["metric"], line["sum"], line["rule"]
    ('findings', 1, 'ENI001')
    """

    __slots__ = ("_clock", "_dimensions", "_left_out", "_logger", "_sums", "enabled")

    def __init__(
        self,
        logger: Logger | None = None,
        *,
        dimensions: dict[str, str] | None = None,
        enabled: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.enabled = enabled
        self._logger = Logger(clock=clock) if logger is None else logger
        self._dimensions = {name: _value(name, value) for name, value in (dimensions or {}).items()}
        self._clock = clock
        self._sums: dict[tuple[str, tuple[tuple[str, str], ...]], _Sum] = {}
        self._left_out = 0

    def add(self, metric: str, value: float = 1, unit: Unit = "count", /, **dimensions: str | None) -> None:
        """Count or measure once.

        Parameters
        ----------
        metric
            Lower-case words joined by underscores.
        value
            How much, in ``unit``.
        unit
            The same for every value of a metric.
        dimensions
            What tells series of the metric apart; ``None`` leaves one out. Use few, with few values each:
            of more than 500 series in a call only the number of values is told.

        Raises
        ------
        ConfigError
            A name that is none, a value that is no finite number, another unit than before.
        """
        if not self.enabled:
            return
        if not _NAME.fullmatch(metric):
            raise ConfigError(f"{metric!r} cannot name a metric: take lower-case words joined by underscores")
        if not math.isfinite(value):
            raise ConfigError(f"the value of the metric {metric} is not a finite number")
        told = ((name, _value(name, given)) for name, given in dimensions.items() if given is not None)
        self._count((metric, tuple(sorted(told))), value, unit)

    def elapsed(self, metric: str, since: float, /, **dimensions: str | None) -> None:
        """Measure the seconds from a time (in seconds since 1970, UTC) to now; from a time to come, zero."""
        self.add(metric, max(0.0, self._clock() - since), "seconds", **dimensions)

    def event_to_decision(self, event_time: float, /, **dimensions: str | None) -> None:
        """Measure how long after an event (its time in seconds since 1970, UTC) it is decided: now."""
        self.elapsed("event_to_decision", event_time, **dimensions)

    def flush(self, logger: Logger | None = None) -> None:
        """Write what was counted since the last time, by another logger if one is given."""
        sums, self._sums = self._sums, {}
        left_out, self._left_out = self._left_out, 0
        write = (self._logger if logger is None else logger).write
        for (metric, told), held in sums.items():
            write("metric", metric=metric, **_shown(held), **{**self._dimensions, **dict(told)})
        if left_out:
            write("metrics_left_out", values=left_out, most_series=MOST_SERIES)

    def __enter__(self) -> Metrics:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()

    def _count(self, series: tuple[str, tuple[tuple[str, str], ...]], value: float, unit: Unit) -> None:
        held = self._sums.get(series)
        if held is None:
            if len(self._sums) >= MOST_SERIES:
                self._left_out += 1
                return
            self._sums[series] = _Sum(unit, 1, value, value, value)
            return
        if held.unit != unit:
            raise ConfigError(f"the metric {series[0]} is counted in {held.unit}, not in {unit}")
        held.count += 1
        held.sum += value
        held.min = min(held.min, value)
        held.max = max(held.max, value)


def _value(name: str, value: str) -> str:
    if name in _TAKEN or not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot name a dimension: take lower-case words that are no field of a metric"
        )
    return str(value)[:_LONGEST_VALUE]


def _shown(held: _Sum) -> dict[str, float | str]:
    """The values, in microseconds or finer where they are measured."""
    return {
        "unit": held.unit,
        "count": held.count,
        "sum": round(held.sum, 6),
        "min": round(held.min, 6),
        "max": round(held.max, 6),
    }
