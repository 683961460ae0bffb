"""Revoking one rule of a security group by its id."""

from __future__ import annotations

from collections.abc import Mapping

from eniguard.errors import NotFound, RemediationError
from eniguard.facts.item_fields import ItemError
from eniguard.facts.items import read_item
from eniguard.facts.kinds import Eni, SecurityGroup, SecurityGroupRule
from eniguard.model import Fix
from eniguard.model.kinds import ENI, SECURITY_GROUP, SECURITY_GROUP_RULE
from eniguard.remediation.plan import Plan, Precondition, Purpose
from eniguard.remediation.remedies.base import GONE, Place, Reader, Remedy, Seen
from eniguard.rules.exp.groups import NEAR, made_at
from eniguard.rules.exp.revocation import DEFAULT_GROUP, stating

_GROUP, _RULE = "SecurityGroupId", "SecurityGroupRuleId.1"
_STATED = "Permissions.1."
#: May be changed without changing what the rule lets in.
_DESCRIPTION = f"{_STATED}Description"
_IN_TIME = f"within {NEAR:.0f} s of the call"


class RuleRevocation(Remedy):
    """The rule is told by its id, and has to say what it said; put back it has another id."""

    action = "ecs:RevokeSecurityGroup"
    inverse = "ecs:AuthorizeSecurityGroup"
    reads = (
        "ecs:DescribeInstances",
        "ecs:DescribeNetworkInterfaces",
        "ecs:DescribeSecurityGroupAttribute",
        "ecs:DescribeSecurityGroups",
    )

    def taken_back(self, fix: Fix) -> str:
        return f"Add the rule to {fix.parameters[_GROUP]} again, under a new id: {_said(fix.undo)}"

    def start(self, fix: Fix) -> tuple[Precondition, ...]:
        return Precondition("rule", _said(fix.undo)), Precondition("made", _IN_TIME)

    def goal(self, fix: Fix) -> tuple[Precondition, ...]:
        return (Precondition("rule", GONE),)

    def look(self, plan: Plan, purpose: Purpose, reader: Reader) -> Seen:
        group_id = plan.calls[0].parameters[_GROUP]
        group = _group(reader, group_id)
        if group is None:
            return Seen({"rule": GONE}, vanished=True)
        rules = _rules(reader, group_id)
        if purpose == "apply":
            rule_id = plan.calls[0].parameters[_RULE]
            found = next((one for one in rules if one.id == rule_id), None)
        else:
            wanted = _said(plan.inverse[0].parameters)
            found = next((one for one in rules if _said(stating(one)) == wanted), None)
        return Seen(
            {"rule": GONE} if found is None else {"rule": _said(stating(found)), "made": _made(found, plan)},
            managed=group.managed,
            default=_is_default(group),
            tags=None if group.tags is None else dict(group.tags),
            relied_on=_relied_on(reader, group_id),
        )

    def places(self, place: Place) -> tuple[str, ...]:
        return (f"acs:ecs:*:{place.account}:securitygroup/*",)


def _said(parameters: Mapping[str, str]) -> str:
    """What a rule says, in one line."""
    stated = sorted(
        (name.removeprefix(_STATED), value)
        for name, value in parameters.items()
        if name.startswith(_STATED) and name != _DESCRIPTION
    )
    return ", ".join(f"{name}={value}" for name, value in stated)


def _group(reader: Reader, group_id: str) -> SecurityGroup | None:
    for item in reader.items(SECURITY_GROUP, group_id):
        try:
            found = read_item(SECURITY_GROUP, item)
        except ItemError as error:
            raise RemediationError(f"{group_id} cannot be read: {error}") from None
        if isinstance(found, SecurityGroup) and found.id == group_id:
            return found
    return None


def _rules(reader: Reader, group_id: str) -> list[SecurityGroupRule]:
    try:
        items = reader.items(SECURITY_GROUP_RULE, group_id, "security_group")
        found = [read_item(SECURITY_GROUP_RULE, item) for item in items]
    except NotFound:  # deleted since the look at the group
        return []
    except ItemError as error:
        raise RemediationError(f"the rules of {group_id} cannot be read: {error}") from None
    return [one for one in found if isinstance(one, SecurityGroupRule)]


def _made(rule: SecurityGroupRule, plan: Plan) -> str:
    made = made_at(rule)
    if made is None or plan.event_at is None:
        return "not known"
    return _IN_TIME if abs(made - plan.event_at) <= NEAR else f"at {rule.created_at}"


def _is_default(group: SecurityGroup) -> bool | None:
    return None if group.description is None else group.description.lower().startswith(DEFAULT_GROUP)


def _relied_on(reader: Reader, group_id: str) -> bool | None:
    """Whether a managed ENI is in the group: a service may work through its rules."""
    members = reader.fact(ENI, group_id, "security_group")
    if not isinstance(members, tuple):
        return None
    managed = [one.managed for one in members if isinstance(one, Eni)]
    if True in managed:
        return True
    return None if None in managed else False
