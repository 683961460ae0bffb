"""Which of the guard's own things a call is on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from eniguard.events.calls import Call
from eniguard.model import Actor, ActorKind
from eniguard.model.kinds import FUNCTION, FUNCTION_SERVICE
from eniguard.rules.base import ANY_ACTOR
from eniguard.rules.case import Case
from eniguard.settings import Policy

_Named = TypeVar("_Named")

#: Everybody but the guard itself; of a service that is not confirmed it is undecided (design, "Trust").
OTHERS: frozenset[ActorKind] = ANY_ACTOR - {"self", "unconfirmed_service"}


def same(name: str | None, other: str | None) -> bool:
    """Whether two names are the same; they are compared without case."""
    return name is not None and other is not None and name.lower() == other.lower()


def idle_unless(where: str, *sections: str) -> Callable[[Policy], str | None]:
    """A rule's ``idle``: it has nothing to look at while none of some sections of `Guard` names anything.

    Parameters
    ----------
    where
        What the sections are called in guard.yml, as in ``guard.trails``.
    sections
        The fields of `Guard`.
    """
    reason = f"guard.yml names nothing under {where}"

    def idle(policy: Policy) -> str | None:
        return None if any(getattr(policy.guard, section) for section in sections) else reason

    return idle


def entry_of(
    case: Case, what: str, name: str, entries: Sequence[_Named], own: Iterable[str]
) -> _Named | None:
    """The entry of guard.yml that names something.

    Parameters
    ----------
    what
        As in ``trail``; explain shows it.
    name
        What the call names.
    entries, own
        The entries of a section, and the name of each.
    """
    found = next((entry for entry, one in zip(entries, own, strict=True) if same(one, name)), None)
    held = case.check(f"{name} is a {what} of the guard in guard.yml", found is not None)
    return found if held else None


def has_role_of_the_guard(actor: Actor, policy: Policy) -> bool:
    """Whether somebody acts in a role that guard.yml names as the guard's own."""
    roles = policy.guard.roles
    return bool(roles) and actor.role is not None and any(same(role, actor.role) for role in roles)


def deploys(case: Case) -> bool:
    """Whether the caller is a pipeline that guard.yml names under ``actors.deployers``."""
    deployers, actor = case.policy.actors.deployers, case.actor
    user = actor.name if actor.role is None else None
    deploying = any(one.names(actor.role, user, actor.principal_id) for one in deployers)
    return not case.check("the caller is none of actors.deployers in guard.yml", not deploying, actor.name)


def functions_named(call: Call) -> list[str]:
    """The functions a call names as guard.yml writes them: ``function``, or ``service/function``.

    A call on a service of Function Compute 2.0 names ``service/``. The newer API shows a function of the
    older one as ``service$function``.
    """
    services, functions = call.ids(FUNCTION_SERVICE), call.ids(FUNCTION)
    if not services:
        return [one.replace("$", "/", 1) for one in functions]
    if not functions:
        return [f"{service}/" for service in services]
    return [f"{service}/{function}" for service in services for function in functions]
