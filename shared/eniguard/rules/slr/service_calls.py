"""Calls of service roles, held against the policies of those roles."""

from __future__ import annotations

from eniguard.events.catalog import APIS
from eniguard.events.catalog.ram import CREATES_ROLE_ON_THE_WAY
from eniguard.facts.state import reference
from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import POLICY, ROLE
from eniguard.roles import PRODUCTS, RolePolicy, policy_of, role_named
from eniguard.rules.base import SERVICES, SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.slr.granted import grant, policy_evidence
from eniguard.rules.slr.named import DOCUMENT, role_resource

#: Calls of products that create a role on the way carry no RAM action of their own name.
_NOT_RAM_ACTIONS = frozenset(f"ram:{name}" for name in CREATES_ROLE_ON_THE_WAY)


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
    # Of other products the stored documents do not have every action.
    actions = (
        frozenset(api.action for api in APIS.values() if api.write and api.product in PRODUCTS)
        - _NOT_RAM_ACTIONS
    )
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
        found = grant(case.call, policy)
        case.check("the stored policy of the role grants the call", found.granted is True, found.reason)
        if found.granted:
            return ()
        if found.granted is None:
            return [self._cannot_tell(case, role, policy, found.reason)]
        if not case.check("the stored policy document is complete", policy.complete, policy.source):
            reason = f"{found.reason}, and the stored document of its policy is not complete"
            return [self._cannot_tell(case, role, policy, reason)]
        return [
            self.finding(
                case,
                role_resource(role),
                f"{role} made {case.call.action}: {found.reason}",
                evidence=policy_evidence(policy),
                others=[Resource(t.kind, t.id) for t in case.call.targets if t.part == "subject"],
            )
        ]

    def _cannot_tell(self, case: Case, role: str, policy: RolePolicy | None, reason: str) -> Verdict:
        listed = role_named(role)
        name = None if listed is None else listed.policy
        ref = reference(case.call, POLICY, name or f"(of {role})")
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
            found = grant(case.call, policy)
            case.check("the stored policy of the role grants the call", found.granted is True, found.reason)
            evidence += [Evidence("granted-by-stored-policy", found.granted, found.reason, "catalogue")]
            evidence += policy_evidence(policy)
        return [
            self.finding(
                case,
                subject,
                f"{case.call.action} by {caller} was denied",
                evidence=evidence,
                others=[Resource(t.kind, t.id) for t in case.call.targets if t.part == "subject"],
            )
        ]
