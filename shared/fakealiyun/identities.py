"""Callers of the fake cloud, and the keys they sign with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

IdentityType = Literal["root-account", "ram-user", "assumed-role"]


@dataclass(frozen=True)
class Keys:
    """What a client signs with; ``token`` is set for temporary credentials."""

    access_key_id: str
    access_key_secret: str
    token: str | None = None


@dataclass(frozen=True)
class Identity:
    """One caller.

    ``role`` and ``session`` are set for assumed roles. ``service`` is the cloud service that acts through its
    role (``nat.aliyuncs.com``); ``None`` for callers of the account.
    """

    type: IdentityType
    account_id: str
    principal_id: str
    user_name: str
    keys: Keys
    role: str | None = None
    session: str | None = None
    service: str | None = None

    @property
    def is_service(self) -> bool:
        """Whether a cloud service is behind the call."""
        return self.service is not None
