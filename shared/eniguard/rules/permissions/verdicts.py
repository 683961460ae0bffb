"""What the tables say, taken together."""

from __future__ import annotations

from eniguard.rules.permissions.eni import ENI_ROWS_BY_ACTION
from eniguard.rules.permissions.rows import TableName
from eniguard.rules.permissions.security_group import SG_ROWS_BY_ACTION

_BY_ACTION = {"eni": ENI_ROWS_BY_ACTION, "sg": SG_ROWS_BY_ACTION}


def account_forbidden(table: TableName) -> frozenset[str]:
    """The actions that a table forbids the account on a managed resource, ECS twins of EIP calls included."""
    return frozenset(action for action, row in _BY_ACTION[table].items() if not row.account)
