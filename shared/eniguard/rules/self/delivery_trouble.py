"""Alerts do not reach people, or events are given up: a sink takes nothing, or dead letters become more."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from eniguard.events.times import written
from eniguard.model import Evidence, Finding, Reference, Resource
from eniguard.model.kinds import GUARD, SINK
from eniguard.rules.base import Verdicts
from eniguard.rules.internal import InternalRule, window_start


class Trouble(Struct, frozen=True):
    """What a sweep found of the delivery of alerts, or of the dead letters.

    Attributes
    ----------
    account, region
        Those of the guard itself.
    at
        When it was looked at, in seconds since 1970 (UTC).
    sink
        The sink that takes nothing; ``None``: the dead letters.
    since, problem, waiting
        Since when it takes nothing (seconds since 1970, UTC), what it said last, and how much waits for it.
    letters, before
        How many dead letters there are, and how many the sweep before found.
    """

    account: str
    region: str
    at: float
    sink: str | None = None
    since: float = 0.0
    problem: str = ""
    waiting: int = 0
    letters: int = 0
    before: int = 0


class DeliveryTrouble(InternalRule):
    """SELF008: one finding for each time that a sink fails, and one an hour for dead letters."""

    code = "SELF008"
    name = "delivery-trouble"
    severity = "high"
    summary = "A sink took no alert for some time, or dead letters became more."
    why = (
        "What a sink does not take waits, and becomes a dead letter after a day: people who rely on that "
        "chat see nothing meanwhile. A dead letter is an event that nobody judged, or an alert that nobody "
        "saw."
    )
    advice = (
        "Look at what the sink said: the robot may be gone, its address or signature changed, or its host "
        "out of reach; eniguard alerts send --test tries it. eniguard dlq list shows the dead letters, and "
        "eniguard dlq redrive deals with them again once the cause is gone."
    )
    references = (Reference("Design of eniguard", "Nothing is lost"),)
    false_positives = "A chat that was closed for maintenance: what waited is told when it is back."

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """A sink that took nothing for ``minutes`` is told of."""

        minutes: Annotated[int, Meta(ge=1, le=1440)] = 15

    example = Trouble(
        account="1234567890123456",
        region="cn-hangzhou",
        at=1_772_368_200.0,
        sink="oncall",
        since=1_772_366_400.0,
        problem="the host does not answer",
        waiting=12,
    )

    def evaluate(self, noted: Trouble, params: Any) -> Verdicts:
        if noted.sink is not None:
            long = noted.at - noted.since >= params.minutes * 60.0
            return (self._failing(noted, noted.sink),) if long else ()
        return (self._letters(noted),) if noted.letters > noted.before else ()

    def _failing(self, noted: Trouble, sink: str) -> Finding:
        since = written(noted.since)
        summary = f"the sink {sink} has taken no alert since {since}: {noted.problem or 'no answer'}"
        evidence = [
            Evidence("failing-since", since, None, "sink"),
            Evidence("problem", noted.problem, None, "sink"),
            Evidence("waiting", noted.waiting, "calls whose alerts wait for it", "outbox"),
        ]
        return self.finding(
            f"sink {noted.since:.0f}",
            Resource(SINK, sink),
            summary,
            account=noted.account,
            region=noted.region,
            evidence=evidence,
        )

    def _letters(self, noted: Trouble) -> Finding:
        more = noted.letters - noted.before
        summary = f"{more} more dead letters than at the sweep before: there are {noted.letters}"
        return self.finding(
            f"letters {window_start(noted.at, 1):.0f}",
            Resource(GUARD, noted.account),
            summary,
            account=noted.account,
            region=noted.region,
            severity="medium",
            evidence=[Evidence("dead-letters", noted.letters, f"{noted.before} before", "dead letters")],
        )
