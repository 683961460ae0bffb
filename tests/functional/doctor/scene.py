"""An account of the fake cloud in which the guard is set up step by step, and ways to look at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from eniguard.cli.connections import Connections
from eniguard.doctor import Check, Setup, examine
from eniguard.own_calls.sightings import CANARY_WAYS, Seen, mark_seen
from eniguard.rule_modules import registry_of
from eniguard.settings.guardfile import parse_policy
from eniguard.state import Store
from fakealiyun import Cloud
from fakealiyun.identities import Keys

ACCOUNT = "1234567890123456"
MEMBER = "6543210987654321"
REGION = "cn-hangzhou"
TRAIL, PROJECT, BUCKET = "example-trail", "example-logs", "example-evidence"
RULE = "example-events"
EVENT, LOG, FILE, SWEEP = "example-trail-event", "example-trail-log", "example-trail-file", "example-sweep"
ROLE = "example-eniguard"
STATE = "tablestore://example.cn-hangzhou/state"
GUARD_YML = f"""
regions: [{REGION}]
accounts: [{{id: "{MEMBER}", role: eniguard-reader}}]
guard:
  roles: [{ROLE}]
  trails: [{{name: {TRAIL}, sls_project: {PROJECT}, oss_bucket: {BUCKET}}}]
  event_rules: [{{name: {RULE}}}]
  functions: [{EVENT}, {LOG}, {FILE}, {SWEEP}]
state: {{url: "{STATE}"}}
"""
PATTERN = {"type": [{"suffix": ":ActionTrail:ApiCall"}, {"suffix": ":ActionTrail:ConsoleOperation"}]}
OF_FUNCTIONS = [
    "log:PostLogStoreLogs",
    "log:GetCursorOrData",
    "oss:GetObject",
    "ots:*Row",
    "ots:GetRange",
    "sts:AssumeRole",
    "actiontrail:LookupEvents",
    "ram:GetServiceLinkedRoleDeletionStatus",
    "ram:GetRole",
]


def allowing(actions: Iterable[str], **more: Any) -> dict[str, Any]:
    """A policy that allows actions on everything."""
    statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": "*", **more}
    return {"Version": "1", "Statement": [statement]}


def needed() -> set[str]:
    """The actions that the rules of the guard.yml look up with, and those of the functions."""
    registry = registry_of(parse_policy(GUARD_YML))
    rules = (*registry.rules, *registry.sweeps)
    return {*OF_FUNCTIONS, *(action for rule in rules for action in rule.permissions)}


@dataclass
class Scene:
    """The account.

    ``store`` is what guard.yml is taken to name; it stays open. ``doctor`` are the keys of who asks: those of
    a role that may do everything by default. ``clock`` is the doctor's, by default that of the cloud.
    """

    cloud: Cloud
    store: Store | None = None
    text: str = GUARD_YML
    doctor: Keys | None = None
    clock: Callable[[], float] | None = None

    def __post_init__(self) -> None:
        self.root = self.cloud.account()
        self.clock = self.clock or (lambda: self.cloud.clock.now().timestamp())
        self.doctor = self.doctor or self.cloud.role("example-operator")

    def call(self, action: str, **parameters: Any) -> Any:
        return self.cloud.call(action, self.root, **parameters)

    # -- steps ---------------------------------------------------------------------------------------------

    def make_trail(self) -> None:
        arn = f"acs:log:{REGION}:{ACCOUNT}:project/{PROJECT}"
        self.call(
            "actiontrail:CreateTrail",
            Name=TRAIL,
            EventRW="Write",
            TrailRegion="All",
            SlsProjectArn=arn,
            OssBucketName=BUCKET,
        )

    def start_trail(self) -> None:
        self.call("actiontrail:StartLogging", Name=TRAIL)

    def make_project(self) -> None:
        self.call("log:CreateProject", projectName=PROJECT)
        for name in (f"actiontrail_{TRAIL}", "functions"):
            self.call("log:CreateLogStore", project=PROJECT, logstoreName=name)

    def make_bucket(self) -> None:
        self.call("oss:PutBucket", bucket=BUCKET)

    def link_source(self) -> None:
        self.cloud.service("source-actiontrail.eventbridge.aliyuncs.com")

    def link_target(self) -> None:
        self.cloud.service("sendevent-fc.eventbridge.aliyuncs.com")

    def make_rule(self) -> None:
        target = {
            "Id": "1",
            "Type": "acs.fc.function",
            "Endpoint": f"acs:fc:{REGION}:{ACCOUNT}:functions/{EVENT}",
        }
        self.call(
            "eventbridge:CreateRule",
            EventBusName="default",
            RuleName=RULE,
            FilterPattern=json.dumps(PATTERN),
            EventTargets=json.dumps([target]),
        )

    def make_function(self, name: str) -> None:
        self.call(
            "fc:CreateFunction",
            functionName=name,
            runtime="python3.10",
            handler="index.handler",
            role=f"acs:ram::{ACCOUNT}:role/{ROLE}",
            timeout=60,
            memorySize=512,
            logConfig={"project": PROJECT, "logstore": "functions"},
        )

    def repeat(self, name: str) -> None:
        self.call(
            "fc:PutAsyncInvokeConfig",
            functionName=name,
            maxAsyncRetryAttempts=3,
            maxAsyncEventAgeInSeconds=18_000,
            destinationConfig={
                "onFailure": {"destination": f"acs:mns:{REGION}:{ACCOUNT}:/queues/lost/messages"}
            },
        )

    def trigger(self, name: str, kind: str, config: dict[str, Any], arn: str = "") -> None:
        self.call(
            "fc:CreateTrigger",
            functionName=name,
            triggerName="main",
            triggerType=kind,
            triggerConfig=json.dumps(config),
            sourceArn=arn,
        )

    def trigger_log(self) -> None:
        config = {"sourceConfig": {"logstore": f"actiontrail_{TRAIL}"}, "enable": True}
        self.trigger(LOG, "log", config, f"acs:log:{REGION}:{ACCOUNT}:project/{PROJECT}")

    def trigger_file(self) -> None:
        self.trigger(FILE, "oss", {"events": ["oss:ObjectCreated:*"]}, f"acs:oss:{REGION}:{ACCOUNT}:{BUCKET}")

    def trigger_sweep(self) -> None:
        self.trigger(SWEEP, "timer", {"cronExpression": "@every 15m", "enable": True})

    def grant(self, policy: dict[str, Any] | None = None) -> None:
        self.cloud.role(ROLE, policy or allowing(needed()))

    def see_canary(self) -> None:
        assert self.store is not None
        now = self.now()
        for way in CANARY_WAYS:
            mark_seen(self.store, way, Seen(now - 120, now - 60))

    def trust(self) -> None:
        trust = {
            "Version": "1",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"RAM": [f"acs:ram::{ACCOUNT}:root"]},
                }
            ],
        }
        self.cloud.call(
            "ram:CreateRole",
            self.cloud.account(account_id=MEMBER),
            RoleName="eniguard-reader",
            AssumeRolePolicyDocument=json.dumps(trust),
        )

    def complete(self) -> Scene:
        """Take every step."""
        for step, _ in STEPS:
            step(self)
        return self

    # -- looking -------------------------------------------------------------------------------------------

    def now(self) -> float:
        assert self.clock is not None
        return self.clock()

    def setup(self) -> Setup:
        assert self.doctor is not None
        environment = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": self.doctor.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": self.doctor.access_key_secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": self.doctor.token or "",
        }
        policy = parse_policy(self.text)
        connections = Connections(
            policy, environment=environment, clock=self.now, sleep=lambda _seconds: None
        )
        return Setup(
            policy,
            connections.client,
            accounts=connections.accounts,
            open_store=lambda _deployed: cast(Store, _Lent(self.store)),
            secret=connections.secrets.get,
            clock=self.now,
            keys_from=connections.keys_from,
        )

    def checks(self, *only: str) -> dict[str, Check]:
        return {one.id: one for one in examine(self.setup(), only)}

    def amiss(self, *only: str) -> set[str]:
        """The ids of checks that are neither as they have to be nor without anything to look at."""
        found = self.checks(*only)
        return {check for check, one in found.items() if one.status not in ("ok", "not_configured")}


class _Lent:
    """A store that stays open when it is closed."""

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def close(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


#: The steps of a set-up in an order in which they can be taken, and the checks that each sets right.
STEPS: list[tuple[Callable[[Scene], None], set[str]]] = [
    (Scene.make_trail, {f"trail/{TRAIL}/exists"}),
    (Scene.start_trail, {f"trail/{TRAIL}/logging"}),
    (Scene.make_project, {f"trail/{TRAIL}/delivery/sls"}),
    (Scene.make_bucket, {f"trail/{TRAIL}/delivery/oss"}),
    (Scene.link_source, {"linked-role/source-actiontrail"}),
    (Scene.link_target, {"linked-role/sendevent-fc"}),
    (Scene.make_rule, {f"event-rule/{RULE}/exists"}),
    *[
        (lambda scene, name=name: scene.make_function(name), {f"function/{name}/exists"})
        for name in (EVENT, LOG, FILE, SWEEP)
    ],
    (lambda scene: scene.repeat(EVENT), {f"function/{EVENT}/async"}),
    (lambda scene: scene.repeat(FILE), {f"function/{FILE}/async"}),
    (Scene.trigger_log, {f"function/{LOG}/trigger"}),
    (Scene.trigger_file, {f"function/{FILE}/trigger"}),
    (Scene.trigger_sweep, {f"function/{SWEEP}/trigger"}),
    (Scene.grant, {f"permissions/{ROLE}"}),
    (Scene.see_canary, {f"canary/{way}" for way in CANARY_WAYS}),
    (Scene.trust, {f"account/{MEMBER}"}),
]
