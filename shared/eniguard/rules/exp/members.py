"""Whose set of security groups a call changes, and the sets and rules on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.events.targets import Places
from eniguard.facts import effects
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Eni, Instance, SecurityGroupRule
from eniguard.facts.refs import FactValue, Ref, Unknown
from eniguard.facts.state import State, reference
from eniguard.facts.stated_rules import far_side
from eniguard.model.kinds import ENI, INSTANCE, SECURITY_GROUP
from eniguard.rules.case import Case
from eniguard.rules.exp.addresses import is_public
from eniguard.rules.exp.groups import list_refs, lists_in, resolved, rules_ref
from eniguard.rules.exp.needs import copies, listed_rules
from eniguard.rules.exp.outline import is_drop
from eniguard.rules.exp.resolved import Resolved, union_of_texts

JOIN, LEAVE = "ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"
#: Also replaces the whole set, by groups of the VPC that an instance is moved to.
MOVE = "ecs:ModifyInstanceVpcAttribute"
#: These calls replace the whole set.
REPLACE = frozenset(("ecs:ModifyNetworkInterfaceAttribute", "ecs:ModifyInstanceAttribute", MOVE))

_Ids = tuple[str, ...]


class Member(Struct, frozen=True, gc=False):
    """An ENI or instance around a call; its groups are ``None`` where they are not known."""

    ref: Ref
    known: Eni | Instance | None = None
    before: _Ids | None = None
    after: _Ids | None = None


def named_groups(call: Call) -> _Ids:
    """The groups that a call on a member names; none for a call that leaves its set alone."""
    return call.ids(SECURITY_GROUP, "group")


def members(case: Case) -> list[Member]:
    """The ENIs and instances that a call names."""
    return [_member(case, ref) for ref in member_refs(case.call)]


def member_refs(call: Call) -> list[Ref]:
    """The ENIs and instances of a call as references."""
    return [reference(call, kind, call.named[place]) for place, kind in _member_places(call.places)]


@lru_cache(maxsize=1_024)
def _member_places(places: Places) -> tuple[tuple[int, str], ...]:
    """Which of the ids of a call name members, and of which kind."""
    enis = [(place, ENI) for place, one in enumerate(places.each) if one == (ENI, "subject")]
    return (*enis, *[(place, INSTANCE) for place, kind in enumerate(places.kinds) if kind == INSTANCE])


def _member(case: Case, ref: Ref) -> Member:
    before, after = case.before.get(ref), case.after.get(ref)
    if type(before) is Unknown and type(after) is Unknown:
        return Member(ref)
    known = before if isinstance(before, (Eni, Instance)) else after
    return Member(ref, known if isinstance(known, (Eni, Instance)) else None, _groups(before), _groups(after))


def expected(case: Case, one: Member) -> _Ids | None:
    """The groups that a member has when nobody changed them since; ``None`` when that is not known."""
    before = case.before.get(one.ref)
    return (
        _groups(effects.apply(case.call, one.ref.kind, before))
        if isinstance(before, (Eni, Instance))
        else None
    )


def _groups(value: FactValue) -> _Ids | None:
    return value.security_group_ids if isinstance(value, (Eni, Instance)) else None


def needs_swap(call: Call, facts: Facts) -> Sequence[Ref]:
    """The member, the rules of the groups that the call names, and of its other groups if those matter."""
    if not named_groups(call):
        return ()
    found = list(call.once(_first))
    listed = [one for group_id in named_groups(call) for one in _rules(call, facts, group_id)]
    found += list_refs(call, lists_in(listed))
    if not _may_matter(call, listed):
        return found
    for ref in member_refs(call):
        for group_id in [one for value in copies(facts, ref) for one in _groups(value) or ()]:
            found.append(rules_ref(call, group_id))
            found += list_refs(call, lists_in(_rules(call, facts, group_id)))
    return found


def _first(call: Call) -> list[Ref]:
    return [*member_refs(call), *[rules_ref(call, group_id) for group_id in named_groups(call)]]


def _rules(call: Call, facts: Facts, group_id: str) -> list[SecurityGroupRule]:
    return listed_rules(facts, rules_ref(call, group_id))


def _may_matter(call: Call, rules: Sequence[SecurityGroupRule]) -> bool:
    """Whether rules of the named groups can make a difference: drops that go, or accepts that come."""
    ingress = [one for one in rules if one.direction != "egress"]
    if call.action == LEAVE:
        return any(is_drop(one.permission) for one in ingress)
    return any(not is_drop(one.permission) and _may_be_public(one) for one in ingress)


def _may_be_public(one: SecurityGroupRule) -> bool:
    text, group, _ = far_side("ingress", one.permission)
    if not text:
        return not group
    addresses = union_of_texts((text,))
    return addresses is None or is_public(addresses)


def ingress_of(case: Case, state: State, groups: Sequence[str]) -> list[Resolved] | Ref:
    """The ingress rules of several groups together, or the listing that is missing."""
    found: list[Resolved] = []
    for group_id in groups:
        rules = state.security_group_rules("security_group", group_id)
        if type(rules) is Unknown and state is not case.after:
            rules = case.after.security_group_rules("security_group", group_id)
        if type(rules) is Unknown:
            return rules_ref(case.call, group_id)
        found += [one for one in resolved(case, state, rules) if one.direction == "ingress"]
    return found
