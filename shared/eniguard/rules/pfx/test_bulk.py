from __future__ import annotations

from collections.abc import Sequence

import pytest

from eniguard.events.calls import Call
from eniguard.events.user_identity import Identity
from eniguard.rules.pfx.test_world import BUSY, FREE, REFUSED, TERWAY_NODE, WITH_CONTROLLER, unassign
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import (
    ALICE,
    NAT_GATEWAY,
    ROOT,
    call,
    decided,
    decided_in_order,
    findings,
    role,
    undecided,
)

ONLY = ["PFX015"]
FIVE = [f"10.0.0.{16 * number}/28" for number in range(5)]
ADDRESSES = [f"10.0.1.{number}" for number in range(5)]


def from_eni(number: int, minute: float, by: Identity = ALICE) -> Call:
    """One prefix taken from one ENI of many."""
    time = f"2026-03-01T12:{int(minute):02d}:{round(minute % 1 * 60):02d}Z"
    return unassign("10.0.0.16/28", eni=f"eni-{number}", time=time, by=by)


def reported(calls: Sequence[Call], policy: Policy | None = None) -> list[int]:
    """The positions of the calls that are reported."""
    decisions = decided_in_order(calls, policy=policy or Policy(), only=ONLY)
    return [number for number, one in enumerate(decisions) if one.findings]


def test_five_prefixes_in_one_call_are_reported_with_the_eni() -> None:
    decision = decided(unassign(*FIVE, eni=BUSY), only=ONLY)

    assert findings(decision) == [("PFX015", "high", BUSY)]
    assert decision.findings[0].evidence[1].value == FIVE
    assert decision.findings[0].fix is None
    assert "alice unassigned prefixes or addresses (5)" in decision.findings[0].summary


def test_four_are_not() -> None:
    assert findings(decided(unassign(*FIVE[:4]), only=ONLY)) == []


def test_a_prefix_that_is_named_twice_is_one() -> None:
    assert findings(decided(unassign(*FIVE[:4], FIVE[0]), only=ONLY)) == []


def test_addresses_count_like_prefixes() -> None:
    addresses = call("ecs:UnassignPrivateIpAddresses", NetworkInterfaceId=FREE, PrivateIpAddress=ADDRESSES)
    mixed = unassign(*FIVE[:3], eni=FREE, PrivateIpAddress=ADDRESSES[:2])
    six = call(
        "ecs:UnassignIpv6Addresses",
        NetworkInterfaceId=FREE,
        Ipv6Prefix=["2001:db8::/80", "2001:db8:0:0:1::/80"],
        Ipv6Address=["2001:db8::1", "2001:db8::2", "2001:db8::3"],
    )
    assert reported([addresses]) == reported([mixed]) == reported([six]) == [0]


def test_each_bulk_call_is_reported() -> None:
    assert reported([unassign(*FIVE, eni=BUSY), unassign(*FIVE, eni=FREE)]) == [0, 1]


def test_the_fifth_eni_within_ten_minutes_is_reported() -> None:
    calls = [from_eni(number, number) for number in range(5)]
    decisions = decided_in_order(calls, only=ONLY)
    assert [findings(one) for one in decisions] == [[], [], [], [], [("PFX015", "high", "eni-4")]]
    assert decisions[4].findings[0].evidence[-1].value == 5


def test_further_enis_are_not_reported_again_until_it_was_quiet() -> None:
    assert reported([from_eni(number, number) for number in range(12)]) == [4]
    later = [from_eni(number, 30 + number) for number in range(5)]
    assert reported([*(from_eni(number, number) for number in range(6)), *later]) == [4, 10]


def test_calls_that_end_in_a_bulk_call_are_reported_once() -> None:
    calls = [
        *(from_eni(number, number) for number in range(4)),
        unassign(*FIVE, eni="eni-9", time="2026-03-01T12:05:00Z"),
    ]
    assert reported([*calls, from_eni(10, 6)]) == [4]


def test_the_same_eni_again_and_again_is_not_many() -> None:
    assert reported([from_eni(1, number / 2) for number in range(12)]) == []


def test_enis_further_apart_are_not_reported() -> None:
    assert reported([from_eni(number, number * 2.6) for number in range(12)]) == []


def test_callers_are_counted_apart() -> None:
    assert reported([from_eni(number, number, ROOT if number % 2 else ALICE) for number in range(8)]) == []


def test_sessions_of_one_role_are_one_caller() -> None:
    assert reported([from_eni(number, number, role("ci", f"run-{number}")) for number in range(5)]) == [4]


def test_a_call_that_takes_nothing_does_not_count() -> None:
    empty = [
        call("ecs:UnassignPrivateIpAddresses", NetworkInterfaceId=f"eni-{number}", PrivateIpAddress=[""])
        for number in range(9)
    ]
    assert reported(empty) == []
    assert reported([*empty[:4], from_eni(9, 1)]) == []


def test_refused_calls_take_nothing() -> None:
    assert reported([unassign(*FIVE, error=REFUSED)]) == []


def test_controllers_and_services_drain_nodes_all_day() -> None:
    assert reported([unassign(*FIVE, by=NAT_GATEWAY)]) == []
    by_node = unassign(*FIVE, by=TERWAY_NODE)
    assert reported([by_node], WITH_CONTROLLER) == []
    assert reported([by_node]) == [0]


def test_a_caller_that_cannot_be_confirmed_is_undecided() -> None:
    decision = decided(unassign(*FIVE, by=role("AliyunServiceRoleForUnheardOf")), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], ["PFX015"])


def test_an_event_that_is_delivered_again_counts_once() -> None:
    calls = [from_eni(number, number) for number in range(4)]
    assert reported([*calls, *calls]) == []


@pytest.mark.parametrize(
    ("params", "expected"),
    [({"in_one_call": 6}, []), ({"in_one_call": 6, "enis": 2}, [1]), ({"in_one_call": 1}, [0, 1])],
)
def test_thresholds_are_parameters(params: dict[str, int], expected: list[int]) -> None:
    policy = Policy(rules={"PFX015": RuleSettings(params=params)})
    assert reported([unassign(*FIVE, eni=BUSY), unassign(*FIVE, eni=FREE)], policy) == expected


def test_the_window_is_a_parameter() -> None:
    policy = Policy(rules={"PFX015": RuleSettings(params={"minutes": 3})})
    assert reported([from_eni(number, number) for number in range(9)], policy) == []
