"""What a call opens depends on what the calls before it did to the rules."""

from __future__ import annotations

from typing import Any

from eniguard.events.calls import Call
from eniguard.rules.exp.test_world import CHANGE, GROUP, REVOKE, WORLD, add, listed, prefix_list, rule, world
from eniguard.testing import Snapshot, call, decided_in_order, findings

SSH = rule()
NO_SSH = rule(Policy="drop")
EVERYTHING = rule("-1/-1", protocol="ALL")
FOUND = [("EXP001", "high", GROUP)]


def revoke(*rules: dict[str, Any], **more: Any) -> Call:
    return call(REVOKE, SecurityGroupId=GROUP, Permissions=list(rules), **more)


def last(*calls: Call, state: Snapshot | None, only: str = "EXP001") -> list[tuple[str, str, str]]:
    return findings(decided_in_order(calls, state=state, only=[only])[-1])


def test_rule_that_a_revoked_drop_rule_held_back_is_reported() -> None:
    held = world(listed("sgr-1", NO_SSH))

    assert last(add(SSH), state=held) == []
    assert last(revoke(NO_SSH), add(SSH), state=held) == FOUND
    assert last(revoke(NO_SSH, error="Forbidden.RAM"), add(SSH), state=held) == []


def test_rule_that_was_revoked_and_is_added_again_is_reported_again() -> None:
    open_already = world(listed("sgr-1", SSH))

    assert last(add(SSH), state=open_already) == []
    assert last(revoke(SSH), add(SSH), state=open_already) == FOUND
    assert last(add(SSH), add(SSH), state=world()) == []


def test_all_ports_that_are_closed_and_opened_again_are_reported_again() -> None:
    open_already = world(listed("sgr-1", EVERYTHING))

    assert last(add(EVERYTHING), state=open_already, only="EXP002") == []
    assert last(revoke(EVERYTHING), add(EVERYTHING), state=open_already, only="EXP002") == [
        ("EXP002", "high", GROUP)
    ]


def test_drop_rule_behind_an_accept_rule_that_a_call_added_held_back_something() -> None:
    asked = (add(rule(Priority="2")), revoke(NO_SSH))

    assert last(*asked, state=world(listed("sgr-1", NO_SSH)), only="EXP004") == [("EXP004", "medium", GROUP)]


def test_list_that_calls_took_into_use_and_out_of_use_is_judged_as_it_is() -> None:
    by_list = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1"}
    widened = call("ecs:ModifyPrefixList", PrefixListId="pl-1", AddEntry=[{"Cidr": WORLD}])
    lists = [prefix_list("pl-1", "192.0.2.0/24")]

    assert last(add(by_list), widened, state=world(lists=lists), only="EXP003") == [
        ("EXP003", "high", "pl-1")
    ]
    used = world(listed("sgr-1", by_list), lists=lists)
    assert last(revoke(by_list), widened, state=used, only="EXP003") == [("EXP003", "info", "pl-1")]


def test_rules_that_are_open_after_the_call_still_hold_the_world_back_as_before_it() -> None:
    two = add(rule("22/22", "10.0.0.0/8", Priority="2"), rule("80/80", "10.0.0.0/8", Priority="2"))
    unclear = call(
        CHANGE,
        SecurityGroupId=GROUP,
        SecurityGroupRuleId="sgr-9",
        **{**SSH, "Policy": "accept"},
        Priority="2",
    )

    assert last(two, unclear, state=world(listed("sgr-1", NO_SSH))) == []
    assert [one[0] for one in last(two, unclear, state=world())] == ["EXP001"]
