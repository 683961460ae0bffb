"""Starting the guard's own trail."""

from __future__ import annotations

from eniguard.errors import NotFound
from eniguard.model import Fix
from eniguard.remediation.plan import Plan, Precondition, Purpose
from eniguard.remediation.remedies.base import GONE, Place, Reader, Remedy, Seen


class TrailLogging(Remedy):
    """A trail that was deleted is not made anew."""

    action = "actiontrail:StartLogging"
    inverse = "actiontrail:StopLogging"
    reads = ("actiontrail:GetTrailStatus",)

    def taken_back(self, fix: Fix) -> str:
        return f"Stop logging of {fix.undo['Name']} again"

    def start(self, fix: Fix) -> tuple[Precondition, ...]:
        return (Precondition("logging", "off"),)

    def goal(self, fix: Fix) -> tuple[Precondition, ...]:
        return (Precondition("logging", "on"),)

    def look(self, plan: Plan, purpose: Purpose, reader: Reader) -> Seen:
        try:
            answer = reader.call("actiontrail", "GetTrailStatus", {"Name": plan.calls[0].parameters["Name"]})
        except NotFound:
            return Seen({"logging": GONE})
        return Seen({"logging": "on" if answer.get("IsLogging") is True else "off"})

    def places(self, place: Place) -> tuple[str, ...]:
        return tuple([f"acs:actiontrail:*:{place.account}:trail/{one.name}" for one in place.guard.trails])
