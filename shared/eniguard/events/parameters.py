"""Request parameters of unknown shape, brought into the one shape the catalogue declares.

ActionTrail shows lists in four ways (events.md 1.3): flattened wire keys (``Ipv4Prefix.1``), a real list
(``Ipv4Prefix`` or ``Ipv4Prefixs``), a JSON text of a list, and nested objects. All four give the same
parameters here. What cannot be read is named in ``malformed``, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

import msgspec
from msgspec import Struct

from eniguard.events.catalog import APIS, Api, Shape


class Permission(Struct, frozen=True, gc=False):
    """One security group rule as a call states it; ``None`` where the call does not say.

    Field names are the wire names in snake case; every value is the text the caller sent.
    """

    ip_protocol: str | None = None
    port_range: str | None = None
    port_range_list_id: str | None = None
    source_cidr_ip: str | None = None
    ipv6_source_cidr_ip: str | None = None
    source_group_id: str | None = None
    source_group_owner_id: str | None = None
    source_group_owner_account: str | None = None
    source_prefix_list_id: str | None = None
    source_port_range: str | None = None
    dest_cidr_ip: str | None = None
    ipv6_dest_cidr_ip: str | None = None
    dest_group_id: str | None = None
    dest_group_owner_id: str | None = None
    dest_group_owner_account: str | None = None
    dest_prefix_list_id: str | None = None
    policy: str | None = None
    priority: str | None = None
    nic_type: str | None = None


class Interface(Struct, frozen=True, gc=False):
    """One ``NetworkInterface.N`` of RunInstances."""

    network_interface_id: str | None = None
    v_switch_id: str | None = None
    security_group_ids: tuple[str, ...] = ()


class Tag(Struct, frozen=True, gc=False):
    """One tag a call sets."""

    key: str
    value: str = ""


Value = str | int | bool | tuple[str, ...] | tuple[Permission, ...] | tuple[Interface, ...] | tuple[Tag, ...]

_PERMISSION_FIELDS = {
    "IpProtocol": "ip_protocol",
    "PortRange": "port_range",
    "PortRangeListId": "port_range_list_id",
    "SourceCidrIp": "source_cidr_ip",
    "Ipv6SourceCidrIp": "ipv6_source_cidr_ip",
    "SourceGroupId": "source_group_id",
    "SourceGroupOwnerId": "source_group_owner_id",
    "SourceGroupOwnerAccount": "source_group_owner_account",
    "SourcePrefixListId": "source_prefix_list_id",
    "SourcePortRange": "source_port_range",
    "DestCidrIp": "dest_cidr_ip",
    "Ipv6DestCidrIp": "ipv6_dest_cidr_ip",
    "DestGroupId": "dest_group_id",
    "DestGroupOwnerId": "dest_group_owner_id",
    "DestGroupOwnerAccount": "dest_group_owner_account",
    "DestPrefixListId": "dest_prefix_list_id",
    "Policy": "policy",
    "Priority": "priority",
    "NicType": "nic_type",
}


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


class _Malformed(ValueError):
    """A value does not have the shape its parameter should have."""


#: Numbers from here on are no parameter of any call; they, infinity and NaN count as malformed.
_BEYOND = 10**20


#: Path of a value below its parameter: list positions as integers, object keys as texts.
_Path = tuple[str | int, ...]


class _Step(Struct, frozen=True, gc=False):
    key: str
    path: _Path


#: Reads one parameter out of the recorded ones; raises `_Malformed` when it cannot be read.
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
        if all(type(value) is str and value[:1] != "[" for value in found):
            values[name] = found
        else:
            general(recorded, values)

    return read


_RuleKeys = tuple[tuple[tuple[str, str], ...], ...]


def _rule_keys(steps: tuple[_Step, ...]) -> _RuleKeys | None:
    """Attribute and key of each field, rule by rule, if all stand as ``Permissions.1.PortRange``."""
    rules: dict[int, list[tuple[str, str]]] = {}
    for step in steps:
        match step.path:
            case (int(number), str(wire)):
                fields = rules.setdefault(number, [])
                if wire in _PERMISSION_FIELDS:
                    fields.append((_PERMISSION_FIELDS[wire], step.key))
            case _:
                return None
    return tuple(tuple(fields) for _, fields in sorted(rules.items()))


def _plain_permissions(name: str, rules: _RuleKeys, general: _Reading) -> _Reading:
    keys = tuple(key for rule in rules for _, key in rule)

    def read(recorded: Mapping[str, Any], values: dict[str, Value]) -> None:
        if all(type(recorded[key]) is str for key in keys):
            values[name] = tuple([Permission(**{field: recorded[key] for field, key in rule}) for rule in rules])
        else:
            general(recorded, values)

    return read


def _general(name: str, steps: tuple[_Step, ...], shape: Shape) -> _Reading:
    """The way for every encoding: the values are put together first, then read as their shape."""
    reader = _READERS[shape]

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
            raise _Malformed
        rule = {step.key: recorded[step.key] for step in steps if not step.path}
        if any(value is not None for value in rule.values()):
            listed = cast("tuple[Permission, ...]", values.get("Permissions", ()))
            values["Permissions"] = (_permission(rule), *listed)

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
        for wire in _PERMISSION_FIELDS:
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
        except (_Malformed, RecursionError):
            malformed.append("Permissions" if name == _FLAT_RULE else name)
    return Parameters(values, tuple(malformed)) if values or malformed else NO_PARAMETERS


def _merge(gathered: dict[str, Any], name: str, value: Any) -> None:
    """A value that names no position; a second spelling of the same list adds to the first."""
    if name not in gathered:
        gathered[name] = value
    elif isinstance(gathered[name], dict) and not isinstance(value, dict):
        gathered[name]["*"] = value
    else:
        gathered[name] = [*_as_list(gathered[name]), *_as_list(value)]


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


def _text(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if raw is True or raw is False:
        return "true" if raw else "false"
    if isinstance(raw, int | float) and -_BEYOND < raw < _BEYOND:
        return str(raw)
    raise _Malformed


def _single(raw: Any) -> str:
    """A text, also as the only item of a list: some senders repeat a parameter that takes one value."""
    if isinstance(raw, dict) and len(raw) == 1:
        raw = [raw.get(1, raw.get("1"))]
    if isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0], str):
        return raw[0]
    return _text(raw)


def _integer(raw: Any) -> int:
    text = _text(raw).strip()
    digits = text[1:] if text[:1] in ("+", "-") else text
    if len(digits) <= 20 and digits.isascii() and digits.isdecimal():
        return int(text)
    raise _Malformed


def _flag(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = _text(raw).strip().lower()
    if text in ("true", "false"):
        return text == "true"
    raise _Malformed


def _as_list(raw: Any) -> list[Any]:
    """A list out of any of the encodings; a lone value is a list of one."""
    if isinstance(raw, list):
        return raw
    if isinstance(raw, dict):
        return list(_items(raw))
    if isinstance(raw, str) and raw[:1] == "[" and (decoded := _decoded(raw)) is not None:
        return decoded
    return [raw]


def _items(node: dict[Any, Any]) -> Iterator[Any]:
    """The items of a list that arrived as an object: by position, or wrapped (``Tags.Tag``)."""
    if any(isinstance(value, list) for value in node.values()):
        for value in node.values():
            yield from _as_list(value)
    elif node and all(isinstance(key, int) or str(key).isdecimal() or key == "*" for key in node):
        for value in node.values():
            yield from _as_list(value) if isinstance(value, str | list) else [value]
    else:
        yield node


def _decoded(raw: str) -> list[Any] | None:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _texts(raw: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in _as_list(raw) if item is not None)


def _objects(raw: Any) -> list[dict[Any, Any]]:
    found = []
    for item in _as_list(raw):
        if isinstance(item, str) and item[:1] == "{":
            try:
                item = msgspec.json.decode(item)
            except (msgspec.DecodeError, RecursionError):
                raise _Malformed from None
        if not isinstance(item, dict):
            raise _Malformed
        found.append(item)
    return found


def _permission(item: dict[Any, Any]) -> Permission:
    fields = {
        attribute: _text(item[wire])
        for wire, attribute in _PERMISSION_FIELDS.items()
        if item.get(wire) is not None
    }
    return Permission(**fields)


def _permissions(raw: Any) -> tuple[Permission, ...]:
    return tuple(_permission(item) for item in _objects(raw))


def _interface(item: dict[Any, Any]) -> Interface:
    groups = [item["SecurityGroupId"]] if item.get("SecurityGroupId") is not None else []
    if item.get("SecurityGroupIds") is not None:
        groups.extend(_as_list(item["SecurityGroupIds"]))
    return Interface(
        network_interface_id=_optional_text(item, "NetworkInterfaceId"),
        v_switch_id=_optional_text(item, "VSwitchId"),
        security_group_ids=tuple(_text(group) for group in groups),
    )


def _interfaces(raw: Any) -> tuple[Interface, ...]:
    return tuple(_interface(item) for item in _objects(raw))


def _optional_text(item: dict[Any, Any], key: str) -> str | None:
    return None if item.get(key) is None else _text(item[key])


def _tags(raw: Any) -> tuple[Tag, ...]:
    found = []
    for item in _objects(raw):
        key = next((item[name] for name in ("Key", "TagKey", "key") if item.get(name) is not None), None)
        value = next(
            (item[name] for name in ("Value", "TagValue", "value") if item.get(name) is not None), ""
        )
        if key is None:
            raise _Malformed
        found.append(Tag(_text(key), _text(value)))
    return tuple(found)


def _entries(raw: Any) -> tuple[str, ...]:
    """The CIDR blocks or port ranges of prefix list and port list entries."""
    found = []
    for item in _objects(raw):
        value = next((item[name] for name in ("Cidr", "PortRange") if item.get(name) is not None), None)
        if value is None:
            raise _Malformed
        found.append(_text(value))
    return tuple(found)


_READERS: dict[Shape, Callable[[Any], Value]] = {
    Shape.TEXT: _single,
    Shape.TEXTS: _texts,
    Shape.INTEGER: _integer,
    Shape.FLAG: _flag,
    Shape.PERMISSIONS: _permissions,
    Shape.INTERFACES: _interfaces,
    Shape.TAGS: _tags,
    Shape.ENTRIES: _entries,
}
