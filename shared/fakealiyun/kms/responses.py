"""Wire in and out of secrets."""

from __future__ import annotations

from fakealiyun.kms.exceptions import refused
from fakealiyun.services import Call, Fields, Handler


def create_secret(call: Call) -> Fields:
    """CreateSecret, with its first version."""
    name, secrets = call.parameters.required("SecretName"), call.region.kms.secrets
    if name in secrets:
        raise refused(call, "exists", f"The secret {name} exists.")
    call.parameters.required("SecretData")
    secrets[name] = [call.parameters.required("VersionId")]
    return {"SecretName": name, "VersionId": secrets[name][-1]}


def describe_secret(call: Call) -> Fields:
    """DescribeSecret."""
    name, _ = _secret(call)
    return {"SecretName": name}


def put_secret_value(call: Call) -> Fields:
    """PutSecretValue: a new version, which is the current one from now on."""
    name, versions = _secret(call)
    call.parameters.required("SecretData")
    version = call.parameters.required("VersionId")
    if version in versions:
        raise refused(call, "exists", f"The version {version} of {name} exists.")
    versions.append(version)
    return {"SecretName": name, "VersionId": version}


def delete_secret(call: Call) -> Fields:
    """DeleteSecret: the fake has no recovery window."""
    name, _ = _secret(call)
    del call.region.kms.secrets[name]
    return {"SecretName": name}


def _secret(call: Call) -> tuple[str, list[str]]:
    name = call.parameters.required("SecretName")
    versions = call.region.kms.secrets.get(name)
    if versions is None:
        raise refused(call, "not-found", f"The secret {name} does not exist.")
    return name, versions


HANDLERS: dict[str, Handler] = {
    "CreateSecret": create_secret,
    "DescribeSecret": describe_secret,
    "PutSecretValue": put_secret_value,
    "DeleteSecret": delete_secret,
}
