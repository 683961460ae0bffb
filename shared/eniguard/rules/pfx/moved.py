"""Prefixes that were unassigned and assigned again, to another ENI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from eniguard.events.calls import Call
from eniguard.facts.blocks import canonical, cidrs
from eniguard.model import Evidence, Observation, Reference
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
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
        call = case.call
        if call.action in UNASSIGN or not carries_prefixes(call):
            return ()
        moved = _moved(case)
        return (self._finding(case, moved),) if moved else ()

    def _finding(self, case: Case, moved: dict[str, str]) -> Verdict:
        within = f"within {case.params.hours} hours"
        evidence = [
            Evidence("prefix", text, f"was on {eni_id} {within}", "history") for text, eni_id in moved.items()
        ]
        subject = case.once(subject_of)
        summary = f"{', '.join(moved)} came to {subject.id} from another ENI"
        return self.finding(case, subject, summary, evidence=evidence, cidrs=cidrs(moved))

    def observes(self, case: Case) -> Sequence[Observation]:
        call = case.call
        eni_id = target_eni(call)
        if eni_id is None or not carries_prefixes(call):
            return ()
        window = case.params.hours * 3600.0
        marks: list[Observation] = []
        for series in call.once(_series).values():
            mark = Observation(series, call.event_id, eni_id, call.at, window)
            marks.append(mark)
        return marks


def _moved(case: Case) -> dict[str, str]:
    """The prefixes of a call that another ENI had before it, and which."""
    eni_id = target_eni(case.call)
    moved: dict[str, str] = {}
    for text, series in case.call.once(_series).items():
        previous = case.series(series).previous
        other = None if previous is None or previous.value == eni_id else previous.value
        if case.trace is not None:
            seen = previous and previous.value
            case.check(f"{text} was on another ENI before", other is not None, seen)
        if other:
            moved[text] = other
    return moved


def _series(call: Call) -> dict[str, str]:
    """The series of each prefix a call moves, by its one spelling: those it names, else its response."""
    series: dict[str, str] = {}
    for family in FAMILIES:
        for text in map(canonical, listed(call, family.prefix) or call.response.get(family.prefix, ())):
            series[text] = f"PFX018:{call.account_id}:{call.region}:{text}"
    return series
