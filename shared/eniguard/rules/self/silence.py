"""A way by which events reach the guard brings none: the event of a canary did not come back by it."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from eniguard.events.times import written
from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import WAY
from eniguard.rules.base import Verdicts
from eniguard.rules.internal import InternalRule, window_start

#: The ways, as people call them.
_CALLED = {
    "eventbridge": "EventBridge",
    "sls": "the logstore of the trail",
    "oss": "the bucket of the trail",
    "lookup": "LookupEvents",
}


class Unseen(Struct, frozen=True):
    """A canary whose event did not come by a way in its time.

    ``called_at`` is in seconds since 1970 (UTC), ``waited`` in seconds; ``arrived`` are the ways it did come
    by.
    """

    way: str
    account: str
    region: str
    action: str
    request_id: str
    called_at: float
    waited: float
    arrived: tuple[str, ...] = ()


class Silence(InternalRule):
    """SELF007: one finding a way and window, however many canaries were not seen in it."""

    code = "SELF007"
    name = "silence"
    severity = "high"
    summary = "The event of a canary did not reach the guard by one of its ways."
    why = (
        "Every 15 minutes the sweep makes a call that RAM denies it. If its event does not come back, others "
        "do not either: the guard is blind on that way, or does not see refused calls there."
    )
    advice = (
        "Look whether the trail is logging, its delivery and role work, the event rule is enabled and aimed "
        "at the function, and the function runs; eniguard doctor names what is missing."
    )
    references = (
        Reference("Design of eniguard", "The canary"),
        Reference("ActionTrail", "Delivery of events within 10 minutes"),
    )
    permissions = ("actiontrail:LookupEvents",)
    false_positives = (
        "A delivery that is later than `sweep.canary.within_minutes` of guard.yml. A way that is set up and "
        "does not carry refused calls is always silent: leave it out of `sweep.canary.ways`."
    )

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """A way that stays silent is told of once in ``hours``."""

        hours: Annotated[int, Meta(ge=1, le=168)] = 1

    example = Unseen(
        way="eventbridge",
        account="1234567890123456",
        region="cn-hangzhou",
        action="ecs:DeleteNetworkInterface",
        request_id="00000000-0000-4000-8000-000000000001",
        called_at=1_772_366_400.0,
        waited=1800.0,
        arrived=("sls", "lookup"),
    )

    @property
    def hours(self) -> int:
        """How long a window is."""
        params: Any = self.params
        hours: int = params.hours
        return hours

    def evaluate(self, noted: Unseen, params: Any) -> Verdicts:
        if noted.way in noted.arrived:
            return ()
        began = window_start(noted.called_at, params.hours)
        others = ", ".join(_CALLED.get(way, way) for way in noted.arrived)
        minutes = int(noted.waited // 60)
        called = written(noted.called_at)
        summary = (
            f"{_CALLED.get(noted.way, noted.way)} did not bring the event of the canary of {called} within "
            f"{minutes} minutes; {f'it came by {others}' if others else 'no other way brought it either'}"
        )
        evidence = [
            Evidence("canary", noted.action, "a call that RAM denies the guard", "own calls", called),
            Evidence("request-id", noted.request_id, None, "own calls", called),
            Evidence("arrived", list(noted.arrived), "the ways it came by", "own calls"),
        ]
        found = self.finding(
            f"{noted.way} {began:.0f}",
            Resource(WAY, noted.way),
            summary,
            account=noted.account,
            region=noted.region,
            evidence=evidence,
        )
        return (found,)
