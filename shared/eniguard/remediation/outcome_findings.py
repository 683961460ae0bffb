"""Findings on plans: how one ended, for whom its finding was told; and what pages somebody."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from eniguard.errors import BudgetExceeded, EniguardError, LoopDetected
from eniguard.events.times import written
from eniguard.model import Evidence, Finding, finding_id
from eniguard.remediation.outcomes import Outcome
from eniguard.remediation.plan import Plan, PlanRecord
from eniguard.rules.self.loop import LoopOrCap

_SOURCE = "plan"


def outcome_finding(outcome: Outcome) -> Finding:
    """The finding that says how a plan ended; its id is the same for the same end of the same run."""
    record = outcome.record
    plan = record.plan
    last = record.steps[-1].at if record.steps else 0.0
    run = f"plan {plan.id} {outcome.ended} {last!r}"
    found = _internal(plan, finding_id(run, plan.rule, plan.subject.kind, plan.subject.id))
    return replace(
        found,
        event_time=None if plan.event_at is None else written(plan.event_at),
        summary=_summary(outcome),
        evidence=tuple(_evidence(record, outcome.error)),
        advice=_advice(outcome),
        tags=plan.tags,
        cidrs=plan.cidrs,
    )


def held_up(plan: Plan, error: EniguardError) -> Finding | None:
    """The finding of SELF009 when a budget or the breaker stopped a plan; ``None`` for other errors."""
    if not isinstance(error, (BudgetExceeded, LoopDetected)):
        return None
    kind = "loop" if isinstance(error, LoopDetected) else "budget"
    named = f"internal {plan.account} {plan.region} {plan.id} {kind}"
    found = _internal(plan, finding_id(named, LoopOrCap.code, plan.subject.kind, plan.subject.id))
    return replace(
        found,
        rule=LoopOrCap.code,
        name=LoopOrCap.name,
        severity=LoopOrCap.severity,
        summary=str(error),
        evidence=(Evidence("plan", plan.id, plan.why), Evidence("rule", plan.rule)),
        advice=LoopOrCap.advice,
        references=LoopOrCap.references,
    )


def _internal(plan: Plan, named: str) -> Finding:
    """A finding on what a plan is about, by its id; what it says is left to whoever asks."""
    return Finding(
        finding_id=named,
        rule=plan.rule,
        name=plan.name,
        severity=plan.severity,
        trigger="internal",
        event_id=plan.event_id,
        event_time=None,
        region=plan.region,
        account_id=plan.account,
        action=plan.calls[0].action,
        outcome=None,
        actor=plan.actor,
        resources=(plan.subject,),
        inventory="known",
        summary="",
        evidence=(),
        advice="",
        fix=None,
        references=(),
    )


def _summary(outcome: Outcome) -> str:
    plan = outcome.record.plan
    changes, by = plan.calls[0].changes, f"{plan.calls[0].action} on {plan.subject.id}"
    if outcome.ended == "applied":
        return f"Put back: {changes} ({by})"
    if outcome.ended == "already":
        return f"Nothing was left to put back on {plan.subject.id}: it is as the plan wants it"
    if outcome.ended == "undone":
        return f"Taken back: {plan.inverse[0].changes} ({plan.inverse[0].action} on {plan.subject.id})"
    how = "Not put back" if outcome.ended == "refused" else "Putting back failed"
    return f"{how}: {outcome.error or outcome.record.reason}"


def _advice(outcome: Outcome) -> str:
    record = outcome.record
    plan_id = record.plan.id
    if outcome.ended == "applied":
        return f"To take it back: eniguard plans undo {plan_id}"
    if outcome.ended in ("already", "undone"):
        return f"Nothing is to be done; eniguard plans show {plan_id} says what was looked at and called"
    look = f"Look at the resource, and at what was tried: eniguard plans show {plan_id}"
    if record.resumable:
        return f"{look}. It is tried again in minutes, until {written(record.plan.expires)}"
    return f"{look}. It is not tried again"


def _evidence(record: PlanRecord, error: EniguardError | None) -> Iterator[Evidence]:
    plan = record.plan
    yield Evidence("plan", plan.id, plan.why, _SOURCE)
    verdict = record.undo_verdict or record.verdict
    if verdict is not None:
        yield Evidence("approver", verdict.approver.name, verdict.approver.by, _SOURCE, written(verdict.at))
    for step in record.steps:
        if step.status != "begun":
            told = step.request_id or "-"
            yield Evidence("request-id", told, f"{step.purpose}: {step.status}", _SOURCE, written(step.at))
    for name, value in record.before.items():
        yield Evidence(f"{name} before", value, None, _SOURCE)
    for name, value in record.after.items():
        yield Evidence(f"{name} after", value, None, _SOURCE)
    if error is not None:
        yield Evidence("error", str(error), type(error).__name__, _SOURCE)
