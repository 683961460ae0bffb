"""The compiled policy: what guard.yml says, as plain records that need no validation library."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from eniguard.model.severity import Severity


class RuleSettings(Struct, frozen=True):
    """How one rule is tuned; ``None`` keeps what the rule says itself."""

    enabled: bool | None = None
    severity: Severity | None = None
    params: dict[str, Any] = {}


class ActorMatch(Struct, frozen=True):
    """One caller, named exactly: by role, by user name or by principal id (compared without case)."""

    role: str | None = None
    user: str | None = None
    principal_id: str | None = None


class Actors(Struct, frozen=True):
    """Who is who.

    ``controllers`` are container platforms and their node roles. ``approved_services`` are trusted service
    names (``nat.aliyuncs.com``); ``None`` means that nobody drew up a list. ``service_ids`` maps the
    numeric ServiceID of managed security groups to a trusted service name.
    """

    controllers: tuple[ActorMatch, ...] = ()
    approved_services: tuple[str, ...] | None = None
    service_ids: dict[str, str] = {}


class Guard(Struct, frozen=True):
    """The guard's own things: the roles its functions run as."""

    roles: tuple[str, ...] = ()


class Policy(Struct, frozen=True):
    """Everything the deciding core is told by configuration.

    ``accounts`` are the ids of the user's own accounts, beside the one an event belongs to.
    """

    accounts: tuple[str, ...] = ()
    rules: dict[str, RuleSettings] = {}
    actors: Actors = Actors()
    guard: Guard = Guard()


DEFAULT_POLICY = Policy()
