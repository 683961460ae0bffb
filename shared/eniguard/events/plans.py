"""Request parameters of unknown shape, brought into the one shape the catalogue declares.

ActionTrail shows lists in four ways (docs/sources.md, Events): flattened wire keys (``Ipv4Prefix.1``), a
real list (``Ipv4Prefix`` or ``Ipv4Prefixs``), a JSON text of a list, and nested objects. All four give the
same parameters here. What cannot be read is named in ``malformed``, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from msgspec import Struct

from eniguard.events.catalog import APIS, Api, Shape
from eniguard.events.parameters import NO_PARAMETERS, Parameters
from eniguard.events.values import (
    PERMISSION_FIELDS,
    READERS,
    Malformed,
    Permission,
    Tag,
    Value,
    as_list,
    permission_of,
)

#: Path of a value below its parameter: list positions as integers, object keys as texts.
_Path = tuple[str | int, ...]


class _Step(Struct, frozen=True, gc=False):
    key: str
    path: _Path


#: Takes some of the recorded values, in an order of its own.
Taking = Callable[[Mapping[str, Any]], "tuple[Any, ...]"]
#: Reads one parameter out of the recorded ones; raises `Malformed` when it cannot be read.
_Reading = Callable[[Mapping[str, Any], "dict[str, Value]"], None]


class Plan(Struct, frozen=True):
    """How to read the parameters of one action when exactly certain keys were recorded.

    Nearly all events of a trail share a few hundred tuples of keys, and nearly all values are plain texts:
    then ``texts`` (parameter, key) and ``plain`` read straight from the keys. ``general`` reads every
    encoding.

    Attributes
    ----------
    names
        The parameters that the keys feed.
    rule_fields
        The fields that the rules of the call can have; ``None`` when the keys do not tell.
    """

    names: frozenset[str]
    rule_fields: frozenset[str] | None
    values: Taking
    texts: tuple[tuple[str, str], ...]
    plain: tuple[tuple[str, _Reading], ...]
    general: tuple[tuple[str, _Reading], ...]

    def read(self, recorded: Mapping[str, Any]) -> Parameters:
        """The catalogue parameters out of ``requestParameters`` as recorded."""
        values: dict[str, Value] = {}
        malformed: tuple[str, ...] = ()
        try:
            "".join(self.values(recorded))  # the quickest way to see whether all are texts
            readings = self.plain
            for name, key in self.texts:
                values[name] = recorded[key]
        except TypeError:
            readings = self.general
        for name, reading in readings:
            try:
                reading(recorded, values)
            except (Malformed, RecursionError):
                malformed += ("Permissions" if name == _FLAT_RULE else name,)
        return Parameters(values, malformed) if values or malformed else NO_PARAMETERS


def plan_of(api: Api, keys: tuple[str, ...]) -> Plan:
    """The plan for a tuple of keys."""
    shapes = api.parameters
    texts: list[tuple[str, str]] = []
    plain: list[tuple[str, _Reading]] = []
    general: list[tuple[str, _Reading]] = []
    feeding = _steps(api.action, keys)
    for name, steps in feeding.items():
        shape = Shape.PERMISSIONS if name == _FLAT_RULE else shapes[name]
        reading = _general(name, steps, shape)
        general.append((name, reading))
        if shape is Shape.TEXT and _is_one_value(steps):
            texts.append((name, steps[0].key))
        else:
            plain.append((name, _plain(name, steps, shape) or reading))
    return Plan(
        frozenset(feeding),
        _rule_fields((*feeding.get("Permissions", ()), *feeding.get(_FLAT_RULE, ()))),
        taking([step.key for steps in feeding.values() for step in steps]),
        tuple(texts),
        _flat_rule_last(plain),
        _flat_rule_last(general),
    )


def _rule_fields(steps: Sequence[_Step]) -> frozenset[str] | None:
    found = set()
    for step in steps:
        match step.path:
            case (int(), str(field)):
                found.add(field)
            case () if step.key in PERMISSION_FIELDS:
                found.add(step.key)
            case _:
                return None
    return frozenset(found)


def taking(keys: Sequence[str]) -> Taking:
    """What takes the values of some keys; of none or one, too, for which an ``itemgetter`` gives no tuple."""
    if len(keys) > 1:
        return itemgetter(*keys)
    if not keys:
        return lambda recorded: ()
    [key] = keys
    return lambda recorded: (recorded[key],)


def _flat_rule_last(readings: list[tuple[str, _Reading]]) -> tuple[tuple[str, _Reading], ...]:
    """The rule in flat form goes before the listed ones, so it is read when they are known."""
    return tuple(sorted(readings, key=lambda one: one[0] == _FLAT_RULE))


def _steps(action: str, keys: tuple[str, ...]) -> dict[str, tuple[_Step, ...]]:
    """Which recorded keys feed which parameter, in list order."""
    aliases = _aliases(action)
    found: dict[str, list[_Step]] = {}
    for key in keys:
        root, *rest = key.split(".")
        name = aliases.get(root)
        if name is not None:
            path: _Path = tuple(int(part) if part.isdecimal() and len(part) < 6 else part for part in rest)
            found.setdefault(name, []).append(_Step(key, path))
    return {name: tuple(sorted(steps, key=_list_order)) for name, steps in found.items()}


def _list_order(step: _Step) -> list[tuple[bool, str | int]]:
    return [(isinstance(part, str), part) for part in step.path]


def _plain(name: str, steps: tuple[_Step, ...], shape: Shape) -> _Reading | None:
    """How to read a list of one text or of items under keys of their own, when all values are texts."""
    if shape is Shape.TEXTS and (_is_one_value(steps) or all(_is_item(step) for step in steps)):
        return _plain_texts(name, steps)
    if name == _FLAT_RULE:
        return None if any(step.path for step in steps) else _plain_flat_rule(steps)
    items = _item_keys(steps)
    if items is None:
        return None
    if shape is Shape.PERMISSIONS:
        return _plain_permissions(name, items)
    if shape is Shape.TAGS and all({"Key"} <= fields.keys() <= {"Key", "Value"} for fields in items):
        return _plain_tags(name, items)
    return None


def _is_one_value(steps: Sequence[_Step]) -> bool:
    return len(steps) == 1 and not steps[0].path


def _is_item(step: _Step) -> bool:
    return len(step.path) == 1 and isinstance(step.path[0], int)


def _plain_texts(name: str, steps: tuple[_Step, ...]) -> _Reading:
    taken = taking([step.key for step in steps])
    general = _general(name, steps, Shape.TEXTS)

    def read(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        found = taken(recorded)
        if "[" in "".join(found):  # one may be the JSON text of a list
            general(recorded, values)
        else:
            values[name] = found

    return read


def _item_keys(steps: tuple[_Step, ...]) -> list[dict[str, str]] | None:
    """The keys of each item's fields, if all stand as ``Permissions.1.PortRange``."""
    items: dict[int, dict[str, str]] = {}
    for step in steps:
        match step.path:
            case (int(number), str(field)):
                items.setdefault(number, {})[field] = step.key
            case _:
                return None
    return [fields for _, fields in sorted(items.items())]


def _plain_permissions(name: str, items: list[dict[str, str]]) -> _Reading:
    rules = [_in_field_order(fields) for fields in items]

    def read(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        values[name] = tuple([Permission(*taken(recorded)) for taken in rules])

    return read


def _in_field_order(fields: Mapping[str, str]) -> Taking:
    """What takes the fields of a permission, in their order, up to the last one that is stated."""
    keys = [fields.get(field, _NO_KEY) for field in PERMISSION_FIELDS]
    while keys and keys[-1] is _NO_KEY:
        keys.pop()
    if _NO_KEY in keys:
        return lambda recorded: tuple(map(recorded.get, keys))
    return taking(keys)  # the general form of it takes three times as long


def _plain_flat_rule(steps: tuple[_Step, ...]) -> _Reading:
    taken = _in_field_order({step.key: step.key for step in steps})

    def read(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        rule = Permission(*taken(recorded))
        listed = cast("tuple[Permission, ...]", values.get("Permissions", ()))
        values["Permissions"] = (rule, *listed)

    return read


def _plain_tags(name: str, items: list[dict[str, str]]) -> _Reading:
    pairs = [(fields["Key"], fields.get("Value", _NO_KEY)) for fields in items]

    def read(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        values[name] = tuple([Tag(recorded[key], recorded.get(value, "")) for key, value in pairs])

    return read


#: Stands for the key of a field that was not recorded: no JSON object has it.
_NO_KEY: Any = None


def _general(name: str, steps: tuple[_Step, ...], shape: Shape) -> _Reading:
    """The way for every encoding: the values are put together first, then read as their shape."""
    reader = READERS[shape]

    def read(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        gathered: dict[str, Any] = {}
        for step in steps:
            value = recorded[step.key]
            if value is None:
                continue
            if step.path:
                _place(gathered, name, step.path, value)
            else:
                _merge(gathered, name, value)
        if gathered:
            values[name] = reader(gathered[name])

    def read_flat_rule(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        if any(step.path and recorded[step.key] is not None for step in steps):
            raise Malformed
        rule = {step.key: recorded[step.key] for step in steps if not step.path}
        if any(value is not None for value in rule.values()):
            listed = cast("tuple[Permission, ...]", values.get("Permissions", ()))
            values["Permissions"] = (permission_of(rule), *listed)

    return read_flat_rule if name == _FLAT_RULE else read


@lru_cache(maxsize=256)
def _aliases(action: str) -> dict[str, str]:
    """Spellings under which a parameter may arrive: its own, and the plural for lists."""
    api = APIS[action]
    names = {name: name for name in api.parameters}
    for name, shape in api.parameters.items():
        if shape not in (Shape.TEXT, Shape.INTEGER, Shape.FLAG):
            for plural in (f"{name}s", f"{name}es"):
                names.setdefault(plural, name)
    if api.parameters.get("Permissions") is Shape.PERMISSIONS:
        for wire in PERMISSION_FIELDS:
            names.setdefault(wire, _FLAT_RULE)
    return names


#: The deprecated single-rule form keeps the rule's fields beside the group id.
_FLAT_RULE = "(flat rule)"


def _merge(gathered: dict[str, Any], name: str, value: Any) -> None:
    """A value that names no position; a second spelling of the same list adds to the first."""
    if name not in gathered:
        gathered[name] = value
    elif isinstance(gathered[name], dict) and not isinstance(value, dict):
        gathered[name]["*"] = value
    else:
        gathered[name] = [*as_list(gathered[name]), *as_list(value)]


def _place(gathered: dict[str, Any], name: str, path: _Path, value: Any) -> None:
    node = gathered.get(name)
    if not isinstance(node, dict):
        node = gathered[name] = {} if node is None else {"*": node}
    for part in path[:-1]:
        below = node.get(part)
        if not isinstance(below, dict):
            below = node[part] = {}
        node = below
    node[path[-1]] = value
