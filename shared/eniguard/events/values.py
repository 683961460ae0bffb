"""What a parameter holds: the types of values, and how each shape is read out of any encoding.

`eniguard.events.parameters` says which recorded keys make up a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from eniguard.events.catalog import Shape


class Permission(Struct, frozen=True, gc=False):
    """One security group rule as a call states it; ``None`` where the call does not say.

    Field names are the wire names in snake case; every value is the text the caller sent. What most rules
    state comes first: a rule is made of the fields up to the last one that is stated.
    """

    ip_protocol: str | None = None
    port_range: str | None = None
    source_cidr_ip: str | None = None
    priority: str | None = None
    policy: str | None = None
    nic_type: str | None = None
    source_group_id: str | None = None
    dest_cidr_ip: str | None = None
    dest_group_id: str | None = None
    ipv6_source_cidr_ip: str | None = None
    ipv6_dest_cidr_ip: str | None = None
    source_port_range: str | None = None
    source_prefix_list_id: str | None = None
    dest_prefix_list_id: str | None = None
    port_range_list_id: str | None = None
    source_group_owner_id: str | None = None
    source_group_owner_account: str | None = None
    dest_group_owner_id: str | None = None
    dest_group_owner_account: str | None = None


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

#: The wire name of each field of a permission, in the order of its fields.
PERMISSION_FIELDS = {
    "IpProtocol": "ip_protocol",
    "PortRange": "port_range",
    "SourceCidrIp": "source_cidr_ip",
    "Priority": "priority",
    "Policy": "policy",
    "NicType": "nic_type",
    "SourceGroupId": "source_group_id",
    "DestCidrIp": "dest_cidr_ip",
    "DestGroupId": "dest_group_id",
    "Ipv6SourceCidrIp": "ipv6_source_cidr_ip",
    "Ipv6DestCidrIp": "ipv6_dest_cidr_ip",
    "SourcePortRange": "source_port_range",
    "SourcePrefixListId": "source_prefix_list_id",
    "DestPrefixListId": "dest_prefix_list_id",
    "PortRangeListId": "port_range_list_id",
    "SourceGroupOwnerId": "source_group_owner_id",
    "SourceGroupOwnerAccount": "source_group_owner_account",
    "DestGroupOwnerId": "dest_group_owner_id",
    "DestGroupOwnerAccount": "dest_group_owner_account",
}


class Malformed(ValueError):
    """A value does not have the shape its parameter should have."""


#: Numbers from here on are no parameter of any call; they, infinity and NaN count as malformed.
_BEYOND = 10**20
#: A real stands for one integer up to here; from here on for several (IEEE 754, binary64).
_EXACT = 2**53


def number_text(number: int | float) -> str:
    """A number as a sender writes it: some make reals of all their numbers, and a whole one is an integer.

    Raises
    ------
    Malformed
        No number that a call can have.
    """
    if not -_BEYOND < number < _BEYOND:
        raise Malformed
    if isinstance(number, float) and number.is_integer() and -_EXACT < number < _EXACT:
        return str(int(number))
    return str(number)


def _text(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if raw is True or raw is False:
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return number_text(raw)
    raise Malformed


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
    raise Malformed


def _flag(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = _text(raw).strip().lower()
    if text in ("true", "false"):
        return text == "true"
    raise Malformed


def as_list(raw: Any) -> list[Any]:
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
            yield from as_list(value)
    elif node and all(isinstance(key, int) or str(key).isdecimal() or key == "*" for key in node):
        for value in node.values():
            yield from as_list(value) if isinstance(value, str | list) else [value]
    else:
        yield node


def _decoded(raw: str) -> list[Any] | None:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _texts(raw: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in as_list(raw) if item is not None)


def _objects(raw: Any) -> list[dict[Any, Any]]:
    found = []
    for item in as_list(raw):
        if isinstance(item, str) and item[:1] == "{":
            try:
                item = msgspec.json.decode(item)
            except (msgspec.DecodeError, RecursionError):
                raise Malformed from None
        if not isinstance(item, dict):
            raise Malformed
        found.append(item)
    return found


def permission_of(item: dict[Any, Any]) -> Permission:
    fields = {
        attribute: _text(item[wire])
        for wire, attribute in PERMISSION_FIELDS.items()
        if item.get(wire) is not None
    }
    return Permission(**fields)


def _permissions(raw: Any) -> tuple[Permission, ...]:
    return tuple(permission_of(item) for item in _objects(raw))


def _interface(item: dict[Any, Any]) -> Interface:
    groups = [item["SecurityGroupId"]] if item.get("SecurityGroupId") is not None else []
    if item.get("SecurityGroupIds") is not None:
        groups.extend(as_list(item["SecurityGroupIds"]))
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
            raise Malformed
        found.append(Tag(_text(key), _text(value)))
    return tuple(found)


def _entries(raw: Any) -> tuple[str, ...]:
    """The CIDR blocks or port ranges of prefix list and port list entries."""
    found = []
    for item in _objects(raw):
        value = next((item[name] for name in ("Cidr", "PortRange") if item.get(name) is not None), None)
        if value is None:
            raise Malformed
        found.append(_text(value))
    return tuple(found)


def _endpoints(raw: Any) -> tuple[str, ...]:
    """Where event targets are; their other fields, which may hold keys, are dropped."""
    found = [
        next((item[name] for name in ("Endpoint", "endpoint") if name in item), None)
        for item in _objects(raw)
    ]
    return tuple("" if one is None else _without_secrets(_text(one)) for one in found)


def _without_secrets(endpoint: str) -> str:
    """An endpoint; of an address its host alone, for user, path and query of a webhook are secrets."""
    scheme, separator, rest = endpoint.partition("://")
    if not separator:
        return endpoint
    host = rest.replace("?", "/").replace("#", "/").partition("/")[0]
    return f"{scheme}://{host.rpartition('@')[2]}"


#: Reads a value of each shape; `Malformed` when it cannot be read.
READERS: dict[Shape, Callable[[Any], Value]] = {
    Shape.TEXT: _single,
    Shape.TEXTS: _texts,
    Shape.INTEGER: _integer,
    Shape.FLAG: _flag,
    Shape.PERMISSIONS: _permissions,
    Shape.INTERFACES: _interfaces,
    Shape.TAGS: _tags,
    Shape.ENTRIES: _entries,
    Shape.ENDPOINTS: _endpoints,
}
