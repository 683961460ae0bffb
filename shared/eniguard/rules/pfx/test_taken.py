from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.events.outcomes import ENI_MANAGED
from eniguard.rules.pfx.test_world import (
    BUSY,
    REFUSED,
    TERWAY_NODE,
    WITH_CONTROLLER,
    assign,
    create,
    eni,
    unassign,
    world,
)
from eniguard.settings import Policy
from eniguard.testing import (
    NAT_GATEWAY,
    ROOT,
    Snapshot,
    call,
    decided,
    decided_in_order,
    findings,
    role,
    undecided,
)

ONLY = ["PFX016"]
PREFIX = "10.0.0.128/28"
REPORTED = [("PFX016", "high", BUSY)]
TAG: dict[str, Any] = {"Tag.1.Key": "creator", "Tag.1.Value": "terway"}


def state(creator: str = "terway", **more: Any) -> Snapshot:
    """One ENI with a prefix, tagged by its creator."""
    tags = {"Tag": [{"TagKey": "creator", "TagValue": creator}]}
    fields: dict[str, Any] = {"prefixes": [PREFIX], "Tags": tags, **more}
    return world([eni(BUSY, "10.0.0.11", instance="i-1", **fields)])


def on_eni(action: str, **more: Any) -> Call:
    return call(f"ecs:{action}", NetworkInterfaceId=BUSY, **more)


def said(
    one: Call, known: Snapshot | None, policy: Policy | None = None
) -> tuple[list[tuple[str, str, str]], list[str]]:
    decision = decided(one, state=known, policy=policy or Policy(), only=ONLY)
    return findings(decision), undecided(decision)


@pytest.mark.parametrize("creator", ["terway", "terway-controller"])
def test_a_prefix_taken_from_an_eni_of_terway_is_reported(creator: str) -> None:
    decision = decided(unassign(PREFIX, eni=BUSY), state=state(creator), only=ONLY)

    assert findings(decision) == REPORTED
    found = decision.findings[0]
    assert {one.name: one.value for one in found.evidence} == {"tag creator": creator, "unassigned": [PREFIX]}
    assert found.fix is None
    assert "alice took prefixes or addresses (1)" in found.summary


@pytest.mark.parametrize("action", ["DetachNetworkInterface", "DeleteNetworkInterface"])
def test_an_eni_of_terway_is_taken_with_all_that_it_holds(action: str) -> None:
    known = state(secondary=["10.0.0.20"], ipv6=["2001:db8::5"])

    decision = decided(on_eni(action), state=known, only=ONLY)

    assert findings(decision) == REPORTED
    assert decision.findings[0].evidence[1].value == [PREFIX, "10.0.0.20", "2001:db8::5"]


def test_addresses_are_taken_like_prefixes() -> None:
    one = on_eni("UnassignPrivateIpAddresses", PrivateIpAddress=["10.0.0.20"])
    six = on_eni("UnassignIpv6Addresses", Ipv6Prefix=["2001:db8::/80"])
    assert said(one, state())[0] == said(six, state())[0] == REPORTED


def test_an_eni_that_holds_only_its_primary_address_gives_nothing() -> None:
    assert said(on_eni("DeleteNetworkInterface"), state(prefixes=[])) == ([], [])


def test_prefixes_that_are_known_by_number_are_something() -> None:
    made = create(
        created=BUSY,
        by=role("platform"),
        Ipv4PrefixCount=3,
        **TAG,
    )
    gone = on_eni("DeleteNetworkInterface", time="2026-03-01T12:10:00Z")
    decision = decided_in_order([made, gone], only=ONLY)[1]
    assert findings(decision) == REPORTED
    assert "(3)" in decision.findings[0].summary
    assert decision.findings[0].evidence[1].note == "and 3 more"


def test_a_primary_address_that_is_known_by_number_is_nothing() -> None:
    made = create(created=BUSY, by=role("platform"), **TAG)
    gone = on_eni("DeleteNetworkInterface", time="2026-03-01T12:10:00Z")
    assert findings(decided_in_order([made, gone], only=ONLY)[1]) == []


def test_what_an_eni_held_is_a_detail() -> None:
    proof = on_eni("DetachNetworkInterface", error=ENI_MANAGED)
    tag = call("ecs:TagResources", ResourceType="eni", ResourceId=[BUSY], **TAG)
    decision = decided_in_order([proof, tag, on_eni("DetachNetworkInterface")], only=ONLY)[2]
    assert findings(decision) == [("PFX016", "medium", BUSY)]
    assert decision.findings[0].inventory == "partial"


@pytest.mark.parametrize("creator", ["me", "", "my-terway"])
def test_other_enis_are_nobodys(creator: str) -> None:
    assert said(unassign(PREFIX, eni=BUSY), state(creator)) == ([], [])


def test_a_call_that_takes_nothing_is_nothing() -> None:
    empty = on_eni("UnassignPrivateIpAddresses", PrivateIpAddress=[""])
    assert said(empty, state()) == said(empty, None, WITH_CONTROLLER) == ([], [])


def test_refused_calls_take_nothing() -> None:
    assert said(unassign(PREFIX, eni=BUSY, error=REFUSED), state()) == ([], [])


def test_giving_takes_nothing() -> None:
    assert said(assign(PREFIX, eni=BUSY), state()) == ([], [])


def test_root_is_no_controller() -> None:
    assert said(unassign(PREFIX, eni=BUSY, by=ROOT), state())[0] == REPORTED


def test_controllers_and_services_may_take() -> None:
    assert said(unassign(PREFIX, eni=BUSY, by=TERWAY_NODE), state(), WITH_CONTROLLER) == ([], [])
    assert said(unassign(PREFIX, eni=BUSY, by=NAT_GATEWAY), state()) == ([], [])


def test_as_long_as_no_controller_is_named_any_role_may_be_one() -> None:
    by_role = unassign(PREFIX, eni=BUSY, by=role("ci"))
    assert said(by_role, state()) == ([], [])
    assert said(by_role, state(), WITH_CONTROLLER)[0] == REPORTED


def test_the_role_that_made_the_eni_takes_what_is_its_own() -> None:
    pool = role("OtherNodePool")
    made = create(created=BUSY, by=pool, **{"Ipv4Prefix.1": PREFIX}, **TAG)
    for by, expected in ((pool, []), (role("ci"), REPORTED)):
        gone = unassign(PREFIX, eni=BUSY, by=by, time="2026-03-01T12:10:00Z")
        decision = decided_in_order([made, gone], policy=WITH_CONTROLLER, only=ONLY)[1]
        assert findings(decision) == expected


@pytest.mark.parametrize("known", [world([]), None], ids=["not-listed", "nothing"])
def test_an_eni_that_may_be_a_controllers_is_undecided_where_there_are_controllers(
    known: Snapshot | None,
) -> None:
    for one in (unassign(PREFIX, eni=BUSY), on_eni("DeleteNetworkInterface")):
        assert said(one, known, WITH_CONTROLLER) == ([], ["PFX016"])
        assert said(one, known) == ([], [])


def test_an_eni_without_known_tags_is_undecided_where_there_are_controllers() -> None:
    calls = [on_eni("DetachNetworkInterface", error=ENI_MANAGED), unassign(PREFIX, eni=BUSY)]
    for policy, expected in ((WITH_CONTROLLER, ["PFX016"]), (Policy(), [])):
        decision = decided_in_order(calls, policy=policy, only=ONLY)[1]
        assert (findings(decision), undecided(decision)) == ([], expected)


def test_tags_outlive_a_call() -> None:
    later = world(
        [
            eni(
                BUSY,
                "10.0.0.11",
                instance="i-1",
                Tags={"Tag": [{"TagKey": "creator", "TagValue": "terway"}]},
            )
        ],
        captured_at="2026-03-01T13:00:00Z",
    )
    assert said(unassign(PREFIX, eni=BUSY), later)[0] == REPORTED


def test_a_caller_that_cannot_be_confirmed_is_undecided() -> None:
    by = role("AliyunServiceRoleForUnheardOf")
    assert said(unassign(PREFIX, eni=BUSY, by=by), state(), WITH_CONTROLLER) == ([], ["PFX016"])
