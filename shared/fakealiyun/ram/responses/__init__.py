"""Wire in and out of RAM, of ResourceManager for service-linked roles, and of STS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakealiyun.ram.responses.policies import policy_items
from fakealiyun.ram.responses.roles import role_item

if TYPE_CHECKING:
    from fakealiyun.region import Account


def snapshot_items(account: Account) -> dict[str, list[dict[str, Any]]]:
    """The roles of an account as GetRole returns them, and the policies that are its own or in use."""
    return {
        "ram:Role": [role_item(role, account.ram) for role in account.ram.roles.all()],
        "ram:Policy": policy_items(account.ram),
    }
