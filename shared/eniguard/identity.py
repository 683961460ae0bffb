"""Who made a call: the guard, a cloud service, a controller, or somebody of the account.

Only the role part of an assumed role counts; the session name is chosen by the caller. A role is a
service's when it is in the role catalogue, or when its trust policy names services and nobody else.
"""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache

from eniguard.events.calls import Call, Caller
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Role
from eniguard.facts.refs import NEVER_ASKED, FactValue, Ref
from eniguard.facts.state import reference
from eniguard.model import Actor, ActorKind
from eniguard.model.kinds import ROLE
from eniguard.roles import lent_to_the_account, looks_like_service_role, role_named
from eniguard.settings import Policy

NO_LEDGER: Container[str] = frozenset()

#: The kind of actor, the service it stands for, and what says so.
Kind = tuple[ActorKind, str | None, str]


def needs(call: Call) -> tuple[Ref, ...]:
    """The trust policy of a role that looks like a service's and is not in the role catalogue."""
    role = call.caller.role
    if role is None or not _has_to_be_confirmed(role):
        return ()
    return (reference(call, ROLE, role),)


@lru_cache(maxsize=4096)
def _has_to_be_confirmed(role: str) -> bool:
    return role_named(role) is None and looks_like_service_role(role)


def classify(call: Call, policy: Policy, facts: Facts, ledger: Container[str] = NO_LEDGER) -> Actor:
    """The actor behind a call.

    Parameters
    ----------
    call
        The call with its caller as recorded.
    policy
        Names the guard's own roles and the controllers.
    facts
        May hold the caller's role with its trust policy.
    ledger
        Request ids of the guard's own calls; the guard's role alone proves nothing.
    """
    return actor_of(call.caller, _kind(call, policy, facts, ledger))


def why(call: Call, policy: Policy, facts: Facts, ledger: Container[str] = NO_LEDGER) -> str:
    """What `classify` went by, in words; the parameters are the same."""
    return _kind(call, policy, facts, ledger)[2]


def common_kind(type_: str, role: str | None, policy: Policy) -> Kind | None:
    """What `classify` says, before any look-up, of all callers of a type and role: enough for nearly all.

    ``None`` where they may differ; of a call that the platform made `classify` has to be asked, too.
    """
    if role is not None and (_named(role, policy.guard.roles) or _has_to_be_confirmed(role)):
        return None
    if any(one.user is not None or one.principal_id is not None for one in policy.actors.controllers):
        return None
    return _caller_kind(Caller(type_, role=role), policy)


def actor_of(caller: Caller, kind: Kind) -> Actor:
    """A caller of a kind."""
    return Actor(
        kind[0],
        caller.type,
        caller.principal_id,
        caller.user_name,
        caller.role,
        caller.session,
        kind[1],
        caller.source_ip,
        caller.user_agent,
    )


def _kind(call: Call, policy: Policy, facts: Facts, ledger: Container[str]) -> Kind:
    caller, role = call.caller, call.caller.role
    if call.platform:
        return "service", caller.user_name, "the platform itself made the call"
    if role is None:
        return _caller_kind(caller, policy)
    if _named(role, policy.guard.roles) and call.request_id is not None and call.request_id in ledger:
        return "self", None, "the guard's role, and the request id is one of its own calls"
    live = facts.get(reference(call, ROLE, role), NEVER_ASKED).value if facts else None
    return _caller_kind(caller, policy, live)


def _caller_kind(caller: Caller, policy: Policy, live: FactValue | None = None) -> Kind:
    """What a caller is who is neither the platform nor the guard; ``live`` is the role as it stands."""
    if caller.type == "assumed-role" and caller.role is None:
        return "unconfirmed_service", None, "a role was assumed, and the event does not name it"
    if _is_controller(caller, policy):
        return "controller", None, "named under actors.controllers of guard.yml"
    if caller.role is not None:
        return _role_kind(caller.role, live)
    return "account", None, "not a role, and not named under actors.controllers of guard.yml"


def _role_kind(role: str, live: FactValue | None) -> Kind:
    """What a role makes of its caller: catalogue first, then the trust policy, which overrules a name."""
    listed = role_named(role)
    if isinstance(live, Role) and live.services is not None:
        if live.others or not live.services:
            return "account", None, "the trust policy of the role lets others than services assume it"
        if listed is None and lent_to_the_account(live.services):
            return "account", None, "the trust policy names a service that runs code of the account"
        service = listed.service if listed is not None and listed.service else live.services[0]
        return "service", service, "the trust policy of the role lets only services assume it"
    if listed is not None:
        return "service", listed.service, "the role is in the catalogue of service roles"
    if _has_to_be_confirmed(role):
        return "unconfirmed_service", None, "named like a service's role, and its trust policy is not known"
    return "account", None, "the role is neither in the catalogue of service roles nor named like one of them"


def _named(name: str, names: tuple[str, ...]) -> bool:
    return bool(names) and name.lower() in [one.lower() for one in names]


def _is_controller(caller: Caller, policy: Policy) -> bool:
    return any(
        match.names(caller.type, caller.role, caller.user_name, caller.principal_id)
        for match in policy.actors.controllers
    )
