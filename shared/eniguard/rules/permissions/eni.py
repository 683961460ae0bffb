"""The table of managed ENIs (document "Managed ENIs", updated 2026-04-27)."""

from __future__ import annotations

from eniguard.rules.permissions.rows import ENI_DOCUMENT, Row

_A_VPC_CALL = "an API of VPC, not of ECS; it may refuse with another code than the ECS calls"

#: API, whether the account may call it, and what is known beyond the table. The service always may.
_ROWS: tuple[tuple[str, str, bool, str | None], ...] = (
    ("ecs", "DescribeNetworkInterfaces", True, None),
    ("ecs", "DeleteNetworkInterface", False, None),
    ("ecs", "ModifyNetworkInterfaceAttribute", False, None),
    ("ecs", "AttachNetworkInterface", False, None),
    ("ecs", "DetachNetworkInterface", False, None),
    ("ecs", "AssignPrivateIpAddresses", False, None),
    ("ecs", "UnassignPrivateIpAddresses", False, None),
    ("ecs", "AssignIpv6Addresses", False, None),
    ("ecs", "UnassignIpv6Addresses", False, None),
    ("vpc", "AssociateEipAddress", False, _A_VPC_CALL),
    ("vpc", "UnassociateEipAddress", False, _A_VPC_CALL),
    ("vpc", "AssociateEipAddressBatch", False, _A_VPC_CALL),
    ("vpc", "AllocateIpv6InternetBandwidth", False, _A_VPC_CALL),
    (
        "vpc",
        "ModifyIpv6InternetBandwidth",
        True,
        "an API of VPC, not of ECS; open to the account, although the text allows it queries only",
    ),
    ("vpc", "DeleteIpv6InternetBandwidth", False, _A_VPC_CALL),
)

ENI_TABLE: tuple[Row, ...] = tuple(
    Row("eni", number, product, api, account, True, ENI_DOCUMENT, corrected)
    for number, (product, api, account, corrected) in enumerate(_ROWS, start=1)
)

#: ECS carries deprecated twins of two of the VPC calls; they are judged by the same rows.
_TWINS = ("AssociateEipAddress", "UnassociateEipAddress")

ENI_ROWS_BY_ACTION: dict[str, Row] = {
    **{row.action: row for row in ENI_TABLE},
    **{f"ecs:{row.api}": row for row in ENI_TABLE if row.api in _TWINS},
}

#: Writes outside the table whose API documentation lists ``InvalidOperation.EniServiceManaged``.
DOCUMENTS_ENI_CODE: frozenset[str] = frozenset({"ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"})

#: ENI writes that the table does not name and that document no such code.
UNDOCUMENTED_ENI_WRITES: frozenset[str] = frozenset(
    {
        "ecs:CreateNetworkInterfacePermission",
        "ecs:DeleteNetworkInterfacePermission",
        "ecs:EnableNetworkInterfaceQoS",
        "ecs:DisableNetworkInterfaceQoS",
    }
)
#: As above, for calls that only change tags.
UNDOCUMENTED_ENI_TAG_WRITES: frozenset[str] = frozenset(
    {"ecs:TagResources", "ecs:UntagResources", "ecs:AddTags", "ecs:RemoveTags"}
)


def eni_row(action: str) -> Row | None:
    """The row of the managed-ENI table for an action, or ``None`` when the table does not name it."""
    return ENI_ROWS_BY_ACTION.get(action)
