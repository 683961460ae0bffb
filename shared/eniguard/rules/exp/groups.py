"""The security group whose rules a call changes: what is known of it, and all its rules on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.events.times import parsed
from eniguard.facts.kinds import CidrList, SecurityGroup, SecurityGroupRule
from eniguard.facts.refs import Fact, Ref, Unknown
from eniguard.facts.rule_effects import Rules, content
from eniguard.facts.state import State, reference
from eniguard.facts.stated_rules import added_by, dropped_by
from eniguard.model import Evidence
from eniguard.model.kinds import PREFIX_LIST, SECURITY_GROUP, SECURITY_GROUP_RULE
from eniguard.rules.case import Case
from eniguard.rules.evidence import from_fact
from eniguard.rules.exp.resolved import Entries, Named, Resolved, lists_of, resolve
from eniguard.rules.exp.spans import Spans, meet
from eniguard.rules.owners import group_owner
from eniguard.rules.subjects import GroupSubject, group_subject

#: A rule that was made this many seconds before an event or earlier is not the event's: its creation and the
#: event are stamped by two clocks (design, "What may be fixed": 60 s).
NEAR = 60.0


class GroupRules(Struct, frozen=True, gc=False):
    """All rules of a security group around a call.

    Attributes
    ----------
    ref
        The listing.
    before, after
        The rules on both sides of the call; ``None`` when they are not known.
    live
        The rules as they were listed after the call, with their ids; ``None`` without such a listing.
    reason
        Why nothing is known, if so.
    """

    ref: Ref
    before: tuple[Resolved, ...] | None = None
    after: tuple[Resolved, ...] | None = None
    live: tuple[SecurityGroupRule, ...] | None = None
    reason: str = ""

    def earlier(self, direction: str) -> list[Resolved] | None:
        """The rules of one direction before the call."""
        return None if self.before is None else _of(self.before, direction)

    def later(self, direction: str) -> list[Resolved] | None:
        """The rules of one direction after the call."""
        return None if self.after is None else _of(self.after, direction)

    def unclear(self, direction: str, services: Spans) -> bool:
        """Whether a rule that may be about some services is not known in full."""
        beside = (*(self.before or ()), *(self.after or ()))
        return any(
            one.direction == direction
            and not one.known
            and (one.services is None or meet(one.services, services))
            for one in beside
        )


def _of(rules: Iterable[Resolved], direction: str) -> list[Resolved]:
    return [one for one in rules if one.direction == direction]


def group_ids(call: Call) -> tuple[str, ...]:
    """The groups whose rules a call changes."""
    return call.ids(SECURITY_GROUP, "subject")


def rules_ref(call: Call, group_id: str) -> Ref:
    """The listing of all rules of a group."""
    return reference(call, SECURITY_GROUP_RULE, group_id, "security_group")


def group_rules(case: Case, group_id: str) -> GroupRules:
    """All rules of a group around a call."""
    return case.once_for(_group_rules, group_id)


def listed_before(case: Case, group_id: str) -> Rules | Unknown:
    """All rules of a group before a call, as they are listed."""
    return case.once_for(_listed_before, group_id)


def _listed_before(case: Case, group_id: str) -> Rules | Unknown:
    return case.before.security_group_rules("security_group", group_id)


def listed_after(case: Case, group_id: str) -> Rules | Unknown:
    """All rules of a group after a call, as they are listed or as it leaves them."""
    return case.once_for(_listed_after, group_id)


def _listed_after(case: Case, group_id: str) -> Rules | Unknown:
    return case.after.security_group_rules("security_group", group_id)


def _group_rules(case: Case, group_id: str) -> GroupRules:
    ref = rules_ref(case.call, group_id)
    before, after = listed_before(case, group_id), listed_after(case, group_id)
    later = None if isinstance(after, Unknown) else after
    live = later if _is_later(case.after.fact(ref), case.call) else None
    if isinstance(before, Unknown):
        earlier = None if live is None else _without_own(case.call, live)
    else:
        earlier = before
    return GroupRules(
        ref,
        None if earlier is None else resolved(case, case.before, earlier),
        None if later is None else resolved(case, case.after, later),
        live,
        before.reason if isinstance(before, Unknown) else "",
    )


def _is_later(fact: Fact | None, call: Call) -> bool:
    return fact is not None and fact.newer_than(call.at)


def resolved(case: Case, state: State, rules: Sequence[SecurityGroupRule]) -> tuple[Resolved, ...]:
    """Rules with their lists, as these were on one side of the call."""
    entries = entries_of(case, state)
    return tuple([resolve(one.direction or "", one.permission, entries) for one in rules])


def entries_of(case: Case, state: State) -> Entries:
    """The entries of lists on one side of a call.

    A list that the call does not change is the same on both sides.
    """
    return partial(_entries_around, case, state)


def _entries_around(case: Case, state: State, kind: str, list_id: str) -> tuple[str, ...] | None:
    found = _entries(state, kind, list_id)
    if found is None and list_id not in case.call.ids(kind):
        return _entries(case.after if state is case.before else case.before, kind, list_id)
    return found


def _entries(state: State, kind: str, list_id: str) -> tuple[str, ...] | None:
    found = state.prefix_list(list_id) if kind == PREFIX_LIST else state.port_range_list(list_id)
    return found.entries if isinstance(found, CidrList) else None


def list_refs(call: Call, named: Iterable[Named]) -> list[Ref]:
    """Lists as references."""
    return [reference(call, kind, list_id) for kind, list_id in named]


def lists_in(rules: Iterable[SecurityGroupRule]) -> list[Named]:
    """The lists that some rules name."""
    return [named for one in rules for named in lists_of(one.direction or "", one.permission)]


def _without_own(call: Call, live: Sequence[SecurityGroupRule]) -> tuple[SecurityGroupRule, ...] | None:
    """The rules before a call that added some, from those after it; ``None`` when that cannot be told.

    A rule that states the same and is older than the call was there before: the call then added nothing.
    """
    if not added_by(call) or dropped_by(call):
        return None
    stated = {key for direction, one in added_by(call) for key in content(direction, one)}
    return tuple(
        [
            one
            for one in live
            if not stated.issuperset(content(one.direction, one.permission)) or is_older(one, call)
        ]
    )


def is_older(one: SecurityGroupRule, call: Call) -> bool:
    """Whether a rule was there before a call; a rule without a time was not."""
    made = made_at(one)
    return made is not None and made < call.at - NEAR


def made_at(one: SecurityGroupRule) -> float | None:
    """When a rule was made, in seconds since 1970 (UTC); ``None`` when its record does not say."""
    try:
        return None if one.created_at is None else parsed(one.created_at)[1]
    except ValueError:
        return None


def group_around(case: Case, group_id: str) -> GroupSubject:
    """A group as it was before the call, else as it was read later: no call on rules changes what it is.

    Of a group that was made before the call and read after it only the owner is known from before.
    """
    found = group_subject(case, group_id)
    if found.group is not None and found.group.tags is not None:
        return found
    later = case.after.get(found.missing)
    if type(later) is not SecurityGroup:
        return found
    owner = group_owner(later, case.policy.actors.service_ids)
    managed = later.managed if found.managed is None else found.managed
    return GroupSubject(group_id, managed, found.missing, found.reason, later, owner)


def is_managed(case: Case, subject: GroupSubject) -> bool:
    """Whether a group is known to be managed: what becomes of it is another rule's affair."""
    if case.trace is not None:
        case.check(f"{subject.name} is not known to be managed", not subject.managed, subject.managed)
    return subject.managed is True


def rules_evidence(case: Case, rules: GroupRules) -> Evidence:
    """How much is known of the group's other rules."""
    known = rules.after if rules.after is not None else rules.before
    if known is None:
        return Evidence("group-rules", None, f"the group's other rules are not known: {rules.reason}")
    state = case.after if rules.after is not None else case.before
    return from_fact(state, rules.ref, "group-rules", len(known), "rules of the group were looked at")
