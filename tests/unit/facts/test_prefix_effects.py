"""Prefixes and addresses over several calls: spellings, and those that were assigned by number."""

from __future__ import annotations

from typing import Any

from eniguard.events.calls import Call
from eniguard.facts import effects
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import CidrReservation, Eni
from eniguard.facts.refs import Fact, Unknown
from eniguard.facts.state import State, reference
from eniguard.model.kinds import CIDR_RESERVATION, ENI
from eniguard.testing import call

BARE = Eni("eni-1", ipv4_addresses=("10.0.0.4",), ipv6_addresses=(), ipv4_prefixes=(), ipv6_prefixes=())


def after(*calls: Call) -> Eni:
    eni = BARE
    for one in calls:
        changed = effects.apply(one, ENI, eni)
        assert isinstance(changed, Eni)
        eni = changed
    return eni


def assign_ipv6(*prefixes: str, **more: Any) -> Call:
    listed = {f"Ipv6Prefix.{number}": text for number, text in enumerate(prefixes, 1)}
    return call("ecs:AssignIpv6Addresses", NetworkInterfaceId="eni-1", **listed, **more)


def test_one_prefix_in_two_spellings_is_one_prefix() -> None:
    eni = after(
        assign_ipv6("2001:db8:0:0:1::/80"), assign_ipv6("2001:0DB8::1:0:0:0/80", "2001:db8:0:0:1::/80")
    )
    assert eni.prefix_count(6) == 1


def test_a_prefix_is_taken_away_whatever_its_spelling() -> None:
    gone = call("ecs:UnassignIpv6Addresses", NetworkInterfaceId="eni-1", **{"Ipv6Prefix.1": "2001:0DB8::/80"})
    assert after(assign_ipv6("2001:db8::/80"), gone).prefix_count(6) == 0


def test_a_prefix_of_unknown_text_is_taken_away_by_its_name() -> None:
    by_number = call("ecs:AssignPrivateIpAddresses", NetworkInterfaceId="eni-1", Ipv4PrefixCount=3)
    gone = call(
        "ecs:UnassignPrivateIpAddresses", NetworkInterfaceId="eni-1", **{"Ipv4Prefix.1": "10.0.0.16/28"}
    )
    assert after(by_number, gone).prefix_count(4) == 2
    assert after(gone).prefix_count(4) == 0


def test_an_address_of_unknown_text_is_taken_away_by_its_name() -> None:
    by_number = call("ecs:AssignIpv6Addresses", NetworkInterfaceId="eni-1", Ipv6AddressCount=2)
    gone = call("ecs:UnassignIpv6Addresses", NetworkInterfaceId="eni-1", **{"Ipv6Address.1": "2001:db8::5"})
    assert after(by_number, gone).count(6) == 1


def test_a_blank_prefix_beside_a_number_is_not_counted() -> None:
    assert after(assign_ipv6("", Ipv6PrefixCount=2)).prefix_count(6) == 2


def test_a_reservation_that_was_asked_for_has_no_known_state() -> None:
    made = call(
        "vpc:CreateVSwitchCidrReservation",
        response={"VSwitchCidrReservationId": "vcr-1"},
        VSwitchId="vsw-1",
        VSwitchCidrReservationCidr="10.0.0.128/25",
    )
    found = effects.created(made, CIDR_RESERVATION)
    assert found == CidrReservation("vcr-1", "vsw-1", 4, "10.0.0.128/25")


def test_a_created_eni_joins_a_listing_though_a_source_did_not_know_it_yet() -> None:
    made = call("ecs:CreateNetworkInterface", response={"NetworkInterfaceId": "eni-9"}, VSwitchId="vsw-1")
    facts = Facts(
        {
            reference(made, ENI, "eni-9"): Fact(Unknown("not listed"), "snapshot", 0.0),
            reference(made, ENI, "vsw-1", "vswitch"): Fact((), "snapshot", 0.0),
        }
    )
    listing = State(made, facts, "after").enis("vswitch", "vsw-1")
    assert isinstance(listing, tuple)
    assert [eni.id for eni in listing] == ["eni-9"]
