"""Plans for findings: put down before anybody is told, so that alerts say what would put things right."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from eniguard.errors import EniguardError, RemediationError, StateError
from eniguard.model import Finding
from eniguard.toolkit import Invocation

if TYPE_CHECKING:
    from eniguard.alerts.alert import Proposal
    from eniguard.remediation.approval.links import Links
    from eniguard.remediation.plan import Plan, PlanRecord
    from eniguard.remediation.proposing import Remediation
    from eniguard.settings import Policy


class Proposals:
    """Puts down the plans of findings, and sets those of mode auto going.

    Parameters
    ----------
    remediation
        Makes plans.
    policy
        Its waivers say what somebody answers for: that is not put back.
    links
        Gives what makes links to the page on which plans are approved; ``None`` where there is no page.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        remediation: Remediation,
        policy: Policy,
        links: Callable[[], Links] | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._remediation = remediation
        self._policy = policy
        self._links = links
        self._clock = clock

    def of(self, findings: Sequence[Finding], call: Invocation, *, forgeable: bool) -> dict[str, Proposal]:
        """Put down the plans of some findings; what alerts tell of them, by the ids of the findings.

        The same findings may be given again: they lead to the same plans.

        Parameters
        ----------
        findings
            All of one call.
        call
            The call of the function.
        forgeable
            Whether their event came by a way that anybody can use: their plans are only shown.

        Raises
        ------
        StateError
            A plan was not put down: give them again.
        """
        found = {}
        for finding in findings:
            if finding.fix is None or self._waived(finding):
                continue
            record = self._put_down(finding, call, forgeable=forgeable)
            if record is not None:
                found[finding.finding_id] = self._proposal(record, finding, call)
        return found

    def _put_down(self, finding: Finding, call: Invocation, *, forgeable: bool) -> PlanRecord | None:
        """The plan of a finding; one that cannot be kept must not hold up what is behind it."""
        try:
            return self._remediation.propose(finding, forgeable=forgeable)
        except RemediationError as error:
            call.logger.error(
                "plan_not_put_down", finding_id=finding.finding_id, rule=finding.rule, error=error
            )
            call.metrics.add("plans_not_put_down", rule=finding.rule)
            return None

    def _waived(self, finding: Finding) -> bool:
        from eniguard.alerts.waivers import waived

        return waived(self._policy.waivers, finding, self._clock())[0] is not None

    def _proposal(self, record: PlanRecord, finding: Finding, call: Invocation) -> Proposal:
        from eniguard.alerts.alert import Going, Proposal
        from eniguard.remediation.call_lines import call_line

        plan = record.plan
        call.logger.write(
            "plan_proposed",
            plan=plan.id,
            finding_id=plan.finding_id,
            mode=plan.mode,
            state=record.state,
            held_back=plan.held_back,
        )
        call.metrics.add("plans_proposed", rule=plan.rule, mode=plan.mode)
        goes: Going = "plan"
        if plan.mode == "auto":
            goes = "auto" if self._is_going(record, finding, call) else "approve"
        elif plan.mode == "approve":
            goes = "approve"
        return Proposal(
            plan=plan.id,
            goes=goes,
            calls=tuple([call_line(one) for one in plan.calls]),
            inverse=tuple([call_line(one) for one in plan.inverse]),
            expires=plan.expires,
            held_back=plan.held_back,
            link=None if goes == "plan" else self._link(plan, call),
        )

    def _is_going(self, record: PlanRecord, finding: Finding, call: Invocation) -> bool:
        """Whether a plan of mode auto is carried out; one that nothing could seal waits for a person.

        What was sealed and not called for is found by the sweep (`Remediation.overdue`).
        """
        try:
            return self._remediation.set_going(record, finding).state != "proposed"
        except StateError:
            raise
        except EniguardError as error:
            call.logger.error("plan_not_set_going", plan=record.plan.id, error=error)
            call.metrics.add("plans_not_set_going", rule=record.plan.rule)
            return False

    def _link(self, plan: Plan, call: Invocation) -> str | None:
        """The page of a plan; an alert without it is better than none."""
        if self._links is None:
            return None
        try:
            return self._links().to(plan)
        except EniguardError as error:
            call.logger.error("plan_without_link", plan=plan.id, error=error)
            return None
