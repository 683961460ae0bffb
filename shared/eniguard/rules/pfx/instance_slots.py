"""Attached ENIs whose prefixes exceed, or nearly use up, the slots of the instance type."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from eniguard.model import Reference, Resource
from eniguard.model.kinds import INSTANCE
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import ADVISED_ACTORS, PrefixRule, unclear
from eniguard.rules.pfx.request import subject_of
from eniguard.rules.pfx.slots import (
    FILLS_SLOTS,
    SLOT_PERMISSIONS,
    TYPE_CHANGES,
    Slots,
    may_fill_slots,
    needs_slots,
    slots_after,
)
from eniguard.rules.subjects import eni_resource

#: The share of the slots, in percent, from which on they count as nearly used (docs/sources.md, Domain).
NEARLY = 80

_NUMBER = (Reference("IP prefixes", "Limitations: Number of IP prefixes"),)


class SlotRule(Rule):
    """What the rules about the slots of instance types share."""

    actions = FILLS_SLOTS
    permissions = SLOT_PERMISSIONS
    concerns = staticmethod(may_fill_slots)
    needs = staticmethod(needs_slots)

    def evaluate(self, case: Case) -> Verdicts:
        found, missing = case.once(slots_after)
        if not found:
            return unclear(self, case, _about(case), missing) if missing else ()
        return [*self.judged(case, found), *unclear(self, case, _about(case), missing)]

    @abstractmethod
    def judged(self, case: Case, found: Sequence[Slots]) -> list[Verdict]:
        """The findings about the slots that are known."""


class PrefixInstanceSlots(SlotRule, PrefixRule):
    """PFX010."""

    code = "PFX010"
    name = "prefix-instance-slots"
    summary = "An attached ENI would hold more prefixes than the instance type has address slots for."
    why = (
        "Each prefix takes the slot of one address. IPv4 prefixes share the slots with the primary and the "
        "secondary addresses, IPv6 prefixes with the IPv6 addresses."
    )
    advice = (
        "Unassign addresses or prefixes that are not in use, spread them over more ENIs, or choose an "
        "instance type with more addresses per ENI."
    )
    references = _NUMBER
    false_positives = (
        "An instance whose type was changed by a call that is not in the trail is judged by its old type."
    )

    def judged(self, case: Case, found: Sequence[Slots]) -> list[Verdict]:
        over = [
            one
            for one in found
            if case.check(
                f"{one.family.label} prefixes on {one.eni.id} are more than {one.type_name} leaves slots for",
                one.prefixes > one.room,
                f"{one.prefixes} of {one.room}",
            )
        ]
        return [self._over(case, slots) for slots in _by_eni(over)]

    def _over(self, case: Case, slots: list[Slots]) -> Verdict:
        eni = slots[0].eni
        numbers = " and ".join(
            f"{one.prefixes} {one.family.label} prefixes (room for {one.room})" for one in slots
        )
        summary = f"{case.call.name} leaves {eni.id} with {numbers} on {slots[0].type_name}"
        return self.reported(case, eni_resource(eni), summary, [e for one in slots for e in one.evidence()])


class PrefixSlotsNearlyUsed(SlotRule):
    """PFX020."""

    code = "PFX020"
    name = "prefix-slots-nearly-used"
    severity = "info"
    outcomes = SUCCEEDED
    actors = ADVISED_ACTORS
    summary = "An attached ENI with prefixes has used 80 % of the address slots of its instance type."
    why = "When the slots run out, the next address or prefix is refused."
    advice = (
        "Plan for another ENI, or for an instance type with more addresses per ENI, before more is assigned."
    )
    references = _NUMBER
    false_positives = "An ENI that is meant to be full is reported with each further call."

    def judged(self, case: Case, found: Sequence[Slots]) -> list[Verdict]:
        nearly = [one for one in found if _nearly_used(case, one)]
        return [self._nearly(case, slots) for slots in _by_eni(nearly)]

    def _nearly(self, case: Case, slots: list[Slots]) -> Verdict:
        numbers = " and ".join(f"{one.used} of {one.limit} {one.family.label} slots" for one in slots)
        summary = f"{slots[0].eni.id} uses {numbers} of {slots[0].type_name}"
        evidence = [e for one in slots for e in one.evidence()]
        return self.finding(case, eni_resource(slots[0].eni), summary, evidence=evidence)


def _nearly_used(case: Case, one: Slots) -> bool:
    percent = 100 * one.used // one.limit if one.limit else 0
    return case.check(
        f"{one.family.label} slots of {one.eni.id} are used to {NEARLY} % or more, and not above the limit",
        percent >= NEARLY and one.used <= one.limit,
        f"{one.used} of {one.limit}",
    )


def _by_eni(slots: Sequence[Slots]) -> list[list[Slots]]:
    """The families of each ENI together: one finding per ENI."""
    found: dict[str, list[Slots]] = {}
    for one in slots:
        found.setdefault(one.eni.id, []).append(one)
    return list(found.values())


def _about(case: Case) -> Resource:
    """What an undecided verdict is about: the ENI, or the instance whose type is changed."""
    if case.call.action in TYPE_CHANGES:
        return Resource(INSTANCE, case.call.ids(INSTANCE)[0])
    return case.once(subject_of)
