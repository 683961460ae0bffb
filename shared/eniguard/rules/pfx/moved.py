"""Prefixes that were unassigned and assigned again, to another ENI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from eniguard.events.calls import Call
from eniguard.facts.blocks import canonical, cidrs
from eniguard.model import Evidence, Observation, Reference
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import JUDGED_ACTORS
from eniguard.rules.pfx.given_up import UNASSIGN
from eniguard.rules.pfx.request import ASSIGN, FAMILIES, carries_prefixes, listed, subject_of, target_eni


class PrefixMoved(Rule):
    """PFX018: a series per prefix holds the ENIs that gave it up or got it; the one before is compared."""

    code = "PFX018"
    name = "prefix-moved"
    severity = "info"
    actions = ASSIGN | UNASSIGN
    outcomes = SUCCEEDED
    actors = JUDGED_ACTORS
    summary = "An IP prefix was unassigned from one ENI and assigned to another."
    why = (
        "Prefixes may be reassigned. Traffic to their addresses then goes to another instance, and a "
        "workload that still uses them on the old one is cut off."
    )
    advice = "Check that nothing on the previous ENI uses addresses of the prefix any more."
    references = (Reference("IP prefixes", "Unassign IP prefixes from ENIs"),)
    false_positives = (
        "Two VPCs of a region may use the same range: the same prefix in both looks like one that moved. "
        "A planned move of a workload looks the same, too."
    )

    concerns = staticmethod(carries_prefixes)

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """``hours`` is how long a prefix is remembered."""

        hours: Annotated[int, Meta(ge=1)] = 24

    def evaluate(self, case: Case) -> Verdicts:
        if case.call.action in UNASSIGN or not carries_prefixes(case.call):
            return ()
        series = _series(case.call)
        moved = {text: eni_id for text in series if (eni_id := _was_on(case, text, series[text]))}
        if not moved:
            return ()
        within = f"within {case.params.hours} hours"
        evidence = [
            Evidence("prefix", text, f"was on {eni_id} {within}", "history") for text, eni_id in moved.items()
        ]
        subject = case.once(subject_of)
        summary = f"{', '.join(moved)} came to {subject.id} from another ENI"
        return (self.finding(case, subject, summary, evidence=evidence, cidrs=cidrs(moved)),)

    def observes(self, case: Case) -> Sequence[Observation]:
        call = case.call
        eni_id = target_eni(call)
        if eni_id is None or not carries_prefixes(call):
            return ()
        window = case.params.hours * 3600.0
        return [
            Observation(series, call.event_id, eni_id, call.at, window) for series in _series(call).values()
        ]


def _was_on(case: Case, text: str, series: str) -> str | None:
    """The other ENI that a prefix was on before the call, if it was on one."""
    previous = case.series(series).previous
    eni_id = None if previous is None or previous.value == target_eni(case.call) else previous.value
    case.check(f"{text} was on another ENI before", eni_id is not None, previous and previous.value)
    return eni_id


def _series(call: Call) -> dict[str, str]:
    """The series of each prefix a call moves, by its one spelling: those it names, else its response."""
    return call.once(_series_of_prefixes)


def _series_of_prefixes(call: Call) -> dict[str, str]:
    found = [
        canonical(text)
        for family in FAMILIES
        for text in listed(call, family.prefix) or call.response.get(family.prefix, ())
    ]
    return {text: f"PFX018:{call.account_id}:{call.region}:{text}" for text in found}
