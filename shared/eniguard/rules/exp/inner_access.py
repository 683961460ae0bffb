"""Groups whose members may reach each other again."""

from __future__ import annotations

from eniguard.model import Evidence, Reference
from eniguard.model.finding import Inventory
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.exp.groups import group_around, group_ids, is_managed
from eniguard.rules.exp.opened import OPENERS
from eniguard.rules.managed import managed_evidence, place
from eniguard.rules.permissions import sg_row
from eniguard.rules.subjects import GroupSubject, needs_groups


class InnerAccessOpened(Rule):
    """EXP005."""

    code = "EXP005"
    name = "inner-access-opened"
    severity = "low"
    summary = "The members of a security group may reach each other on all ports."
    why = "One instance that is taken over is then a way to all others of the group."
    advice = "If the members do not need each other, set InnerAccessPolicy back to Drop."
    actions = frozenset(("ecs:ModifySecurityGroupPolicy",))
    outcomes = SUCCEEDED
    actors = OPENERS
    references = (Reference("Managed security groups", "Permissions on API operations"),)
    permissions = ("ecs:DescribeSecurityGroups",)
    false_positives = (
        "Accept is what a new basic group begins with. A call that sets it where it was set already is "
        "reported as well: no inventory tells what it was."
    )

    needs = staticmethod(needs_groups)

    def evaluate(self, case: Case) -> Verdicts:
        policy = case.call.parameters.text("InnerAccessPolicy")
        accepts = policy is not None and policy.lower() == "accept"
        if not case.check("the call lets the members reach each other", accepts, policy):
            return ()
        subjects = [group_around(case, group_id) for group_id in group_ids(case.call)]
        return [self._opened(case, one) for one in subjects if not is_managed(case, one)]

    def _opened(self, case: Case, subject: GroupSubject) -> Verdict:
        inventory: Inventory = "known" if subject.managed is False else "unknown"
        return self.finding(
            case,
            subject.resource(),
            f"The members of security group {subject.name} may reach each other",
            inventory=inventory,
            evidence=(Evidence("InnerAccessPolicy", "Accept"), *managed_evidence(case, subject)),
            references=place(sg_row(case.call.action)),
        )
