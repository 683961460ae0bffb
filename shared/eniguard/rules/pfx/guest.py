"""Prefixes that still have to be set up inside the instance."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.facts.kinds import Eni
from eniguard.model import Observation, Reference
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import ADVISED_ACTORS, unclear
from eniguard.rules.pfx.known import Known, Missing
from eniguard.rules.pfx.place import needs_eni
from eniguard.rules.pfx.request import (
    ASSIGN_ONLY,
    ATTACH,
    FAMILIES,
    asked,
    asked_for,
    blocks_asked,
    subject_of,
    target_eni,
)
from eniguard.rules.pfx.slots import may_fill_slots
from eniguard.rules.subjects import eni_resource

#: An ENI is spoken of once in this time, in seconds: a day.
WINDOW = 86_400


class PrefixNeedsGuestSetup(Rule):
    """PFX019: once per ENI and day."""

    code = "PFX019"
    name = "prefix-needs-guest-setup"
    severity = "info"
    actions = ASSIGN_ONLY | {ATTACH}
    outcomes = SUCCEEDED
    actors = ADVISED_ACTORS
    summary = "An attached ENI got IP prefixes, whose addresses have to be configured in the instance."
    why = (
        "The platform routes a prefix to the ENI; which of its addresses are used is up to the guest system."
    )
    advice = (
        "Configure the addresses of the prefix as secondary addresses in the instance. Some images do not "
        "recognise addresses on secondary ENIs: configure the ENI in the guest system there."
    )
    references = (Reference("IP prefixes", "Use IP prefixes: Assign IP prefixes to ENIs"),)
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = "Whether the guest system is set up already cannot be seen from outside."

    concerns = staticmethod(may_fill_slots)
    needs = staticmethod(needs_eni)

    def evaluate(self, case: Case) -> Verdicts:
        found = case.once(_holder)
        if found is None:
            return ()
        if type(found) is Missing:
            return unclear(self, case, case.once(subject_of), (found,))
        count = case.series(_series(case)).count
        if not case.check("the ENI was not spoken of in the last day", count <= 1, count):
            return ()
        return (self._finding(case, *found),)

    def _finding(self, case: Case, holder: Known, eni: Eni) -> Verdict:
        evidence = [
            holder.evidence(
                f"{family.label} prefixes", list(eni.prefixes(family.number) or ()), "after the call"
            )
            for family in FAMILIES
            if eni.prefix_count(family.number)
        ]
        summary = (
            f"{eni.id} on {eni.instance_id or 'its instance'} holds prefixes that the guest system must know"
        )
        return self.finding(
            case, eni_resource(eni), summary, evidence=evidence, cidrs=blocks_asked(case.call)
        )

    def observes(self, case: Case) -> Sequence[Observation]:
        found = case.once(_holder)
        if found is None or type(found) is Missing:
            return ()
        call = case.call
        return (Observation(_series(case), call.event_id, call.event_id, call.at, WINDOW),)


def _holder(case: Case) -> tuple[Known, Eni] | Missing | None:
    """The attached ENI with prefixes that a call makes; ``None`` if it makes none."""
    attaches = case.call.action == ATTACH
    if not attaches and not [one for one in case.call.once(asked) if one.number]:
        return None
    found = case.once(asked_for)
    if found is None or type(found) is Missing:
        return found
    holder, eni = found
    if attaches:
        return _attached_with(case, holder, eni)
    if eni.attached is None:
        return holder.missing("its status is not known")
    return found if case.check(f"{eni.id} is attached to an instance", eni.attached, eni.status) else None


def _attached_with(case: Case, holder: Known, eni: Eni) -> tuple[Known, Eni] | Missing | None:
    counts = (eni.prefix_count(4), eni.prefix_count(6))
    if case.trace is not None:
        case.check(f"{eni.id} holds prefixes", any(counts), list(counts))
    if any(counts):
        return holder, eni
    return holder.missing("its prefixes are not known") if None in counts else None


def _series(case: Case) -> str:
    return f"PFX019:{case.call.account_id}:{case.call.region}:{target_eni(case.call)}"
