"""Rules whose peer is a group, changes of rules, and how many a group may have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functional.fakealiyun.scene import Scene

WEB = {"IpProtocol": "TCP", "PortRange": "80/80"}
SSH = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "10.0.0.0/8"}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def rules(scene: Scene, group: str | None = None) -> list[dict[str, Any]]:
    asked = {"SecurityGroupId": group or scene.group}
    return list(scene.call("ecs:DescribeSecurityGroupAttribute", **asked)["Permissions"]["Permission"])


def allow(scene: Scene, *permissions: dict[str, Any]) -> None:
    scene.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=scene.group, Permissions=list(permissions))


def refused(scene: Scene, *permissions: dict[str, Any], group: str | None = None) -> tuple[str, int]:
    asked = {"SecurityGroupId": group or scene.group, "Permissions": list(permissions)}
    return scene.refused("ecs:AuthorizeSecurityGroup", **asked)


def only_id(scene: Scene) -> str:
    [rule] = rules(scene)
    return str(rule["SecurityGroupRuleId"])


def change(scene: Scene, rule_id: str, **parameters: Any) -> None:
    asked = {"SecurityGroupId": scene.group, "SecurityGroupRuleId": rule_id, **parameters}
    scene.call("ecs:ModifySecurityGroupRule", **asked)


def change_refused(scene: Scene, rule_id: str, **parameters: Any) -> tuple[str, int]:
    asked = {"SecurityGroupId": scene.group, "SecurityGroupRuleId": rule_id, **parameters}
    return scene.refused("ecs:ModifySecurityGroupRule", **asked)


# -- groups as peers ---------------------------------------------------------------------------------------


def test_a_peer_group_is_shown_with_its_name(scene: Scene) -> None:
    made = scene.call("ecs:CreateSecurityGroup", VpcId=scene.vpc, SecurityGroupName="clients")
    allow(scene, {**WEB, "SourceGroupId": made["SecurityGroupId"]})
    [rule] = rules(scene)
    assert (rule["SourceGroupId"], rule["SourceGroupName"]) == (made["SecurityGroupId"], "clients")


def test_a_peer_group_has_to_be_another_one_of_the_vpc(scene: Scene) -> None:
    other_vpc = scene.call("vpc:CreateVpc", CidrBlock="172.16.0.0/16")["VpcId"]
    abroad = scene.make_group(vpc=other_vpc)
    assert refused(scene, {**WEB, "SourceGroupId": "sg-none"}) == ("InvalidSourceGroupId.NotFound", 404)
    assert refused(scene, {**WEB, "SourceGroupId": abroad}) == ("InvalidSourceGroupId.Mismatch", 400)
    assert refused(scene, {**WEB, "SourceGroupId": scene.group}) == ("InvalidParamter.Conflict", 403)
    out = {"SecurityGroupId": scene.group, "Permissions": [{**WEB, "DestGroupId": scene.group}]}
    assert scene.refused("ecs:AuthorizeSecurityGroupEgress", **out) == ("InvalidSecurityGroup.IsSame", 403)


def test_a_group_of_another_account_is_taken_on_trust(scene: Scene) -> None:
    foreign = {"SourceGroupId": "sg-foreign", "SourceGroupOwnerId": 2345678901234567}
    allow(scene, {**WEB, **foreign})
    [rule] = rules(scene)
    assert (rule["SourceGroupId"], rule["SourceGroupOwnerAccount"]) == ("sg-foreign", "2345678901234567")


def test_rules_of_advanced_groups_cannot_name_groups(scene: Scene) -> None:
    advanced = scene.make_group("enterprise")
    code = refused(scene, {**WEB, "SourceGroupId": scene.group}, group=advanced)
    assert code == ("InvalidGroupAuthParameter.OperationDenied", 400)


# -- how many ----------------------------------------------------------------------------------------------


def test_a_group_has_room_for_two_hundred_rules(scene: Scene) -> None:
    for first in (1, 101):
        allow(scene, *({**SSH, "PortRange": f"{port}/{port}"} for port in range(first, first + 100)))
    allow(scene, {**SSH, "PortRange": "1/1"})  # is there already
    assert refused(scene, {**SSH, "PortRange": "201/201"}) == ("AuthorizationLimitExceed", 403)
    assert len(rules(scene)) == 200


def test_a_call_that_goes_over_the_limit_adds_nothing(scene: Scene) -> None:
    allow(scene, *({**SSH, "PortRange": f"{port}/{port}"} for port in range(1, 100)))
    allow(scene, *({**SSH, "PortRange": f"{port}/{port}"} for port in range(100, 200)))
    two = ({**SSH, "PortRange": f"{port}/{port}"} for port in (200, 201))
    assert refused(scene, *two) == ("AuthorizationLimitExceed", 403)
    assert len(rules(scene)) == 199


def test_more_than_a_hundred_permissions_are_refused(scene: Scene) -> None:
    many = [{**SSH, "PortRange": f"{port}/{port}"} for port in range(1, 102)]
    assert refused(scene, *many) == ("InvalidParam.Permissions", 400)


def test_twenty_rules_may_name_groups(scene: Scene) -> None:
    peer = scene.make_group()
    for port in range(1, 21):
        allow(scene, {"IpProtocol": "TCP", "PortRange": f"{port}/{port}", "SourceGroupId": peer})
    more = {"IpProtocol": "TCP", "PortRange": "21/21", "SourceGroupId": peer}
    assert refused(scene, more) == ("AuthorizedGroupRule.LimitExceed", 400)
    [group] = scene.call("ecs:DescribeSecurityGroups", SecurityGroupId=scene.group)["SecurityGroups"][
        "SecurityGroup"
    ]
    assert (group["RuleCount"], group["GroupToGroupRuleCount"]) == (20, 20)


def test_a_prefix_list_counts_as_many_rules_as_it_may_hold(scene: Scene) -> None:
    asked = {"PrefixListName": "wide", "AddressFamily": "IPv4", "MaxEntries": 199}
    wide = scene.call("ecs:CreatePrefixList", **asked)["PrefixListId"]
    allow(scene, {**WEB, "SourcePrefixListId": wide})
    allow(scene, SSH)
    assert refused(scene, {**SSH, "PortRange": "23/23"}) == ("AuthorizationLimitExceed", 403)


def test_a_change_to_a_longer_prefix_list_needs_room(scene: Scene) -> None:
    asked = {"AddressFamily": "IPv4", "PrefixListName": "blocks"}
    short = scene.call("ecs:CreatePrefixList", MaxEntries=1, **asked)["PrefixListId"]
    wide = scene.call("ecs:CreatePrefixList", MaxEntries=200, **asked)["PrefixListId"]
    allow(scene, {**WEB, "SourcePrefixListId": short})
    rule_id = only_id(scene)
    change(scene, rule_id, SourcePrefixListId=wide)
    change(scene, rule_id, SourcePrefixListId=short)
    allow(scene, SSH)
    refusal = change_refused(scene, rule_id, SourcePrefixListId=wide)
    assert refusal == ("AuthorizationLimitExceed", 403)


# -- changes -----------------------------------------------------------------------------------------------


def test_a_change_keeps_the_id_and_what_it_does_not_name(scene: Scene) -> None:
    allow(scene, {**SSH, "Priority": "7", "Description": "admins"})
    rule_id = only_id(scene)
    change(scene, rule_id, SourceCidrIp="192.168.0.0/16", Policy="drop")
    [rule] = rules(scene)
    assert rule["SecurityGroupRuleId"] == rule_id
    assert (rule["SourceCidrIp"], rule["Policy"]) == ("192.168.0.0/16", "Drop")
    assert (rule["Priority"], rule["PortRange"], rule["Description"]) == ("7", "22/22", "admins")


def test_a_changed_rule_is_known_by_what_it_says_now(scene: Scene) -> None:
    allow(scene, SSH)
    change(scene, only_id(scene), PortRange="2222/2222")
    scene.call("ecs:RevokeSecurityGroup", SecurityGroupId=scene.group, Permissions=[SSH])
    assert len(rules(scene)) == 1
    allow(scene, SSH)
    assert [rule["PortRange"] for rule in rules(scene)] == ["2222/2222", "22/22"]
    change(scene, rules(scene)[0]["SecurityGroupRuleId"], PortRange="23/23")
    assert [rule["PortRange"] for rule in rules(scene)] == ["23/23", "22/22"]


def test_a_change_of_the_peer_moves_the_reference(scene: Scene) -> None:
    first, second = scene.make_group(), scene.make_group()
    allow(scene, {**WEB, "SourceGroupId": first})
    change(scene, only_id(scene), SourceGroupId=second)
    scene.call("ecs:DeleteSecurityGroup", SecurityGroupId=first)
    assert scene.refused("ecs:DeleteSecurityGroup", SecurityGroupId=second) == ("DependencyViolation", 403)


def test_a_change_cannot_make_another_kind_of_rule(scene: Scene) -> None:
    peer = scene.make_group()
    ports = scene.call("ecs:CreatePortRangeList", PortRangeListName="web", MaxEntries=2)["PortRangeListId"]
    allow(scene, SSH)
    rule_id = only_id(scene)
    code = ("InvalidOperation.ModifySgRuleEntityType", 400)
    assert change_refused(scene, rule_id, Ipv6SourceCidrIp="2001:db8::/32") == code
    assert change_refused(scene, rule_id, SourceGroupId=peer) == code
    assert change_refused(scene, rule_id, NicType="internet") == ("InvalidOperation.ModifyNicType", 400)
    assert change_refused(scene, rule_id, IpProtocol="ICMP") == ("OperationDenied", 400)

    allow(scene, {"IpProtocol": "TCP", "PortRangeListId": ports, "SourceCidrIp": "10.0.0.0/8"})
    by_list = rules(scene)[1]["SecurityGroupRuleId"]
    refusal = change_refused(scene, by_list, PortRange="80/80")
    assert refusal == ("InvalidOperation.ModifyPortRangeType", 400)


def test_a_change_cannot_make_the_same_rule_twice(scene: Scene) -> None:
    allow(scene, SSH, {**SSH, "PortRange": "23/23"})
    second = rules(scene)[1]["SecurityGroupRuleId"]
    assert change_refused(scene, second, PortRange="22/22") == ("InvalidOperation.RuleDuplicate", 400)
    change(scene, second, PortRange="23/23", Description="same as before")
    assert rules(scene)[1]["Description"] == "same as before"


def test_changing_an_unknown_rule_fails(scene: Scene) -> None:
    allow(scene, SSH)
    assert change_refused(scene, "sgr-none", Description="x") == ("SecurityGroupRule.NotFound", 404)
    wrong_direction = {"SecurityGroupId": scene.group, "SecurityGroupRuleId": only_id(scene)}
    refusal = scene.refused("ecs:ModifySecurityGroupEgressRule", **wrong_direction, Description="x")
    assert refusal == ("SecurityGroupRule.NotFound", 404)


def test_the_form_without_an_id_changes_the_description(scene: Scene) -> None:
    allow(scene, SSH)
    scene.call("ecs:ModifySecurityGroupRule", SecurityGroupId=scene.group, Description="admins", **SSH)
    assert [rule["Description"] for rule in rules(scene)] == ["admins"]
    absent = {**SSH, "PortRange": "23/23", "Description": "nobody"}
    refusal = scene.refused("ecs:ModifySecurityGroupRule", SecurityGroupId=scene.group, **absent)
    assert refusal == ("SecurityGroupRule.NotFound", 404)
