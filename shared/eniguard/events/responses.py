"""What a call gave back: the ids and addresses in a response that something reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eniguard.events.catalog import APIS, Api

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
    paths = response_paths(api)
    if not paths:
        return NOTHING
    found = {}
    for name, path in paths:
        if values := tuple(leaves(response, path)):
            found[name] = values
    return found


def leaves(node: Any, path: str, lists: int = _LISTS) -> Iterator[str]:
    """The texts at a dotted path of a response, through lists at any level."""
    head, _, rest = path.partition(".")
    if isinstance(node, list):
        for item in node if lists else ():
            yield from leaves(item, path, lists - 1)
    elif isinstance(node, Mapping) and head in node:
        if rest:
            yield from leaves(node[head], rest)
        else:
            yield from _texts(node[head])


def _texts(value: Any, lists: int = _LISTS) -> Iterator[str]:
    if isinstance(value, list):
        for item in value if lists else ():
            yield from _texts(item, lists - 1)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str) or (isinstance(value, int | float) and -_BEYOND < value < _BEYOND):
        yield str(value)
