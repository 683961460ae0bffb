"""The compiled policy: what guard.yml says, as plain records that need no validation library."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from eniguard.model.severity import Severity
from eniguard.settings.guard import Guard
from eniguard.settings.remediation import RemediationSettings
from eniguard.settings.sweep import SweepSettings


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

    def names(self, role: str | None, user: str | None, principal_id: str | None) -> bool:
        """Whether every part that this names is the caller's; ``user`` is ``None`` in an assumed role."""
        pairs = ((self.role, role), (self.user, user), (self.principal_id, principal_id))
        wanted = [(want, have) for want, have in pairs if want is not None]
        return bool(wanted) and all(
            have is not None and have.lower() == want.lower() for want, have in wanted
        )


class Actors(Struct, frozen=True):
    """Who is who.

    ``controllers`` are container platforms and their node roles. ``deployers`` are the pipelines that deploy
    the guard. ``approved_services`` are trusted service
    names (``nat.aliyuncs.com``); ``None`` means that nobody drew up a list. ``service_ids`` maps the
    numeric ServiceID of managed security groups to a trusted service name.
    """

    controllers: tuple[ActorMatch, ...] = ()
    deployers: tuple[ActorMatch, ...] = ()
    approved_services: tuple[str, ...] | None = None
    service_ids: dict[str, str] = {}


class StateSettings(Struct, frozen=True):
    """Where state is kept.

    ``url`` names the store; it, or its ``password``, may be a reference (``env:NAME``, ``kms:NAME``). What is
    kept there begins with ``prefix``.
    """

    url: str
    password: str | None = None
    prefix: str = ""


class Policy(Struct, frozen=True):
    """Everything the deciding core is told by configuration.

    ``accounts`` are the ids of the user's own accounts, beside the one an event belongs to;
    ``account_roles`` the roles to assume in those that things are looked up in, by id, ``remediation_roles``
    those to put things back with. ``rule_modules`` are importable modules with rules beside the packaged
    ones; ``rules`` tunes single rules by code. ``regions`` are those to look after, ``state`` is where state
    is kept; ``None`` says nothing of it. ``sweep`` is how the sweep works, ``remediation`` how far things are
    put back.
    ``source`` is the file all this stands in, for messages.
    """

    accounts: tuple[str, ...] = ()
    account_roles: dict[str, str] = {}
    remediation_roles: dict[str, str] = {}
    regions: tuple[str, ...] | None = None
    rule_modules: tuple[str, ...] = ()
    rules: dict[str, RuleSettings] = {}
    actors: Actors = Actors()
    guard: Guard = Guard()
    state: StateSettings | None = None
    sweep: SweepSettings = SweepSettings()
    remediation: RemediationSettings = RemediationSettings()
    source: str | None = None


DEFAULT_POLICY = Policy()
