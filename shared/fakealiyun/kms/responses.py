"""Wire in and out of secrets."""

from __future__ import annotations

import json
from typing import Any

from fakealiyun.clock import text_of
from fakealiyun.kms.exceptions import refused
from fakealiyun.kms.models import CURRENT, PREVIOUS, Secret, SecretVersion
from fakealiyun.services import Call, Fields, Handler

#: Stages of one secret (UpdateSecretVersionStage).
_MOST_STAGES = 8
#: The only policy of a secret, and its bytes (SetSecretPolicy).
_POLICY_NAME = "default"
_LONGEST_POLICY = 32_768


def create_secret(call: Call) -> Fields:
    """CreateSecret, with its first version."""
    name, secrets = call.parameters.required("SecretName"), call.region.kms.secrets
    if name in secrets:
        raise refused(call, "exists", f"The secret {name} exists.")
    data, version = _data(call), call.parameters.required("VersionId")
    secrets[name] = Secret(call.cloud.clock.now())
    secrets[name].add(version, data)
    return {"SecretName": name, "VersionId": version}


def describe_secret(call: Call) -> Fields:
    """DescribeSecret."""
    name, _ = _secret(call)
    return {"SecretName": name}


def get_secret_value(call: Call) -> Fields:
    """GetSecretValue: of a version, or of a stage; the current one unless told."""
    name, secret = _secret(call)
    stage = call.parameters.text("VersionStage") or CURRENT
    version = _version(call, "VersionId", secret) or secret.stages.get(stage)
    if version is None:
        raise refused(call, "not-found", f"{stage} marks no version of {name}.")
    found = secret.versions[version]
    stages = [one for one, marked in secret.stages.items() if marked == version]
    return {
        "SecretName": name,
        "SecretType": "Generic",
        "SecretData": found.data,
        "SecretDataType": found.kind,
        "VersionId": version,
        "VersionStages": {"VersionStage": stages},
        "CreateTime": text_of(found.created_at),
    }


def put_secret_value(call: Call) -> Fields:
    """PutSecretValue: a new version, which is the current one from now on."""
    name, secret = _secret(call)
    data, version = _data(call), call.parameters.required("VersionId")
    if version in secret.versions:
        raise refused(call, "exists", f"The version {version} of {name} exists.")
    secret.add(version, data)
    return {"SecretName": name, "VersionId": version}


def update_secret_version_stage(call: Call) -> Fields:
    """UpdateSecretVersionStage: a stage goes to a version, or is taken off one."""
    name, secret = _secret(call)
    stage = call.parameters.required("VersionStage")
    to, off = _version(call, "MoveToVersion", secret), _version(call, "RemoveFromVersion", secret)
    if off is not None and secret.stages.get(stage) != off:
        raise refused(call, "parameter", f"{stage} does not mark the version {off}.")
    if to is not None:
        _mark(call, secret, stage, to)
    elif off is None or stage in (CURRENT, PREVIOUS):
        raise refused(call, "parameter", f"MoveToVersion is not specified for {stage}.")
    else:
        del secret.stages[stage]
    return {"SecretName": name}


def _data(call: Call) -> SecretVersion:
    kind = call.parameters.text("SecretDataType") or "text"
    if kind not in ("text", "binary"):
        raise refused(call, "parameter", "SecretDataType is neither text nor binary.")
    return SecretVersion(call.parameters.required("SecretData"), kind, call.cloud.clock.now())


def _mark(call: Call, secret: Secret, stage: str, version: str) -> None:
    if stage not in secret.stages and len(secret.stages) >= _MOST_STAGES:
        raise refused(call, "parameter", f"The secret has {_MOST_STAGES} stages.")
    secret.stages[stage] = version


def _version(call: Call, parameter: str, secret: Secret) -> str | None:
    version = call.parameters.text(parameter)
    if version is not None and version not in secret.versions:
        raise refused(call, "not-found", f"The version {version} does not exist.")
    return version


def set_secret_policy(call: Call) -> Fields:
    """SetSecretPolicy: who may use a secret beside those whom RAM lets."""
    _, secret = _secret(call)
    policy = call.parameters.required("Policy")
    if call.parameters.text("PolicyName") not in (None, _POLICY_NAME):
        raise refused(call, "parameter", f"The policy of a secret is called {_POLICY_NAME}.")
    if len(policy.encode()) > _LONGEST_POLICY or not _has_statements(policy):
        raise refused(call, "parameter", "The parameter Policy is not a policy.")
    secret.policy = policy
    return {}


def _has_statements(policy: str) -> bool:
    try:
        document: Any = json.loads(policy)
    except ValueError:
        return False
    return isinstance(document, dict) and bool(document.get("Statement"))


def delete_secret(call: Call) -> Fields:
    """DeleteSecret: the fake has no recovery window."""
    name, _ = _secret(call)
    del call.region.kms.secrets[name]
    return {"SecretName": name}


def _secret(call: Call) -> tuple[str, Secret]:
    name = call.parameters.required("SecretName")
    secret = call.region.kms.secrets.get(name)
    if secret is None:
        raise refused(call, "not-found", f"The secret {name} does not exist.")
    return name, secret


HANDLERS: dict[str, Handler] = {
    "CreateSecret": create_secret,
    "DescribeSecret": describe_secret,
    "GetSecretValue": get_secret_value,
    "PutSecretValue": put_secret_value,
    "UpdateSecretVersionStage": update_secret_version_stage,
    "SetSecretPolicy": set_secret_policy,
    "DeleteSecret": delete_secret,
}
