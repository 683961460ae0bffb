"""Calls of service roles, held against the policies of those roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eniguard.events.calls import Call
from eniguard.events.catalog import APIS
from eniguard.events.catalog.ram import CREATES_ROLE_ON_THE_WAY
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import RamPolicy
from eniguard.facts.refs import Ref, Unknown
from eniguard.facts.state import reference
from eniguard.model import Evidence, Finding, Reference, Resource, Severity
from eniguard.model.kinds import POLICY, ROLE
from eniguard.roles import PRODUCTS, RolePolicy, policy_of, role_named
from eniguard.rules.base import SERVICES, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.slr.granted import (
    Grant,
    evidence_in_force,
    grant,
    grant_in_force,
    policy_evidence,
)
from eniguard.rules.slr.named import DOCUMENT, role_resource

#: Calls of products that create a role on the way carry no RAM action of their own name.
_NOT_RAM_ACTIONS = frozenset(f"ram:{name}" for name in CREATES_ROLE_ON_THE_WAY)


class ServiceOutsideItsPolicy(Rule):
    """SLR004."""

    code = "SLR004"
    name = "service-outside-its-policy"
    severity = "info"
    summary = "A service's role did something that its policy does not allow."
    why = (
        "Either the policy has grown since the stored copy was made, or the role was given other rights. "
        "Policies grow often: this is a note unless the policy in force was read, and does not allow it "
        "either."
    )
    advice = (
        "Look at the role in RAM: at the default version of its policy, and at what else is attached to it. "
        "If nothing has the action, find out how the call was possible, and ask the product's support."
    )
    # Of other products the stored documents do not have every action.
    actions = (
        frozenset(api.action for api in APIS.values() if api.write and api.product in PRODUCTS)
        - _NOT_RAM_ACTIONS
    )
    outcomes = SUCCEEDED
    actors = SERVICES
    references = (Reference(DOCUMENT, "Permissions"),)
    permissions = ("ram:GetPolicy",)
    false_positives = (
        "Service-linked roles get new rights every few weeks, which the stored copy does not have. The "
        "policy in force is that of the look-up, not of the call; an older service role may have others "
        "beside it; and the right that a call needs is not always named like the call."
    )

    def needs(self, call: Call, facts: Facts) -> Iterable[Ref]:
        role = call.caller.role
        if role is None:
            return ()
        stored = policy_of(role)
        if stored is not None and grant(call, stored).granted:
            return ()
        ref = _policy_ref(call, role)
        return () if ref is None else (ref,)

    def evaluate(self, case: Case) -> Verdicts:
        role = case.actor.role
        if role is None:
            case.check("the caller acts through a role", False, "the platform itself")
            return ()
        stored = policy_of(role)
        found = _NOT_STORED
        if stored is not None:
            found = grant(case.call, stored)
            case.check("the stored policy of the role grants the call", found.granted is True, found.reason)
            if found.granted:
                return ()
        ref = _policy_ref(case.call, role)
        if ref is None:
            return self._by_stored_policy(case, role, stored, found, _NO_NAME)
        policy = _in_force(case, ref)
        if type(policy) is Unknown:
            return self._by_stored_policy(case, role, stored, found, policy)
        found = grant_in_force(case.call, policy)
        case.check("the policy in force grants the call", found.granted is True, found.reason)
        if found.granted:
            return ()
        if found.granted is None:
            return [self.undecided(case, found.reason, ref, subject=role_resource(role))]
        evidence = evidence_in_force(case.after, ref, policy, stored)
        return [self._outside(case, role, found, evidence, "medium")]

    def _by_stored_policy(
        self, case: Case, role: str, stored: RolePolicy | None, found: Grant, unknown: Unknown
    ) -> Verdicts:
        case.check("the policy in force is known", False, unknown.reason)
        reason = found.reason
        if stored is not None and found.granted is False:
            if case.check("the stored policy document is complete", stored.complete, stored.source):
                return [self._outside(case, role, found, policy_evidence(stored))]
            reason += ", and the stored document of its policy is not complete"
        if case.brief:
            return [self.unsaid]
        ref = _policy_ref(case.call, role) or reference(case.call, POLICY, f"(of {role})")
        reason = f"{reason}; the policy in force is not known: {unknown.reason}"
        return [self.undecided(case, reason, ref, subject=role_resource(role))]

    def _outside(
        self,
        case: Case,
        role: str,
        found: Grant,
        evidence: Sequence[Evidence],
        severity: Severity | None = None,
    ) -> Finding:
        return self.finding(
            case,
            role_resource(role),
            f"{role} made {case.call.action}: {found.reason}",
            severity=severity,
            evidence=evidence,
            others=[Resource(t.kind, t.id) for t in case.call.targets if t.part == "subject"],
        )


_NOT_STORED = Grant(None, "no policy document of the role is stored")
_NO_NAME = Unknown("the role index does not have its name")


def _policy_ref(call: Call, role: str) -> Ref | None:
    """The policy of a role by its name, as far as the role index has that."""
    listed = role_named(role)
    return None if listed is None or listed.policy is None else reference(call, POLICY, listed.policy)


def _in_force(case: Case, ref: Ref) -> RamPolicy | Unknown:
    """The system policy of a name with its document, as it was last seen: also from after the call."""
    found = case.after.get(ref)
    if type(found) is Unknown:
        return found
    if not isinstance(found, RamPolicy) or found.type == "Custom":
        return Unknown(f"{ref.value} is not a system policy there")
    return found if found.statements is not None else Unknown(f"the document of {ref.value} cannot be read")


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
