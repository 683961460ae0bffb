"""The parameters of a call written back into ``requestParameters``: reading them gives the same again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from eniguard.events.catalog import Api, Shape
from eniguard.events.parameters import Parameters
from eniguard.events.values import PERMISSION_FIELDS, Interface, Permission, Tag, Value

#: A list in a list is no value of any shape: it stands for a value that could not be read.
_UNREADABLE: Any = [[]]
#: The parameter that the rule in flat form, whose fields stand beside the group id, becomes a part of.
_RULES = "Permissions"


def recorded_parameters(api: Api, parameters: Parameters) -> dict[str, Any]:
    """The ``requestParameters`` that read as these parameters.

    Parameters
    ----------
    api
        The catalogue entry of the call.
    parameters
        What was read of the call; nothing else is written.
    """
    recorded: dict[str, Any] = dict.fromkeys(parameters.malformed, _UNREADABLE)
    for name, value in parameters.values.items():
        recorded[name] = _WRITERS[api.parameters[name]](value)
    if _RULES in parameters.malformed and api.parameters[_RULES] is Shape.PERMISSIONS:
        recorded.update(_rules(parameters))
    return recorded


def _rules(parameters: Parameters) -> dict[str, Any]:
    """The rules of a call of which the list, the one in flat form, or both could not be read.

    The flat one is read last: it is the one that could not be read if its name is the last.
    """
    unreadable = parameters.malformed.count(_RULES)
    listed = parameters.permissions()
    if unreadable == 2:
        return {_RULES: _UNREADABLE, "PortRange": _UNREADABLE}
    if _RULES not in parameters:
        return {_RULES: _UNREADABLE}
    if parameters.malformed[-1] == _RULES:
        return {_RULES: _permissions(listed), "PortRange": _UNREADABLE}
    return {_RULES: _UNREADABLE, **_permission(listed[0])}


def _same(value: Value) -> Any:
    return value


def _text(value: Value) -> str:
    """A number as text: readers of JSON do not agree on long ones."""
    return str(value)


def _permissions(value: Value) -> list[dict[str, str]]:
    return [_permission(one) for one in cast("Sequence[Permission]", value)]


def _permission(one: Permission) -> dict[str, str]:
    stated = ((wire, getattr(one, attribute)) for wire, attribute in PERMISSION_FIELDS.items())
    return {wire: text for wire, text in stated if text is not None}


def _interfaces(value: Value) -> list[dict[str, Any]]:
    return [_interface(one) for one in cast("Sequence[Interface]", value)]


def _interface(one: Interface) -> dict[str, Any]:
    named = {"NetworkInterfaceId": one.network_interface_id, "VSwitchId": one.v_switch_id}
    found: dict[str, Any] = {name: text for name, text in named.items() if text is not None}
    if one.security_group_ids:
        found["SecurityGroupIds"] = one.security_group_ids
    return found


def _tags(value: Value) -> list[dict[str, str]]:
    return [{"Key": one.key, "Value": one.value} for one in cast("Sequence[Tag]", value)]


def _each_as(field: str) -> Callable[[Value], list[dict[str, str]]]:
    return lambda value: [{field: one} for one in cast("Sequence[str]", value)]


#: Writes a value of each shape.
_WRITERS: dict[Shape, Callable[[Value], Any]] = {
    Shape.TEXT: _same,
    Shape.TEXTS: _same,
    Shape.INTEGER: _text,
    Shape.FLAG: _same,
    Shape.PERMISSIONS: _permissions,
    Shape.INTERFACES: _interfaces,
    Shape.TAGS: _tags,
    Shape.ENTRIES: _each_as("Cidr"),
    Shape.ENDPOINTS: _each_as("Endpoint"),
}
