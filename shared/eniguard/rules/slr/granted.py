"""Whether the policy of a service's role grants a call of that service, as stored or as it is in force."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.events.catalog import APIS
from eniguard.facts.kinds import RamPolicy
from eniguard.facts.refs import Ref
from eniguard.facts.state import State
from eniguard.model import Evidence
from eniguard.model.kinds import EIP, ENI, INSTANCE, ROLE, SECURITY_GROUP, VPC, VSWITCH
from eniguard.roles import (
    SERVICE_NAME,
    RolePolicy,
    Statement,
    allows_freely,
    role_named,
    statements_about,
    verdict,
)
from eniguard.rules.evidence import from_fact
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


#: The statements about each name by which policies may grant an action.
_Listed = Mapping[str, tuple[Statement, ...]]


class Grant(Struct, frozen=True, gc=False):
    """Whether a policy grants a call (``None`` when that cannot be told), and why."""

    granted: bool | None
    reason: str


def grant(call: Call, policy: RolePolicy) -> Grant:
    """Whether the stored document of a policy grants a call, with its resources and conditions."""
    found = _of_any_call(policy, call.action)
    if found is not None:
        return found
    listed = {name: statements_about(policy, name) for name in _names(call.action)}
    return _of_this_call(call, policy.role.policy, listed)


def grant_in_force(call: Call, policy: RamPolicy) -> Grant:
    """As `grant`, for the document in force, which has to be known."""
    known = policy.statements or ()
    listed = {name: tuple([one for one in known if one.lists(name)]) for name in _names(call.action)}
    return _of_this_call(call, " ".join(filter(None, (policy.id, policy.version))), listed)


@lru_cache(maxsize=8192)
def _of_any_call(policy: RolePolicy, action: str) -> Grant | None:
    """What a policy says of all calls of an action alike; ``None`` when it depends on the call."""
    names = _names(action)
    if any(allows_freely(policy, one) for one in names):
        return Grant(True, f"{policy.role.policy} lists it")
    if any(statements_about(policy, one) for one in names):
        return None
    slip = next((one for one in map(policy.slip_for, names) if one is not None), None)
    if slip is not None:
        return Grant(None, f"{policy.role.policy} lists {slip}, which probably means {action}")
    return Grant(False, f"{policy.role.policy} does not list {action}")


def _of_this_call(call: Call, policy: str | None, listed: _Listed) -> Grant:
    """What a policy says of a call by the statements about its action."""
    action, context = call.action, _context(call)
    found = _verdicts(call, listed, context)
    if True in found:
        return Grant(True, f"{policy} lists it for this one")
    if None in found:
        return Grant(None, _in_doubt(action, policy, context))
    if not any(listed.values()):
        return Grant(False, f"{policy} does not list {action}")
    allowing = {name: tuple([one for one in about if one.allow]) for name, about in listed.items()}
    if set(_verdicts(call, allowing, context)) != {False}:
        return Grant(False, f"{policy} denies {action}")
    if context.get(SERVICE_NAME) is not None:
        return Grant(False, f"{policy} does not let it do this with a role of {context[SERVICE_NAME]}")
    return Grant(False, f"{policy} does not list {action} for this one")


def _verdicts(call: Call, listed: _Listed, context: Mapping[str, str | None]) -> list[bool | None]:
    resources = _resources(call)
    return [verdict(about, name, resources, context) for name, about in listed.items()]


def _names(action: str) -> tuple[str, ...]:
    """The names by which policies may grant an action."""
    return (action, _TWINS[action]) if action in _TWINS else (action,)


def policy_evidence(policy: RolePolicy) -> list[Evidence]:
    """Which stored document was looked at, and how old it is."""
    return [
        Evidence("policy", policy.role.policy, f"stored copy, {version_of(policy)}", "catalogue"),
        Evidence("policy-document", policy.source, source="catalogue"),
    ]


def evidence_in_force(state: State, ref: Ref, policy: RamPolicy, stored: RolePolicy | None) -> list[Evidence]:
    """Which document in force was looked at and when, beside the stored one, if there is one."""
    named = [from_fact(state, ref, "policy", policy.id)] if stored is None else policy_evidence(stored)
    return [*named, from_fact(state, ref, "version", policy.version, policy.updated)]


def version_of(policy: RolePolicy) -> str:
    """The version of the stored document in words."""
    return " ".join(part for part in (policy.version, policy.updated) if part) or "version not stated"


def _in_doubt(action: str, policy: str | None, context: Mapping[str, str | None]) -> str:
    if SERVICE_NAME in context and context[SERVICE_NAME] is None:
        return f"the event does not tell whose role {action} was about"
    return f"{policy} lists {action} on conditions or resources that the event does not show"


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
