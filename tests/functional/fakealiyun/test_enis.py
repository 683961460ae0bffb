"""ENIs: their life by the clock, managed mode, groups, permissions, filters and pages, and their number."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from fakealiyun import Assumptions
from fakealiyun.ecs.models.asks import Grant
from fakealiyun.ecs.models.eni import Eni
from fakealiyun.identities import service_number
from tests.functional.fakealiyun.scene import OWNER, Scene

CREATE, DELETE = "ecs:CreateNetworkInterface", "ecs:DeleteNetworkInterface"
ATTACH, DETACH = "ecs:AttachNetworkInterface", "ecs:DetachNetworkInterface"
MODIFY = "ecs:ModifyNetworkInterfaceAttribute"
JOIN, LEAVE = "ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"
MANAGED_ENI = ("InvalidOperation.EniServiceManaged", 403)
MANAGED_GROUP = ("InvalidOperation.ResourceManagedByCloudProduct", 403)
WRONG_STATE = ("InvalidOperation.InvalidEniState", 400)
WRONG_TYPE = ("InvalidOperation.InvalidEniType", 403)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def eni(scene: Scene) -> str:
    return scene.make_eni()


# -- life --------------------------------------------------------------------------------------------------


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


# -- attaching ---------------------------------------------------------------------------------------------


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


# -- managed mode ------------------------------------------------------------------------------------------


def test_an_eni_that_a_service_makes_says_so(scene: Scene) -> None:
    answer = scene.call(
        CREATE, scene.owner, VSwitchId=scene.vswitch, SecurityGroupId=scene.group, Description="Created by"
    )
    described = scene.eni(answer["NetworkInterfaceId"])
    attribute = scene.call(
        "ecs:DescribeNetworkInterfaceAttribute", NetworkInterfaceId=answer["NetworkInterfaceId"]
    )
    for shown in (answer, described, attribute):
        assert shown["ServiceManaged"] is True
        assert shown["ServiceID"] == service_number(OWNER)
        assert shown["Description"] == f"Created by {OWNER}"
    assert scene.enis(ServiceManaged=True) == [described]
    assert described not in scene.enis(ServiceManaged=False)


@pytest.mark.parametrize(
    ("description", "shown"),
    [(None, OWNER), (f"ENI of {OWNER}.", f"ENI of {OWNER}."), ("spare", f"spare {OWNER}")],
)
def test_the_description_of_a_managed_eni_names_its_service(
    scene: Scene, description: str | None, shown: str
) -> None:
    eni = scene.make_eni(scene.owner, Description=description)
    assert scene.eni(eni)["Description"] == shown
    scene.call(MODIFY, scene.owner, NetworkInterfaceId=eni, Description="anew")
    assert scene.eni(eni)["Description"] == f"anew {OWNER}"


def managed_calls(scene: Scene) -> dict[str, dict[str, Any]]:
    """Each ECS write of the table, and the two beside it, in an order in which all of them can be made."""
    instance, group = scene.make_instance(), scene.make_group()
    address = f"{scene.ipv6_stem}::77"
    return {
        MODIFY: {"NetworkInterfaceName": "mine"},
        "ecs:AssignPrivateIpAddresses": {"PrivateIpAddress": ["10.0.0.200"]},
        "ecs:UnassignPrivateIpAddresses": {"PrivateIpAddress": ["10.0.0.200"]},
        "ecs:AssignIpv6Addresses": {"Ipv6Address": [address]},
        "ecs:UnassignIpv6Addresses": {"Ipv6Address": [address]},
        JOIN: {"SecurityGroupId": group},
        LEAVE: {"SecurityGroupId": group},
        ATTACH: {"InstanceId": instance},
        DETACH: {"InstanceId": instance},
        DELETE: {},
    }


def test_only_its_service_may_write_to_a_managed_eni(scene: Scene) -> None:
    eni = scene.make_eni(scene.owner)
    calls = managed_calls(scene)
    others = [scene.root, *map(scene.cloud.account, ("alice", "bob")), scene.cloud.role("deployer")]
    for caller in [*others, scene.cloud.service("other.aliyuncs.com")]:
        before = scene.eni(eni)
        for action, asked in calls.items():
            assert scene.refused(action, caller, NetworkInterfaceId=eni, **asked) == MANAGED_ENI, action
        assert scene.eni(eni) == before
    for action, asked in calls.items():
        scene.call(action, scene.owner, NetworkInterfaceId=eni, **asked)
        scene.wait()
    assert scene.status(eni) == "gone"


def test_an_ordinary_eni_is_no_concern_of_managed_mode(scene: Scene, eni: str) -> None:
    for action, asked in managed_calls(scene).items():
        scene.call(action, NetworkInterfaceId=eni, **asked)
        scene.wait()
    assert scene.status(eni) == "gone"


def test_managed_mode_is_checked_before_the_state_and_after_the_look_up(scene: Scene) -> None:
    managed = scene.make_eni(scene.owner)
    assert (
        scene.refused(DETACH, NetworkInterfaceId=managed, InstanceId="i-none")[0] == "InvalidEcsId.NotFound"
    )
    detach = {"NetworkInterfaceId": managed, "InstanceId": scene.make_instance()}
    assert scene.refused(DETACH, **detach) == MANAGED_ENI
    over = {"NetworkInterfaceId": managed, "SecondaryPrivateIpAddressCount": 60}
    assert scene.refused("ecs:AssignPrivateIpAddresses", **over) == MANAGED_ENI


def test_a_managed_group_takes_no_eni_of_the_account(scene: Scene, eni: str) -> None:
    managed = scene.make_group(keys=scene.owner)
    asked = {"VSwitchId": scene.vswitch, "SecurityGroupIds": [scene.group, managed]}
    assert scene.refused(CREATE, **asked) == MANAGED_GROUP
    assert scene.refused(MODIFY, NetworkInterfaceId=eni, SecurityGroupId=[managed]) == MANAGED_GROUP
    assert scene.refused(JOIN, NetworkInterfaceId=eni, SecurityGroupId=managed) == MANAGED_GROUP
    assert scene.refused(LEAVE, NetworkInterfaceId=eni, SecurityGroupId=managed) == MANAGED_GROUP
    assert scene.groups(eni) == [scene.group]
    assert scene.groups(scene.make_eni(scene.owner, SecurityGroupIds=[managed])) == [managed]


def test_a_managed_group_loses_no_eni_to_the_account(scene: Scene, eni: str) -> None:
    managed = scene.make_group(keys=scene.owner)
    scene.call(JOIN, scene.owner, NetworkInterfaceId=eni, SecurityGroupId=managed)
    assert scene.refused(MODIFY, NetworkInterfaceId=eni, SecurityGroupId=[scene.group]) == MANAGED_GROUP
    assert scene.refused(LEAVE, NetworkInterfaceId=eni, SecurityGroupId=managed) == MANAGED_GROUP
    scene.call(LEAVE, scene.owner, NetworkInterfaceId=eni, SecurityGroupId=managed)
    assert scene.groups(eni) == [scene.group]


# -- attributes and groups ---------------------------------------------------------------------------------


def test_groups_that_are_named_replace_the_whole_set(scene: Scene, eni: str) -> None:
    first, second = scene.make_group(), scene.make_group()
    scene.call(MODIFY, NetworkInterfaceId=eni, SecurityGroupId=[first, second])
    assert scene.groups(eni) == [first, second]
    assert [scene.addresses_in_group(one) for one in (scene.group, first, second)] == [0, 1, 1]
    scene.call(MODIFY, NetworkInterfaceId=eni, Description="as before")
    assert scene.groups(eni) == [first, second]


def test_attributes_change_one_by_one(scene: Scene, eni: str) -> None:
    before = scene.eni(eni)
    assert (before["SourceDestCheck"], before["DeleteOnRelease"]) == (False, True)
    scene.call(MODIFY, NetworkInterfaceId=eni, NetworkInterfaceName="front", SourceDestCheck=True)
    scene.call(MODIFY, NetworkInterfaceId=eni, Description="of the web", DeleteOnRelease=False, QueueNumber=2)
    after = scene.eni(eni)
    assert {name: value for name, value in after.items() if before.get(name) != value} == {
        "NetworkInterfaceName": "front",
        "Description": "of the web",
        "SourceDestCheck": True,
        "DeleteOnRelease": False,
        "QueueNumber": 2,
    }


def test_connection_tracking_changes_in_part(scene: Scene, eni: str) -> None:
    scene.call(MODIFY, NetworkInterfaceId=eni, ConnectionTrackingConfiguration={"UdpTimeout": 60})
    shown = scene.call("ecs:DescribeNetworkInterfaceAttribute", NetworkInterfaceId=eni)
    wanted = {"TcpEstablishedTimeout": 910, "TcpClosedAndTimeWaitTimeout": 3, "UdpTimeout": 60}
    assert shown["ConnectionTrackingConfiguration"] == wanted


def test_queues_are_bounded_by_the_instance_type(scene: Scene, eni: str) -> None:
    too_many = {"NetworkInterfaceId": eni, "QueueNumber": 2049}
    assert scene.refused(MODIFY, **too_many) == ("InvalidParameter.InvalidEniQueueNumber", 403)
    scene.attach(eni, scene.make_instance("ecs.g7.large"))
    scene.call(MODIFY, NetworkInterfaceId=eni, QueueNumber=2)
    three = {"NetworkInterfaceId": eni, "QueueNumber": 3}
    assert scene.refused(MODIFY, **three) == ("InvalidOperation.ExceedInstanceTypeQueueNumber", 403)


def test_an_eni_is_in_five_groups_of_one_type_and_of_its_vpc(scene: Scene, eni: str) -> None:
    several = [scene.group, *(scene.make_group() for _ in range(5))]
    scene.call(MODIFY, NetworkInterfaceId=eni, SecurityGroupId=several[:5])
    assert scene.refused(MODIFY, NetworkInterfaceId=eni, SecurityGroupId=several) == (
        "JoinedGroupLimitExceed",
        400,
    )
    one_more = {"NetworkInterfaceId": eni, "SecurityGroupId": several[5]}
    assert scene.refused(JOIN, **one_more) == ("InstanceSecurityGroupLimitExceeded", 403)
    scene.call(MODIFY, NetworkInterfaceId=eni, SecurityGroupId=[scene.group])
    advanced = scene.make_group("enterprise")
    mixed = Assumptions().eni_codes["mixed-groups"]
    assert scene.refused(JOIN, NetworkInterfaceId=eni, SecurityGroupId=advanced) == mixed
    assert scene.refused(MODIFY, NetworkInterfaceId=eni, SecurityGroupId=[scene.group, advanced]) == mixed
    elsewhere = scene.make_group(vpc=scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/12")["VpcId"])
    mismatch = ("InvalidOperation.VpcMismatch", 403)
    assert scene.refused(JOIN, NetworkInterfaceId=eni, SecurityGroupId=elsewhere) == mismatch
    assert scene.refused(MODIFY, NetworkInterfaceId=eni, SecurityGroupId=[elsewhere]) == mismatch


def test_an_eni_joins_and_leaves_groups(scene: Scene, eni: str) -> None:
    group = scene.make_group()
    named = {"NetworkInterfaceId": eni, "SecurityGroupId": group}
    assert scene.refused(LEAVE, **named) == ("InvalidSecurityGroupAssociation.NotFound", 400)
    scene.call(JOIN, **named)
    assert scene.refused(JOIN, **named) == ("InvalidInstanceId.AlreadyExists", 403)
    scene.call(LEAVE, NetworkInterfaceId=eni, SecurityGroupId=scene.group)
    assert scene.groups(eni) == [group]
    assert scene.refused(LEAVE, **named) == ("InvalidOperation.AtLeastInOneGroup", 403)


def test_joining_names_a_group_and_either_an_eni_or_an_instance(scene: Scene, eni: str) -> None:
    conflict = ("InvalidParam.EniIdAndInstanceId.Conflict", 403)
    for action in (JOIN, LEAVE):
        both = {"NetworkInterfaceId": eni, "InstanceId": "i-none", "SecurityGroupId": scene.group}
        assert scene.refused(action, **both) == conflict
        assert scene.refused(action, SecurityGroupId=scene.group) == ("MissingParameter", 400)
        assert scene.refused(action, NetworkInterfaceId=eni) == ("MissingParameter", 400)
        nobody = {"InstanceId": "i-none", "SecurityGroupId": scene.group}
        assert scene.refused(action, **nobody) == ("InvalidInstanceId.NotFound", 404)
        nothing = {"NetworkInterfaceId": eni, "SecurityGroupId": "sg-none"}
        assert scene.refused(action, **nothing) == ("InvalidSecurityGroupId.NotFound", 404)


def test_addresses_of_a_group_are_counted_as_they_come_and_go(scene: Scene) -> None:
    # given an ENI with 2 IPv4 addresses, an IPv6 address and an IPv6 prefix
    eni = scene.make_eni(SecondaryPrivateIpAddressCount=1, Ipv6AddressCount=1)
    scene.call("ecs:AssignIpv6Addresses", NetworkInterfaceId=eni, Ipv6PrefixCount=1)
    assert scene.addresses_in_group() == 4
    other = scene.make_group()
    scene.call(JOIN, NetworkInterfaceId=eni, SecurityGroupId=other)
    assert (scene.addresses_in_group(), scene.addresses_in_group(other)) == (4, 4)
    scene.call(LEAVE, NetworkInterfaceId=eni, SecurityGroupId=scene.group)
    scene.call(
        "ecs:UnassignPrivateIpAddresses", NetworkInterfaceId=eni, PrivateIpAddress=scene.private_ips(eni)[1:]
    )
    assert (scene.addresses_in_group(), scene.addresses_in_group(other)) == (0, 3)
    scene.call(DELETE, NetworkInterfaceId=eni)
    assert scene.addresses_in_group(other) == 3
    scene.wait()
    scene.enis()
    assert scene.addresses_in_group(other) == 0


# -- permissions and traffic limits ------------------------------------------------------------------------


def test_another_account_is_allowed_to_attach_an_eni_and_no_longer(scene: Scene, eni: str) -> None:
    asked = {"NetworkInterfaceId": eni, "AccountId": 2234567890123456, "Permission": "InstanceAttach"}
    made = scene.call("ecs:CreateNetworkInterfacePermission", **asked)["NetworkInterfacePermission"]
    permission = {"NetworkInterfacePermissionId": made["NetworkInterfacePermissionId"]}
    assert made == {**permission, **asked, "PermissionState": "Granted", "ServiceName": ""}
    assert scene.cloud.snapshot()["resources"]["ecs:NetworkInterfacePermission"] == [made]

    def shown(**filters: Any) -> Any:
        answer = scene.call("ecs:DescribeNetworkInterfacePermissions", **filters)
        assert (answer["TotalCount"], answer["PageNumber"]) == (len(answer[LIST][ITEM]), 1)
        return answer[LIST][ITEM]

    assert (
        shown(NetworkInterfaceId=eni)
        == shown(NetworkInterfacePermissionId=list(permission.values()))
        == [made]
    )
    assert shown(NetworkInterfaceId=scene.make_eni()) == []
    scene.call("ecs:DeleteNetworkInterfacePermission", **permission)
    assert shown(NetworkInterfaceId=eni) == []
    gone = scene.refused("ecs:DeleteNetworkInterfacePermission", **permission)
    assert gone == Assumptions().eni_codes["permission-not-found"]


LIST, ITEM = "NetworkInterfacePermissions", "NetworkInterfacePermission"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"AccountId": None}, ("MissingParameter", 400)),
        ({"AccountId": "alice"}, ("InvalidParameter", 400)),
        ({"Permission": "EIPAttach"}, ("InvalidParameter", 400)),
        ({"NetworkInterfaceId": "eni-none"}, ("InvalidEniId.NotFound", 404)),
    ],
)
def test_what_a_permission_needs(
    scene: Scene, eni: str, change: dict[str, Any], refused: tuple[str, int]
) -> None:
    asked = {
        "NetworkInterfaceId": eni,
        "AccountId": 2234567890123456,
        "Permission": "InstanceAttach",
        **change,
    }
    assert scene.refused("ecs:CreateNetworkInterfacePermission", **asked) == refused


def test_traffic_limits_come_and_go(scene: Scene, eni: str) -> None:
    def limits() -> Any:
        return scene.call("ecs:DescribeNetworkInterfaceAttribute", NetworkInterfaceId=eni)["QoSConfig"]

    assert limits() == {"EnableQoS": False, "QoS": {}}
    wanted = {"BandwidthRx": 50000, "BandwidthTx": 60000}
    scene.call("ecs:EnableNetworkInterfaceQoS", NetworkInterfaceId=eni, QoS=wanted)
    assert limits() == {"EnableQoS": True, "QoS": wanted}
    scene.call("ecs:DisableNetworkInterfaceQoS", NetworkInterfaceId=eni)
    assert limits() == {"EnableQoS": False, "QoS": {}}


# -- finding -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "filters",
    [
        lambda scene: {"NetworkInterfaceName": "wanted"},
        lambda scene: {"PrimaryIpAddress": "10.0.0.99"},
        lambda scene: {"PrivateIpAddress": ["10.0.0.100", "10.0.0.222"]},
        lambda scene: {"Ipv6Address": [f"{scene.ipv6_stem}::99"]},
        lambda scene: {"VSwitchId": scene.enis(NetworkInterfaceName="wanted")[0]["VSwitchId"]},
        lambda scene: {
            "SecurityGroupId": scene.enis(NetworkInterfaceName="wanted")[0][GROUPS]["SecurityGroupId"][0]
        },
        lambda scene: {"ResourceGroupId": "rg-wanted"},
        lambda scene: {"Tag": [{"Key": "team", "Value": "net"}]},
        lambda scene: {"Tag": [{"Key": "team"}], "Type": "Secondary"},
        lambda scene: {
            "InstanceId": scene.enis(NetworkInterfaceName="wanted")[0]["InstanceId"],
            "Type": "Secondary",
        },
        lambda scene: {"Status": "InUse", "Type": "Secondary"},
        lambda scene: {
            "NetworkInterfaceId": [scene.enis(NetworkInterfaceName="wanted")[0]["NetworkInterfaceId"]]
        },
    ],
)
def test_each_filter_finds_the_eni_that_passes_it(
    scene: Scene, eni: str, filters: Callable[[Scene], dict[str, Any]]
) -> None:
    # given one ENI that differs from another in everything, and a primary one in the same group
    vswitch = scene.make_vswitch("10.1.0.0/24")
    group = scene.make_group()
    scene.make_instance(SecurityGroupId=group)
    wanted = scene.make_eni(
        NetworkInterfaceName="wanted",
        PrimaryIpAddress="10.0.0.99",
        PrivateIpAddress=["10.0.0.100"],
        Ipv6Address=[f"{scene.ipv6_stem}::99"],
        ResourceGroupId="rg-wanted",
        SecurityGroupId=group,
        Tag=[{"Key": "team", "Value": "net"}],
    )
    scene.attach(wanted, scene.make_instance(VSwitchId=vswitch))
    asked = filters(scene)
    if "VSwitchId" in asked:
        scene.call(DELETE, NetworkInterfaceId=eni)
        scene.wait()
        asked["Type"] = "Secondary"
    assert [one["NetworkInterfaceId"] for one in scene.enis(**asked)] == [wanted]
    assert scene.enis(**asked, VpcId="vpc-none") == []


GROUPS = "SecurityGroupIds"


def test_a_call_names_up_to_100_enis(scene: Scene, eni: str) -> None:
    ids = [eni, *(f"eni-none{number}" for number in range(99))]
    assert [one["NetworkInterfaceId"] for one in scene.enis(NetworkInterfaceId=ids)] == [eni]
    many = {"NetworkInterfaceId": [*ids, "eni-one-more"]}
    assert scene.refused("ecs:DescribeNetworkInterfaces", **many) == ("InvalidParameter", 400)


def test_pages_go_by_number_and_by_token(scene: Scene) -> None:
    made = [scene.make_eni() for _ in range(25)]

    def page(**asked: Any) -> tuple[list[str], Any]:
        answer = scene.call("ecs:DescribeNetworkInterfaces", **asked)
        assert answer["TotalCount"] == 25
        return [
            one["NetworkInterfaceId"] for one in answer["NetworkInterfaceSets"]["NetworkInterfaceSet"]
        ], answer

    assert page()[0] == made[:10]
    third, answer = page(PageNumber=3, PageSize=11)
    assert (third, answer["PageNumber"], answer["PageSize"]) == (made[22:], 3, 11)
    assert page(PageNumber=4, PageSize=11)[0] == []
    first, answer = page(MaxResults=12)
    second, answer = page(MaxResults=12, NextToken=answer["NextToken"])
    last, answer = page(MaxResults=12, NextToken=answer["NextToken"])
    assert [*first, *second, *last] == made
    assert answer["NextToken"] == ""
    assert len(page(MaxResults=1)[0]) == 10
    assert len(page(MaxResults=1000)[0]) == 25


# -- many --------------------------------------------------------------------------------------------------


MANY = 100_000
TAKEN = "10.0.128.0/28"


class Crowd(Scene):
    """A region with many ENIs, most of them in vSwitches of their own, and one to work on."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._fill(number)
        self.sample_instance = self.make_instance("ecs.g7.4xlarge")
        self.sample = self.make_eni(Ipv4Prefix=[TAKEN])
        self.attach(self.sample, self.sample_instance)

    def _fill(self, number: int) -> None:
        region = self.cloud.region()
        vswitches = [self.vswitch, *(self.make_vswitch(f"10.{block}.0.0/16") for block in range(1, 5))]
        spaces = [
            (region.vpc.vswitch(one), region.ecs.enis.space(region.vpc.vswitch(one), 4)) for one in vswitches
        ]
        crowd = self.make_group()
        for index in range(number):
            place, rank = divmod(index, 25_000)
            vswitch, space = spaces[place]
            eni = Eni(
                f"eni-crowd{index:08d}",
                "Secondary",
                "Available",
                self.vpc,
                vswitch.id,
                vswitch.zone_id,
                "00:16:3e:00:00:00",
                self.cloud.clock.now(),
                groups=[crowd],
            )
            region.ecs.enis.add(eni)
            region.ecs.enis.assign(
                eni, space, 4, Grant(named=(int(vswitch.cidr.network_address) + 1 + rank,))
            )

    def assigned_and_back(self, **asked: Any) -> None:
        """Assign to the sample what is asked for, and take it back."""
        given = self.call("ecs:AssignPrivateIpAddresses", NetworkInterfaceId=self.sample, **asked)
        sets = given["AssignedPrivateIpAddressesSet"]
        back = {
            "Ipv4Prefix": sets.get("Ipv4PrefixSet", {}).get("Ipv4Prefixes"),
            "PrivateIpAddress": sets.get("PrivateIpSet", {}).get("PrivateIpAddress"),
        }
        self.call("ecs:UnassignPrivateIpAddresses", NetworkInterfaceId=self.sample, **back)

    def assign_taken(self) -> None:
        """Ask for a prefix that overlaps with one that is assigned."""
        asked = {"NetworkInterfaceId": self.sample, "Ipv4Prefix": [TAKEN]}
        assert self.refused("ecs:AssignPrivateIpAddresses", **asked) == Assumptions().prefix_codes["overlap"]


@pytest.fixture(scope="module")
def crowded() -> Crowd:
    return Crowd(MANY)


def lines(work: Callable[[], object]) -> int:
    """How many lines of Python some work runs: no clock, and no other load on the machine, disturbs this."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "work",
    [
        lambda scene: scene.eni(scene.sample),
        lambda scene: scene.enis(InstanceId=scene.sample_instance),
        lambda scene: scene.assign_taken(),
        lambda scene: scene.assigned_and_back(Ipv4Prefix=["10.0.131.240/28"]),
        lambda scene: scene.assigned_and_back(Ipv4PrefixCount=10),
        lambda scene: scene.assigned_and_back(SecondaryPrivateIpAddressCount=10),
        lambda scene: scene.make_eni(Ipv4PrefixCount=1),
        lambda scene: scene.call(JOIN, NetworkInterfaceId=scene.sample, SecurityGroupId=scene.make_group()),
    ],
)
def test_work_on_one_eni_does_not_grow_with_their_number(
    crowded: Crowd, work: Callable[[Crowd], object]
) -> None:
    few = Crowd(10)
    for scene in (few, crowded):
        work(
            scene
        )  # the first search for a free address passes those that are used; later ones go on from there
    assert lines(lambda: work(crowded)) < 2 * lines(lambda: work(few))
