"""Egress rules that open a restricted group to everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.model import Fix, Reference
from eniguard.rules.case import Case
from eniguard.rules.exp.groups import GroupRules
from eniguard.rules.exp.opened import OpenedRule, WideParams
from eniguard.rules.exp.reach import stretches
from eniguard.rules.exp.resolved import Resolved
from eniguard.rules.exp.services import opens_all_ports
from eniguard.rules.exp.spans import Span, Spans
from eniguard.rules.exp.stated import Stated
from eniguard.rules.subjects import GroupSubject


class RestrictedParams(WideParams, frozen=True, forbid_unknown_fields=True):
    """``tag`` marks restricted groups, as key or value of a tag; ``wide_prefix`` as for `WideParams`."""

    tag: str = "restricted"


class OpenEgress(OpenedRule):
    """EXP008."""

    code = "EXP008"
    name = "open-egress"
    severity = "low"
    direction = "egress"
    summary = "A security group that is tagged as restricted may now reach everything on all ports."
    why = "Whoever gets onto an instance of the group can send data anywhere, and fetch tools from anywhere."
    advice = "Revoke the rule, and let out only the ports and addresses that the instances need."
    actions = frozenset(
        (
            "ecs:AuthorizeSecurityGroupEgress",
            "ecs:ModifySecurityGroupEgressRule",
            "ecs:ConfigureSecurityGroupPermissions",
        )
    )
    Params = RestrictedParams
    references = (Reference("Cloud Config", "ecs-security-group-egress-not-all-access"),)
    false_positives = (
        "A basic group without egress rules lets everything out as it is; this rule is about groups that you "
        "tagged as restricted."
    )

    def interest(self, case: Case, services: Spans) -> Spans:
        return services if opens_all_ports(services) else ()

    def points(self, case: Case, interest: Spans, rules: Sequence[Resolved]) -> Sequence[Span]:
        return stretches(interest, rules)

    def said(self, group_id: str, opened: Spans, offending: Sequence[Stated]) -> str:
        return f"Restricted security group {group_id} may reach everything on all ports"

    def plan(
        self, case: Case, subject: GroupSubject, rules: GroupRules, offending: Sequence[Stated]
    ) -> Fix | str | None:
        return None

    def watches(self, case: Case, subject: GroupSubject) -> bool | None:
        """Whether the group carries the tag; groups are restricted only when somebody says so."""
        tags = None if subject.group is None else subject.group.tags
        if tags is None:
            return None
        wanted = case.params.tag.lower()
        tagged = any(wanted in (key.lower(), value.lower()) for key, value in tags)
        return case.check(f"{subject.name} is tagged {case.params.tag}", tagged, dict(tags))
