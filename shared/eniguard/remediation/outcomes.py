"""How a plan ended, for whoever is told; what pages somebody comes with a finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from eniguard.errors import BudgetExceeded, EniguardError, LoopDetected
from eniguard.model import Evidence, Finding, finding_id
from eniguard.remediation.plan import Plan, PlanRecord
from eniguard.rules.self.loop import LoopOrCap

#: ``applied`` the calls were made; ``already`` nothing was left to do; ``undone`` they were taken back;
#: ``refused`` a safeguard held it back; ``failed`` a call or the reading back did not go as it should.
Ended = Literal["applied", "already", "undone", "refused", "failed"]


class Outcome(Struct, frozen=True):
    """How a plan ended.

    Attributes
    ----------
    ended, record
        How, and what is on record.
    error
        Why, when it was refused or failed.
    finding
        A finding of SELF009, when a budget is used up or a loop was stopped: somebody has to look.
    repeat
        Whether it may have been told before.
    """

    ended: Ended
    record: PlanRecord
    error: EniguardError | None = None
    finding: Finding | None = None
    repeat: bool = False


#: Tells somebody how a plan ended.
Tell = Callable[[Outcome], None]


def held_up(plan: Plan, error: EniguardError) -> Finding | None:
    """The finding of SELF009 when a budget or the breaker stopped a plan; ``None`` for other errors."""
    if not isinstance(error, (BudgetExceeded, LoopDetected)):
        return None
    kind = "loop" if isinstance(error, LoopDetected) else "budget"
    return Finding(
        finding_id=finding_id(f"internal {plan.account} {plan.region} {plan.id} {kind}", *_place(plan)),
        rule=LoopOrCap.code,
        name=LoopOrCap.name,
        severity=LoopOrCap.severity,
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
        summary=str(error),
        evidence=(Evidence("plan", plan.id, plan.why), Evidence("rule", plan.rule)),
        advice=LoopOrCap.advice,
        fix=None,
        references=LoopOrCap.references,
    )


def _place(plan: Plan) -> tuple[str, str, str]:
    return LoopOrCap.code, plan.subject.kind, plan.subject.id
