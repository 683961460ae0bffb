"""Calls of service roles, held against the policies of those roles."""

from __future__ import annotations

from msgspec import Struct

from eniguard.events.catalog import APIS
from eniguard.events.catalog.ram import CREATES_ROLE_ON_THE_WAY
from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import POLICY, ROLE
from eniguard.roles import RolePolicy, allows, policy_of, role_named
from eniguard.rules.base import SERVICES, SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.slr.named import DOCUMENT, role_resource, role_to_create

#: Calls of products that create a role on the way carry no RAM action of their own name.
_NOT_RAM_ACTIONS = frozenset(f"ram:{name}" for name in CREATES_ROLE_ON_THE_WAY)
#: ECS carries deprecated twins of VPC calls; policies grant either name.
_TWINS = {
    api.action: f"vpc:{api.name}"
    for api in APIS.values()
    if api.product == "ecs" and f"vpc:{api.name}" in APIS
}


class _Grant(Struct, frozen=True, gc=False):
    """Whether a policy grants a call (``None`` when that cannot be told), and why."""

    granted: bool | None
    reason: str


class ServiceOutsideItsPolicy(Rule):
    """SLR004."""

    code = "SLR004"
    name = "service-outside-its-policy"
    severity = "info"
    summary = "A service's role did something that the stored policy of the role does not allow."
    why = (
        "Either the policy has grown since the stored copy was made, or the role was changed or is used by "
        "somebody else. Policies grow often, so this stays a note until today's policy is read."
    )
    advice = (
        "Look at the default version of the role's policy in RAM. If it has the action, the stored copy is "
        "old; if not, find out how the call was possible, and ask the product's support."
    )
    actions = frozenset(api.action for api in APIS.values() if api.write) - _NOT_RAM_ACTIONS
    outcomes = SUCCEEDED
    actors = SERVICES
    references = (Reference(DOCUMENT, "Permissions"),)
    false_positives = (
        "Service-linked roles get new rights every few weeks, and the right a call needs is not always named "
        "like the call."
    )

    def evaluate(self, case: Case) -> Verdicts:
        role = case.actor.role
        if role is None:
            case.check("the caller acts through a role", False, "the platform itself")
            return ()
        policy = policy_of(role)
        if policy is None:
            return [self._cannot_tell(case, role, None, f"no policy document of {role} is stored")]
        grant = _grant(case, policy)
        case.check("the stored policy of the role grants the call", grant.granted is True, grant.reason)
        if grant.granted:
            return ()
        if grant.granted is None:
            return [self._cannot_tell(case, role, policy, grant.reason)]
        if not case.check("the stored policy document is complete", policy.complete, policy.source):
            reason = f"{grant.reason}, and the stored document of its policy is not complete"
            return [self._cannot_tell(case, role, policy, reason)]
        return [
            self.finding(
                case,
                role_resource(role),
                f"{role} made {case.call.action}: {grant.reason}",
                evidence=_policy_evidence(policy),
                others=[Resource(t.kind, t.id) for t in case.call.targets if t.part == "subject"],
            )
        ]

    def _cannot_tell(self, case: Case, role: str, policy: RolePolicy | None, reason: str) -> Verdict:
        listed = role_named(role)
        name = None if listed is None else listed.policy
        ref = case.before.ref(POLICY, name or f"(of {role})")
        return self.undecided(case, reason, ref, subject=role_resource(role))


class ServiceDenied(Rule):
    """SLR005."""

    code = "SLR005"
    name = "service-denied"
    severity = "low"
    summary = "A service's role was denied what it tried to do."
    why = "The service cannot do its work: its instances may fail to start, to grow, or to be released."
    advice = (
        "Look for a control policy of the resource directory that forbids the action. If there is none, the "
        "role may carry an old version of its policy: ask the product's support to renew it."
    )
    actions = frozenset(APIS)
    outcomes = frozenset(("denied",))
    actors = SERVICES
    references = (Reference(DOCUMENT, "Permissions"),)
    false_positives = "Some services try a call to find out whether they may."

    def evaluate(self, case: Case) -> Verdicts:
        role = case.actor.role
        caller = role or case.actor.service or "the platform"
        subject = Resource(ROLE, f"(of {caller})") if role is None else role_resource(role)
        policy = None if role is None else policy_of(role)
        evidence = [Evidence("error-code", case.call.error_code)]
        if policy is not None:
            grant = _grant(case, policy)
            case.check("the stored policy of the role grants the call", grant.granted is True, grant.reason)
            evidence += [Evidence("granted-by-stored-policy", grant.granted, grant.reason, "catalogue")]
            evidence += _policy_evidence(policy)
        return [
            self.finding(
                case,
                subject,
                f"{case.call.action} by {caller} was denied",
                evidence=evidence,
                others=[Resource(t.kind, t.id) for t in case.call.targets if t.part == "subject"],
            )
        ]


def _grant(case: Case, policy: RolePolicy) -> _Grant:
    """Whether a policy grants a call, conditions on service-linked roles included."""
    action = case.call.action
    twin = _TWINS.get(action, action)
    if not allows(policy, action) and not allows(policy, twin):
        return _Grant(False, f"{policy.role.policy} does not list {action}")
    if action == "ram:DeleteServiceLinkedRole":
        return _deletes(case, policy)
    if action == "ram:CreateServiceLinkedRole":
        return _creates(case, policy)
    return _Grant(True, f"{policy.role.policy} lists it")


def _deletes(case: Case, policy: RolePolicy) -> _Grant:
    """The condition on deletions: a role of the policy's own trusted service."""
    for name in case.call.ids(ROLE, "subject"):
        listed = role_named(name)
        if listed is None or listed.service is None:
            return _Grant(None, f"the trusted service of {name} is not known")
        if listed.service != policy.deletes_own_role_service:
            return _Grant(False, f"{policy.role.policy} does not let it delete a role of {listed.service}")
    return _Grant(True, f"{policy.role.policy} lets it delete its own role")


def _creates(case: Case, policy: RolePolicy) -> _Grant:
    """The condition on creations: a role of one of the named trusted services."""
    _, service = role_to_create(case.call)
    if service is None:
        return _Grant(None, "the event does not say for which service a role was created")
    if service.lower() not in policy.creates_roles_of:
        return _Grant(False, f"{policy.role.policy} does not let it create a role of {service}")
    return _Grant(True, f"{policy.role.policy} lets it create a role of {service}")


def _policy_evidence(policy: RolePolicy) -> list[Evidence]:
    """Which stored document was looked at, and how old it is."""
    version = " ".join(part for part in (policy.version, policy.updated) if part) or "version not stated"
    return [
        Evidence("policy", policy.role.policy, f"stored copy, {version}", "catalogue"),
        Evidence("policy-document", policy.source, source="catalogue"),
    ]
