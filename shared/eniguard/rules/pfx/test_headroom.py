from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from eniguard.model import Sweep
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import findings, snapshot, swept, undecided

VSWITCH, OTHER = "vsw-bp1example0001", "vsw-bp1example0002"
BLOCK, SECOND = "vcr-bp1example0001", "vcr-bp1example0002"


def reservation(
    block_id: str = BLOCK, cidr: str = "10.0.128.0/25", *, version: str = "IPv4", **fields: Any
) -> dict[str, Any]:
    said = {"VSwitchId": VSWITCH, "Status": "Assigned", "AssignedCidrCount": 0, "AvailableCidrCount": 8}
    named = {"VSwitchCidrReservationId": block_id, "VSwitchCidrReservationCidr": cidr, "IpVersion": version}
    return {**said, **named, **fields}


def counted(free: int, total: int, block_id: str = BLOCK, **fields: Any) -> dict[str, Any]:
    return reservation(block_id, AvailableCidrCount=free, AssignedCidrCount=total - free, **fields)


def eni(number: int, *, addresses: Sequence[str] = (), prefixes: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "NetworkInterfaceId": f"eni-{number}",
        "VSwitchId": VSWITCH,
        "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": one} for one in addresses if "." in one]},
        "Ipv6Sets": {"Ipv6Set": [{"Ipv6Address": one} for one in addresses if ":" in one]},
        "Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": one} for one in prefixes if "." in one]},
        "Ipv6PrefixSets": {"Ipv6PrefixSet": [{"Ipv6Prefix": one} for one in prefixes if ":" in one]},
    }


def judged(
    code: str,
    *reservations: Mapping[str, Any],
    enis: Sequence[Mapping[str, Any]] | None = (),
    **params: int,
) -> Sweep:
    listed = {} if enis is None else {"ecs:NetworkInterface": enis}
    state = snapshot({"vpc:CidrReservation": reservations, **listed})
    return swept(state, policy=Policy(rules={code: RuleSettings(params=params)}), only=[code])


@pytest.mark.parametrize(
    ("free", "total", "severity"),
    [(21, 100, None), (20, 100, "medium"), (11, 100, "medium"), (10, 100, "high"), (0, 64, "high")],
)
def test_headroom_is_judged_by_the_share_that_is_free(free: int, total: int, severity: str | None) -> None:
    sweep = judged("PFX011", counted(free, total))

    assert findings(sweep) == ([] if severity is None else [("PFX011", severity, VSWITCH)])


def test_a_full_block_beside_an_empty_one_of_the_same_family_is_well() -> None:
    full, empty = counted(0, 64), counted(64, 64, SECOND)

    assert findings(judged("PFX011", full, empty)) == []
    assert findings(judged("PFX011", full, {**empty, "VSwitchId": OTHER})) == [("PFX011", "high", VSWITCH)]
    assert findings(judged("PFX011", full, {**empty, "IpVersion": "IPv6"})) == [("PFX011", "high", VSWITCH)]


def test_both_families_of_a_vswitch_are_one_finding() -> None:
    sweep = judged("PFX011", counted(15, 100), counted(5, 100, SECOND, version="IPv6"))

    (finding,) = sweep.findings
    assert finding.severity == "high"
    assert finding.summary.endswith("15 of 100 IPv4 prefixes and 5 of 100 IPv6 prefixes")
    assert [one.id for one in finding.resources] == [VSWITCH, BLOCK, SECOND]
    assert [(one.name, one.value) for one in finding.evidence] == [
        ("AvailableCidrCount", 15),
        ("AvailableCidrCount", 5),
    ]


@pytest.mark.parametrize("field", ["VSwitchId", "Status", "IpVersion"])
def test_few_prefixes_are_not_told_while_another_block_may_have_more(field: str) -> None:
    full, perhaps = counted(0, 64), counted(64, 64, SECOND, cidr="")
    del perhaps[field]

    sweep = judged("PFX011", full, perhaps)

    assert (findings(sweep), [one.refs for one in sweep.undecided]) == (
        [],
        [(f"vpc:CidrReservation id={SECOND}",)],
    )
    assert undecided(judged("PFX011", counted(30, 64), perhaps)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"VSwitchId": OTHER, "Status": None},
        {"VSwitchId": None, "IpVersion": "IPv6"},
        {"VSwitchId": None, "Status": "Releasing"},
    ],
)
def test_a_gap_in_the_record_of_a_block_that_cannot_serve_hides_no_finding(fields: dict[str, Any]) -> None:
    sweep = judged("PFX011", counted(0, 64), counted(64, 64, SECOND, **fields))

    assert findings(sweep) == [("PFX011", "high", VSWITCH)]


def test_the_family_of_a_block_is_known_by_the_block_itself() -> None:
    plain = counted(64, 64, SECOND)
    del plain["IpVersion"]

    assert findings(judged("PFX011", counted(0, 64), plain)) == []


@pytest.mark.parametrize("status", ["Releasing", "Released", "Assigning", None])
def test_only_an_assigned_block_counts(status: str | None) -> None:
    sweep = judged("PFX011", counted(0, 64, Status=status))

    assert (findings(sweep), undecided(sweep)) == ([], [])


def test_a_block_without_its_counts_is_undecided_and_the_rest_is_judged() -> None:
    unknown = counted(0, 64)
    del unknown["AvailableCidrCount"]

    sweep = judged("PFX011", unknown, counted(0, 64, SECOND, VSwitchId=OTHER))

    assert findings(sweep) == [("PFX011", "high", OTHER)]
    assert [one.refs for one in sweep.undecided] == [(f"vpc:CidrReservation id={BLOCK}",)]


def test_the_shares_can_be_set() -> None:
    assert findings(judged("PFX011", counted(30, 100), medium_percent=30)) == [("PFX011", "medium", VSWITCH)]
    assert findings(judged("PFX011", counted(15, 100), high_percent=15)) == [("PFX011", "high", VSWITCH)]


@pytest.mark.parametrize("code", ["PFX011", "PFX012"])
def test_without_a_listing_of_reserved_blocks_a_rule_is_undecided(code: str) -> None:
    sweep = swept(snapshot({"ecs:NetworkInterface": []}), only=[code])

    assert [one.refs for one in sweep.undecided] == [("vpc:CidrReservation listing=cn-hangzhou",)]


# 10.0.128.0/25 has eight places.
STRAYS = tuple(f"10.0.128.{16 * place + 5}" for place in range(7))


@pytest.mark.parametrize(
    ("strays", "prefixes", "reported"),
    [
        (STRAYS, (), True),
        (STRAYS[:6], (), False),
        (STRAYS[:1], tuple(f"10.0.128.{16 * place}/28" for place in range(1, 7)), True),
        (("10.0.0.5",), tuple(f"10.0.128.{16 * place}/28" for place in range(8)), False),
        ((*STRAYS[:1], "10.0.128.6", "10.0.128.7"), (), False),
    ],
    ids=["few free", "many free", "one stray", "full of prefixes", "all in one place"],
)
def test_a_block_is_fragmented_when_addresses_leave_few_places(
    strays: Sequence[str], prefixes: Sequence[str], reported: bool
) -> None:
    sweep = judged("PFX012", reservation(), enis=[eni(1, addresses=strays, prefixes=prefixes)])

    assert findings(sweep) == ([("PFX012", "low", BLOCK)] if reported else [])


def test_the_finding_names_the_addresses_and_counts_the_rest() -> None:
    enis = [eni(number, addresses=[stray]) for number, stray in enumerate(STRAYS)]

    (finding,) = judged("PFX012", reservation(), enis=enis).findings

    assert finding.summary == ("10.0.128.0/25 has room for 1 of 8 prefixes: single addresses take 7 places")
    assert [(one.name, one.value) for one in finding.evidence] == [
        ("places", 8),
        ("free", 1),
        ("lost", 7),
        *(("address in use", stray) for stray in STRAYS[:5]),
    ]
    assert [one.id for one in finding.resources] == [BLOCK, *(f"eni-{number}" for number in range(5))]


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (eni(1, prefixes=["10.0.128.16/28"]), "its record has no IPv4 address"),
        (eni(1, addresses=["10.0.0.5", "10.0.128"]), "its record has 10.0.128, no IPv4 address"),
        (
            eni(1, addresses=["10.0.0.5"], prefixes=["10.0.128"]),
            "its record has 10.0.128, no IPv4 prefix",
        ),
        (
            eni(1, addresses=["10.0.0.5"], prefixes=["10.0.128.8/28"]),
            "its record has 10.0.128.8/28, no IPv4 prefix",
        ),
    ],
    ids=["no address", "no such address", "no such prefix", "host bits"],
)
def test_fragmentation_is_undecided_when_an_eni_may_hold_more(held: Mapping[str, Any], why: str) -> None:
    sweep = judged("PFX012", reservation(), enis=[eni(2, addresses=STRAYS), held])

    assert findings(sweep) == []
    assert [one.reason for one in sweep.undecided] == [f"it is not known what eni-1 holds: {why}"]


def test_addresses_elsewhere_in_the_vswitch_do_not_matter() -> None:
    outside = [eni(1, addresses=["10.0.127.255", "10.0.129.0"])]

    assert findings(judged("PFX012", reservation(), enis=outside, free_percent=100)) == []


def test_ipv6_blocks_are_judged_by_places_of_80_bits() -> None:
    block = reservation(cidr="2001:db8:0:1::/79", version="IPv6")
    strays = ["2001:db8:0:1::1", "2001:db8:0:1:1::1"]

    assert findings(judged("PFX012", block, enis=[eni(1, addresses=strays)])) == [("PFX012", "low", BLOCK)]
    assert findings(judged("PFX012", block, enis=[eni(1, addresses=strays[:1])])) == []


def test_without_a_listing_of_enis_fragmentation_is_undecided() -> None:
    sweep = judged("PFX012", reservation(), enis=None)

    assert [one.refs for one in sweep.undecided] == [(f"ecs:NetworkInterface vswitch={VSWITCH}",)]


@pytest.mark.parametrize("cidr", ["", "10.0.128.0", "10.0.128.5/25", "2001:db8::/64"])
def test_a_block_that_cannot_be_read_is_undecided(cidr: str) -> None:
    sweep = judged("PFX012", reservation(cidr=cidr), enis=[eni(1, addresses=STRAYS)])

    assert findings(sweep) == []
    assert [one.refs for one in sweep.undecided] == [(f"vpc:CidrReservation id={BLOCK}",)]
