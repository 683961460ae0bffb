from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.catalog import Part
from eniguard.events.targets import Target, places_of
from eniguard.testing import call

ENI, GROUP, VSWITCH = "ecs:NetworkInterface", "ecs:SecurityGroup", "vpc:VSwitch"
RULE = {"SecurityGroupId": "sg-1", "Permissions.1.PortRange": "22/22"}


@pytest.mark.parametrize(
    ("action", "recorded", "expected"),
    [
        ("ecs:DeleteNetworkInterface", {"NetworkInterfaceId": "eni-1"}, [(ENI, "eni-1", "subject")]),
        ("ecs:DeleteNetworkInterface", {"NetworkInterfaceId": ["eni-1"]}, [(ENI, "eni-1", "subject")]),
        ("ecs:DeleteNetworkInterface", {"NetworkInterfaceId": ""}, []),
        ("ecs:DeleteNetworkInterface", {"NetworkInterfaceId": None}, []),
        ("ecs:DeleteNetworkInterface", {"NetworkInterfaceId": {"odd": {}}}, []),
        (
            "ecs:ModifyNetworkInterfaceAttribute",
            {"NetworkInterfaceId": "eni-1", "SecurityGroupId.1": "sg-1", "SecurityGroupId.2": "sg-1"},
            [(ENI, "eni-1", "subject"), (GROUP, "sg-1", "group")],
        ),
        (
            "ecs:ModifyNetworkInterfaceAttribute",
            {"NetworkInterfaceId": "eni-1", "SecurityGroupId": '["sg-1", "sg-2"]'},
            [(ENI, "eni-1", "subject"), (GROUP, "sg-1", "group"), (GROUP, "sg-2", "group")],
        ),
        ("ecs:AuthorizeSecurityGroup", RULE, [(GROUP, "sg-1", "subject")]),
        (
            "ecs:AuthorizeSecurityGroup",
            {**RULE, "Permissions.2.SourceGroupId": "sg-2"},
            [(GROUP, "sg-1", "subject"), (GROUP, "sg-2", "peer_group")],
        ),
        (
            "ecs:AuthorizeSecurityGroup",
            {"SecurityGroupId": "sg-1", "SourceGroupId": "sg-2"},
            [(GROUP, "sg-1", "subject"), (GROUP, "sg-2", "peer_group")],
        ),
        (
            "ecs:AuthorizeSecurityGroup",
            {"SecurityGroupId": "sg-1", "Permissions": '[{"SourceGroupId": "sg-1"}]'},
            [(GROUP, "sg-1", "subject"), (GROUP, "sg-1", "peer_group")],
        ),
        (
            "ecs:AuthorizeSecurityGroup",
            {"SecurityGroupId": "sg-1", "Permissions.1": '{"SourceGroupId": "sg-2"}'},
            [(GROUP, "sg-1", "subject"), (GROUP, "sg-2", "peer_group")],
        ),
        (
            "ecs:TagResources",
            {"ResourceType": "ENI", "ResourceId.1": "eni-1"},
            [(ENI, "eni-1", "subject")],
        ),
        (
            "ecs:RunInstances",
            {"NetworkInterface.1.VSwitchId": "vsw-1", "NetworkInterface.1.SecurityGroupId": "sg-1"},
            [(VSWITCH, "vsw-1", "vswitch"), (GROUP, "sg-1", "group")],
        ),
    ],
)
def test_the_ids_of_a_call_are_found_in_any_encoding(
    action: str, recorded: dict[str, Any], expected: list[tuple[str, str, Part]]
) -> None:
    found = call(action, **recorded)

    assert set(found.targets) == {Target(kind, one, part) for kind, one, part in expected}
    assert len(found.targets) == len(expected)


EIP, SEGMENT, INSTANCE = "vpc:EipAddress", "vpc:EipSegment", "ecs:Instance"
IPV6, LIST, VPC = "vpc:Ipv6Address", "ecs:PrefixList", "vpc:Vpc"
ON_AN_ENI = {"InstanceId": "eni-1", "InstanceType": "NetworkInterface"}


@pytest.mark.parametrize(
    ("action", "recorded", "response", "expected"),
    [
        ("vpc:AllocateEipAddressPro", {}, {"AllocationId": "eip-1"}, [(EIP, "eip-1", "created")]),
        ("vpc:ModifyEipForwardMode", {"InstanceId": "eip-1"}, {}, [(EIP, "eip-1", "subject")]),
        (
            "vpc:AllocateEipSegmentAddress",
            {"EipMask": "28"},
            {"EipSegmentInstanceId": "eipsg-1"},
            [(SEGMENT, "eipsg-1", "created")],
        ),
        (
            "vpc:ReleaseEipSegmentAddress",
            {"SegmentInstanceId": "eipsg-1"},
            {},
            [(SEGMENT, "eipsg-1", "subject")],
        ),
        (
            "vpc:TransformEipSegmentToPublicIpAddressPool",
            {"InstanceId": "eipsg-1"},
            {},
            [(SEGMENT, "eipsg-1", "subject")],
        ),
        ("ecs:AllocatePublicIpAddress", {"InstanceId": "i-1"}, {}, [(INSTANCE, "i-1", "subject")]),
        ("ecs:ConvertNatPublicIpToEip", {"InstanceId": "i-1"}, {}, [(INSTANCE, "i-1", "subject")]),
        ("vpc:AssociateHaVip", ON_AN_ENI, {}, [(ENI, "eni-1", "used")]),
        ("vpc:UnassociateHaVip", {"InstanceId": "i-1"}, {}, [(INSTANCE, "i-1", "instance")]),
        ("ecs:AssociateHaVip", {"InstanceId": "i-1"}, {}, [(INSTANCE, "i-1", "instance")]),
        (
            "vpc:AllocateIpv6Address",
            {"VSwitchId": "vsw-1"},
            {"Ipv6AddressId": "ipv6-1"},
            [(VSWITCH, "vsw-1", "vswitch"), (IPV6, "ipv6-1", "created")],
        ),
        ("vpc:ReleaseIpv6Address", {"Ipv6AddressId": "ipv6-1"}, {}, [(IPV6, "ipv6-1", "subject")]),
        (
            "vpc:CreateVpcPrefixList",
            {"PrefixListEntries.1.Cidr": "192.0.2.0/24"},
            {"PrefixListId": "vpl-1"},
            [(LIST, "vpl-1", "created")],
        ),
        ("vpc:DeleteVpcPrefixList", {"PrefixListId": "vpl-1"}, {}, [(LIST, "vpl-1", "subject")]),
        ("vpc:RetryVpcPrefixListAssociation", {"PrefixListId": "vpl-1"}, {}, [(LIST, "vpl-1", "subject")]),
        ("ecs:CreatePrefixList", {}, {"PrefixListId": "pl-1"}, [(LIST, "pl-1", "created")]),
        (
            "vpc:CreateNatGateway",
            {"VpcId": "vpc-1", "VSwitchId": "vsw-1"},
            {},
            [(VSWITCH, "vsw-1", "vswitch"), (VPC, "vpc-1", "vpc")],
        ),
    ],
)
def test_the_ids_of_calls_on_addresses_and_lists_stand_in_parameters_and_responses(
    action: str, recorded: dict[str, Any], response: dict[str, Any], expected: list[tuple[str, str, Part]]
) -> None:
    found = call(action, response=response, **recorded)

    assert found.targets == tuple(Target(kind, one, part) for kind, one, part in expected)


def test_ids_are_chosen_by_kind_and_part_in_the_order_of_the_call() -> None:
    each: tuple[tuple[str, Part], ...] = (
        (GROUP, "subject"),
        (ENI, "subject"),
        (GROUP, "peer_group"),
        (GROUP, "peer_group"),
    )
    ids, places = ("sg-1", "eni-1", "sg-2", "sg-3"), places_of(each)

    assert places[GROUP, ()](ids) == ("sg-1", "sg-2", "sg-3")
    assert places[GROUP, ("peer_group",)](ids) == ("sg-2", "sg-3")
    assert places[ENI, ("used", "subject")](ids) == ("eni-1",)
    assert places[ENI, ("created",)](ids) == ()
    assert places == places_of(each) != places_of(each[:1])
