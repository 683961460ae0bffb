"""Wire in and out of roles."""

from __future__ import annotations

import json
import re
from typing import Any

from fakealiyun.clock import text_of
from fakealiyun.errors import ApiError
from fakealiyun.ram.exceptions import already_exists, delete_conflict, invalid
from fakealiyun.ram.models import RamState, Role
from fakealiyun.ram.models.linked_roles import ROLE_PREFIX
from fakealiyun.ram.responses.documents import trust_policy
from fakealiyun.ram.responses.pages import by_marker
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.parameters import Parameters

#: Names of roles: at most 64 letters, digits, periods and hyphens (RAM, CreateRole).
_NAME = re.compile(r"[A-Za-z0-9.-]+\Z")
_LONGEST_NAME = 64
#: Seconds that sessions of a role may last at most (RAM, CreateRole).
_SESSIONS = range(3600, 43_201)


def role_item(role: Role, ram: RamState) -> dict[str, Any]:
    """A role as GetRole returns it; the trust policy is a JSON text."""
    item = _with_trust(role)
    item["UpdateDate"] = text_of(role.updated_at)
    item["IsServiceLinkedRole"] = role.service is not None
    item["RolePrincipalName"] = f"{role.name}@role.{role.account_id}.onaliyunservice.com"
    task = ram.deletions.find(role.last_deletion) if role.last_deletion is not None else None
    if task is not None:
        item["LatestDeletionTask"] = {"DeletionTaskId": task.id, "CreateDate": text_of(task.created_at)}
    return item


def refuse_edit(call: Call, service: str | None, name: str) -> None:
    """Let nobody edit what belongs to a service-linked role (document of API Gateway, "Edit the role").

    Raises
    ------
    ApiError
        As the assumptions have it, for a role or a policy of a ``service``.
    """
    if service is not None and not call.cloud.assumptions.contract_broken:
        code, status = call.cloud.assumptions.linked_role_edited
        raise ApiError(
            code, status, f"{name} belongs to the service-linked role of {service} and cannot be edited."
        )


def tags_of(parameters: Parameters) -> dict[str, str]:
    """The tags that a call carries."""
    return {tag.required("Key"): tag.text("Value") or "" for tag in parameters.objects("Tag")}


def create_role(call: Call) -> Fields:
    """CreateRole: an ordinary role."""
    parameters = call.parameters
    name, trust = parameters.required("RoleName"), trust_policy(parameters, "AssumeRolePolicyDocument")
    if len(name) > _LONGEST_NAME:
        raise invalid("RoleName", "Length")
    reserved = call.cloud.assumptions.linked_role_name
    if reserved is not None and name.lower().startswith(ROLE_PREFIX.lower()):
        raise ApiError(
            *reserved, f"{name} is a name of service-linked roles: only their services have them made."
        )
    if not _NAME.match(name):
        raise invalid("RoleName", "InvalidChars")
    ram, now = call.region.account.ram, call.cloud.clock.now()
    if ram.roles.find(name) is not None:
        raise already_exists("Role", name)
    description = parameters.text("Description") or ""
    number = ram.new_id(call.cloud, "role")
    role = Role(
        name, number, ram.account_id, trust, now, now, description, max_session=_session(parameters, "")
    )
    role.tags = tags_of(parameters)
    ram.roles.add(role)
    return {"Role": _with_trust(role)}


def get_role(call: Call) -> Fields:
    """GetRole."""
    ram = call.region.account.ram
    return {"Role": role_item(ram.roles.get(call.parameters.required("RoleName")), ram)}


def list_roles(call: Call) -> Fields:
    """ListRoles: by name, without trust policies."""
    wanted = tags_of(call.parameters)
    roles = sorted(call.region.account.ram.roles.all(), key=lambda role: role.name)
    page, fields = by_marker(call.parameters, [role for role in roles if wanted.items() <= role.tags.items()])
    return {"Roles": {"Role": [_listed(role) for role in page]}, **fields}


def update_role(call: Call) -> Fields:
    """UpdateRole: trust policy, description, length of sessions; not of a service-linked role."""
    parameters = call.parameters
    role = call.region.account.ram.roles.get(parameters.required("RoleName"))
    refuse_edit(call, role.service, role.name)
    longest = _session(parameters, "New", role.max_session)
    if "NewAssumeRolePolicyDocument" in parameters:
        role.trust = trust_policy(parameters, "NewAssumeRolePolicyDocument")
    if "NewDescription" in parameters:
        role.description = parameters.text("NewDescription") or ""
    role.max_session, role.updated_at = longest, call.cloud.clock.now()
    return {"Role": {**_with_trust(role), "UpdateDate": text_of(role.updated_at)}}


def delete_role(call: Call) -> Fields:
    """DeleteRole: an ordinary role to which no policy is attached."""
    ram = call.region.account.ram
    role = ram.roles.get(call.parameters.required("RoleName"))
    refuse_edit(call, role.service, role.name)
    if role.policies:
        raise delete_conflict("Role.Policy", role.name)
    ram.roles.remove(role)
    return {}


def _session(parameters: Parameters, prefix: str, default: int = 3600) -> int:
    seconds = parameters.integer(f"{prefix}MaxSessionDuration")
    if seconds is None:
        return default
    if seconds not in _SESSIONS:
        raise invalid(f"{prefix}MaxSessionDuration")
    return seconds


def _with_trust(role: Role) -> dict[str, Any]:
    item = _plain(role)
    item["AssumeRolePolicyDocument"] = json.dumps(role.trust, separators=(",", ":"))
    return item


def _listed(role: Role) -> dict[str, Any]:
    tags = [{"TagKey": key, "TagValue": value} for key, value in role.tags.items()]
    return {**_plain(role), "UpdateDate": text_of(role.updated_at), "Tags": {"Tag": tags}}


def _plain(role: Role) -> dict[str, Any]:
    return {
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "Description": role.description,
        "CreateDate": text_of(role.created_at),
        "MaxSessionDuration": role.max_session,
    }


HANDLERS: dict[str, Handler] = {
    "CreateRole": create_role,
    "GetRole": get_role,
    "ListRoles": list_roles,
    "UpdateRole": update_role,
    "DeleteRole": delete_role,
}
