"""Writes of the account on managed ENIs that went through: forbidden, undocumented, and allowed ones."""

from __future__ import annotations

from eniguard.model import Finding, Reference, Resource
from eniguard.model.kinds import ENI_PERMISSION
from eniguard.rules.base import CUSTOMERS, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.managed import described, judged, managed_evidence, place
from eniguard.rules.permissions import (
    DOCUMENTS_ENI_CODE,
    UNDOCUMENTED_ENI_TAG_WRITES,
    UNDOCUMENTED_ENI_WRITES,
    account_forbidden,
    eni_row,
)
from eniguard.rules.subjects import EniSubject, eni_subjects, needs_enis

_TABLE = Reference("Managed ENIs", "API permissions for managed ENIs")
_LOOKS_UP = ("ecs:DescribeNetworkInterfaces", "vpc:DescribeEipAddresses", "vpc:DescribeIpv6Addresses")
_ALLOWED = "vpc:ModifyIpv6InternetBandwidth"


class ManagedEniWriteSucceeded(Rule):
    """ENI003."""

    code = "ENI003"
    name = "managed-eni-write-succeeded"
    severity = "critical"
    summary = "The account changed a managed ENI, which the platform should have refused."
    why = (
        "The service behind the ENI relies on it and does not expect the change; and a platform that lets it "
        "through no longer protects the other managed ENIs either."
    )
    advice = (
        "Find out which service the ENI belongs to and whether it still works, undo the change together with "
        "its support, and ask the caller for the reason. Do not try to repair the ENI yourself."
    )
    actions = account_forbidden("eni") | DOCUMENTS_ENI_CODE
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (_TABLE,)
    permissions = _LOOKS_UP
    false_positives = (
        "The service gave the ENI up between the time of the inventory and the call: look at ServiceManaged "
        "as it is now."
    )

    needs = staticmethod(needs_enis)

    def evaluate(self, case: Case) -> Verdicts:
        return judged(self, case, eni_subjects(case), self._changed)

    def _changed(self, case: Case, subject: EniSubject) -> Finding:
        resource = subject.resource()
        return self.finding(
            case,
            resource,
            f"{case.call.name} succeeded although {described(resource)}",
            evidence=managed_evidence(case, subject),
            references=place(eni_row(case.call.action)),
        )


class ManagedEniUndocumentedWrite(Rule):
    """ENI014."""

    code = "ENI014"
    name = "managed-eni-undocumented-write"
    severity = "medium"
    summary = "The account made a write on a managed ENI of which the documents say nothing."
    why = (
        "The permission table does not name the call, so nobody promises that the service tolerates it; a "
        "permission or a queue setting changes how its traffic flows, a tag only how the ENI is found."
    )
    advice = (
        "Undo it unless the service behind the ENI asked for it; its Description names the service. Keep "
        "automation that tags or tunes every ENI away from those with ServiceManaged = true."
    )
    actions = UNDOCUMENTED_ENI_WRITES | UNDOCUMENTED_ENI_TAG_WRITES
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (_TABLE,)
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = "Cost and inventory tools put tags on every resource; such calls are info."

    needs = staticmethod(needs_enis)

    def evaluate(self, case: Case) -> Verdicts:
        if permission_ids := case.call.ids(ENI_PERMISSION):
            return self._behind_a_permission(case, permission_ids[0])
        return judged(self, case, eni_subjects(case), self._written)

    def _written(self, case: Case, subject: EniSubject) -> Finding:
        resource = subject.resource()
        tags_only = case.call.action in UNDOCUMENTED_ENI_TAG_WRITES
        return self.finding(
            case,
            resource,
            f"{case.call.name}, which no document covers, succeeded; {described(resource)}",
            severity="info" if tags_only else None,
            evidence=managed_evidence(case, subject),
        )

    def _behind_a_permission(self, case: Case, permission_id: str) -> Verdicts:
        """Deleting a permission names the permission only; nothing on record leads from it to its ENI."""
        case.check("the call names the ENI", False, permission_id)
        return [
            self.undecided(
                case,
                f"it is not known which ENI the permission {permission_id} was about",
                case.before.ref(ENI_PERMISSION, permission_id),
                subject=Resource(ENI_PERMISSION, permission_id),
            )
        ]


class ManagedEniIpv6BandwidthChanged(Rule):
    """ENI011."""

    code = "ENI011"
    name = "managed-eni-ipv6-bandwidth-changed"
    severity = "info"
    summary = "The account changed the IPv6 Internet bandwidth of a managed ENI, which it may."
    why = "It is the only write the account may make on a managed ENI; it changes cost and throughput."
    advice = "Nothing to do if the change was planned. If not, set the bandwidth back to what it was."
    actions = frozenset((_ALLOWED,))
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (Reference("Managed ENIs", "row 14 ModifyIpv6InternetBandwidth"),)
    permissions = ("ecs:DescribeNetworkInterfaces", "vpc:DescribeIpv6Addresses")
    false_positives = "Every planned change of bandwidth is reported; it is a record, not an alarm."

    needs = staticmethod(needs_enis)

    def evaluate(self, case: Case) -> Verdicts:
        return judged(self, case, eni_subjects(case), self._changed)

    def _changed(self, case: Case, subject: EniSubject) -> Finding:
        resource = subject.resource()
        bandwidth = case.call.parameters.integer("Bandwidth")
        to = "" if bandwidth is None else f" to {bandwidth} Mbit/s"
        return self.finding(
            case,
            resource,
            f"The IPv6 bandwidth was changed{to}; {described(resource)}",
            evidence=managed_evidence(case, subject),
        )
