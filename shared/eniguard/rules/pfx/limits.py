"""Limits on the number of prefixes: of an ENI on its own, and of the slots its instance type gives it."""

from __future__ import annotations

from eniguard.facts.kinds import Eni
from eniguard.model import Evidence, Reference
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import ADVISED_ACTORS, PrefixRule
from eniguard.rules.pfx.known import Missing, asked_for
from eniguard.rules.pfx.place import needs_place
from eniguard.rules.pfx.request import ASSIGN_IPV4, CREATE, IPV4, asked, carries_prefixes, subject_of, target_eni
from eniguard.rules.pfx.slots import FILLS_SLOTS, SLOT_PERMISSIONS, Slots, needs_slots, slots_after
from eniguard.rules.subjects import eni_resource

#: Seed 002, Number of IP prefixes: an available ENI takes up to 9 in the console and up to 49 by API.
MOST_BY_API = 49
MOST_BY_CONSOLE = 9
#: The share of the slots, in percent, from which on they count as nearly used (domain.md 5.3, PFX-10).
NEARLY = 80

_NUMBER = (Reference("IP prefixes", "Limitations: Number of IP prefixes"),)


class PrefixEniLimit(PrefixRule):
    """PFX009: the running total of an ENI that no instance uses, the prefixes assigned by number included."""

    code = "PFX009"
    name = "prefix-eni-limit"
    actions = frozenset((ASSIGN_IPV4, CREATE))
    summary = "An ENI that is not attached would hold more than 49 IPv4 prefixes."
    why = "An available ENI takes up to 49 IPv4 prefixes by API, over all calls, and up to 9 in the console."
    advice = "Spread the prefixes over several ENIs, or attach the ENI first: then the limit of the instance type holds."
    references = _NUMBER
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = "Prefixes that were unassigned since the snapshot, by calls that are not in the trail, still count."

    needs = staticmethod(needs_place)

    def evaluate(self, case: Case) -> Verdicts:
        if not any(one.family is IPV4 and one.number for one in asked(case.call)):
            return ()
        total = _total(case)
        if isinstance(total, Missing):
            return self.unclear(case, subject_of(case), [total])
        if total is None:
            return ()
        count = total.value if isinstance(total.value, int) else 0
        if case.check(f"the ENI would hold more than {MOST_BY_API} IPv4 prefixes", count > MOST_BY_API, count):
            summary = f"{case.call.name} brings an available ENI to {count} IPv4 prefixes; {MOST_BY_API} is the limit"
            return (self.reported(case, subject_of(case), summary, (total,)),)
        if case.call.console and case.check(
            f"made in the console, where {MOST_BY_CONSOLE} is the limit", count > MOST_BY_CONSOLE, count
        ):
            return (self._over_console_limit(case, count, total),)
        return ()

    def _over_console_limit(self, case: Case, count: int, total: Evidence) -> Verdict:
        return self.finding(
            case,
            subject_of(case),
            f"{case.call.name} in the console brings an available ENI to {count} IPv4 prefixes; "
            f"the console offers up to {MOST_BY_CONSOLE}",
            severity="info",
            evidence=(total,),
            advice=f"Assign more than {MOST_BY_CONSOLE} prefixes with AssignPrivateIpAddresses.",
        )


class PrefixInstanceSlots(PrefixRule):
    """PFX010."""

    code = "PFX010"
    name = "prefix-instance-slots"
    actions = FILLS_SLOTS
    summary = "An attached ENI would hold more prefixes than the instance type has address slots for."
    why = (
        "Each prefix takes the slot of one address. IPv4 prefixes share the slots with the primary and the "
        "secondary addresses, IPv6 prefixes with the IPv6 addresses."
    )
    advice = (
        "Unassign addresses or prefixes that are not in use, spread them over more ENIs, or choose an instance type "
        "with more addresses per ENI."
    )
    references = _NUMBER
    permissions = SLOT_PERMISSIONS
    false_positives = "An instance whose type was changed by a call that is not in the trail is judged by its old type."

    needs = staticmethod(needs_slots)

    def evaluate(self, case: Case) -> Verdicts:
        found, missing = slots_after(case)
        over = [
            one
            for one in found
            if case.check(
                f"{one.family.label} prefixes on {one.eni.id} are more than {one.type_name} leaves slots for",
                one.prefixes > one.room,
                f"{one.prefixes} of {one.room}",
            )
        ]
        by_eni: dict[str, list[Slots]] = {}
        for one in over:
            by_eni.setdefault(one.eni.id, []).append(one)
        return (*(self._over(case, slots) for slots in by_eni.values()), *self.unclear(case, subject_of(case), missing))

    def _over(self, case: Case, slots: list[Slots]) -> Verdict:
        eni = slots[0].eni
        numbers = " and ".join(f"{one.prefixes} {one.family.label} prefixes (room for {one.room})" for one in slots)
        summary = f"{case.call.name} leaves {eni.id} with {numbers} on {slots[0].type_name}"
        return self.reported(case, eni_resource(eni), summary, [e for one in slots for e in one.evidence()])


class PrefixSlotsNearlyUsed(Rule):
    """PFX020."""

    code = "PFX020"
    name = "prefix-slots-nearly-used"
    severity = "info"
    actions = FILLS_SLOTS
    outcomes = SUCCEEDED
    actors = ADVISED_ACTORS
    summary = "An attached ENI with prefixes has used 80 % of the address slots of its instance type."
    why = "When the slots run out, the next address or prefix is refused."
    advice = "Plan for another ENI, or for an instance type with more addresses per ENI, before more is assigned."
    references = _NUMBER
    permissions = SLOT_PERMISSIONS
    false_positives = "An ENI that is meant to be full is reported with each further call."

    needs = staticmethod(needs_slots)

    def evaluate(self, case: Case) -> Verdicts:
        found, missing = slots_after(case)
        nearly = [one for one in found if _nearly_used(case, one)]
        by_eni: dict[str, list[Slots]] = {}
        for one in nearly:
            by_eni.setdefault(one.eni.id, []).append(one)
        findings = tuple(self._nearly(case, slots) for slots in by_eni.values())
        if not missing:
            return findings
        reasons = "; ".join(dict.fromkeys(one.reason for one in missing))
        refs = [one.ref for one in missing if one.ref is not None]
        return (*findings, self.undecided(case, reasons, *refs, subject=subject_of(case)))

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


def _total(case: Case) -> Evidence | Missing | None:
    """The IPv4 prefixes of the ENI after the call; ``None`` when an instance uses the ENI."""
    call = case.call
    if call.action == CREATE:
        number = next(one.number for one in asked(call) if one.family is IPV4)
        return Evidence("IPv4 prefixes", number, "on the ENI that is created")
    eni_id = target_eni(call)
    if eni_id is None:
        return Missing("the call names no ENI")
    holder = asked_for(case, eni_id)
    eni = holder.value
    if not isinstance(eni, Eni):
        return holder.missing()
    if eni.attached is None:
        return holder.missing("its status is not known")
    if not case.check(f"no instance uses {eni_id}", not eni.attached, eni.status):
        return None
    count = eni.prefix_count(4)
    if count is None:
        return holder.missing("its prefixes are not known")
    return holder.evidence("IPv4 prefixes", count, f"on {eni_id} after the call")
