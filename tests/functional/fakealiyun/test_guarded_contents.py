"""What is done to the contents of a guard's stores: stages and policy of a KMS secret, and logs of SLS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakealiyun import ApiError, Cloud

STORE = {"project": "logs", "logstore": "trail"}


class Scene:
    """One account with a secret and a logstore."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.root = self.cloud.account()
        self.call("log:CreateProject", projectName="logs")
        self.call("log:CreateLogStore", project="logs", logstoreName="trail")
        self.call("kms:CreateSecret", SecretName="robot", SecretData="example", VersionId="1")

    def call(self, action: str, **parameters: Any) -> Any:
        return self.cloud.call(action, self.root, **parameters)

    def refused(self, action: str, **parameters: Any) -> tuple[str, int]:
        with pytest.raises(ApiError) as caught:
            self.call(action, **parameters)
        return caught.value.code, caught.value.status


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_stages_mark_versions_and_those_of_every_secret_stay(scene: Scene) -> None:
    def moved(**parameters: Any) -> dict[str, str]:
        scene.call("kms:UpdateSecretVersionStage", SecretName="robot", **parameters)
        return scene.cloud.region().kms.secrets["robot"].stages

    scene.call("kms:PutSecretValue", SecretName="robot", SecretData="x", VersionId="2")
    newest = {"ACSCurrent": "2", "ACSPrevious": "1"}
    assert moved(VersionStage="test", MoveToVersion="1") == {**newest, "test": "1"}
    assert moved(VersionStage="test", RemoveFromVersion="1") == newest
    back = moved(VersionStage="ACSCurrent", MoveToVersion="1", RemoveFromVersion="2")
    assert back == {"ACSCurrent": "1", "ACSPrevious": "1"}


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"VersionStage": "test"}, ("InvalidParameter", 400)),
        ({"VersionStage": "test", "RemoveFromVersion": "1"}, ("InvalidParameter", 400)),
        ({"VersionStage": "ACSCurrent", "RemoveFromVersion": "1"}, ("InvalidParameter", 400)),
        ({"VersionStage": "test", "MoveToVersion": "7"}, ("Forbidden.ResourceNotFound", 404)),
    ],
)
def test_stages_are_not_moved_to_or_from_nowhere(
    scene: Scene, parameters: dict[str, str], code: tuple[str, int]
) -> None:
    assert scene.refused("kms:UpdateSecretVersionStage", SecretName="robot", **parameters) == code


def test_secret_has_eight_stages_at_most(scene: Scene) -> None:
    named = {"SecretName": "robot", "MoveToVersion": "1"}
    for number in range(7):
        scene.call("kms:UpdateSecretVersionStage", **named, VersionStage=f"stage-{number}")

    code = scene.refused("kms:UpdateSecretVersionStage", **named, VersionStage="one-more")

    assert code == ("InvalidParameter", 400)
    scene.call("kms:UpdateSecretVersionStage", **named, VersionStage="stage-1")


def test_secret_keeps_the_policy_that_it_was_given(scene: Scene) -> None:
    policy = json.dumps({"Version": "1", "Statement": [{"Effect": "Allow"}]})

    scene.call("kms:SetSecretPolicy", SecretName="robot", Policy=policy)

    assert scene.cloud.region().kms.secrets["robot"].policy == policy
    event = scene.cloud.trail.events[-1]
    assert (event["eventName"], event["requestParameters"]["Policy"]) == ("SetSecretPolicy", policy)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"SecretName": "none"}, ("Forbidden.ResourceNotFound", 404)),
        ({"PolicyName": "mine"}, ("InvalidParameter", 400)),
        ({"Policy": None}, ("MissingParameter", 400)),
        ({"Policy": "{"}, ("InvalidParameter", 400)),
        ({"Policy": "[]"}, ("InvalidParameter", 400)),
        ({"Policy": '{"Version": "1"}'}, ("InvalidParameter", 400)),
        ({"Policy": '{"Statement": ["%s"]}' % ("x" * 32_768)}, ("InvalidParameter", 400)),
    ],
)
def test_secret_takes_no_policy_that_is_none(
    scene: Scene, parameters: dict[str, Any], code: tuple[str, int]
) -> None:
    named = {"SecretName": "robot", "PolicyName": "default", "Policy": '{"Statement": [{}]}'}

    assert scene.refused("kms:SetSecretPolicy", **{**named, **parameters}) == code
    assert scene.cloud.region().kms.secrets["robot"].policy is None


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"from": 10, "to": 20}, ("ParameterInvalid", 400)),
        ({"from": 20, "to": 20, "query": "*"}, ("ParameterInvalid", 400)),
        ({"to": 20, "query": "*"}, ("ParameterInvalid", 400)),
        ({"from": 10, "to": 20, "query": "*", "logstore": "none"}, ("LogStoreNotExist", 404)),
    ],
)
def test_logs_are_deleted_by_an_interval_and_a_query(
    scene: Scene, parameters: dict[str, Any], code: tuple[str, int]
) -> None:
    assert scene.refused("log:DeleteLogs", **{**STORE, **parameters}) == code
    asked: dict[str, Any] = {"from": 10, "to": 20, "rowId": "1"}
    assert scene.call("log:DeleteLogs", **STORE, **asked)["affectedRows"] == 0
