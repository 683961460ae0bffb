"""What alerts would tell of the plans for findings, before anything is put down."""

from __future__ import annotations

from collections.abc import Iterable

from eniguard.alerts.alert import Proposal
from eniguard.cli.plan_output import shown_plan
from eniguard.model import Finding
from eniguard.remediation.call_lines import call_line
from eniguard.remediation.plan import Plan
from eniguard.settings import Policy

#: In place of what stands for a plan in the address of its page: only a key of the guard makes it.
NO_TOKEN = "…"


def shown_proposals(findings: Iterable[Finding], policy: Policy) -> dict[str, Proposal]:
    """The plans for findings, as functions would make them right after the call, by the ids of the findings.

    A link has no token: it shows where the link of an alert leads, and opens nothing.
    """
    plans = [shown_plan(one, policy) for one in findings]
    return {plan.finding_id: _proposal(plan, policy) for plan in plans if plan is not None}


def _proposal(plan: Plan, policy: Policy) -> Proposal:
    page = policy.remediation.approval if plan.mode in ("approve", "auto") else None
    return Proposal(
        plan=plan.id,
        goes="plan" if plan.mode == "off" else plan.mode,
        calls=tuple([call_line(one) for one in plan.calls]),
        inverse=tuple([call_line(one) for one in plan.inverse]),
        expires=plan.expires,
        link=None if page is None else f"{page.url}?plan={NO_TOKEN}",
        held_back=plan.held_back,
    )
