"""Taking back the one rule that a call added: the plan, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from eniguard.events.values import PERMISSION_FIELDS
from eniguard.facts.kinds import Eni, SecurityGroup, SecurityGroupRule
from eniguard.facts.refs import Unknown
from eniguard.facts.rule_effects import content
from eniguard.model import Evidence, Fix
from eniguard.rules.base import CUSTOMERS
from eniguard.rules.case import Case
from eniguard.rules.exp.groups import NEAR, GroupRules, made_at
from eniguard.rules.exp.stated import Stated
from eniguard.rules.subjects import GroupSubject
from eniguard.settings import IGNORE_TAG

Limit = Literal["approve", "auto"]

#: How ECS describes the group that it makes for the first instance of a VPC (docs/sources.md, Domain).
DEFAULT_GROUP = "system created security group"


def revocation(
    case: Case, subject: GroupSubject, rules: GroupRules, offending: Sequence[Stated], most: Limit
) -> Fix | str:
    """The plan to revoke the one offending ingress rule by its id, or why none is offered.

    Parameters
    ----------
    subject, rules
        The group, and its rules.
    offending
        The rules of the call that should not be there.
    most
        How far it may go without a person, unless a service may rely on the group.
    """
    if case.actor.kind not in CUSTOMERS:
        return "the caller is not of the account's own"
    if obstacle := group_obstacle(subject):
        return obstacle
    if len(offending) != 1:
        return "more than one rule of the call is concerned"
    live = _live(rules, offending[0])
    if isinstance(live, str):
        return live
    made = made_at(live)
    if made is None or abs(made - case.call.at) > NEAR:
        return f"rule {live.id} was not made within {NEAR:.0f} seconds of the call"
    return Fix(
        summary=f"Revoke rule {live.id} of {subject.name}: {offending[0].text}",
        limit=most if most == "approve" else _limit(case, subject.name),
        action="ecs:RevokeSecurityGroup",
        parameters={"SecurityGroupId": subject.name, "SecurityGroupRuleId.1": live.id},
        undo={"SecurityGroupId": subject.name, **stating(live)},
        tags=dict((subject.group.tags if subject.group is not None else None) or ()),
    )


def stating(live: SecurityGroupRule) -> dict[str, str]:
    """The parameters of AuthorizeSecurityGroup that state a rule with all its fields."""
    fields = {wire: getattr(live.permission, name) for wire, name in PERMISSION_FIELDS.items()}
    stated = {**fields, "Description": live.description}
    return {f"Permissions.1.{name}": str(value) for name, value in stated.items() if value}


def fix_or_why(found: Fix | str | None) -> tuple[Fix | None, list[Evidence]]:
    """A plan, or the evidence that says why there is none."""
    if not isinstance(found, str):
        return found, []
    return None, [Evidence("fix", None, f"none is offered: {found}")]


def group_obstacle(subject: GroupSubject) -> str | None:
    """Why the rules of a group must be left alone; an unknown fact is such a reason."""
    group = subject.group
    if subject.managed is not False or group is None:
        return f"it is not known that the group is an ordinary one: {subject.reason}"
    if group.tags is None:
        return "the tags of the group are not known"
    if any(key == IGNORE_TAG for key, _ in group.tags):
        return f"the group is tagged {IGNORE_TAG}"
    return _default_obstacle(group)


def _default_obstacle(group: SecurityGroup) -> str | None:
    if group.description is None:
        return "it is not known whether the group is the default one"
    return "the group is a default one" if group.description.lower().startswith(DEFAULT_GROUP) else None


def _live(rules: GroupRules, one: Stated) -> SecurityGroupRule | str:
    """The one rule that is there and says what the call stated."""
    if rules.live is None:
        return "the rule's id is not known: there is no listing from after the call"
    wanted = content(one.direction, one.permission)
    found = [rule for rule in rules.live if content(rule.direction, rule.permission) == wanted]
    if len(found) != 1 or not found[0].id:
        return f"{len(found)} live rules say the same as the call"
    return found[0]


def _limit(case: Case, group_id: str) -> Limit:
    """A rule of a group with a managed member may be what a service works through."""
    members = case.after.enis("security_group", group_id)
    known = not isinstance(members, Unknown) and all(_is_own(one) for one in members)
    return "auto" if known else "approve"


def _is_own(member: Eni) -> bool:
    return member.managed is False
