"""A check that cannot be made says why, and keeps no other from being made; nothing is raised."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from eniguard.doctor import Setup, examine
from eniguard.doctor.patterns import takes
from eniguard.errors import ConfigError, StateError
from eniguard.own_calls.sightings import Seen, last_seen, mark_seen
from eniguard.state import Store
from fakealiyun import Cloud
from tests.functional.doctor.scene import EVENT, LOG, ROLE, RULE, STATE, TRAIL, Scene, allowing

#: What is not made when a call of an action is denied.
READS = {
    "actiontrail:DescribeTrails": {"trail", "permissions/example-trail-file"},
    "actiontrail:GetTrailStatus": {f"trail/{TRAIL}/logging"},
    "ram:GetRole": {"linked-role/source-actiontrail", "linked-role/sendevent-fc"},
    "ram:ListPoliciesForRole": {f"permissions/{ROLE}"},
    "ram:GetPolicy": {f"permissions/{ROLE}"},
    "eventbridge:GetRule": {f"event-rule/{RULE}"},
    "eventbridge:ListRules": {"event-rule/quota/default"},
    "fc:ListTriggers": {f"function/example-{one}/trigger" for one in ("trail-log", "trail-file", "sweep")},
    "fc:GetAsyncInvokeConfig": {f"function/example-{one}/async" for one in ("trail-event", "trail-file")},
}


@pytest.fixture
def scene(aliyun: Cloud, store: Store) -> Scene:
    return Scene(aliyun, store).complete()


@pytest.mark.parametrize("action", READS)
def test_denied_read_leaves_its_checks_unknown_and_names_the_action(scene: Scene, action: str) -> None:
    everything = allowing(["*"])
    everything["Statement"].append({"Effect": "Deny", "Action": action, "Resource": "*"})
    scene.doctor = scene.cloud.role("example-denied", everything)

    found = scene.checks()

    unknown = {check for check, one in found.items() if one.status == "unknown"}
    assert unknown == READS[action]
    assert all(f"allow {action} to whoever runs" in (found[check].advice or "") for check in unknown)
    assert {one.status for check, one in found.items() if check not in unknown} == {"ok"}


def test_denied_everything_is_reported_throughout(scene: Scene) -> None:
    scene.doctor = scene.cloud.role("example-nobody", allowing(["ecs:DescribeRegions"]))

    found = scene.checks()

    assert found["credentials"].status == "ok"
    assert found["store/access"].status == "ok"
    assert found["trail"].status == found[f"function/{EVENT}"].status == "unknown"


@pytest.mark.parametrize("kind", ["reset", "truncated"])
def test_cloud_that_gives_no_answer_is_reported(scene: Scene, kind: Any) -> None:
    scene.cloud.fail("*", kind=kind, times=None)

    found = {check: one.status for check, one in scene.checks().items()}

    assert found["credentials"] == found["trail"] == found[f"function/{LOG}"] == "unknown"
    assert found["store/access"] == "ok"


def test_answers_of_another_form_are_reported(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    setup = scene.setup()
    monkeypatch.setattr(
        setup.client, "call", lambda *_arguments, **_named: {"TrailList": "none", "Data": 3, "Policies": []}
    )

    found = {one.id: one for one in examine(setup, ["trail", "event-rule", "permissions"])}

    assert {one.status for one in found.values()} == {"unknown"}
    assert "another form than expected" in found["trail"].found


def test_wrong_keys_and_no_keys_are_told_without_a_secret(scene: Scene) -> None:
    assert scene.doctor is not None
    keys = scene.doctor
    scene.doctor = type(keys)("LTAIunknown", "s3cret-value", "s3cret-token")
    refused = scene.checks()
    scene.doctor = type(keys)("", "", None)
    absent = scene.checks("credentials", "trail")

    assert refused["credentials"].status == absent["credentials"].status == "wrong"
    assert absent["trail"].status == "unknown"
    assert "s3cret" not in msgspec.json.encode([*refused.values(), *absent.values()]).decode()


def test_clock_that_is_off_is_told(scene: Scene, store: Store) -> None:
    setup = scene.setup()
    late = Setup(
        setup.policy,
        setup.client,
        accounts=setup.accounts,
        open_store=lambda _deployed: store,
        secret=setup.secret,
        clock=lambda: scene.now() - 600,
        keys_from="a test",
    )

    (found,) = examine(late, ["clock"])

    assert (found.status, found.found) == ("wrong", "600 seconds behind the cloud")
    assert "NTP" in (found.advice or "")


def test_store_that_cannot_be_used_is_told(scene: Scene) -> None:
    def refuse(deployed: bool) -> Any:
        if deployed:
            raise ConfigError("sqlite keeps state on one machine")
        raise StateError("the store is out of reach; look at its network")

    setup = scene.setup()
    broken = Setup(
        setup.policy,
        setup.client,
        accounts=setup.accounts,
        open_store=refuse,
        secret=setup.secret,
        clock=scene.now,
        keys_from="a test",
    )

    found = {one.id: (one.status, one.found) for one in examine(broken, ["store", "canary"])}

    assert found == {
        "store/kind": ("wrong", "sqlite keeps state on one machine"),
        "store/access": ("wrong", "the store is out of reach; look at its network"),
        "canary": (
            "unknown",
            "the state store does not tell: the store is out of reach; look at its network",
        ),
    }


def test_guard_without_a_store_does_not_start(aliyun: Cloud, store: Store) -> None:
    scene = Scene(aliyun, store)
    scene.text = scene.text.replace(f'state: {{url: "{STATE}"}}', "")

    assert scene.checks("store")["store/kind"].status == "wrong"


def test_function_of_the_old_api_is_not_looked_at(aliyun: Cloud, store: Store) -> None:
    scene = Scene(aliyun, store)
    scene.text = scene.text.replace(f"[{EVENT},", "[old-guard/trail-event,")

    found = scene.checks("function")["function/old-guard/trail-event"]

    assert (found.status, "2.0" in found.found) == ("unknown", True)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({}, True),
        ({"type": [{"suffix": ":ActionTrail:ApiCall"}]}, False),
        ({"type": [{"suffix": [":ApiCall", ":ConsoleOperation"]}]}, True),
        ({"type": [{"prefix": "ecs:"}]}, None),
        ({"type": ["vpc:ActionTrail:ApiCall", "vpc:ActionTrail:ConsoleOperation"]}, False),
        ({"source": ["acs.ecs"]}, None),
        ({"source": ["acs.ecs", "acs.actiontrail"]}, True),
        ({"source": ["acs.oss"]}, False),
        ({"source": [{"anything-but": "acs.oss"}]}, True),
        ({"data": {"eventName": ["DeleteNetworkInterface"]}}, True),
        ({"data": {"eventName": ["AttachNetworkInterface"]}}, False),
        ({"data": {"eventName": [{"contains": "Network"}], "serviceName": ["Ecs"]}}, True),
        ({"data": {"serviceName": ["ecs"]}}, False),
        ({"data": {"acsRegion": ["cn-hangzhou"], "eventRW": ["Write"]}}, True),
        ({"data": {"acsRegion": ["cn-beijing"]}}, False),
        ({"data": {"userIdentity": {"type": ["ram-user"]}}}, None),
        ({"data": {"eventName": [{"exists": False}]}}, False),
        ({"data": {"eventName": [{"cidr": "203.0.113.0/24"}]}}, None),
        ({"data": {"eventName": [{"numeric": [">", 3]}], "serviceName": ["Vpc"]}}, False),
        ("no pattern", None),
    ],
)
def test_pattern_takes_an_action_or_not_or_that_depends(pattern: object, expected: bool | None) -> None:
    assert takes(pattern, "ecs:DeleteNetworkInterface", "cn-hangzhou") is expected


def test_pattern_on_undocumented_fields_is_unknown(scene: Scene) -> None:
    scene.call(
        "eventbridge:UpdateRule",
        EventBusName="default",
        RuleName=RULE,
        FilterPattern='{"data": {"userIdentity": {"type": ["ram-user"]}}}',
    )

    found = scene.checks("event-rule")[f"event-rule/{RULE}/pattern"]

    assert found.status == "unknown"
    assert "depends on fields that are not documented" in found.found


def test_sighting_of_an_earlier_call_does_not_hide_a_later_one(store: Store) -> None:
    mark_seen(store, "sls", Seen(100.0, 130.0))
    mark_seen(store, "sls", Seen(50.0, 140.0))
    assert last_seen(store) == {"sls": Seen(100.0, 130.0)}

    mark_seen(store, "sls", Seen(200.0, 230.0))
    mark_seen(store, "oss", Seen(200.0, 500.0))

    assert last_seen(store) == {"sls": Seen(200.0, 230.0), "oss": Seen(200.0, 500.0)}


def test_sighting_that_cannot_be_read_is_an_error_that_names_its_key(store: Store) -> None:
    store.create("canary/seen/oss", b"yesterday")

    with pytest.raises(StateError, match="canary/seen/oss"):
        last_seen(store)
