"""The guard's things are switched on again, provisioned, emptied, and lose what holds them."""

from __future__ import annotations

from typing import Any

from fakealiyun import Keys
from tests.scenarios.deliveries import renamed
from tests.scenarios.stage import Stage


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
