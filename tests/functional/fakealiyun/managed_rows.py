"""What each row of the two permission tables is tried with: real resources of the account and of a service.

The rows and their answers are written down here once more, from the documents (seeds 000, 001, 004).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakealiyun import ApiError, Assumptions, Cloud, Keys

#: A service of these tests' own: the fake gives its role every row of both tables.
OWNER = "owner.example.aliyuncs.com"

Parameters = dict[str, Any]


class Scene:
    """A VPC of the account with a group of its own, and a service that works in it."""

    def __init__(
        self, owner: str = OWNER, assumptions: Assumptions | None = None, cloud: Cloud | None = None
    ) -> None:
        self.cloud = cloud or Cloud(assumptions=assumptions)
        self.owner = self.cloud.service(owner)
        self.alice = self.cloud.account("alice")
        vpc = self.make("vpc:CreateVpc", "VpcId", CidrBlock="10.0.0.0/8", EnableIpv6=True)
        self.vpc = vpc
        place = {"VpcId": vpc, "CidrBlock": "10.0.1.0/24", "Ipv6CidrBlock": 1, "ZoneId": "cn-hangzhou-h"}
        self.vswitch = self.make("vpc:CreateVSwitch", "VSwitchId", **place)
        self.group = self.make("ecs:CreateSecurityGroup", "SecurityGroupId", VpcId=vpc)

    def make(self, action: str, field: str, **parameters: Any) -> str:
        """Something that the account makes, by its id."""
        made: str = self.cloud.call(action, self.alice, **parameters)[field]
        self.cloud.clock.advance(60)
        return made

    def own(self, action: str, **parameters: Any) -> Any:
        """A call of the service, with the time that its work takes."""
        answer = self.cloud.call(action, self.owner, **parameters)
        self.cloud.clock.advance(60)
        return answer

    def instance(self) -> str:
        """A running instance of the account."""
        asked = {"InstanceType": "ecs.g7.large", "VSwitchId": self.vswitch, "SecurityGroupId": self.group}
        made = self.cloud.call("ecs:RunInstances", self.alice, **asked, ImageId="image")
        self.cloud.clock.advance(60)
        found: str = made["InstanceIdSets"]["InstanceIdSet"][0]
        return found

    def eni(self) -> str:
        """An ENI of the account."""
        asked = {"VSwitchId": self.vswitch, "SecurityGroupId": self.group}
        return self.make("ecs:CreateNetworkInterface", "NetworkInterfaceId", **asked)

    def eip(self) -> str:
        """An EIP of the account."""
        return self.make("vpc:AllocateEipAddress", "AllocationId")

    def managed_eni(self) -> str:
        """An ENI that the service makes, in the group of the account."""
        made = self.own("ecs:CreateNetworkInterface", VSwitchId=self.vswitch, SecurityGroupId=self.group)
        found: str = made["NetworkInterfaceId"]
        return found

    def managed_group(self) -> str:
        """A group that the service makes."""
        found: str = self.own("ecs:CreateSecurityGroup", VpcId=self.vpc)["SecurityGroupId"]
        return found

    def ipv6_address(self, eni: str) -> str:
        """The id of an IPv6 address that the service gives its ENI, in a VPC with an IPv6 gateway."""
        self.make("vpc:CreateIpv6Gateway", "Ipv6GatewayId", VpcId=self.vpc)
        self.own("ecs:AssignIpv6Addresses", NetworkInterfaceId=eni, Ipv6AddressCount=1)
        found = self.cloud.call("vpc:DescribeIpv6Addresses", self.alice, AssociatedInstanceId=eni)
        address: str = found["Ipv6Addresses"]["Ipv6Address"][0]["Ipv6AddressId"]
        return address

    def tried(self, keys: Keys, action: str, parameters: Parameters) -> tuple[str, int] | None:
        """How a call is refused; ``None`` when it is not."""
        try:
            self.cloud.call(action, keys, **parameters)
        except ApiError as error:
            return error.code, error.status
        return None


# -- managed ENIs: what each row is tried with ------------------------------------------------------


def _named(scene: Scene) -> Parameters:
    return {"NetworkInterfaceId": scene.managed_eni()}


def _described(scene: Scene) -> Parameters:
    return {"NetworkInterfaceId": [scene.managed_eni()]}


def _renamed(scene: Scene) -> Parameters:
    return {**_named(scene), "NetworkInterfaceName": "mine"}


def _attached(scene: Scene) -> Parameters:
    return {**_named(scene), "InstanceId": scene.instance()}


def _detached(scene: Scene) -> Parameters:
    asked = _attached(scene)
    scene.own("ecs:AttachNetworkInterface", **asked)
    return asked


def _assigned_ipv4(scene: Scene) -> Parameters:
    return {**_named(scene), "SecondaryPrivateIpAddressCount": 1}


def _unassigned_ipv4(scene: Scene) -> Parameters:
    asked = _assigned_ipv4(scene)
    given = scene.own("ecs:AssignPrivateIpAddresses", **asked)["AssignedPrivateIpAddressesSet"]
    addresses = given["PrivateIpSet"]["PrivateIpAddress"]
    return {"NetworkInterfaceId": asked["NetworkInterfaceId"], "PrivateIpAddress": addresses}


def _assigned_ipv6(scene: Scene) -> Parameters:
    return {**_named(scene), "Ipv6AddressCount": 1}


def _unassigned_ipv6(scene: Scene) -> Parameters:
    asked = _assigned_ipv6(scene)
    given = scene.own("ecs:AssignIpv6Addresses", **asked)["Ipv6Sets"]["Ipv6Address"]
    return {"NetworkInterfaceId": asked["NetworkInterfaceId"], "Ipv6Address": given}


def _eip_bound(scene: Scene) -> Parameters:
    return {
        "AllocationId": scene.eip(),
        "InstanceId": scene.managed_eni(),
        "InstanceType": "NetworkInterface",
    }


def _eip_unbound(scene: Scene) -> Parameters:
    asked = _eip_bound(scene)
    scene.own("vpc:AssociateEipAddress", **asked)
    return asked


def _eips_bound(scene: Scene) -> Parameters:
    eni = scene.managed_eni()
    return {"BindedInstanceId": eni, "BindedInstanceType": "NetworkInterface", "InstanceIds": [scene.eip()]}


def _bandwidth(scene: Scene) -> Parameters:
    return {"Ipv6AddressId": scene.ipv6_address(scene.managed_eni()), "Bandwidth": 5}


def _bandwidth_changed(scene: Scene) -> Parameters:
    asked = _bandwidth(scene)
    scene.own("vpc:AllocateIpv6InternetBandwidth", **asked)
    return {**asked, "Bandwidth": 10}


def _bandwidth_deleted(scene: Scene) -> Parameters:
    asked = _bandwidth_changed(scene)
    return {"Ipv6AddressId": asked["Ipv6AddressId"]}


#: Rows of the table of managed ENIs: whether the account may, and with what it is tried.
ENI_ROWS: dict[str, tuple[bool, Callable[[Scene], Parameters]]] = {
    "ecs:DescribeNetworkInterfaces": (True, _described),
    "ecs:DeleteNetworkInterface": (False, _named),
    "ecs:ModifyNetworkInterfaceAttribute": (False, _renamed),
    "ecs:AttachNetworkInterface": (False, _attached),
    "ecs:DetachNetworkInterface": (False, _detached),
    "ecs:AssignPrivateIpAddresses": (False, _assigned_ipv4),
    "ecs:UnassignPrivateIpAddresses": (False, _unassigned_ipv4),
    "ecs:AssignIpv6Addresses": (False, _assigned_ipv6),
    "ecs:UnassignIpv6Addresses": (False, _unassigned_ipv6),
    "vpc:AssociateEipAddress": (False, _eip_bound),
    "vpc:UnassociateEipAddress": (False, _eip_unbound),
    "vpc:AssociateEipAddressBatch": (False, _eips_bound),
    "vpc:AllocateIpv6InternetBandwidth": (False, _bandwidth),
    "vpc:ModifyIpv6InternetBandwidth": (True, _bandwidth_changed),
    "vpc:DeleteIpv6InternetBandwidth": (False, _bandwidth_deleted),
}


# -- managed groups ---------------------------------------------------------------------------------


def _in_group(scene: Scene, **more: Any) -> Parameters:
    return {"SecurityGroupId": scene.managed_group(), **more}


def _rule(side: str) -> Parameters:
    return {"Permissions": [{"IpProtocol": "TCP", "PortRange": "22/22", f"{side}CidrIp": "192.0.2.0/24"}]}


def _authorized(scene: Scene) -> Parameters:
    return _in_group(scene, **_rule("Source"))


def _authorized_egress(scene: Scene) -> Parameters:
    return _in_group(scene, **_rule("Dest"))


def _revoked(scene: Scene) -> Parameters:
    asked = _authorized(scene)
    scene.own("ecs:AuthorizeSecurityGroup", **asked)
    return asked


def _revoked_egress(scene: Scene) -> Parameters:
    asked = _authorized_egress(scene)
    scene.own("ecs:AuthorizeSecurityGroupEgress", **asked)
    return asked


def _rule_of(scene: Scene, group: str) -> Parameters:
    found = scene.cloud.call("ecs:DescribeSecurityGroupAttribute", scene.alice, SecurityGroupId=group)
    rule = found["Permissions"]["Permission"][0]["SecurityGroupRuleId"]
    return {"SecurityGroupId": group, "SecurityGroupRuleId": rule, "Description": "mine"}


def _rule_changed(scene: Scene) -> Parameters:
    return _rule_of(scene, _revoked(scene)["SecurityGroupId"])


def _egress_rule_changed(scene: Scene) -> Parameters:
    return _rule_of(scene, _revoked_egress(scene)["SecurityGroupId"])


def _joined(scene: Scene) -> Parameters:
    return _in_group(scene, NetworkInterfaceId=scene.eni())


def _left(scene: Scene) -> Parameters:
    asked = _joined(scene)
    scene.own("ecs:JoinSecurityGroup", **asked)
    return asked


def _group_renamed(scene: Scene) -> Parameters:
    return _in_group(scene, SecurityGroupName="mine")


def _inner_access(scene: Scene) -> Parameters:
    return _in_group(scene, InnerAccessPolicy="Drop")


def _references(scene: Scene) -> Parameters:
    return {"SecurityGroupId": [scene.managed_group()]}


def _eni_in_group(scene: Scene) -> Parameters:
    return _in_group(scene, VSwitchId=scene.vswitch)


def _eni_moved(scene: Scene) -> Parameters:
    return {"NetworkInterfaceId": scene.eni(), "SecurityGroupId": [scene.managed_group()]}


def _instance_in_group(scene: Scene) -> Parameters:
    return _in_group(scene, InstanceType="ecs.g7.large", VSwitchId=scene.vswitch, ImageId="image")


def _instance_moved(scene: Scene) -> Parameters:
    return {"InstanceId": scene.instance(), "SecurityGroupIds": [scene.managed_group()]}


#: Rows of the table of managed security groups.
GROUP_ROWS: dict[str, tuple[bool, Callable[[Scene], Parameters]]] = {
    "ecs:AuthorizeSecurityGroup": (False, _authorized),
    "ecs:AuthorizeSecurityGroupEgress": (False, _authorized_egress),
    "ecs:RevokeSecurityGroup": (False, _revoked),
    "ecs:RevokeSecurityGroupEgress": (False, _revoked_egress),
    "ecs:JoinSecurityGroup": (False, _joined),
    "ecs:LeaveSecurityGroup": (False, _left),
    "ecs:DeleteSecurityGroup": (False, _in_group),
    "ecs:ModifySecurityGroupAttribute": (False, _group_renamed),
    "ecs:ModifySecurityGroupRule": (False, _rule_changed),
    "ecs:ModifySecurityGroupEgressRule": (False, _egress_rule_changed),
    "ecs:ModifySecurityGroupPolicy": (False, _inner_access),
    "ecs:DescribeSecurityGroupAttribute": (True, _in_group),
    "ecs:DescribeSecurityGroups": (True, _in_group),
    "ecs:DescribeSecurityGroupReferences": (True, _references),
    "ecs:CreateNetworkInterface": (False, _eni_in_group),
    "ecs:ModifyNetworkInterfaceAttribute": (False, _eni_moved),
    "ecs:RunInstances": (False, _instance_in_group),
    "ecs:CreateInstance": (False, _instance_in_group),
    "ecs:ModifyInstanceAttribute": (False, _instance_moved),
}
