"""IPv6 gateways, the IPv6 addresses of ENIs as VPC sees them, and their Internet bandwidth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

AddressType = Literal["IPv6Address", "IPv6Prefix"]


@dataclass
class Ipv6Gateway:
    """The IPv6 gateway of a VPC; it has one at most."""

    id: str
    vpc_id: str
    created_at: datetime
    name: str = ""
    description: str = ""
    resource_group_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Bandwidth:
    """Internet bandwidth of an IPv6 address, in Mbit/s."""

    id: str
    mbits: int
    charge_type: str


class AddressKey(NamedTuple):
    """An address, or a prefix, of an ENI."""

    eni_id: str
    text: str


@dataclass
class Ipv6Address:
    """What VPC knows of an IPv6 address, or an IPv6 prefix, of an ENI."""

    id: str
    key: AddressKey
    type: AddressType
    bandwidth: Bandwidth | None = None


class Ipv6Addresses:
    """The IPv6 addresses of one region: each has an id from when it is first looked at."""

    def __init__(self) -> None:
        self._by_key: dict[AddressKey, Ipv6Address] = {}
        self._by_id: dict[str, Ipv6Address] = {}
        self._by_bandwidth: dict[str, Ipv6Address] = {}

    def of(self, eni_id: str, text: str, kind: AddressType) -> Ipv6Address:
        """The one for an address of an ENI."""
        key = AddressKey(eni_id, text)
        found = self._by_key.get(key)
        if found is None:
            found = Ipv6Address(f"ipv6-bp1fake{len(self._by_id) + 1:08d}", key, kind)
            self._by_key[key] = self._by_id[found.id] = found
        return found

    def find(self, address_id: str) -> Ipv6Address | None:
        """One by its id, or ``None``."""
        return self._by_id.get(address_id)

    def with_bandwidth(self, bandwidth_id: str) -> Ipv6Address | None:
        """The one that has this bandwidth, or ``None``."""
        return self._by_bandwidth.get(bandwidth_id)

    def give(self, address: Ipv6Address, bandwidth: Bandwidth) -> None:
        """Give bandwidth to an address that has none."""
        address.bandwidth = bandwidth
        self._by_bandwidth[bandwidth.id] = address

    def take(self, address: Ipv6Address) -> None:
        """Take its bandwidth from an address."""
        if address.bandwidth is not None:
            del self._by_bandwidth[address.bandwidth.id]
            address.bandwidth = None


class Ipv6Gateways:
    """The IPv6 gateways of one region."""

    def __init__(self) -> None:
        self._gateways: dict[str, Ipv6Gateway] = {}
        self._by_vpc: dict[str, Ipv6Gateway] = {}

    def find(self, gateway_id: str) -> Ipv6Gateway | None:
        """One by its id, or ``None``."""
        return self._gateways.get(gateway_id)

    def of_vpc(self, vpc_id: str) -> Ipv6Gateway | None:
        """That of a VPC, or ``None``."""
        return self._by_vpc.get(vpc_id)

    def all(self) -> list[Ipv6Gateway]:
        """Every one, in the order they were made."""
        return list(self._gateways.values())

    def add(self, new: Ipv6Gateway) -> None:
        """Have a new one."""
        self._gateways[new.id] = self._by_vpc[new.vpc_id] = new

    def remove(self, old: Ipv6Gateway) -> None:
        """Drop one."""
        del self._gateways[old.id]
        del self._by_vpc[old.vpc_id]
