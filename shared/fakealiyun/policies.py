"""RAM: whether the policies of a caller let a call pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from fakealiyun.errors import ApiError, NotImplementedByTheFake
from fakealiyun.services import Call
from fakealiyun.wire.parameters import Parameters

Document = Mapping[str, Any]

#: What anybody may call who has keys.
_FREE = frozenset({"sts:GetCallerIdentity"})
#: Parameters that name a resource, with its type as RAM names it: ``acs:ecs:REGION:ACCOUNT:eni/ID``.
_NAMED = {
    "NetworkInterfaceId": ("ecs", "eni"),
    "SecurityGroupId": ("ecs", "securitygroup"),
    "InstanceId": ("ecs", "instance"),
    "VSwitchId": ("vpc", "vswitch"),
    "VpcId": ("vpc", "vpc"),
    "AllocationId": ("vpc", "eip"),
    "RoleName": ("ram", "role"),
    "UserName": ("ram", "user"),
    "PolicyName": ("ram", "policy"),
}


def authorise(call: Call, right: str | None = None) -> None:
    """Let a call pass that RAM allows.

    The root account may do everything. A RAM user or a role may do what its policies allow and none denies;
    a session with a policy of its own may do no more than that. ``right`` is what RAM calls the right to the
    API, where that is not its name.

    Raises
    ------
    ApiError
        The keys have expired, or the caller has no permission.
    NotImplementedByTheFake
        A condition of the caller's policies is one that the fake cannot judge.
    """
    caller, account, now = call.caller, call.region.account, call.cloud.clock.now()
    account.ram.settle(now)
    if caller.expired(now):
        raise ApiError("InvalidSecurityToken.Expired", 403, "Specified SecurityToken is expired.")
    if caller.type == "root-account" or call.action in _FREE or call.cloud.assumptions.contract_broken:
        return
    context, resources = _context(call), cache(lambda: _resources(call))
    granted = [_documents(call)] if caller.policy is None else [_documents(call), [caller.policy]]
    product, _, api = call.action.partition(":")
    action = f"{product}:{right or api}"
    if all(allowed(documents, action, context, resources) for documents in granted):
        return
    codes = call.cloud.assumptions.denied
    code, status = codes.get(product, codes["*"])
    raise ApiError(code, status, f"User not authorized to operate {action} on the specified resource.")


def allowed(
    documents: Iterable[Document],
    action: str,
    context: Mapping[str, str],
    resources: Callable[[], list[str]] = list,
) -> bool:
    """Whether some statement allows an action and none denies it.

    Parameters
    ----------
    action
        As in ``ecs:DeleteNetworkInterface``; compared without case, ``*`` in policies stands for anything.
    context
        The condition keys of the call.
    resources
        Gives the names of what the call is on, if a statement asks. One that allows has to cover all of
        them, one that denies only one; a call that names nothing is covered by any.

    Raises
    ------
    NotImplementedByTheFake
        A condition with an operator that the fake does not have.
    """
    effects = set()
    for document in documents:
        for statement in _listed(document.get("Statement", [])):
            effect = statement.get("Effect")
            if (
                _concerns(statement, action)
                and _covers(statement, resources, any_of_them=effect == "Deny")
                and _conditions_hold(statement.get("Condition", {}), context)
            ):
                effects.add(effect)
    return "Allow" in effects and "Deny" not in effects


def _documents(call: Call) -> list[Document]:
    ram, caller = call.region.account.ram, call.caller
    if caller.role is not None:
        return ram.documents_of_role(caller.role)
    return ram.documents_of_user(caller.user_name)


def _concerns(statement: Document, action: str) -> bool:
    if "NotAction" in statement:
        return not _matches(action, _listed(statement["NotAction"]))
    return _matches(action, _listed(statement.get("Action", [])))


def _covers(statement: Document, resources: Callable[[], list[str]], *, any_of_them: bool) -> bool:
    patterns = _listed(statement.get("Resource", "*"))
    if "*" in patterns:
        return True
    covered = [_matches(resource, patterns) for resource in resources()]
    return not covered or (any(covered) if any_of_them else all(covered))


def _matches(text: str, patterns: Iterable[object]) -> bool:
    return any(fnmatchcase(text.lower(), str(pattern).lower()) for pattern in patterns)


#: Condition operators: whether the value of the call holds against what the policy wants.
_OPERATORS: dict[str, Callable[[str | None, list[str]], bool]] = {
    "StringEquals": lambda value, wanted: value in wanted,
    "StringNotEquals": lambda value, wanted: value not in wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: (value or "").lower() in [one.lower() for one in wanted],
    "StringLike": lambda value, wanted: value is not None and any(fnmatchcase(value, one) for one in wanted),
    "StringNotLike": lambda value, wanted: (
        value is None or not any(fnmatchcase(value, one) for one in wanted)
    ),
}


def _conditions_hold(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    for operator, pairs in conditions.items():
        holds = _OPERATORS.get(operator)
        if holds is None:
            raise NotImplementedByTheFake(f"the condition operator {operator} of RAM policies")
        for key, wanted in pairs.items():
            if not holds(context.get(key), [str(one) for one in _listed(wanted)]):
                return False
    return True


def _context(call: Call) -> dict[str, str]:
    """The condition keys of a call: ``ram:ServiceName`` (document of API Gateway, permissions)."""
    name = call.parameters.text("ServiceName")
    role = call.parameters.text("RoleName")
    if name is None and role is not None:
        name = call.region.account.ram.service_of(role)
    return {} if name is None else {"ram:ServiceName": name}


def _resources(call: Call) -> list[str]:
    """The names of what a call is on, as far as its parameters tell."""
    role_arn = call.parameters.text("RoleArn")
    if role_arn is not None and call.action == "sts:AssumeRole":
        return [role_arn.replace("acs:ram::", "acs:ram:*:", 1)]
    return list(_named(call.parameters, call.region.id, call.region.account.id))


def _named(parameters: Parameters, region: str, account: str) -> Iterable[str]:
    for key, value in parameters.values.items():
        kind = _NAMED.get(_last_name(key))
        if kind is not None and value:
            product, resource_type = kind
            place = "*" if product == "ram" else region
            named = "eni" if value.startswith("eni-") else resource_type  # an EIP's InstanceId may be an ENI
            yield f"acs:{product}:{place}:{account}:{named}/{value}"


def _last_name(key: str) -> str:
    """``SecurityGroupId`` of ``NetworkInterface.1.SecurityGroupIds.2``."""
    name = re.sub(r"(\.\d+)+\Z", "", key).rpartition(".")[2]
    return name[:-1] if name.endswith("Ids") else name


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
