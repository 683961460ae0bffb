"""Which facts the rules of this family want; nothing for a call that states small blocks only."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.events.calls import Call
from eniguard.events.values import Permission
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import SecurityGroupRule
from eniguard.facts.refs import FactValue, Ref
from eniguard.facts.state import reference
from eniguard.facts.stated_rules import (
    ADDS,
    CHANGES,
    DROPS,
    added_by,
    changes_content,
    dropped_by,
    far_side,
    names_rules,
    states_nothing,
)
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.rules.exp.groups import group_ids, list_refs, lists_in, rules_ref
from eniguard.rules.exp.outline import FAR_BLOCKS, any_drops, is_drop, outline
from eniguard.rules.exp.resolved import lists_of

#: The RAM actions behind ``needs_exposure``.
EXPOSURE_PERMISSIONS = (
    "ecs:DescribeSecurityGroups",
    "ecs:DescribeSecurityGroupAttribute",
    "ecs:DescribePrefixListAttributes",
    "ecs:DescribePortRangeListEntries",
    # Whom the group is attached to: its ENIs, the primary ones through their instances.
    "ecs:DescribeNetworkInterfaces",
    "ecs:DescribeInstances",
)

_NONE: tuple[Ref, ...] = ()


def needs_exposure(call: Call, facts: Facts) -> Sequence[Ref]:
    """The group with all its rules and their lists, and its members where a rule may be revoked."""
    found = call.once(_first)
    if not found:
        return found
    more = [named for ref in call.once(_listings) for named in lists_in(listed_rules(facts, ref))]
    return [*found, *list_refs(call, more)] if more else found


def _first(call: Call) -> Sequence[Ref]:
    if not _asks(call):
        return _NONE
    found: list[Ref] = []
    for group_id in group_ids(call):
        found += (rules_ref(call, group_id), reference(call, SECURITY_GROUP, group_id))
        if _may_be_revoked(call):
            found.append(reference(call, ENI, group_id, "security_group"))
    named = [one for direction, stated in _stated(call) for one in lists_of(direction, stated)]
    return [*found, *list_refs(call, named)]


def _stated(call: Call) -> Sequence[tuple[str, Permission]]:
    if (direction := CHANGES.get(call.action)) is not None:
        return [(direction, one) for one in call.parameters.permissions()]
    return added_by(call)


def _listings(call: Call) -> list[Ref]:
    return [rules_ref(call, group_id) for group_id in group_ids(call)]


def _asks(call: Call) -> bool:
    if call.action not in ADDS and may_take_back(call):
        return True
    if call.action in DROPS or call.action in CHANGES:
        return False
    first = outline(call)
    return (first.may_open or first.owned) and not states_nothing(call)


def may_take_back(call: Call) -> bool:
    """Whether a call may take back a drop rule, or change any rule."""
    if call.action in CHANGES:
        return changes_content(call)
    if call.action in DROPS:
        stated = call.parameters.permissions()
        if any_drops(stated) or names_rules(call):
            return True
        if stated and all(map(FAR_BLOCKS[call.action], stated)):  # nearly every call
            return False
    elif any(is_drop(one) for _, one in dropped_by(call)):
        return True
    return states_nothing(call) or _drops_sideless(call)


def _drops_sideless(call: Call) -> bool:
    """Whether a call drops a rule of which no far side can be read, and which may be a drop rule."""
    return any(
        not any(far_side(direction, one)) and (one.policy or "").lower() != "accept"
        for direction, one in dropped_by(call)
    )


def may_open(call: Call) -> bool:
    """Whether a call may open a group at all: the cheap first question of the rules that report it."""
    if call.parameters.malformed:
        return True
    if call.action in CHANGES:
        return changes_content(call)
    first = outline(call)
    return first.may_open or first.owned


def _may_be_revoked(call: Call) -> bool:
    added = added_by(call)
    return bool(added) and outline(call).may_open and any(direction == "ingress" for direction, _ in added)


def copies(facts: Facts, ref: Ref) -> list[FactValue]:
    """The newest value of a fact, and the copy from before the call where there is one."""
    found, earlier = facts.value(ref), facts[ref].earlier
    return [found] if earlier is None else [found, earlier.value]


def listed_rules(facts: Facts, ref: Ref) -> list[SecurityGroupRule]:
    """The rules of a listing, now and before the call; none while it is not known."""
    listings = [value for value in copies(facts, ref) if isinstance(value, tuple)]
    return [one for listing in listings for one in listing if isinstance(one, SecurityGroupRule)]
