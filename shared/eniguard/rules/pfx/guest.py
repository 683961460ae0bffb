"""Prefixes that still have to be set up inside the instance."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.facts.kinds import Eni
from eniguard.model import Observation, Reference
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import ADVISED_ACTORS, unclear
from eniguard.rules.pfx.known import Known, Missing, asked_for
from eniguard.rules.pfx.place import needs_eni
from eniguard.rules.pfx.request import (
    ASSIGN_ONLY,
    ATTACH,
    FAMILIES,
    asked,
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
        holder = _holder(case)
        if holder is None:
            return ()
        if isinstance(holder, Missing):
            return unclear(self, case, subject_of(case), [holder])
        eni = holder.value
        history = case.series(_series(case))
        first = case.check("the ENI was not spoken of in the last day", history.count <= 1, history.count)
        if not first or not isinstance(eni, Eni):
            return ()
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
        return (
            self.finding(case, eni_resource(eni), summary, evidence=evidence, cidrs=blocks_asked(case.call)),
        )

    def observes(self, case: Case) -> Sequence[Observation]:
        if not isinstance(_holder(case), Known):
            return ()
        call = case.call
        return (Observation(_series(case), call.event_id, call.event_id, call.at, WINDOW),)


def _holder(case: Case) -> Known | Missing | None:
    """The attached ENI with prefixes that a call makes; ``None`` if it makes none."""
    return case.once(_find_holder)


def _find_holder(case: Case) -> Known | Missing | None:
    call = case.call
    eni_id = target_eni(call)
    if eni_id is None or (call.action != ATTACH and not [one for one in asked(call) if one.number]):
        return None
    holder = asked_for(case, eni_id)
    eni = holder.value
    if not isinstance(eni, Eni):
        return holder.missing()
    if call.action == ATTACH:
        return _attached_with(case, holder, eni)
    if eni.attached is None:
        return holder.missing("its status is not known")
    return holder if case.check(f"{eni_id} is attached to an instance", eni.attached, eni.status) else None


def _attached_with(case: Case, holder: Known, eni: Eni) -> Known | Missing | None:
    counts = [eni.prefix_count(family.number) for family in FAMILIES]
    if case.check(f"{eni.id} holds prefixes", any(counts), counts):
        return holder
    return holder.missing("its prefixes are not known") if None in counts else None


def _series(case: Case) -> str:
    return f"PFX019:{case.call.account_id}:{case.call.region}:{target_eni(case.call)}"
