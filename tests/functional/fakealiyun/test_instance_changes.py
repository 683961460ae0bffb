"""Instances: changing and deleting them."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Assumptions
from tests.functional.fakealiyun.scene import Scene

MODIFY, SPEC = "ecs:ModifyInstanceAttribute", "ecs:ModifyInstanceSpec"
STOP, DELETE = "ecs:StopInstance", "ecs:DeleteInstance"
JOIN, LEAVE = "ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"
CODES = Assumptions().prefix_codes
WRONG_STATUS = ("IncorrectInstanceStatus", 403)


@pytest.fixture
def scene() -> Scene:
    return Scene()


# -- changing --------------------------------------------------------------------------------------------


def test_groups_of_an_instance_are_those_of_its_primary_eni(scene: Scene) -> None:
    made, first, second = scene.make_instance(), scene.make_group(), scene.make_group()
    eni = scene.make_eni()
    scene.attach(eni, made)
    scene.call(
        MODIFY, InstanceId=made, SecurityGroupIds=[first, second], InstanceName="web", Description="front"
    )
    item = scene.instance(made)
    assert item["SecurityGroupIds"] == {"SecurityGroupId": [first, second]}
    assert (item["InstanceName"], item["Description"]) == ("web", "front")
    assert scene.groups(eni) == [scene.group]
    scene.call(JOIN, InstanceId=made, SecurityGroupId=scene.group)
    scene.call(LEAVE, InstanceId=made, SecurityGroupId=first)
    attribute = scene.call("ecs:DescribeInstanceAttribute", InstanceId=made)
    assert attribute["SecurityGroupIds"] == {"SecurityGroupId": [second, scene.group]}
    assert scene.found(SecurityGroupId=first) == []
    assert scene.found(SecurityGroupId=second) == [made]


def test_the_bandwidth_of_a_running_instance_changes(scene: Scene) -> None:
    made = scene.make_instance()
    scene.call(SPEC, InstanceId=made, InternetMaxBandwidthOut=7)
    item = scene.instance(made)
    assert (item["InternetMaxBandwidthIn"], item["InternetMaxBandwidthOut"]) == (0, 7)


def test_an_instance_stays_in_a_group_of_its_vpc(scene: Scene) -> None:
    made = scene.make_instance()
    last = {"InstanceId": made, "SecurityGroupId": scene.group}
    assert scene.refused(LEAVE, **last) == ("InstanceLastSecurityGroup", 403)
    elsewhere = scene.make_group(vpc=scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/12")["VpcId"])
    assert scene.refused(JOIN, InstanceId=made, SecurityGroupId=elsewhere) == (
        "InvalidInstanceId.Mismatch",
        400,
    )
    assert (
        scene.refused(MODIFY, InstanceId=made, SecurityGroupIds=[elsewhere])[0]
        == "InvalidOperation.VpcMismatch"
    )
    assert scene.refused(MODIFY, InstanceId="i-none") == ("InvalidInstanceId.NotFound", 404)


@pytest.mark.parametrize("action", [SPEC, "ecs:ModifyPrepayInstanceSpec"])
def test_the_type_of_a_stopped_instance_changes(scene: Scene, action: str) -> None:
    made = scene.make_instance("ecs.g7.large")
    change = {"InstanceId": made, "InstanceType": "ecs.g7.xlarge"}
    assert scene.refused(action, **change) == WRONG_STATUS
    scene.call(STOP, InstanceId=made)
    unknown = ("InvalidInstanceType.ValueNotSupported", 403)
    assert scene.refused(action, InstanceId=made, InstanceType="ecs.none.large") == unknown
    scene.call(action, **change)
    assert scene.instance(made)["InstanceType"] == "ecs.g7.xlarge"


def stopped(scene: Scene, kind: str, **asked: Any) -> str:
    """A stopped instance whose primary ENI has what is asked for."""
    made = scene.make_instance(kind)
    eni = scene.primary(made)["NetworkInterfaceId"]
    action = "ecs:AssignIpv6Addresses" if "Ipv6PrefixCount" in asked else "ecs:AssignPrivateIpAddresses"
    scene.call(action, NetworkInterfaceId=eni, **asked)
    scene.call(STOP, InstanceId=made)
    return made


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"Ipv4PrefixCount": 5}, None),
        ({"Ipv4PrefixCount": 6}, CODES["too-many-ipv4"]),
        ({"SecondaryPrivateIpAddressCount": 6}, CODES["too-many-ipv4"]),
        ({"Ipv6PrefixCount": 6}, None),
        ({"Ipv6PrefixCount": 7}, CODES["too-many-ipv6"]),
    ],
)
def test_a_type_with_too_few_addresses_for_an_eni_is_refused(
    scene: Scene, asked: dict[str, int], refused: tuple[str, int] | None
) -> None:
    made = stopped(scene, "ecs.g7.xlarge", **asked)
    change = {"InstanceId": made, "InstanceType": "ecs.g7.large"}
    if refused is None:
        scene.call(SPEC, **change)
    else:
        assert scene.refused(SPEC, **change) == refused
    kept = "ecs.g7.large" if refused is None else "ecs.g7.xlarge"
    assert scene.instance(made)["InstanceType"] == kept


def test_a_type_with_too_few_enis_is_refused(scene: Scene) -> None:
    made = scene.make_instance("ecs.g7.xlarge")
    enis = [scene.make_eni() for _ in range(3)]
    for eni in enis:
        scene.attach(eni, made)
    scene.call(STOP, InstanceId=made)
    change = {"InstanceId": made, "InstanceType": "ecs.g7.large"}
    assert scene.refused(SPEC, **change) == ("EniPerInstanceLimitExceeded", 403)
    scene.call("ecs:DetachNetworkInterface", InstanceId=made, NetworkInterfaceId=enis[0])
    scene.wait()
    scene.call(SPEC, **change)


# -- deleting --------------------------------------------------------------------------------------------


def test_an_instance_takes_its_primary_eni_and_those_released_with_it(scene: Scene) -> None:
    made = scene.make_instance()
    kept, gone = scene.make_eni(DeleteOnRelease=False), scene.make_eni()
    primary = scene.primary(made)["NetworkInterfaceId"]
    for eni in (kept, gone):
        scene.attach(eni, made)
    assert scene.refused(DELETE, InstanceId=made) == WRONG_STATUS
    scene.call(STOP, InstanceId=made)
    scene.call(DELETE, InstanceId=made)
    assert [scene.status(eni) for eni in (primary, gone, kept)] == ["gone", "gone", "Available"]
    assert scene.eni(kept)["InstanceId"] == ""
    assert (scene.found(), scene.addresses_in_group()) == ([], 1)
    assert scene.refused(DELETE, InstanceId=made) == ("InvalidInstanceId.NotFound", 404)


def test_a_deleted_instance_lets_go_of_its_eip(scene: Scene) -> None:
    made = scene.make_instance()
    eip = scene.call("vpc:AllocateEipAddress")["AllocationId"]
    scene.call("vpc:AssociateEipAddress", AllocationId=eip, InstanceId=made)
    scene.wait()
    assert scene.instance(made)["EipAddress"]["AllocationId"] == eip
    assert scene.primary(made)["AssociatedPublicIp"]["AllocationId"] == eip
    scene.call(DELETE, InstanceId=made, Force=True)
    (item,) = scene.call("vpc:DescribeEipAddresses", AllocationId=eip)["EipAddresses"]["EipAddress"]
    assert item["InstanceId"] == ""


def test_instances_are_deleted_together_or_not_at_all(scene: Scene) -> None:
    first, second = scene.run(Amount=2)
    scene.call(MODIFY, InstanceId=second, DeletionProtection=True)
    both = {"InstanceId": [first, second]}
    assert scene.refused("ecs:DeleteInstances", **both, Force=True) == (
        "InvalidOperation.DeletionProtection",
        403,
    )
    scene.call(MODIFY, InstanceId=second, DeletionProtection=False)
    assert scene.refused("ecs:DeleteInstances", **both) == WRONG_STATUS
    assert scene.refused("ecs:DeleteInstances", **both, Force=True, DryRun=True) == ("DryRunOperation", 400)
    assert scene.found() == [first, second]
    scene.call("ecs:DeleteInstances", **both, Force=True)
    assert (scene.found(), scene.enis()) == ([], [])
