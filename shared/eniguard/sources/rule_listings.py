"""The rules of security groups as the calls of a sequence left them.

A call says what it does to the rules of a group, not which rules these are by id, so they are followed as
listings of a group's rules.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.events.values import Permission
from eniguard.facts.kinds import AnyResource, SecurityGroupRule
from eniguard.facts.refs import Fact, Ref, Unknown
from eniguard.facts.relations import Relation, relations_of
from eniguard.facts.rule_effects import Rules, rules_after
from eniguard.sources.snapshot import Snapshot

_LATE = Unknown("a call on the rules of the group came after calls that were made later")
_FORGOTTEN = Unknown("the rules of more groups were changed than are kept")
_NOT_LISTED = Unknown("a call changed the rules of a group whose rules were not known")
_NOT_NEEDED = Unknown("the group was not there, or is not any more")
_NO_LISTS: frozenset[Relation] = frozenset()


class _Listing(Struct, frozen=True):
    """The rules of one group as a fact, and the listings by prefix list and port list that they stand in."""

    fact: Fact
    lists: frozenset[Relation]
    size: int


class RuleListings:
    """The rules of the groups that the calls decided so far changed.

    Parameters
    ----------
    most
        How many groups and rules are kept together; the groups that were not changed for the longest time go
        first. From then on no older listing of a group that is not kept counts. Nor does one from before a
        call on a group whose rules nobody knew.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._groups: OrderedDict[str, _Listing] = OrderedDict()
        self._size = 0
        self._naming: dict[Relation, set[str]] = {}
        self._unknown: set[str] = set()
        self._forgotten: Fact | None = None

    def __len__(self) -> int:
        return self._size

    def fact(self, group_id: str) -> Fact | None:
        """The rules of a group, Unknown if a call left that open; ``None`` when no call changed them."""
        found = self._groups.get(group_id)
        return self._forgotten if found is None else found.fact

    def fold(self, call: Call, group_id: str, known: Rules | Unknown = _NOT_NEEDED) -> None:
        """Take in what a call that succeeded did to the rules of a group.

        Parameters
        ----------
        call, group_id
            The call, and one of the groups whose rules it changed.
        known
            The group's rules before the call; not needed of one that the call made or deleted.
        """
        kept = self._groups.get(group_id)
        if kept is not None and kept.fact.as_of > call.at:
            self._put(group_id, _LATE, kept.fact.as_of)
            return
        if kept is None and isinstance(known, Unknown) and known is not _NOT_NEEDED:
            self._pass_over(_NOT_LISTED, call.at)
        else:
            self._put(group_id, rules_after(call, group_id, known), call.at)

    def naming(self, relation: Relation, listed: Sequence[AnyResource], since: float) -> Fact | None:
        """The rules that name a list, as the calls left them; ``None`` when they are what they were.

        Parameters
        ----------
        relation
            The prefix list or port list.
        listed, since
            All rules that named it at a time, in seconds since 1970 (UTC).
        """
        unknown = [self._groups[group_id].fact for group_id in self._unknown]
        if self._forgotten is not None:
            unknown.append(self._forgotten)
        for fact in unknown:
            if fact.as_of > since:
                return fact
        groups = self._naming.get(relation, set()).union(
            [one.security_group_id for one in listed if isinstance(one, SecurityGroupRule)]
        )
        changed = {
            group_id: found.fact
            for group_id in sorted(groups)
            if (found := self._groups.get(group_id)) is not None and found.fact.as_of > since
        }
        if not changed:
            return None
        kept = [
            one
            for one in listed
            if isinstance(one, SecurityGroupRule) and one.security_group_id not in changed
        ]
        for fact in changed.values():
            kept += [one for one in _rules(fact) if relation in relations_of(one)]
        return Fact(tuple(kept), "journal", max(fact.as_of for fact in changed.values()), folded=True)

    def _put(self, group_id: str, rules: Rules | Unknown, at: float) -> None:
        self._drop(group_id)
        fact = Fact(rules, "journal", at, folded=True)
        if isinstance(rules, Unknown):
            self._unknown.add(group_id)
            made = _Listing(fact, _NO_LISTS, 1)
        else:
            made = _Listing(fact, _lists_of(rules), 1 + len(rules))
            for relation in made.lists:
                self._naming.setdefault(relation, set()).add(group_id)
        self._groups[group_id] = made
        self._size += made.size
        while self._size > self._most:
            self._forget(next(iter(self._groups)))

    def _forget(self, group_id: str) -> None:
        at = self._groups[group_id].fact.as_of
        self._drop(group_id)
        self._pass_over(_FORGOTTEN, at)

    def _pass_over(self, reason: Unknown, at: float) -> None:
        """Keep nothing of a group but that its rules changed: no older listing counts for any not kept."""
        if self._forgotten is None or self._forgotten.as_of < at:
            self._forgotten = Fact(reason, "journal", at, None, True)

    def _drop(self, group_id: str) -> None:
        old = self._groups.pop(group_id, None)
        if old is None:
            return
        self._size -= old.size
        self._unknown.discard(group_id)
        for relation in old.lists:
            naming = self._naming[relation]
            naming.discard(group_id)
            if not naming:
                del self._naming[relation]


def _rules(fact: Fact) -> Sequence[SecurityGroupRule]:
    if not isinstance(fact.value, tuple):
        return ()
    return [one for one in fact.value if isinstance(one, SecurityGroupRule)]


def _lists_of(rules: Rules) -> frozenset[Relation]:
    """The listings by prefix list and port list that some rules stand in: most stand in none."""
    found = [relations_of(one) for one in rules if _may_name_a_list(one.permission)]
    return frozenset([one for relations in found for one in relations if one[1] != "security_group"])


def _may_name_a_list(one: Permission) -> bool:
    return bool(one.source_prefix_list_id or one.dest_prefix_list_id or one.port_range_list_id)


def rules_listed(ref: Ref, at: float, snapshot: Snapshot | None, folded: RuleListings) -> Fact | None:
    """The fact behind a listing of rules, for a call at a time; ``None`` when nobody can tell.

    Parameters
    ----------
    ref
        All rules of a group, or that name a list.
    at
        The time of the call, in seconds since 1970 (UTC).
    snapshot, folded
        What was listed, if anything, and what the calls since left.
    """
    listed = None if snapshot is None else snapshot.fact(ref)
    if ref.by != "security_group":
        if listed is None or listed.as_of >= at or not isinstance(listed.value, tuple):
            return listed
        relation = (ref.kind, ref.by, ref.value)
        return folded.naming(relation, listed.value, listed.as_of) or listed
    left = folded.fact(ref.value)
    if left is None or (listed is None and left.value is _NOT_LISTED):
        return listed
    if listed is None or listed.as_of < left.as_of:
        return left
    if left.as_of > at or isinstance(left.value, Unknown):
        return listed
    return Fact(listed.value, listed.source, listed.as_of, earlier=left)
