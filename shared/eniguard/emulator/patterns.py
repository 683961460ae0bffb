"""The patterns of event rules: which events they let through (docs/sources.md, Local running)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from eniguard.errors import ConfigError

Event = Mapping[str, Any]

_TEXT_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "prefix": str.startswith,
    "suffix": str.endswith,
    "contains": lambda value, wanted: wanted in value,
}


def read_pattern(text: str) -> Event:
    """A pattern out of its JSON.

    Raises
    ------
    ConfigError
        It is no pattern, or has an operator that is not evaluated here.
    """
    try:
        pattern = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"eventRuleFilterPattern is no JSON: {error}") from None
    if not isinstance(pattern, dict):
        raise ConfigError("eventRuleFilterPattern is no JSON object")
    _check(pattern)
    return pattern


def matches(pattern: Event, event: Event) -> bool:
    """Whether an event is let through: every field has to be there and agree with one of its expressions."""
    return all(_agrees(wanted, name in event, event.get(name)) for name, wanted in pattern.items())


def _agrees(wanted: Any, there: bool, value: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and matches(wanted, value)
    values = value if isinstance(value, list) else [value]
    return any(_one(expression, there, one) for expression in wanted for one in values)


def _one(expression: Any, there: bool, value: Any) -> bool:
    if not isinstance(expression, Mapping):
        return there and expression == value
    ((operator, wanted),) = expression.items()
    if operator == "exists":
        return there is bool(wanted)
    if not there:
        return False
    if operator == "anything-but":
        return value not in (wanted if isinstance(wanted, list) else [wanted])
    return isinstance(value, str) and _TEXT_OPERATORS[operator](value, wanted)


def _check(pattern: Event) -> None:
    for name, wanted in pattern.items():
        if isinstance(wanted, Mapping):
            _check(wanted)
        elif not isinstance(wanted, list):
            raise ConfigError(f"eventRuleFilterPattern: {name} is neither a list nor an object")
        else:
            _check_expressions(name, wanted)


def _check_expressions(name: str, expressions: list[Any]) -> None:
    known = {*_TEXT_OPERATORS, "exists", "anything-but"}
    for one in expressions:
        if isinstance(one, Mapping) and (len(one) != 1 or not known.issuperset(one)):
            shown = ", ".join(map(str, one))
            raise ConfigError(
                f"eventRuleFilterPattern: {name}: {shown} is not evaluated here; expected one of "
                f"{', '.join(sorted(known))}"
            )
