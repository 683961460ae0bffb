from __future__ import annotations

import pytest

from eniguard.rules.pfx.test_world import (
    BUSY,
    REFUSED,
    TERWAY_NODE,
    WITH_CONTROLLER,
    assign,
    assign_ipv6,
    eni,
    world,
)
from eniguard.testing import Snapshot, decided, decided_in_order, findings, undecided

ONLY = ["PFX017"]


def tagged(creator: str, *prefixes: str) -> Snapshot:
    tags = {"Tag": [{"TagKey": "creator", "TagValue": creator}]}
    return world([eni(BUSY, "10.0.0.11", instance="i-1", ipv6_prefixes=prefixes, Tags=tags)])


@pytest.mark.parametrize("creator", ["terway", "terway-controller"])
def test_a_second_ipv6_prefix_on_a_terway_eni_is_worth_a_word(creator: str) -> None:
    state = tagged(creator, "2001:db8::/80")
    decision = decided(assign_ipv6("2001:db8:0:0:1::/80", eni=BUSY), state=state, only=ONLY)
    assert findings(decision) == [("PFX017", "info", BUSY)]
    assert decision.findings[0].evidence[0].value == 2


def test_the_first_is_not() -> None:
    decision = decided(assign_ipv6("2001:db8::/80", eni=BUSY), state=tagged("terway"), only=ONLY)
    assert findings(decision) == []


def test_two_by_number_or_in_two_calls_count() -> None:
    by_number = decided(assign_ipv6(Ipv6PrefixCount=2, eni=BUSY), state=tagged("terway"), only=ONLY)
    assert findings(by_number) == [("PFX017", "info", BUSY)]
    calls = [assign_ipv6(Ipv6PrefixCount=1, eni=BUSY), assign_ipv6("2001:db8::/80", eni=BUSY)]
    decisions = decided_in_order(calls, state=tagged("terway"), only=ONLY)
    assert [findings(one) for one in decisions] == [[], [("PFX017", "info", BUSY)]]


def test_other_enis_other_families_and_refusals_are_not_looked_at() -> None:
    both = ("2001:db8::/80", "2001:db8:0:0:1::/80")
    assert findings(decided(assign_ipv6(*both, eni=BUSY), state=tagged("me"), only=ONLY)) == []
    assert findings(decided(assign_ipv6(*both, eni=BUSY), state=world(), only=ONLY)) == []
    crowded = tagged("terway", *both)
    assert findings(decided(assign(Ipv4PrefixCount=2, eni=BUSY), state=crowded, only=ONLY)) == []
    assert findings(decided(assign_ipv6(Ipv6AddressCount=1, eni=BUSY), state=crowded, only=ONLY)) == []
    assert findings(decided(assign_ipv6(*both, eni=BUSY, error=REFUSED), state=crowded, only=ONLY)) == []


def test_an_unknown_eni_is_undecided() -> None:
    assert undecided(decided(assign_ipv6(Ipv6PrefixCount=2, eni=BUSY), only=ONLY)) == ["PFX017"]


def test_terway_itself_is_exempt_once_it_is_named() -> None:
    by_node = assign_ipv6(Ipv6PrefixCount=2, eni=BUSY, by=TERWAY_NODE)
    assert findings(decided(by_node, state=tagged("terway"), policy=WITH_CONTROLLER, only=ONLY)) == []
