"""Which findings a waiver hides, and until when."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.alerts.matching import matches
from eniguard.alerts.waivers import waived
from eniguard.model import Actor, Finding
from eniguard.settings import ActorMatch, FindingMatch, Waiver
from eniguard.testing import ACCOUNT, REGION
from tests.unit.alerts.made import ALICE, finding

PIPELINE = Actor("account", "assumed-role", "300000000000000001:run-7", "pipeline:run-7", "pipeline", "run-7")
#: One finding that says everything a match can ask for, and a match of each part that fits it.
FULL = finding(
    severity="high",
    owner="nat.aliyuncs.com",
    actor=PIPELINE,
    tags={"team": "payments", "frozen": "2026"},
    cidrs=("203.0.113.0/25", "2001:db8:1::/48"),
)
FITTING = [
    FindingMatch(rules=("SG001", "ENI001")),
    FindingMatch(rules=("eni001",)),
    FindingMatch(families=("ENI",)),
    FindingMatch(families=("sg", "eni")),
    FindingMatch(severity="high"),
    FindingMatch(severity="info"),
    FindingMatch(actors=(ActorMatch(user="bob"), ActorMatch(role="PIPELINE"))),
    FindingMatch(actors=(ActorMatch(role="pipeline", principal_id="300000000000000001:run-7"),)),
    FindingMatch(resources=("eni-1",)),
    FindingMatch(tags={"team": "payments"}),
    FindingMatch(tags={"team": None, "frozen": "2026"}),
    FindingMatch(cidrs=("203.0.113.0/24", "2001:db8::/32")),
    FindingMatch(cidrs=("203.0.113.0/26", "203.0.113.64/26", "2001:db8:1::/48")),
    FindingMatch(accounts=("1", ACCOUNT)),
    FindingMatch(regions=(REGION,)),
    FindingMatch(owners=("nat.aliyuncs.com",)),
]
MISFITS = [
    FindingMatch(rules=("ENI002",)),
    FindingMatch(families=("EN",)),
    FindingMatch(families=("SG",)),
    FindingMatch(severity="critical"),
    FindingMatch(actors=(ActorMatch(user="pipeline:run-7"),)),
    FindingMatch(actors=(ActorMatch(role="pipeline", principal_id="4"),)),
    FindingMatch(resources=("eni-2",)),
    FindingMatch(tags={"team": "payments", "owner": None}),
    FindingMatch(tags={"team": "orders"}),
    FindingMatch(cidrs=("203.0.113.0/24",)),
    FindingMatch(cidrs=("203.0.113.0/26", "2001:db8::/32")),
    FindingMatch(accounts=("1",)),
    FindingMatch(regions=("cn-beijing",)),
    FindingMatch(owners=("slb.aliyuncs.com",)),
]
UNKNOWN = finding(actor=None, account_id=None, region=None, tags=None, cidrs=(), owner=None)


def waiver(match: FindingMatch | None = None, *, name: str = "w", expires: float = 100.0) -> Waiver:
    return Waiver(name, match or FindingMatch(rules=("ENI001",)), "jane@example.com", "ticket", expires)


@pytest.mark.parametrize("match", FITTING)
def test_part_that_fits_matches(match: FindingMatch) -> None:
    assert matches(match, FULL)


@pytest.mark.parametrize("match", MISFITS)
def test_part_of_which_no_value_fits_matches_nothing(match: FindingMatch) -> None:
    assert not matches(match, FULL)


@pytest.mark.parametrize("match", FITTING[4:])
def test_what_a_finding_does_not_say_no_part_matches(match: FindingMatch) -> None:
    if match.resources or match.severity == "info":
        assert matches(match, UNKNOWN)
    else:
        assert not matches(match, UNKNOWN)


def test_every_part_has_to_match() -> None:
    assert matches(FindingMatch(rules=("ENI001",), resources=("eni-1",)), FULL)
    assert not matches(FindingMatch(rules=("ENI001",), resources=("eni-2",)), FULL)


def test_user_is_matched_by_login_name() -> None:
    by_alice = finding(actor=ALICE)

    assert matches(FindingMatch(actors=(ActorMatch(user="Alice"),)), by_alice)


def test_what_others_are_called_is_no_user() -> None:
    by_root = finding(actor=Actor("account", "root-account", ACCOUNT, "alice"))

    assert not matches(FindingMatch(actors=(ActorMatch(user="alice"),)), by_root)
    assert matches(FindingMatch(actors=(ActorMatch(principal_id=ACCOUNT),)), by_root)


def test_resource_without_tags_has_not_the_tag() -> None:
    assert not matches(FindingMatch(tags={"team": None}), finding(tags={}))


def test_block_that_cannot_be_read_is_in_no_waiver() -> None:
    assert not matches(FindingMatch(cidrs=("0.0.0.0/0",)), finding(cidrs=("203.0.113.0/24", "world")))


_networks = st.builds(
    lambda number, length: ip_network((number >> (32 - length) << (32 - length), length)),
    st.integers(0, 15).map(lambda low: (203 << 24) | (113 << 8) | low),
    st.integers(26, 32),
)


@given(outer=st.lists(_networks, min_size=1, max_size=5), inner=st.lists(_networks, min_size=1, max_size=3))
def test_blocks_match_exactly_when_every_address_is_in_some_block_of_the_waiver(
    outer: list[object], inner: list[object]
) -> None:
    one = finding(cidrs=tuple(map(str, inner)))

    found = matches(FindingMatch(cidrs=tuple(map(str, outer))), one)

    allowed = {address for net in outer for address in net}  # type: ignore[attr-defined]
    assert found == all(address in allowed for net in inner for address in net)  # type: ignore[attr-defined]


def test_waiver_hides_until_it_expires_and_is_named_then() -> None:
    one = waiver(expires=100.0)

    assert waived((one,), finding(), 99.9) == (one, ())
    assert waived((one,), finding(), 100.0) == (None, (one,))


def test_first_waiver_that_holds_hides_and_expired_ones_are_named_beside_it() -> None:
    old, other, first, second = (
        waiver(name="old", expires=1.0),
        waiver(FindingMatch(rules=("SG001",)), name="other"),
        waiver(name="first"),
        waiver(name="second"),
    )

    assert waived((old, other, first, second), finding(), 50.0) == (first, (old,))


def test_nothing_is_hidden_without_waivers() -> None:
    assert waived((), finding(), 0.0) == (None, ())


def test_finding_that_no_waiver_matches_is_shown() -> None:
    shown: Finding = finding("SG001")

    assert waived((waiver(),), shown, 0.0) == (None, ())
