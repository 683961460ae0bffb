from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision, Fix
from eniguard.settings import ActorMatch, Actors, Guard, GuardRule, Policy
from eniguard.testing import ALICE, call, decided, findings, role, undecided

PIPELINE = role("deploy")
POLICY = Policy(
    actors=Actors(deployers=(ActorMatch(role="deploy"),)),
    guard=Guard(
        event_rules=(GuardRule("eniguard-events"), GuardRule("eniguard-far", "audit")),
        functions=("trail-event", "old-guard/trail-old"),
    ),
)
REPORTED = [("SELF003", "critical", "default/eniguard-events")]


def judged(action: str, by: Identity = ALICE, policy: Policy = POLICY, **parameters: Any) -> Decision:
    error = parameters.pop("error", None)
    named: dict[str, Any] = {"EventBusName": "default", "RuleName": "eniguard-events", **parameters}
    return decided(call(f"eventbridge:{action}", by, error=error, **named), policy=policy)


def targets(endpoint: str) -> str:
    return json.dumps([{"Id": "1", "Type": "acs.fc.function", "Endpoint": endpoint}])


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("DisableRule", {}),
        ("DeleteRule", {}),
        ("DeleteTargets", {"TargetIds": '["1"]'}),
        ("UpdateRule", {"FilterPattern": "{}"}),
        ("UpdateRule", {"Status": "DISABLE"}),
        ("PutTargets", {"Targets": targets("acs:fc:cn-hangzhou:1234567890123456:functions/other")}),
        ("PutTargets", {"Targets": targets("acs:fc:cn-hangzhou:1234567890123456:functions/my-trail-event")}),
    ],
)
def test_changed_rule_is_reported(action: str, parameters: dict[str, Any]) -> None:
    assert findings(judged(action, **parameters)) == REPORTED


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("UpdateRule", {"Description": "feeds the guard"}),
        ("UpdateRule", {"Status": "ENABLE"}),
        ("EnableRule", {}),
        ("PutTargets", {"Targets": targets("acs:fc:cn-hangzhou:1234567890123456:functions/trail-event")}),
        ("PutTargets", {"Targets": targets("acs:fc:::services/old-guard/functions/trail-old")}),
        ("DisableRule", {"RuleName": "orders"}),
        ("DisableRule", {"EventBusName": "orders"}),
        ("DisableRule", {"error": "NoPermission"}),
        ("DeleteEventBus", {"EventBusName": "orders"}),
    ],
)
def test_harmless_changes_and_other_rules_are_not(action: str, parameters: dict[str, Any]) -> None:
    decision = judged(action, **parameters)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_nothing_is_said_when_guard_yml_names_no_rule() -> None:
    assert findings(judged("DisableRule", policy=Policy())) == []
    assert findings(judged("DeleteEventBus", policy=Policy())) == []


@pytest.mark.parametrize(
    ("action", "parameters"), [("DisableRule", {}), ("UpdateRule", {"Status": "DISABLE"})]
)
def test_rule_that_was_switched_off_can_be_enabled(action: str, parameters: dict[str, Any]) -> None:
    (finding,) = judged(action, **parameters).findings

    expected = {"EventBusName": "default", "RuleName": "eniguard-events"}
    fix = Fix("enable eniguard-events on default again", "auto", "eventbridge:EnableRule", expected, expected)
    assert finding.fix == fix


@pytest.mark.parametrize("action", ["DeleteRule", "DeleteTargets"])
def test_nothing_else_has_a_fix(action: str) -> None:
    assert judged(action).findings[0].fix is None


def test_bus_with_the_rule_on_it_is_the_guards() -> None:
    decision = judged("DeleteEventBus", EventBusName="audit")

    assert findings(decision) == [("SELF003", "critical", "audit")]


def test_rule_is_known_by_its_bus() -> None:
    elsewhere: dict[str, Any] = {"RuleName": "eniguard-far", "EventBusName": "audit"}

    assert findings(judged("DisableRule", **elsewhere)) == [("SELF003", "critical", "audit/eniguard-far")]
    assert findings(judged("DisableRule", RuleName="eniguard-far")) == []


@pytest.mark.parametrize(
    ("action", "parameters", "said"),
    [
        ("UpdateRule", {"FilterPattern": "{}"}, []),
        ("PutTargets", {"Targets": targets("acs:fc:::functions/new-name")}, []),
        ("UpdateRule", {"Status": "DISABLE"}, REPORTED),
        ("DisableRule", {}, REPORTED),
        ("DeleteRule", {}, REPORTED),
    ],
)
def test_pipeline_may_change_the_rule_and_not_take_it_away(
    action: str, parameters: dict[str, Any], said: list[tuple[str, str, str]]
) -> None:
    assert findings(judged(action, PIPELINE, **parameters)) == said


def test_targets_that_the_event_does_not_show_are_undecided() -> None:
    decision = judged("PutTargets")

    assert (findings(decision), undecided(decision)) == ([], ["SELF003"])


@pytest.mark.parametrize(
    "target",
    [
        {"Id": "trail-event", "Endpoint": "acs:fc:cn-hangzhou:1234567890123456:functions/other"},
        {"Id": "1", "Endpoint": "acs:mns:cn-hangzhou:1234567890123456:queues/trail-event"},
        {"Id": "1", "Endpoint": "https://trail-event.example.com/functions/trail-event"},
    ],
)
def test_only_the_endpoint_tells_where_a_target_is(target: dict[str, str]) -> None:
    assert findings(judged("PutTargets", Targets=json.dumps([target]))) == REPORTED


@pytest.mark.parametrize("targets", [[{"Id": "1", "Endpoint": "acs:mns:::queues/x"}], "1"])
def test_targets_may_stand_in_a_list(targets: Any) -> None:
    given = {"Targets.1.Endpoint": "acs:mns:::queues/x"} if targets == "1" else {"Targets": targets}

    assert findings(judged("PutTargets", **given)) == REPORTED


@pytest.mark.parametrize(
    "webhook",
    [
        "https://user:word@hooks.example.com/services/T0/B0/secret?access_token=secret",
        "https://hooks.example.com?access_token=secret",
    ],
)
def test_secrets_of_targets_are_dropped(webhook: str) -> None:
    dingtalk = {"Endpoint": webhook, "ParamList": [{"ResourceKey": "SecretKey", "Value": "SECsecret"}]}

    (finding,) = judged("PutTargets", Targets=json.dumps([dingtalk])).findings

    assert [(one.name, one.value) for one in finding.evidence] == [("Targets", ["https://hooks.example.com"])]


def test_target_that_does_not_say_where_it_is_is_undecided() -> None:
    decision = judged("PutTargets", Targets=json.dumps([{"Id": "1", "Type": "acs.fc.function"}]))

    assert (findings(decision), undecided(decision)) == ([], ["SELF003"])


def test_rule_that_the_event_does_not_name_is_undecided() -> None:
    nameless = call("eventbridge:DisableRule", EventBusName="default")

    assert undecided(decided(nameless, policy=POLICY)) == ["SELF003"]
    assert undecided(decided(nameless, policy=Policy())) == []
    assert undecided(decided(call("eventbridge:DeleteEventBus"), policy=POLICY)) == ["SELF003"]
