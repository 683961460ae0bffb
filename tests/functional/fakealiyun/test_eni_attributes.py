"""Attributes, groups, permissions and traffic limits of ENIs."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Assumptions
from tests.functional.fakealiyun.scene import Scene

DELETE = "ecs:DeleteNetworkInterface"
MODIFY = "ecs:ModifyNetworkInterfaceAttribute"
JOIN, LEAVE = "ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def eni(scene: Scene) -> str:
    return scene.make_eni()


# -- attributes and groups -------------------------------------------------------------------------------


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


@pytest.mark.parametrize("wrong", [{"SourceDestCheck": "maybe"}, {"QueueNumber": "many"}])
def test_a_call_with_a_wrong_value_changes_and_makes_nothing(
    scene: Scene, eni: str, wrong: dict[str, str]
) -> None:
    before = scene.enis()
    asked = {"NetworkInterfaceName": "front", "SecurityGroupId": [scene.make_group()], **wrong}
    assert scene.refused(MODIFY, NetworkInterfaceId=eni, **asked) == ("InvalidParameter", 400)
    new = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group, **wrong}
    assert scene.refused("ecs:CreateNetworkInterface", **new) == ("InvalidParameter", 400)
    assert scene.enis() == before


def test_connection_tracking_changes_in_part(scene: Scene) -> None:
    eni = scene.make_eni(ConnectionTrackingConfiguration={"TcpEstablishedTimeout": 100})
    scene.call(MODIFY, NetworkInterfaceId=eni, ConnectionTrackingConfiguration={"UdpTimeout": 60})
    shown = scene.call("ecs:DescribeNetworkInterfaceAttribute", NetworkInterfaceId=eni)
    wanted = {"TcpEstablishedTimeout": 100, "TcpClosedAndTimeWaitTimeout": 3, "UdpTimeout": 60}
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


# -- permissions and traffic limits ----------------------------------------------------------------------


def test_another_account_is_allowed_to_attach_an_eni_and_no_longer(scene: Scene, eni: str) -> None:
    asked = {"NetworkInterfaceId": eni, "AccountId": 2234567890123456, "Permission": "InstanceAttach"}
    made = scene.call("ecs:CreateNetworkInterfacePermission", **asked)["NetworkInterfacePermission"]
    permission = {"NetworkInterfacePermissionId": made["NetworkInterfacePermissionId"]}
    assert made == {**permission, **asked, "PermissionState": "Granted", "ServiceName": ""}

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
