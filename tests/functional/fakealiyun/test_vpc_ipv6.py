"""IPv6 gateways, the IPv6 addresses of ENIs, their bandwidth, and managed ENIs."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Keys
from tests.functional.fakealiyun.scene import Scene

MANAGED = ("InvalidOperation.EniServiceManaged", 403)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def gateway(scene: Scene) -> str:
    """The IPv6 gateway of the scene's VPC."""
    return str(scene.call("vpc:CreateIpv6Gateway", VpcId=scene.vpc)["Ipv6GatewayId"])


def addresses(scene: Scene, **filters: Any) -> list[dict[str, Any]]:
    return list(scene.call("vpc:DescribeIpv6Addresses", **filters)["Ipv6Addresses"]["Ipv6Address"])


def address_id(scene: Scene, eni: str) -> str:
    [found] = addresses(scene, AssociatedInstanceId=eni)
    return str(found["Ipv6AddressId"])


def buy(scene: Scene, address: str, keys: Keys | None = None, **asked: Any) -> str:
    named = {"Ipv6AddressId": address, "Bandwidth": 5, **asked}
    return str(scene.call("vpc:AllocateIpv6InternetBandwidth", keys, **named)["InternetBandwidthId"])


def bandwidth(scene: Scene, address: str) -> dict[str, Any]:
    [found] = addresses(scene, Ipv6AddressId=address)
    return dict(found["Ipv6InternetBandwidth"])


# -- gateways ----------------------------------------------------------------------------------------------


def test_a_gateway_gives_its_vpc_ipv6(scene: Scene) -> None:
    vpc = scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/16")["VpcId"]
    made = scene.call("vpc:CreateIpv6Gateway", VpcId=vpc, Name="way out")["Ipv6GatewayId"]
    answer = scene.call("vpc:DescribeIpv6Gateways", VpcId=vpc)
    [found] = answer["Ipv6Gateways"]["Ipv6Gateway"]
    assert (found["Ipv6GatewayId"], found["Name"], found["Status"]) == (made, "way out", "Available")
    assert scene.call("vpc:DescribeVpcAttribute", VpcId=vpc)["EnabledIpv6"] is True


def test_a_vpc_has_one_gateway(scene: Scene, gateway: str) -> None:
    refused = scene.refused("vpc:CreateIpv6Gateway", VpcId=scene.vpc)
    assert refused == ("InvalidOperation.Ipv6GatewayExists", 400)
    scene.call("vpc:DeleteIpv6Gateway", Ipv6GatewayId=gateway)
    scene.call("vpc:CreateIpv6Gateway", VpcId=scene.vpc)


# -- addresses ---------------------------------------------------------------------------------------------


def test_each_ipv6_address_of_an_eni_is_listed(scene: Scene, gateway: str) -> None:
    eni = scene.make_eni(Ipv6AddressCount=2)
    found = addresses(scene)
    texts = [one["Ipv6Address"] for one in scene.eni(eni)["Ipv6Sets"]["Ipv6Set"]]
    assert [one["Ipv6Address"] for one in found] == texts
    assert len({one["Ipv6AddressId"] for one in found}) == 2
    for one in found:
        assert (one["AssociatedInstanceType"], one["AssociatedInstanceId"]) == ("NetworkInterface", eni)
        assert (one["VSwitchId"], one["VpcId"], one["Ipv6GatewayId"]) == (scene.vswitch, scene.vpc, gateway)
        assert (one["NetworkType"], one["ServiceManaged"]) == ("Private", 0)


def test_an_address_keeps_its_id_until_it_is_taken_away(scene: Scene) -> None:
    eni = scene.make_eni(Ipv6AddressCount=1)
    [first], [again] = addresses(scene), addresses(scene)
    assert first["Ipv6AddressId"] == again["Ipv6AddressId"]
    [item] = scene.cloud.snapshot()["resources"]["vpc:Ipv6Address"]
    assert item == first

    given = {"NetworkInterfaceId": eni, "Ipv6Address": [first["Ipv6Address"]]}
    scene.call("ecs:UnassignIpv6Addresses", **given)
    assert addresses(scene) == []
    assert addresses(scene, Ipv6AddressId=first["Ipv6AddressId"]) == []


def test_the_addresses_of_a_primary_eni_are_the_instances(scene: Scene) -> None:
    instance = scene.make_instance(Ipv6AddressCount=1)
    [found] = addresses(scene)
    assert (found["AssociatedInstanceType"], found["AssociatedInstanceId"]) == ("EcsInstance", instance)
    assert addresses(scene, AssociatedInstanceId=instance) == [found]
    assert addresses(scene, AssociatedInstanceType="NetworkInterface") == []


def test_prefixes_are_listed_when_asked_for(scene: Scene) -> None:
    eni = scene.make_eni(Ipv6PrefixCount=1)
    assert addresses(scene) == []
    [found] = addresses(scene, AddressType="IPv6Prefix")
    assert [found["Ipv6Address"]] == scene.ipv6_prefixes(eni)
    assert found["AddressType"] == "IPv6Prefix"


def test_addresses_are_found_by_filters_and_pages(scene: Scene, gateway: str) -> None:
    first = scene.make_eni(Ipv6AddressCount=1)
    managed = scene.make_eni(keys=scene.owner, Ipv6AddressCount=1)
    others = scene.make_eni(Ipv6AddressCount=10)
    one = addresses(scene, AssociatedInstanceId=first)[0]
    paid = buy(scene, one["Ipv6AddressId"])

    for filters in (
        {"Ipv6Address": one["Ipv6Address"]},
        {"Ipv6AddressId": f"{one['Ipv6AddressId']},ipv6-none"},
        {"Ipv6InternetBandwidthId": paid},
        {"NetworkType": "Public"},
    ):
        found = addresses(scene, **filters)
        assert [each["AssociatedInstanceId"] for each in found] == [first], filters
    assert [each["AssociatedInstanceId"] for each in addresses(scene, ServiceManaged=True)] == [managed]
    assert addresses(scene, VSwitchId="vsw-none") == []
    assert {each["AssociatedInstanceId"] for each in addresses(scene, PageNumber=2)} == {others}
    assert scene.call("vpc:DescribeIpv6Addresses")["TotalCount"] == 12


# -- bandwidth ---------------------------------------------------------------------------------------------


def test_bandwidth_is_bought_changed_and_given_up(scene: Scene, gateway: str) -> None:
    address = address_id(scene, scene.make_eni(Ipv6AddressCount=1))
    paid = buy(scene, address, InternetChargeType="PayByTraffic", Ipv6GatewayId=gateway)
    shown = bandwidth(scene, address)
    assert (shown["Ipv6InternetBandwidthId"], shown["Bandwidth"]) == (paid, 5)
    assert shown["InternetChargeType"] == "PayByTraffic"

    scene.call("vpc:ModifyIpv6InternetBandwidth", Ipv6InternetBandwidthId=paid, Bandwidth=20)
    assert bandwidth(scene, address)["Bandwidth"] == 20
    assert addresses(scene)[0]["RealBandwidth"] == 20

    scene.call("vpc:DeleteIpv6InternetBandwidth", Ipv6AddressId=address)
    assert bandwidth(scene, address) == {}
    gone = scene.refused("vpc:DeleteIpv6InternetBandwidth", Ipv6InternetBandwidthId=paid)
    assert gone == ("ResourceNotFound.Ipv6InternetBandwidth", 404)


def test_bandwidth_is_lost_with_its_address(scene: Scene, gateway: str) -> None:
    eni = scene.make_eni(Ipv6AddressCount=1)
    [found] = addresses(scene)
    paid = buy(scene, found["Ipv6AddressId"])
    texts = [found["Ipv6Address"]]
    scene.call("ecs:UnassignIpv6Addresses", NetworkInterfaceId=eni, Ipv6Address=texts)
    gone = scene.refused("vpc:DeleteIpv6InternetBandwidth", Ipv6InternetBandwidthId=paid)
    assert gone == ("ResourceNotFound.Ipv6InternetBandwidth", 404)

    scene.call("ecs:AssignIpv6Addresses", NetworkInterfaceId=eni, Ipv6Address=texts)
    assert addresses(scene)[0]["Ipv6InternetBandwidth"] == {}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"Ipv6AddressId": None}, "MissingParameter"),
        ({"Ipv6AddressId": "ipv6-none"}, "ResourceNotFound.Ipv6Address"),
        ({"Ipv6GatewayId": "ipv6gw-none"}, "ResourceNotFound.Ipv6Gateway"),
        ({"Bandwidth": None}, "MissingParameter"),
        ({"Bandwidth": 0}, "InvalidParameter"),
        ({"Bandwidth": 2001}, "InvalidParameter"),
        ({"Bandwidth": 1001, "InternetChargeType": "PayByTraffic"}, "InvalidParameter"),
        ({"InternetChargeType": "Free"}, "InvalidParameter"),
        ({"DryRun": True}, "DryRunOperation"),
    ],
)
def test_bandwidth_that_cannot_be_is_refused(
    scene: Scene, gateway: str, wrong: dict[str, Any], code: str
) -> None:
    address = address_id(scene, scene.make_eni(Ipv6AddressCount=1))
    asked = {"Ipv6AddressId": address, "Bandwidth": 5, **wrong}
    assert scene.refused("vpc:AllocateIpv6InternetBandwidth", **asked)[0] == code
    assert bandwidth(scene, address) == {}


def test_there_is_no_bandwidth_without_a_gateway(scene: Scene) -> None:
    address = address_id(scene, scene.make_eni(Ipv6AddressCount=1))
    refused = scene.refused("vpc:AllocateIpv6InternetBandwidth", Ipv6AddressId=address, Bandwidth=5)
    assert refused == ("ResourceNotFound.Ipv6Gateway", 404)


def test_an_address_has_one_bandwidth(scene: Scene, gateway: str) -> None:
    address = address_id(scene, scene.make_eni(Ipv6AddressCount=1))
    buy(scene, address)
    refused = scene.refused("vpc:AllocateIpv6InternetBandwidth", Ipv6AddressId=address, Bandwidth=5)
    assert refused == ("InvalidOperation.BandwidthExists", 400)


def test_dry_runs_change_nothing(scene: Scene, gateway: str) -> None:
    address = address_id(scene, scene.make_eni(Ipv6AddressCount=1))
    buy(scene, address)
    modify = {"Ipv6AddressId": address, "Bandwidth": 9, "DryRun": True}
    assert scene.refused("vpc:ModifyIpv6InternetBandwidth", **modify) == ("DryRunOperation", 400)
    delete = {"Ipv6AddressId": address, "DryRun": True}
    assert scene.refused("vpc:DeleteIpv6InternetBandwidth", **delete) == ("DryRunOperation", 400)
    assert bandwidth(scene, address)["Bandwidth"] == 5


def test_the_account_may_only_change_the_bandwidth_of_a_managed_eni(scene: Scene, gateway: str) -> None:
    address = address_id(scene, scene.make_eni(keys=scene.owner, Ipv6AddressCount=1))
    asked = {"Ipv6AddressId": address, "Bandwidth": 5}
    assert scene.refused("vpc:AllocateIpv6InternetBandwidth", **asked) == MANAGED
    paid = buy(scene, address, scene.owner)

    scene.call("vpc:ModifyIpv6InternetBandwidth", Ipv6InternetBandwidthId=paid, Bandwidth=9)
    assert bandwidth(scene, address)["Bandwidth"] == 9
    assert scene.refused("vpc:DeleteIpv6InternetBandwidth", Ipv6AddressId=address) == MANAGED
    assert scene.refused("vpc:DeleteIpv6InternetBandwidth", Ipv6InternetBandwidthId=paid) == MANAGED
    scene.call("vpc:DeleteIpv6InternetBandwidth", scene.owner, Ipv6InternetBandwidthId=paid)
    assert bandwidth(scene, address) == {}
