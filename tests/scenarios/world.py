"""What most scenarios begin with: a VPC with a vSwitch, reserved blocks and a group; short ways to call."""

from __future__ import annotations

from typing import Any

from fakealiyun import Keys
from tests.scenarios.stage import Stage

NAT, NLB, VPN = "nat.aliyuncs.com", "nlb.aliyuncs.com", "vpn.aliyuncs.com"
FIREWALL = "cloudfw.aliyuncs.com"
GATEWAY = "connectuservpc.apigateway.aliyuncs.com"
#: Another account.
STRANGER = "2000000000000001"

ASSIGN4, UNASSIGN4 = "ecs:AssignPrivateIpAddresses", "ecs:UnassignPrivateIpAddresses"
ASSIGN6, UNASSIGN6 = "ecs:AssignIpv6Addresses", "ecs:UnassignIpv6Addresses"
CREATE = "ecs:CreateNetworkInterface"
MODIFY = "ecs:ModifyNetworkInterfaceAttribute"


class World:
    """``10.0.0.0/16`` with the reserved block ``10.0.128.0/22``, and an IPv6 one, of alice."""

    def __init__(self, stage: Stage, region: str | None = None) -> None:
        self.stage = stage
        self.region = region
        self.alice = stage.account("alice")
        self.vpc = self.make("vpc:CreateVpc", "VpcId", CidrBlock="10.0.0.0/8", EnableIpv6=True)
        self.vswitch = self.make_vswitch("10.0.0.0/16", Ipv6CidrBlock=1)
        found = self.call("vpc:DescribeVSwitchAttributes", VSwitchId=self.vswitch)
        self.ipv6_stem = found["Ipv6CidrBlock"].removesuffix("::/64")
        self.group = self.make_group()
        self.reservation = self.reserve("10.0.128.0/22")
        self.reserve(f"{self.ipv6_stem}:4000::/66", "IPv6")

    def call(self, action: str, by: Keys | None = None, /, **parameters: Any) -> Any:
        """The answer of a call of alice, or of another caller."""
        return self.stage.call(action, by or self.alice, self.region, **parameters)

    def refused(self, action: str, by: Keys | None = None, /, **parameters: Any) -> str:
        """The code of a call that is refused."""
        return self.stage.refused(action, by or self.alice, self.region, **parameters)

    def make(self, action: str, field: str, by: Keys | None = None, /, **parameters: Any) -> str:
        """Something new, by its id."""
        found: str = self.call(action, by, **parameters)[field]
        return found

    def make_vswitch(self, cidr: str, **parameters: Any) -> str:
        """A vSwitch of the VPC."""
        place = {"VpcId": self.vpc, "CidrBlock": cidr, "ZoneId": f"{self.region or 'cn-hangzhou'}-h"}
        return self.make("vpc:CreateVSwitch", "VSwitchId", **place, **parameters)

    def make_group(self, by: Keys | None = None, kind: str = "normal") -> str:
        """A security group."""
        asked = {"VpcId": self.vpc, "SecurityGroupType": kind}
        return self.make("ecs:CreateSecurityGroup", "SecurityGroupId", by, **asked)

    def reserve(self, cidr: str, version: str = "IPv4", vswitch: str | None = None) -> str:
        """A reserved block."""
        return self.make(
            "vpc:CreateVSwitchCidrReservation",
            "VSwitchCidrReservationId",
            VSwitchId=vswitch or self.vswitch,
            VSwitchCidrReservationCidr=cidr,
            IpVersion=version,
        )

    def make_eni(self, by: Keys | None = None, /, **parameters: Any) -> str:
        """An ENI in the vSwitch and the group, unless told otherwise."""
        wanted = {"VSwitchId": self.vswitch, "SecurityGroupId": self.group, **parameters}
        return self.make(CREATE, "NetworkInterfaceId", by, **wanted)

    def make_instance(self, kind: str = "ecs.g7.large", **parameters: Any) -> str:
        """An instance that runs."""
        place = {"VSwitchId": self.vswitch, "SecurityGroupId": self.group, "ImageId": "image-example"}
        made = self.call("ecs:RunInstances", InstanceType=kind, **{**place, **parameters})
        found: str = made["InstanceIdSets"]["InstanceIdSet"][0]
        return found

    def make_eip(self) -> str:
        """An EIP."""
        return self.make("vpc:AllocateEipAddress", "AllocationId")

    def assign(self, eni: str, number: int) -> None:
        """That many IPv4 prefixes more on an ENI."""
        while number > 0:
            self.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=min(number, 10))
            number -= 10

    def address_of(self, eni: str) -> str:
        """The id of an IPv6 address of an ENI."""
        found = self.call("vpc:DescribeIpv6Addresses", AssociatedInstanceId=eni)
        address: str = found["Ipv6Addresses"]["Ipv6Address"][0]["Ipv6AddressId"]
        return address
