"""What rules could not be decided on, however often they were asked, told of in bulk."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from eniguard.events.times import written
from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import GUARD
from eniguard.rules.base import Verdicts
from eniguard.rules.internal import InternalRule, window_start

#: How many rules a sentence names, and how many actions and events the evidence lists.
_NAMED, _LISTED = 3, 20


class LeftOpen(Struct, frozen=True):
    """The events that stayed undecided in one window.

    Attributes
    ----------
    account, region
        Those of the guard itself.
    since
        Any time of the window, in seconds since 1970 (UTC).
    events
        How many events; ``at_least`` when there were more than were counted.
    rules, actions
        How many of the events each rule stayed open on, and each action had.
    examples
        Ids of some of them.
    """

    account: str
    region: str
    since: float
    events: int
    rules: dict[str, int]
    actions: dict[str, int]
    examples: tuple[str, ...] = ()
    at_least: bool = False


class UndecidedInBulk(InternalRule):
    """SELF010: one finding a window, when it is over."""

    code = "SELF010"
    name = "undecided-in-bulk"
    severity = "medium"
    summary = "Some rules could not be decided on events, however often they were asked again."
    why = (
        "A fact that a rule rests on could not be looked up for hours: a permission is missing, an API "
        "throttles, or a resource is gone. What happened there may have been against the rules."
    )
    advice = (
        "Look into the log for lines of the kind undecided with these event ids: they name the fact and the "
        "reason. Give the guard's role the permission that is missing, and look at the events yourself."
    )
    references = (Reference("Design of eniguard", "Unknown is a third answer"),)
    false_positives = "Resources that were deleted before the guard could look at them for the first time."

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """What is left open within ``hours`` is one finding, from ``events`` events on."""

        hours: Annotated[int, Meta(ge=1, le=168)] = 1
        events: Annotated[int, Meta(ge=1)] = 1

    example = LeftOpen(
        account="1234567890123456",
        region="cn-hangzhou",
        since=1_772_366_400.0,
        events=5,
        rules={"ENI003": 4, "SG004": 1},
        actions={"ecs:DeleteNetworkInterface": 4, "ecs:DeleteSecurityGroup": 1},
        examples=("F23A3DD5-7842-4EF9-9DA1-000000000001",),
    )

    @property
    def hours(self) -> int:
        """How long a window is."""
        params: Any = self.params
        hours: int = params.hours
        return hours

    def evaluate(self, noted: LeftOpen, params: Any) -> Verdicts:
        if noted.events < params.events:
            return ()
        began = window_start(noted.since, params.hours)
        codes = _most(noted.rules)
        more = f" and {len(codes) - _NAMED} more" if len(codes) > _NAMED else ""
        count = f"{'at least ' if noted.at_least else ''}{noted.events}"
        events = "event" if count == "1" else "events"
        summary = (
            f"{count} {events} stayed undecided in the {params.hours} h since {written(began)}: "
            f"{', '.join(f'{code} ({noted.rules[code]})' for code in codes[:_NAMED])}{more}"
        )
        evidence = [
            Evidence("rules", [f"{code}: {noted.rules[code]}" for code in codes], None, "undecided events"),
            Evidence(
                "actions",
                [f"{one}: {noted.actions[one]}" for one in _most(noted.actions)[:_LISTED]],
                None,
                "undecided events",
            ),
            Evidence("event-ids", list(noted.examples[:_LISTED]), "some of them", "undecided events"),
        ]
        found = self.finding(
            f"{began:.0f}",
            Resource(GUARD, noted.account),
            summary,
            account=noted.account,
            region=noted.region,
            evidence=evidence,
        )
        return (found,)


def _most(counts: dict[str, int]) -> list[str]:
    """The names, those that count most first."""
    return sorted(counts, key=lambda name: (-counts[name], name))
