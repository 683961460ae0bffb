"""Edits of service roles and of their policies, done or refused."""

from __future__ import annotations

from eniguard.events.calls import Call
from eniguard.events.outcomes import cause_of
from eniguard.model import Evidence, Finding, Reference
from eniguard.rules.base import CUSTOMERS, REFUSED, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.slr.named import DOCUMENT, Edited, edited

EDITS = frozenset(
    (
        "ram:UpdateRole",
        "ram:AttachPolicyToRole",
        "ram:DetachPolicyFromRole",
        "ram:AttachPolicy",
        "ram:DetachPolicy",
        "ram:CreatePolicyVersion",
        "ram:SetDefaultPolicyVersion",
        "ram:DeletePolicyVersion",
    )
)
#: In RAM and in Resource Management.
_ATTACHES = ("AttachPolicyToRole", "AttachPolicy")


class ServiceRoleEdited(Rule):
    """SLR008."""

    code = "SLR008"
    name = "service-role-edited"
    severity = "high"
    summary = "Somebody of the account changed a service's role or its policy."
    why = (
        "Whoever changes a service's trust or rights can act in its name or stop it. A service-linked role "
        "cannot be edited at all: an edit that succeeded means that something is not what it seems."
    )
    advice = (
        "Ask who did this and why. Put trust policy and policies back to what the product documents; for a "
        "service-linked role also open a ticket with the product's support."
    )
    actions = EDITS
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (Reference(DOCUMENT, "Edit the role"),)
    false_positives = (
        "Older service roles are ordinary roles that some products tell you to widen. A custom policy of the "
        "account may carry the name of a service's policy."
    )

    def evaluate(self, case: Case) -> Verdicts:
        return [self._edit(case, one) for one in edited(case.call) if self._counts(case, one)]

    def _counts(self, case: Case, one: Edited) -> bool:
        listed = one.role is not None
        if not case.check(f"{one.resource.id} is in the role index", listed, one.resource.owner_service):
            return False
        setting_up = _attaches_own_policy(case.call, one)
        return case.check("it is more than the role's own policy being attached", not setting_up)

    def _edit(self, case: Case, one: Edited) -> Finding:
        what = "service-linked role" if one.service_linked else "service role"
        owner = "" if one.role is None or one.role.name == one.resource.id else f", of {one.role.name}"
        return self.finding(
            case,
            one.resource,
            f"{case.call.name} succeeded on {one.resource.id}{owner}, a {what}",
            severity="critical" if one.service_linked else None,
            evidence=_evidence(case, one),
        )


class SlrEditRefused(Rule):
    """SLR012."""

    code = "SLR012"
    name = "slr-edit-refused"
    severity = "low"
    summary = "Somebody tried to edit a service-linked role, and the platform refused."
    why = "Name and rights of a service-linked role are the service's own; the account cannot change them."
    advice = (
        "Leave the role alone. Rights that your own code lacks belong to a role of your own; rights that the "
        "service lacks are its support's affair."
    )
    actions = EDITS
    outcomes = REFUSED
    actors = CUSTOMERS
    references = (Reference(DOCUMENT, "Edit the role"),)
    false_positives = "Tools that tag or re-attach policies on every role of the account."

    def evaluate(self, case: Case) -> Verdicts:
        code = case.call.error_code or ""
        there = cause_of(code) != "not_found"
        if not case.check("it was not refused only because something does not exist", there, code):
            return ()
        return [self._refused(case, one) for one in edited(case.call) if self._is_slr(case, one)]

    def _is_slr(self, case: Case, one: Edited) -> bool:
        return case.check(f"{one.resource.id} is a service-linked role or its policy", one.service_linked)

    def _refused(self, case: Case, one: Edited) -> Finding:
        return self.finding(
            case,
            one.resource,
            f"{case.call.name} on {one.resource.id} was refused: service-linked roles cannot be edited",
            evidence=[Evidence("error-code", case.call.error_code), *_evidence(case, one)],
        )


def _attaches_own_policy(call: Call, one: Edited) -> bool:
    """Whether an authorisation page gives an older service role the policy that belongs to it."""
    if call.name not in _ATTACHES or one.role is None or one.role.service_linked:
        return False
    policy, kind = call.parameters.text("PolicyName"), call.parameters.text("PolicyType")
    own = one.role.policy is not None and policy is not None and policy.lower() == one.role.policy.lower()
    return own and (kind or "").lower() == "system"


def _evidence(case: Case, one: Edited) -> list[Evidence]:
    """What was to be changed."""
    parameters = case.call.parameters
    found = [Evidence("role", one.role.name if one.role is not None else one.resource.id, source="catalogue")]
    for name in ("PolicyName", "PolicyType", "VersionId", "NewAssumeRolePolicyDocument"):
        value = parameters.text(name)
        if value is not None:
            found.append(Evidence(name, value))
    return found
