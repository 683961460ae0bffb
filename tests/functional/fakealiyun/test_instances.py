"""Instances: making them with their ENIs, changing, finding and deleting them; instance types and regions."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Assumptions
from fakealiyun.documents import PREFIX_REGIONS
from fakealiyun.ecs.models.instance_types import INSTANCE_TYPES, InstanceType
from tests.functional.fakealiyun.scene import Scene

RUN, CREATE = "ecs:RunInstances", "ecs:CreateInstance"
MODIFY, SPEC = "ecs:ModifyInstanceAttribute", "ecs:ModifyInstanceSpec"
START, STOP, DELETE = "ecs:StartInstance", "ecs:StopInstance", "ecs:DeleteInstance"
JOIN, LEAVE = "ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"
MANAGED_GROUP = ("InvalidOperation.ResourceManagedByCloudProduct", 403)
CODES = Assumptions().prefix_codes
WRONG_STATUS = ("IncorrectInstanceStatus", 403)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def wanted(scene: Scene, **change: Any) -> dict[str, Any]:
    """What a call for new instances needs, with changes."""
    return {
        "InstanceType": "ecs.g7.large",
        "VSwitchId": scene.vswitch,
        "SecurityGroupId": scene.group,
        **change,
    }


def run(scene: Scene, **change: Any) -> list[str]:
    """The ids of new instances."""
    return list(scene.call(RUN, **wanted(scene, **change))["InstanceIdSets"]["InstanceIdSet"])


def found(scene: Scene, **filters: Any) -> list[str]:
    """The ids of the instances that pass filters."""
    items = scene.call("ecs:DescribeInstances", **filters)["Instances"]["Instance"]
    return [one["InstanceId"] for one in items]


def instance(scene: Scene, instance_id: str) -> dict[str, Any]:
    """One instance as DescribeInstances shows it."""
    answer = scene.call("ecs:DescribeInstances", InstanceIds=f'["{instance_id}"]')
    (item,) = answer["Instances"]["Instance"]
    return dict(item)


# -- making ------------------------------------------------------------------------------------------------


def test_instances_run_with_a_primary_eni_each(scene: Scene) -> None:
    first, second = run(scene, Amount=2, InstanceName="web", Tag=[{"Key": "team", "Value": "net"}])
    item = instance(scene, first)
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
    made = scene.call(CREATE, **wanted(scene))["InstanceId"]
    assert instance(scene, made)["Status"] == "Stopped"
    scene.call(START, InstanceId=made)
    assert instance(scene, made)["Status"] == "Running"
    assert scene.refused(START, InstanceId=made) == WRONG_STATUS
    scene.call(STOP, InstanceId=made, StoppedMode="StopCharging")
    assert (instance(scene, made)["Status"], instance(scene, made)["StoppedMode"]) == (
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
    (made,) = run(scene, NetworkInterface=[secondary, {"NetworkInterfaceId": existing}], Ipv6AddressCount=1)
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
    both = wanted(scene, NetworkInterface=[primary])
    assert scene.refused(RUN, **both) == ("InvalidParam.NetworkInterface", 400)


def test_instances_of_one_call_get_successive_addresses(scene: Scene) -> None:
    made = run(scene, Amount=3, PrivateIpAddress="10.0.1.254")
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
    assert scene.refused(RUN, **wanted(scene, **change)) == refused
    assert found(scene) == []
    assert scene.enis() == []
    assert scene.addresses_in_group() == 0


def test_an_existing_eni_is_available_again_when_its_instance_cannot_be_made(scene: Scene) -> None:
    eni, used = scene.make_eni(), scene.make_eni()
    scene.attach(used, scene.make_instance())
    given = [{"NetworkInterfaceId": eni}, {"NetworkInterfaceId": used}]
    assert scene.refused(RUN, **wanted(scene, NetworkInterface=given)) == (
        "InvalidOperation.InvalidEniState",
        400,
    )
    assert (scene.status(eni), scene.eni(eni)["InstanceId"]) == ("Available", "")
    scene.wait()
    assert scene.status(eni) == "Available"


@pytest.mark.parametrize("action", [RUN, CREATE])
def test_a_dry_run_checks_and_makes_nothing(scene: Scene, action: str) -> None:
    assert scene.refused(action, **wanted(scene), DryRun=True) == ("DryRunOperation", 400)
    bad = wanted(scene, VSwitchId="vsw-none", DryRun=True)
    assert scene.refused(action, **bad) == ("InvalidVSwitchId.NotFound", 404)
    assert (found(scene), scene.enis(), scene.addresses_in_group()) == ([], [], 0)


@pytest.mark.parametrize("action", [RUN, CREATE])
def test_a_client_token_makes_instances_once(scene: Scene, action: str) -> None:
    for token in ("one", "one", "two"):
        scene.call(action, **wanted(scene), ClientToken=token)
    assert len(found(scene)) == 2


def test_a_public_address_comes_with_bandwidth(scene: Scene) -> None:
    (made,) = run(scene, InternetMaxBandwidthOut=5)
    (address,) = instance(scene, made)["PublicIpAddress"]["IpAddress"]
    assert address.startswith("203.0.113.")
    assert found(scene, PublicIpAddresses=f'["{address}"]') == [made]


# -- managed mode ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [RUN, CREATE])
def test_a_managed_group_takes_no_instance_of_the_account(scene: Scene, action: str) -> None:
    managed = scene.make_group(keys=scene.owner)
    asked = wanted(scene, SecurityGroupId=managed)
    assert scene.refused(action, **asked) == MANAGED_GROUP
    assert found(scene) == []
    scene.call(action, scene.owner, **asked)
    assert len(found(scene)) == 1


def test_a_managed_group_takes_no_further_eni_of_an_instance_of_the_account(scene: Scene) -> None:
    managed = scene.make_group(keys=scene.owner)
    several = wanted(scene, SecurityGroupId=None, SecurityGroupIds=[scene.group, managed])
    assert scene.refused(RUN, **several) == MANAGED_GROUP
    second = wanted(scene, NetworkInterface=[{"SecurityGroupId": managed}])
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


# -- changing ----------------------------------------------------------------------------------------------


def test_groups_of_an_instance_are_those_of_its_primary_eni(scene: Scene) -> None:
    made, first, second = scene.make_instance(), scene.make_group(), scene.make_group()
    eni = scene.make_eni()
    scene.attach(eni, made)
    scene.call(
        MODIFY, InstanceId=made, SecurityGroupIds=[first, second], InstanceName="web", Description="front"
    )
    item = instance(scene, made)
    assert item["SecurityGroupIds"] == {"SecurityGroupId": [first, second]}
    assert (item["InstanceName"], item["Description"]) == ("web", "front")
    assert scene.groups(eni) == [scene.group]
    scene.call(JOIN, InstanceId=made, SecurityGroupId=scene.group)
    scene.call(LEAVE, InstanceId=made, SecurityGroupId=first)
    attribute = scene.call("ecs:DescribeInstanceAttribute", InstanceId=made)
    assert attribute["SecurityGroupIds"] == {"SecurityGroupId": [second, scene.group]}
    assert found(scene, SecurityGroupId=first) == []
    assert found(scene, SecurityGroupId=second) == [made]


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
    assert instance(scene, made)["InstanceType"] == "ecs.g7.xlarge"


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
    assert instance(scene, made)["InstanceType"] == kept


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


# -- deleting ----------------------------------------------------------------------------------------------


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
    assert (found(scene), scene.addresses_in_group()) == ([], 1)
    assert scene.refused(DELETE, InstanceId=made) == ("InvalidInstanceId.NotFound", 404)


def test_instances_are_deleted_together_or_not_at_all(scene: Scene) -> None:
    first, second = run(scene, Amount=2)
    scene.call(MODIFY, InstanceId=second, DeletionProtection=True)
    both = {"InstanceId": [first, second]}
    assert scene.refused("ecs:DeleteInstances", **both, Force=True) == (
        "InvalidOperation.DeletionProtection",
        403,
    )
    scene.call(MODIFY, InstanceId=second, DeletionProtection=False)
    assert scene.refused("ecs:DeleteInstances", **both) == WRONG_STATUS
    assert scene.refused("ecs:DeleteInstances", **both, Force=True, DryRun=True) == ("DryRunOperation", 400)
    assert found(scene) == [first, second]
    scene.call("ecs:DeleteInstances", **both, Force=True)
    assert (found(scene), scene.enis()) == ([], [])


# -- finding -----------------------------------------------------------------------------------------------


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
    (made,) = run(
        scene,
        InstanceType="ecs.c7.large",
        InstanceName="wanted",
        PrivateIpAddress="10.0.0.77",
        ImageId="img-1",
        InstanceChargeType="PrePaid",
        Tag=[{"Key": "team", "Value": "net"}],
    )
    scene.call(STOP, InstanceId=made)
    assert found(scene, **filters) == [made]
    assert found(scene, **filters, VpcId="vpc-none") == []


def test_a_filter_that_the_fake_lacks_says_so(scene: Scene) -> None:
    assert scene.refused("ecs:DescribeInstances", LockReason="financial")[1] == 501


def test_pages_of_instances_go_by_number_and_by_token(scene: Scene) -> None:
    made = run(scene, Amount=25)
    assert found(scene) == made[:10]
    assert found(scene, PageNumber=2, PageSize=20) == made[20:]
    first = scene.call("ecs:DescribeInstances", MaxResults=20)
    assert found(scene, MaxResults=20, NextToken=first["NextToken"]) == made[20:]
    assert found(scene, InstanceIds=f'["{made[3]}","{made[1]}","i-none"]') == [made[3], made[1]]


# -- types, regions, quotas --------------------------------------------------------------------------------


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
