"""The two permission tables: what the account and the creating service may call on a managed resource.

Written from the documents "Managed ENIs" (updated Apr 27, 2026) and "Managed security groups". Guards that
judge recorded calls carry tables of their own; that both say the same is for a test to show.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One row: may the account call it, may the service that created the resource."""

    product: str
    api: str
    account: bool
    service: bool


def _rows(product: str, account: bool, apis: str) -> list[Row]:
    return [Row(product, api, account, True) for api in apis.split()]


_ENI_ROWS = [
    *_rows("ecs", True, "DescribeNetworkInterfaces"),
    *_rows(
        "ecs",
        False,
        "DeleteNetworkInterface ModifyNetworkInterfaceAttribute AttachNetworkInterface "
        "DetachNetworkInterface "
        "AssignPrivateIpAddresses UnassignPrivateIpAddresses AssignIpv6Addresses UnassignIpv6Addresses",
    ),
    *_rows(
        "vpc",
        False,
        "AssociateEipAddress UnassociateEipAddress AssociateEipAddressBatch AllocateIpv6InternetBandwidth",
    ),
    *_rows("vpc", True, "ModifyIpv6InternetBandwidth"),
    *_rows("vpc", False, "DeleteIpv6InternetBandwidth"),
]

_GROUP_ROWS = [
    *_rows(
        "ecs",
        False,
        "AuthorizeSecurityGroup AuthorizeSecurityGroupEgress RevokeSecurityGroup RevokeSecurityGroupEgress "
        "JoinSecurityGroup LeaveSecurityGroup DeleteSecurityGroup ModifySecurityGroupAttribute "
        "ModifySecurityGroupRule ModifySecurityGroupEgressRule ModifySecurityGroupPolicy",
    ),
    *_rows(
        "ecs", True, "DescribeSecurityGroupAttribute DescribeSecurityGroups DescribeSecurityGroupReferences"
    ),
    *_rows(
        "ecs",
        False,
        "CreateNetworkInterface ModifyNetworkInterfaceAttribute RunInstances CreateInstance "
        "ModifyInstanceAttribute",
    ),
]

#: The 15 rows for managed ENIs, by action.
ENI_TABLE: dict[str, Row] = {f"{row.product}:{row.api}": row for row in _ENI_ROWS}
#: The 19 rows for managed security groups, by action.
GROUP_TABLE: dict[str, Row] = {f"{row.product}:{row.api}": row for row in _GROUP_ROWS}
#: APIs beside the table whose error list has ``InvalidOperation.EniServiceManaged`` (docs/sources.md, API).
ALSO_REFUSE_MANAGED_ENIS = frozenset({"ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"})
