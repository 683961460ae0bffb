"""A fake cloud with a VPC, a vSwitch with reserved blocks and a security group, and short ways to call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from fakealiyun import ApiError, Assumptions, Cloud, Keys

#: The blocks of the vSwitch that are reserved for prefixes: 64 of IPv4, 16,384 of IPv6.
RESERVED = "10.0.128.0/22"
#: A service that the fake does not know: its role may call every row of both tables.
OWNER = "owner.aliyuncs.com"


class Scene:
    """One region: ``10.0.0.0/16`` in zone h with the reserved block ``10.0.128.0/22``, and a basic group."""

    def __init__(self, region: str = "cn-hangzhou", assumptions: Assumptions | None = None) -> None:
        self.cloud = Cloud(region, assumptions=assumptions)
        self.root = self.cloud.account()
        self.owner = self.cloud.service(OWNER)
        self.vpc = self.call("vpc:CreateVpc", CidrBlock="10.0.0.0/8", EnableIpv6=True)["VpcId"]
        self.vswitch = self.make_vswitch("10.0.0.0/16", ipv6=1)
        self.ipv6 = self.call("vpc:DescribeVSwitchAttributes", VSwitchId=self.vswitch)["Ipv6CidrBlock"]
        self.group = self.make_group()
        self.reserve(RESERVED)
        self.ipv6_stem = self.ipv6.removesuffix("::/64")
        self.reserve(f"{self.ipv6_stem}:4000::/66", "IPv6")
        self.cloud.clock.advance(60)

    def call(self, action: str, keys: Keys | None = None, **parameters: Any) -> Mapping[str, Any]:
        """The answer of a call of the root account, or of another caller."""
        return self.cloud.call(action, keys or self.root, **parameters)

    def refused(self, action: str, keys: Keys | None = None, **parameters: Any) -> tuple[str, int]:
        """Code and status of a call that is refused."""
        with pytest.raises(ApiError) as caught:
            self.call(action, keys, **parameters)
        return caught.value.code, caught.value.status

    # -- things --------------------------------------------------------------------------------------------

    def make_vswitch(self, cidr: str, zone: str = "cn-hangzhou-h", ipv6: int | None = None) -> str:
        """A vSwitch of the VPC."""
        answer = self.call(
            "vpc:CreateVSwitch", VpcId=self.vpc, CidrBlock=cidr, ZoneId=zone, Ipv6CidrBlock=ipv6
        )
        return str(answer["VSwitchId"])

    def make_group(self, kind: str = "normal", vpc: str | None = None, keys: Keys | None = None) -> str:
        """A security group."""
        answer = self.call("ecs:CreateSecurityGroup", keys, VpcId=vpc or self.vpc, SecurityGroupType=kind)
        return str(answer["SecurityGroupId"])

    def reserve(self, cidr: str, version: str = "IPv4", vswitch: str | None = None) -> str:
        """A reserved block, Assigned only after a while."""
        answer = self.call(
            "vpc:CreateVSwitchCidrReservation",
            VSwitchId=vswitch or self.vswitch,
            VSwitchCidrReservationCidr=cidr,
            IpVersion=version,
        )
        return str(answer["VSwitchCidrReservationId"])

    def make_eni(self, keys: Keys | None = None, **parameters: Any) -> str:
        """An ENI in the vSwitch and the group of the scene, unless told otherwise."""
        wanted = {"VSwitchId": self.vswitch, "SecurityGroupId": self.group, **parameters}
        if "SecurityGroupIds" in parameters:
            del wanted["SecurityGroupId"]
        return str(self.call("ecs:CreateNetworkInterface", keys, **wanted)["NetworkInterfaceId"])

    def make_instance(self, kind: str = "ecs.g7.large", **change: Any) -> str:
        """An instance that runs."""
        return self.run(InstanceType=kind, **change)[0]

    def wanted(self, **change: Any) -> dict[str, Any]:
        """What a call for new instances needs, with changes."""
        return {
            "InstanceType": "ecs.g7.large",
            "VSwitchId": self.vswitch,
            "SecurityGroupId": self.group,
            **change,
        }

    def run(self, **change: Any) -> list[str]:
        """The ids of new instances that run."""
        return list(self.call("ecs:RunInstances", **self.wanted(**change))["InstanceIdSets"]["InstanceIdSet"])

    def attach(self, eni: str, instance: str, **parameters: Any) -> None:
        """Attach an ENI, and wait until it is InUse."""
        self.call("ecs:AttachNetworkInterface", NetworkInterfaceId=eni, InstanceId=instance, **parameters)
        self.wait()

    def wait(self, seconds: float = 5.0) -> None:
        """Let time pass: as long as attaching, detaching and deleting need."""
        self.cloud.clock.advance(seconds)

    # -- views ---------------------------------------------------------------------------------------------

    def enis(self, **filters: Any) -> list[dict[str, Any]]:
        """ENIs as DescribeNetworkInterfaces shows them."""
        answer = self.call("ecs:DescribeNetworkInterfaces", **filters)
        return list(answer["NetworkInterfaceSets"]["NetworkInterfaceSet"])

    def eni(self, eni_id: str) -> dict[str, Any]:
        """One ENI."""
        (found,) = self.enis(NetworkInterfaceId=[eni_id])
        return found

    def status(self, eni_id: str) -> str:
        """The state of an ENI; ``gone`` when it is no more."""
        found = self.enis(NetworkInterfaceId=[eni_id])
        return str(found[0]["Status"]) if found else "gone"

    def found(self, **filters: Any) -> list[str]:
        """The ids of the instances that DescribeInstances finds."""
        items = self.call("ecs:DescribeInstances", **filters)["Instances"]["Instance"]
        return [one["InstanceId"] for one in items]

    def instance(self, instance_id: str) -> dict[str, Any]:
        """One instance as DescribeInstances shows it."""
        answer = self.call("ecs:DescribeInstances", InstanceIds=f'["{instance_id}"]')
        (item,) = answer["Instances"]["Instance"]
        return dict(item)

    def primary(self, instance_id: str) -> dict[str, Any]:
        """The primary ENI of an instance."""
        (found,) = self.enis(InstanceId=instance_id, Type="Primary")
        return found

    def private_ips(self, eni_id: str) -> list[str]:
        """The private IPv4 addresses of an ENI, the primary one first."""
        return [one["PrivateIpAddress"] for one in self.eni(eni_id)["PrivateIpSets"]["PrivateIpSet"]]

    def prefixes(self, eni_id: str) -> list[str]:
        """The IPv4 prefixes of an ENI."""
        return [one["Ipv4Prefix"] for one in self.eni(eni_id)["Ipv4PrefixSets"]["Ipv4PrefixSet"]]

    def ipv6_prefixes(self, eni_id: str) -> list[str]:
        """The IPv6 prefixes of an ENI."""
        return [one["Ipv6Prefix"] for one in self.eni(eni_id)["Ipv6PrefixSets"]["Ipv6PrefixSet"]]

    def groups(self, eni_id: str) -> list[str]:
        """The security groups of an ENI."""
        return list(self.eni(eni_id)["SecurityGroupIds"]["SecurityGroupId"])

    def addresses_in_group(self, group_id: str | None = None) -> int:
        """How many addresses the fake counts in a group."""
        return self.cloud.region().ecs.enis.addresses_in_group(group_id or self.group)
