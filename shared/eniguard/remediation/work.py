"""A plan in the hands of a run, and what is put down about it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from eniguard.printable import printable, shown
from eniguard.remediation.box import Held, Plans
from eniguard.remediation.outcomes import Ended
from eniguard.remediation.plan import PlannedCall, PlanRecord, Purpose, Step, StepStatus

#: Steps that are kept: of a plan that is tried for days the last ones count, and a record has its bounds.
MOST_STEPS = 30
#: Characters that are kept of an error, which repeats what the cloud answered.
_LONGEST_ERROR = 300


class Work:
    """One run of a plan, for one purpose.

    Parameters
    ----------
    plans
        Where it is kept.
    held
        The plan in hand.
    purpose
        What is done about it.
    """

    def __init__(self, plans: Plans, held: Held, purpose: Purpose) -> None:
        self._plans = plans
        self.held = held
        self.purpose = purpose

    @property
    def record(self) -> PlanRecord:
        return self.held.record

    def keep(self, **changes: Any) -> None:
        self.held = self._plans.keep(self.held, replace(self.record, **changes))

    def planned(self) -> PlannedCall:
        plan = self.record.plan
        return (plan.calls if self.purpose == "apply" else plan.inverse)[0]

    def last_step(self) -> Step | None:
        own = [one for one in self.record.steps if one.purpose == self.purpose]
        return own[-1] if own else None

    def with_step(
        self, status: StepStatus, at: float, request_id: str | None = None, error: str | None = None
    ) -> tuple[Step, ...]:
        told = None if error is None else shown(printable(error), _LONGEST_ERROR)
        step = Step(self.purpose, 0, status, at, request_id, told)
        return (*self.record.steps, step)[-MOST_STEPS:]

    def ended(self) -> Ended:
        return "applied" if self.purpose == "apply" else "undone"
