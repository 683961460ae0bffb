"""Plans as lines: what a list and a sheet show of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from msgspec import Struct

from eniguard.cli.safe import shown
from eniguard.events.times import written
from eniguard.remediation.plan import Plan, PlannedCall, PlanRecord, PlanState, Verdict

_WIDTH = 12


class PlanLine(Struct, frozen=True):
    """One plan in a list."""

    id: str
    at: str
    rule: str
    mode: str
    state: str
    account: str
    region: str
    resource: str
    why: str
    expires: str
    decided_by: str | None


#: What a plan is called in a list that nobody decided about in time.
EXPIRED = "expired"
#: What plans in a list can be chosen by.
STATES = (*get_args(PlanState), EXPIRED)


def state_of(record: PlanRecord, now: float) -> str:
    """The state of a plan; of one that nobody decided about in time, that it has expired."""
    return EXPIRED if record.state == "proposed" and now > record.plan.expires else record.state


def line_of(record: PlanRecord, now: float) -> PlanLine:
    """What a list shows of a plan, at a time in seconds since 1970 (UTC)."""
    plan, verdict = record.plan, record.verdict
    return PlanLine(
        id=plan.id,
        at=written(plan.at),
        rule=plan.rule,
        mode=plan.mode,
        state=state_of(record, now),
        account=plan.account,
        region=plan.region,
        resource=plan.subject.id,
        why=plan.why,
        expires=written(plan.expires),
        decided_by=None if verdict is None else verdict.approver.name,
    )


def record_lines(record: PlanRecord, now: float) -> Iterator[str]:
    """The sheet of a plan: what it says, what was decided, and what was done."""
    yield from plan_lines(record.plan)
    yield _line("version", record.plan.digest)
    yield _line("state", state_of(record, now))
    for name, verdict in (("decided", record.verdict), ("undo", record.undo_verdict)):
        if verdict is not None:
            yield _line(name, _said(verdict))
    for step in record.steps:
        told = f"{step.purpose} {step.status} {written(step.at)} {step.request_id or '-'} {step.error or ''}"
        yield _line("step", told.rstrip())
    for name, values in (("before", record.before), ("after", record.after)):
        for key, value in values.items():
            yield _line(name, f"{key}: {value}")
    if record.reason is not None:
        yield _line("reason", record.reason)


def plan_lines(plan: Plan) -> Iterator[str]:
    """What a plan says."""
    yield _line("plan", plan.id)
    yield _line("why", f"{plan.rule}: {plan.why}")
    if plan.actor is not None:
        yield _line("caller", plan.actor.name or plan.actor.principal_id or plan.actor.type)
    yield _line("where", f"{plan.account} {plan.region} {plan.subject.id}")
    yield from (line for call in plan.calls for line in _call_lines("call", call))
    for one in plan.preconditions:
        yield _line("only if", f"{one.name}: {one.value}")
    yield from (line for call in plan.inverse for line in _call_lines("undo by", call))
    yield _line("needs", ", ".join(plan.permissions))
    yield _line("mode", plan.mode)
    for one_reason in plan.held_back:
        yield _line("only shown", one_reason)
    yield _line("made", written(plan.at))
    yield _line("expires", written(plan.expires))


def _call_lines(name: str, call: PlannedCall) -> Iterator[str]:
    yield _line(name, call.action)
    yield _line("", call.changes)
    for key, value in sorted(call.parameters.items()):
        yield _line("", f"  {key}={value}")


def _said(verdict: Verdict) -> str:
    done = "approved" if verdict.approved else "rejected"
    return f"{done} by {verdict.approver.name} ({verdict.approver.by}) {written(verdict.at)}"


def _line(name: str, value: str) -> str:
    return f"{name:<{_WIDTH}}{shown(value)}"
