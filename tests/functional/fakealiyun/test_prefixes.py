"""IP prefixes: every limit of the document "IP prefixes" (seed 002), at its edge and past it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakealiyun import Assumptions, Cloud
from fakealiyun.documents import ADVANCED_GROUP_QUOTA, BASIC_GROUP_QUOTA
from tests.functional.fakealiyun.scene import Scene

ASSIGN4, ASSIGN6 = "ecs:AssignPrivateIpAddresses", "ecs:AssignIpv6Addresses"
UNASSIGN4, UNASSIGN6 = "ecs:UnassignPrivateIpAddresses", "ecs:UnassignIpv6Addresses"
CREATE = "ecs:CreateNetworkInterface"
CODES = Assumptions().prefix_codes
FREE = "10.0.128.16/28"


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


# -- region, mask, standard block, place -------------------------------------------------------------------


@pytest.mark.parametrize(("region", "code"), [("cn-wulanchabu", None), ("cn-zhangjiakou", CODES["region"])])
def test_prefixes_are_available_in_the_listed_regions_only(region: str, code: tuple[str, int] | None) -> None:
    scene = Scene(region)
    eni = scene.make_eni()
    if code is None:
        scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)
        assert len(scene.prefixes(eni)) == 1
    else:
        assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1) == code
        assert (
            scene.refused(CREATE, VSwitchId=scene.vswitch, SecurityGroupId=scene.group, Ipv4Prefix=[FREE])
            == code
        )


@pytest.mark.parametrize(
    ("prefix", "key"),
    [
        ("10.0.128.16/27", "mask"),
        ("10.0.128.16/29", "mask"),
        ("10.0.128.16", "mask"),
        ("10.0.128.16/255.255.255.240", "mask"),
        ("10.0.128.17/28", "not-standard"),
        ("10.0.128.300/28", "not-standard"),
        ("10.1.0.0/28", "outside-vswitch"),
        ("10.0.64.0/28", "outside-reservation"),
        ("10.0.132.0/28", "outside-reservation"),
    ],
)
def test_an_ipv4_prefix_is_a_standard_28_block_of_a_reserved_block(
    scene: Scene, eni: str, prefix: str, key: str
) -> None:
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[prefix]) == CODES[key]
    assert scene.prefixes(eni) == []


@pytest.mark.parametrize("prefix", ["10.0.128.0/28", "10.0.131.240/28"])
def test_the_first_and_last_block_of_a_reserved_block_are_assigned(
    scene: Scene, eni: str, prefix: str
) -> None:
    answer = scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[prefix])["AssignedPrivateIpAddressesSet"]
    assert answer == {"NetworkInterfaceId": eni, "Ipv4PrefixSet": {"Ipv4Prefixes": [prefix]}}
    assert scene.prefixes(eni) == [prefix]


@pytest.mark.parametrize(
    ("suffix", "key"),
    [
        (":4000::/64", "mask"),
        (":4000::/96", "mask"),
        (":4000::1/80", "not-standard"),
        (":8000::/80", "outside-reservation"),
    ],
)
def test_an_ipv6_prefix_is_a_standard_80_block_of_a_reserved_block(
    scene: Scene, eni: str, suffix: str, key: str
) -> None:
    wanted = [scene.ipv6_stem + suffix]
    assert scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6Prefix=wanted) == CODES[key]


def test_an_ipv6_prefix_has_to_lie_in_the_vswitch(scene: Scene, eni: str) -> None:
    assert (
        scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6Prefix=["2001:db8:ffff::/80"])
        == CODES["outside-vswitch"]
    )


def test_ipv6_prefixes_are_assigned_by_list_and_by_count(scene: Scene, eni: str) -> None:
    named = f"{scene.ipv6_stem}:4001::/80"
    scene.call(ASSIGN6, NetworkInterfaceId=eni, Ipv6Prefix=[named])
    answer = scene.call(ASSIGN6, NetworkInterfaceId=eni, Ipv6PrefixCount=2)
    lowest = [f"{scene.ipv6_stem}:4000::/80", f"{scene.ipv6_stem}:4002::/80"]
    assert answer["Ipv6PrefixSets"] == {"Ipv6Prefix": lowest}
    assert answer["Ipv6Sets"] == {"Ipv6Address": []}
    assert scene.ipv6_prefixes(eni) == [named, *lowest]


def test_a_reserved_block_gives_prefixes_once_it_is_assigned(scene: Scene, eni: str) -> None:
    # given a block that is still Assigning
    vswitch = scene.make_vswitch("10.1.0.0/24")
    other = scene.make_eni(VSwitchId=vswitch)
    scene.reserve("10.1.0.64/27", vswitch=vswitch)
    named = {"NetworkInterfaceId": other, "Ipv4Prefix": ["10.1.0.64/28"]}
    # when
    assert scene.refused(ASSIGN4, **named) == CODES["outside-reservation"]
    assert scene.refused(ASSIGN4, NetworkInterfaceId=other, Ipv4PrefixCount=1) == CODES["no-space"]
    scene.wait()
    # then
    scene.call(ASSIGN4, **named)
    scene.call(ASSIGN4, NetworkInterfaceId=other, Ipv4PrefixCount=1)
    assert scene.prefixes(other) == ["10.1.0.64/28", "10.1.0.80/28"]
    assert scene.refused(ASSIGN4, NetworkInterfaceId=other, Ipv4PrefixCount=1) == CODES["no-space"]


# -- overlap -----------------------------------------------------------------------------------------------


def test_a_prefix_overlaps_with_prefixes_of_any_eni_of_the_vswitch(scene: Scene, eni: str) -> None:
    scene.call(ASSIGN4, NetworkInterfaceId=scene.make_eni(), Ipv4Prefix=[FREE])
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE]) == CODES["overlap"]


def test_a_prefix_overlaps_with_itself_in_one_call(scene: Scene, eni: str) -> None:
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE, FREE]) == CODES["overlap"]


@pytest.mark.parametrize(
    ("address", "overlaps"), [("10.0.128.16", True), ("10.0.128.31", True), ("10.0.128.32", False)]
)
def test_a_prefix_overlaps_with_single_addresses(
    scene: Scene, eni: str, address: str, overlaps: bool
) -> None:
    scene.make_eni(PrimaryIpAddress=address)
    if overlaps:
        assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE]) == CODES["overlap"]
    else:
        scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE])


def test_an_address_cannot_lie_in_a_prefix_that_is_assigned(scene: Scene, eni: str) -> None:
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE])
    wanted = {"NetworkInterfaceId": eni, "PrivateIpAddress": ["10.0.128.20"]}
    assert scene.refused(ASSIGN4, **wanted) == ("InvalidIp.IpAssigned", 403)


def test_a_new_eni_cannot_take_a_prefix_around_its_own_primary_address(scene: Scene) -> None:
    wanted = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group, "PrimaryIpAddress": "10.0.128.20"}
    assert scene.refused(CREATE, **wanted, Ipv4Prefix=[FREE]) == CODES["overlap"]
    eni = scene.make_eni(PrimaryIpAddress="10.0.128.20", Ipv4PrefixCount=2)
    assert scene.prefixes(eni) == ["10.0.128.0/28", "10.0.128.32/28"]


def test_a_prefix_is_free_again_when_it_was_unassigned_or_its_eni_is_gone(scene: Scene, eni: str) -> None:
    # given two ENIs with one prefix each
    second, third = scene.make_eni(), scene.make_eni()
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE])
    scene.call(ASSIGN4, NetworkInterfaceId=second, Ipv4Prefix=["10.0.128.32/28"])
    # when
    scene.call(UNASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE])
    scene.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=second)
    assert scene.refused(ASSIGN4, NetworkInterfaceId=third, Ipv4Prefix=["10.0.128.32/28"]) == CODES["overlap"]
    scene.wait()
    # then
    scene.call(ASSIGN4, NetworkInterfaceId=third, Ipv4Prefix=[FREE, "10.0.128.32/28"])
    assert scene.prefixes(third) == [FREE, "10.0.128.32/28"]


# -- by count ----------------------------------------------------------------------------------------------


def test_prefixes_by_count_are_the_lowest_free_ones(scene: Scene, eni: str) -> None:
    scene.make_eni(PrimaryIpAddress="10.0.128.5")
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=["10.0.128.32/28"])
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=2)
    assert scene.prefixes(eni) == ["10.0.128.32/28", "10.0.128.16/28", "10.0.128.48/28"]
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)
    scene.call(UNASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=["10.0.128.16/28"])
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=2)
    assert scene.prefixes(eni)[-2:] == ["10.0.128.16/28", "10.0.128.80/28"]


def test_a_block_is_free_for_prefixes_again_when_its_last_address_went(scene: Scene, eni: str) -> None:
    crowd = scene.make_eni(PrivateIpAddress=["10.0.128.1", "10.0.128.2"])
    for _ in range(2):
        scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)
    for number, lowest in ((1, "10.0.128.48/28"), (2, "10.0.128.0/28")):
        scene.call(UNASSIGN4, NetworkInterfaceId=crowd, PrivateIpAddress=[f"10.0.128.{number}"])
        scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)
        assert scene.prefixes(eni)[-1] == lowest


def test_addresses_by_count_do_not_come_out_of_reserved_blocks() -> None:
    scene = Scene()
    vswitch = scene.make_vswitch("10.1.0.0/26")
    scene.reserve("10.1.0.16/28", vswitch=vswitch)
    eni = scene.make_eni(VSwitchId=vswitch, SecondaryPrivateIpAddressCount=15)
    assert scene.private_ips(eni) == [f"10.1.0.{number}" for number in (*range(1, 16), 32)]


def test_a_vswitch_gives_its_last_address_and_then_no_more() -> None:
    scene = Scene()
    vswitch = scene.make_vswitch("10.1.0.0/29")  # .1 to .4: the first and the last three are the system's
    eni = scene.make_eni(VSwitchId=vswitch, SecondaryPrivateIpAddressCount=3)
    assert scene.private_ips(eni) == ["10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4"]
    refused = scene.refused(CREATE, VSwitchId=vswitch, SecurityGroupId=scene.group)
    assert refused == ("InvalidVSwitchId.IpNotEnough", 403)
    scene.call(UNASSIGN4, NetworkInterfaceId=eni, PrivateIpAddress=["10.1.0.3"])
    assert scene.private_ips(scene.make_eni(VSwitchId=vswitch)) == ["10.1.0.3"]


# -- how a call may ask ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "asked", "key"),
    [
        (ASSIGN4, {"Ipv4Prefix": [FREE], "Ipv4PrefixCount": 1}, "list-and-count"),
        (ASSIGN4, {"Ipv4Prefix": [FREE], "PrivateIpAddress": ["10.0.0.9"]}, "addresses-and-prefixes"),
        (ASSIGN4, {"Ipv4PrefixCount": 1, "SecondaryPrivateIpAddressCount": 1}, "addresses-and-prefixes"),
        (ASSIGN6, {"Ipv6PrefixCount": 1, "Ipv6AddressCount": 1}, "addresses-and-prefixes"),
        (ASSIGN4, {"Ipv4PrefixCount": 0}, "number"),
        (ASSIGN4, {"Ipv4PrefixCount": 11}, "number"),
        (ASSIGN4, {"Ipv4Prefix": [f"10.0.128.{16 * number}/28" for number in range(11)]}, "number"),
        (ASSIGN6, {"Ipv6PrefixCount": 0}, "number"),
        (ASSIGN6, {"Ipv6PrefixCount": 11}, "number"),
        (CREATE, {"Ipv4PrefixCount": 1, "SecondaryPrivateIpAddressCount": 1}, "addresses-and-prefixes"),
        (CREATE, {"Ipv6Prefix": ["2001:db8::/80"], "Ipv6PrefixCount": 1}, "list-and-count"),
        (CREATE, {"Ipv4PrefixCount": -1}, "number"),
    ],
)
def test_what_excludes_each_other_or_is_out_of_range_is_refused(
    scene: Scene, eni: str, action: str, asked: dict[str, Any], key: str
) -> None:
    where = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group, "NetworkInterfaceId": eni}
    assert scene.refused(action, **where, **asked) == CODES[key]


def test_ten_prefixes_come_by_one_call_of_either_kind(scene: Scene, eni: str) -> None:
    scene.call(
        ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[f"10.0.128.{16 * number}/28" for number in range(10)]
    )
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=10)
    scene.call(ASSIGN6, NetworkInterfaceId=eni, Ipv6PrefixCount=10)
    assert (len(scene.prefixes(eni)), len(scene.ipv6_prefixes(eni))) == (20, 10)


def test_prefixes_of_one_family_and_addresses_of_the_other_go_together(scene: Scene) -> None:
    eni = scene.make_eni(PrimaryIpAddress="10.0.0.77", Ipv4PrefixCount=1, Ipv6AddressCount=1)
    assert scene.private_ips(eni) == ["10.0.0.77"]
    assert len(scene.prefixes(eni)) == 1
    assert len(scene.eni(eni)["Ipv6Sets"]["Ipv6Set"]) == 1


@pytest.mark.parametrize(
    ("action", "asked"),
    [(ASSIGN4, {}), (ASSIGN6, {}), (UNASSIGN4, {}), (UNASSIGN6, {}), (UNASSIGN4, {"Ipv4PrefixCount": 1})],
)
def test_a_call_that_asks_for_nothing_misses_a_parameter(
    scene: Scene, eni: str, action: str, asked: dict[str, Any]
) -> None:
    assert scene.refused(action, NetworkInterfaceId=eni, **asked) == ("MissingParameter", 403)


# -- how many ----------------------------------------------------------------------------------------------


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


# -- groups ------------------------------------------------------------------------------------------------


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


# -- taking back -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        (UNASSIGN4, lambda scene: {"Ipv4Prefix": ["10.0.128.48/28"]}),
        (UNASSIGN4, lambda scene: {"Ipv4Prefix": ["10.0.128.16/29"]}),
        (UNASSIGN4, lambda scene: {"PrivateIpAddress": ["10.0.0.250"]}),
        (UNASSIGN6, lambda scene: {"Ipv6Prefix": [f"{scene.ipv6_stem}:4001::/80"]}),
        (UNASSIGN6, lambda scene: {"Ipv6Address": [f"{scene.ipv6}".replace("/64", "77")]}),
    ],
)
def test_unassigning_what_is_not_there_is_refused_and_takes_nothing(
    scene: Scene, action: str, asked: Callable[[Scene], dict[str, Any]]
) -> None:
    eni = scene.make_eni(Ipv4PrefixCount=2, Ipv6PrefixCount=1)
    before = scene.eni(eni)
    wanted = {
        name: [*scene.prefixes(eni), *texts] for name, texts in asked(scene).items() if name == "Ipv4Prefix"
    }
    refused = scene.refused(action, NetworkInterfaceId=eni, **{**asked(scene), **wanted})
    assert refused == ("InvalidIp.IpUnassigned", 403)
    assert scene.eni(eni) == before


def test_ipv6_texts_of_any_spelling_name_the_same_prefix(scene: Scene, eni: str) -> None:
    scene.call(ASSIGN6, NetworkInterfaceId=eni, Ipv6Prefix=[f"{scene.ipv6_stem.upper()}:4000:0:0:0/80"])
    assert scene.ipv6_prefixes(eni) == [f"{scene.ipv6_stem}:4000::/80"]
    scene.call(UNASSIGN6, NetworkInterfaceId=eni, Ipv6Prefix=[f"{scene.ipv6_stem.upper()}:4000:0:0::/80"])
    assert scene.ipv6_prefixes(eni) == []


def test_the_primary_address_stays(scene: Scene, eni: str) -> None:
    asked = {"NetworkInterfaceId": eni, "PrivateIpAddress": scene.private_ips(eni)}
    assert scene.refused(UNASSIGN4, **asked) == ("InvalidParameter", 400)


def test_an_eni_that_changes_its_state_takes_and_gives_no_addresses(scene: Scene, eni: str) -> None:
    scene.call("ecs:AttachNetworkInterface", NetworkInterfaceId=eni, InstanceId=scene.make_instance())
    wrong = ("InvalidOperation.InvalidEniState", 400)
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1) == wrong
    assert scene.refused(UNASSIGN4, NetworkInterfaceId=eni, PrivateIpAddress=["10.0.0.2"]) == wrong


# -- single addresses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"PrivateIpAddress": ["10.0.0.0"]}, ("InvalidVSwitchId.IpInvalid", 403)),
        ({"PrivateIpAddress": ["10.0.255.253"]}, ("InvalidVSwitchId.IpInvalid", 403)),
        ({"PrivateIpAddress": ["10.1.0.5"]}, ("InvalidVSwitchId.IpInvalid", 403)),
        ({"PrivateIpAddress": ["10.0.0.9", "10.0.0.9"]}, ("InvalidIp.IpRepeated", 403)),
        ({"PrivateIpAddress": ["10.0.0.1"]}, ("InvalidIp.IpAssigned", 403)),
        ({"PrivateIpAddress": ["10.0.0.x"]}, ("InvalidIp.Address", 403)),
        (
            {"PrivateIpAddress": ["10.0.0.9"], "SecondaryPrivateIpAddressCount": 1},
            ("InvalidParameter.Conflict", 400),
        ),
        ({"SecondaryPrivateIpAddressCount": 50}, ("MaxEniPrivateIpsCountExceeded", 403)),
    ],
)
def test_single_addresses_are_checked(
    scene: Scene, eni: str, asked: dict[str, Any], refused: tuple[str, int]
) -> None:
    assert scene.private_ips(eni) == ["10.0.0.1"]
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, **asked) == refused
    assert scene.private_ips(eni) == ["10.0.0.1"]


def test_a_new_eni_names_a_used_address_with_the_code_of_its_own(scene: Scene, eni: str) -> None:
    asked = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group, "PrimaryIpAddress": "10.0.0.1"}
    assert scene.refused(CREATE, **asked) == ("InvalidPrivateIpAddress.Duplicated", 400)


def test_ipv6_needs_a_vswitch_that_has_it(scene: Scene) -> None:
    eni = scene.make_eni(VSwitchId=scene.make_vswitch("10.1.0.0/24"))
    off = ("InvalidVSwitch.Ipv6NotTurnOn", 403)
    assert scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6AddressCount=1) == off
    assert scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6PrefixCount=1) == off


# -- idempotency, assumptions, size ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "asked"), [(ASSIGN4, {"Ipv4PrefixCount": 2}), (ASSIGN6, {"Ipv6PrefixCount": 2})]
)
def test_a_client_token_assigns_once(scene: Scene, eni: str, action: str, asked: dict[str, int]) -> None:
    def answered(token: str) -> dict[str, Any]:
        answer = scene.call(action, NetworkInterfaceId=eni, ClientToken=token, **asked)
        return {name: value for name, value in answer.items() if name != "RequestId"}

    first, again, other = answered("one"), answered("one"), answered("two")
    assert first == again != other
    assert len(scene.prefixes(eni)) + len(scene.ipv6_prefixes(eni)) == 4


def test_the_codes_of_refused_prefixes_are_assumptions_that_can_be_replaced() -> None:
    scene = Scene(
        assumptions=Assumptions(prefix_codes={**CODES, "overlap": ("InvalidIp.PrefixOverlap", 409)})
    )
    eni = scene.make_eni()
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE])
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE]) == (
        "InvalidIp.PrefixOverlap",
        409,
    )


def test_assigned_prefixes_show_in_the_usage_of_their_reserved_block(scene: Scene) -> None:
    eni = scene.make_eni(Ipv4PrefixCount=3)
    (block,) = scene.call("vpc:ListVSwitchCidrReservations", VSwitchId=scene.vswitch)[
        "VSwitchCidrReservations"
    ]
    assert (block["AssignedCidrCount"], block["AvailableCidrCount"]) == (3, 61)
    asked = {"VSwitchCidrReservationId": block["VSwitchCidrReservationId"]}
    used = scene.call("vpc:GetVSwitchCidrReservationUsage", **asked)["CidrReservationUsages"]
    assert [(one["IpPrefixCidr"], one["ResourceId"]) for one in used] == [
        (one, eni) for one in scene.prefixes(eni)
    ]


def test_a_cloud_without_enis_refuses_an_eni_it_does_not_know() -> None:
    cloud = Cloud()
    with pytest.raises(Exception, match=r"404 InvalidEniId\.NotFound"):
        cloud.call(ASSIGN4, cloud.account(), NetworkInterfaceId="eni-none", Ipv4PrefixCount=1)
