"""Roles, ordinary and service-linked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from fakealiyun.ram.exceptions import already_exists, not_exist
from fakealiyun.ram.models.policies import Document, PolicyKey


@dataclass
class Role:
    """One role.

    Attributes
    ----------
    trust
        Who may assume it.
    service
        The service it is linked to (``nat.aliyuncs.com``); ``None`` for an ordinary role.
    policies
        What is attached, with the time since when.
    max_session
        Seconds that a session may last.
    last_deletion
        Id of the latest task to delete it.
    """

    name: str
    id: str
    account_id: str
    trust: Document
    created_at: datetime
    updated_at: datetime
    description: str = ""
    service: str | None = None
    policies: dict[PolicyKey, datetime] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    max_session: int = 3600
    last_deletion: str | None = None

    @property
    def arn(self) -> str:
        """As in ``acs:ram::1234567890123456:role/name``, the name in lower case."""
        return f"acs:ram::{self.account_id}:role/{self.name.lower()}"


class Roles:
    """The roles of one account; names are compared without case."""

    def __init__(self) -> None:
        self._roles: dict[str, Role] = {}

    def get(self, name: str) -> Role:
        """A role.

        Raises
        ------
        ApiError
            ``EntityNotExist.Role``.
        """
        found = self.find(name)
        if found is None:
            raise not_exist("Role", name)
        return found

    def find(self, name: str) -> Role | None:
        """A role, or ``None``."""
        return self._roles.get(name.lower())

    def linked_to(self, service: str) -> Role | None:
        """The role without a suffix that is linked to a service, or ``None``."""
        for role in self._roles.values():
            if role.service == service and "_" not in role.name:
                return role
        return None

    def all(self) -> list[Role]:
        """Every role, in the order they were made."""
        return list(self._roles.values())

    def add(self, role: Role) -> Role:
        """Keep a new role.

        Raises
        ------
        ApiError
            ``EntityAlreadyExists.Role``.
        """
        if self.find(role.name) is not None:
            raise already_exists("Role", role.name)
        self._roles[role.name.lower()] = role
        return role

    def remove(self, role: Role) -> None:
        """Forget a role."""
        self._roles.pop(role.name.lower(), None)
