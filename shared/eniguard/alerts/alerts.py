"""Alerts as the functions use them: findings go in, summaries become due, and what waits is sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from eniguard.alerts.alert import Alert, Ended, Proposal
from eniguard.alerts.bounds import bounded
from eniguard.alerts.judging import Judge, PolicyJudge
from eniguard.alerts.outbox import MOST, Outbox, Unreadable
from eniguard.alerts.sink_lease import SinkLeases
from eniguard.alerts.windows import Windows
from eniguard.model import Finding
from eniguard.settings import Policy
from eniguard.settings.alerting import Sink
from eniguard.state import Due, Store
from eniguard.toolkit import Invocation

if TYPE_CHECKING:
    from eniguard.alerts.sending import Sending

#: Windows that are closed together.
_TOGETHER = 100
#: Entries up to which what waits is counted.
_COUNTED = 500
#: No finding has a plan.
NO_PROPOSALS: Mapping[str, Proposal] = MappingProxyType({})


class SinkTrouble(Struct, frozen=True):
    """A sink that takes nothing: since when (seconds since 1970, UTC), what it said last, and what waits.

    ``waiting`` counts entries of the outbox, up to 500.
    """

    sink: str
    since: float
    problem: str
    waiting: int


class Alerts:
    """Tells people of findings.

    Parameters
    ----------
    sinks
        Those there are.
    store
        Keeps the windows and the outbox. Every method raises `StateError` when it did not do what was asked.
    group_minutes
        How long a group window is.
    judge
        Says what is told of the findings of a decision, and where.
    sending
        Makes what sends, when something is to be sent; ``None``: alerts stay in the outbox.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        store: Store,
        *,
        group_minutes: int,
        judge: Judge,
        sending: Callable[[], Sending] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sinks: Mapping[str, Sink] = {one.name: one for one in sinks}
        self._windows = Windows(store, length=group_minutes * 60.0, clock=clock)
        self._outbox = Outbox(store)
        self._leases = SinkLeases(store, "", clock=clock)
        self._store = store
        self._judge = judge
        self._sending = sending
        self._sender: Sending | None = None
        self._clock = clock

    @classmethod
    def of(
        cls,
        policy: Policy,
        store: Store,
        *,
        sending: Callable[[], Sending] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> Alerts:
        """The alerts that a policy says."""
        minutes, judge = policy.alerts.group_minutes, PolicyJudge(policy)
        return cls(policy.sinks, store, group_minutes=minutes, judge=judge, sending=sending, clock=clock)

    def put(
        self,
        findings: Sequence[Finding],
        call: Invocation,
        *,
        new: bool = False,
        avoid: Collection[str] = (),
        proposals: Mapping[str, Proposal] = NO_PROPOSALS,
    ) -> None:
        """Take the findings of one decision on their way: told at once, or counted.

        The same findings may be put again, after whatever broke off: that changes nothing.

        Parameters
        ----------
        findings
            All of one decision.
        call
            The call of the function.
        new
            Whether they were certainly never put before; it saves a look into the store for each.
        avoid
            Sinks that are not told of these, because they are what is wrong; others are in their place.
        proposals
            The plans for them, by the ids of the findings.
        """
        told: dict[str, list[Alert]] = {}
        for one in self._judge.judged(findings, self._clock()) if findings and self._sinks else ():
            finding = one.finding
            if one.waiver is not None:
                call.logger.info("waived", finding_id=finding.finding_id, waiver=one.waiver)
                call.metrics.add("findings_waived", rule=finding.rule, waiver=one.waiver)
                continue
            draft = Alert(
                "",
                "first",
                finding,
                0.0,
                hidden=one.hidden,
                expired_waivers=one.expired_waivers,
                proposal=proposals.get(finding.finding_id),
            )
            sinks = self._sinks_of(draft, avoid)
            if not sinks:
                continue
            key = _news(one.fingerprint, draft)
            first = self._windows.take(key, draft, lambda summary: self._emit(summary, avoid), new=new)
            if first is None:
                call.metrics.add("alerts_counted", rule=finding.rule)
                continue
            for sink in sinks:
                told.setdefault(sink, []).append(first)
        for sink, alerts in told.items():
            self._outbox.put(sink, alerts, self._clock())
            call.metrics.add("alerts_put", len(alerts), sink=sink)

    def tell_outcome(self, finding: Finding, ended: Ended, call: Invocation) -> None:
        """Take on its way how a plan ended: each sink that its finding goes to is told once.

        It is news of its own, which no window, waiver or graver finding holds back. It may be told again,
        after whatever broke off: that changes nothing.

        Parameters
        ----------
        finding
            Says what became of the plan; its id is that of the outcome.
        ended
            How it ended.
        call
            The call of the function.
        """
        if not self._sinks:
            return
        now = self._clock()
        alert = Alert(finding.finding_id, "outcome", finding, now, since=now, until=now, ended=ended)
        self._emit(bounded(alert))
        call.metrics.add("outcomes_put", ended=ended)

    def close_windows(self, call: Invocation) -> None:
        """Close the windows that are over; what they held beyond the first is summed up in one alert."""
        while True:
            due = self._windows.due(_TOGETHER)
            for one in due:
                if call.deadline.remaining() == 0:
                    return
                try:
                    self._windows.close(one, self._emit)
                except msgspec.MsgspecError as error:
                    call.logger.error("window_unreadable", window=one.member, error=error)
                    self._windows.drop(one)
            if len(due) < _TOGETHER:
                return

    def send(self, call: Invocation) -> None:
        """Send what waits, as far as the sinks, their pace and the time of the call allow.

        What is left is sent by the next call; it is one read of the store to see that nothing waits.
        """
        if self._sending is None:
            return
        passed: set[str] = set()
        while call.deadline.remaining() != 0:
            due = [one for one in self._outbox.sinks(self._clock()) if one.member not in passed]
            if not due:
                return
            for one in due:
                if not self._send_to(one, call):
                    passed.add(one.member)

    def troubles(self) -> list[SinkTrouble]:
        """The sinks that take nothing."""
        found, now = [], self._clock()
        for name in self._sinks:
            state = self._leases.read(name)
            if state is not None and state.failing_since is not None:
                waiting = len(self._outbox.waiting(name, now, _COUNTED))
                found.append(SinkTrouble(name, state.failing_since, state.problem, waiting))
        return found

    def _send_to(self, due: Due, call: Invocation) -> bool:
        """Send to a sink; ``False`` when it is no more to be looked at in this call."""
        sink = self._sinks.get(due.member)
        if sink is None:
            self._readdress(due, call)
            return True
        if self._sender is None and self._sending is not None:
            self._sender = self._sending()
        return self._sender is not None and self._sender.to(sink, call)

    def _readdress(self, due: Due, call: Invocation) -> None:
        """What waits for a sink that guard.yml has no more goes where its alerts go now, else to any sink."""
        from eniguard.alerts.undelivered import UndeliveredAlerts

        letters, function = UndeliveredAlerts(self._store, clock=self._clock), call.context.function_name
        waiting = self._outbox.waiting(due.member, self._clock())
        for one in waiting:
            if isinstance(one, Unreadable):
                letters.put_unreadable(one, function or "eniguard")
            elif not self._sinks:
                letters.put(due.member, one.entry, "guard.yml names no sink any more", function or "eniguard")
            else:
                for alert in one.entry.alerts:
                    self._emit(alert, (due.member,))
            self._outbox.settle(one)
        call.logger.warning("sink_is_no_more", sink=due.member, entries=len(waiting))
        if len(waiting) < MOST:
            self._outbox.forget(due)

    def _sinks_of(self, alert: Alert, avoid: Collection[str] = ()) -> list[str]:
        """Where an alert goes: where routes say, among what there is, or to any other sink than those."""
        routed = [name for name in dict.fromkeys(self._judge.sinks(alert)) if name in self._sinks]
        if not avoid:
            return routed
        return [name for name in routed if name not in avoid] or [
            name for name in self._sinks if name not in avoid
        ]

    def _emit(self, alert: Alert, avoid: Collection[str] = ()) -> None:
        for sink in self._sinks_of(alert, avoid):
            self._outbox.put(sink, [alert], self._clock())


def _news(fingerprint: str, alert: Alert) -> str:
    """What is one piece of news: a graver finding is another, and so is a plan that waits for approval.

    Plans are the same news if they take away the same, which their inverse says; that of one finding names
    things by ids that no other plan has.
    """
    key, plan = f"{fingerprint}/{alert.finding.severity}", alert.proposal
    if plan is None or plan.goes != "approve":
        return key
    content = "\0".join(plan.inverse).encode("utf-8", "surrogatepass")
    return f"{key}/{blake2b(content, digest_size=10).hexdigest()}"
