"""Request parameters of unknown shape, brought into the one shape the catalogue declares.

ActionTrail shows lists in four ways (docs/sources.md, Events): flattened wire keys (``Ipv4Prefix.1``), a
real list (``Ipv4Prefix`` or ``Ipv4Prefixs``), a JSON text of a list, and nested objects. All four give the
same parameters here. What cannot be read is named in ``malformed``, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from msgspec import Struct

from eniguard.events.catalog import APIS, Api, Shape
from eniguard.events.values import (
    PERMISSION_FIELDS,
    READERS,
    Interface,
    Malformed,
    Permission,
    Tag,
    Value,
    as_list,
    permission_of,
)


class Parameters(Struct, frozen=True, gc=False):
    """The catalogue parameters of one call, each in its declared shape.

    ``malformed`` names the parameters that were present and could not be read.
    """

    values: dict[str, Value] = {}
    malformed: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str | None:
        """A text parameter, or ``None`` when absent."""
        return cast("str | None", self.values.get(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list-of-texts parameter; empty when absent."""
        return cast("tuple[str, ...]", self.values.get(name, ()))

    def integer(self, name: str) -> int | None:
        """An integer parameter, or ``None`` when absent or malformed."""
        return cast("int | None", self.values.get(name))

    def flag(self, name: str) -> bool | None:
        """A boolean parameter, or ``None`` when absent or malformed."""
        return cast("bool | None", self.values.get(name))

    def permissions(self) -> tuple[Permission, ...]:
        """The security group rules the call states, flat form first."""
        return cast("tuple[Permission, ...]", self.values.get("Permissions", ()))

    def interfaces(self) -> tuple[Interface, ...]:
        """The network interfaces of RunInstances."""
        return cast("tuple[Interface, ...]", self.values.get("NetworkInterface", ()))

    def tags(self) -> tuple[Tag, ...]:
        """The tags the call sets."""
        return cast("tuple[Tag, ...]", self.values.get("Tag", ()))


NO_PARAMETERS = Parameters()


#: Path of a value below its parameter: list positions as integers, object keys as texts.
_Path = tuple[str | int, ...]


class _Step(Struct, frozen=True, gc=False):
    key: str
    path: _Path


#: Reads one parameter out of the recorded ones; raises `Malformed` when it cannot be read.
_Reading = Callable[[Mapping[str, Any], "dict[str, Value]"], None]


@lru_cache(maxsize=4096)
def _plan(action: str, keys: tuple[str, ...]) -> tuple[tuple[str, _Reading], ...]:
    """How to read each parameter when exactly these keys were recorded; made once per tuple of keys.

    Nearly all events of a trail share a few hundred tuples, and nearly all values are plain texts: such
    parameters are read straight from their keys. Every other encoding goes the general way.
    """
    shapes = APIS[action].parameters
    found = []
    for name, steps in _steps(action, keys).items():
        shape = Shape.PERMISSIONS if name == _FLAT_RULE else shapes[name]
        found.append((name, _reading(name, steps, shape)))
    # The rule in flat form goes before the listed ones, so it is read when they are known.
    return tuple(sorted(found, key=lambda one: one[0] == _FLAT_RULE))


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


def _reading(name: str, steps: tuple[_Step, ...], shape: Shape) -> _Reading:
    general = _general(name, steps, shape)
    if shape is Shape.TEXT and len(steps) == 1 and not steps[0].path:
        return _plain_text(name, steps[0].key, general)
    if shape is Shape.TEXTS and all(len(step.path) == 1 and isinstance(step.path[0], int) for step in steps):
        return _plain_texts(name, tuple(step.key for step in steps), general)
    if name == "Permissions" and (rules := _rule_keys(steps)) is not None:
        return _plain_permissions(name, rules, general)
    return general


def _plain_text(name: str, key: str, general: _Reading) -> _Reading:
    def read(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        value = recorded[key]
        if type(value) is str:
            values[name] = value
        else:
            general(recorded, values)

    return read


def _plain_texts(name: str, keys: tuple[str, ...], general: _Reading) -> _Reading:
    def read(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        found = tuple([recorded[key] for key in keys])
        if _all_texts(found) and "[" not in [value[:1] for value in found]:
            values[name] = found
        else:
            general(recorded, values)

    return read


def _all_texts(values: Sequence[Any]) -> bool:
    return {*map(type, values)} <= _TEXT


_TEXT = {str}
_RuleKeys = tuple[tuple[tuple[str, str], ...], ...]


def _rule_keys(steps: tuple[_Step, ...]) -> _RuleKeys | None:
    """Attribute and key of each field, rule by rule, if all stand as ``Permissions.1.PortRange``."""
    rules: dict[int, list[tuple[str, str]]] = {}
    for step in steps:
        match step.path:
            case (int(number), str(wire)):
                fields = rules.setdefault(number, [])
                if wire in PERMISSION_FIELDS:
                    fields.append((PERMISSION_FIELDS[wire], step.key))
            case _:
                return None
    return tuple(tuple(fields) for _, fields in sorted(rules.items()))


def _plain_permissions(name: str, rules: _RuleKeys, general: _Reading) -> _Reading:
    keys = tuple(key for rule in rules for _, key in rule)

    def read(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        if _all_texts([recorded[key] for key in keys]):
            values[name] = tuple(
                [Permission(**{field: recorded[key] for field, key in rule}) for rule in rules]
            )
        else:
            general(recorded, values)

    return read


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


def normalised(api: Api, recorded: Mapping[str, Any]) -> Parameters:
    """The catalogue parameters of ``api`` out of ``requestParameters`` as recorded."""
    values: dict[str, Value] = {}
    malformed: list[str] = []
    for name, reading in _plan(api.action, tuple(recorded)):
        try:
            reading(recorded, values)
        except (Malformed, RecursionError):
            malformed.append("Permissions" if name == _FLAT_RULE else name)
    return Parameters(values, tuple(malformed)) if values or malformed else NO_PARAMETERS


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
