"""What the policies of service roles allow, as published.

Each document lies in ``data/policies`` under the name of its role, and is read when it is first asked for. It
keeps its typing slips (``ecs:DescirbeSecurityGroups``), odd case (``Ecs:``) and wildcards: actions are
compared without case, nothing is put right, and ``slips`` records what was probably meant. ``complete`` says
that every ``ecs``, ``vpc`` and ``ram`` action of the published document is there; the absence of an action
from any other document proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from eniguard.roles.catalogue import ServiceRole, index, role_named
from eniguard.roles.files import document
from eniguard.roles.statements import SERVICE_NAME, Statement, statements_of

CREATE_SERVICE_LINKED_ROLE = "ram:CreateServiceLinkedRole"
DELETE_SERVICE_LINKED_ROLE = "ram:DeleteServiceLinkedRole"

#: The products whose actions a complete document has.
PRODUCTS = frozenset(("ecs", "vpc", "ram"))


class _Published(Struct, frozen=True, kw_only=True):
    """A document with where it was published, as in ``data/policies``."""

    source: str
    version: str | None = None
    updated: str | None
    complete: bool
    document: dict[str, Any]


class _File(_Published, frozen=True, kw_only=True):
    """One file of ``data/policies``: the newest document that is known, and those before it."""

    slips: dict[str, str] = {}
    earlier: tuple[_Published, ...] = ()


class Earlier(Struct, frozen=True):
    """An older document of a policy: when and where it was published, and its actions in lower case."""

    source: str
    updated: str | None
    complete: bool
    actions: frozenset[str]


class RolePolicy(Struct, frozen=True, eq=False):
    """The policy of one service role; there is one object for each role.

    Attributes
    ----------
    role
        The role, with the name of the policy.
    complete
        Whether every ``ecs``, ``vpc`` and ``ram`` action of the published document is in ``statements``.
    version, updated
        The version (``v3``) and its date (``2022-03-15``, or only a year); ``None`` when not known.
    source
        Where the document was published.
    statements
        The document; published documents of service roles have Allow statements only.
    slips
        Actions that are misspelt in the document, each with the one that was probably meant.
    earlier
        Older documents of the same policy.
    """

    role: ServiceRole
    complete: bool
    version: str | None
    updated: str | None
    source: str
    statements: tuple[Statement, ...]
    slips: Mapping[str, str] = {}
    earlier: tuple[Earlier, ...] = ()

    @property
    def actions(self) -> frozenset[str]:
        """The allowed actions in lower case, conditioned ones included; they may hold ``*`` and ``?``."""
        return _actions(self.statements)

    @property
    def creates_roles_of(self) -> tuple[str, ...]:
        """The trusted services whose service-linked roles it may create."""
        return tuple(_services(self.statements, CREATE_SERVICE_LINKED_ROLE))

    @property
    def deletes_own_role_service(self) -> str | None:
        """The trusted service whose service-linked role it may delete; ``None`` when there is none."""
        return next(_services(self.statements, DELETE_SERVICE_LINKED_ROLE), None)

    def slip_for(self, action: str) -> str | None:
        """What the document has in place of an action that it probably means; ``None`` if nothing."""
        return next((slip for slip, meant in self.slips.items() if meant.lower() == action.lower()), None)


@lru_cache(maxsize=1)
def _by_policy() -> Mapping[str, ServiceRole]:
    return {role.policy.lower(): role for role in index().values() if role.policy is not None}


def policy_of(role_name: str) -> RolePolicy | None:
    """The stored policy of a role, found as ``role_named`` finds it; ``None`` when there is none."""
    role = role_named(role_name)
    return None if role is None else _policy(role)


@lru_cache(maxsize=256)
def _policy(role: ServiceRole) -> RolePolicy | None:
    content = document(role.name)
    if content is None:
        return None
    file = msgspec.json.decode(content, type=_File)
    return RolePolicy(
        role=role,
        complete=file.complete,
        version=file.version,
        updated=file.updated,
        source=file.source,
        statements=statements_of(file.document) or (),
        slips=file.slips,
        earlier=tuple([_older(one) for one in file.earlier]),
    )


def role_of_policy(policy_name: str) -> ServiceRole | None:
    """The role whose policy has this name, compared without case; ``None`` when it is no role's."""
    return _by_policy().get(policy_name.lower()) if policy_name.isascii() else None


@lru_cache(maxsize=8192)
def statements_about(policy: RolePolicy, action: str) -> tuple[Statement, ...]:
    """The statements of a policy that are about an action; a service makes the same few calls all day."""
    return tuple([one for one in policy.statements if one.lists(action)])


@lru_cache(maxsize=8192)
def allows_freely(policy: RolePolicy, action: str) -> bool:
    """Whether a policy allows an action on every resource and on no condition."""
    listed = statements_about(policy, action)
    free = [one for one in listed if one.allow and one.everywhere and not one.conditions]
    return bool(free) and all(one.allow for one in listed)


def _older(published: _Published) -> Earlier:
    actions = _actions(statements_of(published.document) or ())
    return Earlier(published.source, published.updated, published.complete, actions)


def _actions(statements: Iterable[Statement]) -> frozenset[str]:
    return frozenset([action.lower() for one in statements for action in one.actions])


def _services(statements: Iterable[Statement], action: str) -> Iterator[str]:
    """The trusted services that the ``ram:ServiceName`` conditions on an action name."""
    for one in statements:
        if one.lists(action):
            for condition in one.conditions:
                if condition.about(SERVICE_NAME):
                    yield from condition.values
