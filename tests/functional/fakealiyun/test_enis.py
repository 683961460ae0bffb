"""ENIs: their life by the clock, and how they come to instances and go."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Assumptions
from tests.functional.fakealiyun.scene import Scene

CREATE, DELETE = "ecs:CreateNetworkInterface", "ecs:DeleteNetworkInterface"
ATTACH, DETACH = "ecs:AttachNetworkInterface", "ecs:DetachNetworkInterface"
MODIFY = "ecs:ModifyNetworkInterfaceAttribute"
WRONG_STATE = ("InvalidOperation.InvalidEniState", 400)
WRONG_TYPE = ("InvalidOperation.InvalidEniType", 403)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def eni(scene: Scene) -> str:
    return scene.make_eni()


# -- life ------------------------------------------------------------------------------------------------


def test_an_eni_passes_through_its_states_as_time_passes(scene: Scene, eni: str) -> None:
    instance = scene.make_instance()
    named = {"NetworkInterfaceId": eni, "InstanceId": instance}
    assert scene.status(eni) == "Available"
    scene.call(ATTACH, **named)
    assert scene.status(eni) == "Attaching"
    scene.wait(4.9)
    assert scene.status(eni) == "Attaching"
    scene.wait(0.1)
    assert scene.status(eni) == "InUse"
    attachment = scene.eni(eni)["Attachment"]
    assert attachment == {"InstanceId": instance, "DeviceIndex": 1, "NetworkCardIndex": 0}
    scene.call(DETACH, **named)
    assert (scene.status(eni), scene.eni(eni)["InstanceId"]) == ("Detaching", instance)
    scene.wait()
    assert (scene.status(eni), scene.eni(eni)["InstanceId"], scene.eni(eni)["Attachment"]) == (
        "Available",
        "",
        {},
    )
    scene.call(DELETE, NetworkInterfaceId=eni)
    assert scene.status(eni) == "Deleting"
    scene.wait()
    assert scene.status(eni) == "gone"
    assert scene.refused(DELETE, NetworkInterfaceId=eni) == ("InvalidEniId.NotFound", 404)


def test_how_long_a_state_lasts_is_an_assumption() -> None:
    scene = Scene(assumptions=Assumptions(eni_transition=0))
    eni = scene.make_eni()
    scene.call(ATTACH, NetworkInterfaceId=eni, InstanceId=scene.make_instance())
    assert scene.status(eni) == "InUse"


def test_several_states_end_each_at_its_own_time(scene: Scene) -> None:
    first, second = scene.make_eni(), scene.make_eni()
    scene.call(DELETE, NetworkInterfaceId=second)
    scene.wait(3)
    scene.call(DELETE, NetworkInterfaceId=first)
    scene.wait(2)
    assert (scene.status(first), scene.status(second)) == ("Deleting", "gone")


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("Available", {DELETE, ATTACH, MODIFY}),
        ("Attaching", set()),
        ("InUse", {DETACH, MODIFY}),
        ("Detaching", set()),
        ("Deleting", set()),
    ],
)
@pytest.mark.parametrize("action", [DELETE, ATTACH, DETACH, MODIFY])
def test_each_state_lets_some_calls_pass(
    scene: Scene, eni: str, status: str, allowed: set[str], action: str
) -> None:
    instance = scene.make_instance()
    named = {"NetworkInterfaceId": eni, "InstanceId": instance}
    if status in ("Attaching", "InUse", "Detaching"):
        scene.call(ATTACH, **named)
    if status in ("InUse", "Detaching"):
        scene.wait()
    if status == "Detaching":
        scene.call(DETACH, **named)
    if status == "Deleting":
        scene.call(DELETE, **named)
    assert scene.status(eni) == status
    if action in allowed:
        scene.call(action, **named, NetworkInterfaceName="renamed")
    else:
        assert scene.refused(action, **named, NetworkInterfaceName="renamed") == WRONG_STATE


def test_a_deleted_eni_keeps_its_address_and_its_groups_until_it_is_gone(scene: Scene, eni: str) -> None:
    group = scene.make_group()
    scene.call(MODIFY, NetworkInterfaceId=eni, SecurityGroupId=[group])
    (address,) = scene.private_ips(eni)
    scene.call(DELETE, NetworkInterfaceId=eni)
    again = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group, "PrimaryIpAddress": address}
    assert scene.refused(CREATE, **again) == ("InvalidPrivateIpAddress.Duplicated", 400)
    assert scene.refused("ecs:DeleteSecurityGroup", SecurityGroupId=group) == ("DependencyViolation", 403)
    scene.wait()
    scene.call("ecs:DeleteSecurityGroup", SecurityGroupId=group)
    assert scene.private_ips(scene.make_eni(PrimaryIpAddress=address)) == [address]


def test_a_gone_eni_lets_go_of_its_eip(scene: Scene, eni: str) -> None:
    eip = scene.call("vpc:AllocateEipAddress")["AllocationId"]
    bound = {"AllocationId": eip, "InstanceId": eni, "InstanceType": "NetworkInterface"}
    scene.call("vpc:AssociateEipAddress", **bound)
    scene.wait()
    shown = scene.eni(eni)
    assert shown["AssociatedPublicIp"]["AllocationId"] == eip
    assert shown["PrivateIpSets"]["PrivateIpSet"][0]["AssociatedPublicIp"] == shown["AssociatedPublicIp"]
    scene.call(DELETE, NetworkInterfaceId=eni)
    scene.wait()
    (item,) = scene.call("vpc:DescribeEipAddresses", AllocationId=eip)["EipAddresses"]["EipAddress"]
    assert item["InstanceId"] == ""


def test_a_new_eni_is_answered_with_all_it_has(scene: Scene) -> None:
    answer = scene.call(
        CREATE,
        VSwitchId=scene.vswitch,
        SecurityGroupIds=[scene.group],
        PrimaryIpAddress="10.0.0.40",
        PrivateIpAddress=["10.0.0.30"],
        Ipv6Prefix=[f"{scene.ipv6_stem}:4000::/80"],
        NetworkInterfaceName="front",
        Description="of the web",
        Tag=[{"Key": "team", "Value": "net"}],
        SourceDestCheck=True,
    )
    assert {name: value for name, value in answer.items() if name not in ("RequestId", "MacAddress")} == {
        "NetworkInterfaceId": answer["NetworkInterfaceId"],
        "NetworkInterfaceName": "front",
        "Description": "of the web",
        "Status": "Available",
        "Type": "Secondary",
        "VpcId": scene.vpc,
        "VSwitchId": scene.vswitch,
        "ZoneId": "cn-hangzhou-h",
        "OwnerId": "1234567890123456",
        "ResourceGroupId": "",
        "PrivateIpAddress": "10.0.0.40",
        "PrivateIpSets": {
            "PrivateIpSet": [
                {"PrivateIpAddress": "10.0.0.40", "Primary": True},
                {"PrivateIpAddress": "10.0.0.30", "Primary": False},
            ]
        },
        "Ipv6Sets": {"Ipv6Set": []},
        "Ipv4PrefixSets": {"Ipv4PrefixSet": []},
        "Ipv6PrefixSets": {"Ipv6PrefixSet": [{"Ipv6Prefix": f"{scene.ipv6_stem}:4000::/80"}]},
        "SecurityGroupIds": {"SecurityGroupId": [scene.group]},
        "ServiceManaged": False,
        "SourceDestCheck": True,
        "Tags": {"Tag": [{"TagKey": "team", "TagValue": "net"}]},
    }


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"VSwitchId": None}, ("MissingParameter", 400)),
        ({"SecurityGroupId": None}, ("MissingParameter", 400)),
        ({"SecurityGroupIds": ["sg-none"]}, ("InvalidParameter.Conflict", 400)),
        ({"VSwitchId": "vsw-none"}, ("InvalidVSwitchId.NotFound", 404)),
        ({"SecurityGroupId": "sg-none"}, ("InvalidSecurityGroupId.NotFound", 404)),
        ({"InstanceType": "Primary"}, ("InvalidParameter", 400)),
        ({"Tag": [{"Key": "acs:mine", "Value": "x"}]}, ("InvalidTagKey.Malformed", 400)),
    ],
)
def test_what_a_new_eni_needs(scene: Scene, change: dict[str, Any], refused: tuple[str, int]) -> None:
    asked = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group, **change}
    assert scene.refused(CREATE, **asked) == refused
    assert scene.enis() == []


def test_a_client_token_makes_one_eni(scene: Scene) -> None:
    assert (
        scene.make_eni(ClientToken="one")
        == scene.make_eni(ClientToken="one")
        != scene.make_eni(ClientToken="two")
    )
    assert len(scene.enis()) == 2


def test_enis_of_a_region_have_a_quota() -> None:
    scene = Scene(assumptions=Assumptions(enis_per_region=1))
    scene.make_eni()
    asked = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group}
    assert scene.refused(CREATE, **asked) == ("MaxEniCountExceeded", 403)


# -- attaching -------------------------------------------------------------------------------------------


def test_an_instance_type_carries_a_number_of_enis(scene: Scene) -> None:
    # given an ecs.g7.large, which has three ENIs with its primary one
    instance = scene.make_instance("ecs.g7.large")
    first, second, third = scene.make_eni(), scene.make_eni(), scene.make_eni()
    scene.attach(first, instance)
    scene.call(ATTACH, NetworkInterfaceId=second, InstanceId=instance)
    # when, then: one that attaches counts, and one that detaches until it is off
    one_more = {"NetworkInterfaceId": third, "InstanceId": instance}
    assert scene.refused(ATTACH, **one_more) == ("EniPerInstanceLimitExceeded", 403)
    scene.call(DETACH, NetworkInterfaceId=first, InstanceId=instance)
    assert scene.refused(ATTACH, **one_more) == ("EniPerInstanceLimitExceeded", 403)
    scene.wait()
    scene.attach(third, instance)
    assert scene.eni(third)["Attachment"]["DeviceIndex"] == 1


def test_eni_and_instance_share_zone_and_vpc(scene: Scene) -> None:
    elsewhere = scene.make_eni(VSwitchId=scene.make_vswitch("10.1.0.0/24", zone="cn-hangzhou-i"))
    instance = scene.make_instance()
    refused = scene.refused(ATTACH, NetworkInterfaceId=elsewhere, InstanceId=instance)
    assert refused == ("InvalidOperation.AvailabilityZoneMismatch", 403)
    vpc = scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/12")["VpcId"]
    asked = {"VpcId": vpc, "CidrBlock": "172.16.0.0/24", "ZoneId": "cn-hangzhou-h"}
    vswitch, group = scene.call("vpc:CreateVSwitch", **asked)["VSwitchId"], scene.make_group(vpc=vpc)
    other = scene.make_eni(VSwitchId=vswitch, SecurityGroupId=group)
    assert scene.refused(ATTACH, NetworkInterfaceId=other, InstanceId=instance) == (
        "InvalidOperation.VpcMismatch",
        403,
    )


def test_the_primary_eni_stays_with_its_instance(scene: Scene) -> None:
    instance = scene.make_instance()
    primary = scene.primary(instance)
    assert primary["Status"] == "InUse"
    named = {"NetworkInterfaceId": primary["NetworkInterfaceId"], "InstanceId": instance}
    assert scene.refused(DETACH, **named) == ("InvalidOperation.DetachPrimaryEniNotAllowed", 400)
    assert scene.refused(DELETE, **named) == WRONG_STATE
    assert scene.refused(ATTACH, **named) == WRONG_TYPE


@pytest.mark.parametrize("action", [ATTACH, DETACH])
def test_attaching_and_detaching_name_an_eni_and_an_instance(scene: Scene, eni: str, action: str) -> None:
    assert scene.refused(action, NetworkInterfaceId=eni) == ("MissingParameter", 400)
    assert scene.refused(action, InstanceId="i-none") == ("MissingParameter", 400)
    assert scene.refused(action, NetworkInterfaceId=eni, InstanceId="i-none") == (
        "InvalidEcsId.NotFound",
        404,
    )
    named = {"NetworkInterfaceId": "eni-none", "InstanceId": scene.make_instance()}
    assert scene.refused(action, **named) == ("InvalidEniId.NotFound", 404)


def test_an_eni_detaches_from_the_instance_that_it_is_attached_to(scene: Scene, eni: str) -> None:
    scene.attach(eni, scene.make_instance())
    assert scene.refused(DETACH, NetworkInterfaceId=eni, InstanceId=scene.make_instance()) == WRONG_STATE


def test_a_member_eni_attaches_behind_a_trunk_eni(scene: Scene, eni: str) -> None:
    # given a trunk ENI in use
    instance, trunk = scene.make_instance("ecs.g7.xlarge"), scene.make_eni(InstanceType="Trunk")
    scene.attach(trunk, instance)
    # when
    scene.attach(eni, instance, TrunkNetworkInstanceId=trunk)
    # then
    assert (scene.eni(trunk)["Type"], scene.eni(eni)["Type"]) == ("Trunk", "Member")
    assert scene.eni(eni)["Attachment"]["TrunkNetworkInterfaceId"] == trunk
    attribute = scene.call("ecs:DescribeNetworkInterfaceAttribute", NetworkInterfaceId=trunk)
    assert attribute["Attachment"]["MemberNetworkInterfaceIds"] == {"MemberNetworkInterfaceId": [eni]}
    named = {"NetworkInterfaceId": trunk, "InstanceId": instance}
    assert scene.refused(DETACH, **named) == ("InvalidOperation.HasMemberEniAttached", 403)
    scene.call(DETACH, NetworkInterfaceId=eni, InstanceId=instance, TrunkNetworkInstanceId=trunk)
    scene.wait()
    assert scene.eni(eni)["Type"] == "Secondary"
    scene.call(DETACH, **named)


def test_member_enis_do_not_take_the_places_of_others(scene: Scene) -> None:
    # given an ecs.g7.xlarge, which has 4 ENIs and 16 members more, with its primary one and a trunk
    instance, trunk = scene.make_instance("ecs.g7.xlarge"), scene.make_eni(InstanceType="Trunk")
    scene.attach(trunk, instance)
    # when
    for _ in range(16):
        scene.attach(scene.make_eni(), instance, TrunkNetworkInstanceId=trunk)
    for _ in range(2):
        scene.attach(scene.make_eni(), instance)
    # then
    more = {"NetworkInterfaceId": scene.make_eni(), "InstanceId": instance}
    assert scene.refused(ATTACH, **more, TrunkNetworkInstanceId=trunk) == ("EniPerInstanceLimitExceeded", 403)
    assert scene.refused(ATTACH, **more) == ("EniPerInstanceLimitExceeded", 403)


def test_a_trunk_eni_needs_a_type_that_has_them_and_members_need_a_trunk(scene: Scene, eni: str) -> None:
    trunk, plain = scene.make_eni(InstanceType="Trunk"), scene.make_eni()
    small, large = scene.make_instance("ecs.g6.large"), scene.make_instance("ecs.g7.xlarge")
    assert scene.refused(ATTACH, NetworkInterfaceId=trunk, InstanceId=small) == WRONG_TYPE
    scene.attach(plain, large)
    named = {"NetworkInterfaceId": eni, "InstanceId": large}
    assert scene.refused(ATTACH, **named, TrunkNetworkInstanceId=plain) == WRONG_TYPE
    assert scene.refused(ATTACH, **named, TrunkNetworkInstanceId=trunk) == WRONG_TYPE
    scene.call(ATTACH, NetworkInterfaceId=trunk, InstanceId=large)
    assert scene.refused(ATTACH, **named, TrunkNetworkInstanceId=trunk) == WRONG_STATE
