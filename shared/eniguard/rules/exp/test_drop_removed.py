from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.model import Decision
from eniguard.rules.exp.test_world import (
    CHANGE,
    GROUP,
    LATER,
    REVOKE,
    add,
    group,
    listed,
    prefix_list,
    rule,
    world,
)
from eniguard.testing import NAT_GATEWAY, Snapshot, call, decided, decided_in_order, findings, undecided

OFFICE = rule("22/22", "10.0.0.0/8", Priority="2")
DROP = rule("22/22", "10.1.0.0/16", Policy="Drop")
FOUND = [("EXP004", "medium", GROUP)]


def held(*more: dict[str, Any], **options: Any) -> Snapshot:
    return world(listed("sgr-1", OFFICE), listed("sgr-2", DROP), *more, **options)


def revoke(*ids: str, action: str = REVOKE, **more: Any) -> Call:
    return call(action, SecurityGroupId=GROUP, SecurityGroupRuleId=list(ids), **more)


def change(rule_id: str = "sgr-2", action: str = CHANGE, **stated: Any) -> Call:
    return call(action, SecurityGroupId=GROUP, SecurityGroupRuleId=rule_id, **stated)


def judged(one: Call, state: Snapshot | None) -> Decision:
    return decided(one, state=state, only=["EXP004"])


def says(one: Call, state: Snapshot | None) -> list[tuple[str, str, str]]:
    decision = judged(one, state)
    assert undecided(decision) == []
    return findings(decision)


@pytest.mark.parametrize(
    "one",
    [
        revoke("sgr-2"),
        revoke("sgr-1-other", "sgr-2"),
        call(REVOKE, SecurityGroupId=GROUP, Permissions=[{**DROP, "Policy": "drop", "IpProtocol": "tcp"}]),
        call("ecs:ConfigureSecurityGroupPermissions", SecurityGroupId=GROUP, RevokePermissions=[DROP]),
        change(Priority="3"),
        change(Policy="accept"),
        change(PortRange="23/23"),
        change(SourceCidrIp="10.1.0.0/17"),
    ],
)
def test_drop_rule_that_is_taken_back_is_reported_when_something_gets_through(one: Call) -> None:
    assert says(one, held()) == FOUND


def test_accept_rule_that_goes_before_a_drop_rule_is_reported() -> None:
    behind = world(listed("sgr-1", {**OFFICE, "Priority": "9"}), listed("sgr-2", {**DROP, "Priority": "5"}))

    assert says(change("sgr-1", Priority="1"), behind) == FOUND
    assert says(change("sgr-1", Priority="8"), behind) == []


@pytest.mark.parametrize(
    "one",
    [
        revoke("sgr-1"),
        call(REVOKE, SecurityGroupId=GROUP, Permissions=[OFFICE]),
        call(REVOKE, SecurityGroupId=GROUP, Permissions=[{**DROP, "PortRange": "23/23"}]),
        change(Priority="1"),
        change(PortRange="1/65535"),
        change(Description="no ssh"),
        change("sgr-1", PortRange="23/23"),
        revoke("sgr-2", error="Forbidden.RAM"),
    ],
)
def test_call_that_lets_nothing_more_through_is_nothing(one: Call) -> None:
    assert says(one, held()) == []


def test_drop_rule_that_held_nothing_back_is_nothing() -> None:
    assert says(revoke("sgr-2"), world(listed("sgr-2", DROP))) == []
    assert says(revoke("sgr-2"), held(listed("sgr-3", DROP))) == []


def test_drop_rule_on_a_group_holds_that_group_back() -> None:
    far = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceGroupId": "sg-far"}
    drop = listed("sgr-2", {**far, "Policy": "Drop"})

    assert says(revoke("sgr-2"), world(drop, listed("sgr-1", far))) == FOUND
    assert says(revoke("sgr-2"), world(drop, listed("sgr-1", {**far, "SourceGroupId": "sg-near"}))) == []


def test_drop_rule_that_an_earlier_call_added_is_known_by_an_id_that_no_other_rule_has() -> None:
    accepts = world(listed("sgr-1", OFFICE))
    later = {"time": "2026-03-01T13:00:00Z"}

    for one in (revoke("sgr-9", **later), change("sgr-9", Priority="3", **later)):
        decision = decided_in_order([add(DROP), one], state=accepts, only=["EXP004"])[1]
        assert findings(decision) == FOUND
        shown = [str(evidence.note) for evidence in decision.findings[0].evidence]
        assert "added by a call before this one" in shown


def test_id_that_may_be_of_several_rules_is_undecided_if_one_of_them_may_be_a_drop_rule() -> None:
    later = {"time": "2026-03-01T13:00:00Z"}

    def last(*rules: dict[str, Any]) -> list[str]:
        calls = [add(*rules), revoke("sgr-9", **later)]
        return undecided(decided_in_order(calls, state=world(), only=["EXP004"])[1])

    assert last(OFFICE, DROP) == ["EXP004"]
    assert last(OFFICE, rule("23/23")) == []


def test_unknown_rules_are_undecided() -> None:
    assert undecided(judged(revoke("sgr-2"), None)) == ["EXP004"]
    assert undecided(judged(change(Priority="3"), None)) == ["EXP004"]
    assert says(call(REVOKE, SecurityGroupId=GROUP, Permissions=[OFFICE]), None) == []


def test_rule_that_accepts_later_and_kept_its_policy_was_no_drop_rule() -> None:
    state = world(listed("sgr-1", OFFICE), listed("sgr-2", DROP), captured_at=LATER)

    assert says(change("sgr-1", PortRange="22/22"), state) == []
    assert undecided(judged(change("sgr-2", PortRange="22/22"), state)) == ["EXP004"]
    assert undecided(judged(change("sgr-1", Policy="accept"), state)) == ["EXP004"]


def test_drop_rule_with_an_unreadable_list_is_undecided() -> None:
    drop = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1", "Policy": "Drop"}
    state = world(listed("sgr-1", OFFICE), listed("sgr-2", drop))
    known = world(listed("sgr-1", OFFICE), listed("sgr-2", drop), lists=[prefix_list("pl-1", "10.0.0.0/9")])

    assert undecided(judged(revoke("sgr-2"), state)) == ["EXP004"]
    assert says(revoke("sgr-1"), state) == []
    assert says(revoke("sgr-2"), known) == FOUND


def test_managed_group_is_another_rules_affair_and_an_unknown_one_lowers_the_severity() -> None:
    assert says(revoke("sgr-2"), held(groups=[group(managed=True)])) == []
    assert says(revoke("sgr-2"), held(groups=[group(managed=None)])) == [("EXP004", "low", GROUP)]


@pytest.mark.parametrize("unreadable", [{"Permissions": "nonsense"}, {"SecurityGroupRuleId": [{"x": 1}]}])
def test_rules_that_cannot_be_read_are_undecided(unreadable: dict[str, Any]) -> None:
    assert undecided(judged(call(REVOKE, SecurityGroupId=GROUP, **unreadable), held())) == ["EXP004"]


@pytest.mark.parametrize(
    "one",
    [
        revoke("sgr-2", action="ecs:RevokeSecurityGroupEgress"),
        change(action="ecs:ModifySecurityGroupEgressRule", Priority="3"),
    ],
)
def test_egress_drop_rules_count_too(one: Call) -> None:
    out = {"IpProtocol": "TCP", "PortRange": "22/22", "DestCidrIp": "10.0.0.0/8", "Priority": "2"}
    drop = {**out, "Policy": "Drop", "Priority": "1"}
    state = world(listed("sgr-1", out, direction="egress"), listed("sgr-2", drop, direction="egress"))

    assert says(one, state) == FOUND


def test_whoever_takes_a_drop_rule_back_is_reported() -> None:
    assert says(revoke("sgr-2", by=NAT_GATEWAY), held()) == FOUND


def test_rule_that_cannot_be_read_beside_it_lowers_the_severity() -> None:
    unread = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1"}

    assert says(revoke("sgr-2"), held(listed("sgr-3", unread))) == [("EXP004", "low", GROUP)]
