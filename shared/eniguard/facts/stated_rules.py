"""What a call states of security group rules: those that it adds, drops, or changes under their ids."""

from __future__ import annotations

from typing import cast

from eniguard.events.calls import Call
from eniguard.events.values import Permission

#: The calls that add rules, drop them, or change one under its id, by the direction of those rules.
ADDS = {"ecs:AuthorizeSecurityGroup": "ingress", "ecs:AuthorizeSecurityGroupEgress": "egress"}
DROPS = {"ecs:RevokeSecurityGroup": "ingress", "ecs:RevokeSecurityGroupEgress": "egress"}
CHANGES = {"ecs:ModifySecurityGroupRule": "ingress", "ecs:ModifySecurityGroupEgressRule": "egress"}
#: Adds and drops in one call, in both directions (docs/sources.md, API).
CONFIGURES = "ecs:ConfigureSecurityGroupPermissions"

#: The parameters that hold rules.
HOLD_RULES = frozenset(("Permissions", "AuthorizePermissions", "RevokePermissions"))
SAY_WHICH = HOLD_RULES | {"SecurityGroupRuleId"}
#: Those of which a call has to have one, by its action: without any, ECS refuses it (docs/sources.md, API).
_STATE_RULES = {
    **dict.fromkeys(ADDS, ("Permissions",)),
    **dict.fromkeys(DROPS, ("Permissions", "SecurityGroupRuleId")),
    CONFIGURES: ("AuthorizePermissions", "RevokePermissions"),
}


def added_by(call: Call) -> tuple[tuple[str, Permission], ...]:
    """The rules that a call adds as it states them, each with its direction."""
    if (direction := ADDS.get(call.action)) is not None:
        return tuple([(direction, one) for one in call.parameters.permissions()])
    return _configured(call, "AuthorizePermissions") if call.action == CONFIGURES else ()


def dropped_by(call: Call) -> tuple[tuple[str, Permission], ...]:
    """The rules that a call drops by stating them, each with its direction."""
    if (direction := DROPS.get(call.action)) is not None and not rule_ids(call):
        return tuple([(direction, one) for one in call.parameters.permissions()])
    return _configured(call, "RevokePermissions") if call.action == CONFIGURES else ()


def states_nothing(call: Call) -> bool:
    """Whether a call that adds or drops rules states none: they stand where they are not looked for."""
    names = _STATE_RULES.get(call.action)
    return names is not None and not any(map(call.parameters.values.get, names))


def far_side(direction: str, one: Permission) -> tuple[str | None, str | None, str | None]:
    """The blocks, the group and the prefix list on the other side of a rule.

    ECS takes no new rule without one of them (docs/sources.md, API): where none is stated, it is not known.
    """
    if direction == "egress":
        return one.dest_cidr_ip or one.ipv6_dest_cidr_ip, one.dest_group_id, one.dest_prefix_list_id
    return one.source_cidr_ip or one.ipv6_source_cidr_ip, one.source_group_id, one.source_prefix_list_id


def rule_ids(call: Call) -> tuple[str, ...]:
    """The rules that a call names by their ids."""
    ids = call.parameters.texts("SecurityGroupRuleId")
    return ids if all(ids) else tuple(filter(None, ids))


def names_rules(call: Call) -> bool:
    """Whether a call names rules by their ids."""
    return any(call.parameters.texts("SecurityGroupRuleId"))


def changes_content(call: Call) -> bool:
    """Whether a call that changes rules under their ids says more of one than its description."""
    values = call.parameters.values
    return bool(values.get("Permissions")) and any(values.get("SecurityGroupRuleId", ()))


def _configured(call: Call, name: str) -> tuple[tuple[str, Permission], ...]:
    stated = cast("tuple[Permission, ...]", call.parameters.values.get(name, ()))
    return tuple([(direction, one) for one in stated for direction in _directions(one)])


def _directions(one: Permission) -> tuple[str, ...]:
    """The direction of a rule that does not say it: the side that it names; either, when it names none."""
    if any(far_side("ingress", one)):
        return ("ingress",)
    return ("egress",) if any(far_side("egress", one)) else ("ingress", "egress")
