"""The fields of API items (one resource exactly as a describe call returns it), each read as its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eniguard.events.values import number_text
from eniguard.facts.kinds import Tags

Item = Mapping[str, Any]


class ItemError(ValueError):
    """An item is not what the API returns for this kind."""


def text(item: Item, field: str) -> str | None:
    """A text; numbers are texts, too.

    Raises
    ------
    ItemError
        The field holds something else; so does every other reader here.
    """
    value = item.get(field)
    return value if value is None or isinstance(value, str) else _as_text(value, field)


def texts(item: Item, fields: tuple[str, ...]) -> list[str | None]:
    """Several texts at once; nearly all of them are texts already, or absent."""
    values = list(map(item.get, fields))
    return values if _TEXTS.issuperset(map(type, values)) else [text(item, field) for field in fields]


_TEXTS = frozenset((str, type(None)))


def number(item: Item, field: str) -> int | None:
    """A whole number, or a text that holds one."""
    value = item.get(field)
    if value is None:
        return None
    try:
        return int(number_text(value) if isinstance(value, float) else str(value))
    except ValueError:
        raise ItemError(f"{field}: a number was expected, not {_quoted(value)}") from None


def flag(item: Item, field: str) -> bool | None:
    """ECS writes booleans, VPC writes 0 and 1 (docs/sources.md, API); texts are accepted in any case."""
    value = item.get(field)
    if value is None or isinstance(value, bool):
        return value
    found = _FLAGS.get(str(value).strip().lower())
    if found is None:
        raise ItemError(f"{field}: true or false was expected, not {_quoted(value)}")
    return found


_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def nested(item: Item, field: str) -> Item:
    """The object in a field; empty where there is none."""
    value = item.get(field) or _NOTHING
    if not isinstance(value, dict):
        raise _not_an_object(value, field)
    return value


_NOTHING: dict[str, Any] = {}


def wrapped(item: Item, outer: str, inner: str, field: str | None = None) -> tuple[str, ...]:
    """The texts of a list that the API wraps (``Ipv4PrefixSets.Ipv4PrefixSet[].Ipv4Prefix``).

    An absent wrapper is an empty list: describe calls leave it out when there is nothing to list.
    """
    node = item.get(outer)
    if node is None:
        return ()
    if isinstance(node, dict):
        node = node.get(inner)
        if node is None:
            return ()
    if not isinstance(node, list):
        raise ItemError(f"{outer} should hold a list")
    values = [one.get(field) if field is not None and isinstance(one, dict) else one for one in node]
    return tuple([one for value in values if (one := _as_text(value, outer))])


def tags(item: Item) -> Tags:
    """The tags, under either of the names that the API has for their keys and values."""
    node = item.get("Tags")
    if node is None:
        return ()
    if isinstance(node, Mapping):
        node = node.get("Tag")
    if node is None:
        return ()
    if not isinstance(node, list):
        raise ItemError("Tags should hold a list")
    return tuple(
        (str(_first(tag, "TagKey", "Key")), str(_first(tag, "TagValue", "Value") or "")) for tag in node
    )


def _first(tag: object, *keys: str) -> object:
    if not isinstance(tag, dict):
        raise _not_an_object(tag, "Tags")
    return next((tag[key] for key in keys if key in tag), None)


def _as_text(value: object, field: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise ItemError(f"{field}: a text was expected, not {_NAMES.get(type(value), 'this')}")


def _not_an_object(value: object, field: str) -> ItemError:
    return ItemError(f"{field}: an object was expected, not {_NAMES.get(type(value), 'this')}")


def _quoted(value: object) -> str:
    """A value that is no number or flag, for a message: texts and numbers as they begin, else its type."""
    if isinstance(value, bool | dict | list):
        return _NAMES[type(value)]
    return repr(value)[:_MOST_QUOTED]


_MOST_QUOTED = 40
#: The types of JSON, for messages.
_NAMES: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}
