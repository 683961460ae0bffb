from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision, Fix
from eniguard.settings import DEFAULT_POLICY, Guard, GuardTrail, Policy
from eniguard.testing import ALICE, NAT_GATEWAY, ROOT, call, decided, findings, role, undecided

OWN = GuardTrail("eniguard-trail", sls_project="eniguard-logs", oss_bucket="eniguard-evidence")
POLICY = Policy(guard=Guard(trails=(OWN,)))
PROJECT = "acs:log:cn-hangzhou:1234567890123456:project/"


def judged(action: str, by: Identity = ALICE, policy: Policy = POLICY, **parameters: Any) -> Decision:
    error = parameters.pop("error", None)
    named: dict[str, Any] = {"Name": "eniguard-trail", **parameters}
    return decided(call(f"actiontrail:{action}", by, error=error, **named), policy=policy)


def test_stopped_trail_is_reported_with_the_fix() -> None:
    decision = judged("StopLogging")

    assert findings(decision) == [("SELF001", "critical", "eniguard-trail")]
    expected = {"Name": "eniguard-trail"}
    fix = Fix("start logging of eniguard-trail again", "auto", "actiontrail:StartLogging", expected, expected)
    assert decision.findings[0].fix == fix


def test_deleted_trail_is_reported_without_a_fix() -> None:
    decision = judged("DeleteTrail")

    assert findings(decision) == [("SELF001", "critical", "eniguard-trail")]
    assert decision.findings[0].fix is None


@pytest.mark.parametrize("by", [ROOT, NAT_GATEWAY, role("ops")])
def test_whoever_stops_it_is_reported(by: Identity) -> None:
    assert findings(judged("StopLogging", by)) == [("SELF001", "critical", "eniguard-trail")]


def test_possible_service_makes_it_undecided() -> None:
    decision = judged("StopLogging", role("AliyunServiceRoleForSomethingNew"))

    assert (findings(decision), undecided(decision)) == ([], ["SELF001"])


@pytest.mark.parametrize("action", ["StopLogging", "DeleteTrail", "UpdateTrail"])
def test_other_trails_and_calls_that_did_not_go_through_are_not(action: str) -> None:
    narrowing: dict[str, Any] = {"EventRW": "Read"}

    assert findings(judged(action, Name="audit", **narrowing)) == []
    assert findings(judged(action, error="NoPermission", **narrowing)) == []
    assert findings(judged(action, policy=DEFAULT_POLICY, **narrowing)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EventRW", "Read"),
        ("TrailRegion", "cn-hangzhou"),
        ("SlsProjectArn", f"{PROJECT}elsewhere"),
        ("SlsProjectArn", ""),
        ("OssBucketName", "elsewhere"),
        ("OssBucketName", ""),
    ],
)
def test_narrowed_trail_is_reported_with_what_was_lost(name: str, value: Any) -> None:
    decision = judged("UpdateTrail", **{name: value})

    assert findings(decision) == [("SELF002", "high", "eniguard-trail")]
    assert [(one.name, one.value) for one in decision.findings[0].evidence] == [(name, value)]


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"EventRW": "Write", "TrailRegion": "All"},
        {"EventRW": "All"},
        {"SlsProjectArn": f"{PROJECT}eniguard-logs", "OssBucketName": "eniguard-evidence"},
        {"OssKeyPrefix": "elsewhere"},
    ],
)
def test_update_that_takes_nothing_away_is_not(parameters: dict[str, Any]) -> None:
    assert findings(judged("UpdateTrail", **parameters)) == []


def test_what_guard_yml_does_not_ask_for_may_change() -> None:
    modest = Policy(
        guard=Guard(trails=(GuardTrail("eniguard-trail", "Read", ("cn-hangzhou", "cn-beijing")),))
    )

    def said(**parameters: Any) -> list[tuple[str, str, str]]:
        return findings(judged("UpdateTrail", policy=modest, **parameters))

    assert (
        said(EventRW="Read", TrailRegion="cn-beijing, cn-hangzhou,cn-shanghai", OssBucketName="other") == []
    )
    assert said(TrailRegion="cn-beijing") == [("SELF002", "high", "eniguard-trail")]
    assert said(EventRW="Write") == [("SELF002", "high", "eniguard-trail")]


def test_everything_it_loses_is_one_finding() -> None:
    decision = judged("UpdateTrail", EventRW="Read", TrailRegion="cn-beijing", OssBucketName="x")

    assert findings(decision) == [("SELF002", "high", "eniguard-trail")]
    lost = [one.name for one in decision.findings[0].evidence]
    assert lost == ["EventRW", "TrailRegion", "OssBucketName"]


def test_update_without_the_kind_of_events_may_fall_back_to_writes() -> None:
    everything = Policy(guard=Guard(trails=(GuardTrail("eniguard-trail", "All"),)))

    assert undecided(judged("UpdateTrail", policy=everything, OssBucketName="other")) == ["SELF002"]
    assert undecided(judged("UpdateTrail", policy=everything, EventRW="All")) == []
    assert undecided(judged("UpdateTrail", OssKeyPrefix="other")) == []


@pytest.mark.parametrize("action", ["StopLogging", "DeleteTrail", "UpdateTrail"])
def test_trail_that_the_event_does_not_name_is_undecided(action: str) -> None:
    assert len(undecided(judged(action, Name=None))) == 1
    assert undecided(judged(action, policy=DEFAULT_POLICY, Name=None)) == []
