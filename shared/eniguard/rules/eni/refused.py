"""Writes on managed ENIs that the platform refused."""

from __future__ import annotations

from collections.abc import Iterable

from eniguard.events.calls import Call
from eniguard.events.catalog import APIS
from eniguard.events.outcomes import ENI_MANAGED, cause_of
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.model import Reference, Resource, Severity
from eniguard.model.kinds import ENI
from eniguard.rules.base import REFUSED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.managed import not_known, refusal, refusals, refused_elsewhere, split
from eniguard.rules.permissions import eni_row
from eniguard.rules.subjects import eni_subjects, needs_enis


def _is_vpc_row(action: str) -> bool:
    row = eni_row(action)
    return row is not None and row.product == "vpc"


#: The six rows that VPC serves, ECS twins included: VPC may refuse with its own code (docs/sources.md, API).
VPC_ROWS = frozenset(action for action in APIS if _is_vpc_row(action))


def may_be_about_a_managed_eni(call: Call) -> bool:
    """Whether the platform's own code may hide that the ENI is managed."""
    return call.action in VPC_ROWS and cause_of(call.error_code or "") == "other"


def blames_an_eni(call: Call) -> bool:
    """Whether a refusal is, or may be, about a managed ENI."""
    return call.error_code == ENI_MANAGED or may_be_about_a_managed_eni(call)


def needs_refused_enis(call: Call, facts: Facts) -> Iterable[Ref]:
    """The ENIs of a refusal that is, or may be, about a managed ENI; of no other refusal."""
    return needs_enis(call, facts) if blames_an_eni(call) else ()


class ManagedEniWriteRefused(Rule):
    """ENI001."""

    code = "ENI001"
    name = "managed-eni-write-refused"
    severity = "low"
    summary = "A write on a managed ENI was refused by the platform."
    why = (
        "A managed ENI belongs to the cloud service that created it; the account may only look at it, so "
        "whoever keeps trying is working on the wrong object."
    )
    advice = (
        "Leave the ENI alone. Its Description names the service: change or release the instance of that "
        "service, and the ENI follows."
    )
    actions = frozenset(api.action for api in APIS.values() if api.write and api.product in ("ecs", "vpc"))
    outcomes = REFUSED
    references = (Reference("Managed ENIs", "API permissions for managed ENIs"),)
    permissions = ("ecs:DescribeNetworkInterfaces", "vpc:DescribeEipAddresses", "vpc:DescribeIpv6Addresses")
    false_positives = "Terraform and clean-up scripts repeat such calls; every retry is an event of its own."

    concerns = staticmethod(blames_an_eni)
    needs = staticmethod(needs_refused_enis)

    def evaluate(self, case: Case) -> Verdicts:
        code = case.call.error_code or ""
        if case.check("the error code says that the ENI is managed", code == ENI_MANAGED, code):
            return self._named_by_code(case)
        if case.check(
            "the call is one that VPC serves, and its refusal may be about the ENI",
            may_be_about_a_managed_eni(case.call),
            f"{case.call.action}, {cause_of(code)}",
        ):
            return self._of_managed_enis(case)
        return ()

    def _named_by_code(self, case: Case) -> Verdicts:
        subjects = case.once(eni_subjects)
        if not case.check("the call leads to an ENI", bool(subjects), [one.name for one in subjects]):
            return [refused_elsewhere(self, case, Resource(ENI, "(not named)"))]
        return refusals(self, case, subjects, eni_row(case.call.action))

    def _of_managed_enis(self, case: Case) -> Verdicts:
        """A refusal with any other code counts only where the facts call the ENI managed.

        Where the table allows the call to the account, that the ENI is managed explains nothing.
        """
        managed, unsure = split(case, case.once(eni_subjects))
        row = eni_row(case.call.action)
        severity: Severity | None = "info" if row is not None and row.account else None
        found = (refusal(self, case, one, row, severity=severity) for one in managed)
        return [*found, *not_known(self, case, unsure)]
