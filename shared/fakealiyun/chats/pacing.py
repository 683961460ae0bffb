"""How fast a robot may be: at most so many messages within so many seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


class Pace:
    """The limits of one robot, over the clock of the chats.

    Parameters
    ----------
    limits
        At most ``most`` messages within ``seconds``, for each pair; no pair, no limit.
    blocked
        Seconds for which nothing is taken once a limit was passed.
    """

    def __init__(self, limits: Sequence[tuple[int, float]] = (), blocked: float = 0.0) -> None:
        self._limits = tuple(limits)
        self._blocked = blocked
        self._longest = max((seconds for _, seconds in self._limits), default=0.0)
        self.clear()

    def clear(self) -> None:
        """Forget what was sent."""
        self._taken: deque[float] = deque()
        self._until = 0.0

    def take(self, now: float) -> float:
        """Take a message, or say for how many seconds none is taken.

        Returns
        -------
        float
            0 where it was taken and counts.
        """
        if now < self._until:
            return self._until - now
        while self._taken and self._taken[0] <= now - self._longest:
            self._taken.popleft()
        for most, seconds in self._limits:
            within = [at for at in self._taken if at > now - seconds]
            if len(within) >= most:
                self._until = now + self._blocked
                return self._blocked or within[-most] + seconds - now
        self._taken.append(now)
        return 0.0
