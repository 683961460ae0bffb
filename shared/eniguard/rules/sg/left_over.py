"""Managed security groups that nothing uses any more."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from eniguard.facts.kinds import SecurityGroup
from eniguard.facts.refs import Ref, Unknown
from eniguard.facts.view import View
from eniguard.model import Reference, Resource
from eniguard.model.kinds import ENI, SECURITY_GROUP, SECURITY_GROUP_RULE
from eniguard.rules.base import Verdict, Verdicts
from eniguard.rules.managed import described, release_advice
from eniguard.rules.owners import group_owner
from eniguard.rules.sweep import SweepRule, age_of, from_view

_DAY = 86_400


class ManagedGroupLeftOver(SweepRule):
    """SG008."""

    code = "SG008"
    name = "managed-sg-left-over"
    severity = "low"
    kinds = (SECURITY_GROUP, ENI, SECURITY_GROUP_RULE)
    summary = (
        "A managed security group is a week old or more, holds no ENI, and no rule of another group names it."
    )
    why = (
        "Its life should end with the instance of its service. It counts towards the quota of groups, and "
        "while it is there its VPC cannot be deleted."
    )
    advice = (
        "Find the instance of the cloud service that made the group, and release it there. If there is none, "
        "open a ticket with that service; the group itself cannot be deleted by the account."
    )
    references = (Reference("Managed security groups", "Overview"),)
    permissions = (
        "ecs:DescribeSecurityGroups",
        "ecs:DescribeNetworkInterfaces",
        "ecs:DescribeSecurityGroupAttribute",
    )
    false_positives = "A service may keep a group for an instance that has no ENI at the moment."

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """``days`` is the age from which an unused group counts as left over."""

        #: A service makes its group before its ENIs, and may take days to clear up (docs/sources.md, Domain).
        days: Annotated[int, Meta(ge=1)] = 7

    def evaluate(self, view: View, params: Any, now: float) -> Verdicts:
        groups = view.security_groups()
        if isinstance(groups, Unknown):
            return (self.undecided(groups.reason, view.ref(SECURITY_GROUP)),)
        verdicts = (self._one(view, group, params.days * _DAY, now) for group in groups)
        return [verdict for verdict in verdicts if verdict is not None]

    def _one(self, view: View, group: SecurityGroup, grace: int, now: float) -> Verdict | None:
        age = age_of(group.created_at, now)
        if group.managed is False or (age is not None and age < grace):
            return None
        members = view.enis_by("security_group", group.id)
        if members and not isinstance(members, Unknown):
            return None
        # Asked for groups without ENIs alone: listing all rules takes a call for each group there is.
        named_by = groups_naming(view, group.id)
        if named_by and not isinstance(named_by, Unknown):
            return None
        if group.managed is None:
            return self._unclear(
                group, "it is not known whether it is managed", view.ref(SECURITY_GROUP, group.id)
            )
        if age is None:
            return self._unclear(
                group, "it is not known when it was made", view.ref(SECURITY_GROUP, group.id)
            )
        if isinstance(members, Unknown):
            return self._unclear(group, members.reason, view.ref(ENI, group.id, "security_group"))
        if isinstance(named_by, Unknown):
            return self._unclear(group, named_by.reason, view.ref(SECURITY_GROUP_RULE))
        return self._left_over(view, group, int(age // _DAY))

    def _unclear(self, group: SecurityGroup, missing: str, ref: Ref) -> Verdict:
        subject = Resource(SECURITY_GROUP, group.id, group.managed)
        return self.undecided(f"{group.id} may be left over, but {missing}", ref, subject=subject)

    def _left_over(self, view: View, group: SecurityGroup, days: int) -> Verdict:
        owner = group_owner(group, view.service_ids)
        subject = Resource(SECURITY_GROUP, group.id, managed=True, owner_service=owner.service)
        evidence = [
            from_view(view, "CreationTime", group.created_at),
            from_view(view, "ENIs", 0, "in the group"),
            from_view(view, "groups", 0, "whose rules name it"),
        ]
        if group.service_id:
            evidence.append(from_view(view, "ServiceID", group.service_id))
        if group.description:
            evidence.append(from_view(view, "Description", group.description))
        return self.finding(
            view,
            subject,
            f"{described(subject)} and nothing uses it; it was made {days} days ago",
            evidence=evidence,
            advice=release_advice(subject),
        )


def groups_naming(view: View, group_id: str) -> list[str] | Unknown:
    """The other groups with a rule that names a group as its source or destination."""
    rules = view.security_group_rules()
    if isinstance(rules, Unknown):
        return rules
    return [
        rule.security_group_id
        for rule in rules
        if rule.security_group_id != group_id
        and group_id in (rule.permission.source_group_id, rule.permission.dest_group_id)
    ]
