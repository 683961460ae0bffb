"""VPCs and vSwitches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functional.fakealiyun.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def vpcs(scene: Scene, **filters: Any) -> list[dict[str, Any]]:
    return list(scene.call("vpc:DescribeVpcs", **filters)["Vpcs"]["Vpc"])


def vswitches(scene: Scene, **filters: Any) -> list[dict[str, Any]]:
    return list(scene.call("vpc:DescribeVSwitches", **filters)["VSwitches"]["VSwitch"])


def free_addresses(scene: Scene) -> int:
    answer = scene.call("vpc:DescribeVSwitchAttributes", VSwitchId=scene.vswitch)
    return int(answer["AvailableIpAddressCount"])


# -- VPCs --------------------------------------------------------------------------------------------------


def test_a_vpc_is_shown_as_it_was_made(scene: Scene) -> None:
    made = scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/16", VpcName="lab", EnableIpv6=True)
    [vpc] = vpcs(scene, VpcId=made["VpcId"])
    assert (vpc["VpcName"], vpc["CidrBlock"], vpc["Status"]) == ("lab", "172.16.0.0/16", "Available")
    assert vpc["EnabledIpv6"] is True
    assert vpc["Ipv6CidrBlock"].endswith("::/56")
    assert vpc["VRouterId"] == made["VRouterId"]
    attribute = scene.call("vpc:DescribeVpcAttribute", VpcId=made["VpcId"])
    assert {key: attribute[key] for key in ("CidrBlock", "Ipv6CidrBlock", "OwnerId")} == {
        "CidrBlock": "172.16.0.0/16",
        "Ipv6CidrBlock": vpc["Ipv6CidrBlock"],
        "OwnerId": 1234567890123456,
    }


def test_each_vpc_has_an_ipv6_block_of_its_own(scene: Scene) -> None:
    for _ in range(3):
        scene.call("vpc:CreateVpc", EnableIpv6=True)
    blocks = [vpc["Ipv6CidrBlock"] for vpc in vpcs(scene)]
    assert len(set(blocks)) == 4


@pytest.mark.parametrize("cidr", ["172.16.0.1/16", "172.16.0.0/29", "172.0.0.0/7", "2001:db8::/32", "none"])
def test_a_vpc_of_a_bad_block_is_refused(scene: Scene, cidr: str) -> None:
    assert scene.refused("vpc:CreateVpc", CidrBlock=cidr) == ("InvalidCidrBlock.Malformed", 400)


def test_vpcs_are_found_by_filters_and_pages(scene: Scene) -> None:
    made = [scene.call("vpc:CreateVpc", VpcName=f"vpc-{number}")["VpcId"] for number in range(11)]
    assert [vpc["VpcId"] for vpc in vpcs(scene, VpcId=f"{made[3]},{made[1]},vpc-none")] == [made[3], made[1]]
    assert [vpc["VpcId"] for vpc in vpcs(scene, VpcName="vpc-4")] == [made[4]]
    assert [vpc["VpcId"] for vpc in vpcs(scene, EnableIpv6=True)] == [scene.vpc]
    assert vpcs(scene, IsDefault=True) == []
    answer = scene.call("vpc:DescribeVpcs", PageNumber=2, PageSize=10)
    assert (answer["TotalCount"], len(answer["Vpcs"]["Vpc"])) == (12, 2)
    assert scene.refused("vpc:DescribeVpcs", PageSize=51) == ("InvalidParameter", 400)


def test_a_vpc_with_something_in_it_cannot_be_deleted(scene: Scene) -> None:
    vpc = scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/16")["VpcId"]
    group = scene.make_group(vpc=vpc)
    asked = {"VpcId": vpc, "CidrBlock": "172.16.0.0/24", "ZoneId": "cn-hangzhou-h"}
    vswitch = scene.call("vpc:CreateVSwitch", **asked)["VSwitchId"]
    delete = {"VpcId": vpc}
    assert scene.refused("vpc:DeleteVpc", **delete) == ("DependencyViolation", 400)
    scene.call("vpc:DeleteVSwitch", VSwitchId=vswitch)
    assert scene.refused("vpc:DeleteVpc", **delete) == ("DependencyViolation", 400)
    scene.call("ecs:DeleteSecurityGroup", SecurityGroupId=group)
    assert scene.refused("vpc:DeleteVpc", DryRun=True, **delete) == ("DryRunOperation", 400)
    scene.call("vpc:DeleteVpc", **delete)
    assert scene.refused("vpc:DeleteVpc", **delete) == ("InvalidVpcId.NotFound", 404)


def test_an_ipv6_gateway_goes_with_a_vpc_only_by_force(scene: Scene) -> None:
    vpc = scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/16")["VpcId"]
    gateway = scene.call("vpc:CreateIpv6Gateway", VpcId=vpc)["Ipv6GatewayId"]
    assert scene.refused("vpc:DeleteVpc", VpcId=vpc) == ("DependencyViolation", 400)
    scene.call("vpc:DeleteVpc", VpcId=vpc, ForceDelete=True)
    answer = scene.call("vpc:DescribeIpv6Gateways", Ipv6GatewayId=gateway)
    assert answer["Ipv6Gateways"]["Ipv6Gateway"] == []


# -- vSwitches ---------------------------------------------------------------------------------------------


def test_a_vswitch_is_shown_as_it_was_made(scene: Scene) -> None:
    made = scene.make_vswitch("10.1.0.0/24", "cn-hangzhou-i", ipv6=7)
    [vswitch] = vswitches(scene, VSwitchId=made)
    assert (vswitch["CidrBlock"], vswitch["ZoneId"], vswitch["VpcId"]) == (
        "10.1.0.0/24",
        "cn-hangzhou-i",
        scene.vpc,
    )
    [vpc] = vpcs(scene)
    assert vswitch["Ipv6CidrBlock"] == vpc["Ipv6CidrBlock"].replace("00::/56", "07::/64")
    assert made in vpc["VSwitchIds"]["VSwitchId"]
    assert scene.call("vpc:DescribeVSwitchAttributes", VSwitchId=made)["VSwitchId"] == made


def test_a_vswitch_by_its_mask_gets_the_lowest_free_block(scene: Scene) -> None:
    asked = {"VpcId": scene.vpc, "ZoneId": "cn-hangzhou-h", "CidrMask": 17}
    blocks = []
    for _ in range(2):
        made = scene.call("vpc:CreateVSwitch", **asked)["VSwitchId"]
        blocks.append(vswitches(scene, VSwitchId=made)[0]["CidrBlock"])
    assert blocks == ["10.1.0.0/17", "10.1.128.0/17"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"VpcId": "vpc-none"}, ("InvalidVpcId.NotFound", 404)),
        ({"ZoneId": None}, ("MissingParameter", 400)),
        ({"CidrBlock": None}, ("MissingParameter", 400)),
        ({"CidrBlock": "11.0.0.0/24"}, ("InvalidCidrBlock.Malformed", 400)),
        ({"CidrBlock": "10.1.0.0/30"}, ("InvalidCidrBlock.Malformed", 400)),
        ({"CidrBlock": "10.0.0.0/15"}, ("InvalidCidrBlock.Malformed", 400)),
        ({"CidrBlock": "10.0.4.0/24"}, ("InvalidCidrBlock.Overlapped", 400)),
        ({"Ipv6CidrBlock": 256}, ("InvalidParameter", 400)),
        ({"Ipv6CidrBlock": 1}, ("InvalidCidrBlock.Overlapped", 400)),
    ],
)
def test_a_vswitch_that_cannot_be_is_refused(
    scene: Scene, wrong: dict[str, Any], code: tuple[str, int]
) -> None:
    asked = {"VpcId": scene.vpc, "ZoneId": "cn-hangzhou-h", "CidrBlock": "10.1.0.0/24", **wrong}
    assert scene.refused("vpc:CreateVSwitch", **asked) == code


def test_vswitches_are_found_by_filters(scene: Scene) -> None:
    other_vpc = scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/16")["VpcId"]
    asked = {"VpcId": other_vpc, "CidrBlock": "172.16.0.0/24", "VSwitchName": "lab"}
    made = scene.call("vpc:CreateVSwitch", ZoneId="cn-hangzhou-i", **asked)["VSwitchId"]
    for filters in (
        {"VpcId": other_vpc},
        {"ZoneId": "cn-hangzhou-i"},
        {"VSwitchName": "lab"},
        {"EnableIpv6": False},
        {"VSwitchId": f"{made},vsw-none"},
    ):
        assert [one["VSwitchId"] for one in vswitches(scene, **filters)] == [made], filters
    assert vswitches(scene, VpcId="vpc-none") == []
    refused = scene.refused("vpc:DescribeVSwitchAttributes", VSwitchId="vsw-none")
    assert refused == ("InvalidVSwitchId.NotFound", 404)


def test_a_vswitch_with_enis_cannot_be_deleted(scene: Scene) -> None:
    eni = scene.make_eni(keys=scene.owner)
    delete = {"VSwitchId": scene.vswitch}
    assert scene.refused("vpc:DeleteVSwitch", **delete) == ("DependencyViolation", 400)
    scene.call("ecs:DeleteNetworkInterface", scene.owner, NetworkInterfaceId=eni)
    scene.wait()
    assert scene.refused("vpc:DeleteVSwitch", DryRun=True, **delete) == ("DryRunOperation", 400)
    scene.call("vpc:DeleteVSwitch", **delete)
    assert vswitches(scene) == []
    for version in ("IPv4", "IPv6"):
        answer = scene.call("vpc:ListVSwitchCidrReservations", IpVersion=version)
        assert answer["VSwitchCidrReservations"] == []


def test_addresses_and_prefixes_are_taken_off_the_free_addresses(scene: Scene) -> None:
    assert free_addresses(scene) == 65_536 - 4
    scene.make_eni(SecondaryPrivateIpAddressCount=2)
    assert free_addresses(scene) == 65_536 - 4 - 3
    scene.make_eni(Ipv4PrefixCount=2)
    assert free_addresses(scene) == 65_536 - 4 - 4 - 2 * 16


def test_an_opaque_action_answers_and_does_nothing(scene: Scene) -> None:
    gateway = scene.cloud.service("connectuservpc.apigateway.aliyuncs.com")
    assert set(scene.call("vpc:ModifyBypassToaAttribute", gateway)) == {"RequestId"}
