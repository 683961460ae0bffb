"""Reserved CIDR blocks of vSwitches: their limits, their counts, their end."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Assumptions
from tests.functional.fakealiyun.scene import RESERVED, Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def small(scene: Scene) -> str:
    """A vSwitch 10.1.0.0/24 without reserved blocks."""
    return scene.make_vswitch("10.1.0.0/24", ipv6=2)


def reserve(scene: Scene, vswitch: str, **asked: Any) -> str:
    answer = scene.call("vpc:CreateVSwitchCidrReservation", VSwitchId=vswitch, **asked)
    return str(answer["VSwitchCidrReservationId"])


def refused(scene: Scene, vswitch: str, **asked: Any) -> tuple[str, int]:
    return scene.refused("vpc:CreateVSwitchCidrReservation", VSwitchId=vswitch, **asked)


def listed(scene: Scene, **filters: Any) -> list[dict[str, Any]]:
    return list(scene.call("vpc:ListVSwitchCidrReservations", **filters)["VSwitchCidrReservations"])


def blocks(scene: Scene, vswitch: str, version: str = "IPv4") -> list[str]:
    found = listed(scene, VSwitchId=vswitch, IpVersion=version, MaxResults=100)
    return [one["VSwitchCidrReservationCidr"] for one in found]


def counts(scene: Scene) -> tuple[int, int]:
    [found] = listed(scene, VSwitchId=scene.vswitch)
    return found["AssignedCidrCount"], found["AvailableCidrCount"]


# -- making ------------------------------------------------------------------------------------------------


def test_a_reserved_block_is_assigned_after_a_while(scene: Scene, small: str) -> None:
    tags = [{"Key": "team", "Value": "net"}]
    named = {
        "VSwitchCidrReservationName": "pods",
        "VSwitchCidrReservationDescription": "for pods",
        "Tag": tags,
    }
    made = reserve(scene, small, VSwitchCidrReservationCidr="10.1.0.32/27", **named)

    [found] = listed(scene, VSwitchCidrReservationIds=[made])
    assert found["Status"] == "Assigning"
    assert (found["VSwitchCidrReservationName"], found["Tags"]) == ("pods", tags)
    assert (found["IpVersion"], found["Type"], found["VpcId"]) == ("IPv4", "prefix", scene.vpc)
    scene.wait(4.9)
    assert listed(scene, VSwitchCidrReservationIds=[made])[0]["Status"] == "Assigning"
    scene.wait(0.1)
    assert listed(scene, VSwitchCidrReservationIds=[made])[0]["Status"] == "Assigned"


@pytest.mark.parametrize(
    ("cidr", "kind"),
    [
        ("10.1.0.17/28", "reservation-bad-cidr"),
        ("2001:db8::/65", "reservation-bad-cidr"),
        ("10.1.0.16/29", "reservation-mask"),
        ("10.2.0.16/28", "reservation-outside"),
        ("10.1.0.0/24", "reservation-outside"),
        ("10.0.0.0/16", "reservation-outside"),
        ("10.1.0.0/28", "reservation-system"),
        ("10.1.0.0/25", "reservation-system"),
        ("10.1.0.240/28", "reservation-system"),
    ],
)
def test_a_block_that_cannot_be_reserved_is_refused(cidr: str, kind: str) -> None:
    # given codes that tell the reasons apart, which the assumed ones do not
    codes = {one: (one, 400) for one in Assumptions().vpc_codes}
    scene = Scene(assumptions=Assumptions(vpc_codes=codes))
    small = scene.make_vswitch("10.1.0.0/24")
    assert refused(scene, small, VSwitchCidrReservationCidr=cidr) == (kind, 400)
    assert blocks(scene, small) == []


def test_the_smallest_and_the_outermost_blocks_can_be_reserved(scene: Scene, small: str) -> None:
    for cidr in ("10.1.0.16/28", "10.1.0.224/28", "10.1.0.64/26"):
        reserve(scene, small, VSwitchCidrReservationCidr=cidr)
    assert blocks(scene, small) == ["10.1.0.16/28", "10.1.0.224/28", "10.1.0.64/26"]


def test_reserved_blocks_do_not_overlap(scene: Scene, small: str) -> None:
    reserve(scene, small, VSwitchCidrReservationCidr="10.1.0.64/26")
    for cidr in ("10.1.0.64/26", "10.1.0.64/28", "10.1.0.112/28"):
        assert refused(scene, small, VSwitchCidrReservationCidr=cidr)[0] == "InvalidCidrBlock.Overlapped"
    reserve(scene, small, VSwitchCidrReservationCidr="10.1.0.128/28")


def test_a_block_by_its_mask_is_the_lowest_free_one(scene: Scene, small: str) -> None:
    reserve(scene, small, VSwitchCidrReservationCidr="10.1.0.64/26")
    reserve(scene, small, VSwitchCidrReservationMask=27)
    reserve(scene, small, VSwitchCidrReservationMask=26)
    assert blocks(scene, small) == ["10.1.0.64/26", "10.1.0.32/27", "10.1.0.128/26"]
    assert refused(scene, small, VSwitchCidrReservationMask=26) == ("InvalidVSwitchId.IpNotEnough", 403)


def test_a_block_by_its_mask_begins_where_its_mask_lets_it(scene: Scene, small: str) -> None:
    reserve(scene, small, VSwitchCidrReservationCidr="10.1.0.16/28")
    reserve(scene, small, VSwitchCidrReservationMask=26)
    assert blocks(scene, small) == ["10.1.0.16/28", "10.1.0.64/26"]


@pytest.mark.parametrize(("version", "mask"), [("IPv4", 26), ("IPv4", 28), ("IPv6", 66), ("IPv6", 80)])
def test_masks_down_to_that_of_a_prefix_can_be_reserved(
    scene: Scene, small: str, version: str, mask: int
) -> None:
    reserve(scene, small, VSwitchCidrReservationMask=mask, IpVersion=version)
    [block] = blocks(scene, small, version)
    assert block.endswith(f"/{mask}")


@pytest.mark.parametrize(("version", "mask"), [("IPv4", 25), ("IPv4", 29), ("IPv6", 64), ("IPv6", 81)])
def test_other_masks_are_refused(scene: Scene, small: str, version: str, mask: int) -> None:
    code = refused(scene, small, VSwitchCidrReservationMask=mask, IpVersion=version)
    assert code == ("InvalidParameter", 400)


def test_no_half_of_an_ipv6_vswitch_is_free_of_system_addresses(scene: Scene, small: str) -> None:
    code = refused(scene, small, VSwitchCidrReservationMask=65, IpVersion="IPv6")
    assert code == ("InvalidVSwitchId.IpNotEnough", 403)


@pytest.mark.parametrize(("number", "block"), [(1, "10.1.0.16/28"), (2, "10.1.0.32/27"), (3, "10.1.0.64/26")])
def test_a_number_of_prefixes_gets_a_block_that_holds_them(
    scene: Scene, small: str, number: int, block: str
) -> None:
    reserve(scene, small, IpPrefixNumber=number)
    assert blocks(scene, small) == [block]
    [found] = listed(scene, VSwitchId=small)
    assert found["AvailableCidrCount"] >= number


def test_the_ways_to_name_a_block_exclude_each_other(scene: Scene, small: str) -> None:
    both = {"VSwitchCidrReservationCidr": "10.1.0.16/28", "VSwitchCidrReservationMask": 28}
    code = "Conflict.VSwitchCidrReservationMaskAndVSwitchCidrReservationCidr"
    assert refused(scene, small, **both) == (code, 400)
    assert refused(scene, small) == ("MissingParameter", 400)
    for number in (0, 33):
        assert refused(scene, small, IpPrefixNumber=number) == ("InvalidParameter", 400)
    assert refused(scene, "vsw-none", VSwitchCidrReservationMask=28) == ("InvalidVSwitchId.NotFound", 404)


def test_a_dry_run_checks_and_reserves_nothing(scene: Scene, small: str) -> None:
    assert refused(scene, small, VSwitchCidrReservationMask=28, DryRun=True) == ("DryRunOperation", 400)
    assert refused(scene, small, VSwitchCidrReservationMask=30, DryRun=True) == ("InvalidParameter", 400)
    assert blocks(scene, small) == []


def test_a_vswitch_has_ten_reserved_blocks_of_a_family(scene: Scene, small: str) -> None:
    for _ in range(10):
        reserve(scene, small, VSwitchCidrReservationMask=28)
    code = ("QuotaExceeded.VSwitchCidrReservation", 400)
    assert refused(scene, small, VSwitchCidrReservationMask=28) == code
    reserve(scene, small, VSwitchCidrReservationMask=80, IpVersion="IPv6")


def test_the_limit_of_a_vpc_counts_all_its_vswitches() -> None:
    scene = Scene(assumptions=Assumptions(reservations_per_vpc=2))
    small = scene.make_vswitch("10.1.0.0/24")
    reserve(scene, small, VSwitchCidrReservationMask=28)  # the scene has one already
    assert refused(scene, small, VSwitchCidrReservationMask=28)[0] == "QuotaExceeded.VSwitchCidrReservation"


def test_the_same_client_token_reserves_once(scene: Scene, small: str) -> None:
    asked = {"VSwitchCidrReservationMask": 28, "ClientToken": "t-1"}
    assert reserve(scene, small, **asked) == reserve(scene, small, **asked)
    assert len(blocks(scene, small)) == 1


# -- counts and usage --------------------------------------------------------------------------------------


def test_counts_follow_the_prefixes(scene: Scene) -> None:
    assert counts(scene) == (0, 64)
    eni = scene.make_eni(Ipv4PrefixCount=5)
    assert counts(scene) == (5, 59)
    first = scene.prefixes(eni)[0]
    scene.call("ecs:UnassignPrivateIpAddresses", NetworkInterfaceId=eni, Ipv4Prefix=[first])
    assert counts(scene) == (4, 60)
    scene.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=eni)
    scene.wait()
    assert counts(scene) == (0, 64)


def test_an_address_inside_makes_its_prefix_unavailable(scene: Scene) -> None:
    scene.make_eni(PrivateIpAddress=["10.0.128.1", "10.0.128.2", "10.0.129.1"])
    assert counts(scene) == (0, 62)


def test_ipv6_prefixes_are_counted_in_their_own_block(scene: Scene) -> None:
    scene.make_eni(Ipv6PrefixCount=3)
    [found] = listed(scene, IpVersion="IPv6")
    assert (found["AssignedCidrCount"], found["AvailableCidrCount"]) == (3, 16_384 - 3)
    assert counts(scene) == (0, 64)


def test_usage_names_each_prefix_with_its_eni(scene: Scene) -> None:
    first, second = scene.make_eni(Ipv4PrefixCount=1), scene.make_eni(Ipv4PrefixCount=1)
    [block] = listed(scene, VSwitchId=scene.vswitch)
    asked = {"VSwitchCidrReservationId": block["VSwitchCidrReservationId"]}

    usage = scene.call("vpc:GetVSwitchCidrReservationUsage", **asked)["CidrReservationUsages"]
    assert [(one["IpPrefixCidr"], one["ResourceId"]) for one in usage] == [
        (scene.prefixes(first)[0], first),
        (scene.prefixes(second)[0], second),
    ]
    assert {one["ResourceType"] for one in usage} == {"NetworkInterface"}
    page = scene.call("vpc:GetVSwitchCidrReservationUsage", MaxResults=1, **asked)
    assert (page["TotalCount"], len(page["CidrReservationUsages"])) == (2, 1)
    rest = scene.call("vpc:GetVSwitchCidrReservationUsage", NextToken=page["NextToken"], **asked)
    assert rest["CidrReservationUsages"] == usage[1:]


def test_reserved_blocks_are_found_by_filters(scene: Scene, small: str) -> None:
    made = reserve(scene, small, VSwitchCidrReservationMask=28, Tag=[{"Key": "team", "Value": "net"}])
    for filters in ({"VSwitchId": small}, {"Tags": [{"Key": "team"}]}, {"VSwitchCidrReservationIds": [made]}):
        assert [one["VSwitchCidrReservationId"] for one in listed(scene, **filters)] == [made], filters
    assert len(listed(scene)) == 2
    assert listed(scene, VSwitchCidrReservationType="explicit") == []


# -- changes and end ---------------------------------------------------------------------------------------


def test_a_reserved_block_is_renamed(scene: Scene) -> None:
    [block] = listed(scene, VSwitchId=scene.vswitch)
    asked = {
        "VSwitchCidrReservationId": block["VSwitchCidrReservationId"],
        "VSwitchCidrReservationName": "new",
    }
    api = "vpc:ModifyVSwitchCidrReservationAttribute"
    assert scene.refused(api, DryRun=True, **asked) == ("DryRunOperation", 400)
    assert listed(scene, VSwitchId=scene.vswitch)[0]["VSwitchCidrReservationName"] == ""
    scene.call(api, **asked)
    assert listed(scene, VSwitchId=scene.vswitch)[0]["VSwitchCidrReservationName"] == "new"


def test_a_block_whose_prefixes_are_assigned_cannot_be_deleted(scene: Scene) -> None:
    eni = scene.make_eni(Ipv4PrefixCount=1)
    [block] = listed(scene, VSwitchId=scene.vswitch)
    assert block["VSwitchCidrReservationCidr"] == RESERVED
    asked = {"VSwitchCidrReservationId": block["VSwitchCidrReservationId"]}
    assert scene.refused("vpc:DeleteVSwitchCidrReservation", **asked) == ("DependencyViolation", 400)

    given = {"NetworkInterfaceId": eni, "Ipv4Prefix": scene.prefixes(eni)}
    scene.call("ecs:UnassignPrivateIpAddresses", **given)
    assert scene.refused("vpc:DeleteVSwitchCidrReservation", DryRun=True, **asked)[0] == "DryRunOperation"
    scene.call("vpc:DeleteVSwitchCidrReservation", **asked)
    assert blocks(scene, scene.vswitch) == []
    gone = ("ResourceNotFound.VSwitchCidrReservation", 404)
    assert scene.refused("vpc:GetVSwitchCidrReservationUsage", **asked) == gone
