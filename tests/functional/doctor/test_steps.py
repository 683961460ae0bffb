"""The guard is set up step by step: a missing step is named, and turns its check when it is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eniguard.doctor import CHECKS
from eniguard.state import Store
from fakealiyun import Cloud
from tests.functional.doctor.scene import (
    BUCKET,
    EVENT,
    LOG,
    MEMBER,
    PROJECT,
    ROLE,
    RULE,
    STEPS,
    SWEEP,
    TRAIL,
    Scene,
    allowing,
    needed,
)


@pytest.fixture
def scene(aliyun: Cloud, store: Store) -> Scene:
    return Scene(aliyun, store)


def test_each_step_turns_its_checks_and_no_check_turns_back(scene: Scene) -> None:
    right: set[str] = set()
    for step, checks in STEPS:
        before = scene.checks()
        assert not any(before[check].status == "ok" for check in checks & before.keys())

        step(scene)

        after = scene.checks()
        assert {check: after[check].status for check in checks} == dict.fromkeys(checks, "ok")
        right |= checks
        assert all(after[check].status == "ok" for check in right)


def test_every_missing_step_is_named_with_what_to_do(scene: Scene) -> None:
    found = scene.checks()

    assert {check for check, one in found.items() if one.status == "ok"} == {
        "credentials",
        "clock",
        "event-rule/quota/default",
        "store/kind",
        "store/access",
        "remediation",
    }
    for check, one in found.items():
        assert (one.advice is None) == (one.status == "ok"), check
    told = {check: one.advice or "" for check, one in found.items()}
    assert f"CreateTrail --Name {TRAIL}" in told[f"trail/{TRAIL}/exists"]
    for role in ("source-actiontrail", "sendevent-fc"):
        service = f"{role}.eventbridge.aliyuncs.com"
        assert f"CreateServiceLinkedRole --ServiceName {service}" in told[f"linked-role/{role}"]
    assert "s deploy" in told[f"event-rule/{RULE}/exists"]
    assert "s deploy" in told[f"function/{LOG}/exists"]
    assert "linked-role" in told["canary/eventbridge"]
    assert f"acs:ram:*:{MEMBER}:role/eniguard-reader" in told[f"account/{MEMBER}"]


def test_complete_set_up_is_ok_throughout(scene: Scene) -> None:
    found = scene.complete().checks()

    assert {one.status for one in found.values()} == {"ok"}
    assert {check.partition("/")[0] for check in found} == set(CHECKS)


def _update(**changes: Any) -> Callable[[Scene], None]:
    return lambda scene: scene.call("fc:UpdateFunction", functionName=EVENT, **changes)


def _without(action: str) -> Callable[[Scene], None]:
    return lambda scene: scene.grant(allowing(needed() - {action}))


BROKEN: dict[str, tuple[Callable[[Scene], None], str, str]] = {
    "trail stopped": (
        lambda scene: scene.call("actiontrail:StopLogging", Name=TRAIL),
        f"trail/{TRAIL}/logging",
        f"StartLogging --Name {TRAIL}",
    ),
    "trail records reads only": (
        lambda scene: scene.call("actiontrail:UpdateTrail", Name=TRAIL, EventRW="Read"),
        f"trail/{TRAIL}/events",
        "--EventRW Write",
    ),
    "trail records one region": (
        lambda scene: scene.call("actiontrail:UpdateTrail", Name=TRAIL, TrailRegion="cn-beijing"),
        f"trail/{TRAIL}/regions",
        "--TrailRegion All",
    ),
    "trail delivers elsewhere": (
        lambda scene: scene.call("actiontrail:UpdateTrail", Name=TRAIL, OssBucketName="other-evidence"),
        f"trail/{TRAIL}/delivery/oss",
        f"--OssBucketName {BUCKET}",
    ),
    "project deleted": (
        lambda scene: scene.call("log:DeleteProject", project=PROJECT),
        f"trail/{TRAIL}/delivery/sls",
        f"project {PROJECT}",
    ),
    "rule disabled": (
        lambda scene: scene.call("eventbridge:DisableRule", EventBusName="default", RuleName=RULE),
        f"event-rule/{RULE}/enabled",
        f"EnableRule --EventBusName default --RuleName {RULE}",
    ),
    "pattern takes ECS only": (
        lambda scene: scene.call(
            "eventbridge:UpdateRule",
            EventBusName="default",
            RuleName=RULE,
            FilterPattern='{"data": {"serviceName": ["Ecs"]}}',
        ),
        f"event-rule/{RULE}/pattern",
        "--FilterPattern",
    ),
    "rule aimed elsewhere": (
        lambda scene: scene.call(
            "eventbridge:PutTargets",
            EventBusName="default",
            RuleName=RULE,
            Targets=f'[{{"Id": "1", "Endpoint": "acs:fc:cn-hangzhou:1:functions/not-{EVENT}"}}]',
        ),
        f"event-rule/{RULE}/target",
        "deploy trail_event",
    ),
    "runtime too old": (_update(runtime="python3.9"), f"function/{EVENT}/runtime", "python3.10"),
    "time-out by default": (_update(timeout=3), f"function/{EVENT}/timeout", "timeout: 60"),
    "role not named": (_update(role="acs:ram::1:role/other"), f"function/{EVENT}/role", "guard.roles"),
    "nothing logged": (_update(logConfig={"project": ""}), f"function/{EVENT}/logs", "logConfig"),
    "no repeats": (
        lambda scene: scene.call("fc:PutAsyncInvokeConfig", functionName=EVENT, maxAsyncRetryAttempts=0),
        f"function/{EVENT}/async",
        "maxAsyncRetryAttempts: 3",
    ),
    "log trigger off": (
        lambda scene: scene.call(
            "fc:UpdateTrigger", functionName=LOG, triggerName="main", triggerConfig='{"enable": false}'
        ),
        f"function/{LOG}/trigger",
        "trigger",
    ),
    "log trigger reads other rows": (
        lambda scene: scene.call(
            "fc:UpdateTrigger",
            functionName=LOG,
            triggerName="main",
            triggerConfig='{"enable": true, "sourceConfig": {"logstore": "others"}}',
        ),
        f"function/{LOG}/trigger",
        "trigger",
    ),
    "no timer": (
        lambda scene: scene.call("fc:DeleteTrigger", functionName=SWEEP, triggerName="main"),
        f"function/{SWEEP}/trigger",
        "timer",
    ),
    "look-up not allowed": (
        _without("ecs:DescribeInstances"),
        f"permissions/{ROLE}",
        f"attached to the role {ROLE}",
    ),
    "rows not allowed": (_without("log:GetCursorOrData"), f"permissions/{ROLE}", f"role {ROLE}"),
    "roles not readable": (_without("ram:GetRole"), f"permissions/{ROLE}", f"role {ROLE}"),
    "canary late": (lambda scene: scene.cloud.clock.advance(3600), "canary/sls", "function of trail_log"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_afterwards_is_named(scene: Scene, case: str) -> None:
    breaks, check, advice = BROKEN[case]
    scene.complete()

    breaks(scene)

    found = scene.checks()[check]
    assert found.status == "wrong"
    assert advice in (found.advice or "")


def test_missing_permission_names_the_action_and_what_it_is_needed_on(scene: Scene) -> None:
    scene.complete()
    scene.grant(allowing(needed() - {"ecs:DescribeInstances", "log:GetCursorOrData"}))

    found = scene.checks("permissions")[f"permissions/{ROLE}"].found

    assert found == (
        "not allowed: ecs:DescribeInstances, log:GetCursorOrData on "
        f"acs:log:cn-hangzhou:1234567890123456:project/{PROJECT}/logstore/actiontrail_{TRAIL}"
    )


def test_permission_under_a_condition_is_unknown(scene: Scene) -> None:
    scene.complete()
    scene.grant(allowing(needed(), Condition={"IpAddress": {"acs:SourceIp": ["203.0.113.0/24"]}}))

    found = scene.checks("permissions")[f"permissions/{ROLE}"]

    assert found.status == "unknown"
    assert "ecs:DescribeNetworkInterfaces" in found.found


@pytest.mark.parametrize(("others", "status"), [(8, "ok"), (20, "unknown"), (50, "wrong")])
def test_room_for_a_rule_is_judged_by_both_quotas(scene: Scene, others: int, status: str) -> None:
    for number in range(others):
        scene.call(
            "eventbridge:CreateRule", EventBusName="default", RuleName=f"other-{number}", FilterPattern="{}"
        )

    found = scene.checks("event-rule")["event-rule/quota/default"]

    assert found.status == status
    assert f"{others} rules (quota 10 or 50: the documents differ)" in found.found


def test_all_trails_are_looked_at_where_guard_yml_names_none(aliyun: Cloud, store: Store) -> None:
    scene = Scene(aliyun, store, text="regions: [cn-hangzhou]")
    assert scene.checks("trail")["trail"].status == "wrong"

    scene.make_trail()

    assert scene.checks("trail")[f"trail/{TRAIL}/logging"].status == "wrong"
    assert {one.status for one in scene.checks("event-rule", "function", "store", "canary").values()} == {
        "not_configured"
    }


def test_full_bus_is_right_when_the_rule_is_on_it(scene: Scene) -> None:
    scene.make_rule()
    for number in range(30):
        scene.call(
            "eventbridge:CreateRule", EventBusName="default", RuleName=f"other-{number}", FilterPattern="{}"
        )

    assert scene.checks("event-rule")["event-rule/quota/default"].status == "ok"


@pytest.mark.parametrize(
    ("logstore", "status"), [(f"actiontrail_{TRAIL}", "ok"), ("actiontrail_*", "ok"), ("others", "wrong")]
)
def test_permission_on_one_logstore_counts_for_that_one(scene: Scene, logstore: str, status: str) -> None:
    scene.complete()
    policy = allowing(needed() - {"log:GetCursorOrData"})
    place = f"acs:log:*:*:project/{PROJECT}/logstore/{logstore}"
    policy["Statement"].append({"Effect": "Allow", "Action": "log:GetCursorOrData", "Resource": place})
    scene.grant(policy)

    assert scene.checks("permissions")[f"permissions/{ROLE}"].status == status
