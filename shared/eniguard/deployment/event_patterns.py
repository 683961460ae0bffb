"""Filter patterns of EventBridge: the one that brings what rules judge, and what is wrong with one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from eniguard.errors import ConfigError
from eniguard.events.catalog import APIS
from eniguard.rules.registry import Registry

Pattern = dict[str, Any]

#: How the types of ActionTrail's events end: a call of a program, and one of the console. What stands before
#: it is the product or ``actiontrail``, which the documents differ about (docs/sources.md, Events).
_ENDS = (":ActionTrail:ApiCall", ":ActionTrail:ConsoleOperation")
#: Operators of one condition, and how many conditions a field may have (EventBridge, event patterns).
_OPERATORS = ("prefix", "suffix", "contains", "anything-but", "numeric", "cidr", "exists")
_MOST_CONDITIONS = 5
#: The attributes of an event on the bus (CloudEvents 1.0, and EventBridge's own).
_ATTRIBUTES = (
    "id",
    "source",
    "specversion",
    "type",
    "datacontenttype",
    "dataschema",
    "subject",
    "time",
    "data",
    "aliyunaccountid",
    "aliyuneventbusname",
    "aliyunoriginalaccountid",
    "aliyunpublishtime",
    "aliyunregionid",
)


def event_pattern(registry: Registry, *, by_name: bool = False) -> Pattern:
    """The pattern of a rule that hands on what the enabled rules judge.

    The type alone is matched, by its end: the code decides, and a call that is read in a new way tomorrow has
    come today.

    Parameters
    ----------
    registry
        The rules that ``trail_event`` asks.
    by_name
        Whether only events that have the name of a judged write are handed on: fewer calls of the function,
        and a pattern that has to follow the rules.

    Raises
    ------
    ConfigError
        No enabled rule judges a write, and the bus carries nothing else.
    """
    names = sorted({APIS[action].name for action in judged_writes(registry)})
    if not names:
        raise ConfigError(
            "no enabled rule judges a write, and EventBridge carries writes only: deploy no trail_event, "
            "or enable a rule in guard.yml"
        )
    pattern: Pattern = {"type": [{"suffix": end} for end in _ENDS]}
    if by_name:
        pattern["data"] = {"eventName": names}
    return pattern


def judged_writes(registry: Registry) -> frozenset[str]:
    """The actions that change something and that some enabled rule looks at."""
    judged = [rule for rule in registry.rules if rule.code not in registry.idle]
    return frozenset(action for rule in judged for action in rule.actions if APIS[action].write)


def pattern_text(pattern: Pattern) -> str:
    """The pattern as it stands in a template."""
    return json.dumps(pattern, separators=(",", ":"))


def pattern_problems(text: str) -> Iterator[str]:
    """What is wrong with the text of a pattern."""
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield f"is no JSON: {error}"
        return
    if not isinstance(pattern, Mapping) or not pattern:
        yield 'takes every event of the bus or none: expected an object, as in {"type": [{"suffix": "…"}]}'
        return
    for key, wanted in pattern.items():
        if key not in _ATTRIBUTES:
            yield f"{key}: no attribute of an event; valid: {', '.join(_ATTRIBUTES)}"
        yield from _wanted(wanted, key)
    if "acs.actiontrail" in _listed(pattern.get("source")):
        yield (
            "source: acs.actiontrail leaves out calls that carry their product as the source: "
            "match the end of type instead"
        )


def _wanted(wanted: Any, where: str) -> Iterator[str]:
    if isinstance(wanted, Mapping):
        for key, inner in wanted.items():
            yield from _wanted(inner, f"{where}.{key}")
        return
    if not isinstance(wanted, list) or not wanted:
        yield f"{where}: a list of values was expected, as in [{json.dumps(wanted)}]"
        return
    conditions = [one for one in wanted if isinstance(one, Mapping)]
    if len(conditions) > _MOST_CONDITIONS:
        yield f"{where}: {len(conditions)} conditions; a field may have {_MOST_CONDITIONS}"
    for one in conditions:
        names = ", ".join(one) or "nothing"
        if len(one) != 1 or names not in _OPERATORS:
            yield f"{where}: {names} is no operator; valid: {', '.join(_OPERATORS)}"


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]
