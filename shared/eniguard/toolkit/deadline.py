"""How much of a function's time is left.

The contexts of Function Compute do not say how much time remains; the timeout of the function and the time
the call began do.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from eniguard.toolkit.context import FcContext

#: Seconds kept back for what has to be done after the work: marks, log lines, the answer. A choice of this
#: project; the default timeout of a function is three seconds (docs/sources.md, Function Compute).
MARGIN = 1.0


class Deadline:
    """The time by which the work of one call has to be done.

    Parameters
    ----------
    at
        Seconds since 1970 (UTC); ``None`` if there is no deadline.
    clock
        Gives seconds since 1970 (UTC).

    Examples
    --------
    >>> deadline = Deadline.of(FcContext(timeout=60), started=1000.0, clock=lambda: 1010.0)
    >>> deadline.at, deadline.remaining()
    (1059.0, 49.0)
    """

    __slots__ = ("_clock", "at")

    def __init__(self, at: float | None, *, clock: Callable[[], float] = time.time) -> None:
        self.at = at
        self._clock = clock

    @classmethod
    def of(
        cls,
        context: FcContext,
        *,
        started: float | None = None,
        margin: float = MARGIN,
        clock: Callable[[], float] = time.time,
    ) -> Deadline:
        """The deadline of a call.

        Parameters
        ----------
        context
            The call; without a timeout in it there is no deadline.
        started
            When the call began, in seconds since 1970 (UTC); now by default.
        margin
            Seconds to keep back, at most half of the timeout.
        clock
            Gives seconds since 1970 (UTC).
        """
        if context.timeout is None:
            return cls(None, clock=clock)
        begun = clock() if started is None else started
        return cls(begun + context.timeout - min(margin, context.timeout / 2), clock=clock)

    def remaining(self) -> float | None:
        """The seconds left, never less than zero; ``None`` if there is no deadline."""
        return None if self.at is None else max(0.0, self.at - self._clock())

    def __repr__(self) -> str:
        return f"Deadline(at={self.at})"
