"""The table of managed security groups (document "Managed security groups"; two versions, the same rows)."""

from __future__ import annotations

from eniguard.rules.permissions.rows import SG_DOCUMENT, Row

_CHANGES_THE_RULE = "changes the whole rule today, not only its description"

#: API, whether the account may call it, and what is known beyond the table. The service always may.
_ROWS: tuple[tuple[str, bool, str | None], ...] = (
    ("AuthorizeSecurityGroup", False, None),
    ("AuthorizeSecurityGroupEgress", False, None),
    ("RevokeSecurityGroup", False, None),
    ("RevokeSecurityGroupEgress", False, None),
    ("JoinSecurityGroup", False, None),
    ("LeaveSecurityGroup", False, None),
    ("DeleteSecurityGroup", False, None),
    ("ModifySecurityGroupAttribute", False, None),
    ("ModifySecurityGroupRule", False, _CHANGES_THE_RULE),
    ("ModifySecurityGroupEgressRule", False, _CHANGES_THE_RULE),
    ("ModifySecurityGroupPolicy", False, None),
    ("DescribeSecurityGroupAttribute", True, None),
    ("DescribeSecurityGroups", True, None),
    ("DescribeSecurityGroupReferences", True, None),
    ("CreateNetworkInterface", False, None),
    ("ModifyNetworkInterfaceAttribute", False, None),
    ("RunInstances", False, None),
    ("CreateInstance", False, None),
    ("ModifyInstanceAttribute", False, None),
)

SG_TABLE: tuple[Row, ...] = tuple(
    Row("sg", number, "ecs", api, account, True, SG_DOCUMENT, corrected)
    for number, (api, account, corrected) in enumerate(_ROWS, start=1)
)

SG_ROWS_BY_ACTION: dict[str, Row] = {row.action: row for row in SG_TABLE}

#: The rows whose call does not change a group but puts something into it (rows 15 to 19).
SG_REFERENCES: frozenset[str] = frozenset(row.action for row in SG_TABLE[14:])


def sg_row(action: str) -> Row | None:
    """The row of the managed-security-group table for an action, or ``None`` when it does not name it."""
    return SG_ROWS_BY_ACTION.get(action)
