"""What a guard may call its own, in EventBridge, Function Compute, SLS, OSS, Tablestore and KMS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakealiyun import ApiError, Cloud, Keys
from fakealiyun.wire.request import HttpRequest
from tests.functional.fakealiyun.signed_requests import acs3

RULE = {"EventBusName": "default", "RuleName": "events"}
FUNCTION = {"functionName": "trail"}
OLD = {"serviceName": "guard", "functionName": "trail"}
STORE = {"project": "logs", "logstore": "trail"}
TABLE = {"InstanceName": "guard", "TableName": "findings"}


class Scene:
    """One account with one thing of each kind."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.root = self.cloud.account()
        self.call("eventbridge:CreateRule", **RULE, FilterPattern="{}")
        self.call("fc:CreateFunction", **FUNCTION)
        self.call("fc-open:CreateService", serviceName="guard")
        self.call("fc-open:CreateFunction", **OLD)
        self.call("log:CreateProject", projectName="logs")
        self.call("log:CreateLogStore", project="logs", logstoreName="trail")
        self.call("oss:PutBucket", bucket="evidence")
        self.call("ots:CreateInstance", InstanceName="guard")
        self.call("ots:CreateTable", **TABLE)
        self.call("kms:CreateSecret", SecretName="robot", SecretData="example", VersionId="1")

    def call(self, action: str, keys: Keys | None = None, **parameters: Any) -> Any:
        return self.cloud.call(action, keys or self.root, **parameters)

    def refused(self, action: str, keys: Keys | None = None, **parameters: Any) -> tuple[str, int]:
        with pytest.raises(ApiError) as caught:
            self.call(action, keys, **parameters)
        return caught.value.code, caught.value.status

    @property
    def event(self) -> dict[str, Any]:
        return self.cloud.trail.events[-1]


@pytest.fixture
def scene() -> Scene:
    return Scene()


DELETES: list[tuple[str, dict[str, Any], tuple[str, int]]] = [
    ("eventbridge:DeleteRule", RULE, ("EventRuleNotExisted", 404)),
    ("fc:DeleteFunction", FUNCTION, ("FunctionNotFound", 404)),
    ("fc-open:DeleteFunction", OLD, ("FunctionNotFound", 404)),
    ("log:DeleteLogStore", STORE, ("LogStoreNotExist", 404)),
    ("log:DeleteProject", {"project": "logs"}, ("ProjectNotExist", 404)),
    ("oss:DeleteBucket", {"bucket": "evidence"}, ("NoSuchBucket", 404)),
    ("ots:DeleteTable", TABLE, ("OTSObjectNotExist", 404)),
    ("ots:DeleteInstance", {"InstanceName": "guard"}, ("OTSObjectNotExist", 404)),
    ("kms:DeleteSecret", {"SecretName": "robot"}, ("Forbidden.ResourceNotFound", 404)),
]


@pytest.mark.parametrize(("action", "named", "code"), DELETES)
def test_what_is_deleted_is_gone(
    scene: Scene, action: str, named: dict[str, Any], code: tuple[str, int]
) -> None:
    scene.call(action, **named)

    assert scene.refused(action, **named) == code


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        ("eventbridge:CreateRule", {**RULE, "FilterPattern": "{}"}, ("EventRuleExisted", 409)),
        ("eventbridge:CreateEventBus", {"EventBusName": "default"}, ("EventBusAlreadyExist", 409)),
        ("fc:CreateFunction", FUNCTION, ("FunctionAlreadyExists", 409)),
        ("fc-open:CreateService", {"serviceName": "guard"}, ("ServiceAlreadyExists", 409)),
        ("log:CreateProject", {"projectName": "logs"}, ("ProjectAlreadyExist", 400)),
        ("log:CreateLogStore", {"project": "logs", "logstoreName": "trail"}, ("LogStoreAlreadyExist", 400)),
        ("oss:PutBucket", {"bucket": "evidence"}, ("BucketAlreadyExists", 409)),
        ("ots:CreateInstance", {"InstanceName": "guard"}, ("OTSObjectAlreadyExist", 409)),
        ("ots:CreateTable", TABLE, ("OTSObjectAlreadyExist", 409)),
        (
            "kms:CreateSecret",
            {"SecretName": "robot", "SecretData": "x", "VersionId": "1"},
            ("Rejected.ResourceExist", 409),
        ),
    ],
)
def test_nothing_is_made_twice(
    scene: Scene, action: str, parameters: dict[str, Any], code: tuple[str, int]
) -> None:
    assert scene.refused(action, **parameters) == code


@pytest.mark.parametrize(("action", "named", "code"), DELETES)
def test_ram_decides_by_the_action_and_the_refusal_is_recorded(
    scene: Scene, action: str, named: dict[str, Any], code: tuple[str, int]
) -> None:
    product, _, name = action.partition(":")
    right = f"{product.removesuffix('-open')}:{name}"
    statement = {"Effect": "Allow", "Action": right, "Resource": "*"}
    nobody = scene.cloud.account("nobody", policy={"Version": "1", "Statement": []})
    somebody = scene.cloud.account("somebody", policy={"Version": "1", "Statement": [statement]})

    assert scene.refused(action, nobody, **named) == ("Forbidden.RAM", 403)
    assert (scene.event["eventName"], scene.event["errorCode"]) == (name, "Forbidden.RAM")
    scene.call(action, somebody, **named)


def test_rule_is_switched_off_and_on_and_aimed(scene: Scene) -> None:
    def shown() -> dict[str, Any]:
        data: dict[str, Any] = scene.call("eventbridge:GetRule", **RULE)["Data"]
        return data

    assert shown()["Status"] == "ENABLE"
    scene.call("eventbridge:DisableRule", **RULE)
    assert shown()["Status"] == "DISABLE"
    scene.call("eventbridge:EnableRule", **RULE)
    scene.call("eventbridge:UpdateRule", **RULE, FilterPattern='{"a": []}')
    assert (shown()["Status"], shown()["FilterPattern"]) == ("ENABLE", '{"a": []}')
    scene.call("eventbridge:UpdateRule", **RULE, Status="DISABLE")
    assert (shown()["Status"], shown()["FilterPattern"]) == ("DISABLE", '{"a": []}')
    scene.call("eventbridge:PutTargets", **RULE, Targets=json.dumps([{"Id": "1", "Endpoint": "here"}]))
    assert shown()["Targets"] == [{"Id": "1", "Endpoint": "here"}]
    scene.call("eventbridge:DeleteTargets", **RULE, TargetIds='["1"]')
    assert shown()["Targets"] == []


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        ("UpdateRule", {**RULE, "Status": "OFF"}, ("InvalidArgument", 400)),
        ("PutTargets", {**RULE, "Targets": "{}{"}, ("InvalidArgument", 400)),
        ("PutTargets", {**RULE, "Targets": '[{"Id": "1"}]'}, ("InvalidArgument", 400)),
        ("DisableRule", {**RULE, "EventBusName": "none"}, ("EventBusNotExist", 404)),
        ("DeleteEventBus", {"EventBusName": "default"}, ("EventBusNotAllowed", 403)),
    ],
)
def test_event_rules_refuse_what_cannot_be(
    scene: Scene, action: str, parameters: dict[str, Any], code: tuple[str, int]
) -> None:
    assert scene.refused(f"eventbridge:{action}", **parameters) == code


def test_bus_goes_with_its_rules(scene: Scene) -> None:
    far = {"EventBusName": "far", "RuleName": "events"}
    scene.call("eventbridge:CreateEventBus", EventBusName="far")
    scene.call("eventbridge:CreateRule", **far, FilterPattern="{}")

    scene.call("eventbridge:DeleteEventBus", EventBusName="far")

    assert scene.refused("eventbridge:GetRule", **far) == ("EventBusNotExist", 404)
    assert scene.call("eventbridge:GetRule", **RULE)["Data"]["RuleName"] == "events"


def test_functions_keep_what_limits_them(scene: Scene) -> None:
    functions = scene.cloud.region().fc.functions

    scene.call("fc:PutConcurrencyConfig", **FUNCTION, reservedConcurrency=0)
    scene.call("fc-open:PutFunctionOnDemandConfig", **OLD, maximumInstanceCount=0)
    scene.call("fc:PutProvisionConfig", **FUNCTION, defaultTarget=2)
    scene.call("fc:PutAsyncInvokeConfig", **FUNCTION, maxAsyncRetryAttempts=0)
    scene.call("fc:DisableFunctionInvocation", **FUNCTION)

    new, old = functions["trail"], functions["guard/trail"]
    assert (new.reserved, new.provisioned, new.async_config, new.invocable) == (
        0,
        2,
        {"maxAsyncRetryAttempts": "0"},
        False,
    )
    assert (old.on_demand, old.reserved) == (0, None)
    assert (new.least, new.scales) == (0, True)
    scene.call("fc:PutScalingConfig", **FUNCTION, minInstances=3, enableOnDemandScaling=False)
    assert (new.least, new.scales) == (3, False)
    scene.call("fc:PutScalingConfig", **FUNCTION)
    assert (new.least, new.scales) == (0, True)
    assert scene.refused("fc:PutScalingConfig", functionName="none") == ("FunctionNotFound", 404)
    scene.call("fc:DeleteAsyncInvokeConfig", **FUNCTION)
    assert new.async_config is None


def test_triggers_belong_to_their_function(scene: Scene) -> None:
    trigger = {**FUNCTION, "triggerName": "events"}

    assert scene.refused("fc:UpdateTrigger", **trigger) == ("TriggerNotFound", 404)
    scene.call("fc:CreateTrigger", **trigger, triggerType="eventbridge")
    assert scene.refused("fc:CreateTrigger", **trigger, triggerType="log") == ("TriggerAlreadyExists", 409)
    scene.call("fc:UpdateTrigger", **trigger)
    scene.call("fc:DeleteTrigger", **trigger)
    assert scene.refused("fc:DeleteTrigger", **trigger) == ("TriggerNotFound", 404)


def test_service_of_the_old_api_goes_when_it_is_empty(scene: Scene) -> None:
    assert scene.refused("fc-open:DeleteService", serviceName="guard") == ("ServiceNotEmpty", 409)
    scene.call("fc-open:DeleteFunction", **OLD)
    scene.call("fc-open:DeleteService", serviceName="guard")
    assert scene.refused("fc-open:CreateFunction", **OLD) == ("ServiceNotFound", 404)


def test_stores_keep_how_long_they_keep(scene: Scene) -> None:
    assert scene.call("log:GetLogStore", **STORE)["ttl"] == 30
    scene.call("log:UpdateLogStore", **STORE, ttl=7)
    assert scene.call("log:GetLogStore", **STORE)["ttl"] == 7
    scene.call("ots:UpdateTable", **TABLE, TimeToLive=86400)
    assert scene.cloud.region().ots.instances == {"guard": {"findings": 86400}}
    scene.call("oss:PutBucketLifecycle", bucket="evidence", body="(rules)")
    assert scene.cloud.region().oss.buckets["evidence"].lifecycle == "(rules)"


def test_secret_gets_versions_and_the_trail_never_its_data(scene: Scene) -> None:
    scene.call("kms:PutSecretValue", SecretName="robot", SecretData="hidden", VersionId="2")

    assert scene.event["requestParameters"]["VersionId"] == "2"
    assert "hidden" not in json.dumps(scene.event)
    again = {"SecretName": "robot", "SecretData": "x", "VersionId": "2"}
    assert scene.refused("kms:PutSecretValue", **again) == ("Rejected.ResourceExist", 409)


def test_regions_have_things_of_their_own(scene: Scene) -> None:
    with pytest.raises(ApiError, match="FunctionNotFound"):
        scene.cloud.call("fc:GetFunction", scene.root, "cn-beijing", **FUNCTION)


def test_event_of_oss_has_no_parameters_and_refers_to_the_bucket(scene: Scene) -> None:
    scene.call("oss:DeleteBucket", bucket="evidence")

    assert "requestParameters" not in scene.event
    assert scene.event["referencedResources"] == {"ACS::OSS::Bucket": ["evidence"]}
    (row,) = json.loads(scene.cloud.trail.deliver(lambda payload: payload, "sls")[0])[-1:]
    assert json.loads(row["event"])["requestParameterJson"] == "{}"


@pytest.mark.parametrize(
    ("product", "name"),
    [
        ("eventbridge", "Eventbridge"),
        ("fc", "Fc"),
        ("log", "Sls"),
        ("oss", "Oss"),
        ("ots", "Ots"),
        ("kms", "Kms"),
    ],
)
def test_events_name_the_service(scene: Scene, product: str, name: str) -> None:
    action, named, _ = next(one for one in DELETES if one[0].startswith(f"{product}:"))
    scene.call(action, **named)

    assert (scene.event["serviceName"], scene.event["eventName"]) == (name, action.partition(":")[2])


@pytest.mark.parametrize(
    "host", ["fcv3.cn-hangzhou.aliyuncs.com", "1234567890123456.cn-hangzhou.fc.aliyuncs.com"]
)
def test_function_is_named_in_the_path(scene: Scene, host: str) -> None:
    headers = acs3(scene.root, "DeleteFunction", "2023-03-30")

    answer = scene.cloud.handle(
        HttpRequest("DELETE", f"https://{host}/2023-03-30/functions/trail", headers, b"")
    )

    assert answer.status == 200
    assert scene.refused("fc:GetFunction", **FUNCTION) == ("FunctionNotFound", 404)


def test_tables_are_not_reached_over_http(scene: Scene) -> None:
    headers = acs3(scene.root, "DeleteInstance", "2020-12-09")

    answer = scene.cloud.handle(
        HttpRequest("POST", "https://tablestore.cn-hangzhou.aliyuncs.com/?InstanceName=guard", headers, b"")
    )

    assert (answer.status, json.loads(answer.body)["Code"]) == (501, "FakeAliyun.NotImplemented")


def test_rpc_services_are_reached_over_http(scene: Scene) -> None:
    headers = acs3(scene.root, "DisableRule", "2020-04-01")
    address = "https://eventbridge.cn-hangzhou.aliyuncs.com/?EventBusName=default&RuleName=events"

    answer = scene.cloud.handle(HttpRequest("POST", address, headers, b""))

    assert answer.status == 200
    assert scene.call("eventbridge:GetRule", **RULE)["Data"]["Status"] == "DISABLE"
