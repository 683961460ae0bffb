"""Enabling the guard's own event rule."""

from __future__ import annotations

from eniguard.errors import CloudError, NotFound
from eniguard.model import Fix
from eniguard.remediation.plan import Plan, Precondition, Purpose
from eniguard.remediation.remedies.base import GONE, Place, Reader, Remedy, Seen

_BUS, _RULE = "EventBusName", "RuleName"


class EventRuleStatus(Remedy):
    """A rule that was deleted or aimed elsewhere is not made anew."""

    action = "eventbridge:EnableRule"
    inverse = "eventbridge:DisableRule"
    reads = ("eventbridge:GetRule",)

    def taken_back(self, fix: Fix) -> str:
        return f"Disable {fix.undo[_RULE]} on {fix.undo[_BUS]} again"

    def start(self, fix: Fix) -> tuple[Precondition, ...]:
        return (Precondition("status", "DISABLE"),)

    def goal(self, fix: Fix) -> tuple[Precondition, ...]:
        return (Precondition("status", "ENABLE"),)

    def look(self, plan: Plan, purpose: Purpose, reader: Reader) -> Seen:
        named = {name: plan.calls[0].parameters[name] for name in (_BUS, _RULE)}
        try:
            answer = reader.call("eventbridge", "GetRule", named)
        except NotFound:
            return Seen({"status": GONE})
        if answer.get("Success") is False:
            raise CloudError(
                f"eventbridge:GetRule was answered {answer.get('Code')}: {answer.get('Message')}",
                product="eventbridge",
                action="GetRule",
                code=str(answer.get("Code")),
            )
        return Seen({"status": str((answer.get("Data") or {}).get("Status"))})

    def places(self, place: Place) -> tuple[str, ...]:
        return tuple(
            [
                f"acs:eventbridge:*:{place.account}:eventbus/{one.bus}/rule/{one.name}"
                for one in place.guard.event_rules
            ]
        )
