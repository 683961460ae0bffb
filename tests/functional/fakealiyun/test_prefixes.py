"""IP prefixes (seed 002): where they lie, what they overlap with, and how a call may ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Assumptions
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


# -- region, mask, standard block, place -----------------------------------------------------------------


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


# -- overlap ---------------------------------------------------------------------------------------------


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


# -- by count --------------------------------------------------------------------------------------------


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


# -- how a call may ask ----------------------------------------------------------------------------------


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
