"""ENIs that may send packets with foreign source addresses."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.events.calls import Call
from eniguard.facts.kinds import Eni
from eniguard.model import Evidence, Finding, Reference, Resource
from eniguard.model.finding import Inventory
from eniguard.model.kinds import ENI
from eniguard.rules.base import CUSTOMERS, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.managed import managed_evidence
from eniguard.rules.subjects import eni_subjects, needs_enis

_SWITCHED_OFF = Evidence("SourceDestCheck", False)


def says_source_check(call: Call) -> bool:
    """Whether a call says anything of the source/destination check."""
    return "SourceDestCheck" in call.parameters


class EniSourceDestCheckOff(Rule):
    """ENI013."""

    code = "ENI013"
    name = "eni-source-dest-check-off"
    severity = "medium"
    summary = "The source/destination check of an ordinary ENI was switched off."
    why = (
        "Without the check an instance can send packets under other addresses and receive those meant for "
        "others: routing appliances need that, nobody else does."
    )
    advice = (
        "If the instance is no NAT, firewall or router appliance, switch the check on again and ask the "
        "caller what it was for."
    )
    actions = frozenset(("ecs:ModifyNetworkInterfaceAttribute", "ecs:CreateNetworkInterface"))
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (Reference("ECS API reference", "ModifyNetworkInterfaceAttribute, SourceDestCheck"),)
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = (
        "NAT, firewall and router appliances of your own; switch the rule off where they are deployed."
    )

    concerns = staticmethod(says_source_check)
    needs = staticmethod(needs_enis)

    def evaluate(self, case: Case) -> Verdicts:
        check = case.call.parameters.flag("SourceDestCheck")
        if not case.check("the call switches the source/destination check off", check is False, check):
            return ()
        if case.call.name == "CreateNetworkInterface":
            return self._created(case)
        return [
            self._off(case, subject.resource(), subject.managed, managed_evidence(case, subject))
            for subject in eni_subjects(case)
            if case.check(f"{subject.name} is not known to be managed", not subject.managed, subject.managed)
        ]

    def _created(self, case: Case) -> Verdicts:
        """A new ENI of the account is not managed, unless the response says so."""
        created = case.call.ids(ENI, "created") or ("(not named in the response)",)
        found = []
        for eni_id in created:
            eni = case.after.eni(eni_id)
            managed = isinstance(eni, Eni) and eni.managed is True
            if case.check(f"{eni_id} is not known to be managed", not managed, managed):
                found.append(self._off(case, Resource(ENI, eni_id, False), False, ()))
        return found

    def _off(self, case: Case, resource: Resource, managed: bool | None, more: Sequence[Evidence]) -> Finding:
        inventory: Inventory = "unknown" if managed is None else "known"
        return self.finding(
            case,
            resource,
            f"The source/destination check of ENI {resource.id} is off",
            inventory=inventory,
            evidence=(_SWITCHED_OFF, *more),
        )
