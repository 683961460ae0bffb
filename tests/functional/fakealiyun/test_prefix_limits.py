"""IP prefixes (seed 002): every limit on their number, at its edge and past it."""

from __future__ import annotations

import pytest

from fakealiyun import Assumptions
from fakealiyun.documents import ADVANCED_GROUP_QUOTA, BASIC_GROUP_QUOTA
from tests.functional.fakealiyun.scene import Scene

ASSIGN4, ASSIGN6 = "ecs:AssignPrivateIpAddresses", "ecs:AssignIpv6Addresses"
UNASSIGN4, UNASSIGN6 = "ecs:UnassignPrivateIpAddresses", "ecs:UnassignIpv6Addresses"
CREATE = "ecs:CreateNetworkInterface"
CODES = Assumptions().prefix_codes


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def eni(scene: Scene) -> str:
    return scene.make_eni()


def fill(scene: Scene, group: str, target: int) -> None:
    """Bring a group to a number of addresses by new ENIs of the vSwitch."""
    while (missing := target - scene.addresses_in_group(group)) > 0:
        scene.make_eni(SecurityGroupId=group, SecondaryPrivateIpAddressCount=min(49, missing - 1) or None)


# -- how many --------------------------------------------------------------------------------------------


def test_an_available_eni_has_up_to_49_ipv4_prefixes_over_all_calls(scene: Scene, eni: str) -> None:
    for count in (10, 10, 10, 10, 8):
        scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=count)
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=2) == CODES["too-many-ipv4"]
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)
    assert len(scene.prefixes(eni)) == 49
    assert (
        scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=["10.0.131.240/28"])
        == CODES["too-many-ipv4"]
    )
    scene.call(UNASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=scene.prefixes(eni)[:1])
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)


def test_a_new_eni_has_up_to_49_ipv4_prefixes(scene: Scene) -> None:
    assert len(scene.prefixes(scene.make_eni(Ipv4PrefixCount=49))) == 49
    wanted = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group, "Ipv4PrefixCount": 50}
    assert scene.refused(CREATE, **wanted) == CODES["too-many-ipv4"]


def test_how_many_prefixes_a_new_eni_may_ask_for_is_an_assumption() -> None:
    scene = Scene(assumptions=Assumptions(prefixes_per_create=10))
    assert len(scene.prefixes(scene.make_eni(Ipv4PrefixCount=10))) == 10
    wanted = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group, "Ipv4PrefixCount": 11}
    assert scene.refused(CREATE, **wanted) == CODES["number"]


def test_each_secondary_address_takes_a_slot_of_an_ipv4_prefix(scene: Scene) -> None:
    # given an ENI of an ecs.g7.large (6 private IPv4 addresses) with its primary and two secondary ones
    eni = scene.make_eni(SecondaryPrivateIpAddressCount=2)
    scene.attach(eni, scene.make_instance("ecs.g7.large"))
    # when, then: three slots are left
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=4) == CODES["too-many-ipv4"]
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=3)
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1) == CODES["too-many-ipv4"]
    one_more = {"NetworkInterfaceId": eni, "SecondaryPrivateIpAddressCount": 1}
    assert scene.refused(ASSIGN4, **one_more) == CODES["too-many-ipv4"]


def test_a_large_instance_of_the_document_carries_five_ipv4_and_six_ipv6_prefixes(scene: Scene) -> None:
    eni = str(scene.primary(scene.make_instance("ecs.g7.large"))["NetworkInterfaceId"])
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=5)
    scene.call(ASSIGN6, NetworkInterfaceId=eni, Ipv6PrefixCount=6)
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1) == CODES["too-many-ipv4"]
    assert scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6PrefixCount=1) == CODES["too-many-ipv6"]


def test_each_ipv6_address_takes_a_slot_of_an_ipv6_prefix(scene: Scene) -> None:
    eni = scene.make_eni(Ipv6AddressCount=2)
    scene.attach(eni, scene.make_instance("ecs.g7.large"))
    assert scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6PrefixCount=5) == CODES["too-many-ipv6"]
    scene.call(ASSIGN6, NetworkInterfaceId=eni, Ipv6PrefixCount=4)
    assert scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6AddressCount=1) == CODES["too-many-ipv6"]


@pytest.mark.parametrize(("count", "code"), [(5, None), (6, CODES["too-many-ipv4"])])
def test_an_eni_attaches_only_with_as_many_ipv4_prefixes_as_the_type_carries(
    scene: Scene, count: int, code: tuple[str, int] | None
) -> None:
    eni, instance = scene.make_eni(Ipv4PrefixCount=count), scene.make_instance("ecs.g7.large")
    asked = {"NetworkInterfaceId": eni, "InstanceId": instance}
    if code is None:
        scene.attach(eni, instance)
        assert scene.status(eni) == "InUse"
    else:
        assert scene.refused("ecs:AttachNetworkInterface", **asked) == code
        assert scene.status(eni) == "Available"


@pytest.mark.parametrize(("count", "code"), [(6, None), (7, CODES["too-many-ipv6"])])
def test_an_eni_attaches_only_with_as_many_ipv6_prefixes_as_the_type_carries(
    scene: Scene, count: int, code: tuple[str, int] | None
) -> None:
    eni, instance = scene.make_eni(Ipv6PrefixCount=count), scene.make_instance("ecs.g7.large")
    if code is None:
        scene.attach(eni, instance)
    else:
        asked = {"NetworkInterfaceId": eni, "InstanceId": instance}
        assert scene.refused("ecs:AttachNetworkInterface", **asked) == code


def test_an_instance_type_without_ipv6_carries_no_ipv6_prefix(scene: Scene) -> None:
    eni, instance = scene.make_eni(Ipv6PrefixCount=1), scene.make_instance("ecs.ic5.large")
    asked = {"NetworkInterfaceId": eni, "InstanceId": instance}
    assert scene.refused("ecs:AttachNetworkInterface", **asked) == ("InvalidOperation.Ipv6NotSupport", 403)


# -- groups ----------------------------------------------------------------------------------------------


def test_a_basic_group_holds_6000_addresses_and_prefixes(scene: Scene, eni: str) -> None:
    # given a group that lacks two of its quota
    fill(scene, scene.group, BASIC_GROUP_QUOTA - 2)
    full = ("SecurityGroupInstanceLimitExceed", 403)
    # when, then: everything that adds three is refused, and what fills it passes
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=3) == full
    assert scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6AddressCount=3) == full
    where = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group}
    assert scene.refused(CREATE, **where, Ipv4PrefixCount=1, Ipv6PrefixCount=1) == full
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)
    scene.call(ASSIGN6, NetworkInterfaceId=eni, Ipv6PrefixCount=1)
    assert scene.addresses_in_group() == BASIC_GROUP_QUOTA
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1) == full
    assert scene.refused(CREATE, **where) == full
    scene.call(UNASSIGN6, NetworkInterfaceId=eni, Ipv6Prefix=scene.ipv6_prefixes(eni))
    scene.make_eni()


def test_joining_or_entering_a_full_group_is_refused(scene: Scene) -> None:
    # given a group with room for two, and an ENI with a primary address and two prefixes in another group
    other = scene.make_group()
    eni = scene.make_eni(SecurityGroupId=other, Ipv4PrefixCount=2)
    fill(scene, scene.group, BASIC_GROUP_QUOTA - 2)
    # when
    join = {"NetworkInterfaceId": eni, "SecurityGroupId": scene.group}
    assert scene.refused("ecs:JoinSecurityGroup", **join) == ("SecurityGroupInstanceLimitExceeded", 403)
    enter = {"NetworkInterfaceId": eni, "SecurityGroupId": [scene.group]}
    full = ("SecurityGroupInstanceLimitExceed", 403)
    assert scene.refused("ecs:ModifyNetworkInterfaceAttribute", **enter) == full
    # then, with one prefix less, it fits
    scene.call(UNASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=scene.prefixes(eni)[:1])
    scene.call("ecs:ModifyNetworkInterfaceAttribute", **enter)
    assert scene.groups(eni) == [scene.group]
    assert (scene.addresses_in_group(), scene.addresses_in_group(other)) == (BASIC_GROUP_QUOTA, 0)


def test_an_advanced_group_holds_65536_addresses_and_prefixes() -> None:
    # given an advanced group that lacks one of its quota, in three vSwitches of 16 bits
    scene = Scene()
    group = scene.make_group("enterprise")
    for block in (1, 2):
        vswitch = scene.make_vswitch(f"10.{block}.0.0/16")
        while (
            missing := min(40_000 * block, ADVANCED_GROUP_QUOTA - 1) - scene.addresses_in_group(group)
        ) > 0:
            count = min(49, missing - 1) or None
            scene.make_eni(VSwitchId=vswitch, SecurityGroupId=group, SecondaryPrivateIpAddressCount=count)
    # when, then
    eni = scene.make_eni(SecurityGroupId=group)
    assert scene.addresses_in_group(group) == ADVANCED_GROUP_QUOTA
    full = ("SecurityGroupInstanceLimitExceed", 403)
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1) == full
