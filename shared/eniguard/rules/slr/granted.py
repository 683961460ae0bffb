"""Whether the stored policy of a service's role grants a call of that service."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.events.catalog import APIS
from eniguard.model import Evidence
from eniguard.model.kinds import EIP, ENI, INSTANCE, ROLE, SECURITY_GROUP, VPC, VSWITCH
from eniguard.roles import SERVICE_NAME, RolePolicy, allows, allows_freely, role_named
from eniguard.rules.slr.named import role_to_create

#: ECS carries deprecated twins of VPC calls; policies grant either name.
_TWINS = {
    api.action: f"vpc:{api.name}"
    for api in APIS.values()
    if api.product == "ecs" and f"vpc:{api.name}" in APIS
}
#: How policies name resources: ``acs:ecs:REGION:ACCOUNT:eni/ID`` (docs/sources.md, Domain).
_RESOURCES = {
    ENI: ("ecs", "eni"),
    SECURITY_GROUP: ("ecs", "securitygroup"),
    INSTANCE: ("ecs", "instance"),
    VSWITCH: ("vpc", "vswitch"),
    VPC: ("vpc", "vpc"),
    EIP: ("vpc", "eip"),
}


class Grant(Struct, frozen=True, gc=False):
    """Whether a policy grants a call (``None`` when that cannot be told), and why."""

    granted: bool | None
    reason: str


def grant(call: Call, policy: RolePolicy) -> Grant:
    """Whether the document of a policy grants a call, with its resources and conditions."""
    found = _of_any_call(policy, call.action)
    return _of_this_call(policy, call) if found is None else found


@lru_cache(maxsize=8192)
def _of_any_call(policy: RolePolicy, action: str) -> Grant | None:
    """What a policy says of all calls of an action alike; ``None`` when it depends on the call."""
    names = _names(action)
    if any(allows_freely(policy, one) for one in names):
        return Grant(True, f"{policy.role.policy} lists it")
    listed = any(one.lists(name) for one in policy.statements for name in names)
    return None if listed else _not_granted(policy, action)


def _of_this_call(policy: RolePolicy, call: Call) -> Grant:
    action, name = call.action, policy.role.policy
    context = _context(call)
    found = [allows(policy, one, _resources(call), context) for one in _names(action)]
    if True in found:
        return Grant(True, f"{name} lists it for this one")
    if None in found:
        return Grant(None, _in_doubt(call, policy, context))
    missing = _not_granted(policy, action)
    service = context.get(SERVICE_NAME)
    if missing.granted is None or service is None or not any(one.lists(action) for one in policy.statements):
        return missing
    return Grant(False, f"{name} does not let it do this with a role of {service}")


def _names(action: str) -> tuple[str, ...]:
    """The names by which policies may grant an action."""
    return (action, _TWINS[action]) if action in _TWINS else (action,)


def _not_granted(policy: RolePolicy, action: str) -> Grant:
    slip = next((one for one in map(policy.slip_for, _names(action)) if one is not None), None)
    if slip is not None:
        return Grant(None, f"{policy.role.policy} lists {slip}, which probably means {action}")
    return Grant(False, f"{policy.role.policy} does not list {action}")


def policy_evidence(policy: RolePolicy) -> list[Evidence]:
    """Which stored document was looked at, and how old it is."""
    return [
        Evidence("policy", policy.role.policy, f"stored copy, {version_of(policy)}", "catalogue"),
        Evidence("policy-document", policy.source, source="catalogue"),
    ]


def version_of(policy: RolePolicy) -> str:
    """The version of the stored document in words."""
    return " ".join(part for part in (policy.version, policy.updated) if part) or "version not stated"


def _in_doubt(call: Call, policy: RolePolicy, context: Mapping[str, str | None]) -> str:
    if SERVICE_NAME in context and context[SERVICE_NAME] is None:
        return f"the event does not tell whose role {call.action} was about"
    return f"{policy.role.policy} lists {call.action} on conditions or resources that the event does not show"


def _context(call: Call) -> Mapping[str, str | None]:
    """The condition keys of a call on service-linked roles: the trusted service of the role."""
    if call.action == "ram:DeleteServiceLinkedRole":
        names = call.ids(ROLE, "subject")
        listed = role_named(names[0]) if names else None
        return {SERVICE_NAME: None if listed is None else listed.service}
    if call.action == "ram:CreateServiceLinkedRole":
        return {SERVICE_NAME: role_to_create(call)[1]}
    return {}


def _resources(call: Call) -> tuple[str, ...]:
    """The full names of what a call is on, as far as policies are known to name them."""
    found = []
    for target in call.targets:
        kind = _RESOURCES.get(target.kind)
        if kind is not None and target.part == "subject":
            product, type_name = kind
            found.append(f"acs:{product}:{call.region}:{call.account_id}:{type_name}/{target.id}")
    return tuple(found)
