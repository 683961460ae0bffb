"""Time and ids of the fake cloud: both can be set, so that a scenario gives the same bytes each time."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone


def text_of(moment: datetime) -> str:
    """A time as answers write it: ``YYYY-MM-DDThh:mm:ssZ``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Clock:
    """The time of the fake cloud; it stands still until it is moved.

    Parameters
    ----------
    start
        The time at first, with a zone.
    """

    def __init__(self, start: datetime = datetime(2026, 3, 1, 8, tzinfo=timezone.utc)) -> None:
        self._now = start

    def now(self) -> datetime:
        """The present."""
        return self._now

    def text(self) -> str:
        """The present as ``YYYY-MM-DDThh:mm:ssZ``."""
        return text_of(self.now())

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Move to a moment."""
        self._now = moment


class RunningClock(Clock):
    """A clock that goes with the machine's; moved, it goes on from there."""

    def __init__(self) -> None:
        super().__init__(datetime.now(timezone.utc))
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The present."""
        return datetime.now(timezone.utc) + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass, on top of what passes."""
        self._ahead += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Move to a moment."""
        self._ahead = moment - datetime.now(timezone.utc)


class Ids:
    """Ids in the shape of the cloud's, counted up per prefix."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def next(self, prefix: str) -> str:
        """A new id, as in ``eni-bp1fake00000001``."""
        return f"{prefix}-bp1fake{self._count(prefix):08d}"

    def number(self, kind: str) -> int:
        """A new number, from 1."""
        return self._count(kind)

    def request(self) -> str:
        """A new request id in the form of a GUID."""
        return f"00000000-0000-4000-8000-{self._count('request'):012d}"

    def _count(self, name: str) -> int:
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + 1
            return self._counts[name]
