"""The outbox: what is still to be told, in the store, in one queue for each sink and severity.

The alerts of one call are one entry, and are told together, or in as few parts as a chat has room for. Beside
them stands a queue of the sinks themselves, so that one read says whether anything is to be sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import msgspec
from msgspec import Struct

from eniguard.alerts.alert import Alert
from eniguard.model import SEVERITIES, Severity
from eniguard.state import MOST_BYTES, Due, Store

#: The queue of sinks that something is to be sent to, by when.
SINKS = "alert_sinks"
#: Seconds after which a sink that nothing waits for is looked at again: a sink is never taken out of the
#: queue, so that whatever breaks off, what waits for it is found. A choice of this project.
LOOKED_AT = 600.0
#: Entries that are looked at together; what is beyond has its turn when these are told.
MOST = 500
#: Seconds from now up to which entries are read: what was put off is due later than now.
_AHEAD = 86_400.0
#: Bytes beside its alerts of an entry, and of the dead letter that it may become.
_FRAME = 6_144

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}
#: The most severe first.
ORDER: tuple[Severity, ...] = SEVERITIES[::-1]


class Entry(Struct, frozen=True, gc=False):
    """Alerts of one call for one sink; how often they were refused, and with what words the last time."""

    alerts: tuple[Alert, ...]
    tries: int = 0
    problem: str = ""


class Waiting(Struct, frozen=True, gc=False):
    """An entry with its place."""

    queue: str
    due: Due
    entry: Entry
    severity: Severity


class Unreadable(Struct, frozen=True, gc=False):
    """What stands in a queue and is no entry that this version reads."""

    queue: str
    due: Due
    problem: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Entry).decode


class Outbox:
    """The outbox in a store.

    Every method raises `StateError` when the store did not do what was asked; all may be called again.

    Parameters
    ----------
    store
        Where it is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, sink: str, alerts: Sequence[Alert], at: float) -> None:
        """Put down alerts of one call; those that are there already stay as they are, but for their turn."""
        for entry in _entries(alerts):
            self._schedule(_queue(sink, highest(entry.alerts)), entry, at)
        self.wake(sink, at)

    def put_off(self, waiting: Waiting, entry: Entry, at: float) -> None:
        """Give an entry another turn, not before ``at``."""
        self._store.schedule(waiting.queue, waiting.due.member, at, _encode(entry))

    def part(self, waiting: Waiting) -> None:
        """Put the two halves of an entry in its place: what one message has no room for is told by two."""
        alerts = waiting.entry.alerts
        for half in (alerts[: len(alerts) // 2], alerts[len(alerts) // 2 :]):
            self._schedule(waiting.queue, Entry(half), waiting.due.at)
        self.settle(waiting)

    def settle(self, waiting: Waiting | Unreadable) -> None:
        """Take an entry out, unless it was put down anew meanwhile."""
        self._store.unschedule(waiting.queue, waiting.due.member, at=waiting.due.at)

    def wake(self, sink: str, at: float) -> None:
        """Have a sink looked at."""
        self._store.schedule(SINKS, sink, at)

    def forget(self, due: Due) -> None:
        """Take a sink that is no more out of the queue of sinks, unless it was woken meanwhile."""
        self._store.unschedule(SINKS, due.member, at=due.at)

    def sinks(self, now: float, limit: int = 100) -> list[Due]:
        """The sinks that are to be looked at."""
        return self._store.due(SINKS, now, limit)

    def waiting(self, sink: str, now: float, limit: int = MOST) -> list[Waiting | Unreadable]:
        """What waits for a sink, the most severe and the oldest first, with what has its turn only later."""
        found: list[Waiting | Unreadable] = []
        for severity in ORDER:
            queue = _queue(sink, severity)
            for due in self._store.due(queue, now + _AHEAD, limit - len(found)):
                try:
                    found.append(Waiting(queue, due, _decode(due.value), severity))
                except msgspec.MsgspecError as error:
                    found.append(Unreadable(queue, due, str(error)))
            if len(found) >= limit:
                break
        return found

    def _schedule(self, queue: str, entry: Entry, at: float) -> None:
        self._store.schedule(queue, _member(entry.alerts), at, _encode(entry))


def highest(alerts: Sequence[Alert]) -> Severity:
    """The highest severity of alerts."""
    return max((one.finding.severity for one in alerts), key=_RANK.__getitem__)


def _entries(alerts: Sequence[Alert]) -> Iterator[Entry]:
    """As many alerts together as a store takes: those of all but very large calls."""
    room, held = MOST_BYTES - _FRAME, list[Alert]()
    for alert in alerts:
        size = len(_encode(alert)) + 1 if len(alerts) > 1 else 0
        if held and size > room:
            yield Entry(tuple(held))
            room, held = MOST_BYTES - _FRAME, []
        room -= size
        held.append(alert)
    if held:
        yield Entry(tuple(held))


def _member(alerts: Sequence[Alert]) -> str:
    """The same for the same alerts."""
    ids = "\x1f".join(sorted(one.id for one in alerts))
    return blake2b(ids.encode(), digest_size=10).hexdigest()


def _queue(sink: str, severity: Severity) -> str:
    return f"alerts/{sink}/{severity}"
