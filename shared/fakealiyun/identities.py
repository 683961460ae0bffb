"""Callers of the fake cloud, and the keys they sign with."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

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
    role (``nat.aliyuncs.com``); ``None`` for callers of the account. Sessions of assumed roles have a
    beginning (``since``), may have an end (``expires``) and a ``policy`` of their own, and may have been
    asked for by another caller (``assumed_by``).
    """

    type: IdentityType
    account_id: str
    principal_id: str
    user_name: str
    keys: Keys
    role: str | None = None
    session: str | None = None
    service: str | None = None
    since: datetime | None = None
    expires: datetime | None = None
    policy: Mapping[str, Any] | None = None
    assumed_by: Identity | None = None

    @property
    def is_service(self) -> bool:
        """Whether a cloud service is behind the call."""
        return self.service is not None

    def expired(self, now: datetime) -> bool:
        """Whether its keys are no longer valid."""
        return self.expires is not None and now >= self.expires


def service_number(service: str) -> int:
    """The ``ServiceID`` of a cloud service: sixteen digits, the same in every fake cloud."""
    return 1_000_000_000_000_000 + zlib.crc32(service.encode())
