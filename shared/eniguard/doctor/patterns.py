"""Whether the filter pattern of an event rule takes the events of an action: yes, no, or it depends.

What ActionTrail's events look like on the bus is documented in parts only (docs/sources.md, Events): a field
whose value is not known for sure has all the values that it may have, and a pattern that takes some of them
may take the event or not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from eniguard.events.catalog import APIS

#: What a call of the console is recorded as, beside a plain one (docs/sources.md, Events).
EVENT_TYPES = ("ApiCall", "ConsoleOperation")
#: Names of services as recorded that are not the product with a capital.
_SERVICES = {
    "actiontrail": ("ActionTrail", "Actiontrail"),
    "eventbridge": ("EventBridge", "Eventbridge"),
    "ram": ("Ram", "ResourceManager", "Ims"),
}

#: The values that a field may have, by its path.
Fields = Mapping[str, Collection[str]]


def takes(pattern: object, action: str, region: str) -> bool | None:
    """Whether a pattern takes every event of an action in a region; ``None``: it may or may not.

    Parameters
    ----------
    pattern
        As EventBridge has it, decoded.
    action
        Of the catalogue, as in ``ecs:DeleteNetworkInterface``.
    region
        Where the call is made.
    """
    found: bool | None = True
    for kind in EVENT_TYPES:
        one = _matches(pattern, _fields(action, kind, region))
        if one is False:
            return False
        found = None if one is None else found
    return found


def _fields(action: str, kind: str, region: str) -> Fields:
    api = APIS[action]
    sources = (api.product, *api.also_recorded_as, "actiontrail")
    return {
        "type": [f"{one}:ActionTrail:{kind}" for one in sources],
        "source": [f"acs.{one}" for one in sources],
        "data.eventName": [api.name],
        "data.serviceName": _SERVICES.get(api.product, (api.product.capitalize(),)),
        "data.eventType": [kind],
        "data.eventRW": ["Write" if api.write else "Read"],
        "data.acsRegion": [region],
    }


def _matches(pattern: object, fields: Fields, path: str = "") -> bool | None:
    if not isinstance(pattern, Mapping):
        return None
    found: bool | None = True
    for key, wanted in pattern.items():
        inner = isinstance(wanted, Mapping)
        one = (
            _matches(wanted, fields, f"{path}{key}.") if inner else _value(wanted, fields.get(f"{path}{key}"))
        )
        if one is False:
            return False
        found = None if one is None else found
    return found


def _value(wanted: object, values: Collection[str] | None) -> bool | None:
    """Whether a field fits, whichever of its values it has."""
    conditions = wanted if isinstance(wanted, list) else [wanted]
    if values is None:
        return None
    answers = {_any(conditions, value) for value in values}
    return answers.pop() if len(answers) == 1 else None


def _any(conditions: list[Any], value: str) -> bool | None:
    found: bool | None = False
    for one in conditions:
        fits = _fits(one, value)
        if fits:
            return True
        found = None if fits is None else found
    return found


def _fits(condition: object, value: str) -> bool | None:
    """One condition: a text, or one of the operators that are on texts; ``None`` for any other."""
    if not isinstance(condition, Mapping):
        return condition == value
    if len(condition) != 1:
        return None
    ((operator, wanted),) = condition.items()
    texts = wanted if isinstance(wanted, list) else [wanted]
    if operator == "exists":
        return wanted is True
    if not all(isinstance(one, str) for one in texts):
        return None
    tests = {
        "prefix": any(value.startswith(one) for one in texts),
        "suffix": any(value.endswith(one) for one in texts),
        "contains": any(one in value for one in texts),
        "anything-but": value not in texts,
    }
    return tests.get(operator)
