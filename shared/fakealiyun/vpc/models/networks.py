"""VPCs and their vSwitches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network

from fakealiyun.vpc import exceptions

Network = IPv4Network | IPv6Network

#: Where the IPv6 blocks of VPCs come from (documentation addresses); a VPC has a /56, a vSwitch a /64.
_IPV6 = IPv6Network("2001:db8::/32")
_VPC_IPV6_LENGTH = 56
_VSWITCH_IPV6_LENGTH = 64
#: The first address of a vSwitch is the system's, and so are the last 3 of IPv4, the last 9 of IPv6
#: (CreateVSwitchCidrReservation).
SYSTEM_AT_START = 1
SYSTEM_AT_END = {4: 3, 6: 9}


@dataclass
class Vpc:
    """One VPC; ``ipv6_cidr`` is set once it has IPv6."""

    id: str
    cidr: IPv4Network
    created_at: datetime
    name: str = ""
    description: str = ""
    ipv6_cidr: IPv6Network | None = None
    resource_group_id: str = ""
    user_cidrs: list[str] = field(default_factory=list)
    dns_hostnames: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    vswitches: dict[str, VSwitch] = field(default_factory=dict)

    def vswitch_ipv6(self, number: int) -> IPv6Network | None:
        """The block of a vSwitch by its last 8 bits; ``None`` when the VPC has no IPv6."""
        if self.ipv6_cidr is None:
            return None
        start = int(self.ipv6_cidr.network_address) + (number << (128 - _VSWITCH_IPV6_LENGTH))
        return IPv6Network((start, _VSWITCH_IPV6_LENGTH))


@dataclass
class VSwitch:
    """One vSwitch: a block of a VPC in one zone."""

    id: str
    vpc_id: str
    zone_id: str
    cidr: IPv4Network
    created_at: datetime
    ipv6_cidr: IPv6Network | None = None
    name: str = ""
    description: str = ""
    resource_group_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def block(self, family: int) -> Network | None:
        """Its block for an IP family (4 or 6); ``None`` when it has no IPv6."""
        return self.cidr if family == 4 else self.ipv6_cidr

    def holds_system_address(self, network: Network) -> bool:
        """Whether a block within the vSwitch holds an address that the system keeps."""
        block = self.block(network.version)
        if block is None:
            return False
        first = int(block.network_address) + SYSTEM_AT_START
        last = int(block.broadcast_address) - SYSTEM_AT_END[network.version]
        return int(network.network_address) < first or int(network.broadcast_address) > last


class Networks:
    """The VPCs and vSwitches of one region."""

    def __init__(self) -> None:
        self._vpcs: dict[str, Vpc] = {}
        self._vswitches: dict[str, VSwitch] = {}
        self._ipv6_blocks = 0

    def vpc(self, vpc_id: str) -> Vpc:
        """A VPC, or ``InvalidVpcId.NotFound``."""
        found = self.find_vpc(vpc_id)
        if found is None:
            raise exceptions.vpc_not_found(vpc_id)
        return found

    def find_vpc(self, vpc_id: str) -> Vpc | None:
        """A VPC, or ``None``."""
        return self._vpcs.get(vpc_id)

    def vswitch(self, vswitch_id: str) -> VSwitch:
        """A vSwitch, or ``InvalidVSwitchId.NotFound``."""
        found = self.find_vswitch(vswitch_id)
        if found is None:
            raise exceptions.vswitch_not_found(vswitch_id)
        return found

    def find_vswitch(self, vswitch_id: str) -> VSwitch | None:
        """A vSwitch, or ``None``."""
        return self._vswitches.get(vswitch_id)

    def vpcs(self) -> list[Vpc]:
        """Every VPC, in the order they were made."""
        return list(self._vpcs.values())

    def vswitches(self) -> list[VSwitch]:
        """Every vSwitch, in the order they were made."""
        return list(self._vswitches.values())

    def add_vpc(self, vpc: Vpc) -> None:
        """Have a new VPC."""
        self._vpcs[vpc.id] = vpc

    def remove_vpc(self, vpc: Vpc) -> None:
        """Drop a VPC that has no vSwitches."""
        del self._vpcs[vpc.id]

    def add_vswitch(self, vswitch: VSwitch) -> None:
        """Have a new vSwitch."""
        self._vswitches[vswitch.id] = vswitch
        self._vpcs[vswitch.vpc_id].vswitches[vswitch.id] = vswitch

    def remove_vswitch(self, vswitch: VSwitch) -> None:
        """Drop a vSwitch."""
        del self._vswitches[vswitch.id]
        del self._vpcs[vswitch.vpc_id].vswitches[vswitch.id]

    def next_ipv6_block(self) -> IPv6Network:
        """A block for a VPC that gets IPv6, another one each time."""
        self._ipv6_blocks += 1
        start = int(_IPV6.network_address) + (self._ipv6_blocks << (128 - _VPC_IPV6_LENGTH))
        return IPv6Network((start, _VPC_IPV6_LENGTH))
