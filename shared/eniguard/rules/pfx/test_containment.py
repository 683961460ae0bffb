from __future__ import annotations

import pytest

from eniguard.rules.pfx.test_world import (
    BUSY,
    FREE,
    FREE_ENI,
    REFUSED,
    RESERVATIONS,
    RESERVED,
    VSWITCH,
    assign,
    assign_ipv6,
    create,
    reservation,
    world,
)
from eniguard.testing import MORNING, call, decided, decided_in_order, findings, undecided

EVENING = "2026-03-01T20:00:00Z"


class TestVSwitchBlock:
    ONLY = ("PFX004",)

    def test_prefix_inside_the_vswitch_is_right(self) -> None:
        decision = decided(assign("10.0.0.16/28", error=REFUSED), state=world(), only=self.ONLY)
        assert findings(decision) == []
        assert undecided(decision) == []

    def test_prefix_outside_the_vswitch_is_advice_when_refused(self) -> None:
        decision = decided(
            assign("10.0.1.0/28", "10.0.0.16/28", error=REFUSED), state=world(), only=self.ONLY
        )
        assert findings(decision) == [("PFX004", "low", FREE)]
        (bad,) = decision.findings[0].evidence
        assert (bad.name, bad.value, bad.source, bad.as_of) == (
            "Ipv4Prefix",
            "10.0.1.0/28",
            "snapshot",
            MORNING,
        )
        assert bad.note is not None
        assert "10.0.0.0/24" in bad.note

    def test_a_success_outside_the_vswitch_is_a_conflict_of_facts(self) -> None:
        decision = decided(assign("10.0.1.0/28"), state=world(), only=self.ONLY)
        assert findings(decision) == [("PFX004", "info", FREE)]
        assert decision.findings[0].evidence[-1].name == "fact-conflict"

    def test_ipv6_prefix_outside_the_ipv6_block_is_reported(self) -> None:
        inside, outside = "2001:db8:0:100:8000::/80", "2001:db8:0:101::/80"
        decision = decided(assign_ipv6(inside, outside, error=REFUSED), state=world(), only=self.ONLY)
        assert [one.value for one in decision.findings[0].evidence] == [outside]

    @pytest.mark.parametrize("said", [{"Ipv6CidrBlock": ""}, {"EnabledIpv6": False}])
    def test_ipv6_prefix_on_a_vswitch_without_ipv6_is_reported(self, said: dict[str, object]) -> None:
        state = world(vswitches=({"VSwitchId": VSWITCH, "CidrBlock": "10.0.0.0/24", **said},))
        decision = decided(assign_ipv6("2001:db8::/80", error=REFUSED), state=state, only=self.ONLY)
        assert findings(decision) == [("PFX004", "low", FREE)]
        assert decision.findings[0].evidence[0].note == f"{VSWITCH} has no IPv6 block"

    def test_an_ipv6_block_that_the_record_leaves_out_is_not_known(self) -> None:
        state = world(vswitches=({"VSwitchId": VSWITCH, "CidrBlock": "10.0.0.0/24"},))
        decision = decided(assign_ipv6("2001:db8::/80", error=REFUSED), state=state, only=self.ONLY)
        assert undecided(decision) == ["PFX004"]

    def test_an_unknown_vswitch_is_undecided(self) -> None:
        decision = decided(assign("10.9.0.0/28"), state=world(vswitches=None), only=self.ONLY)
        assert (findings(decision), undecided(decision)) == ([], ["PFX004"])
        assert decision.undecided[0].refs == (f"vpc:VSwitch id={VSWITCH}",)

    def test_an_unknown_eni_is_undecided(self) -> None:
        decision = decided(assign("10.9.0.0/28", eni="eni-nobody-knows"), state=world(), only=self.ONLY)
        assert decision.undecided[0].refs == ("ecs:NetworkInterface id=eni-nobody-knows",)

    def test_a_known_violation_counts_less_while_another_family_is_not_known(self) -> None:
        state = world(vswitches=({"VSwitchId": VSWITCH, "CidrBlock": "10.0.0.0/24"},))
        bad = create(REFUSED, **{"Ipv4Prefix.1": "10.9.0.0/28", "Ipv6Prefix.1": "2001:db8::/80"})
        decision = decided(bad, state=state, only=self.ONLY)
        assert findings(decision) == [("PFX004", "info", VSWITCH)]
        assert decision.findings[0].inventory == "partial"

    def test_a_new_eni_is_judged_by_the_vswitch_of_the_call(self) -> None:
        decision = decided(create(REFUSED, **{"Ipv4Prefix.1": "10.9.0.0/28"}), state=world(), only=self.ONLY)
        assert findings(decision) == [("PFX004", "low", VSWITCH)]

    def test_a_listing_from_after_the_call_serves_because_blocks_stay(self) -> None:
        state = world(captured_at=EVENING)
        decision = decided(assign("10.9.0.0/28", error=REFUSED), state=state, only=self.ONLY)
        assert findings(decision) == [("PFX004", "low", FREE)]
        assert decision.findings[0].evidence[0].as_of == EVENING

    def test_a_block_larger_than_the_vswitch_lies_outside(self) -> None:
        decision = decided(assign("10.0.0.0/16", error=REFUSED), state=world(), only=self.ONLY)
        assert findings(decision) == [("PFX004", "low", FREE)]

    def test_calls_without_prefixes_need_no_facts(self) -> None:
        plain = assign(eni=FREE, SecondaryPrivateIpAddressCount=2)
        assert decided(plain, state=world()).rounds <= 1
        assert decided(plain, state=world(), only=["PFX004", "PFX005", "PFX006", "PFX010"]).rounds == 0


class TestReservation:
    ONLY = ("PFX005",)

    def test_prefix_in_an_assigned_reservation_is_right(self) -> None:
        inside = assign("10.0.0.128/28", "10.0.0.240/28", error=REFUSED)
        decision = decided(inside, state=world(), only=self.ONLY)
        assert (findings(decision), undecided(decision)) == ([], [])

    def test_prefix_outside_every_reservation_is_advice_when_refused(self) -> None:
        decision = decided(assign("10.0.0.16/28", error=REFUSED), state=world(), only=self.ONLY)
        assert findings(decision) == [("PFX005", "low", FREE)]
        evidence = decision.findings[0].evidence
        assert [(one.name, one.value) for one in evidence] == [
            ("Ipv4Prefix", "10.0.0.16/28"),
            ("reservation", RESERVED),
            ("reservation", "2001:db8:0:100:8000::/65"),
        ]
        assert {(one.source, one.as_of) for one in evidence} == {("snapshot", MORNING)}

    def test_prefix_outside_every_reservation_is_a_conflict_of_facts_when_the_call_succeeds(self) -> None:
        decision = decided(assign("10.0.0.16/28"), state=world(), only=self.ONLY)
        assert findings(decision) == [("PFX005", "info", FREE)]
        assert decision.findings[0].evidence[-1].name == "fact-conflict"

    def test_a_reservation_of_the_other_family_does_not_count(self) -> None:
        outside = assign_ipv6("2001:db8:0:100:1::/80", error=REFUSED)
        decision = decided(outside, state=world(), only=self.ONLY)
        assert findings(decision) == [("PFX005", "low", FREE)]

    def test_without_any_reservation_the_advice_is_to_create_one(self) -> None:
        state = world(reservations=())
        decision = decided(assign("10.0.0.16/28", error=REFUSED), state=state, only=self.ONLY)
        assert findings(decision) == [("PFX005", "low", FREE)]
        assert "create one first with CreateVSwitchCidrReservation" in decision.findings[0].advice

    def test_prefixes_by_number_need_a_reservation_too(self) -> None:
        by_number = assign(eni=FREE, Ipv4PrefixCount=2, error=REFUSED)
        assert findings(decided(by_number, state=world(reservations=()), only=self.ONLY)) == [
            ("PFX005", "low", FREE)
        ]
        assert findings(decided(by_number, state=world(), only=self.ONLY)) == []

    def test_a_reservation_of_the_other_family_gives_no_prefixes_by_number(self) -> None:
        state = world(reservations=(reservation("vcr-1", RESERVED),))
        decision = decided(assign_ipv6(Ipv6PrefixCount=1, error=REFUSED), state=state, only=self.ONLY)
        assert findings(decision) == [("PFX005", "low", FREE)]
        assert "no reserved IPv6 block yet" in decision.findings[0].advice

    @pytest.mark.parametrize("status", ["Releasing", "Released", "Assigning"])
    def test_a_reservation_in_another_state_is_named(self, status: str) -> None:
        state = world(reservations=(reservation("vcr-1", RESERVED, status),))
        decision = decided(assign("10.0.0.128/28", error=REFUSED), state=state, only=self.ONLY)
        assert findings(decision) == [("PFX005", "low", FREE)]
        assert decision.findings[0].evidence[1].note == f"vcr-1: {status}"

    def test_a_reservation_that_was_being_assigned_may_be_assigned_by_now(self) -> None:
        state = world(reservations=(reservation("vcr-1", RESERVED, "Assigning"),))
        decision = decided(assign("10.0.0.128/28"), state=state, only=self.ONLY)
        assert (findings(decision), undecided(decision)) == ([], [])

    def test_a_reservation_made_by_an_earlier_call_counts(self) -> None:
        made = call(
            "vpc:CreateVSwitchCidrReservation",
            response={"VSwitchCidrReservationId": "vcr-9"},
            VSwitchId=VSWITCH,
            VSwitchCidrReservationCidr="10.0.0.16/28",
        )
        state = world(reservations=())
        ok = decided_in_order([made, assign("10.0.0.16/28")], state=state, only=self.ONLY)[1]
        assert (findings(ok), undecided(ok)) == ([], [])
        refused = decided_in_order(
            [made, assign("10.0.0.16/28", error=REFUSED)], state=state, only=self.ONLY
        )[1]
        assert (findings(refused), undecided(refused)) == ([], ["PFX005"])
        elsewhere = decided_in_order(
            [made, assign("10.0.0.32/28", error=REFUSED)], state=state, only=self.ONLY
        )[1]
        assert findings(elsewhere) == [("PFX005", "low", FREE)]

    def test_an_unknown_listing_is_undecided(self) -> None:
        decision = decided(assign("10.0.0.16/28"), state=world(reservations=None), only=self.ONLY)
        assert (findings(decision), undecided(decision)) == ([], ["PFX005"])
        assert decision.undecided[0].refs == (f"vpc:CidrReservation vswitch={VSWITCH}",)

    def test_a_prefix_that_only_overlaps_a_reservation_lies_outside(self) -> None:
        state = world(reservations=(reservation("vcr-1", "10.0.0.128/28"),))
        decision = decided(assign("10.0.0.128/27", error=REFUSED), state=state, only=self.ONLY)
        assert findings(decision) == [("PFX005", "low", FREE)]

    def test_a_prefix_that_cannot_be_read_is_left_to_the_rule_on_notation(self) -> None:
        decision = decided(assign("10.0.0.16", error=REFUSED), state=world())
        assert [one.rule for one in decision.findings] == ["PFX003"]

    def test_both_families_of_a_new_eni_are_judged(self) -> None:
        bad = create(REFUSED, **{"Ipv4Prefix.1": "10.0.0.16/28", "Ipv6Prefix.1": "2001:db8:0:100:1::/80"})
        decision = decided(bad, state=world([FREE_ENI], reservations=RESERVATIONS), only=self.ONLY)
        assert findings(decision) == [("PFX005", "low", VSWITCH)]
        assert [one.name for one in decision.findings[0].evidence[:2]] == ["Ipv4Prefix", "Ipv6Prefix"]

    def test_an_attached_eni_is_judged_like_any_other(self) -> None:
        decision = decided(assign("10.0.0.16/28", eni=BUSY, error=REFUSED), state=world(), only=self.ONLY)
        assert findings(decision) == [("PFX005", "low", BUSY)]
