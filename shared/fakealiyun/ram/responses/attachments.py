"""Wire in and out of what is attached to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fakealiyun.clock import text_of
from fakealiyun.errors import NotImplementedByTheFake
from fakealiyun.ram.exceptions import already_exists, invalid, not_exist
from fakealiyun.ram.models import RamState
from fakealiyun.ram.models.policies import PolicyKey
from fakealiyun.ram.responses.policies import policy_key
from fakealiyun.ram.responses.roles import refuse_edit
from fakealiyun.services import Call, Fields, Handler

Attached = dict[PolicyKey, datetime]


def attach_policy_to_role(call: Call) -> Fields:
    """AttachPolicyToRole."""
    return _attach(call, _attached_to_role(call, edit=True), "Role")


def detach_policy_from_role(call: Call) -> Fields:
    """DetachPolicyFromRole."""
    return _detach(call, _attached_to_role(call, edit=True), "Role")


def list_policies_for_role(call: Call) -> Fields:
    """ListPoliciesForRole."""
    return _listed(call.region.account.ram, _attached_to_role(call, edit=False))


def attach_policy_to_user(call: Call) -> Fields:
    """AttachPolicyToUser."""
    return _attach(call, _attached_to_user(call), "User")


def detach_policy_from_user(call: Call) -> Fields:
    """DetachPolicyFromUser."""
    return _detach(call, _attached_to_user(call), "User")


def list_policies_for_user(call: Call) -> Fields:
    """ListPoliciesForUser."""
    return _listed(call.region.account.ram, _attached_to_user(call))


def attach_policy(call: Call) -> Fields:
    """AttachPolicy of ResourceManager: to a role or a user, for the whole account."""
    return _attach(call, *_attached_to_principal(call))


def detach_policy(call: Call) -> Fields:
    """DetachPolicy of ResourceManager: from a role or a user, for the whole account."""
    return _detach(call, *_attached_to_principal(call))


def list_entities_for_policy(call: Call) -> Fields:
    """ListEntitiesForPolicy: the users and roles that have a policy."""
    ram = call.region.account.ram
    policy = ram.policies.get(policy_key(call.parameters))
    users, roles = ram.attached_to(policy.key)
    return {
        "Groups": {"Group": []},
        "Users": {
            "User": [
                {
                    "UserName": user.name,
                    "UserId": user.id,
                    "DisplayName": user.display_name,
                    "AttachDate": text_of(user.policies[policy.key]),
                }
                for user in users
            ]
        },
        "Roles": {
            "Role": [
                {
                    "RoleName": role.name,
                    "RoleId": role.id,
                    "Arn": role.arn,
                    "Description": role.description,
                    "AttachDate": text_of(role.policies[policy.key]),
                }
                for role in roles
            ]
        },
    }


def _attached_to_role(call: Call, *, edit: bool) -> Attached:
    role = call.region.account.ram.roles.get(call.parameters.required("RoleName"))
    if edit:
        refuse_edit(call, role.service, role.name)
    return role.policies


def _attached_to_principal(call: Call) -> tuple[Attached, str]:
    """What a principal of ResourceManager has, and what it is.

    Principals are written as ``NAME@role.ACCOUNT.onaliyunservice.com`` and ``NAME@ACCOUNT.onaliyun.com``; an
    account of the fake has no other alias than its id.
    """
    parameters, ram = call.parameters, call.region.account.ram
    if parameters.required("ResourceGroupId") != ram.account_id:
        raise NotImplementedByTheFake("policies that hold in one resource group")
    kind, written = parameters.required("PrincipalType"), parameters.required("PrincipalName")
    name, _, domain = written.partition("@")
    if kind == "IMSGroup":
        raise NotImplementedByTheFake("groups of RAM users")
    if kind == "ServiceRole":
        role = ram.roles.find(name)
        if role is None or domain != f"role.{ram.account_id}.onaliyunservice.com":
            raise not_exist("Role", written)
        refuse_edit(call, role.service, role.name)
        return role.policies, "Role"
    if kind != "IMSUser":
        raise invalid("PrincipalType")
    user = ram.users.find(name)
    if user is None or domain != f"{ram.account_id}.onaliyun.com":
        raise not_exist("User", written)
    return user.policies, "User"


def _attached_to_user(call: Call) -> Attached:
    return call.region.account.ram.users.get(call.parameters.required("UserName")).policies


def _attach(call: Call, attached: Attached, to: str) -> Fields:
    policy = call.region.account.ram.policies.get(policy_key(call.parameters))
    refuse_edit(call, policy.service, policy.key[1])
    if policy.key in attached:
        raise already_exists(f"{to}.Policy", policy.key[1])
    attached[policy.key] = call.cloud.clock.now()
    return {}


def _detach(call: Call, attached: Attached, to: str) -> Fields:
    policy = call.region.account.ram.policies.get(policy_key(call.parameters))
    if policy.key not in attached:
        raise not_exist(f"{to}.Policy", policy.key[1])
    del attached[policy.key]
    return {}


def _listed(ram: RamState, attached: Attached) -> Fields:
    items: list[dict[str, Any]] = []
    for key, since in attached.items():
        policy = ram.policies.get(key)
        items.append(
            {
                "PolicyName": key[1],
                "PolicyType": key[0],
                "Description": policy.description,
                "DefaultVersion": policy.default,
                "AttachDate": text_of(since),
            }
        )
    return {"Policies": {"Policy": items}}


HANDLERS: dict[str, Handler] = {
    "AttachPolicyToRole": attach_policy_to_role,
    "DetachPolicyFromRole": detach_policy_from_role,
    "ListPoliciesForRole": list_policies_for_role,
    "AttachPolicyToUser": attach_policy_to_user,
    "DetachPolicyFromUser": detach_policy_from_user,
    "ListPoliciesForUser": list_policies_for_user,
    "ListEntitiesForPolicy": list_entities_for_policy,
}
RESOURCE_MANAGER_HANDLERS: dict[str, Handler] = {
    "AttachPolicy": attach_policy,
    "DetachPolicy": detach_policy,
}
