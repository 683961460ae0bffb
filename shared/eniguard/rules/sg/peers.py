"""Security groups of the account whose rules name a managed group."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.events.calls import Call
from eniguard.model import Evidence, Finding, Reference
from eniguard.model.finding import Inventory
from eniguard.model.kinds import SECURITY_GROUP
from eniguard.rules.base import CUSTOMERS, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.evidence import from_fact
from eniguard.rules.managed import not_known, place, split
from eniguard.rules.permissions import sg_row
from eniguard.rules.rule_texts import stated_rules
from eniguard.rules.subjects import GroupSubject, group_subjects, needs_groups


def names_peer(call: Call) -> bool:
    """Whether a call names a group as the other side of a rule, beside the one whose rule it is."""
    return len(call.named) > 1 and bool(call.ids(SECURITY_GROUP, "peer_group"))


class GroupTrustsManagedGroup(Rule):
    """SG007."""

    code = "SG007"
    name = "sg-trusts-managed-sg"
    severity = "low"
    summary = "A rule of one of your security groups names a managed security group."
    why = (
        "What is in a managed group is decided by its service, not by you, and the group disappears with the "
        "instance of that service; the rule then fits nothing, or more than was meant."
    )
    advice = (
        "Name the addresses or a prefix list of the service instead of its group, or note the rule down as "
        "one to remove when the instance is released."
    )
    actions = frozenset(
        (
            "ecs:AuthorizeSecurityGroup",
            "ecs:AuthorizeSecurityGroupEgress",
            "ecs:ModifySecurityGroupRule",
            "ecs:ModifySecurityGroupEgressRule",
        )
    )
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (Reference("Managed security groups", "Permissions on API operations"),)
    permissions = ("ecs:DescribeSecurityGroups",)
    false_positives = "Products whose set-up guide tells you to let their managed group in."

    concerns = staticmethod(names_peer)
    needs = staticmethod(needs_groups)

    def evaluate(self, case: Case) -> Verdicts:
        peers = group_subjects(case, "peer_group")
        if not case.check("the call names another group as the peer of a rule", bool(peers), len(peers)):
            return ()
        targets = [one for one in group_subjects(case, "subject") if self._is_yours(case, one)]
        if not targets:
            return ()
        managed, unsure = split(case, peers)
        found = [self._trusts(case, target, managed) for target in targets if managed]
        return [*found, *not_known(self, case, unsure)]

    def _is_yours(self, case: Case, target: GroupSubject) -> bool:
        """A write on a managed group itself is another rule's affair (SG004)."""
        yours = not target.managed
        if case.trace is not None:
            case.check(f"{target.name} is not known to be managed", yours, target.managed)
        return yours

    def _trusts(self, case: Case, target: GroupSubject, managed: Sequence[GroupSubject]) -> Finding:
        inventory: Inventory = "partial" if target.managed is None else "known"
        peers = [one.resource() for one in managed]
        names = ", ".join(f"{one.id} ({one.owner_service or 'service not known'})" for one in peers)
        return self.finding(
            case,
            target.resource(),
            f"A rule of security group {target.name} names a managed group: {names}",
            inventory=inventory,
            evidence=[
                *stated_rules(case.call, [one.name for one in managed]),
                *[_peer(case, one) for one in managed],
            ],
            others=peers,
            references=place(sg_row(case.call.action)),
        )


def _peer(case: Case, subject: GroupSubject) -> Evidence:
    note = subject.owner.service or subject.description
    return from_fact(case.before, subject.missing, "managed-peer", subject.name, note)
