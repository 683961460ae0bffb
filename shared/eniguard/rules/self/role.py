"""The guard's roles and policies changed, and its role used by somebody else."""

from __future__ import annotations

from eniguard.events.catalog import APIS
from eniguard.model import Evidence, Finding, Reference, Resource
from eniguard.model.kinds import POLICY, ROLE
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.self.own import OTHERS, entry_of, has_role_of_the_guard, idle_unless, nameless, same

_WRITES = frozenset(action for action, api in APIS.items() if api.write)


class GuardRoleChanged(Rule):
    """SELF005."""

    code = "SELF005"
    name = "guard-role-changed"
    severity = "critical"
    summary = "A role of the guard, or a policy of it, was changed or deleted."
    why = (
        "Without its rights the guard is blind or cannot put anything back; with more of them, or another "
        "trust policy, its role is a way in for somebody else."
    )
    advice = "Ask who did this and why. Put trust policy and policies back to what was deployed."
    actions = frozenset(
        (
            "ram:DeleteRole",
            "ram:UpdateRole",
            "ram:AttachPolicyToRole",
            "ram:DetachPolicyFromRole",
            "ram:AttachPolicy",
            "ram:DetachPolicy",
            "ram:CreatePolicyVersion",
            "ram:SetDefaultPolicyVersion",
            "ram:DeletePolicyVersion",
            "ram:DeletePolicy",
        )
    )
    outcomes = SUCCEEDED
    actors = OTHERS
    references = (
        Reference("RAM API, 2015-05-01", "UpdateRole, DetachPolicyFromRole, SetDefaultPolicyVersion"),
        Reference("Resource Management API, 2020-03-31", "AttachPolicy, DetachPolicy"),
    )
    false_positives = "A deployment that changes what the guard may do: there should be few."

    idle = staticmethod(idle_unless("guard.roles and guard.policies", "roles", "policies"))

    def evaluate(self, case: Case) -> Verdicts:
        guard, call = case.policy.guard, case.call
        principal = call.parameters.text("PrincipalType")
        if principal is not None and not case.check(
            "it is on a role", same(principal, "ServiceRole"), principal
        ):
            return ()
        if unnamed := nameless(self, case, guard.roles or guard.policies, ROLE, POLICY):
            return unnamed
        roles = [
            Resource(ROLE, one) for name in call.ids(ROLE) if (one := _own(case, "role", name, guard.roles))
        ]
        if roles:
            return [self._changed(case, one) for one in roles]
        named = call.ids(POLICY)
        policies = [
            Resource(POLICY, one) for name in named if (one := _own(case, "policy", name, guard.policies))
        ]
        return [self._changed(case, one) for one in policies]

    def _changed(self, case: Case, subject: Resource) -> Finding:
        parameters = case.call.parameters
        names = ("PolicyName", "PolicyType", "VersionId", "NewAssumeRolePolicyDocument")
        given = [(name, parameters.text(name)) for name in names]
        evidence = [Evidence(name, value) for name, value in given if value is not None]
        what = "role" if subject.kind == ROLE else "policy"
        summary = f"{case.call.name} succeeded on {subject.id}, a {what} of the guard"
        return self.finding(case, subject, summary, evidence=evidence)


class GuardRoleMisused(Rule):
    """SELF011: a write in the guard's role whose request id is not in the ledger of the guard's own calls.

    The ledger is asked when the caller is classified: an actor that is not ``self`` made no call of ours.
    Reads are left out: no rule exempts anybody from them.
    """

    code = "SELF011"
    name = "guard-role-misused"
    severity = "critical"
    summary = "Somebody made a call in a role of the guard, and it was not the guard."
    why = "The keys of the guard's role are in other hands, and with them every right that it has."
    advice = (
        "Detach the policies of the role at once and look at every call that it made since. Find out who can "
        "assume the role or change the guard's functions, and deploy the guard anew with a new role."
    )
    actions = _WRITES
    actors = OTHERS
    references = (Reference("Design of eniguard", "Trust"),)
    false_positives = (
        "Where nothing keeps the ledger of the guard's own calls, as in a replay of a trail on a laptop, the "
        "guard's own writes are reported as well."
    )

    idle = staticmethod(idle_unless("guard.roles", "roles"))

    def evaluate(self, case: Case) -> Verdicts:
        if not case.policy.guard.roles:
            return ()
        misused = has_role_of_the_guard(case.actor, case.policy)
        if not case.check(
            "the caller acts in a role of the guard, and is not the guard", misused, case.actor.role
        ):
            return ()
        call, actor = case.call, case.actor
        others = [Resource(one.kind, one.id) for one in call.targets]
        evidence = [Evidence("request-id", call.request_id, "not in the ledger of the guard's own calls")]
        summary = (
            f"{call.name} was called in the guard's role {actor.role}, and not by the guard ({call.outcome})"
        )
        subject = Resource(ROLE, actor.role or "")
        return (self.finding(case, subject, summary, evidence=evidence, others=others),)


def _own(case: Case, what: str, name: str, own: tuple[str, ...]) -> str | None:
    """The entry for a name; Resource Management writes a role as ``NAME@role.ALIAS.onaliyunservice.com``."""
    return entry_of(case, what, name.partition("@")[0], own, own)
