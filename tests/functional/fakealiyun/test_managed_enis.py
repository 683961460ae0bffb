"""ENIs and groups in managed mode: who is refused, and who is not."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun.identities import service_number
from tests.functional.fakealiyun.scene import OWNER, Scene

CREATE, DELETE = "ecs:CreateNetworkInterface", "ecs:DeleteNetworkInterface"
ATTACH, DETACH = "ecs:AttachNetworkInterface", "ecs:DetachNetworkInterface"
MODIFY = "ecs:ModifyNetworkInterfaceAttribute"
JOIN, LEAVE = "ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"
MANAGED_ENI = ("InvalidOperation.EniServiceManaged", 403)
MANAGED_GROUP = ("InvalidOperation.ResourceManagedByCloudProduct", 403)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def eni(scene: Scene) -> str:
    return scene.make_eni()


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
