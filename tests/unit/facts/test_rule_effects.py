"""The rules of security groups and the entries of lists, before and after a call."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.events.calls import Call
from eniguard.events.values import Permission
from eniguard.facts import effects
from eniguard.facts.gathered import Facts
from eniguard.facts.items import read_item
from eniguard.facts.kinds import CidrList, SecurityGroupRule
from eniguard.facts.refs import GONE, Fact, Unknown
from eniguard.facts.relations import relations_of
from eniguard.facts.rule_effects import changed_permission, content, rules_after
from eniguard.facts.state import State, reference
from eniguard.model.kinds import PORT_RANGE_LIST, PREFIX_LIST, SECURITY_GROUP_RULE
from eniguard.testing import call

GROUP = "sg-1"
SSH: dict[str, Any] = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24"}
OUT: dict[str, Any] = {"IpProtocol": "ALL", "PortRange": "-1/-1", "DestCidrIp": "0.0.0.0/0"}


def item(rule_id: str, direction: str = "ingress", **fields: str) -> SecurityGroupRule:
    listed = {"Policy": "Accept", "Priority": "1", "Direction": direction, "SourceGroupId": "", **fields}
    found = read_item(
        SECURITY_GROUP_RULE, {"SecurityGroupRuleId": rule_id, "SecurityGroupId": GROUP, **listed}
    )
    assert isinstance(found, SecurityGroupRule)
    return found


RULES = (item("sgr-1", **SSH), item("sgr-2", "egress", **OUT))


def after(action: str, rules: tuple[SecurityGroupRule, ...] = RULES, **stated: Any) -> list[str]:
    """The ids after a call; an empty one for a rule that it adds."""
    one = call(f"ecs:{action}", **{"SecurityGroupId": GROUP, **stated})
    found = rules_after(one, GROUP, rules)
    assert not isinstance(found, Unknown)
    return [rule.id for rule in found]


def test_an_item_is_kept_whole() -> None:
    whole = item(
        "sgr-1",
        IpProtocol="TCP",
        PortRangeListId="prl-1",
        SourceGroupOwnerAccount="someone@example.com",
        NicType="intranet",
        CreateTime="2026-03-01T08:00:00Z",
    )

    assert whole.permission == Permission(
        ip_protocol="TCP",
        port_range_list_id="prl-1",
        source_group_owner_account="someone@example.com",
        policy="Accept",
        priority="1",
        nic_type="intranet",
    )
    assert (whole.direction, whole.created_at) == ("ingress", "2026-03-01T08:00:00Z")


@pytest.mark.parametrize(
    ("fields", "peer"),
    [
        ({"SourceCidrIp": "192.0.2.0/24"}, "192.0.2.0/24"),
        ({"SourceGroupId": "sg-2"}, "sg-2"),
        ({"Direction": "egress", "DestPrefixListId": "pl-1", "SourceCidrIp": "10.0.0.0/8"}, "pl-1"),
        ({}, None),
    ],
)
def test_a_rule_names_its_peer(fields: dict[str, str], peer: str | None) -> None:
    assert item("sgr-1", **fields).peer == peer


def test_a_rule_stands_in_the_listings_of_its_group_and_its_lists() -> None:
    one = item("sgr-1", IpProtocol="TCP", PortRangeListId="prl-1", SourcePrefixListId="pl-1")

    assert relations_of(one) == (
        (SECURITY_GROUP_RULE, "security_group", GROUP),
        (SECURITY_GROUP_RULE, "prefix_list", "pl-1"),
        (SECURITY_GROUP_RULE, "port_range_list", "prl-1"),
    )


def test_an_added_rule_has_no_id_yet() -> None:
    assert after("AuthorizeSecurityGroup", Permissions=[{**SSH, "PortRange": "23/23"}]) == [
        "sgr-1",
        "sgr-2",
        "",
    ]
    assert after("AuthorizeSecurityGroupEgress", **{**OUT, "Priority": "2"}) == ["sgr-1", "sgr-2", ""]


@pytest.mark.parametrize(
    "same",
    [
        SSH,
        {**SSH, "IpProtocol": "tcp", "Policy": "accept", "Priority": "1"},
        {**SSH, "SourceCidrIp": "192.0.2.77/24", "NicType": "intranet"},
        {**SSH, "IpProtocol": "6", "PortRange": "22"},
        {**SSH, "PortRange": "022/22", "Priority": "01"},
    ],
)
def test_a_rule_that_is_there_is_not_added_again_whatever_its_spelling(same: dict[str, str]) -> None:
    assert after("AuthorizeSecurityGroup", Permissions=[same]) == ["sgr-1", "sgr-2"]
    assert after("RevokeSecurityGroup", Permissions=[same]) == ["sgr-2"]


def test_each_block_is_a_rule_of_its_own_and_added_once() -> None:
    blocks = {**SSH, "SourceCidrIp": "192.0.2.0/24,10.0.0.0/8, 10.9.9.9/8"}
    added = call("ecs:AuthorizeSecurityGroup", SecurityGroupId=GROUP, Permissions=[blocks, blocks])
    rules = rules_after(added, GROUP, RULES)

    assert not isinstance(rules, Unknown)
    assert [one.peer for one in rules] == ["192.0.2.0/24", "0.0.0.0/0", "10.0.0.0/8"]
    assert after("RevokeSecurityGroup", rules, **{**SSH, "SourceCidrIp": "10.0.0.0/8"}) == ["sgr-1", "sgr-2"]


def test_an_id_is_of_the_added_rule_of_its_direction() -> None:
    added = (*RULES, SecurityGroupRule("", GROUP, "ingress"), SecurityGroupRule("", GROUP, "egress"))
    other = SecurityGroupRule("", GROUP, "ingress", Permission(port_range="3/3"))
    unclear = call("ecs:RevokeSecurityGroup", SecurityGroupId=GROUP, SecurityGroupRuleId=["sgr-9"])

    assert after("RevokeSecurityGroup", added, SecurityGroupRuleId=["sgr-9"]) == ["sgr-1", "sgr-2", ""]
    assert after("RevokeSecurityGroup", RULES, SecurityGroupRuleId=["sgr-9"]) == ["sgr-1", "sgr-2"]
    assert isinstance(rules_after(unclear, GROUP, (*added, other)), Unknown)


def test_a_group_starts_and_ends_without_rules() -> None:
    made = call("ecs:CreateSecurityGroup", response={"SecurityGroupId": GROUP})

    assert rules_after(made, GROUP, Unknown("not listed")) == ()
    assert after("DeleteSecurityGroup") == []


def test_rules_that_are_not_known_or_cannot_be_read_are_not_known_after_the_call() -> None:
    garbled = call("ecs:AuthorizeSecurityGroup", SecurityGroupId=GROUP, Permissions="[{")
    unknown = Unknown("not listed")

    assert isinstance(rules_after(garbled, GROUP, RULES), Unknown)
    assert rules_after(call("ecs:AuthorizeSecurityGroup", SecurityGroupId=GROUP, **SSH), GROUP, unknown) is (
        unknown
    )


def test_rules_are_revoked_by_id_or_by_what_they_say_in_their_direction() -> None:
    assert after("RevokeSecurityGroup", SecurityGroupRuleId=["sgr-1"]) == ["sgr-2"]
    assert after("RevokeSecurityGroupEgress", Permissions=[OUT]) == ["sgr-1"]
    out = {**OUT, "DestCidrIp": "192.0.2.0/24"}
    assert after("RevokeSecurityGroupEgress", Permissions=[out]) == ["sgr-1", "sgr-2"]
    assert after("RevokeSecurityGroup", Permissions=[{**SSH, "Policy": "drop"}]) == ["sgr-1", "sgr-2"]


@pytest.mark.parametrize(
    ("action", "stated"),
    [
        ("RevokeSecurityGroup", {"Permissions": [{**SSH, "SourceCidrIp": "banana"}]}),
        ("RevokeSecurityGroup", {"Permissions": [SSH, {"IpProtocol": "TCP", "PortRange": "23/23"}]}),
        ("RevokeSecurityGroupEgress", {"Permissions": [SSH]}),
        ("RevokeSecurityGroup", {"Permissions": [{"source_cidr_ip": "0.0.0.0/0"}]}),
        ("RevokeSecurityGroup", {}),
        ("AuthorizeSecurityGroup", {"permissions": [SSH]}),
        ("ConfigureSecurityGroupPermissions", {"RevokePermissions": [{"IpProtocol": "TCP"}]}),
        ("ConfigureSecurityGroupPermissions", {}),
    ],
)
def test_rules_are_not_known_after_a_call_that_states_them_in_no_form_that_is_read(
    action: str, stated: dict[str, Any]
) -> None:
    one = call(f"ecs:{action}", SecurityGroupId=GROUP, **stated)

    assert isinstance(rules_after(one, GROUP, RULES), Unknown)


@pytest.mark.parametrize("source", [{"SourceGroupId": "sg-2"}, {"SourcePrefixListId": "pl-1"}])
def test_rules_for_groups_and_lists_are_revoked_by_what_they_say(source: dict[str, str]) -> None:
    said = {"IpProtocol": "TCP", "PortRange": "22/22", **source}

    assert after("RevokeSecurityGroup", (item("sgr-1", **said), RULES[1]), Permissions=[said]) == ["sgr-2"]


def test_a_configuration_adds_and_drops_in_both_directions() -> None:
    named = {"AuthorizePermissions": [{**OUT, "Priority": "9"}], "RevokePermissions": [SSH]}

    assert after("ConfigureSecurityGroupPermissions", **named) == ["sgr-2", ""]


def test_a_change_keeps_what_it_leaves_out() -> None:
    one = call(
        "ecs:ModifySecurityGroupRule", SecurityGroupId=GROUP, SecurityGroupRuleId="sgr-1", Policy="drop"
    )
    found = rules_after(one, GROUP, RULES)

    assert not isinstance(found, Unknown)
    changed, other = found

    assert (changed.permission.policy, changed.permission.port_range) == ("drop", "22/22")
    assert other == RULES[1]


def test_a_side_that_gets_a_block_of_the_other_family_loses_the_one_it_had() -> None:
    one = call(
        "ecs:ModifySecurityGroupRule",
        SecurityGroupId=GROUP,
        SecurityGroupRuleId="sgr-1",
        Ipv6SourceCidrIp="2001:db8::/32",
    )
    found = rules_after(one, GROUP, RULES)

    assert not isinstance(found, Unknown)
    assert found[0].peer == "2001:db8::/32"


@pytest.mark.parametrize(
    ("stated", "left"),
    [
        ({"Ipv6SourceCidrIp": "2001:db8::/32"}, Permission(ipv6_source_cidr_ip="2001:db8::/32")),
        ({"SourcePrefixListId": "pl-1"}, Permission(source_prefix_list_id="pl-1")),
        ({"SourceGroupId": "sg-own"}, Permission(source_group_id="sg-own")),
    ],
)
def test_a_changed_source_takes_the_place_of_the_other_kinds_and_of_its_owner(
    stated: dict[str, str], left: Permission
) -> None:
    one = call("ecs:ModifySecurityGroupRule", SecurityGroupId=GROUP, SecurityGroupRuleId="sgr-1", **stated)
    blocks, groups = (
        Permission(source_cidr_ip="192.0.2.0/24"),
        Permission(source_group_id="sg-far", source_group_owner_id="2234567890123456"),
    )

    assert changed_permission(one, blocks) == changed_permission(one, groups) == left


def test_a_change_without_an_id_changes_the_description_only() -> None:
    one = call("ecs:ModifySecurityGroupRule", SecurityGroupId=GROUP, **SSH, Description="ssh")

    assert rules_after(one, GROUP, RULES) is RULES


def test_a_call_on_another_group_changes_nothing() -> None:
    assert after("AuthorizeSecurityGroup", SecurityGroupId="sg-2", **SSH) == ["sgr-1", "sgr-2"]


@given(st.permutations([SSH, {**SSH, "PortRange": "23/23"}, {**SSH, "SourceCidrIp": "10.0.0.0/8"}]))
def test_what_a_call_adds_does_not_depend_on_the_order(stated: list[dict[str, str]]) -> None:
    one = call("ecs:AuthorizeSecurityGroup", SecurityGroupId=GROUP, Permissions=stated)
    rules = rules_after(one, GROUP, ())

    assert not isinstance(rules, Unknown)
    assert len({key for rule in rules for key in content(rule.direction, rule.permission)}) == 3
    assert rules_after(one, GROUP, rules_after(one, GROUP, ())) == rules_after(one, GROUP, ())


def state(one: Call, side: Any, fact: Fact) -> State:
    return State(one, Facts({reference(one, SECURITY_GROUP_RULE, GROUP, "security_group"): fact}), side)


def test_a_listing_shows_both_sides_of_the_call() -> None:
    one = call("ecs:RevokeSecurityGroup", SecurityGroupId=GROUP, SecurityGroupRuleId=["sgr-1"])
    earlier, later = Fact(RULES, "snapshot", one.at - 60), Fact(RULES[1:], "snapshot", one.at + 60)

    assert state(one, "before", earlier).security_group_rules("security_group", GROUP) == RULES
    assert state(one, "after", earlier).security_group_rules("security_group", GROUP) == RULES[1:]
    assert state(one, "after", later).security_group_rules("security_group", GROUP) == RULES[1:]
    assert isinstance(state(one, "before", later).security_group_rules("security_group", GROUP), Unknown)


@pytest.mark.parametrize(
    ("kind", "field", "first", "second"),
    [
        (PREFIX_LIST, "Cidr", "192.0.2.0/24", "2001:db8::/32"),
        (PORT_RANGE_LIST, "PortRange", "22/22", "80/443"),
    ],
)
def test_lists_get_and_lose_entries(kind: str, field: str, first: str, second: str) -> None:
    action = kind.removeprefix("ecs:")
    named: dict[str, Any] = {f"{action}Id": "l-1"}
    entries: dict[str, Any] = {"AddEntry": [{field: second}], "RemoveEntry": [{field: first}]}
    made = call(f"ecs:Create{action}", Entry=[{field: first}], response=named)
    changed = call(f"ecs:Modify{action}", **named, **entries)

    assert effects.created(made, kind) == CidrList("l-1", (first,))
    assert effects.apply(changed, kind, CidrList("l-1", (first,))) == CidrList("l-1", (second,))
    assert effects.apply(changed, kind, CidrList("l-1")) == CidrList("l-1")
    assert effects.apply(call(f"ecs:Delete{action}", **named), kind, CidrList("l-1")) is GONE

    garbled = call(f"ecs:Modify{action}", **named, AddEntry="[{")
    assert effects.apply(garbled, kind, CidrList("l-1", (first,))) == CidrList("l-1")
    assert effects.created(call(f"ecs:Create{action}", Entry="[{", response=named), kind) == CidrList("l-1")
