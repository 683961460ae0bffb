"""What becomes of a delivered event: it is decided once, whatever ways it comes by, and ends in one record.

For each event, in this order: it is claimed in the store, decided, told, put down for another try if a rule
could not be decided, and marked as handled. Whatever breaks off in between, the next delivery of the event
finds the claim run out and does all of it again; what it then tells is marked as a repeat.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Literal

from msgspec import Struct

from eniguard.dead_letters import DeadLetters, LookupOrigin, Origin, letter_of_call
from eniguard.errors import AlreadyInProgress, DeadlineNear
from eniguard.events.envelopes import Concerned
from eniguard.events.kept import KeptEvent, kept
from eniguard.events.wrappers import Way
from eniguard.intake.deletions import Deletions, are_watched
from eniguard.intake.pending import DEFERRED, Pending, event_key
from eniguard.intake.told import Telling, tell_failure
from eniguard.own_calls import Canaries
from eniguard.pipeline import Pipeline
from eniguard.rules.answers import PASSED_ON
from eniguard.state import Store
from eniguard.toolkit import Claim, Idempotency, Invocation

#: How an event ended: it was decided now; it had been; another instance is at it, and if that one breaks off,
#: the sweep decides it; a way that can be forged told of it otherwise than the one it first came by; or it
#: could not be decided, and is a dead letter.
Ending = Literal["decided", "duplicate", "deferred", "disputed", "dead_letter"]

#: An event that arrived, and where it can be read again.
Arrived = tuple[Concerned, Origin]


class Handled(Struct, frozen=True, gc=False):
    """What is kept of an event that was decided.

    Attributes
    ----------
    way, at
        The way it first came by, and when it was decided, in seconds since 1970 (UTC).
    content
        Stands for what it said: all ways say the same of one event.
    forgeable
        Whether that way is one that anybody with access to a bucket or a function can write to.
    """

    way: Way
    at: float
    content: str
    forgeable: bool = False


class Intake:
    """Takes delivered events.

    Parameters
    ----------
    pipeline
        Decides them.
    store
        Keeps what was handled.
    dead_letters
        Keep what cannot be decided.
    in_progress_for
        Seconds after which an event that was begun and not finished is begun again: the function's timeout.
    clock
        Gives seconds since 1970 (UTC).
    canaries
        Note by which ways the events of the guard's canaries come; by default nobody does.
    telling
        Tells what was decided; by default in the log alone.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        dead_letters: DeadLetters,
        *,
        in_progress_for: float,
        clock: Callable[[], float] = time.time,
        canaries: Canaries | None = None,
        telling: Telling | None = None,
    ) -> None:
        self._telling = Telling() if telling is None else telling
        self._pipeline = pipeline
        self._clock = clock
        self._in_progress_for = in_progress_for
        self._events = self._once(store, "event")
        self._confirmed = self._once(store, "confirmed_event")
        self._pending = Pending(store)
        self._deletions = Deletions(store) if are_watched(pipeline.registry) else None
        self._dead_letters = dead_letters
        self._canaries = canaries

    def take(self, events: Sequence[Arrived], call: Invocation) -> Counter[Ending]:
        """Decide events that were delivered together, each if it was not decided before.

        Parameters
        ----------
        events
            The events, in the order in which they were read, and where they can be read again.
        call
            The call of the function, with its log, metrics and deadline.

        Raises
        ------
        DeadlineNear
            There is no time left; what was taken so far need not be delivered again, and may be.
        StateError
            The store did not do what was asked; the event at hand has to be delivered again.
        """
        if len(events) > 1:
            new = [one.call for one, _ in events if not self._events.is_done(event_key(one.call))]
            self._pipeline.look_ahead(new)
        ended: Counter[Ending] = Counter()
        for one, origin in events:
            if call.deadline.remaining() == 0:
                raise DeadlineNear(f"no time left after {ended.total()} of {len(events)} events")
            ended[self._one(one, origin, call)] += 1
        return ended

    def resume(self, call: Invocation, *, limit: int = 100) -> Counter[Ending]:
        """Decide events that another instance had begun, and did not finish in its time.

        Parameters and errors are those of `take`; ``limit`` is how many are taken at most.
        """
        ended: Counter[Ending] = Counter()
        for due, _, one in self._pending.due(DEFERRED, self._clock(), call.logger, limit):
            again = LookupOrigin(one.call.region, one.call.event_id, one.call.account_id)
            ended += self.take([(one, again)], call)
            self._pending.settled(DEFERRED, due)
        return ended

    def _one(self, one: Concerned, origin: Origin, call: Invocation) -> Ending:
        if self._canaries is not None:
            self._canaries.arrived(one, self._clock())
        event, key = kept(one.call, one.way), event_key(one.call)
        try:
            with self._events.claim(key) as claim:
                if claim.done:
                    return self._again(claim.result, one, origin, event, call)
                ending = self._decide(one, origin, event, call, claim)
                claim.finish(Handled(one.way, self._clock(), _content(event), one.call.forgeable))
                return ending
        except AlreadyInProgress:
            if event.cut:  # what is left of it says too little: it has to come again as it is
                raise
            self._pending.defer(key, event, self._clock() + self._in_progress_for)
            return "deferred"

    def _again(
        self, handled: Handled, one: Concerned, origin: Origin, event: KeptEvent, call: Invocation
    ) -> Ending:
        """An event that was handled before, by whatever way.

        What first came by a way that can be forged proves nothing: what a trusted way says counts. If that
        is the same, nothing is told anew but its plans, which are no longer only shown.
        """
        call.metrics.elapsed("came_again_after", handled.at, way=one.way, first=handled.way)
        same = _content(event) == handled.content
        told = {"event_id": one.call.event_id, "way": one.way, "first": handled.way}
        if one.call.forgeable and not same:
            call.logger.warning("differs_from_what_was_decided", **told)
            return "disputed"
        if one.call.forgeable or not handled.forgeable:
            if not same:
                call.logger.info("told_otherwise_by_another_way", **told)
            return "duplicate"
        with self._confirmed.claim(event_key(one.call)) as claim:
            if claim.done:
                return "duplicate"
            if not same:
                call.logger.error("decided_anew_since_what_came_first_may_be_forged", **told)
            ending = self._decide(one, origin, event, call, claim, told=same)
            claim.finish(Handled(one.way, self._clock(), _content(event)))
        return ending

    def _decide(
        self,
        one: Concerned,
        origin: Origin,
        event: KeptEvent,
        call: Invocation,
        claim: Claim,
        *,
        told: bool = False,
    ) -> Ending:
        """Decide an event and tell of it; one that cannot be decided must not block those behind it.

        ``told`` says that the same was told before, by a way that can be forged.
        """
        try:
            decision = self._pipeline.decide(one.call, now=self._clock()).decision
        except PASSED_ON:
            raise
        except Exception as error:  # noqa: BLE001  the dead letter and the log say what it was
            self._give_up(one, origin, error, call)
            return "dead_letter"
        claim.hold()
        if told:
            self._telling.plans(decision.findings, call)
            self._pending.left_open(one.call, event, decision, self._clock())
            return "duplicate"
        self._telling.decision(decision, one.way, call, forgeable=one.call.forgeable, repeat=claim.repeat)
        self._pending.left_open(one.call, event, decision, self._clock())
        if self._deletions is not None:
            self._deletions.accepted(one.call, event, self._clock())
        call.metrics.event_to_decision(one.call.at, way=one.way)
        return "decided"

    def _give_up(self, one: Concerned, origin: Origin, error: Exception, call: Invocation) -> None:
        function = call.context.function_name or "eniguard"
        letter = letter_of_call(one.call, error, origin, way=one.way, function=function, at=self._clock())
        self._dead_letters.put(letter)
        tell_failure(call.logger, error, letter)

    def _once(self, store: Store, name: str) -> Idempotency:
        return Idempotency(
            store, name, in_progress_for=self._in_progress_for, result=Handled, clock=self._clock
        )


def _content(event: KeptEvent) -> str:
    """Stands for what an event says, without the way it came by."""
    return blake2b(event.event, digest_size=16).hexdigest()
