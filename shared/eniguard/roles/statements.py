"""RAM policy documents as typed statements, and what they allow.

Published documents keep their typing slips and odd case: patterns are compared without case, and nothing is
put right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

#: The condition key that ties calls on service-linked roles to one trusted service.
SERVICE_NAME = "ram:ServiceName"
#: Operators that hold only for the values they list.
_EQUALS = frozenset(("stringequals", "stringequalsignorecase"))


class Condition(Struct, frozen=True, gc=False):
    """One condition of a statement, as in ``StringEquals``, ``ram:ServiceName``, and the values."""

    operator: str
    key: str
    values: tuple[str, ...]

    def about(self, key: str) -> bool:
        """Whether it is on a condition key; keys are compared without case."""
        return self.key.lower() == key.lower()


class Statement(Struct, frozen=True):
    """One statement of a policy, with its patterns as written.

    ``not_actions`` and ``not_resources`` are what it leaves out of everything; they are empty where the
    statement lists ``actions`` and ``resources``.
    """

    allow: bool
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ("*",)
    conditions: tuple[Condition, ...] = ()
    not_actions: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()

    def lists(self, action: str) -> bool:
        """Whether it is about an action (``ecs:DeleteNetworkInterface``), by name or by wildcard."""
        if self.not_actions:
            return not matches(action, self.not_actions)
        return matches(action, self.actions)

    def covers(self, resource: str) -> bool:
        """Whether it is about a resource (``acs:ecs:cn-hangzhou:1234567890123456:eni/eni-1``)."""
        if self.not_resources:
            return not matches(resource, self.not_resources)
        return matches(resource, self.resources)

    @property
    def everywhere(self) -> bool:
        """Whether it is about every resource."""
        return not self.not_resources and "*" in self.resources


def statements_of(document: object) -> tuple[Statement, ...] | None:
    """The statements of a policy document, a JSON text or an object; ``None`` when it cannot be read."""
    try:
        policy = json.loads(document) if isinstance(document, str) else document
    except (ValueError, RecursionError):
        return None
    listed = policy.get("Statement") if isinstance(policy, Mapping) else None
    listed = [listed] if isinstance(listed, Mapping) else listed
    if not isinstance(listed, list):
        return None
    found = [_statement(one) for one in listed]
    known = [one for one in found if one is not None]
    return tuple(known) if len(known) == len(found) else None


def verdict(
    statements: Iterable[Statement],
    action: str,
    resources: tuple[str, ...] = (),
    context: Mapping[str, str | None] | None = None,
) -> bool | None:
    """Whether policies allow a call; ``None`` when that depends on what is not known.

    Parameters
    ----------
    statements
        Of all policies together.
    action
        As in ``ecs:DeleteNetworkInterface``.
    resources
        The full names of what the call is on; none when they are not known.
    context
        Values of condition keys; a key that is not there, or ``None``, is not known.
    """
    about = [(one, _conditions_hold(one, context or {})) for one in statements if one.lists(action)]
    found: bool | None = True
    for resource in resources or (None,):
        found = _both(found, _on(about, resource))
    return found


def _on(about: Sequence[tuple[Statement, bool | None]], resource: str | None) -> bool | None:
    """Whether statements, each with whether its conditions hold, allow a call on one resource."""
    allowed: bool | None = False
    denied: bool | None = False
    for one, holds in about:
        applies = _both(_covered(one, resource), holds)
        if one.allow:
            allowed = _either(allowed, applies)
        else:
            denied = _either(denied, applies)
    if denied or allowed is False:
        return False
    return None if denied is None else allowed


def matches(text: str, patterns: Iterable[str]) -> bool:
    """Whether a text fits one of some RAM patterns, without regard to case."""
    wanted = text.lower()
    for pattern in patterns:
        lower = pattern.lower()
        if lower in ("*", wanted):
            return True
        if ("*" in lower or "?" in lower) and _expression(lower).fullmatch(wanted) is not None:
            return True
    return False


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    """A RAM pattern as a regular expression: ``*`` is any run of characters, ``?`` is any one."""
    parts = ({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.compile("".join(parts), re.DOTALL)


def _covered(statement: Statement, resource: str | None) -> bool | None:
    if statement.everywhere:
        return True
    return None if resource is None else statement.covers(resource)


def _conditions_hold(statement: Statement, context: Mapping[str, str | None]) -> bool | None:
    found: bool | None = True
    for one in statement.conditions:
        found = _both(found, _holds(one, context))
    return found


def _holds(condition: Condition, context: Mapping[str, str | None]) -> bool | None:
    value = next((value for key, value in context.items() if condition.about(key)), None)
    if value is None or condition.operator.lower() not in _EQUALS:
        return None
    return value.lower() in (one.lower() for one in condition.values)


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return None if one is None or other is None else False


def _statement(node: object) -> Statement | None:
    if not isinstance(node, Mapping) or node.get("Effect") not in ("Allow", "Deny"):
        return None
    if ("Action" in node) == ("NotAction" in node):
        return None
    conditions = _conditions(node.get("Condition") or {})
    if conditions is None:
        return None
    return Statement(
        allow=node["Effect"] == "Allow",
        actions=_texts(node.get("Action", ())),
        resources=() if "NotResource" in node else _texts(node.get("Resource", "*")),
        conditions=conditions,
        not_actions=_texts(node.get("NotAction", ())),
        not_resources=_texts(node.get("NotResource", ())),
    )


def _conditions(node: object) -> tuple[Condition, ...] | None:
    if not isinstance(node, Mapping) or not all(isinstance(pairs, Mapping) for pairs in node.values()):
        return None
    return tuple(
        [
            Condition(str(operator), str(key), _texts(values))
            for operator, pairs in node.items()
            for key, values in pairs.items()
        ]
    )


def _texts(node: object) -> tuple[str, ...]:
    return tuple([str(one) for one in node]) if isinstance(node, (list, tuple)) else (str(node),)
