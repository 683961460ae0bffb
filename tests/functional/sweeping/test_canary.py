"""The canary: its event has to come back by each way, and the ledger tells it from somebody else's call."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.delivery.events import EventDelivery
from eniguard.settings import Guard, GuardRule, GuardTrail, Policy, SweepSettings
from eniguard.settings.sweep import CanarySettings
from eniguard.sweeping import ways_of
from fakealiyun import ApiError
from tests.functional.sweeping.stage import GUARD_YML, POLICY, Stage

WATCHED = GUARD_YML + "  event_rules: [{name: to-the-guard}]\n"
MINUTE = 60


def to_eventbridge(stage: Stage, since: int) -> list[str]:
    """Deliver what was recorded since then as EventBridge does; the rules that found something."""
    import io
    import json

    stream = io.StringIO()
    fast = EventDelivery(stage.environment, clock=stage.now, stream=stream)
    context = stage.context("trail_event")
    stage.cloud.trail.deliver(lambda event: fast.handle(event, context), "eventbridge", since=since)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line["rule"] for line in lines if line["kind"] in ("finding", "undecided")]


def test_a_canary_is_denied_and_its_event_is_the_guards_own(stage: Stage) -> None:
    stage.configure(WATCHED)
    since = len(stage.cloud.trail.events)

    stage.sweep()

    (event,) = stage.events("DeleteNetworkInterface")
    assert event["errorCode"] == "Forbidden.RAM"
    assert "-canary" in event["requestParameters"]["NetworkInterfaceId"]
    assert [line["answered"] for line in stage.metric("canaries")] == ["denied"]
    assert to_eventbridge(stage, since) == []


def test_the_same_call_by_somebody_else_in_the_role_is_reported(stage: Stage) -> None:
    stage.configure(WATCHED)
    since = len(stage.cloud.trail.events)

    with pytest.raises(ApiError, match="Forbidden"):
        stage.call("ecs:DeleteNetworkInterface", stage.role, NetworkInterfaceId="eni-canary0000")

    assert to_eventbridge(stage, since) == ["SELF011"]


def test_a_canary_that_comes_back_by_every_way_is_not_told_of(stage: Stage) -> None:
    stage.configure(WATCHED)
    found = []
    for _ in range(5):
        since = len(stage.cloud.trail.events)
        stage.sweep()
        found += stage.rules() + to_eventbridge(stage, since)
        stage.sleep(15 * MINUTE)
    stage.sweep()

    assert found == []
    assert {line["way"] for line in stage.metric("canary_lag")} == {"eventbridge", "lookup"}


def test_a_silent_way_is_told_of_once_an_hour_and_no_other_way_is(stage: Stage) -> None:
    stage.configure(WATCHED)
    silent, at = [], []
    for _ in range(12):
        stage.sweep()
        silent += [line["resources"][0]["id"] for line in stage.of("finding")]
        at += [stage.now() for _ in stage.of("finding")]
        stage.sleep(15 * MINUTE)

    assert set(silent) == {"eventbridge"}
    assert len(silent) == 3
    assert at == sorted(set(at))
    assert sum(line["sum"] for line in stage.metric("canaries_missed")) == 1


def test_a_way_is_not_silent_before_the_time_of_the_canary_is_over(stage: Stage) -> None:
    stage.configure(WATCHED + "sweep: {canary: {within_minutes: 60}}\n")
    found = []
    for _ in range(4):
        stage.sweep()
        found += stage.rules()
        stage.sleep(15 * MINUTE)

    assert found == []
    stage.sweep()
    assert stage.rules() == ["SELF007"]


def test_a_canary_is_sent_every_quarter_of_an_hour_however_often_the_sweep_runs(stage: Stage) -> None:
    for _ in range(7):
        stage.sweep()
        stage.sleep(5 * MINUTE)

    assert len(stage.events("DeleteNetworkInterface")) == 3


def test_a_role_that_may_make_the_call_is_told_of(stage: Stage) -> None:
    allowed = {"Effect": "Allow", "Resource": "*", "Action": "ecs:*"}
    keys = stage.cloud.role("too-much", {**POLICY, "Statement": [*POLICY["Statement"], allowed]})

    stage.sweep(keys=keys)

    (line,) = stage.of("canary_was_allowed")
    assert "take that out of its policies" in line["advice"]


@pytest.mark.parametrize(
    ("fault", "answered"),
    [
        ({"code": "InternalError", "status": 500}, "failed"),
        ({"code": "Throttling.User", "status": 400}, "failed"),
        ({"code": "InvalidAccessKeyId.NotFound", "status": 404}, "failed"),
        ({"kind": "reset"}, "failed"),
    ],
    ids=["server", "throttled", "keys", "lost"],
)
def test_a_canary_that_ram_did_not_judge_is_told_of(
    stage: Stage, fault: dict[str, Any], answered: str
) -> None:
    stage.cloud.fail("ecs:DeleteNetworkInterface", times=1, **fault)

    answer = stage.sweep()

    assert [line["answered"] for line in stage.metric("canaries")] == [answered]
    assert stage.of("canary_failed")
    assert answer["ended"]["canary"] == "done"


def test_guard_yml_chooses_another_call_or_none(stage: Stage) -> None:
    stage.configure(GUARD_YML + "sweep: {canary: {action: 'vpc:DeleteVSwitch'}}\n")
    stage.sweep()
    assert len(stage.events("DeleteVSwitch")) == 1
    assert "-canary" in stage.events("DeleteVSwitch")[0]["requestParameters"]["VSwitchId"]

    stage.configure(GUARD_YML + "sweep: {canary: {enabled: false}}\n")
    stage.sleep(20 * MINUTE)
    stage.sweep()
    assert len(stage.events("DeleteVSwitch")) == 1
    assert stage.events("DeleteNetworkInterface") == []


def test_the_ways_follow_what_guard_yml_names() -> None:
    trail = GuardTrail("all", sls_project="logs", oss_bucket="archive")
    rule = GuardRule("to-the-guard")

    assert ways_of(Policy()) == ("lookup",)
    assert ways_of(Policy(guard=Guard(event_rules=(rule,)))) == ("lookup", "eventbridge")
    assert ways_of(Policy(guard=Guard(trails=(trail,)))) == ("lookup", "sls")
    named = SweepSettings(canary=CanarySettings(ways=("oss",)))
    assert ways_of(Policy(sweep=named)) == ("oss",)


def test_a_rule_that_guard_yml_turned_off_says_nothing(stage: Stage) -> None:
    stage.configure(WATCHED + "rules: {SELF007: {enabled: false}}\n")
    for _ in range(4):
        stage.sweep()
        assert stage.rules() == []
        stage.sleep(15 * MINUTE)
