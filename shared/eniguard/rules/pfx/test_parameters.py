from __future__ import annotations

from typing import Any

import pytest

from eniguard.model import Decision
from eniguard.rules.pfx.test_world import FREE, REFUSED, VSWITCH, assign, assign_ipv6, create
from eniguard.testing import decided, findings

TEN = [f"10.0.0.{16 * number}/28" for number in range(10)]


def pairs(decision: Decision) -> list[tuple[str, object]]:
    return [(one.name, one.value) for finding in decision.findings for one in finding.evidence]


class TestConflicts:
    ONLY = ("PFX007",)

    def test_names_and_a_number_of_prefixes_exclude_each_other(self) -> None:
        decision = decided(assign(TEN[0], Ipv4PrefixCount=1, error=REFUSED), only=self.ONLY)
        assert findings(decision) == [("PFX007", "low", FREE)]
        assert pairs(decision) == [("Ipv4Prefix", "Ipv4PrefixCount")]

    @pytest.mark.parametrize(
        "addresses", [{"PrivateIpAddress.1": "10.0.0.5"}, {"SecondaryPrivateIpAddressCount": "2"}]
    )
    def test_prefixes_and_addresses_of_a_family_exclude_each_other(self, addresses: dict[str, Any]) -> None:
        (name,) = addresses
        by_name = decided(assign(TEN[0], error=REFUSED, **addresses), only=self.ONLY)
        assert pairs(by_name) == [("Ipv4Prefix", name.removesuffix(".1"))]
        by_number = decided(assign(Ipv4PrefixCount=1, error=REFUSED, **addresses), only=self.ONLY)
        assert pairs(by_number) == [("Ipv4PrefixCount", name.removesuffix(".1"))]

    def test_ipv6_has_the_same_conflicts(self) -> None:
        bad = assign_ipv6("2001:db8::/80", Ipv6PrefixCount=1, Ipv6AddressCount=1, error=REFUSED)
        assert pairs(decided(bad, only=self.ONLY)) == [
            ("Ipv6Prefix", "Ipv6PrefixCount"),
            ("Ipv6Prefix", "Ipv6AddressCount"),
        ]

    def test_the_families_of_a_new_eni_are_independent(self) -> None:
        fine = create(REFUSED, Ipv4PrefixCount=1, **{"Ipv6Address.1": "2001:db8::5"})
        assert findings(decided(fine, only=self.ONLY)) == []

    @pytest.mark.parametrize("also", [{}, {"PrivateIpAddress.1": "10.0.0.5"}])
    def test_the_primary_address_of_a_new_eni_may_stand_beside_prefixes(self, also: dict[str, str]) -> None:
        fine = create(REFUSED, PrimaryIpAddress="10.0.0.5", Ipv4PrefixCount=1, **also)
        assert findings(decided(fine, only=self.ONLY)) == []

    def test_a_secondary_address_of_a_new_eni_may_not(self) -> None:
        bad = create(
            REFUSED, PrimaryIpAddress="10.0.0.5", Ipv4PrefixCount=1, **{"PrivateIpAddress.1": "10.0.0.6"}
        )
        assert findings(decided(bad, only=self.ONLY)) == [("PFX007", "low", VSWITCH)]

    def test_a_success_is_a_conflict_of_facts(self) -> None:
        decision = decided(assign(TEN[0], Ipv4PrefixCount=1), only=self.ONLY)
        assert findings(decision) == [("PFX007", "info", FREE)]
        assert decision.findings[0].evidence[-1].name == "fact-conflict"

    def test_a_number_of_zero_asks_for_nothing(self) -> None:
        fine = assign(TEN[0], Ipv4PrefixCount=0, SecondaryPrivateIpAddressCount=0, error=REFUSED)
        assert findings(decided(fine, only=self.ONLY)) == []

    def test_calls_without_prefixes_are_not_looked_at(self) -> None:
        plain = assign(SecondaryPrivateIpAddressCount=2, error=REFUSED, **{"PrivateIpAddress.1": "10.0.0.5"})
        assert findings(decided(plain, only=self.ONLY)) == []


class TestRange:
    ONLY = ("PFX008",)

    @pytest.mark.parametrize("count", [1, "10", 5])
    def test_one_to_ten_is_right(self, count: object) -> None:
        assert findings(decided(assign(Ipv4PrefixCount=count, error=REFUSED), only=self.ONLY)) == []
        assert findings(decided(assign_ipv6(Ipv6PrefixCount=count, error=REFUSED), only=self.ONLY)) == []

    @pytest.mark.parametrize("count", [0, 11, "-1", 4_000_000_000])
    def test_another_number_is_reported(self, count: object) -> None:
        decision = decided(assign(Ipv4PrefixCount=count, error=REFUSED), only=self.ONLY)
        assert findings(decision) == [("PFX008", "low", FREE)]
        assert pairs(decision) == [("Ipv4PrefixCount", int(str(count)))]
        ipv6 = decided(assign_ipv6(Ipv6PrefixCount=count, error=REFUSED), only=self.ONLY)
        assert pairs(ipv6) == [("Ipv6PrefixCount", int(str(count)))]

    def test_ten_names_are_right_and_eleven_are_not(self) -> None:
        assert findings(decided(assign(*TEN, error=REFUSED), only=self.ONLY)) == []
        decision = decided(assign(*TEN, "10.0.0.160/28", error=REFUSED), only=self.ONLY)
        assert pairs(decision) == [("Ipv4Prefix.N", 11)]

    def test_a_number_that_cannot_be_read_is_reported(self) -> None:
        decision = decided(assign(Ipv4PrefixCount="abc", error=REFUSED), only=self.ONLY)
        assert findings(decision) == [("PFX008", "low", FREE)]
        assert pairs(decision) == [("Ipv4PrefixCount", "(unreadable)")]

    def test_a_new_eni_has_no_such_range(self) -> None:
        for count in (11, 0, "abc"):
            assert findings(decided(create(REFUSED, Ipv4PrefixCount=count), only=self.ONLY)) == []

    def test_a_success_is_a_conflict_of_facts(self) -> None:
        decision = decided(assign(Ipv4PrefixCount=11), only=self.ONLY)
        assert findings(decision) == [("PFX008", "info", FREE)]
        assert decision.findings[0].evidence[-1].name == "fact-conflict"
