"""The guard's things are switched on again, provisioned, emptied, or changed by rare calls."""

from __future__ import annotations

import json
from typing import Any

from fakealiyun import Keys
from tests.scenarios.deliveries import renamed
from tests.scenarios.stage import Stage
from tests.scenarios.world import World


def restarts(stage: Stage) -> None:
    """What was switched off is switched on again: by somebody, and by the guard's role again and again."""
    alice, guard = stage.account("alice"), stage.role("eniguard-remediate")
    trail = {"Name": "eniguard-trail"}
    rule = {"EventBusName": "default", "RuleName": "eniguard-events"}
    stage.call("actiontrail:CreateTrail", alice, **trail, SlsProjectArn=_PROJECT, EventRW="All")
    stage.call("eventbridge:CreateRule", alice, **rule, FilterPattern="{}")
    with stage.case("self/trail-started", "The guard's trail is started by somebody.", "eventbridge"):
        stage.call("actiontrail:StartLogging", alice, **trail)
    with stage.case(
        "self/loop/trail-started", "It is stopped, and the guard's role starts it; thrice.", "oss"
    ):
        for _ in range(3):
            stage.call("actiontrail:StopLogging", alice, **trail)
            stage.call("actiontrail:StartLogging", guard, **trail)
    with stage.case("self/rule-enabled", "The guard's event rule is off, and on again by somebody.", "lines"):
        stage.call("eventbridge:DisableRule", alice, **rule)
        stage.call("eventbridge:EnableRule", alice, **rule)
    with stage.case("self/loop/rule-enabled", "It is off, and the guard's role enables it; thrice.", "lines"):
        for _ in range(3):
            stage.call("eventbridge:DisableRule", alice, **rule)
            stage.call("eventbridge:EnableRule", guard, **rule)


_PROJECT = "acs:log:cn-hangzhou:1234567890123456:project/eniguard-logs"


def buses(stage: Stage) -> None:
    """The event bus of a rule of the guard is deleted; and another one is."""
    alice = stage.account("alice")
    for bus, rule in (("eniguard", "eniguard-heartbeat"), ("orders", "orders")):
        stage.call("eventbridge:CreateEventBus", alice, EventBusName=bus)
        stage.call("eventbridge:CreateRule", alice, EventBusName=bus, RuleName=rule, FilterPattern="{}")
    with stage.case("self/rule-bus-deleted", "The bus that a rule of the guard is on is deleted."):
        stage.call("eventbridge:DeleteEventBus", alice, EventBusName="eniguard")
    with stage.case("self/other-rule-bus", "The bus of another application is deleted.", "eventbridge"):
        stage.call("eventbridge:DeleteEventBus", alice, EventBusName="orders")


def provisions(stage: Stage) -> None:
    """Functions get instances, and lose what becomes of failed calls; and services are deleted."""
    alice, deployer = stage.account("alice"), stage.account("deployer")
    own, other = {"functionName": "eniguard-trail-event"}, {"functionName": "orders"}
    old = {"serviceName": "old-guard", "functionName": "trail-event"}
    old_other = {"serviceName": "old-shop", "functionName": "orders"}

    def call(action: str, by: Keys = alice, **parameters: Any) -> None:
        stage.call(action, by, **parameters)

    for function in (own, other):
        call("fc:CreateFunction", deployer, **function)
    for function in (old, old_other):
        call("fc-open:CreateService", deployer, serviceName=function["serviceName"])
        call("fc-open:CreateFunction", deployer, **function)
    with stage.case("self/function-provisioned", "Instances by hand, by the pipeline, for another.", "lines"):
        call("fc:PutProvisionConfig", **own, defaultTarget=0)
        call("fc:PutProvisionConfig", deployer, **own, defaultTarget=1)
        call("fc:PutProvisionConfig", **other, defaultTarget=0)
    with stage.case("self/function-retries", "What becomes of failed calls is forgotten.", "lines"):
        call("fc:DeleteAsyncInvokeConfig", **own)
        call("fc:DeleteAsyncInvokeConfig", deployer, **own)
        call("fc:DeleteAsyncInvokeConfig", **other)
    with stage.case("self/function-old-retries", "The same in Function Compute 2.0.", "sls"):
        call("fc-open:PutFunctionAsyncInvokeConfig", **old, maxAsyncRetryAttempts=0)
        call("fc-open:PutFunctionAsyncInvokeConfig", **old_other, maxAsyncRetryAttempts=0)
        call("fc-open:DeleteFunctionAsyncInvokeConfig", **old)
        call("fc-open:DeleteFunctionAsyncInvokeConfig", **old_other)
    for function in (old, old_other):
        call("fc-open:DeleteFunction", deployer, **function)
    with stage.case("self/service-deleted", "Its service is deleted, and another one.", "lines"):
        call("fc-open:DeleteService", serviceName="old-guard")
        call("fc-open:DeleteService", serviceName="old-shop")


def contents(stage: Stage) -> None:
    """Logs are deleted and a secret goes back to an older version: the guard's, and others."""
    alice = stage.account("alice")
    own = {"project": "eniguard-logs", "logstore": "actiontrail_eniguard-trail"}
    web = {**own, "logstore": "web"}

    def call(action: str, **parameters: Any) -> None:
        stage.call(action, alice, **parameters)

    call("log:CreateProject", projectName=own["project"])
    for store in (own, web):
        call("log:CreateLogStore", project=store["project"], logstoreName=store["logstore"], ttl=180)
    for name in ("eniguard-dingtalk", "orders"):
        call("kms:CreateSecret", SecretName=name, SecretData="example", VersionId="1")
        call("kms:PutSecretValue", SecretName=name, SecretData="example", VersionId="2")
    hour = {"from": 1777795200, "to": 1777798800}
    with stage.case("self/logs-deleted", "An hour of the guard's logs, and of others.", "lines"):
        call("log:DeleteLogs", **own, **hour, query="eventName: StopLogging")
        call("log:DeleteLogs", **web, **hour, query="*")
    for path, whose, store in (
        ("self/logs-cleared", "The guard's", own),
        ("self/other-logs-cleared", "Other", web),
    ):
        change = renamed("Sls", "ClearLogStoreStorage", **store)
        said = f"{whose} logs are cleared; the fake cloud does not have the call."
        with stage.case(path, said, change=change, made="hand-written"):
            call("log:UpdateLogStore", **store, ttl=180)
    back = {"VersionStage": "ACSCurrent", "MoveToVersion": "1", "RemoveFromVersion": "2"}
    with stage.case("self/secret-put-back", "Alerts go to the old address; another is set.", "lines"):
        call("kms:UpdateSecretVersionStage", SecretName="eniguard-dingtalk", **back)
        call("kms:UpdateSecretVersionStage", SecretName="orders", **back)


def other_ways(stage: Stage) -> None:
    """Role, function and secret of the guard are changed by calls that few make; and others are."""
    alice, deployer = stage.account("alice"), stage.account("deployer")
    stage.role("eniguard-remediate")
    stage.role("ops")

    def call(action: str, by: Keys = alice, **parameters: Any) -> None:
        stage.call(action, by, **parameters)

    policy = {"PolicyName": "AdministratorAccess", "PolicyType": "System"}
    everywhere = {**policy, "ResourceGroupId": stage.account_id}
    own, other = (_principal(stage, name) for name in ("eniguard-remediate", "ops"))
    with stage.case(
        "self/role-detached", "The guard's role loses a policy and gets it; another too.", "lines"
    ):
        for principal in (own, other):
            call("ram:DetachPolicy", **principal, **everywhere)
            call("ram:AttachPolicy", **principal, **everywhere)
    for name in ("eniguard-trail-event", "orders"):
        call("fc:CreateFunction", deployer, functionName=name)
    starved = {"minInstances": 0, "enableOnDemandScaling": False}
    said = "By hand it is left with nothing to run on, by the pipeline with some; another with nothing."
    with stage.case("self/function-scaled", said, "lines"):
        call("fc:PutScalingConfig", functionName="eniguard-trail-event", **starved)
        call("fc:PutScalingConfig", deployer, functionName="eniguard-trail-event", minInstances=1)
        call("fc:PutScalingConfig", functionName="orders", **starved)
    statement = {"Effect": "Allow", "Principal": {"RAM": ["*"]}, "Action": ["kms:*"], "Resource": ["*"]}
    shared = {"Policy": json.dumps({"Version": "1", "Statement": [statement]}), "PolicyName": "default"}
    for name in ("eniguard-dingtalk", "orders"):
        call("kms:CreateSecret", SecretName=name, SecretData="example", VersionId="1")
    with stage.case("self/secret-shared", "Anybody may use the address of alerts; and another.", "lines"):
        call("kms:SetSecretPolicy", SecretName="eniguard-dingtalk", **shared)
        call("kms:SetSecretPolicy", SecretName="orders", **shared)


def _principal(stage: Stage, role: str) -> dict[str, str]:
    """A role as Resource Management writes it."""
    name = f"{role}@role.{stage.account_id}.onaliyunservice.com"
    return {"PrincipalType": "ServiceRole", "PrincipalName": name}


def older_tags(stage: Stage) -> None:
    """Tags that control the guard are set and taken off by the older calls for one resource; others are."""
    world = World(stage)
    call = world.call
    group = {"ResourceType": "securitygroup", "ResourceId": world.group}
    pod, web = (world.make_eni(Tag=_creator(name)) for name in ("example-cni", "alice"))
    ignored, team = [{"Key": "guard:ignore", "Value": "true"}], [{"Key": "team", "Value": "network"}]
    with stage.case("self/tags-added", "A group is hidden; an ENI is made to look a controller's.", "lines"):
        call("ecs:AddTags", **group, Tag=ignored)
        call("ecs:AddTags", **group, Tag=team)
        call("ecs:AddTags", ResourceType="eni", ResourceId=web, Tag=_creator("example-cni"))
    old = world.make_eni(Tag=_creator("alice"))
    with stage.case("self/tags-removed", "It is shown again; ENIs lose the tag of who made them.", "lines"):
        call("ecs:RemoveTags", **group, Tag=[{"Key": "guard:ignore"}])
        call("ecs:RemoveTags", **group, Tag=[{"Key": "team"}])
        call("ecs:RemoveTags", ResourceType="eni", ResourceId=pod, Tag=[{"Key": "creator"}])
        call("ecs:RemoveTags", ResourceType="eni", ResourceId=old, Tag=[{"Key": "creator"}])


def _creator(name: str) -> list[dict[str, str]]:
    return [{"Key": "creator", "Value": name}]
