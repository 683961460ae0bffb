"""Tags of ECS and VPC resources."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functional.fakealiyun.scene import Scene

TEAM = [{"Key": "team", "Value": "net"}]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def listed(scene: Scene, product: str = "ecs", **asked: Any) -> list[tuple[str, str, str]]:
    answer = scene.call(f"{product}:ListTagResources", **asked)
    entries = answer["TagResources"]["TagResource"]
    return [(one["ResourceId"], one["TagKey"], one["TagValue"]) for one in entries]


def test_tags_are_put_on_enis_groups_and_instances(scene: Scene) -> None:
    eni, instance = scene.make_eni(), scene.make_instance()
    for kind, resource in (("eni", eni), ("securitygroup", scene.group), ("instance", instance)):
        scene.call("ecs:TagResources", ResourceType=kind, ResourceId=[resource], Tag=TEAM)
        assert listed(scene, ResourceType=kind, ResourceId=[resource]) == [(resource, "team", "net")]

    assert scene.eni(eni)["Tags"] == {"Tag": [{"TagKey": "team", "TagValue": "net"}]}
    [found] = scene.enis(Tag=TEAM)
    assert found["NetworkInterfaceId"] == eni


def test_a_key_that_is_there_gets_the_new_value(scene: Scene) -> None:
    asked = {"ResourceType": "securitygroup", "ResourceId": [scene.group]}
    scene.call("ecs:TagResources", Tag=TEAM, **asked)
    scene.call("ecs:TagResources", Tag=[{"Key": "team", "Value": "sec"}, {"Key": "stage"}], **asked)
    assert listed(scene, **asked) == [(scene.group, "team", "sec"), (scene.group, "stage", "")]


def test_tags_are_taken_off_by_key_or_all_at_once(scene: Scene) -> None:
    asked = {"ResourceType": "securitygroup", "ResourceId": [scene.group]}
    scene.call("ecs:TagResources", Tag=[{"Key": key} for key in "abc"], **asked)

    scene.call("ecs:UntagResources", TagKey=["a"], **asked)
    assert [key for _, key, _ in listed(scene, **asked)] == ["b", "c"]
    scene.call("ecs:UntagResources", **asked)
    assert len(listed(scene, **asked)) == 2
    scene.call("ecs:UntagResources", All=True, **asked)
    assert listed(scene, **asked) == []


def test_older_calls_tag_one_resource(scene: Scene) -> None:
    eni = scene.make_eni()
    for kind, resource in (("eni", eni), ("securitygroup", scene.group)):
        asked = {"ResourceType": kind, "ResourceId": resource}
        scene.call("ecs:AddTags", Tag=[*TEAM, {"Key": "stage", "Value": "test"}], **asked)
        scene.call("ecs:RemoveTags", Tag=[{"Key": "stage"}, {"Key": "none"}], **asked)
        assert listed(scene, ResourceType=kind, ResourceId=[resource]) == [(resource, "team", "net")]

    event = scene.cloud.trail.events[-2]
    assert (event["eventName"], event["serviceName"], event["eventRW"]) == ("RemoveTags", "Ecs", "Write")
    assert event["referencedResources"] == {"ACS::ECS::SecurityGroup": [scene.group]}
    assert event["requestParameters"]["Tag.1.Key"] == "stage"


@pytest.mark.parametrize("action", ["ecs:AddTags", "ecs:RemoveTags"])
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"ResourceType": None}, ("MissingParameter", 404)),
        ({"ResourceType": "disk"}, ("FakeAliyun.NotImplemented", 501)),
        ({"ResourceId": None}, ("MissingParameter", 404)),
        ({"ResourceId": "sg-none"}, ("InvalidResourceId.NotFound", 404)),
        ({"Tag": [{"Key": "aliyun-1"}]}, ("InvalidTagKey.Malformed", 400)),
    ],
)
def test_older_calls_refuse_what_cannot_be(
    scene: Scene, action: str, wrong: dict[str, Any], code: tuple[str, int]
) -> None:
    asked = {"ResourceType": "securitygroup", "ResourceId": scene.group, "Tag": TEAM, **wrong}
    assert scene.refused(action, **asked) == code


def test_older_call_refuses_to_add_nothing_and_too_much(scene: Scene) -> None:
    asked = {"ResourceType": "securitygroup", "ResourceId": scene.group}
    assert scene.refused("ecs:AddTags", **asked) == ("MissingParameter", 404)
    scene.call("ecs:AddTags", Tag=[{"Key": str(number)} for number in range(20)], **asked)
    assert scene.refused("ecs:AddTags", Tag=TEAM, **asked) == ("QuotaExceed.Tags", 403)


@pytest.mark.parametrize("action", ["AddTags", "RemoveTags"])
def test_ram_decides_by_the_older_call(scene: Scene, action: str) -> None:
    statement = {"Effect": "Allow", "Action": f"ecs:{action}", "Resource": "*"}
    somebody = scene.cloud.account("somebody", policy={"Version": "1", "Statement": [statement]})
    nobody = scene.cloud.account("nobody", policy={"Version": "1", "Statement": []})
    asked = {"ResourceType": "securitygroup", "ResourceId": scene.group, "Tag": TEAM}

    assert scene.refused(f"ecs:{action}", nobody, **asked) == ("Forbidden.RAM", 403)
    assert scene.cloud.trail.events[-1]["errorCode"] == "Forbidden.RAM"
    scene.call(f"ecs:{action}", somebody, **asked)


def test_resources_are_found_by_tags_and_filters(scene: Scene) -> None:
    other = scene.make_group()
    for group, team in ((scene.group, "net"), (other, "sec")):
        tags = [{"Key": "team", "Value": team}]
        scene.call("ecs:TagResources", ResourceType="securitygroup", ResourceId=[group], Tag=tags)

    assert listed(scene, ResourceType="securitygroup", Tag=TEAM) == [(scene.group, "team", "net")]
    assert len(listed(scene, ResourceType="securitygroup", Tag=[{"Key": "team"}])) == 2
    either = [{"TagKey": "team", "TagValues": ["sec", "other"]}]
    assert listed(scene, ResourceType="securitygroup", TagFilter=either) == [(other, "team", "sec")]


def test_long_lists_of_tags_come_in_pages(scene: Scene) -> None:
    groups = [scene.make_group() for _ in range(6)]
    tags = [{"Key": f"key-{number}"} for number in range(10)]
    scene.call("ecs:TagResources", ResourceType="securitygroup", ResourceId=groups, Tag=tags)

    asked = {"ResourceType": "securitygroup", "ResourceId": groups}
    first = scene.call("ecs:ListTagResources", **asked)
    assert len(first["TagResources"]["TagResource"]) == 50
    second = scene.call("ecs:ListTagResources", NextToken=first["NextToken"], **asked)
    assert len(second["TagResources"]["TagResource"]) == 10
    assert second["NextToken"] == ""


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"ResourceType": None}, ("MissingParameter", 404)),
        ({"ResourceType": "bucket"}, ("InvalidResourceType.NotFound", 404)),
        ({"ResourceType": "disk"}, ("FakeAliyun.NotImplemented", 501)),
        ({"ResourceId": []}, ("MissingParameter", 404)),
        ({"ResourceId": ["sg-none"]}, ("InvalidResourceId.NotFound", 404)),
        ({"ResourceId": [f"sg-{number}" for number in range(51)]}, ("NumberExceed.ResourceIds", 400)),
        ({"Tag": []}, ("MissingParameter", 404)),
        ({"Tag": [{"Key": "aliyun-1"}]}, ("InvalidTagKey.Malformed", 400)),
        ({"Tag": [{"Key": "site", "Value": "http://example.com"}]}, ("InvalidTagValue.Malformed", 400)),
        ({"Tag": [{"Key": str(number)} for number in range(21)]}, ("NumberExceed.Tags", 400)),
    ],
)
def test_tags_that_cannot_be_put_are_refused(
    scene: Scene, wrong: dict[str, Any], code: tuple[str, int]
) -> None:
    asked = {"ResourceType": "securitygroup", "ResourceId": [scene.group], "Tag": TEAM, **wrong}
    assert scene.refused("ecs:TagResources", **asked) == code


def test_a_resource_has_twenty_tags_at_most(scene: Scene) -> None:
    asked = {"ResourceType": "securitygroup", "ResourceId": [scene.group]}
    scene.call("ecs:TagResources", Tag=[{"Key": str(number)} for number in range(20)], **asked)
    assert scene.refused("ecs:TagResources", Tag=TEAM, **asked) == ("QuotaExceed.Tags", 403)
    scene.call("ecs:TagResources", Tag=[{"Key": "1", "Value": "again"}], **asked)


def test_tags_of_managed_enis_are_not_in_the_table(scene: Scene) -> None:
    eni = scene.make_eni(keys=scene.owner)
    scene.call("ecs:TagResources", ResourceType="eni", ResourceId=[eni], Tag=TEAM)
    assert listed(scene, ResourceType="eni", ResourceId=[eni]) == [(eni, "team", "net")]


def test_vpc_has_tags_of_its_own_resources(scene: Scene) -> None:
    eip = scene.call("vpc:AllocateEipAddress")["AllocationId"]
    for kind, resource in (("VPC", scene.vpc), ("VSWITCH", scene.vswitch), ("EIP", eip)):
        asked = {"ResourceType": kind, "ResourceId": [resource]}
        scene.call("vpc:TagResources", Tag=TEAM, **asked)
        assert listed(scene, "vpc", **asked) == [(resource, "team", "net")]
        assert listed(scene, "vpc", ResourceType=kind, Tag=TEAM) == [(resource, "team", "net")]
        scene.call("vpc:UnTagResources", TagKey=["team"], **asked)
        assert listed(scene, "vpc", **asked) == []

    [vpc] = scene.call("vpc:DescribeVpcs", VpcId=scene.vpc)["Vpcs"]["Vpc"]
    assert vpc["Tags"] == {"Tag": []}
    asked = {"ResourceType": "VPC", "ResourceId": ["vpc-none"], "Tag": TEAM}
    assert scene.refused("vpc:TagResources", **asked) == ("InvalidResourceId.NotFound", 404)


def test_vpc_writes_key_and_value_where_ecs_writes_tag_key_and_tag_value(scene: Scene) -> None:
    scene.call("vpc:TagResources", ResourceType="VPC", ResourceId=[scene.vpc], Tag=TEAM)
    [vpc] = scene.call("vpc:DescribeVpcs", Tag=TEAM)["Vpcs"]["Vpc"]
    assert vpc["Tags"] == {"Tag": TEAM}
