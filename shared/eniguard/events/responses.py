"""What a call gave back: the ids and addresses in a response that something reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eniguard.events.catalog import APIS, Api
from eniguard.events.values import number_text

#: Where responses carry what a call created or assigned (SDK response fields).
_RESPONSE_LISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "AssignPrivateIpAddresses": (
        ("Ipv4Prefix", "AssignedPrivateIpAddressesSet.Ipv4PrefixSet.Ipv4Prefixes"),
        ("PrivateIpAddress", "AssignedPrivateIpAddressesSet.PrivateIpSet.PrivateIpAddress"),
    ),
    "AssignIpv6Addresses": (
        ("Ipv6Prefix", "Ipv6PrefixSets.Ipv6Prefix"),
        ("Ipv6Address", "Ipv6Sets.Ipv6Address"),
    ),
    "CreateNetworkInterface": (
        ("Ipv4Prefix", "Ipv4PrefixSets.Ipv4PrefixSet.Ipv4Prefix"),
        ("Ipv6Prefix", "Ipv6PrefixSets.Ipv6PrefixSet.Ipv6Prefix"),
        ("Ipv6Address", "Ipv6Sets.Ipv6Set.Ipv6Address"),
        ("PrivateIpAddress", "PrivateIpSets.PrivateIpSet.PrivateIpAddress"),
        ("PrimaryIpAddress", "PrivateIpAddress"),
        ("ServiceManaged", "ServiceManaged"),
        ("ServiceID", "ServiceID"),
        ("Status", "Status"),
        ("VpcId", "VpcId"),
        ("Description", "Description"),
    ),
    "DeleteServiceLinkedRole": (("DeletionTaskId", "DeletionTaskId"),),
    "GetServiceLinkedRoleDeletionStatus": (
        ("Status", "Status"),
        ("Message", "Reason.Message"),
        ("Resource", "Reason.RoleUsages.RoleUsage.Resources.Resource"),
    ),
    "AllocateIpv6InternetBandwidth": (("Ipv6AddressId", "Ipv6AddressId"),),
    "CreateNetworkInterfacePermission": (
        ("NetworkInterfacePermissionId", "NetworkInterfacePermission.NetworkInterfacePermissionId"),
    ),
}

#: The actions whose response is read: for what is listed above, or for what the call created.
ANSWERED = frozenset(
    action
    for action, api in APIS.items()
    if api.name in _RESPONSE_LISTS or any(where.response for where in api.targets)
)

#: A way into a response: a key, and the way below it.
Path = tuple[str, "Path | None"]


def path_of(dotted: str) -> Path:
    """A way into a response out of keys with dots between."""
    head, _, below = dotted.partition(".")
    return head, path_of(below) if below else None


_PATHS = {
    api: tuple([(name, path_of(dotted)) for name, dotted in lists]) for api, lists in _RESPONSE_LISTS.items()
}

#: What was given back by a call without a response.
NOTHING: Mapping[str, tuple[str, ...]] = {}
#: Lists directly in lists that are followed; SDK responses have none.
_LISTS = 4
#: Numbers from here on are no id, count or address.
_BEYOND = 2**64


def response_paths(api: Api) -> tuple[tuple[str, str], ...]:
    """What is read of the response of an API: the name it gets in `given_back`, and where it stands."""
    return _RESPONSE_LISTS.get(api.name, ())


def given_back(api: Api, response: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """The ids and addresses in a response, in the shapes of the parameters."""
    found = {}
    for name, path in _PATHS.get(api.name, ()):
        if values := leaves(response, path):
            found[name] = tuple(values)
    return found or NOTHING


def leaves(response: Mapping[str, Any], path: Path) -> Sequence[str]:
    """The texts at a path of a response, through lists at any level."""
    head, below = path
    return _leaves(response[head], below) if head in response else ()


def _leaves(node: Any, path: Path | None, lists: int = _LISTS) -> Sequence[str]:
    if path is None:
        return _texts(node)
    if isinstance(node, list):
        return [text for item in node for text in _leaves(item, path, lists - 1)] if lists else ()
    return leaves(node, path) if isinstance(node, dict) else ()


def _texts(value: Any, lists: int = _LISTS) -> Sequence[str]:
    if isinstance(value, list):
        return [text for item in value for text in _texts(item, lists - 1)] if lists else ()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, str):
        return (value,)
    if isinstance(value, int | float) and -_BEYOND < value < _BEYOND:
        return (number_text(value),)
    return ()
