"""RAM users."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from fakealiyun.ram.exceptions import already_exists, not_exist
from fakealiyun.ram.models.policies import PolicyKey


@dataclass
class User:
    """One RAM user with what is attached to it."""

    name: str
    id: str
    created_at: datetime
    updated_at: datetime
    display_name: str = ""
    comments: str = ""
    email: str = ""
    mobile_phone: str = ""
    policies: dict[PolicyKey, datetime] = field(default_factory=dict)


class Users:
    """The RAM users of one account."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}

    def get(self, name: str) -> User:
        """A user.

        Raises
        ------
        ApiError
            ``EntityNotExist.User``.
        """
        found = self.find(name)
        if found is None:
            raise not_exist("User", name)
        return found

    def find(self, name: str) -> User | None:
        """A user, or ``None``."""
        return self._users.get(name)

    def all(self) -> list[User]:
        """Every user, in the order they were made."""
        return list(self._users.values())

    def add(self, user: User) -> User:
        """Keep a new user.

        Raises
        ------
        ApiError
            ``EntityAlreadyExists.User``.
        """
        if user.name in self._users:
            raise already_exists("User", user.name)
        self._users[user.name] = user
        return user

    def remove(self, user: User) -> None:
        """Forget a user."""
        self._users.pop(user.name, None)
