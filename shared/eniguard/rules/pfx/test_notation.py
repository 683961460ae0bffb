from __future__ import annotations

import pytest

from eniguard.model import Decision
from eniguard.rules.pfx.test_world import FREE, REFUSED, VSWITCH, assign, assign_ipv6, create
from eniguard.testing import call, decided, findings

BOTH = ["PFX002", "PFX003"]


def notes(decision: Decision) -> dict[str, list[tuple[str, object, str | None]]]:
    return {
        finding.rule: [(one.name, one.value, one.note) for one in finding.evidence]
        for finding in decision.findings
    }


@pytest.mark.parametrize("prefix", ["10.0.0.16/28", "10.0.0.0/28", "172.16.255.240/28"])
def test_an_aligned_ipv4_prefix_of_28_is_right(prefix: str) -> None:
    assert findings(decided(assign(prefix, error=REFUSED), only=BOTH)) == []


@pytest.mark.parametrize("prefix", ["2001:db8::/80", "2001:DB8:0:1:2::/80", "2001:db8:0:1:ffff:0:0:0/80"])
def test_an_aligned_ipv6_prefix_of_80_is_right(prefix: str) -> None:
    assert findings(decided(assign_ipv6(prefix, error=REFUSED), only=BOTH)) == []


@pytest.mark.parametrize("prefix", ["10.0.0.0/27", "10.0.0.16/29", "10.0.0.1/32", "0.0.0.0/0", "10.0.0.0/24"])
def test_an_ipv4_prefix_of_another_size_has_the_wrong_mask(prefix: str) -> None:
    decision = decided(assign(prefix, error=REFUSED), only=BOTH)
    assert findings(decision) == [("PFX002", "low", FREE)]
    assert notes(decision)["PFX002"][0][:2] == ("Ipv4Prefix", prefix)


@pytest.mark.parametrize("prefix", ["2001:db8::/64", "2001:db8::/96", "::1/128"])
def test_an_ipv6_prefix_of_another_size_has_the_wrong_mask(prefix: str) -> None:
    assert findings(decided(assign_ipv6(prefix, error=REFUSED), only=BOTH)) == [("PFX002", "low", FREE)]


def test_host_bits_are_reported_with_the_block_that_was_meant() -> None:
    decision = decided(assign("10.0.0.17/28", error=REFUSED), only=BOTH)
    assert findings(decision) == [("PFX003", "low", FREE)]
    assert notes(decision)["PFX003"] == [
        ("Ipv4Prefix", "10.0.0.17/28", "host bits are set; the block starts at 10.0.0.16/28")
    ]


def test_host_bits_of_an_ipv6_prefix_are_reported() -> None:
    decision = decided(assign_ipv6("2001:db8:0:100:8000:1::/80", error=REFUSED), only=BOTH)
    assert notes(decision)["PFX003"] == [
        (
            "Ipv6Prefix",
            "2001:db8:0:100:8000:1::/80",
            "host bits are set; the block starts at 2001:db8:0:100:8000::/80",
        )
    ]


def test_a_wrong_mask_and_host_bits_are_two_defects() -> None:
    decision = decided(assign("10.0.0.17/24", error=REFUSED), only=BOTH)
    assert findings(decision) == [("PFX002", "low", FREE), ("PFX003", "low", FREE)]


@pytest.mark.parametrize(
    ("prefix", "why"),
    [
        ("10.0.0.16", "it has no mask; IPv4 prefixes are /28"),
        ("2001:db8::/80", "it is IPv6; this parameter takes IPv4 blocks"),
        ("10.0.0.16/", "it is not an IPv4 address with a mask"),
        ("10.0.0.0/33", "it is not an IPv4 address with a mask"),
        ("10.0.0.16/028", "it is not an IPv4 address with a mask"),
        ("10.0.0.16/255.255.255.240", "it is not an IPv4 address with a mask"),
        ("10.0.0.256/28", "it is not an IPv4 address with a mask"),
        (" 10.0.0.16/28", "it is not an IPv4 address with a mask"),
        ("a block", "it is not an IPv4 address with a mask"),
        ("9" * 1_000_000, "it is not an IPv4 address with a mask"),
    ],
)
def test_a_text_that_is_no_ipv4_block_is_reported_by_one_rule(prefix: str, why: str) -> None:
    decision = decided(assign(prefix, error=REFUSED), only=BOTH)
    assert notes(decision) == {"PFX003": [("Ipv4Prefix", prefix, why)]}


@pytest.mark.parametrize("prefix", ["10.0.0.16/28", "fe80::1%eth0/80", "2001:db8:::/80", "2001:db8::/129"])
def test_a_text_that_is_no_ipv6_block_is_reported_by_one_rule(prefix: str) -> None:
    assert list(notes(decided(assign_ipv6(prefix, error=REFUSED), only=BOTH))) == ["PFX003"]


def test_each_bad_prefix_of_a_call_is_listed_in_one_finding() -> None:
    both = {"Ipv6Prefix.1": "2001:db8::/64", "Ipv6Prefix.2": "2001:db8::/80"}
    bad = create(
        REFUSED,
        **{"Ipv4Prefix.1": "10.0.0.0/27", "Ipv4Prefix.2": "10.0.0.32/28", "Ipv4Prefix.3": "x", **both},
    )
    decision = decided(bad, only=BOTH)
    assert findings(decision) == [("PFX002", "low", VSWITCH), ("PFX003", "low", VSWITCH)]
    assert [value for _, value, _ in notes(decision)["PFX002"]] == ["10.0.0.0/27", "2001:db8::/64"]
    assert [value for _, value, _ in notes(decision)["PFX003"]] == ["x"]


def test_a_list_that_cannot_be_read_is_not_skipped() -> None:
    odd = call(
        "ecs:AssignPrivateIpAddresses", error=REFUSED, NetworkInterfaceId=FREE, Ipv4Prefix=[{"a": {"b": [1]}}]
    )
    assert findings(decided(odd, only=BOTH)) == [("PFX003", "low", FREE)]


def test_a_blank_prefix_means_that_none_is_named() -> None:
    assert findings(decided(assign("", error=REFUSED), only=BOTH)) == []


def test_a_success_with_a_wrong_prefix_is_a_conflict_of_facts() -> None:
    decision = decided(assign("10.0.0.17/27"), only=BOTH)
    assert findings(decision) == [("PFX002", "info", FREE), ("PFX003", "info", FREE)]
    assert all(one.evidence[-1].name == "fact-conflict" and one.fix is None for one in decision.findings)


@pytest.mark.parametrize("code", ["Throttling.User", "NoPermission", "InternalError"])
def test_what_a_call_asks_for_is_judged_however_it_failed(code: str) -> None:
    assert findings(decided(assign("10.0.0.0/27", error=code), only=BOTH)) == [("PFX002", "low", FREE)]


def test_a_dry_run_is_never_a_finding() -> None:
    assert findings(decided(assign("10.0.0.1/27", error="DryRunOperation"), only=BOTH)) == []


def test_the_created_eni_is_the_subject_when_the_response_names_it() -> None:
    made = create(created="eni-bp1example0009", **{"Ipv4Prefix.1": "10.0.0.0/27"})
    assert findings(decided(made, only=BOTH)) == [("PFX002", "info", "eni-bp1example0009")]


def test_a_call_without_its_eni_has_a_subject_all_the_same() -> None:
    nameless = call("ecs:AssignPrivateIpAddresses", error="MissingParameter", Ipv4Prefix=["10.0.0.0/27"])
    assert findings(decided(nameless, only=BOTH)) == [("PFX002", "low", "(not named)")]
