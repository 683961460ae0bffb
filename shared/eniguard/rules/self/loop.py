"""The guard in a loop: it puts the same thing back again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from eniguard.model import Evidence, Observation, Reference, Resource
from eniguard.model.kinds import EVENT_RULE
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.self.own import bus_named, has_role_of_the_guard, idle_unless


class LoopOrCap(Rule):
    """SELF009: a series per resource counts what the guard's own role put back on it; one finding a crossing.

    It sees a loop from outside, by the events of the guard's own writes: somebody or something undoes each of
    them. It does not see a plan that the guard's own caps held back, for that is no call. The id of a
    permission of an ENI is new each time it is granted, so a loop on one is not seen here.
    """

    code = "SELF009"
    name = "loop-or-cap"
    severity = "high"
    summary = "The guard has put back the same resource again and again."
    why = (
        "Something undoes what the guard does: another tool with its own idea of what is right, or an "
        "intruder. Each round leaves the resource open for a while, and costs calls."
    )
    advice = "Stop remediating that rule, find out who changes the resource, and agree with them first."
    actions = frozenset(
        (
            "ecs:RevokeSecurityGroup",
            "ecs:RevokeSecurityGroupEgress",
            "ecs:ModifyNetworkInterfaceAttribute",
            "ecs:JoinSecurityGroup",
            "ecs:LeaveSecurityGroup",
            "actiontrail:StartLogging",
            "eventbridge:EnableRule",
        )
    )
    outcomes = SUCCEEDED
    references = (Reference("Design of eniguard", "What may be fixed, and how far"),)
    false_positives = "Several different rules of one group that are put back within the hour look the same."

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """``calls`` on one resource within ``hours`` are a loop; a series keeps 10,000 of them."""

        calls: Annotated[int, Meta(ge=2, le=10_000)] = 3
        hours: Annotated[int, Meta(ge=1, le=168)] = 1

    idle = staticmethod(idle_unless("guard.roles", "roles"))

    def evaluate(self, case: Case) -> Verdicts:
        subject = _put_back(case)
        if subject is None:
            return ()
        history, many = case.series(_series(case, subject)), case.params.calls
        calls, before = history.count, 0 if history.previous is None else history.previous.count
        crossed = calls >= many > before
        if not case.check(
            f"the guard's role wrote to {subject.id} {many} times now", crossed, f"{calls} calls"
        ):
            return ()
        within = "an hour" if case.params.hours == 1 else f"{case.params.hours} hours"
        evidence = [Evidence("calls", calls, f"within one window of {case.params.hours} h", "history")]
        summary = f"the guard's role put {subject.id} back {calls} times within {within}"
        return (self.finding(case, subject, summary, evidence=evidence),)

    def observes(self, case: Case) -> Sequence[Observation]:
        subject = _put_back(case)
        if subject is None:
            return ()
        call, window = case.call, case.params.hours * 3600.0
        return (Observation(_series(case, subject), call.event_id, call.action, call.at, window),)


def _put_back(case: Case) -> Resource | None:
    """What the guard's role wrote to: the first target that is not merely a group or bus it stands in.

    An event rule is named with its bus, for another bus may have one of the same name.
    """
    if not has_role_of_the_guard(case.actor, case.policy):
        return None
    targets = [one for one in case.call.targets if one.part == "subject"] or list(case.call.targets)
    if not targets:
        return None
    kind, name = targets[0].kind, targets[0].id
    return Resource(kind, f"{bus_named(case.call)}/{name}" if kind == EVENT_RULE else name)


def _series(case: Case, subject: Resource) -> str:
    return f"SELF009:{case.call.account_id}:{case.call.region}:{subject.kind}:{subject.id}"
