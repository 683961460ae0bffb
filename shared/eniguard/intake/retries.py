"""Rules that could not be decided, asked again by the sweep, and told of in bulk when they stay open."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from msgspec.structs import replace

from eniguard.errors import AlreadyInProgress, DeadlineNear
from eniguard.intake.pending import UNDECIDED, DueEvent, Pending, open_rules
from eniguard.intake.told import Telling
from eniguard.pipeline import Pipeline
from eniguard.state import Store
from eniguard.toolkit import Claim, Idempotency, Invocation


class Retries:
    """Asks the rules again that could not be decided for want of facts.

    Parameters
    ----------
    pipeline
        Decides.
    store
        Keeps the events that wait.
    in_progress_for
        Seconds after which a try that was begun and not finished is begun again: the function's timeout.
    clock
        Gives seconds since 1970 (UTC).
    telling
        Tells what the open rules now say; by default in the log alone.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        *,
        in_progress_for: float,
        clock: Callable[[], float] = time.time,
        telling: Telling | None = None,
    ) -> None:
        self._telling = Telling() if telling is None else telling
        self._pipeline = pipeline
        self._clock = clock
        self._pending = Pending(store)
        self._tries = Idempotency(store, "retried_event", in_progress_for=in_progress_for, clock=clock)

    def run(self, call: Invocation, *, limit: int = 100) -> Counter[str]:
        """Ask again about the events that are due, and give back how many were settled, put down, given up.

        Only what the open rules now say is told: the findings of the others were told when the event came.

        Parameters
        ----------
        call
            The call of the function, with its log, metrics and deadline.
        limit
            How many events are taken at most.

        Raises
        ------
        DeadlineNear
            There is no time left; what is left stays in the queue.
        StateError
            The store did not do what was asked; the event at hand stays in the queue.
        """
        ended: Counter[str] = Counter()
        for one in self._pending.due(UNDECIDED, self._clock(), call.logger, limit):
            if call.deadline.remaining() == 0:
                raise DeadlineNear(f"no time left after {ended.total()} undecided events")
            try:
                with self._tries.claim(f"{one.due.member}/{one.waiting.tries}") as claim:
                    if not claim.done:
                        ended[self._again(one, call, claim)] += 1
                        claim.finish()
            except AlreadyInProgress:  # another sweep is at it
                continue
            self._pending.settled(UNDECIDED, one.due)
        return ended

    def _again(self, one: DueEvent, call: Invocation, claim: Claim) -> str:
        due, waiting = one.due, one.waiting
        decision = self._pipeline.decide(one.event.call, now=self._clock()).decision
        found = [finding for finding in decision.findings if finding.rule in waiting.rules]
        claim.hold()
        forgeable = one.event.call.forgeable
        self._telling.findings(found, call, forgeable=forgeable, repeat=claim.repeat)
        left = tuple([code for code in open_rules(decision) if code in waiting.rules])
        if not left:
            return "settled"
        again = replace(waiting, rules=left, tries=waiting.tries + 1)
        if self._pending.retry(due.member, again, self._clock()):
            return "put_down"
        self._pending.give_up(due.member, decision, left, self._clock())
        return "given_up"
