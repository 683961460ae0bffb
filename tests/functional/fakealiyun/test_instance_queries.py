"""Finding instances; instance types, regions and quotas."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Assumptions
from fakealiyun.documents import PREFIX_REGIONS
from fakealiyun.ecs.models.instance_types import INSTANCE_TYPES, InstanceType
from tests.functional.fakealiyun.scene import Scene

STOP = "ecs:StopInstance"
CODES = Assumptions().prefix_codes


@pytest.fixture
def scene() -> Scene:
    return Scene()


# -- finding ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "filters",
    [
        {"InstanceName": "wan*"},
        {"InstanceType": "ecs.c7.large"},
        {"InstanceTypeFamily": "ecs.c7"},
        {"Status": "Stopped"},
        {"PrivateIpAddresses": '["10.0.0.77","10.0.0.78"]'},
        {"Tag": [{"Key": "team", "Value": "net"}]},
        {"ImageId": "img-1", "InstanceChargeType": "PrePaid", "InstanceNetworkType": "vpc"},
    ],
)
def test_each_filter_finds_the_instance_that_passes_it(scene: Scene, filters: dict[str, Any]) -> None:
    scene.make_instance()
    (made,) = scene.run(
        InstanceType="ecs.c7.large",
        InstanceName="wanted",
        PrivateIpAddress="10.0.0.77",
        ImageId="img-1",
        InstanceChargeType="PrePaid",
        Tag=[{"Key": "team", "Value": "net"}],
    )
    scene.call(STOP, InstanceId=made)
    assert scene.found(**filters) == [made]
    assert scene.found(**filters, VpcId="vpc-none") == []


def test_a_filter_that_the_fake_lacks_says_so(scene: Scene) -> None:
    assert scene.refused("ecs:DescribeInstances", LockReason="financial")[1] == 501


def test_pages_of_instances_go_by_number_and_by_token(scene: Scene) -> None:
    made = scene.run(Amount=25)
    assert scene.found() == made[:10]
    assert scene.found(PageNumber=2, PageSize=20) == made[20:]
    first = scene.call("ecs:DescribeInstances", MaxResults=20)
    assert scene.found(MaxResults=20, NextToken=first["NextToken"]) == made[20:]
    assert scene.found(InstanceIds=f'["{made[3]}","{made[1]}","i-none"]') == [made[3], made[1]]


# -- types, regions, quotas ------------------------------------------------------------------------------


def types(scene: Scene, **filters: Any) -> dict[str, dict[str, Any]]:
    """Instance types by id."""
    items = scene.call("ecs:DescribeInstanceTypes", **filters)["InstanceTypes"]["InstanceType"]
    return {one["InstanceTypeId"]: one for one in items}


def test_the_type_of_the_document_carries_what_the_document_says(scene: Scene) -> None:
    kind = types(scene, InstanceTypes=["ecs.g7.large", "ecs.none"])["ecs.g7.large"]
    assert (kind["EniPrivateIpAddressQuantity"], kind["EniIpv6AddressQuantity"]) == (6, 6)
    assert (kind["EniQuantity"], kind["CpuCoreCount"], kind["MemorySize"]) == (3, 2, 8)


def test_a_dozen_types_are_known_and_each_says_what_of_it_is_assumed(scene: Scene) -> None:
    assert len(types(scene)) >= 12
    assert INSTANCE_TYPES["ecs.g7.large"].assumed == {"all_enis", "trunk"}
    for kind in INSTANCE_TYPES.values():
        assert kind.assumed <= set(kind.__dataclass_fields__)
        assert {"enis", "ipv4"}.isdisjoint(kind.assumed)
        assert kind.all_enis >= kind.enis


def test_types_are_found_by_what_they_have(scene: Scene) -> None:
    large = types(scene, MinimumEniPrivateIpAddressQuantity=30)
    assert set(large) == {"ecs.g7.4xlarge"}
    assert set(types(scene, InstanceTypeFamily="ecs.g6", MaximumMemorySize=8)) == {"ecs.g6.large"}
    assert set(types(scene, InstanceTypeFamilies=["ecs.c7", "ecs.r7"], MinimumCpuCoreCount=4)) == {
        "ecs.c7.xlarge",
        "ecs.r7.xlarge",
    }
    assert scene.refused("ecs:DescribeInstanceTypes", MinimumMemorySize="much") == ("InvalidParameter", 400)
    page = scene.call("ecs:DescribeInstanceTypes", MaxResults=10)
    rest = types(scene, MaxResults=10, NextToken=page["NextToken"])
    assert len(page["InstanceTypes"]["InstanceType"]) + len(rest) == len(INSTANCE_TYPES)


def test_a_type_of_ones_own_can_be_added(scene: Scene) -> None:
    kind = InstanceType(
        "ecs.tiny.nano", "ecs.tiny", 1, 1, enis=1, ipv4=2, ipv6=0, all_enis=1, queues=1, trunk=False
    )
    scene.cloud.region().ecs.instances.types[kind.id] = kind
    eni = scene.primary(scene.make_instance(kind.id))["NetworkInterfaceId"]
    scene.call("ecs:AssignPrivateIpAddresses", NetworkInterfaceId=eni, Ipv4PrefixCount=1)
    one_more = {"NetworkInterfaceId": eni, "Ipv4PrefixCount": 1}
    assert scene.refused("ecs:AssignPrivateIpAddresses", **one_more) == CODES["too-many-ipv4"]
    assert kind.id not in Scene().cloud.region().ecs.instances.types


def test_regions_include_those_that_have_prefixes(scene: Scene) -> None:
    regions = {one["RegionId"] for one in scene.call("ecs:DescribeRegions")["Regions"]["Region"]}
    assert regions > PREFIX_REGIONS
    assert "cn-zhangjiakou" in regions - PREFIX_REGIONS


def test_quotas_of_the_account_are_those_that_the_fake_enforces() -> None:
    scene = Scene(assumptions=Assumptions(enis_per_region=7))
    name = "max-elastic-network-interfaces"
    answer = scene.call("ecs:DescribeAccountAttributes", AttributeName=[name])
    (item,) = answer["AccountAttributeItems"]["AccountAttributeItem"]
    assert item == {"AttributeName": name, "AttributeValues": {"ValueItem": [{"Value": "7"}]}}


def test_there_is_no_monitoring_data(scene: Scene) -> None:
    when = {"StartTime": "2026-03-01T08:00:00Z", "EndTime": "2026-03-01T09:00:00Z"}
    answer = scene.call("ecs:DescribeEniMonitorData", InstanceId=scene.make_instance(), **when)
    assert (answer["TotalCount"], answer["MonitorData"]) == (0, {"EniMonitorData": []})
    assert scene.refused("ecs:DescribeEniMonitorData", InstanceId="i-none", **when)[1] == 404
    assert scene.refused("ecs:DescribeEniMonitorData", InstanceId="i-none") == ("MissingParameter", 400)


def test_a_snapshot_holds_enis_instances_and_types(scene: Scene) -> None:
    made, eni = scene.make_instance(), scene.make_eni()
    resources = scene.cloud.snapshot()["resources"]
    assert [one["NetworkInterfaceId"] for one in resources["ecs:NetworkInterface"]][1:] == [eni]
    assert [one["InstanceId"] for one in resources["ecs:Instance"]] == [made]
    assert {one["InstanceTypeId"] for one in resources["ecs:InstanceType"]} == set(INSTANCE_TYPES)
