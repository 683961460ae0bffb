"""Security groups: their life, how they are found, who may write to them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakealiyun import ApiError, Assumptions
from fakealiyun.identities import service_number
from tests.functional.fakealiyun.scene import OWNER, Scene

MANAGED = ("InvalidOperation.ResourceManagedByCloudProduct", 403)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def groups(scene: Scene, **filters: Any) -> list[dict[str, Any]]:
    answer = scene.call("ecs:DescribeSecurityGroups", **filters)
    return list(answer["SecurityGroups"]["SecurityGroup"])


def ids(scene: Scene, **filters: Any) -> list[str]:
    return [group["SecurityGroupId"] for group in groups(scene, **filters)]


def allow_group(scene: Scene, group: str, peer: str) -> None:
    rule = {"IpProtocol": "TCP", "PortRange": "80/80", "SourceGroupId": peer}
    scene.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=group, Permissions=[rule])


# -- life --------------------------------------------------------------------------------------------------


def test_a_group_is_shown_as_it_was_made(scene: Scene) -> None:
    made = scene.call(
        "ecs:CreateSecurityGroup",
        VpcId=scene.vpc,
        SecurityGroupName="web",
        Description="front end",
        SecurityGroupType="enterprise",
        ResourceGroupId="rg-1",
        Tag=[{"Key": "team", "Value": "net"}],
    )["SecurityGroupId"]

    [group] = groups(scene, SecurityGroupId=made)
    assert group["SecurityGroupName"] == "web"
    assert group["Description"] == "front end"
    assert group["SecurityGroupType"] == "enterprise"
    assert group["VpcId"] == scene.vpc
    assert group["ServiceManaged"] is False
    assert "ServiceID" not in group
    assert group["Tags"] == {"Tag": [{"TagKey": "team", "TagValue": "net"}]}


def test_the_same_client_token_makes_one_group(scene: Scene) -> None:
    first = scene.call("ecs:CreateSecurityGroup", VpcId=scene.vpc, ClientToken="t-1")
    second = scene.call("ecs:CreateSecurityGroup", VpcId=scene.vpc, ClientToken="t-1")
    other = scene.call("ecs:CreateSecurityGroup", VpcId=scene.vpc, ClientToken="t-2")
    assert first["SecurityGroupId"] == second["SecurityGroupId"] != other["SecurityGroupId"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"VpcId": "vpc-none"}, ("InvalidVpcId.NotFound", 404)),
        ({"SecurityGroupName": "1st"}, ("InvalidSecurityGroupName.Malformed", 400)),
        ({"SecurityGroupName": "http://web"}, ("InvalidSecurityGroupName.Malformed", 400)),
        ({"Description": "x"}, ("InvalidSecurityGroupDiscription.Malformed", 400)),
        ({"SecurityGroupType": "advanced"}, ("InvalidParameter", 400)),
        ({"Tag": [{"Key": "acs:team"}]}, ("InvalidTagKey.Malformed", 400)),
        ({"Tag": [{"Key": "team"}, {"Key": "team"}]}, ("Duplicate.TagKey", 400)),
    ],
)
def test_a_group_that_cannot_be_made_is_refused(
    scene: Scene, wrong: dict[str, Any], code: tuple[str, int]
) -> None:
    assert scene.refused("ecs:CreateSecurityGroup", **{"VpcId": scene.vpc, **wrong}) == code


def test_the_classic_network_is_refused_by_name(scene: Scene) -> None:
    assert scene.refused("ecs:CreateSecurityGroup") == ("FakeAliyun.NotImplemented", 501)


def test_a_group_with_members_cannot_be_deleted(scene: Scene) -> None:
    eni = scene.make_eni()
    delete = {"SecurityGroupId": scene.group}
    assert scene.refused("ecs:DeleteSecurityGroup", **delete) == ("DependencyViolation", 403)

    scene.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=eni)
    scene.wait()
    scene.call("ecs:DeleteSecurityGroup", **delete)
    assert scene.refused("ecs:DeleteSecurityGroup", **delete) == ("InvalidSecurityGroupId.NotFound", 404)


def test_a_group_that_another_one_names_cannot_be_deleted(scene: Scene) -> None:
    other = scene.make_group()
    allow_group(scene, scene.group, other)
    assert scene.refused("ecs:DeleteSecurityGroup", SecurityGroupId=other) == ("DependencyViolation", 403)

    scene.call("ecs:DeleteSecurityGroup", SecurityGroupId=scene.group)
    scene.call("ecs:DeleteSecurityGroup", SecurityGroupId=other)
    assert ids(scene) == []


def test_references_name_the_groups_whose_rules_name_a_group(scene: Scene) -> None:
    first, second, lonely = scene.make_group(), scene.make_group(), scene.make_group()
    allow_group(scene, first, scene.group)
    allow_group(scene, second, scene.group)

    answer = scene.call("ecs:DescribeSecurityGroupReferences", SecurityGroupId=[scene.group, lonely])

    [reference] = answer["SecurityGroupReferences"]["SecurityGroupReference"]
    found = reference["ReferencingSecurityGroups"]["ReferencingSecurityGroup"]
    assert reference["SecurityGroupId"] == scene.group
    assert [one["SecurityGroupId"] for one in found] == [first, second]


def test_the_attributes_and_the_policy_of_a_group_change(scene: Scene) -> None:
    scene.call("ecs:ModifySecurityGroupAttribute", SecurityGroupId=scene.group, SecurityGroupName="renamed")
    scene.call("ecs:ModifySecurityGroupPolicy", SecurityGroupId=scene.group, InnerAccessPolicy="drop")

    answer = scene.call("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=scene.group)
    assert (answer["SecurityGroupName"], answer["InnerAccessPolicy"]) == ("renamed", "Drop")
    refused = scene.refused(
        "ecs:ModifySecurityGroupPolicy", SecurityGroupId=scene.group, InnerAccessPolicy="reject"
    )
    assert refused == ("InvalidPolicy.Malformed", 400)


def test_permissions_in_one_call_are_not_implemented(scene: Scene) -> None:
    with pytest.raises(ApiError, match="does not implement ecs:ConfigureSecurityGroupPermissions") as raised:
        scene.call("ecs:ConfigureSecurityGroupPermissions", SecurityGroupId=scene.group)
    assert raised.value.status == 501


# -- finding -----------------------------------------------------------------------------------------------


def test_groups_are_found_by_every_filter(scene: Scene) -> None:
    other_vpc = scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/16")["VpcId"]
    asked = {"VpcId": other_vpc, "SecurityGroupName": "web-1", "Tag": [{"Key": "team", "Value": "net"}]}
    found = scene.call("ecs:CreateSecurityGroup", SecurityGroupType="enterprise", **asked)["SecurityGroupId"]

    for filters in (
        {"SecurityGroupIds": json.dumps([found, "sg-none"])},
        {"VpcId": other_vpc},
        {"SecurityGroupName": "web-1"},
        {"SecurityGroupName": "web", "FuzzyQuery": True},
        {"SecurityGroupType": "enterprise"},
        {"Tag": [{"Key": "team"}]},
        {"Tag": [{"Key": "team", "Value": "net"}]},
    ):
        assert ids(scene, **filters) == [found], filters
    assert ids(scene, Tag=[{"Key": "team", "Value": "other"}]) == []
    assert ids(scene, SecurityGroupName="web") == []
    assert ids(scene, NetworkType="classic") == []


def test_pages_by_token_hold_each_group_once(scene: Scene) -> None:
    made = [scene.group, *(scene.make_group() for _ in range(24))]
    found: list[str] = []
    sizes: list[int] = []
    token: str | None = None
    while token != "":
        answer = scene.call("ecs:DescribeSecurityGroups", MaxResults=10, NextToken=token)
        page = answer["SecurityGroups"]["SecurityGroup"]
        found += [group["SecurityGroupId"] for group in page]
        sizes.append(len(page))
        token = answer["NextToken"]
    assert found == made
    assert sizes == [10, 10, 5]


def test_pages_by_number_hold_each_group_once(scene: Scene) -> None:
    made = [scene.group, *(scene.make_group() for _ in range(10))]
    pages = [ids(scene, PageNumber=number, PageSize=4) for number in (1, 2, 3, 4)]
    assert [one for page in pages for one in page] == made
    assert [len(page) for page in pages] == [4, 4, 3, 0]
    assert scene.call("ecs:DescribeSecurityGroups", PageNumber=2)["TotalCount"] == 11


def test_more_than_a_hundred_on_a_page_are_refused(scene: Scene) -> None:
    assert len(ids(scene, MaxResults=100)) == 1
    assert scene.refused("ecs:DescribeSecurityGroups", MaxResults=101) == ("InvalidParameter", 400)


def test_a_dry_run_is_neither_success_nor_failure(scene: Scene) -> None:
    assert scene.refused("ecs:DescribeSecurityGroups", DryRun=True) == ("DryRunOperation", 400)


def test_counts_are_there_only_when_asked_for(scene: Scene) -> None:
    scene.make_instance()
    assert "EcsCount" not in groups(scene)[0]
    [group] = groups(scene, IsQueryEcsCount=True)
    assert (group["EcsCount"], group["AvailableInstanceAmount"]) == (1, 6_000 - 1)


# -- managed mode ------------------------------------------------------------------------------------------


def test_a_service_makes_managed_groups(scene: Scene) -> None:
    made = scene.make_group(keys=scene.owner)
    [group] = groups(scene, ServiceManaged=True)
    assert group["SecurityGroupId"] == made
    assert group["ServiceManaged"] is True
    assert group["ServiceID"] == service_number(OWNER)
    assert ids(scene, ServiceManaged=False) == [scene.group]


def test_a_service_may_make_a_group_of_the_account(scene: Scene) -> None:
    made = scene.call("ecs:CreateSecurityGroup", scene.owner, VpcId=scene.vpc, ServiceManaged=False)
    scene.call("ecs:DeleteSecurityGroup", SecurityGroupId=made["SecurityGroupId"])


def test_the_account_cannot_ask_for_managed_mode(scene: Scene) -> None:
    assert scene.refused("ecs:CreateSecurityGroup", VpcId=scene.vpc, ServiceManaged=True) == MANAGED
    scene.call("ecs:CreateSecurityGroup", VpcId=scene.vpc, ServiceManaged="False")


def test_the_account_may_only_look_at_a_managed_group(scene: Scene) -> None:
    group = scene.make_group(keys=scene.owner)
    rule = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "10.0.0.0/8"}
    writes: dict[str, dict[str, Any]] = {
        "AuthorizeSecurityGroup": {"Permissions": [rule]},
        "AuthorizeSecurityGroupEgress": {"Permissions": [{**rule, "DestCidrIp": "10.0.0.0/8"}]},
        "RevokeSecurityGroup": {"Permissions": [rule]},
        "RevokeSecurityGroupEgress": {"Permissions": [{**rule, "DestCidrIp": "10.0.0.0/8"}]},
        "ModifySecurityGroupRule": {"SecurityGroupRuleId": "sgr-1", "Description": "mine"},
        "ModifySecurityGroupEgressRule": {"SecurityGroupRuleId": "sgr-1", "Description": "mine"},
        "ModifySecurityGroupAttribute": {"SecurityGroupName": "mine"},
        "ModifySecurityGroupPolicy": {"InnerAccessPolicy": "Accept"},
        "DeleteSecurityGroup": {},
    }
    for api, parameters in writes.items():
        assert scene.refused(f"ecs:{api}", SecurityGroupId=group, **parameters) == MANAGED, api
    for api in ("DescribeSecurityGroupAttribute", "DescribeSecurityGroups"):
        scene.call(f"ecs:{api}", SecurityGroupId=group)
    scene.call("ecs:DescribeSecurityGroupReferences", SecurityGroupId=[group])

    scene.call("ecs:AuthorizeSecurityGroup", scene.owner, SecurityGroupId=group, Permissions=[rule])
    scene.call("ecs:DeleteSecurityGroup", scene.owner, SecurityGroupId=group)


def test_another_service_is_refused_as_the_account_is(scene: Scene) -> None:
    group = scene.make_group(keys=scene.owner)
    other = scene.cloud.service("other.example.aliyuncs.com")
    assert scene.refused("ecs:DeleteSecurityGroup", other, SecurityGroupId=group) == MANAGED


def test_a_managed_group_may_be_the_peer_of_a_rule(scene: Scene) -> None:
    peer = scene.make_group(keys=scene.owner)
    allow_group(scene, scene.group, peer)
    answer = scene.call("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=scene.group)
    assert answer["Permissions"]["Permission"][0]["SourceGroupId"] == peer


def test_a_managed_peer_is_refused_under_the_other_reading_of_the_table() -> None:
    scene = Scene(assumptions=Assumptions(peer_of_managed_group_refused=True))
    peer = scene.make_group(keys=scene.owner)
    rule = {"IpProtocol": "TCP", "PortRange": "80/80", "SourceGroupId": peer}
    asked = {"SecurityGroupId": scene.group, "Permissions": [rule]}
    assert scene.refused("ecs:AuthorizeSecurityGroup", **asked) == MANAGED
