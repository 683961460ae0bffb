"""Wire in and out of policies and their versions."""

from __future__ import annotations

import json
import re
from typing import Any

from fakealiyun.clock import text_of
from fakealiyun.ram.exceptions import delete_conflict, invalid
from fakealiyun.ram.models import RamState
from fakealiyun.ram.models.policies import Policy, PolicyKey, PolicyType, PolicyVersion
from fakealiyun.ram.responses.documents import permission_policy
from fakealiyun.ram.responses.pages import by_marker
from fakealiyun.ram.responses.roles import refuse_edit, tags_of
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.parameters import Parameters

#: Names of policies: at most 128 letters, digits and hyphens (RAM error list).
_NAME = re.compile(r"[A-Za-z0-9-]+\Z")
_LONGEST_NAME = 128
_ROTATE = "DeleteOldestNonDefaultVersionWhenLimitExceeded"


def policy_key(parameters: Parameters) -> PolicyKey:
    """The policy that ``PolicyType`` and ``PolicyName`` name.

    Raises
    ------
    ApiError
        One is absent, or the type is neither System nor Custom.
    """
    kinds: dict[str, PolicyType] = {"System": "System", "Custom": "Custom"}
    kind = kinds.get(parameters.required("PolicyType"))
    if kind is None:
        raise invalid("PolicyType")
    return kind, parameters.required("PolicyName")


def policy_items(ram: RamState) -> list[dict[str, Any]]:
    """The custom policies and the system policies in use, as GetPolicy returns them.

    ``DefaultPolicyVersion`` stands beside the fields of ``Policy``, so that a policy is one item. System
    policies that nobody has are left out: an account sees those of every service.
    """
    used = [
        policy
        for policy in ram.policies.all()
        if policy.key[0] == "Custom" or any(ram.attached_to(policy.key))
    ]
    return [
        {**_item(policy, ram), "DefaultPolicyVersion": _version_item(policy, policy.version(policy.default))}
        for policy in used
    ]


def create_policy(call: Call) -> Fields:
    """CreatePolicy: a custom policy with its first version."""
    parameters = call.parameters
    name, document = parameters.required("PolicyName"), permission_policy(parameters, "PolicyDocument")
    if len(name) > _LONGEST_NAME:
        raise invalid("PolicyName", "Length")
    if not _NAME.match(name):
        raise invalid("PolicyName", "InvalidChars")
    description = parameters.text("Description") or ""
    policy = call.region.account.ram.policies.create(name, document, call.cloud.clock.now(), description)
    policy.tags = tags_of(parameters)
    return {"Policy": _plain(policy)}


def get_policy(call: Call) -> Fields:
    """GetPolicy: a policy with the version in force."""
    ram = call.region.account.ram
    policy = ram.policies.get(policy_key(call.parameters))
    version = _version_item(policy, policy.version(policy.default))
    return {"Policy": _item(policy, ram), "DefaultPolicyVersion": version}


def list_policies(call: Call) -> Fields:
    """ListPolicies: by name, of one type or both."""
    ram, parameters = call.region.account.ram, call.parameters
    kind = parameters.text("PolicyType")
    if kind not in (None, "System", "Custom"):
        raise invalid("PolicyType")
    wanted = tags_of(parameters)
    found = [
        policy
        for policy in sorted(ram.policies.all(), key=lambda policy: policy.key[1])
        if kind in (None, policy.key[0]) and wanted.items() <= policy.tags.items()
    ]
    page, fields = by_marker(parameters, found)
    return {"Policies": {"Policy": [_listed(policy, ram) for policy in page]}, **fields}


def delete_policy(call: Call) -> Fields:
    """DeletePolicy: a custom policy, once it is attached to nobody and has no version but one."""
    ram = call.region.account.ram
    policy = _custom(call)
    users, roles = ram.attached_to(policy.key)
    if users:
        raise delete_conflict("Policy.User", policy.key[1])
    if roles:
        raise delete_conflict("Policy.Role", policy.key[1])
    if len(policy.versions) > 1 and not call.parameters.flag("CascadingDelete"):
        raise delete_conflict("Policy.Version", policy.key[1])
    ram.policies.remove(policy.key)
    return {}


def create_policy_version(call: Call) -> Fields:
    """CreatePolicyVersion: of a custom policy, in force at once with ``SetAsDefault``."""
    parameters = call.parameters
    policy, document = _custom(call), permission_policy(parameters, "PolicyDocument")
    strategy = parameters.text("RotateStrategy")
    if strategy not in (None, "None", _ROTATE):
        raise invalid("RotateStrategy")
    in_force = parameters.flag("SetAsDefault") or False
    version = policy.add_version(
        document, call.cloud.clock.now(), in_force=in_force, rotate=strategy == _ROTATE
    )
    return {"PolicyVersion": _version_item(policy, version)}


def get_policy_version(call: Call) -> Fields:
    """GetPolicyVersion."""
    policy = call.region.account.ram.policies.get(policy_key(call.parameters))
    version = policy.version(call.parameters.required("VersionId"))
    return {"PolicyVersion": _version_item(policy, version)}


def list_policy_versions(call: Call) -> Fields:
    """ListPolicyVersions: every version with its document."""
    policy = call.region.account.ram.policies.get(policy_key(call.parameters))
    return {"PolicyVersions": {"PolicyVersion": [_version_item(policy, one) for one in policy.versions]}}


def set_default_policy_version(call: Call) -> Fields:
    """SetDefaultPolicyVersion."""
    _custom(call).set_default(call.parameters.required("VersionId"), call.cloud.clock.now())
    return {}


def delete_policy_version(call: Call) -> Fields:
    """DeletePolicyVersion: one that is not in force."""
    _custom(call).delete_version(call.parameters.required("VersionId"))
    return {}


def _custom(call: Call) -> Policy:
    """The custom policy that a call edits; that of a service-linked role cannot be edited."""
    policies, name = call.region.account.ram.policies, call.parameters.required("PolicyName")
    system = policies.find(("System", name))
    refuse_edit(call, system.service if system is not None else None, name)
    return policies.get(("Custom", name))


def _item(policy: Policy, ram: RamState) -> dict[str, Any]:
    users, roles = ram.attached_to(policy.key)
    updated = text_of(policy.updated_at)
    return {**_plain(policy), "UpdateDate": updated, "AttachmentCount": len(users) + len(roles)}


def _listed(policy: Policy, ram: RamState) -> dict[str, Any]:
    tags = [{"TagKey": key, "TagValue": value} for key, value in policy.tags.items()]
    return {**_item(policy, ram), "Tags": {"Tag": tags}}


def _plain(policy: Policy) -> dict[str, Any]:
    return {
        "PolicyName": policy.key[1],
        "PolicyType": policy.key[0],
        "Description": policy.description,
        "DefaultVersion": policy.default,
        "CreateDate": text_of(policy.created_at),
    }


def _version_item(policy: Policy, version: PolicyVersion) -> dict[str, Any]:
    return {
        "VersionId": version.id,
        "IsDefaultVersion": version.id == policy.default,
        "PolicyDocument": json.dumps(version.document, separators=(",", ":")),
        "CreateDate": text_of(version.created_at),
    }


HANDLERS: dict[str, Handler] = {
    "CreatePolicy": create_policy,
    "GetPolicy": get_policy,
    "ListPolicies": list_policies,
    "DeletePolicy": delete_policy,
    "CreatePolicyVersion": create_policy_version,
    "GetPolicyVersion": get_policy_version,
    "ListPolicyVersions": list_policy_versions,
    "SetDefaultPolicyVersion": set_default_policy_version,
    "DeletePolicyVersion": delete_policy_version,
}
