from __future__ import annotations

from eniguard.events.calls import Call
from eniguard.rules.pfx.test_world import BUSY, FREE, REFUSED, assign, assign_ipv6, create, unassign
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import call, decided_in_order, findings

ONLY = ["PFX018"]
PREFIX, SECOND = "10.0.0.128/28", "10.0.0.144/28"


def reported(*calls: Call, policy: Policy | None = None) -> list[list[tuple[str, str, str]]]:
    decisions = decided_in_order(calls, policy=policy or Policy(), only=ONLY)
    return [findings(one) for one in decisions]


def test_a_prefix_that_went_to_another_eni_is_reported_with_the_assigning_call() -> None:
    assert reported(unassign(PREFIX, eni=BUSY), assign(PREFIX, eni=FREE)) == [[], [("PFX018", "info", FREE)]]


def test_each_prefix_that_moved_is_listed() -> None:
    calls = [unassign(PREFIX, SECOND, eni=BUSY), assign(PREFIX, "10.0.0.160/28", SECOND, eni=FREE)]
    (finding,) = decided_in_order(calls, only=ONLY)[1].findings
    assert [one.value for one in finding.evidence] == [PREFIX, SECOND]
    assert {one.note for one in finding.evidence} == {f"was on {BUSY} within 24 hours"}


def test_a_prefix_that_came_back_to_its_eni_did_not_move() -> None:
    assert reported(unassign(PREFIX, eni=BUSY), assign(PREFIX, eni=BUSY)) == [[], []]


def test_a_prefix_that_moved_and_came_back_to_its_new_eni_moved_once() -> None:
    moved = [unassign(PREFIX, eni=BUSY), assign(PREFIX, eni=FREE)]
    again = [unassign(PREFIX, eni=FREE), assign(PREFIX, eni=FREE)]
    back = [unassign(PREFIX, eni=FREE), assign(PREFIX, eni=BUSY)]
    assert [len(one) for one in reported(*moved, *again, *back)] == [0, 1, 0, 0, 0, 1]


def test_giving_up_is_no_move_whoever_had_it_before() -> None:
    assert reported(assign(PREFIX, eni=BUSY), unassign(PREFIX, eni=FREE)) == [[], []]


def test_a_prefix_that_was_never_given_up_did_not_move() -> None:
    assert reported(unassign(SECOND, eni=BUSY), assign(PREFIX, eni=FREE)) == [[], []]


def test_a_day_later_it_is_no_move_any_more() -> None:
    later = assign(PREFIX, eni=FREE, time="2026-03-02T12:00:01Z")
    assert reported(unassign(PREFIX, eni=BUSY), later) == [[], []]
    policy = Policy(rules={"PFX018": RuleSettings(params={"hours": 48})})
    assert reported(unassign(PREFIX, eni=BUSY), later, policy=policy) == [[], [("PFX018", "info", FREE)]]


def test_a_new_eni_may_take_the_prefix() -> None:
    made = create(created="eni-bp1example0009", **{"Ipv4Prefix.1": PREFIX})
    assert reported(unassign(PREFIX, eni=BUSY), made) == [[], [("PFX018", "info", "eni-bp1example0009")]]


def test_prefixes_by_number_are_read_off_the_response() -> None:
    response = {"AssignedPrivateIpAddressesSet": {"Ipv4PrefixSet": {"Ipv4Prefixes": [PREFIX]}}}
    by_number = call(
        "ecs:AssignPrivateIpAddresses", response=response, NetworkInterfaceId=FREE, Ipv4PrefixCount=1
    )
    assert reported(unassign(PREFIX, eni=BUSY), by_number) == [[], [("PFX018", "info", FREE)]]


def test_ipv6_prefixes_are_compared_whatever_their_spelling() -> None:
    gone = call("ecs:UnassignIpv6Addresses", NetworkInterfaceId=BUSY, Ipv6Prefix=["2001:DB8:0:0:1:0:0:0/80"])
    assert reported(gone, assign_ipv6("2001:db8:0:0:1::/80", eni=FREE)) == [[], [("PFX018", "info", FREE)]]


def test_refused_calls_move_nothing() -> None:
    assert reported(unassign(PREFIX, error=REFUSED, eni=BUSY), assign(PREFIX, eni=FREE)) == [[], []]
    assert reported(unassign(PREFIX, eni=BUSY), assign(PREFIX, eni=FREE, error=REFUSED)) == [[], []]


def test_the_same_prefix_in_another_region_is_another_prefix() -> None:
    assert reported(unassign(PREFIX, region="cn-beijing", eni=BUSY), assign(PREFIX, eni=FREE)) == [[], []]
