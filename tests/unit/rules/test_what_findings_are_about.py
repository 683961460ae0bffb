"""Findings carry the tags of their subject and the address blocks they are about, as far as known."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.alerts.waivers import waived
from eniguard.model import Finding
from eniguard.rules.exp.test_world import AUTHORIZE, GROUP, add, group, listed, prefix_list, rule, world
from eniguard.settings import DEFAULT_POLICY, Policy
from eniguard.settings.guardfile import parse_policy
from eniguard.testing import Snapshot, call, decided, eni_item, group_item, snapshot, swept

ENI_MANAGED = "InvalidOperation.EniServiceManaged"
TAGS = {"Tags": {"Tag": [{"TagKey": "team", "TagValue": "payments"}, {"TagKey": "frozen", "TagValue": ""}]}}
BEFORE, AFTER = "2026-03-01T08:00:00Z", "2026-03-01T12:00:01Z"


def one(
    action: str, rule: str, state: Snapshot | None, policy: Policy = DEFAULT_POLICY, **given: Any
) -> Finding:
    """The only finding of a rule about a call."""
    error = given.pop("error", None)
    (found,) = decided(call(action, error=error, **given), state=state, policy=policy, only=[rule]).findings
    return found


def deletion(state: Snapshot | None) -> Finding:
    return one("ecs:DeleteNetworkInterface", "ENI001", state, error=ENI_MANAGED, NetworkInterfaceId="eni-1")


def test_tags_are_those_the_subject_had_before_the_call() -> None:
    state = snapshot({"ecs:NetworkInterface": [eni_item("eni-1", True, **TAGS)]})

    assert deletion(state).tags == {"team": "payments", "frozen": ""}


def test_tags_that_were_seen_only_after_the_call_stand_in_for_it() -> None:
    state = snapshot({"ecs:NetworkInterface": [eni_item("eni-1", True, **TAGS)]}, captured_at=AFTER)

    assert deletion(state).tags == {"team": "payments", "frozen": ""}


def test_tags_of_a_subject_that_nobody_knows_are_not_known() -> None:
    assert deletion(None).tags is None


def test_resource_without_tags_is_known_to_have_none() -> None:
    state = snapshot({"ecs:NetworkInterface": [eni_item("eni-1", True, Tags={"Tag": []})]})

    assert deletion(state).tags == {}


@pytest.mark.parametrize("seen", [BEFORE, AFTER])
def test_call_that_sets_a_tag_of_a_waiver_is_reported_and_not_hidden_by_it(seen: str) -> None:
    # given: whoever sets the tag would hide what is done to the ENI, whose facts another rule asks for
    policy = parse_policy(
        "waivers: [{id: a, match: {tags: {team: payments}}, owner: jane, reason: r, expires: 2026-12-31}]"
    )
    tags = TAGS if seen == AFTER else {"Tags": {"Tag": []}}
    state = snapshot({"ecs:NetworkInterface": [eni_item("eni-1", True, **tags)]}, captured_at=seen)
    asked = {"ResourceType": "eni", "ResourceId.1": "eni-1", "Tag.1.Key": "team", "Tag.1.Value": "payments"}

    # when
    tagging = call("ecs:TagResources", **asked)
    found = decided(tagging, state=state, policy=policy, only=["SELF012", "ENI014"]).findings

    # then
    assert {one.rule for one in found} >= {"SELF012"}
    assert [waived(policy.waivers, one, 0.0) for one in found] == [(None, ())] * len(found)


def test_tags_of_a_sweep_are_those_in_its_listings() -> None:
    # given: a group that nothing of its service uses any more
    left = group_item("sg-1", True, CreationTime="2026-01-15T08:00:00Z", **TAGS)
    nothing = {"ecs:NetworkInterface": [], "ecs:SecurityGroupRule": []}
    state = snapshot({"ecs:SecurityGroup": [left], **nothing})

    (found,) = swept(state, only=["SG008"]).findings

    assert found.tags == {"team": "payments", "frozen": ""}


def cidrs(rule_code: str, *stated: dict[str, Any], state: Snapshot | None = None) -> tuple[str, ...]:
    (found,) = decided(add(*stated), state=state or world(), only=[rule_code]).findings
    return found.cidrs


def test_opened_port_is_about_every_block_that_the_call_lets_in() -> None:
    halves = rule(source="0.0.0.0/1"), rule(source="128.0.0.0/1"), rule(source="2000::/3")

    assert cidrs("EXP001", *halves) == ("0.0.0.0/0", "2000::/3")
    assert cidrs("EXP001", rule(), rule("443/443", "203.0.113.0/24")) == ("0.0.0.0/0",)


def test_opened_port_is_about_the_entries_of_a_prefix_list() -> None:
    state = world(lists=[prefix_list("pl-1", "64.0.0.0/3", "8.0.0.0/7")])
    by_list = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1"}

    assert cidrs("EXP001", by_list, state=state) == ("8.0.0.0/7", "64.0.0.0/3")


def test_widened_list_is_about_its_new_entries() -> None:
    asked = {"PrefixListId": "pl-1", "AddEntry.1.Cidr": "0.0.0.0/0"}
    (found,) = decided(call("ecs:ModifyPrefixList", **asked), state=None, only=["EXP003"]).findings

    assert found.cidrs == ("0.0.0.0/0",)


def test_removed_drop_rule_is_about_what_it_held_back() -> None:
    drop = rule(source="203.0.113.0/24", Policy="Drop")
    state = world(listed("sgr-1", drop), listed("sgr-2", rule(Priority="2")))
    asked = {"SecurityGroupId": GROUP, "SecurityGroupRuleId.1": "sgr-1"}

    assert one("ecs:RevokeSecurityGroup", "EXP004", state, **asked).cidrs == ("203.0.113.0/24",)


def test_swapped_group_is_about_who_gets_in_now() -> None:
    state = world(
        listed("sgr-1", rule(source="64.0.0.0/3"), group="sg-new"),
        groups=[group(), group("sg-new")],
        enis=[eni_item("eni-1", False, SecurityGroupIds={"SecurityGroupId": [GROUP]}, Tags={"Tag": []})],
    )
    asked = {"NetworkInterfaceId": "eni-1", "SecurityGroupId.1": "sg-new"}

    assert one("ecs:ModifyNetworkInterfaceAttribute", "EXP006", state, **asked).cidrs == ("64.0.0.0/3",)


def test_group_of_another_account_has_no_blocks() -> None:
    foreign = {
        "IpProtocol": "TCP",
        "PortRange": "22/22",
        "SourceGroupId": "sg-theirs",
        "SourceGroupOwnerId": "6543210987654321",
    }
    found = one(AUTHORIZE, "EXP007", world(), SecurityGroupId=GROUP, Permissions=[foreign])

    assert found.cidrs == ()


def test_prefixes_that_a_call_names_are_what_its_findings_are_about() -> None:
    asked = {"NetworkInterfaceId": "eni-1", "Ipv4Prefix.1": "10.0.0.0/27", "Ipv4Prefix.2": "10.0.1.16/28"}

    found = one("ecs:AssignPrivateIpAddresses", "PFX002", None, error="InvalidParameter", **asked)

    assert found.cidrs == ("10.0.0.0/27", "10.0.1.16/28")


def test_prefix_that_cannot_be_read_leaves_the_blocks_unknown() -> None:
    asked = {"NetworkInterfaceId": "eni-1", "Ipv4Prefix.1": "nonsense", "Ipv4Prefix.2": "10.0.1.16/28"}

    found = one("ecs:AssignPrivateIpAddresses", "PFX003", None, error="InvalidParameter", **asked)

    assert found.cidrs == ()


def test_bulk_unassignment_is_about_what_the_call_takes() -> None:
    prefixes = {f"Ipv4Prefix.{one}": f"10.0.{one}.0/28" for one in range(1, 5)}
    asked = {"NetworkInterfaceId": "eni-1", **prefixes, "PrivateIpAddress.1": "10.0.9.9"}

    found = one("ecs:UnassignPrivateIpAddresses", "PFX015", None, **asked)

    assert sorted(found.cidrs) == ["10.0.1.0/28", "10.0.2.0/28", "10.0.3.0/28", "10.0.4.0/28", "10.0.9.9/32"]


def test_changed_reservation_is_about_its_block() -> None:
    reserved = {
        "VSwitchCidrReservationId": "vcr-1",
        "VSwitchId": "vsw-1",
        "IpVersion": "IPv4",
        "VSwitchCidrReservationCidr": "10.0.0.0/24",
        "Status": "Assigned",
        "AssignedCidrCount": 3,
    }
    state = snapshot({"vpc:CidrReservation": [reserved]})

    found = one("vpc:DeleteVSwitchCidrReservation", "PFX013", state, VSwitchCidrReservationId="vcr-1")

    assert found.cidrs == ("10.0.0.0/24",)
