"""Roles that functions of a template take in a member account, and what these have to be allowed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eniguard.deployment.needs import EVERYWHERE, Need, Role, assuming, of_remedies, roles_of
from eniguard.errors import ConfigError
from eniguard.settings import Policy


def member_roles(resources: Mapping[str, Any], policy: Policy, account: str) -> list[Role]:
    """The roles in a member account: that of look-ups, and that of putting things back.

    Parameters
    ----------
    resources
        Those of the rendered template, without problems.
    policy
        The guard.yml that is deployed.
    account
        The id of the member account.

    Raises
    ------
    ConfigError
        No function of the template takes a role there; or as for `roles_of`.
    """
    found = list(_roles(roles_of(resources, policy), policy, account))
    if not found:
        raise ConfigError(
            f"{policy.source or 'guard.yml'}: no function takes a role in account {account}: name a role "
            "under accounts, or a remediation_role and a mode of approve or auto, in an account other than "
            "that of the functions"
        )
    return found


def _roles(own: list[Role], policy: Policy, account: str) -> Iterator[Role]:
    reader, writer = policy.account_roles.get(account), policy.remediation_roles.get(account)
    if reader is not None and (takers := _takers(own, account, reader)):
        needs = {need for one in takers for need in one.needs if need.resource == EVERYWHERE}
        yield _role(reader, account, "looking things up", needs, takers)
    if writer is not None and (takers := _takers(own, account, writer)):
        yield _role(writer, account, "putting things back", set(of_remedies(policy, account)), takers)


def _takers(own: list[Role], account: str, role: str) -> list[Role]:
    return [one for one in own if assuming(account, role) in one.needs]


def _role(name: str, account: str, what: str, needs: set[Need], takers: list[Role]) -> Role:
    arns = tuple([f"acs:ram::{one.account}:role/{one.name}" for one in takers])
    return Role(name, account, "", f"{what} in account {account}", tuple(sorted(needs)), arns)
