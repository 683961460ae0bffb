"""What the policies of service roles allow, as published.

The documents keep their typing slips (``ecs:DescirbeSecurityGroups``), odd case (``Ecs:``) and wildcards:
actions are compared without case, and nothing is put right. ``complete`` says that every ``ecs``, ``vpc``
and ``ram`` action of the published document is there; the absence of an action from any other document
proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec
from msgspec import Struct

from eniguard.roles.catalogue import ServiceRole, index, role_named
from eniguard.roles.files import content

CREATE_SERVICE_LINKED_ROLE = "ram:createservicelinkedrole"
DELETE_SERVICE_LINKED_ROLE = "ram:deleteservicelinkedrole"
#: The condition key that ties both calls above to one trusted service.
SERVICE_NAME = "ram:ServiceName"


class _Statement(Struct, frozen=True):
    """One Allow statement; no published document of a service role has a Deny."""

    actions: tuple[str, ...]
    condition: dict[str, dict[str, tuple[str, ...]]] = {}


class _Document(Struct, frozen=True):
    """One policy document of ``data/policies.json``."""

    role: str
    version: str | None
    updated: str | None
    complete: bool
    source: str
    statements: tuple[_Statement, ...]


class RolePolicy(Struct, frozen=True):
    """The policy of one service role.

    Attributes
    ----------
    role
        The role, with the name of the policy.
    complete
        Whether every ``ecs``, ``vpc`` and ``ram`` action of the published document is in ``actions``.
    version, updated
        The version (``v3``) and its date (``2022-03-15``, or only a year); ``None`` when not known.
    source
        Where the document was published.
    actions
        The allowed actions in lower case, conditioned ones included; they may hold ``*`` and ``?``.
    deletes_own_role_service
        The trusted service whose service-linked role it may delete; ``None`` when there is none.
    creates_roles_of
        The trusted services whose service-linked roles it may create.
    """

    role: ServiceRole
    complete: bool
    version: str | None
    updated: str | None
    source: str
    actions: frozenset[str]
    deletes_own_role_service: str | None = None
    creates_roles_of: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _documents() -> Mapping[str, _Document]:
    documents = msgspec.json.decode(content("policies.json"), type=list[_Document])
    return {document.role: document for document in documents}


@lru_cache(maxsize=1)
def _by_policy() -> Mapping[str, ServiceRole]:
    return {role.policy.lower(): role for role in index().values() if role.policy is not None}


def policy_of(role_name: str) -> RolePolicy | None:
    """The stored policy of a role, found as ``role_named`` finds it; ``None`` when there is none."""
    role = role_named(role_name)
    return None if role is None else _policy(role)


@lru_cache(maxsize=256)
def _policy(role: ServiceRole) -> RolePolicy | None:
    document = _documents().get(role.name)
    if document is None:
        return None
    deleted = _services(document, DELETE_SERVICE_LINKED_ROLE)
    return RolePolicy(
        role=role,
        complete=document.complete,
        version=document.version,
        updated=document.updated,
        source=document.source,
        actions=frozenset(a.lower() for statement in document.statements for a in statement.actions),
        deletes_own_role_service=next(deleted, None),
        creates_roles_of=tuple(_services(document, CREATE_SERVICE_LINKED_ROLE)),
    )


def role_of_policy(policy_name: str) -> ServiceRole | None:
    """The role whose policy has this name, compared without case; ``None`` when it is no role's."""
    return _by_policy().get(policy_name.lower()) if policy_name.isascii() else None


@lru_cache(maxsize=8192)
def allows(policy: RolePolicy, action: str) -> bool:
    """Whether a policy lists an action (``ecs:DeleteNetworkInterface``), by name or by wildcard.

    Conditions are not looked at: ``deletes_own_role_service`` and ``creates_roles_of`` carry the only two
    that bear on ``ecs``, ``vpc`` and ``ram`` actions.
    """
    wanted = action.lower()
    if wanted in policy.actions:
        return True
    patterns = (listed for listed in policy.actions if "*" in listed or "?" in listed)
    return any(_expression(pattern).fullmatch(wanted) is not None for pattern in patterns)


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    """A RAM pattern as a regular expression: ``*`` is any run of characters, ``?`` is any one."""
    parts = ({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.compile("".join(parts))


def _services(document: _Document, action: str) -> Iterator[str]:
    """The trusted services that the ``ram:ServiceName`` conditions on an action name."""
    for statement in document.statements:
        if action in (listed.lower() for listed in statement.actions):
            for values in statement.condition.values():
                yield from values.get(SERVICE_NAME, ())
