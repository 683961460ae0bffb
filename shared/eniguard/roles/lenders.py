"""Services that hand a role's credentials to code of the account that owns the role."""

from __future__ import annotations

from collections.abc import Iterable

#: What runs on an instance, in a function or through a template acts with the role it was given: a role that
#: trusts one of these services is not out of the account's hands.
_LENDERS = frozenset(
    {
        "ecs.aliyuncs.com",
        "eci.aliyuncs.com",
        "fc.aliyuncs.com",
        "oos.aliyuncs.com",
        "ros.aliyuncs.com",
        "sae.aliyuncs.com",
    }
)


def lent_to_the_account(services: Iterable[str]) -> bool:
    """Whether one of the services that a role trusts runs code of the account with it."""
    return any(service.lower() in _LENDERS for service in services)
