"""Security group rules: what makes two the same, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import Assumptions
from tests.functional.fakealiyun.scene import Scene

SSH = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "10.0.0.0/8"}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def rules(scene: Scene, group: str | None = None, **filters: Any) -> list[dict[str, Any]]:
    asked = {"SecurityGroupId": group or scene.group, **filters}
    return list(scene.call("ecs:DescribeSecurityGroupAttribute", **asked)["Permissions"]["Permission"])


def allow(scene: Scene, *permissions: dict[str, Any], **parameters: Any) -> None:
    asked = {"SecurityGroupId": scene.group, **parameters}
    scene.call("ecs:AuthorizeSecurityGroup", Permissions=list(permissions), **asked)


def refused(scene: Scene, *permissions: dict[str, Any]) -> tuple[str, int]:
    asked = {"SecurityGroupId": scene.group, "Permissions": list(permissions)}
    return scene.refused("ecs:AuthorizeSecurityGroup", **asked)


def revoke(scene: Scene, *permissions: dict[str, Any]) -> None:
    scene.call("ecs:RevokeSecurityGroup", SecurityGroupId=scene.group, Permissions=list(permissions))


# -- identity ----------------------------------------------------------------------------------------------


def test_a_rule_is_shown_with_an_id_of_its_own(scene: Scene) -> None:
    allow(scene, {**SSH, "Description": "admins"})
    [rule] = rules(scene)
    assert rule["SecurityGroupRuleId"].startswith("sgr-")
    assert (rule["Direction"], rule["NicType"]) == ("ingress", "intranet")
    assert (rule["IpProtocol"], rule["PortRange"], rule["SourceCidrIp"]) == ("TCP", "22/22", "10.0.0.0/8")
    assert (rule["Policy"], rule["Priority"], rule["Description"]) == ("Accept", "1", "admins")
    assert (rule["Ipv6SourceCidrIp"], rule["DestCidrIp"], rule["SourcePrefixListId"]) == ("", "", "")


def test_the_flat_form_makes_the_same_rule_as_permissions(scene: Scene) -> None:
    scene.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=scene.group, **SSH)
    allow(scene, {**SSH, "IpProtocol": "tcp", "Policy": "Accept", "Priority": "1", "NicType": "intranet"})
    assert len(rules(scene)) == 1


def test_authorising_a_rule_again_succeeds_and_changes_nothing(scene: Scene) -> None:
    allow(scene, SSH)
    before = rules(scene)
    allow(scene, {**SSH, "Description": "again"}, {**SSH, "PortRange": "23/23"})
    assert rules(scene)[0] == before[0]
    assert [rule["PortRange"] for rule in rules(scene)] == ["22/22", "23/23"]


def test_each_block_of_a_permission_is_a_rule_that_goes_alone(scene: Scene) -> None:
    allow(scene, {**SSH, "SourceCidrIp": "10.0.0.0/8,192.168.0.0/16, 172.16.0.0/12"})
    ids = [rule["SecurityGroupRuleId"] for rule in rules(scene)]
    assert len(set(ids)) == 3

    revoke(scene, {**SSH, "SourceCidrIp": "192.168.0.0/16"})

    assert [rule["SourceCidrIp"] for rule in rules(scene)] == ["10.0.0.0/8", "172.16.0.0/12"]
    assert [rule["SecurityGroupRuleId"] for rule in rules(scene)] == [ids[0], ids[2]]


def test_several_blocks_in_one_permission_can_be_had_refused() -> None:
    scene = Scene(assumptions=Assumptions(several_cidrs_per_permission=False))
    code = refused(scene, {**SSH, "SourceCidrIp": "10.0.0.0/8,192.168.0.0/16"})
    assert code == ("InvalidSourceCidrIp.Malformed", 400)


@pytest.mark.parametrize(
    "other",
    [
        {"Policy": "Drop"},
        {"Priority": "2"},
        {"PortRange": "22/23"},
        {"IpProtocol": "UDP"},
        {"SourceCidrIp": "10.0.0.0/9"},
        {"SourcePortRange": "1/1024"},
        {"DestCidrIp": "10.0.0.5/32"},
    ],
)
def test_whatever_a_rule_says_is_part_of_its_identity(scene: Scene, other: dict[str, str]) -> None:
    allow(scene, SSH)
    allow(scene, {**SSH, **other})
    assert len(rules(scene)) == 2

    revoke(scene, {**SSH, **other})

    [left] = rules(scene)
    assert (left["Policy"], left["Priority"], left["PortRange"]) == ("Accept", "1", "22/22")


def test_a_rule_of_another_priority_is_not_revoked_by_default(scene: Scene) -> None:
    allow(scene, {**SSH, "Priority": "100"})
    revoke(scene, SSH)
    assert len(rules(scene)) == 1


def test_the_two_directions_are_apart(scene: Scene) -> None:
    allow(scene, SSH)
    out = {"IpProtocol": "TCP", "PortRange": "22/22", "DestCidrIp": "10.0.0.0/8"}
    scene.call("ecs:AuthorizeSecurityGroupEgress", SecurityGroupId=scene.group, Permissions=[out])
    assert [rule["Direction"] for rule in rules(scene)] == ["ingress", "egress"]
    [egress] = rules(scene, Direction="egress")
    assert (egress["DestCidrIp"], egress["SourceCidrIp"]) == ("10.0.0.0/8", "")
    wrong = {"SecurityGroupId": scene.group, "SecurityGroupRuleId": [egress["SecurityGroupRuleId"]]}
    assert scene.refused("ecs:RevokeSecurityGroup", **wrong)[0] == "InvalidParam.SecurityGroupRuleId"


def test_blocks_are_compared_not_their_spellings(scene: Scene) -> None:
    allow(scene, {**SSH, "SourceCidrIp": "192.168.1.7"})
    allow(scene, {**SSH, "SourceCidrIp": "192.168.1.7/32"})
    allow(scene, {**SSH, "SourceCidrIp": "10.1.2.3/8"})
    allow(scene, SSH)
    six = {"IpProtocol": "TCP", "PortRange": "22/22"}
    allow(scene, {**six, "Ipv6SourceCidrIp": "2001:db8:0::/48"})
    allow(scene, {**six, "Ipv6SourceCidrIp": "2001:DB8::/48"})
    assert [rule["SourceCidrIp"] or rule["Ipv6SourceCidrIp"] for rule in rules(scene)] == [
        "192.168.1.7/32",
        "10.0.0.0/8",
        "2001:db8::/48",
    ]


# -- revoking ----------------------------------------------------------------------------------------------


def test_revoking_what_is_not_there_succeeds(scene: Scene) -> None:
    allow(scene, SSH)
    revoke(scene, {**SSH, "PortRange": "443/443"})
    assert len(rules(scene)) == 1


def test_revoking_what_is_not_there_can_be_had_refused() -> None:
    code = ("InvalidSecurityGroupRule.RuleNotExist", 400)
    scene = Scene(assumptions=Assumptions(unmatched_revoke=code))
    asked = {"SecurityGroupId": scene.group, "Permissions": [SSH]}
    assert scene.refused("ecs:RevokeSecurityGroup", **asked) == code


@pytest.mark.parametrize(
    ("api", "code"),
    [
        ("RevokeSecurityGroup", ("InvalidParam.SecurityGroupRuleId", 400)),
        ("RevokeSecurityGroupEgress", ("InvalidSecurityGroupRule.RuleNotExist", 400)),
    ],
)
def test_revoking_an_unknown_id_fails_and_revokes_nothing(
    scene: Scene, api: str, code: tuple[str, int]
) -> None:
    allow(scene, SSH)
    known = rules(scene)[0]["SecurityGroupRuleId"]
    asked = {"SecurityGroupId": scene.group, "SecurityGroupRuleId": [known, "sgr-none"]}
    assert scene.refused(f"ecs:{api}", **asked) == code
    assert len(rules(scene)) == 1


def test_rules_are_revoked_by_their_ids(scene: Scene) -> None:
    allow(scene, SSH, {**SSH, "PortRange": "80/80"}, {**SSH, "PortRange": "443/443"})
    first, second, _ = (rule["SecurityGroupRuleId"] for rule in rules(scene))
    asked = {"SecurityGroupId": scene.group, "SecurityGroupRuleId": [first, second]}
    scene.call("ecs:RevokeSecurityGroup", **asked)
    assert [rule["PortRange"] for rule in rules(scene)] == ["443/443"]
    assert scene.refused("ecs:RevokeSecurityGroup", **asked)[0] == "InvalidParam.SecurityGroupRuleId"


def test_the_id_of_another_groups_rule_is_unknown(scene: Scene) -> None:
    allow(scene, SSH)
    asked = {
        "SecurityGroupId": scene.make_group(),
        "SecurityGroupRuleId": [rules(scene)[0]["SecurityGroupRuleId"]],
    }
    assert scene.refused("ecs:RevokeSecurityGroup", **asked)[0] == "InvalidParam.SecurityGroupRuleId"


# -- forms that exclude each other -------------------------------------------------------------------------


def test_one_call_cannot_hold_two_forms_or_a_rule_twice(scene: Scene) -> None:
    both = {"SecurityGroupId": scene.group, "Permissions": [SSH], "IpProtocol": "TCP"}
    assert scene.refused("ecs:AuthorizeSecurityGroup", **both) == ("InvalidParam.Permissions", 400)
    by_id = {"SecurityGroupId": scene.group, "Permissions": [SSH], "SecurityGroupRuleId": ["sgr-1"]}
    assert scene.refused("ecs:RevokeSecurityGroup", **by_id) == ("InvalidParam.Permissions", 400)
    assert refused(scene, SSH, SSH) == ("InvalidParam.DuplicatePermissions", 400)
    assert rules(scene) == []


# -- validation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"IpProtocol": "SCTP"}, "InvalidIpProtocol.ValueNotSupported"),
        ({"IpProtocol": None}, "InvalidIpProtocol.ValueNotSupported"),
        ({"IpProtocol": "58"}, "InvalidIpProtocol.ValueNotSupported"),
        ({"PortRange": None}, "InvalidPortRange.Malformed"),
        ({"PortRange": "22"}, "InvalidParam.PortRange"),
        ({"PortRange": "200/1"}, "InvalidParam.PortRange"),
        ({"PortRange": "0/22"}, "InvalidParam.PortRange"),
        ({"PortRange": "22/65536"}, "InvalidParam.PortRange"),
        ({"PortRange": "-1/-1"}, "OperationDenied"),
        ({"IpProtocol": "ICMP"}, "OperationDenied"),
        ({"SourcePortRange": "x/y"}, "InvalidSourcePortRange.Malformed"),
        ({"SourceCidrIp": "10.0.0.0/33"}, "InvalidSourceCidrIp.Malformed"),
        ({"SourceCidrIp": None, "Ipv6SourceCidrIp": "10.0.0.0/8"}, "InvalidParam.Ipv6SourceCidrIp"),
        ({"Ipv6SourceCidrIp": "2001:db8::/32"}, "InvalidParam.SourceIp"),
        ({"DestCidrIp": "none"}, "InvalidDestCidrIp.Malformed"),
        ({"SourceCidrIp": None}, "MissingParameter.Source"),
        ({"Policy": "allow"}, "InvalidPolicy.Malformed"),
        ({"Priority": "high"}, "InvalidPriority.Malformed"),
        ({"Priority": "0"}, "InvalidPriority.ValueNotSupported"),
        ({"Priority": "101"}, "InvalidPriority.ValueNotSupported"),
        ({"NicType": "public"}, "InvalidNicType.ValueNotSupported"),
        ({"DestCidrIp": "10.0.0.0/8"}, "InvalidParamter.Conflict"),
        ({"PortRange": None, "PortRangeListId": "prl-none"}, "InvalidPortRangeListId.NotFound"),
        (
            {"IpProtocol": "GRE", "PortRange": None, "PortRangeListId": "prl-none"},
            "InvalidParam.ProtocolNotSupportPortRangeList",
        ),
        (
            {
                "IpProtocol": "ICMP",
                "PortRange": "-1/-1",
                "SourceCidrIp": None,
                "Ipv6SourceCidrIp": "2001:db8::/32",
            },
            "InvalidParam.Ipv4ProtocolConflictWithIpv6Address",
        ),
        (
            {"IpProtocol": "ICMPv6", "PortRange": "-1/-1"},
            "InvalidParam.Ipv6ProtocolConflictWithIpv4Address",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused(scene: Scene, wrong: dict[str, Any], code: str) -> None:
    assert refused(scene, {**SSH, **wrong}) == (code, 400)
    assert rules(scene) == []


def test_protocol_numbers_are_known_in_some_regions() -> None:
    scene = Scene("ap-southeast-1")
    allow(scene, {**SSH, "IpProtocol": "58", "PortRange": "-1/-1"})
    assert rules(scene)[0]["IpProtocol"] == "58"
    assert refused(scene, {**SSH, "IpProtocol": "256"})[0] == "InvalidIpProtocol.ValueNotSupported"


def test_a_block_goes_before_a_group_and_a_group_before_a_prefix_list(scene: Scene) -> None:
    peer = scene.make_group()
    allow(scene, {**SSH, "SourceGroupId": peer, "SourcePrefixListId": "pl-none"})
    rule = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceGroupId": peer, "SourcePrefixListId": "pl-none"}
    allow(scene, rule)
    assert [(one["SourceCidrIp"], one["SourceGroupId"]) for one in rules(scene)] == [
        ("10.0.0.0/8", ""),
        ("", peer),
    ]
