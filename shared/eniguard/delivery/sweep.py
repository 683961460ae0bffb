"""The sweep: what a timer calls, to make good what no delivery brought and to ask what no event asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, TextIO

import msgspec
from msgspec import Struct

from eniguard.delivery.runtime import Runtime
from eniguard.delivery.taking import Counts, Taking
from eniguard.intake import Retries
from eniguard.intake.deletions import are_watched
from eniguard.rule_modules import registry_of
from eniguard.sweeping import (
    Bulk,
    Canary,
    Deliveries,
    GapFill,
    ManagedSweep,
    Part,
    Parts,
    Place,
    RoleDeletions,
    Silent,
    Standing,
    places_of,
    ways_of,
)
from eniguard.sweeping.gap_fill import Lookup
from eniguard.sweeping.measures import measure
from eniguard.sweeping.parts import Ended
from eniguard.toolkit import Invocation

if TYPE_CHECKING:
    from eniguard.cloud.lookup_events import Pace
    from eniguard.rules.registry import Registry

#: Events of a queue that are taken together.
_ROUND = 100


class Swept(Struct, frozen=True):
    """How a sweep ended: each of its parts, and the events that it took in."""

    ended: dict[str, Ended]
    events: Counts


class SweepDelivery:
    """Makes good what the other functions left, each part on its own.

    The parts, in their order: the canary; events that another instance had begun; rules that were left open;
    plans that nothing has carried out; the gap fill from LookupEvents; the managed listings; deletions of
    roles that were accepted; the rules on what stands there; canaries whose time is over; what was given up,
    in bulk; summaries of alerts, trouble with their delivery, and alerts that wait; and what is measured. A
    part that fails is told of, and the others are run all the same. What there is no time for is done by the
    next sweep.

    Parameters
    ----------
    environment, clock, stream, index
        As for `eniguard.delivery.EventDelivery`.
    sleep
        Waits for seconds, between two queries.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        stream: TextIO | None = None,
        sleep: Callable[[float], None] = time.sleep,
        index: str | None = None,
    ) -> None:
        self._runtime = Runtime(
            environment, clock=clock, sleep=sleep, stream=stream, event_path=True, index=index
        )
        self._sleep = sleep
        self._paces: dict[str, Pace] = {}
        self._handle = self._runtime.handler(_any_event, self._sweep)

    def prepare(self) -> None:
        """Load the policy and the rules; raises `ConfigError` when something is wrong with them."""
        self._runtime.prepare()

    def handle(self, event: bytes | str, context: object) -> str | None:
        """Make one sweep.

        Parameters
        ----------
        event
            What a timer calls a function with; nothing in it is looked at.
        context
            The runtime's context, of python3.10 or python3.12.

        Returns
        -------
        str or None
            How it ended, as a JSON object (`Swept`).

        Raises
        ------
        ConfigError
            As for `prepare`.
        Exception
            A part failed, and may not when the sweep is made again. All other parts were run.
        """
        return self._handle(event, context)

    @cached_property
    def _rules(self) -> Registry:
        """All enabled rules, those too that no function asks about an event."""
        return registry_of(self._runtime.policy)

    def _sweep(self, _event: None, call: Invocation) -> str:
        self.prepare()
        taking = Taking(self._runtime, call)
        parts = Parts(call, clock=self._runtime.clock)
        parts.run(self._timed(self._parts(taking, call)))
        taking.tell()
        ended = Swept(parts.ended, taking.counts)
        call.logger.write("swept", ended)
        self._runtime.cloud.serve(call)
        parts.close()
        return msgspec.json.encode(ended).decode()

    def _timed(self, parts: Iterator[Part]) -> Iterator[Part]:
        """The parts, whose calls of the cloud also end with the part's share of the time."""

        def within(part: Part, call: Invocation) -> None:
            self._runtime.cloud.serve(call)
            part.run(call)

        for part in parts:
            yield Part(part.name, partial(within, part), part.share)

    def _parts(self, taking: Taking, call: Invocation) -> Iterator[Part]:
        """The parts in their order; each has a share of the time that those before it have left."""
        runtime, clock = self._runtime, self._runtime.clock
        policy, store, telling = runtime.policy, runtime.store, runtime.telling
        own = Place(call.context.account_id or "", call.context.region or "")
        places = places_of(policy, own.account, own.region)
        online = not runtime.offline
        if online:
            canary = Canary(store, policy.sweep.canary, lambda: runtime.accounts.own, clock=clock)
            yield Part("canary", lambda call: canary.run(own, call))
        yield Part("deferred", self._resume, 0.3)
        yield Part("undecided", self._retry, 0.3)
        if online and policy.remediation.goes_beyond("plan"):
            yield Part("plans", self._set_going)
        if online:
            gaps = GapFill(store, self._lookup, policy.sweep, clock=clock)
            yield Part("gap_fill", lambda call: gaps.run(places, taking.within(call), call), 0.5)
            managed = ManagedSweep(store, runtime.accounts, clock=clock)
            yield Part("managed_listing", lambda call: managed.run(places, call), 0.5)
            if are_watched(runtime.registry):
                deletions = RoleDeletions(runtime.pipeline, store, runtime.accounts, telling, clock=clock)
                yield Part("role_deletions", lambda call: deletions.run(own, call), 0.3)
            standing = Standing(self._rules.sweeps, policy, store, runtime.accounts, telling, clock=clock)
            yield Part("rules", lambda call: standing.run(places, call), 0.8)
        silent = Silent(self._rules.internal, ways_of(policy), store, telling, clock=clock)
        yield Part("silence", silent.run)
        bulk = Bulk(self._rules.internal, store, telling, clock=clock)
        yield Part("bulk", lambda call: bulk.run(own, call))
        if online and policy.sinks:
            yield from self._of_alerts(own)
        yield Part("measures", lambda call: measure(store, places, call.metrics, clock()))

    def _of_alerts(self, own: Place) -> Iterator[Part]:
        runtime = self._runtime
        alerts = runtime.alerts
        troubles = Deliveries(self._rules.internal, alerts, runtime.store, clock=runtime.clock)
        yield Part("summaries", alerts.close_windows)
        yield Part("delivery", lambda call: troubles.run(own, call))
        yield Part("alerts", alerts.send)

    def _set_going(self, call: Invocation) -> None:
        """Have those plans carried out that no run began or ended."""
        if found := self._runtime.plans.remediation.overdue():
            call.logger.warning("plans_overdue", plans=found)
            call.metrics.add("plans_overdue", len(found))

    def _resume(self, call: Invocation) -> None:
        while self._runtime.intake.resume(call, limit=_ROUND).total() == _ROUND:
            pass

    def _retry(self, call: Invocation) -> None:
        runtime = self._runtime
        retries = Retries(
            runtime.pipeline,
            runtime.store,
            in_progress_for=runtime.timeout,
            clock=runtime.clock,
            telling=runtime.telling,
        )
        while (ended := retries.run(call, limit=_ROUND)).total():
            for how, count in ended.items():
                call.metrics.add("retried", count, ended=how)

    def _lookup(self, place: Place) -> Lookup | None:
        """What looks events up in a place; all of an account share their pace."""
        from eniguard.cloud.lookup_events import EventLookup, Pace

        client = self._runtime.accounts(place.account)
        if client is None:
            return None
        return EventLookup(
            client.credentials,
            region=place.region,
            endpoints=self._runtime.cloud.endpoints,
            clock=self._runtime.clock,
            sleep=self._sleep,
            deadline=self._runtime.cloud.until,
            pace=self._paces.setdefault(place.account, Pace()),
        )


def _any_event(_event: bytes) -> None:
    return None
