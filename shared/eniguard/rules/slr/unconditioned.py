"""Custom policies that let somebody delete the service-linked role of any service."""

from __future__ import annotations

from typing import Any

from eniguard.facts.kinds import RamPolicy
from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import POLICY
from eniguard.roles import SERVICE_NAME, Condition, Statement, matches
from eniguard.rules.base import Verdict, Verdicts
from eniguard.rules.slr.named import DOCUMENT
from eniguard.rules.sweep import SweepRule, from_view

_DELETE = "ram:DeleteServiceLinkedRole"
#: Operators with which a condition names the services it holds for; ``StringLike`` may name all of them.
#: They may begin with ``ForAnyValue:``; with ``ForAllValues:`` a condition also holds when there is no value.
_TYING = frozenset(("stringequals", "stringequalsignorecase", "stringlike"))
_ANY_VALUE = "foranyvalue:"
#: A role and a service that nobody names: what covers them covers every one.
_ANY_ROLE = "acs:ram::{account}:role/aliyunservicerolefor-any-service"
_ANY_SERVICE = "~any~.aliyuncs.com"


class SlrDeleteWithoutCondition(SweepRule):
    """SLR010."""

    code = "SLR010"
    name = "slr-delete-without-condition"
    severity = "medium"
    kinds = (POLICY,)
    enabled = False
    summary = "A custom policy allows the deletion of every service's role, not of one service's."
    why = (
        "Published policies tie the deletion of a service-linked role to one trusted service. Without that "
        "condition whoever has this policy can stop any service of the account."
    )
    advice = (
        "Split the statement: allow ram:DeleteServiceLinkedRole on the condition that ram:ServiceName equals "
        "the services meant, and leave it out of wider rights."
    )
    references = (Reference(DOCUMENT, "Full policy document"),)
    permissions = ("ram:ListPolicies", "ram:GetPolicy")
    false_positives = (
        "Policies of administrators allow everything on purpose. A policy that is attached to nobody gives "
        "nobody a right, and is reported one step lower."
    )

    def evaluate(self, view: View, params: Any, now: float) -> Verdicts:
        policies = view.all_of(POLICY, RamPolicy)
        if isinstance(policies, Unknown):
            return (self.undecided(policies.reason, view.ref(POLICY)),)
        verdicts = (self._one(view, policy) for policy in policies if policy.type != "System")
        return [verdict for verdict in verdicts if verdict is not None]

    def _one(self, view: View, policy: RamPolicy) -> Verdict | None:
        subject = Resource(POLICY, policy.id)
        if policy.type is None or policy.statements is None:
            missing = "type" if policy.type is None else "document"
            reason = (
                f"whether {policy.id} ties deletions to a service cannot be told: its {missing} is not known"
            )
            return self.undecided(reason, view.ref(POLICY, policy.id), subject=subject)
        role = _ANY_ROLE.format(account=view.account)
        about = [one for one in policy.statements if one.lists(_DELETE) and one.covers(role)]
        loose = [one for one in about if one.allow and not _tied(one)]
        if not loose or any(not one.allow and not one.conditions for one in about):
            return None
        evidence: list[Evidence] = [
            from_view(view, "statement", list(one.actions or one.not_actions), _form(one)) for one in loose
        ]
        evidence.append(from_view(view, "AttachmentCount", policy.attachments))
        return self.finding(
            view,
            subject,
            f"the custom policy {policy.id} allows {_DELETE} for the roles of all services",
            severity="low" if policy.attachments == 0 else None,
            evidence=evidence,
        )


def _tied(statement: Statement) -> bool:
    """Whether a condition limits a statement to services that it names."""
    return any(map(_ties, statement.conditions))


def _ties(condition: Condition) -> bool:
    if not condition.about(SERVICE_NAME) or condition.operator.lower().removeprefix(_ANY_VALUE) not in _TYING:
        return False
    return not matches(_ANY_SERVICE, condition.values)


def _form(statement: Statement) -> str:
    return "all but these actions" if statement.not_actions else "no condition on ram:ServiceName"
