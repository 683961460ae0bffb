"""Writes on managed ENIs that the platform refused."""

from __future__ import annotations

from eniguard.events.catalog import APIS
from eniguard.events.outcomes import ENI_MANAGED, cause_of
from eniguard.model import Reference
from eniguard.rules.base import Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.permissions import ENI_TABLE
from eniguard.rules.subjects import needs_enis

#: The rows of the table that VPC serves: it may refuse with a code of its own (domain.md 2.6).
VPC_ROWS = frozenset(
    f"{product}:{row.api}" for row in ENI_TABLE if row.product == "vpc" for product in ("vpc", "ecs")
)


class ManagedEniWriteRefused(Rule):
    """ENI001."""

    code = "ENI001"
    name = "managed-eni-write-refused"
    severity = "low"
    summary = "A write on a managed ENI was refused by the platform."
    why = "The service that created the ENI manages it; the account may only look at it."
    advice = "Leave the ENI alone. To change or remove it, change or release the instance of the service that manages it."
    actions = frozenset(api.action for api in APIS.values() if api.write and api.product in ("ecs", "vpc"))
    outcomes = frozenset(("refused",))
    references = (Reference("Managed ENIs", "API permissions for managed ENIs"),)
    permissions = ("ecs:DescribeNetworkInterfaces", "vpc:DescribeEipAddresses", "vpc:DescribeIpv6Addresses")
    false_positives = "Clean-up tools and Terraform retry such calls; each retry is one more event."

    needs = staticmethod(needs_enis)

    def evaluate(self, case: Case) -> Verdicts:
        code = case.call.error_code or ""
        if case.check("the error code says that the ENI is managed", code == ENI_MANAGED, code):
            return self._proven(case)
        if case.call.action not in VPC_ROWS:
            return ()
        if not case.check("the refusal can be about the ENI", cause_of(code) == "other", cause_of(code)):
            return ()
        return self._resolved(case)
