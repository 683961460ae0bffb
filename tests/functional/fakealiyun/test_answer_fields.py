"""Answers of groups, lists, tags and VPC hold fields of the official SDKs, nested as there, and no others."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from tests.functional.fakealiyun.scene import Scene

MODULES = {"ecs": "alibabacloud_ecs20140526.models", "vpc": "alibabacloud_vpc20160428.models"}
TAGS = [{"Key": "team", "Value": "net"}]


@pytest.fixture(scope="module")
def scene() -> Scene:
    """One of everything, so that no list in an answer is empty."""
    scene = Scene()
    scene.call("vpc:CreateIpv6Gateway", VpcId=scene.vpc, Tag=TAGS)
    for kind, resource in (("VPC", scene.vpc), ("VSWITCH", scene.vswitch)):
        scene.call("vpc:TagResources", ResourceType=kind, ResourceId=[resource], Tag=TAGS)
    scene.call("ecs:TagResources", ResourceType="securitygroup", ResourceId=[scene.group], Tag=TAGS)
    asked = {"MaxEntries": 2, "Tag": TAGS}
    blocks = {"PrefixListName": "office", "AddressFamily": "IPv4", "Entry": [{"Cidr": "10.0.0.0/8"}]}
    prefix_list = scene.call("ecs:CreatePrefixList", **asked, **blocks)["PrefixListId"]
    ranges = {"PortRangeListName": "web", "Entry": [{"PortRange": "80/80"}]}
    port_list = scene.call("ecs:CreatePortRangeList", **asked, **ranges)["PortRangeListId"]
    peer = scene.make_group(keys=scene.owner)
    by_lists = {"IpProtocol": "TCP", "PortRangeListId": port_list, "SourcePrefixListId": prefix_list}
    by_group = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceGroupId": peer, "DestCidrIp": "10.0.0.1"}
    rules = [by_lists, by_group]
    scene.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=scene.group, Permissions=rules)
    eni = scene.make_eni(keys=scene.owner, Ipv4PrefixCount=1, Ipv6AddressCount=1)
    eip = scene.call("vpc:AllocateEipAddress", Tag=TAGS)["AllocationId"]
    named = {"AllocationId": eip, "InstanceId": eni, "InstanceType": "NetworkInterface"}
    scene.call("vpc:AssociateEipAddress", scene.owner, **named)
    [address] = scene.call("vpc:DescribeIpv6Addresses")["Ipv6Addresses"]["Ipv6Address"]
    bandwidth = {"Ipv6AddressId": address["Ipv6AddressId"], "Bandwidth": 5}
    scene.call("vpc:AllocateIpv6InternetBandwidth", scene.owner, **bandwidth)
    return scene


def asked_for(scene: Scene, name: str) -> dict[str, Any]:
    """What an API is asked with."""
    prefix_lists = scene.call("ecs:DescribePrefixLists")["PrefixLists"]["PrefixList"]
    port_lists = scene.call("ecs:DescribePortRangeLists")["PortRangeLists"]
    managed = scene.call("ecs:DescribeSecurityGroups", ServiceManaged=True)["SecurityGroups"]["SecurityGroup"]
    reservations = scene.call("vpc:ListVSwitchCidrReservations")["VSwitchCidrReservations"]
    group, prefix_list = {"SecurityGroupId": scene.group}, {"PrefixListId": prefix_lists[0]["PrefixListId"]}
    port_list = {"PortRangeListId": port_lists[0]["PortRangeListId"]}
    reserved = {"VSwitchCidrReservationId": reservations[0]["VSwitchCidrReservationId"]}
    return {
        "DescribeSecurityGroups": {"IsQueryEcsCount": True},
        "DescribeSecurityGroupAttribute": group,
        "DescribeSecurityGroupReferences": {"SecurityGroupId": [managed[0]["SecurityGroupId"]]},
        "DescribePrefixListAttributes": prefix_list,
        "DescribePrefixListAssociations": prefix_list,
        "DescribePortRangeListEntries": port_list,
        "DescribePortRangeListAssociations": port_list,
        "ListTagResources": {"Tag": TAGS},
        "DescribeVpcAttribute": {"VpcId": scene.vpc},
        "DescribeVSwitchAttributes": {"VSwitchId": scene.vswitch},
        "GetVSwitchCidrReservationUsage": reserved,
    }.get(name, {})


@pytest.mark.parametrize(
    "action",
    [
        "ecs:DescribeSecurityGroups",
        "ecs:DescribeSecurityGroupAttribute",
        "ecs:DescribeSecurityGroupReferences",
        "ecs:DescribePrefixLists",
        "ecs:DescribePrefixListAttributes",
        "ecs:DescribePrefixListAssociations",
        "ecs:DescribePortRangeLists",
        "ecs:DescribePortRangeListEntries",
        "ecs:DescribePortRangeListAssociations",
        "ecs:ListTagResources",
        "vpc:DescribeVpcs",
        "vpc:DescribeVpcAttribute",
        "vpc:DescribeVSwitches",
        "vpc:DescribeVSwitchAttributes",
        "vpc:ListVSwitchCidrReservations",
        "vpc:GetVSwitchCidrReservationUsage",
        "vpc:DescribeEipAddresses",
        "vpc:DescribeIpv6Addresses",
        "vpc:DescribeIpv6Gateways",
        "vpc:ListTagResources",
    ],
)
def test_the_sdk_keeps_every_field_of_an_answer(scene: Scene, action: str) -> None:
    product, _, name = action.partition(":")
    asked = asked_for(scene, name)
    if name == "ListTagResources":
        asked["ResourceType"] = "securitygroup" if product == "ecs" else "VPC"
    answer = dict(scene.call(action, **asked))

    model = getattr(importlib.import_module(MODULES[product]), f"{name}ResponseBody")

    assert model().from_map(answer).to_map() == answer
