"""Instances: making them with their ENIs, and managed groups."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Assumptions
from tests.functional.fakealiyun.scene import Scene

RUN, CREATE = "ecs:RunInstances", "ecs:CreateInstance"
MODIFY = "ecs:ModifyInstanceAttribute"
START, STOP = "ecs:StartInstance", "ecs:StopInstance"
JOIN, LEAVE = "ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"
MANAGED_GROUP = ("InvalidOperation.ResourceManagedByCloudProduct", 403)
CODES = Assumptions().prefix_codes
WRONG_STATUS = ("IncorrectInstanceStatus", 403)


@pytest.fixture
def scene() -> Scene:
    return Scene()


# -- making ----------------------------------------------------------------------------------------------


def test_instances_run_with_a_primary_eni_each(scene: Scene) -> None:
    first, second = scene.run(Amount=2, InstanceName="web", Tag=[{"Key": "team", "Value": "net"}])
    item = scene.instance(first)
    primary = scene.primary(first)
    assert (item["Status"], item["InstanceName"], item["InstanceType"]) == ("Running", "web", "ecs.g7.large")
    assert item["VpcAttributes"]["PrivateIpAddress"] == {"IpAddress": [primary["PrivateIpAddress"]]}
    assert item["SecurityGroupIds"] == primary["SecurityGroupIds"] == {"SecurityGroupId": [scene.group]}
    assert item["Tags"] == {"Tag": [{"TagKey": "team", "TagValue": "net"}]}
    (shown,) = item["NetworkInterfaces"]["NetworkInterface"]
    assert (shown["NetworkInterfaceId"], shown["Type"]) == (primary["NetworkInterfaceId"], "Primary")
    assert (primary["Status"], primary["ServiceManaged"]) == ("InUse", False)
    assert scene.primary(second)["PrivateIpAddress"] != primary["PrivateIpAddress"]
    assert scene.addresses_in_group() == 2


def test_a_created_instance_is_stopped_until_it_is_started(scene: Scene) -> None:
    made = scene.call(CREATE, **scene.wanted())["InstanceId"]
    assert scene.instance(made)["Status"] == "Stopped"
    scene.call(START, InstanceId=made)
    assert scene.instance(made)["Status"] == "Running"
    assert scene.refused(START, InstanceId=made) == WRONG_STATUS
    scene.call(STOP, InstanceId=made, StoppedMode="StopCharging")
    assert (scene.instance(made)["Status"], scene.instance(made)["StoppedMode"]) == (
        "Stopped",
        "StopCharging",
    )
    assert scene.refused(STOP, InstanceId=made) == WRONG_STATUS


def test_instances_come_with_further_enis_new_ones_and_existing_ones(scene: Scene) -> None:
    existing, group = scene.make_eni(DeleteOnRelease=False), scene.make_group()
    secondary = {
        "SecurityGroupIds": [group],
        "SecondaryPrivateIpAddressCount": 1,
        "NetworkInterfaceName": "second",
    }
    (made,) = scene.run(NetworkInterface=[secondary, {"NetworkInterfaceId": existing}], Ipv6AddressCount=1)
    scene.wait()
    primary, new, given = scene.enis(InstanceId=made)
    assert [one["Attachment"]["DeviceIndex"] for one in (primary, new, given)] == [0, 1, 2]
    assert [one["Type"] for one in (primary, new, given)] == ["Primary", "Secondary", "Secondary"]
    assert {one["Status"] for one in (primary, new, given)} == {"InUse"}
    assert (new["NetworkInterfaceName"], new["SecurityGroupIds"]) == ("second", {"SecurityGroupId": [group]})
    assert len(new["PrivateIpSets"]["PrivateIpSet"]) == 2
    assert len(primary["Ipv6Sets"]["Ipv6Set"]) == 1
    assert given["NetworkInterfaceId"] == existing


def test_the_primary_eni_can_stand_among_the_others(scene: Scene) -> None:
    primary = {
        "InstanceType": "Primary",
        "VSwitchId": scene.vswitch,
        "SecurityGroupIds": [scene.group],
        "PrimaryIpAddress": "10.0.0.50",
    }
    asked = {
        "InstanceType": "ecs.g7.large",
        "NetworkInterface": [{"NetworkInterfaceName": "second"}, primary],
    }
    (made,) = scene.call(RUN, **asked)["InstanceIdSets"]["InstanceIdSet"]
    first, second = scene.enis(InstanceId=made)
    assert (first["PrivateIpAddress"], first["Type"]) == ("10.0.0.50", "Primary")
    assert second["NetworkInterfaceName"] == "second"
    both = scene.wanted(NetworkInterface=[primary])
    assert scene.refused(RUN, **both) == ("InvalidParam.NetworkInterface", 400)


def test_instances_of_one_call_get_successive_addresses(scene: Scene) -> None:
    made = scene.run(Amount=3, PrivateIpAddress="10.0.1.254")
    assert [scene.primary(one)["PrivateIpAddress"] for one in made] == [
        "10.0.1.254",
        "10.0.1.255",
        "10.0.2.0",
    ]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"InstanceType": None}, ("MissingParameter", 400)),
        ({"VSwitchId": None}, ("MissingParameter", 400)),
        ({"SecurityGroupId": None}, ("MissingParameter", 400)),
        ({"InstanceType": "ecs.none.large"}, ("InvalidInstanceType.ValueNotSupported", 403)),
        ({"VSwitchId": "vsw-none"}, ("InvalidVSwitchId.NotFound", 404)),
        ({"SecurityGroupId": "sg-none"}, ("InvalidSecurityGroupId.NotFound", 404)),
        ({"Amount": 0}, ("InvalidParameter", 400)),
        ({"Amount": 101}, ("InvalidParameter", 400)),
        ({"NetworkInterface": [{"NetworkInterfaceId": "eni-none"}]}, ("InvalidEniId.NotFound", 404)),
        ({"NetworkInterface": [{"NetworkInterfaceName": "x"}] * 3}, ("InvalidParam.NetworkInterface", 400)),
        ({"NetworkInterface": [{"SecondaryPrivateIpAddressCount": 6}]}, CODES["too-many-ipv4"]),
        ({"Ipv6AddressCount": 7}, CODES["too-many-ipv6"]),
        ({"InstanceType": "ecs.ic5.large", "Ipv6AddressCount": 1}, ("InvalidOperation.Ipv6NotSupport", 403)),
        ({"PrivateIpAddress": "10.9.0.1"}, ("InvalidVSwitchId.IpInvalid", 403)),
        ({"Amount": 3, "PrivateIpAddress": "10.0.255.251"}, ("InvalidVSwitchId.IpInvalid", 403)),
        ({"LaunchTemplateId": "lt-1"}, ("FakeAliyun.NotImplemented", 501)),
    ],
)
def test_what_new_instances_need_or_none_is_made(
    scene: Scene, change: dict[str, Any], refused: tuple[str, int]
) -> None:
    assert scene.refused(RUN, **scene.wanted(**change)) == refused
    assert scene.found() == []
    assert scene.enis() == []
    assert scene.addresses_in_group() == 0


def test_an_existing_eni_is_available_again_when_its_instance_cannot_be_made(scene: Scene) -> None:
    eni, used = scene.make_eni(), scene.make_eni()
    scene.attach(used, scene.make_instance())
    given = [{"NetworkInterfaceId": eni}, {"NetworkInterfaceId": used}]
    assert scene.refused(RUN, **scene.wanted(NetworkInterface=given)) == (
        "InvalidOperation.InvalidEniState",
        400,
    )
    assert (scene.status(eni), scene.eni(eni)["InstanceId"]) == ("Available", "")
    scene.wait()
    assert scene.status(eni) == "Available"


@pytest.mark.parametrize("action", [RUN, CREATE])
def test_a_dry_run_checks_and_makes_nothing(scene: Scene, action: str) -> None:
    assert scene.refused(action, **scene.wanted(), DryRun=True) == ("DryRunOperation", 400)
    bad = scene.wanted(VSwitchId="vsw-none", DryRun=True)
    assert scene.refused(action, **bad) == ("InvalidVSwitchId.NotFound", 404)
    assert (scene.found(), scene.enis(), scene.addresses_in_group()) == ([], [], 0)


@pytest.mark.parametrize("action", [RUN, CREATE])
def test_a_client_token_makes_instances_once(scene: Scene, action: str) -> None:
    for token in ("one", "one", "two"):
        scene.call(action, **scene.wanted(), ClientToken=token)
    assert len(scene.found()) == 2


def test_a_public_address_comes_with_bandwidth(scene: Scene) -> None:
    (made,) = scene.run(InternetMaxBandwidthOut=5)
    (address,) = scene.instance(made)["PublicIpAddress"]["IpAddress"]
    assert address.startswith("203.0.113.")
    assert scene.found(PublicIpAddresses=f'["{address}"]') == [made]


# -- managed mode ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [RUN, CREATE])
def test_a_managed_group_takes_no_instance_of_the_account(scene: Scene, action: str) -> None:
    managed = scene.make_group(keys=scene.owner)
    asked = scene.wanted(SecurityGroupId=managed)
    assert scene.refused(action, **asked) == MANAGED_GROUP
    assert scene.found() == []
    scene.call(action, scene.owner, **asked)
    assert len(scene.found()) == 1


def test_a_managed_group_takes_no_further_eni_of_an_instance_of_the_account(scene: Scene) -> None:
    managed = scene.make_group(keys=scene.owner)
    several = scene.wanted(SecurityGroupId=None, SecurityGroupIds=[scene.group, managed])
    assert scene.refused(RUN, **several) == MANAGED_GROUP
    second = scene.wanted(NetworkInterface=[{"SecurityGroupId": managed}])
    assert scene.refused(RUN, **second) == MANAGED_GROUP


def test_instances_join_and_leave_managed_groups_by_their_service_only(scene: Scene) -> None:
    made, managed = scene.make_instance(), scene.make_group(keys=scene.owner)
    named = {"InstanceId": made, "SecurityGroupId": managed}
    replaced = {"InstanceId": made, "SecurityGroupIds": [scene.group, managed]}
    assert scene.refused(JOIN, **named) == MANAGED_GROUP
    assert scene.refused(MODIFY, **replaced) == MANAGED_GROUP
    scene.call(MODIFY, scene.owner, **replaced)
    assert scene.primary(made)["SecurityGroupIds"] == {"SecurityGroupId": [scene.group, managed]}
    assert scene.refused(LEAVE, **named) == MANAGED_GROUP
    assert scene.refused(MODIFY, InstanceId=made, SecurityGroupIds=[scene.group]) == MANAGED_GROUP
    scene.call(LEAVE, scene.owner, **named)
    assert scene.primary(made)["SecurityGroupIds"] == {"SecurityGroupId": [scene.group]}
