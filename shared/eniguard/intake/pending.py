"""Events that are not settled yet, put down in the store for the sweep.

Three kinds wait in one queue each: those another instance had begun when they arrived, those that a rule
could not be decided on, and deletions of roles that are only accepted (`eniguard.intake.deletions`). What
rules could not be decided on to the end is collected in a fourth queue.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec import Struct

from eniguard.dead_letters import DeadLetters, DirectOrigin, letter_of_input
from eniguard.errors import InputError
from eniguard.events.calls import Call
from eniguard.events.envelopes import Concerned
from eniguard.events.kept import KeptEvent, restored
from eniguard.model import Decision
from eniguard.state import Due, Store
from eniguard.toolkit import Logger

DEFERRED, UNDECIDED, GIVEN_UP = "deferred_events", "undecided_events", "given_up_events"
DELETIONS = "role_deletions"

#: Seconds until an undecided event is decided again, by how often it was; a choice of this project. The first
#: step is the interval of the sweep; by the last one the state is no longer what it was at the call.
AGAIN_AFTER = (900.0, 1800.0, 3600.0, 7200.0)


class Waiting(Struct, frozen=True, gc=False):
    """What is kept of an event that waits, with the rules left open on it, and how often they were asked."""

    event: KeptEvent
    rules: tuple[str, ...] = ()
    tries: int = 0


class DueEvent(NamedTuple):
    """An event that is due: its place in the queue, what is kept of it, and the event as it first arrived."""

    due: Due
    waiting: Waiting
    event: Concerned


class GivenUp(Struct, frozen=True, gc=False):
    """An event that some rules could not be decided on, however often they were asked."""

    event_id: str
    action: str
    rules: tuple[str, ...]


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
        self._letters = DeadLetters(store)

    def defer(self, key: str, event: KeptEvent, at: float) -> None:
        """Put down an event that another instance had begun, to be taken at ``at`` if that one broke off."""
        self._store.schedule(DEFERRED, key, at, _encode(Waiting(event)))

    def left_open(self, call: Call, event: KeptEvent, decision: Decision, now: float) -> None:
        """Put down an event for the rules that could not be decided on it, if there are any."""
        rules, key = open_rules(decision), event_key(call)
        if rules and (event.cut or not self.retry(key, Waiting(event, rules), now)):
            self.give_up(key, decision, rules, now)

    def retry(self, key: str, waiting: Waiting, now: float) -> bool:
        """Put down an event that rules could not be decided on; ``False`` if it was tried often enough."""
        if waiting.tries >= len(AGAIN_AFTER):
            return False
        self._store.schedule(UNDECIDED, key, now + AGAIN_AFTER[waiting.tries], _encode(waiting))
        return True

    def watch(self, key: str, event: KeptEvent, until: float) -> None:
        """Put down a deletion of a role that was accepted, to be asked about until then."""
        self._store.schedule(DELETIONS, key, until, _encode(Waiting(event)))

    def give_up(self, key: str, decision: Decision, rules: tuple[str, ...], now: float) -> None:
        """Put down the rules that stay open, to be told of in bulk."""
        given_up = GivenUp(decision.event_id, decision.action, rules)
        self._store.schedule(GIVEN_UP, key, now, _encode(given_up))

    def due(self, queue: str, now: float, log: Logger, limit: int = 100) -> list[DueEvent]:
        """The events that wait in a queue and are due, the oldest first; they stay there until `settled`.

        What this version cannot read becomes a dead letter: it must not hold up what is behind it.
        """
        found = []
        for due in self._store.due(queue, now, limit):
            try:
                waiting = _waiting(due.value)
                one = Concerned(restored(waiting.event), 0, waiting.event.way)
            except (msgspec.MsgspecError, InputError) as error:
                self._unreadable(queue, due, error, log)
            else:
                found.append(DueEvent(due, waiting, one))
        return found

    def given_up(self, now: float, log: Logger, limit: int = 1000) -> list[tuple[Due, GivenUp]]:
        """What was given up, as for `due`."""
        found = []
        for due in self._store.due(GIVEN_UP, now, limit):
            try:
                found.append((due, _given_up(due.value)))
            except msgspec.MsgspecError as error:
                self._unreadable(GIVEN_UP, due, error, log)
        return found

    def settled(self, queue: str, due: Due) -> None:
        """Take an event out of its queue, unless it was put down anew meanwhile."""
        self._store.unschedule(queue, due.member, at=due.at)

    def _unreadable(self, queue: str, due: Due, error: Exception, log: Logger) -> None:
        why = error.problem if isinstance(error, InputError) else str(error)
        problem = InputError(f"{due.member} in the queue {queue} is not what this version puts there: {why}")
        origin = DirectOrigin(f"{queue}/{due.member}")
        letter = letter_of_input(problem, origin, way="bare", function=queue, at=due.at, raw=due.value)
        self._letters.put(letter)
        log.write("dead_letter", letter=letter.id, reason=letter.problem)
        self.settled(queue, due)


def event_key(call: Call) -> str:
    """What an event is known by, whatever way it comes."""
    return f"{call.account_id or '-'}/{call.event_id}"


def open_rules(decision: Decision) -> tuple[str, ...]:
    """The rules that could not be decided for want of facts; a rule that failed would fail again."""
    return tuple(dict.fromkeys([one.rule for one in decision.undecided if not one.failed]))
