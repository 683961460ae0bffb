"""Which of the guard's own things a call is on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from eniguard.events.calls import Call
from eniguard.model import Actor, ActorKind
from eniguard.model.kinds import EVENT_BUS, FUNCTION, FUNCTION_SERVICE
from eniguard.rules.base import ANY_ACTOR, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.settings import Policy

_Named = TypeVar("_Named")

#: Everybody but the guard itself; of a service that is not confirmed it is undecided (design, "Trust").
OTHERS: frozenset[ActorKind] = ANY_ACTOR - {"self", "unconfirmed_service"}

#: The bus that every account has (EventBridge).
_DEFAULT_BUS = "default"

#: ``acs:fc:REGION:ACCOUNT:functions/NAME/QUALIFIER``; in Function Compute 2.0 ``services/NAME.QUALIFIER/``
#: goes before ``functions``.
_FUNCTION = re.compile(r"acs:fc:.*?:(?:services/([^/.]+)[^/]*/)?functions/([^/]+)", re.IGNORECASE)


def same(name: str | None, other: str | None) -> bool:
    """Whether two names are the same, whatever their case; an ARN stands for the name that it ends in."""
    return name is not None and other is not None and _bare(name) == _bare(other)


def _bare(name: str) -> str:
    name = name.lower()
    return name.rpartition("/")[2] if name.startswith("acs:") else name


def nameless(rule: Rule, case: Case, own: Sequence[object], *kinds: str) -> Verdicts:
    """The verdict on a call that may be on something of the guard's, and does not name what it is on.

    Parameters
    ----------
    own
        What guard.yml names of that sort; nothing is said when there is none.
    kinds
        One of these the call should name.
    """
    named = any(case.call.ids(kind) for kind in kinds)
    if not own or case.check("the event names what the call was on", named):
        return ()
    return (rule.undecided(case, "the event does not name what the call was on"),)


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
    deploying = any(one.names(actor.type, actor.role, actor.name, actor.principal_id) for one in deployers)
    return not case.check("the caller is none of actors.deployers in guard.yml", not deploying, actor.name)


def bus_named(call: Call) -> str:
    """The event bus of the rule that a call is on."""
    return next(iter(call.ids(EVENT_BUS)), _DEFAULT_BUS)


def functions_named(call: Call) -> list[str]:
    """The functions a call names as guard.yml writes them: ``function``, or ``service/function``.

    A call on a service of Function Compute 2.0 names ``service/``. The newer API shows a function of the
    older one as ``service$function``.
    """
    services = [one.partition(".")[0] for one in call.ids(FUNCTION_SERVICE)]
    functions = [function_name(one) for one in call.ids(FUNCTION)]
    if not functions:
        return [f"{service}/" for service in services]
    whole = [one for one in functions if "/" in one or not services]
    parts = [one for one in functions if one not in whole]
    return list(dict.fromkeys([*whole, *(f"{service}/{one}" for service in services for one in parts)]))


def function_name(text: str) -> str:
    """The name of a function as guard.yml writes it, out of a name or an ARN."""
    found = _FUNCTION.match(text)
    if found is None:
        return text.replace("$", "/", 1)
    service, function = found.groups()
    return f"{service}/{function}" if service else str(function).replace("$", "/", 1)
