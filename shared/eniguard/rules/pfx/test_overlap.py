from __future__ import annotations

import pytest

from eniguard.model import Decision
from eniguard.rules.pfx.test_world import (
    BUSY,
    FREE,
    FREE_ENI,
    OTHER,
    OTHER_ENI,
    REFUSED,
    VSWITCH,
    assign,
    assign_ipv6,
    create,
    eni,
    unassign,
    world,
)
from eniguard.testing import MORNING, call, decided, decided_in_order, findings, undecided

ONLY = ["PFX006"]
EVENING = "2026-03-01T20:00:00Z"


def notes(decision: Decision) -> list[tuple[object, str | None]]:
    return [(one.value, one.note) for one in decision.findings[0].evidence]


def test_a_free_prefix_is_right() -> None:
    decision = decided(assign("10.0.0.128/28", error=REFUSED), state=world(), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], [])


def test_overlap_with_a_prefix_of_another_eni_is_advice_when_refused() -> None:
    decision = decided(assign("10.0.0.240/28", error=REFUSED), state=world(), only=ONLY)
    assert findings(decision) == [("PFX006", "low", FREE)]
    assert notes(decision) == [("10.0.0.240/28", f"overlaps with prefix 10.0.0.240/28 of {OTHER}")]
    assert (decision.findings[0].evidence[0].source, decision.findings[0].evidence[0].as_of) == (
        "snapshot",
        MORNING,
    )


def test_overlap_is_a_conflict_of_facts_when_the_call_succeeds() -> None:
    decision = decided(assign("10.0.0.240/28"), state=world(), only=ONLY)
    assert findings(decision) == [("PFX006", "info", FREE)]
    assert decision.findings[0].evidence[-1].name == "fact-conflict"


def test_overlap_with_a_single_address_is_reported() -> None:
    decision = decided(assign("10.0.0.192/28", error=REFUSED), state=world(), only=ONLY)
    assert notes(decision) == [("10.0.0.192/28", f"overlaps with address 10.0.0.200 of {OTHER}")]


def test_overlap_with_a_primary_address_of_the_same_eni_is_reported() -> None:
    decision = decided(assign("10.0.0.0/28", eni=FREE, error=REFUSED), state=world([FREE_ENI]), only=ONLY)
    assert notes(decision) == [("10.0.0.0/28", f"overlaps with address 10.0.0.10 of {FREE}")]


def test_overlap_of_ipv6_is_judged_by_containment_not_by_text() -> None:
    decision = decided(assign_ipv6("2001:0DB8:0:0100:8000::/80", error=REFUSED), state=world(), only=ONLY)
    assert findings(decision) == [("PFX006", "low", FREE)]
    (only,) = notes(decision)
    assert only[1] == (
        f"overlaps with prefix 2001:db8:0:100:8000:2::/96 of {OTHER}, "
        f"address 2001:db8:0:100:8000:1:0:5 of {OTHER}"
    )


def test_prefixes_of_one_call_may_not_overlap_each_other() -> None:
    bad = assign("10.0.0.128/28", "10.0.0.144/28", "10.0.0.128/28", error=REFUSED)
    decision = decided(bad, state=world(), only=ONLY)
    assert notes(decision) == [("10.0.0.128/28", "overlaps with 10.0.0.128/28, asked for in the same call")]


def test_an_overlap_inside_the_call_counts_less_while_the_neighbours_are_not_known() -> None:
    bad = assign("10.0.0.128/28", "10.0.0.128/27", error=REFUSED)
    decision = decided(bad, only=ONLY)
    assert findings(decision) == [("PFX006", "info", FREE)]
    assert decision.findings[0].inventory == "partial"


def test_the_primary_address_of_a_new_eni_may_not_lie_in_its_prefix() -> None:
    bad = create(REFUSED, PrimaryIpAddress="10.0.0.130", **{"Ipv4Prefix.1": "10.0.0.128/28"})
    decision = decided(bad, state=world(), only=ONLY)
    assert findings(decision) == [("PFX006", "low", VSWITCH)]
    assert notes(decision) == [("10.0.0.128/28", "holds 10.0.0.130, asked for in the same call")]


def test_unknown_neighbours_are_undecided() -> None:
    decision = decided(assign("10.0.0.128/28", error=REFUSED), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], ["PFX006"])


def test_a_neighbour_that_a_refusal_proved_managed_is_still_in_the_way() -> None:
    proven = call(
        "ecs:DeleteNetworkInterface", NetworkInterfaceId=OTHER, error="InvalidOperation.EniServiceManaged"
    )
    known = decided_in_order([proven, assign("10.0.0.240/28", error=REFUSED)], state=world(), only=ONLY)[1]
    assert findings(known) == [("PFX006", "low", FREE)]


class TestOwnPrefix:
    def test_a_listing_from_after_the_call_shows_what_the_call_assigned(self) -> None:
        state = world([eni(FREE, "10.0.0.10", prefixes=["10.0.0.128/28"]), OTHER_ENI], captured_at=EVENING)
        decision = decided(assign("10.0.0.128/28"), state=state, only=ONLY)
        assert (findings(decision), undecided(decision)) == ([], [])

    def test_a_listing_from_after_the_call_still_shows_other_overlaps(self) -> None:
        state = world([eni(FREE, "10.0.0.10", prefixes=["10.0.0.240/28"]), OTHER_ENI], captured_at=EVENING)
        decision = decided(assign("10.0.0.240/28"), state=state, only=ONLY)
        assert notes(decision)[0] == ("10.0.0.240/28", f"overlaps with prefix 10.0.0.240/28 of {OTHER}")

    def test_the_created_eni_in_a_later_listing_is_no_overlap(self) -> None:
        made = "eni-bp1example0009"
        state = world([eni(made, "10.0.0.20", prefixes=["10.0.0.128/28"])], captured_at=EVENING)
        decision = decided(create(created=made, **{"Ipv4Prefix.1": "10.0.0.128/28"}), state=state, only=ONLY)
        assert findings(decision) == []

    def test_the_same_prefix_again_is_refused_because_the_eni_has_it(self) -> None:
        calls = [assign("10.0.0.128/28"), assign("10.0.0.128/28", error=REFUSED)]
        decision = decided_in_order(calls, state=world(), only=ONLY)[1]
        assert notes(decision) == [("10.0.0.128/28", f"overlaps with prefix 10.0.0.128/28 of {FREE}")]

    def test_the_same_call_with_its_token_succeeds_twice(self) -> None:
        calls = [assign("10.0.0.128/28"), assign("10.0.0.128/28")]
        assert findings(decided_in_order(calls, state=world(), only=ONLY)[1]) == []


def test_what_earlier_calls_assigned_is_in_the_way() -> None:
    calls = [
        assign("10.0.0.128/28", eni=BUSY),
        assign("10.0.0.128/28", error=REFUSED),
        unassign("10.0.0.128/28", eni=BUSY),
        assign("10.0.0.128/28"),
    ]
    decisions = decided_in_order(calls, state=world(), only=ONLY)
    assert [findings(one) for one in decisions] == [[], [("PFX006", "low", FREE)], [], []]
    assert decisions[1].findings[0].evidence[0].source == "journal"


@pytest.mark.parametrize("prefix", ["10.0.0.16", "2001:db8::/80", "nonsense"])
def test_what_cannot_be_read_is_not_compared(prefix: str) -> None:
    decision = decided(assign(prefix, error=REFUSED), state=world(), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], [])


def test_prefixes_by_number_are_not_compared() -> None:
    decision = decided(assign(Ipv4PrefixCount=3), only=ONLY)
    assert (findings(decision), undecided(decision), decision.rounds) == ([], [], 0)


def test_many_overlaps_are_counted() -> None:
    crowd = [eni(f"eni-{number}", f"10.0.0.{128 + number}") for number in range(9)]
    decision = decided(assign("10.0.0.128/28", error=REFUSED), state=world([FREE_ENI, *crowd]), only=ONLY)
    assert str(notes(decision)[0][1]).endswith("address 10.0.0.132 of eni-4 and 4 more")
