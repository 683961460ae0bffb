from __future__ import annotations

from typing import Any

from eniguard.events.calls import Call
from eniguard.rules.pfx.test_world import (
    BUSY,
    BUSY_ENI,
    FREE,
    FREE_ENI,
    REFUSED,
    VSWITCH,
    assign,
    assign_ipv6,
    create,
    eni,
    unassign,
    world,
)
from eniguard.testing import Snapshot, call, decided, decided_in_order, findings, undecided

ONLY = ["PFX009"]
EVENING = "2026-03-01T20:00:00Z"


def holding(number: int, **options: Any) -> Snapshot:
    prefixes = [f"10.{one}.0.0/28" for one in range(number)]
    return world([eni(FREE, "10.0.0.10", prefixes=prefixes), BUSY_ENI], **options)


def ten(error: str | None = None, **more: Any) -> Call:
    return assign(Ipv4PrefixCount=10, error=error, **more)


def test_49_prefixes_on_an_available_eni_are_right() -> None:
    decision = decided(ten(), state=holding(39), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], [])


def test_more_than_49_are_advice_when_refused() -> None:
    decision = decided(ten(REFUSED), state=holding(40), only=ONLY)
    assert findings(decision) == [("PFX009", "low", FREE)]
    (total,) = decision.findings[0].evidence
    assert (total.name, total.value, total.source) == ("IPv4 prefixes", 50, "snapshot")


def test_more_than_49_are_a_conflict_of_facts_when_the_call_succeeds() -> None:
    decision = decided(ten(), state=holding(40), only=ONLY)
    assert findings(decision) == [("PFX009", "info", FREE)]
    assert decision.findings[0].evidence[-1].name == "fact-conflict"


def test_the_total_runs_over_calls_that_assign_by_name_and_by_number() -> None:
    by_name = assign(*(f"10.0.{one}.0/28" for one in range(9)))
    named = {
        "AssignedPrivateIpAddressesSet": {
            "Ipv4PrefixSet": {"Ipv4Prefixes": [f"10.9.{n}.0/28" for n in range(10)]}
        }
    }
    answered = call(
        "ecs:AssignPrivateIpAddresses", response=named, NetworkInterfaceId=FREE, Ipv4PrefixCount=10
    )
    calls = [by_name, ten(), answered, ten(), ten(), assign("10.0.9.0/28", error=REFUSED)]
    decisions = decided_in_order(calls, state=world(), only=ONLY)
    assert [findings(one) for one in decisions[:5]] == [[]] * 5
    assert findings(decisions[5]) == [("PFX009", "low", FREE)]
    assert decisions[5].findings[0].evidence[0].value == 50


def test_what_was_unassigned_makes_room() -> None:
    give_back = unassign("10.0.0.0/28", eni=FREE)
    decisions = decided_in_order([give_back, assign("10.0.9.0/28")], state=holding(49), only=ONLY)
    assert findings(decisions[1]) == []


def test_a_refused_call_does_not_add_to_the_total() -> None:
    calls = [ten("Throttling"), ten("Throttling"), ten()]
    assert findings(decided_in_order(calls, state=holding(39), only=ONLY)[2]) == []


def test_a_record_from_after_a_refused_call_does_not_hold_what_was_asked() -> None:
    decision = decided(ten(REFUSED), state=holding(40, captured_at=EVENING), only=ONLY)
    assert findings(decision) == [("PFX009", "low", FREE)]


def test_a_record_from_after_a_success_holds_it() -> None:
    assert findings(decided(ten(), state=holding(49, captured_at=EVENING), only=ONLY)) == []


def test_over_nine_in_the_console_are_information() -> None:
    in_console = ten(type="ConsoleOperation")
    assert findings(decided(in_console, state=holding(0), only=ONLY)) == [("PFX009", "info", FREE)]
    assert findings(decided(ten(), state=holding(0), only=ONLY)) == []
    nine = assign(Ipv4PrefixCount=9, type="ConsoleOperation")
    assert findings(decided(nine, state=holding(0), only=ONLY)) == []


def test_over_49_in_the_console_are_advice_like_any_other() -> None:
    decision = decided(ten(REFUSED, type="ConsoleOperation"), state=holding(45), only=ONLY)
    assert findings(decision) == [("PFX009", "low", FREE)]


def test_an_attached_eni_is_left_to_its_instance_type() -> None:
    crowded = eni(BUSY, "10.0.0.11", instance="i-1", prefixes=[f"10.{one}.0.0/28" for one in range(45)])
    decision = decided(ten(REFUSED, eni=BUSY), state=world([crowded]), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], [])


def test_ipv6_prefixes_have_no_such_limit() -> None:
    decision = decided(assign_ipv6(Ipv6PrefixCount=60, error=REFUSED), state=world(), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], [])


def test_a_new_eni_is_judged_by_its_own_call() -> None:
    assert findings(decided(create(REFUSED, Ipv4PrefixCount=49), only=ONLY)) == []
    assert findings(decided(create(REFUSED, Ipv4PrefixCount=50), only=ONLY)) == [("PFX009", "low", VSWITCH)]
    listed = {f"Ipv4Prefix.{number}": f"10.{number}.0.0/28" for number in range(1, 51)}
    made = create(created="eni-bp1example0009", **listed)
    assert findings(decided(made, only=ONLY)) == [("PFX009", "info", "eni-bp1example0009")]


def test_a_created_eni_counts_on_without_any_snapshot() -> None:
    made = "eni-bp1example0009"
    calls = [create(created=made, Ipv4PrefixCount=40), ten(REFUSED, eni=made)]
    assert findings(decided_in_order(calls, only=ONLY)[1]) == [("PFX009", "low", made)]


def test_an_unknown_eni_is_undecided() -> None:
    assert undecided(decided(ten(REFUSED), only=ONLY)) == ["PFX009"]


def test_an_eni_of_unknown_status_is_undecided() -> None:
    vague = {key: value for key, value in FREE_ENI.items() if key != "Status"}
    assert undecided(decided(ten(), state=world([vague]), only=ONLY)) == ["PFX009"]
