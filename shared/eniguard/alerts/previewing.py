"""What a sink would be sent of findings: all parts but the secrets and the wire, over a store in memory."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from msgspec import Struct, json

from eniguard.alerts.alert import Alert, Proposal
from eniguard.alerts.alerts import NO_PROPOSALS, Alerts
from eniguard.alerts.formats import format_of
from eniguard.alerts.judging import Judged, PolicyJudge
from eniguard.alerts.message import Composer, Message
from eniguard.alerts.outbox import Outbox, Waiting
from eniguard.model import Finding
from eniguard.settings import Policy
from eniguard.settings.alerting import Sink
from eniguard.state import open_store
from eniguard.toolkit import Deadline, FcContext, Invocation, Logger, Metrics, Tracer

#: In place of a sink's address, which is a secret.
NO_ADDRESS = "…"


class Preview(Struct, frozen=True):
    """One message: as it was composed, what is posted of it, and whether something was left out to fit."""

    message: Message
    body: dict[str, Any]
    size: int
    cut: bool


class Previewed(Struct, frozen=True):
    """What would become of the findings of a decision.

    Attributes
    ----------
    messages
        What the sink would be sent; unsigned, as no secret is read.
    waived
        Findings that a waiver hides, with its id.
    elsewhere
        Findings that the routes do not bring to the sink, with the names of the sinks they go to.
    """

    messages: tuple[Preview, ...]
    waived: tuple[tuple[Finding, str], ...]
    elsewhere: tuple[tuple[Finding, tuple[str, ...]], ...]


def previewed(
    policy: Policy,
    sink: Sink,
    findings: Sequence[Finding],
    compose: Composer,
    at: float,
    *,
    proposals: Mapping[str, Proposal] = NO_PROPOSALS,
) -> Previewed:
    """What a sink would be sent of the findings of one decision, whatever the routes say.

    Parameters
    ----------
    policy
        The compiled guard.yml: its waivers and routes.
    sink
        The sink; it need not be in the policy.
    findings
        All of one decision.
    compose
        Writes the messages.
    at
        When they are told, in seconds since 1970 (UTC).
    proposals
        The plans for them, by the ids of the findings.
    """
    judge = _ToOne(policy, sink)
    with closing(open_store("memory:", clock=lambda: at)) as store:
        alerts = Alerts(
            (sink,), store, group_minutes=policy.alerts.group_minutes, judge=judge, clock=lambda: at
        )
        alerts.put(findings, _quiet_call(), new=True, proposals=proposals)
        entries = [one.entry for one in Outbox(store).waiting(sink.name, at) if isinstance(one, Waiting)]
    return Previewed(
        tuple([_preview(one.alerts, sink, compose, at) for one in entries]),
        tuple(judge.waived),
        tuple([one for one in judge.routed if sink.name not in one[1]]),
    )


class _ToOne:
    """Judges as a policy does, but brings all to one sink; notes what the policy says otherwise."""

    def __init__(self, policy: Policy, sink: Sink) -> None:
        self._judge = PolicyJudge(policy)
        self._sink = sink
        self.waived: list[tuple[Finding, str]] = []
        self.routed: list[tuple[Finding, tuple[str, ...]]] = []

    def judged(self, findings: Sequence[Finding], now: float) -> list[Judged]:
        found = self._judge.judged(findings, now)
        self.waived += [(one.finding, one.waiver) for one in found if one.waiver is not None]
        return found

    def sinks(self, alert: Alert) -> tuple[str, ...]:
        self.routed.append((alert.finding, tuple(self._judge.sinks(alert))))
        return (self._sink.name,)


def _preview(alerts: Sequence[Alert], sink: Sink, compose: Composer, at: float) -> Preview:
    message = compose(alerts, sink, at=at)
    chat = format_of(sink.kind)
    rendered = chat.render(message)
    body = chat.request(rendered, NO_ADDRESS, None, at).body
    return Preview(message, json.decode(body, type=dict[str, Any]), len(body), rendered.cut)


def _quiet_call() -> Invocation:
    log = Logger(stream=io.StringIO())
    metrics, tracer = Metrics(log, enabled=False), Tracer(enabled=False)
    return Invocation(FcContext(), Deadline(None), False, None, log, metrics, tracer)
