"""Writes of the account on managed security groups, and uses of them, that went through."""

from __future__ import annotations

from eniguard.model import Finding, Reference
from eniguard.rules.base import CUSTOMERS, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.managed import described, judged, managed_evidence, place
from eniguard.rules.permissions import account_forbidden, sg_row
from eniguard.rules.rule_texts import stated_rules
from eniguard.rules.subjects import GroupSubject, groups_written, needs_groups


class ManagedGroupWriteSucceeded(Rule):
    """SG004."""

    code = "SG004"
    name = "managed-sg-write-succeeded"
    severity = "critical"
    summary = "The account changed or used a managed security group, which the platform should have refused."
    why = (
        "The group guards the traffic of a cloud service. A rule or member that the service did not put "
        "there can open it or cut it off, and shows that the platform no longer protects such groups."
    )
    advice = (
        "Find out which service the group belongs to and whether its traffic still flows, undo the change "
        "together with its support, and ask the caller for the reason."
    )
    actions = account_forbidden("sg")
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (Reference("Managed security groups", "Permissions on API operations"),)
    permissions = ("ecs:DescribeSecurityGroups",)
    false_positives = (
        "The service gave the group up between the time of the inventory and the call. An Authorize or "
        "Revoke that changed nothing succeeds as well; it is reported all the same."
    )

    needs = staticmethod(needs_groups)

    def evaluate(self, case: Case) -> Verdicts:
        return judged(self, case, groups_written(case), self._changed)

    def _changed(self, case: Case, subject: GroupSubject) -> Finding:
        resource = subject.resource()
        return self.finding(
            case,
            resource,
            f"{case.call.name} succeeded although {described(resource)}",
            evidence=(*stated_rules(case.call), *managed_evidence(case, subject)),
            references=place(sg_row(case.call.action)),
        )
