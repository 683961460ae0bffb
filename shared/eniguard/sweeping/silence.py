"""Canaries whose time is over: each way that did not bring the event of one is told of."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from eniguard.intake import Telling
from eniguard.model import Finding
from eniguard.own_calls import Canaries, CanaryCall
from eniguard.rules.internal import InternalRule
from eniguard.rules.self.silence import Silence, Unseen
from eniguard.settings import CanaryWay, Policy
from eniguard.state import Store
from eniguard.sweeping.told_once import ToldOnce
from eniguard.toolkit import Invocation

_HOUR = 3600.0


def ways_of(policy: Policy) -> tuple[CanaryWay, ...]:
    """The ways that the event of a canary has to come by.

    Where guard.yml does not say: LookupEvents, EventBridge if an event rule is named, and SLS if a trail
    delivers to a project. An archive in OSS may be there for people alone, and has to be named.
    """
    if policy.sweep.canary.ways is not None:
        return policy.sweep.canary.ways
    ways: list[CanaryWay] = ["lookup"]
    if policy.guard.event_rules:
        ways.append("eventbridge")
    if any(trail.sls_project is not None for trail in policy.guard.trails):
        ways.append("sls")
    return tuple(ways)


class Silent:
    """Judges the canaries whose time is over.

    Parameters
    ----------
    rules
        The enabled rules on what the guard noted of itself; SELF007 among them speaks.
    ways
        Those that have to bring an event (`ways_of`).
    store
        Keeps the canaries, and what was told.
    telling
        Tells what is found; by default in the log alone.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        rules: Sequence[InternalRule],
        ways: Sequence[str],
        store: Store,
        telling: Telling | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._rule = next((rule for rule in rules if isinstance(rule, Silence)), None)
        self._ways = tuple(ways)
        self._canaries = Canaries(store)
        self._store = store
        self._telling = telling
        self._clock = clock

    def run(self, call: Invocation) -> None:
        """Tell of silent ways; raises `StateError` when the store did not do what was asked."""
        now = self._clock()
        for waited in self._canaries.waited(now):
            canary = waited.canary
            for arrived, at in canary.arrived.items():
                call.metrics.add("canary_lag", max(0.0, at - canary.at), "seconds", way=arrived)
            for way in self._ways:
                if way not in canary.arrived:
                    call.metrics.add("canaries_missed", way=way)
                    self._tell(canary, way, waited.due.at - canary.at, call)
            self._canaries.judged(waited)

    def _tell(self, canary: CanaryCall, way: str, within: float, call: Invocation) -> None:
        if self._rule is None:
            return
        noted = Unseen(
            way=way,
            account=canary.account,
            region=canary.region,
            action=canary.action,
            request_id=canary.request_id,
            called_at=canary.at,
            waited=within,
            arrived=tuple(canary.arrived),
        )
        told = ToldOnce(
            self._store, self._telling, clock=self._clock, again_after=2 * self._rule.hours * _HOUR
        )
        for one in self._rule.evaluate(noted, self._rule.params):
            if isinstance(one, Finding):
                told.tell(one, call, changes=False)
