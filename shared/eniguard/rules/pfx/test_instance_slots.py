from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.rules.pfx.test_world import (
    BUSY,
    BUSY_ENI,
    FREE,
    INSTANCE,
    REFUSED,
    TERWAY_NODE,
    WITH_CONTROLLER,
    assign,
    assign_ipv6,
    eni,
    unassign,
    world,
)
from eniguard.testing import API_GATEWAY, call, decided, decided_in_order, findings, undecided

ONLY = ["PFX010"]
NEARLY = ["PFX020"]
FULL = "InvalidOperation.Ipv4CountExceeded"


def attach(eni_id: str = FREE, error: str | None = None) -> Call:
    return call("ecs:AttachNetworkInterface", error=error, NetworkInterfaceId=eni_id, InstanceId=INSTANCE)


def resize(new_type: str, error: str | None = None, name: str = "ModifyInstanceSpec") -> Call:
    return call(f"ecs:{name}", error=error, InstanceId=INSTANCE, InstanceType=new_type)


class TestLimits:
    """Seed 002: an ecs.g7.large takes five IPv4 prefixes beside the primary address, and six of IPv6."""

    def test_five_ipv4_prefixes_fit_and_six_do_not(self) -> None:
        assert findings(decided(assign(Ipv4PrefixCount=5, eni=BUSY), state=world(), only=ONLY)) == []
        decision = decided(assign(Ipv4PrefixCount=6, eni=BUSY, error=FULL), state=world(), only=ONLY)
        assert findings(decision) == [("PFX010", "low", BUSY)]

    def test_six_ipv6_prefixes_fit_and_seven_do_not(self) -> None:
        assert findings(decided(assign_ipv6(Ipv6PrefixCount=6, eni=BUSY), state=world(), only=ONLY)) == []
        decision = decided(assign_ipv6(Ipv6PrefixCount=7, eni=BUSY, error=FULL), state=world(), only=ONLY)
        assert findings(decision) == [("PFX010", "low", BUSY)]

    def test_each_secondary_address_takes_a_slot(self) -> None:
        state = world([eni(BUSY, "10.0.0.11", instance=INSTANCE, secondary=["10.0.0.21", "10.0.0.22"])])
        assert findings(decided(assign(Ipv4PrefixCount=3, eni=BUSY), state=state, only=ONLY)) == []
        decision = decided(assign(Ipv4PrefixCount=4, eni=BUSY, error=FULL), state=state, only=ONLY)
        assert findings(decision) == [("PFX010", "low", BUSY)]

    def test_each_ipv6_address_takes_a_slot(self) -> None:
        state = world([eni(BUSY, "10.0.0.11", instance=INSTANCE, ipv6=["2001:db8::5"])])
        assert findings(decided(assign_ipv6(Ipv6PrefixCount=5, eni=BUSY), state=state, only=ONLY)) == []
        decision = decided(assign_ipv6(Ipv6PrefixCount=6, eni=BUSY, error=FULL), state=state, only=ONLY)
        assert findings(decision) == [("PFX010", "low", BUSY)]

    def test_a_record_without_the_primary_address_still_has_one(self) -> None:
        bare = {**BUSY_ENI, "PrivateIpAddress": None, "PrivateIpSets": {"PrivateIpSet": []}}
        decision = decided(assign(Ipv4PrefixCount=6, eni=BUSY, error=FULL), state=world([bare]), only=ONLY)
        assert findings(decision) == [("PFX010", "low", BUSY)]

    def test_the_evidence_shows_the_numbers_with_their_sources(self) -> None:
        decision = decided(assign(Ipv4PrefixCount=6, eni=BUSY, error=FULL), state=world(), only=ONLY)
        assert [(one.name, one.value, one.source) for one in decision.findings[0].evidence] == [
            ("IPv4 prefixes", 6, "snapshot"),
            ("IPv4 addresses", 1, "snapshot"),
            ("EniPrivateIpAddressQuantity", 6, "snapshot"),
        ]
        assert decision.rounds == 3

    def test_a_success_above_the_limit_is_a_conflict_of_facts(self) -> None:
        decision = decided(assign(Ipv4PrefixCount=6, eni=BUSY), state=world(), only=ONLY)
        assert findings(decision) == [("PFX010", "info", BUSY)]
        assert decision.findings[0].evidence[-1].name == "fact-conflict"

    def test_the_total_runs_over_several_calls(self) -> None:
        calls = [
            assign("10.0.0.128/28", "10.0.0.144/28", eni=BUSY),
            assign(Ipv4PrefixCount=3, eni=BUSY),
            assign_ipv6(Ipv6PrefixCount=6, eni=BUSY),
            assign("10.0.0.160/28", eni=BUSY, error=FULL),
            unassign("10.0.0.128/28", eni=BUSY),
            assign("10.0.0.160/28", eni=BUSY),
        ]
        decisions = decided_in_order(calls, state=world(), only=ONLY)
        assert [findings(one) for one in decisions] == [[], [], [], [("PFX010", "low", BUSY)], [], []]

    def test_addresses_assigned_on_the_way_count(self) -> None:
        calls = [
            assign(eni=BUSY, SecondaryPrivateIpAddressCount=3),
            assign(Ipv4PrefixCount=3, eni=BUSY, error=FULL),
        ]
        assert findings(decided_in_order(calls, state=world(), only=ONLY)[1]) == [("PFX010", "low", BUSY)]

    def test_an_available_eni_has_no_instance_type(self) -> None:
        decision = decided(assign(Ipv4PrefixCount=9, error=FULL), state=world(), only=ONLY)
        assert (findings(decision), undecided(decision)) == ([], [])


class TestAttach:
    def test_an_eni_with_too_many_prefixes_for_the_type_is_reported(self) -> None:
        state = world([eni(FREE, "10.0.0.10", prefixes=[f"10.0.{one}.0/28" for one in range(6)])])
        refused = decided(attach(error=FULL), state=state, only=ONLY)
        assert findings(refused) == [("PFX010", "low", FREE)]
        assert findings(decided(attach(), state=state, only=ONLY)) == [("PFX010", "info", FREE)]

    def test_an_eni_whose_prefixes_fit_is_not(self) -> None:
        state = world([eni(FREE, "10.0.0.10", prefixes=["10.0.0.128/28"], ipv6_prefixes=["2001:db8::/80"])])
        decision = decided(attach(), state=state, only=ONLY)
        assert (findings(decision), undecided(decision)) == ([], [])

    def test_both_families_make_one_finding(self) -> None:
        crowded = eni(
            FREE,
            "10.0.0.10",
            prefixes=[f"10.0.{one}.0/28" for one in range(6)],
            ipv6_prefixes=[f"2001:db8:0:{one}::/80" for one in range(7)],
        )
        decision = decided(attach(error=FULL), state=world([crowded]), only=ONLY)
        assert findings(decision) == [("PFX010", "low", FREE)]
        assert len(decision.findings[0].evidence) == 6

    def test_an_eni_without_prefixes_needs_no_further_facts(self) -> None:
        decision = decided(attach(), state=world(instances=None, types=None), only=ONLY)
        assert (findings(decision), undecided(decision), decision.rounds) == ([], [], 1)

    def test_an_unknown_eni_is_undecided(self) -> None:
        assert undecided(decided(attach("eni-nobody-knows"), state=world(), only=ONLY)) == ["PFX010"]


class TestTypeChange:
    CROWDED = (
        eni(FREE, "10.0.0.10", instance=INSTANCE, prefixes=["10.0.0.128/28"]),
        eni(
            BUSY,
            "10.0.0.11",
            instance=INSTANCE,
            prefixes=["10.0.0.144/28", "10.0.0.160/28", "10.0.0.176/28"],
            ipv6_prefixes=["2001:db8::/80"],
        ),
    )

    @pytest.mark.parametrize("name", ["ModifyInstanceSpec", "ModifyPrepayInstanceSpec"])
    def test_all_enis_are_measured_against_the_new_type(self, name: str) -> None:
        refused = decided(resize("ecs.small", FULL, name), state=world(self.CROWDED), only=ONLY)
        assert findings(refused) == [("PFX010", "low", BUSY)]
        assert findings(decided(resize("ecs.small", name=name), state=world(self.CROWDED), only=ONLY)) == [
            ("PFX010", "info", BUSY)
        ]

    def test_a_type_that_has_room_is_right(self) -> None:
        decision = decided(resize("ecs.g7.large"), state=world(self.CROWDED), only=ONLY)
        assert (findings(decision), undecided(decision)) == ([], [])

    def test_an_instance_without_prefixes_needs_no_type(self) -> None:
        decision = decided(resize("ecs.nobody-knows"), state=world(), only=ONLY)
        assert (findings(decision), undecided(decision)) == ([], [])

    def test_a_call_that_keeps_the_type_needs_nothing(self) -> None:
        decision = decided(call("ecs:ModifyInstanceSpec", InstanceId=INSTANCE), state=world(), only=ONLY)
        assert (findings(decision), undecided(decision), decision.rounds) == ([], [], 0)

    def test_an_unknown_type_or_listing_is_undecided(self) -> None:
        unknown_type = decided(resize("ecs.nobody-knows"), state=world(self.CROWDED), only=ONLY)
        assert undecided(unknown_type) == ["PFX010"]
        unknown_enis = decided(resize("ecs.small"), state=world(None), only=ONLY)
        assert undecided(unknown_enis) == ["PFX010"]
        assert unknown_enis.undecided[0].subject is not None
        assert unknown_enis.undecided[0].subject.id == INSTANCE

    def test_the_new_type_holds_for_later_calls(self) -> None:
        calls = [resize("ecs.small"), assign(Ipv4PrefixCount=3, eni=BUSY, error=FULL)]
        assert findings(decided_in_order(calls, state=world(), only=ONLY)[1]) == [("PFX010", "low", BUSY)]


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ("enis", f"ecs:NetworkInterface id={BUSY}"),
        ("instances", f"ecs:Instance id={INSTANCE}"),
        ("types", "ecs:InstanceType id=ecs.g7.large"),
    ],
)
def test_a_missing_fact_is_undecided(left_out: str, missing: str) -> None:
    without: dict[str, Any] = {left_out: None}
    state = world(**without)
    for only in (ONLY, NEARLY):
        decision = decided(assign(Ipv4PrefixCount=1, eni=BUSY), state=state, only=only)
        assert (findings(decision), undecided(decision)) == ([], only)
        assert decision.undecided[0].refs == (missing,)


def test_a_type_of_which_only_one_limit_is_known_is_undecided_for_the_other() -> None:
    state = world(types=({"InstanceTypeId": "ecs.g7.large", "EniPrivateIpAddressQuantity": 6},))
    assert undecided(decided(assign_ipv6(Ipv6PrefixCount=1, eni=BUSY), state=state, only=ONLY)) == ["PFX010"]
    assert undecided(decided(assign(Ipv4PrefixCount=1, eni=BUSY), state=state, only=ONLY)) == []


class TestNearlyUsed:
    def test_eighty_percent_of_the_slots_are_worth_a_word(self) -> None:
        decision = decided(assign(Ipv4PrefixCount=4, eni=BUSY), state=world(), only=NEARLY)
        assert findings(decision) == [("PFX020", "info", BUSY)]
        assert "5 of 6 IPv4 slots" in decision.findings[0].summary

    def test_fewer_are_not(self) -> None:
        assert findings(decided(assign(Ipv4PrefixCount=3, eni=BUSY), state=world(), only=NEARLY)) == []
        assert findings(decided(assign_ipv6(Ipv6PrefixCount=4, eni=BUSY), state=world(), only=NEARLY)) == []

    def test_all_slots_are_nearly_used_and_more_than_all_are_over_the_limit(self) -> None:
        both = [*ONLY, *NEARLY]
        full = decided(assign_ipv6(Ipv6PrefixCount=6, eni=BUSY), state=world(), only=both)
        assert findings(full) == [("PFX020", "info", BUSY)]
        over = decided(assign_ipv6(Ipv6PrefixCount=7, eni=BUSY), state=world(), only=both)
        assert findings(over) == [("PFX010", "info", BUSY)]

    def test_a_refused_call_uses_nothing(self) -> None:
        decision = decided(assign(Ipv4PrefixCount=4, eni=BUSY, error=REFUSED), state=world(), only=NEARLY)
        assert findings(decision) == []

    def test_it_is_off_for_controllers_and_services(self) -> None:
        by_node = assign(Ipv4PrefixCount=4, eni=BUSY, by=TERWAY_NODE)
        assert findings(decided(by_node, state=world(), policy=WITH_CONTROLLER, only=NEARLY)) == []
        by_service = assign(Ipv4PrefixCount=4, eni=BUSY, by=API_GATEWAY)
        assert findings(decided(by_service, state=world(), only=NEARLY)) == []
