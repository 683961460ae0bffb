"""The plans that findings would lead to, written in place of the findings."""

from __future__ import annotations

import sys

from eniguard.cli.json_text import json_text, tell_json
from eniguard.cli.plan_lines import plan_lines
from eniguard.cli.safe import tell
from eniguard.events.times import parsed
from eniguard.model import Finding
from eniguard.remediation.plan import Plan
from eniguard.remediation.planning import plan_of
from eniguard.settings import Policy


def shown_plan(finding: Finding, policy: Policy) -> Plan | None:
    """The plan for a finding, as a function would have made it right after the call."""
    if finding.event_time is None:
        return None
    try:
        at = parsed(finding.event_time)[1]
    except ValueError:
        return None
    return plan_of(finding, policy, forgeable=False, at=at)


class PlanOutput:
    """Takes findings, and writes the plans for them.

    Parameters
    ----------
    form
        One of ``eniguard.cli.findings_output.FORMATS``; a table is a sheet for each plan.
    policy
        Says how far plans may go.
    """

    def __init__(self, form: str, policy: Policy) -> None:
        self._form = form
        self._policy = policy
        self._empty = True

    def add(self, finding: Finding) -> None:
        """Write the plan of one finding, if it has one."""
        plan = shown_plan(finding, self._policy)
        if plan is None:
            return
        if self._form == "table":
            self._sheet(plan)
        elif self._form == "ndjson":
            tell_json(json_text(plan) + "\n")
            if sys.stdout is not None:
                sys.stdout.buffer.flush()
        else:
            tell_json(("[\n" if self._empty else ",\n") + json_text(plan))
        self._empty = False

    def close(self) -> None:
        """End what was written."""
        if self._form == "json":
            tell_json("[]\n" if self._empty else "\n]\n")

    def _sheet(self, plan: Plan) -> None:
        if not self._empty:
            tell("")
        for line in plan_lines(plan):
            tell(line)
