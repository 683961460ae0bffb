"""One vSwitch with reserved blocks, ENIs and instances: the surroundings in the tests of this family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eniguard.events.calls import Call
from eniguard.settings import ActorMatch, Actors, Policy
from eniguard.testing import Snapshot, call, role, snapshot

VSWITCH = "vsw-bp1example0001"
#: Available, with its primary address 10.0.0.10 only.
FREE = "eni-bp1example0001"
#: Attached to an ecs.g7.large, with its primary address 10.0.0.11 only.
BUSY = "eni-bp1example0002"
#: Attached; holds addresses and prefixes that others may run into.
OTHER = "eni-bp1example0003"
INSTANCE = "i-bp1example0001"
TYPE = "ecs.g7.large"
REFUSED = "InvalidParameter"
RESERVED = "10.0.0.128/25"
RESERVED_IPV6 = "2001:db8:0:100:8000::/65"

TERWAY_NODE = role("KubernetesWorkerRole-example")
WITH_CONTROLLER = Policy(actors=Actors(controllers=(ActorMatch(role="KubernetesWorkerRole-example"),)))

Items = Sequence[Mapping[str, Any]]


def assign(*prefixes: str, eni: str = FREE, error: str | None = None, **more: Any) -> Call:
    """AssignPrivateIpAddresses with IPv4 prefixes by name."""
    return _listing(
        "AssignPrivateIpAddresses", "Ipv4Prefix", prefixes, NetworkInterfaceId=eni, error=error, **more
    )


def unassign(*prefixes: str, eni: str = FREE, error: str | None = None, **more: Any) -> Call:
    """UnassignPrivateIpAddresses with IPv4 prefixes by name."""
    return _listing(
        "UnassignPrivateIpAddresses", "Ipv4Prefix", prefixes, NetworkInterfaceId=eni, error=error, **more
    )


def assign_ipv6(*prefixes: str, eni: str = FREE, error: str | None = None, **more: Any) -> Call:
    """AssignIpv6Addresses with IPv6 prefixes by name."""
    return _listing(
        "AssignIpv6Addresses", "Ipv6Prefix", prefixes, NetworkInterfaceId=eni, error=error, **more
    )


def _listing(name: str, parameter: str, prefixes: Sequence[str], **more: Any) -> Call:
    """A call with the wire keys of a list, ``Ipv4Prefix.1`` and so on."""
    listed: dict[str, Any] = {f"{parameter}.{number}": text for number, text in enumerate(prefixes, 1)}
    return call(f"ecs:{name}", **listed, **more)


def create(error: str | None = None, created: str | None = None, **parameters: Any) -> Call:
    """CreateNetworkInterface in the vSwitch."""
    response = {"NetworkInterfaceId": created} if created else {}
    return call("ecs:CreateNetworkInterface", error=error, response=response, VSwitchId=VSWITCH, **parameters)


def eni(
    eni_id: str,
    address: str,
    *,
    instance: str | None = None,
    secondary: Sequence[str] = (),
    ipv6: Sequence[str] = (),
    prefixes: Sequence[str] = (),
    ipv6_prefixes: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    """An ENI of the vSwitch as DescribeNetworkInterfaces returns it."""
    return {
        "NetworkInterfaceId": eni_id,
        "VSwitchId": VSWITCH,
        "Status": "InUse" if instance else "Available",
        "InstanceId": instance or "",
        "ServiceManaged": False,
        "PrivateIpAddress": address,
        "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": one} for one in (address, *secondary)]},
        "Ipv6Sets": {"Ipv6Set": [{"Ipv6Address": one} for one in ipv6]},
        "Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": one} for one in prefixes]},
        "Ipv6PrefixSets": {"Ipv6PrefixSet": [{"Ipv6Prefix": one} for one in ipv6_prefixes]},
        **more,
    }


def reservation(reservation_id: str, cidr: str, status: str = "Assigned", **more: Any) -> dict[str, Any]:
    """A reserved block as ListVSwitchCidrReservations returns it."""
    return {
        "VSwitchCidrReservationId": reservation_id,
        "VSwitchId": VSWITCH,
        "IpVersion": "IPv6" if ":" in cidr else "IPv4",
        "VSwitchCidrReservationCidr": cidr,
        "Status": status,
        **more,
    }


FREE_ENI = eni(FREE, "10.0.0.10")
BUSY_ENI = eni(BUSY, "10.0.0.11", instance=INSTANCE)
OTHER_ENI = eni(
    OTHER,
    "10.0.0.12",
    instance="i-bp1example0002",
    secondary=["10.0.0.200"],
    ipv6=["2001:db8:0:100:8000:1:0:5"],
    prefixes=["10.0.0.240/28"],
    ipv6_prefixes=["2001:db8:0:100:8000:2::/96"],
)
RESERVATIONS: Items = (reservation("vcr-1", RESERVED), reservation("vcr-2", RESERVED_IPV6))
VSWITCHES: Items = (
    {"VSwitchId": VSWITCH, "CidrBlock": "10.0.0.0/24", "Ipv6CidrBlock": "2001:db8:0:100::/64"},
)
INSTANCES: Items = ({"InstanceId": INSTANCE, "InstanceType": TYPE},)
#: Seed 002: six private IPv4 addresses with the primary one, and six IPv6 addresses.
TYPES: Items = (
    {"InstanceTypeId": TYPE, "EniPrivateIpAddressQuantity": 6, "EniIpv6AddressQuantity": 6},
    {"InstanceTypeId": "ecs.small", "EniPrivateIpAddressQuantity": 3, "EniIpv6AddressQuantity": 1},
)


def world(
    enis: Items | None = (FREE_ENI, BUSY_ENI, OTHER_ENI),
    *,
    reservations: Items | None = RESERVATIONS,
    vswitches: Items | None = VSWITCHES,
    instances: Items | None = INSTANCES,
    types: Items | None = TYPES,
    **options: Any,
) -> Snapshot:
    """A snapshot of it all; ``None`` leaves a kind out, which is then not known."""
    kinds = {
        "ecs:NetworkInterface": enis,
        "vpc:CidrReservation": reservations,
        "vpc:VSwitch": vswitches,
        "ecs:Instance": instances,
        "ecs:InstanceType": types,
    }
    return snapshot({kind: items for kind, items in kinds.items() if items is not None}, **options)
