"""Events that are not settled yet, put down in the store for the sweep.

Two kinds wait in one queue each: those another instance had begun when they arrived, and those that a rule
could not be decided on. What rules could not be decided on to the end is collected in a third queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Struct

from eniguard.errors import StateError
from eniguard.events.kept import KeptEvent
from eniguard.model import Decision
from eniguard.state import Due, Store

DEFERRED, UNDECIDED, GIVEN_UP = "deferred_events", "undecided_events", "given_up_events"

#: Seconds until an undecided event is decided again, by how often it was; a choice of this project. The first
#: step is the interval of the sweep; by the last one the state is no longer what it was at the call.
AGAIN_AFTER = (900.0, 1800.0, 3600.0, 7200.0)


class Waiting(Struct, frozen=True, gc=False):
    """An event that waits, with the rules that could not be decided on it, and how often they were asked."""

    event: KeptEvent
    rules: tuple[str, ...] = ()
    tries: int = 0


class GivenUp(Struct, frozen=True, gc=False):
    """An event that some rules could not be decided on, however often they were asked."""

    event_id: str
    action: str
    rules: tuple[str, ...]


_Form = TypeVar("_Form")

_encode = msgspec.json.Encoder().encode
_waiting = msgspec.json.Decoder(Waiting).decode
_given_up = msgspec.json.Decoder(GivenUp).decode


class Pending:
    """The queues of events that are not settled.

    Parameters
    ----------
    store
        Where they are kept. Every method raises `StateError` when it did not do what was asked.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def defer(self, key: str, event: KeptEvent, at: float) -> None:
        """Put down an event that another instance had begun, to be taken at ``at`` if that one broke off."""
        self._store.schedule(DEFERRED, key, at, _encode(Waiting(event)))

    def retry(self, key: str, waiting: Waiting, now: float) -> bool:
        """Put down an event that rules could not be decided on; ``False`` if it was tried often enough."""
        if waiting.tries >= len(AGAIN_AFTER):
            return False
        self._store.schedule(UNDECIDED, key, now + AGAIN_AFTER[waiting.tries], _encode(waiting))
        return True

    def give_up(self, key: str, decision: Decision, rules: tuple[str, ...], now: float) -> None:
        """Put down the rules that stay open, to be told of in bulk."""
        given_up = GivenUp(decision.event_id, decision.action, rules)
        self._store.schedule(GIVEN_UP, key, now, _encode(given_up))

    def due(self, queue: str, now: float, limit: int = 100) -> Iterator[tuple[Due, Waiting]]:
        """The events that wait in a queue and are due; they stay there until `settled`."""
        for due in self._store.due(queue, now, limit):
            yield due, _read(_waiting, queue, due)

    def given_up(self, now: float, limit: int = 1000) -> list[tuple[Due, GivenUp]]:
        """What was given up, the oldest first; it stays there until `settled`."""
        return [(due, _read(_given_up, GIVEN_UP, due)) for due in self._store.due(GIVEN_UP, now, limit)]

    def settled(self, queue: str, due: Due) -> None:
        """Take an event out of its queue, unless it was put down anew meanwhile."""
        self._store.unschedule(queue, due.member, at=due.at)


def _read(decode: Callable[[bytes], _Form], queue: str, due: Due) -> _Form:
    try:
        return decode(due.value)
    except msgspec.MsgspecError as error:
        raise StateError(
            f"{due.member} in the queue {queue} is not what this version puts there ({error}); "
            "remove it, and let the sweep look its event up again"
        ) from None
