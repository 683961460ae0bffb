from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.rules.pfx.test_world import (
    BUSY,
    OTHER,
    OTHER_ENI,
    REFUSED,
    RESERVED,
    TERWAY_NODE,
    VSWITCH,
    WITH_CONTROLLER,
    assign,
    eni,
    reservation,
    unassign,
    world,
)
from eniguard.testing import MORNING, call, decided, decided_in_order, findings, undecided

ONLY = ["PFX013"]
UNUSED = reservation("vcr-1", "10.0.0.128/28", AssignedCidrCount=0)


def delete(error: str | None = None, **more: Any) -> Call:
    return call("vpc:DeleteVSwitchCidrReservation", error=error, VSwitchCidrReservationId="vcr-1", **more)


def modify(**parameters: Any) -> Call:
    return call("vpc:ModifyVSwitchCidrReservationAttribute", VSwitchCidrReservationId="vcr-1", **parameters)


def test_deleting_a_block_that_enis_use_is_high_and_names_them() -> None:
    decision = decided(delete(), state=world(), only=ONLY)
    assert findings(decision) == [("PFX013", "high", "vcr-1")]
    finding = decision.findings[0]
    assert [one.id for one in finding.resources] == ["vcr-1", VSWITCH, OTHER]
    used = finding.evidence[-1]
    assert (used.name, used.value, used.note) == ("prefix in use", "10.0.0.240/28", f"on {OTHER}")
    assert (used.source, used.as_of) == ("snapshot", MORNING)


@pytest.mark.parametrize("code", ["DependencyViolation", REFUSED, "Throttling"])
def test_a_deletion_that_did_not_go_through_is_low(code: str) -> None:
    assert findings(decided(delete(code), state=world(), only=ONLY)) == [("PFX013", "low", "vcr-1")]


def test_deleting_an_unused_block_is_right() -> None:
    decision = decided(delete(), state=world(reservations=(UNUSED,)), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], [])


def test_the_count_of_the_reservation_is_enough() -> None:
    state = world(None, reservations=(reservation("vcr-1", RESERVED, AssignedCidrCount=2),))
    decision = decided(delete(), state=state, only=ONLY)
    assert findings(decision) == [("PFX013", "high", "vcr-1")]
    assert decision.findings[0].evidence[1].value == 2


def test_a_count_of_zero_is_enough_when_the_enis_are_not_known() -> None:
    decision = decided(delete(), state=world(None, reservations=(UNUSED,)), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], [])


def test_prefixes_that_were_unassigned_before_no_longer_count() -> None:
    state = world(reservations=(reservation("vcr-1", RESERVED, AssignedCidrCount=1),))
    give_back = unassign("10.0.0.240/28", eni=OTHER)
    assert findings(decided_in_order([give_back, delete()], state=state, only=ONLY)[1]) == []


def test_prefixes_that_were_assigned_since_count() -> None:
    calls = [assign("10.0.0.128/28", eni=BUSY), delete()]
    decision = decided_in_order(calls, state=world(reservations=(UNUSED,)), only=ONLY)[1]
    assert findings(decision) == [("PFX013", "high", "vcr-1")]
    assert decision.findings[0].evidence[-1].source == "journal"


def test_prefixes_whose_place_nobody_knows_leave_it_undecided() -> None:
    calls = [assign(Ipv4PrefixCount=1, eni=BUSY), delete()]
    decision = decided_in_order(calls, state=world(reservations=(UNUSED,)), only=ONLY)[1]
    assert (findings(decision), undecided(decision)) == ([], ["PFX013"])


def test_an_ipv6_block_in_use_is_reported() -> None:
    state = world(
        [eni(OTHER, "10.0.0.12", ipv6_prefixes=["2001:db8:0:100:8000::/80"])],
        reservations=(reservation("vcr-1", "2001:db8:0:100:8000::/65"),),
    )
    assert findings(decided(delete(), state=state, only=ONLY)) == [("PFX013", "high", "vcr-1")]


def test_a_prefix_of_the_other_half_of_the_vswitch_is_not_in_the_block() -> None:
    state = world([OTHER_ENI], reservations=(reservation("vcr-1", "10.0.0.128/26"),))
    assert findings(decided(delete(), state=state, only=ONLY)) == []


@pytest.mark.parametrize("unknown", [{"reservations": None}, {"reservations": (), "enis": ()}])
def test_an_unknown_reservation_is_undecided(unknown: dict[str, Any]) -> None:
    assert undecided(decided(delete(), state=world(**unknown), only=ONLY)) == ["PFX013"]


def test_unknown_enis_without_a_count_are_undecided() -> None:
    decision = decided(delete(), state=world(None), only=ONLY)
    assert undecided(decision) == ["PFX013"]
    assert decision.undecided[0].refs == (f"ecs:NetworkInterface vswitch={VSWITCH}",)


def test_changing_the_block_is_judged_like_deleting_it() -> None:
    for changed in ({"VSwitchCidrReservationCidr": "10.0.0.64/27"}, {"VSwitchCidrReservationMask": "27"}):
        assert findings(decided(modify(**changed), state=world(), only=ONLY)) == [("PFX013", "high", "vcr-1")]


def test_changing_a_name_is_harmless_and_needs_no_facts() -> None:
    renamed = modify(VSwitchCidrReservationName="pods", VSwitchCidrReservationDescription="for pods")
    decision = decided(renamed, state=world(), only=ONLY)
    assert (findings(decision), undecided(decision), decision.rounds) == ([], [], 0)


def test_a_dry_run_is_not_judged() -> None:
    assert findings(decided(delete("DryRunOperation"), state=world(), only=ONLY)) == []


def test_controllers_are_judged_too() -> None:
    by_node = delete(by=TERWAY_NODE)
    decision = decided(by_node, state=world(), policy=WITH_CONTROLLER, only=ONLY)
    assert findings(decision) == [("PFX013", "high", "vcr-1")]
