"""Service roles that write to another service's ENI."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.model import Reference
from eniguard.rules.case import Case
from eniguard.rules.foreign import ForeignWrite
from eniguard.rules.permissions import (
    DOCUMENTS_ENI_CODE,
    ENI_TABLE,
    UNDOCUMENTED_ENI_TAG_WRITES,
    UNDOCUMENTED_ENI_WRITES,
    Row,
    account_forbidden,
    eni_row,
)
from eniguard.rules.subjects import EniSubject, eni_subjects, needs_enis

#: Every write of the table, the allowed one included, and those that it does not name.
_WRITES = (
    account_forbidden("eni")
    | {row.action for row in ENI_TABLE if row.api == "ModifyIpv6InternetBandwidth"}
    | DOCUMENTS_ENI_CODE
    | UNDOCUMENTED_ENI_WRITES
    | UNDOCUMENTED_ENI_TAG_WRITES
)


class ManagedEniForeignService(ForeignWrite):
    """ENI004."""

    code = "ENI004"
    name = "managed-eni-foreign-service"
    severity = "info"
    summary = "A service's role wrote to an ENI that another service manages."
    why = (
        "The table lets only the service that created a managed ENI change it; another service has no "
        "business there."
    )
    advice = (
        "Ask both products' support whether they work together here. If not, look at who can assume the "
        "calling role, and from where it was used."
    )
    actions = frozenset(_WRITES)
    references = (Reference("Managed ENIs", "API permissions for managed ENIs"),)
    permissions = ("ecs:DescribeNetworkInterfaces", "vpc:DescribeEipAddresses", "vpc:DescribeIpv6Addresses")
    false_positives = (
        "Products that are built on others share ENIs, and the Description is free text: until the call that "
        "made the ENI is on record, this is info."
    )

    needs = staticmethod(needs_enis)

    def subjects(self, case: Case) -> Sequence[EniSubject]:
        return eni_subjects(case)

    def row(self, case: Case) -> Row | None:
        return eni_row(case.call.action)
