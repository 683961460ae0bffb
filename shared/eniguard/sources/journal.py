"""The journal: what the calls decided so far say about the resources they touched.

It belongs to one account and region, is folded in event order, and keeps a bounded number of resources.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from eniguard.events.calls import Call
from eniguard.events.outcomes import ENI_MANAGED, GROUP_MANAGED
from eniguard.events.targets import Places
from eniguard.facts import effects
from eniguard.facts.kinds import AnyResource, Eni, SecurityGroup, SecurityGroupRule
from eniguard.facts.refs import Fact, Gone, Ref, Unknown
from eniguard.facts.relations import Relation, relations_of
from eniguard.facts.rule_effects import CHANGE_RULES, START_OR_END, groups_changed
from eniguard.facts.state import State, reference
from eniguard.model.kinds import ENI, SECURITY_GROUP, SECURITY_GROUP_RULE
from eniguard.sources.rule_listings import RuleListings

#: At most this many resources are kept (design, "State snapshot").
MOST_RESOURCES = 200_000

_Key = tuple[str, str]


class Copy(Struct, frozen=True, gc=False):
    """The last known copy of a resource, the listings it stands in, and both as a fact."""

    value: AnyResource | Gone
    relations: tuple[Relation, ...]
    fact: Fact


#: The codes by which a refusal may prove a resource managed.
_PROVING = frozenset((ENI_MANAGED, GROUP_MANAGED))
#: Told of the kind, the id, and the new copy.
Watcher = Callable[[str, str, Copy], None]


class Journal:
    """The last known copies of the resources of one account and region.

    Parameters
    ----------
    most
        How many resources are kept; the longest untouched one goes first. The rules of security groups are
        counted apart.

    Attributes
    ----------
    rules
        The listings of the rules of security groups.
    """

    def __init__(self, most: int = MOST_RESOURCES) -> None:
        self._most = most
        #: The last copies by kind and id, the longest untouched first; only `put` changes them.
        self.copies: OrderedDict[_Key, Copy] = OrderedDict()
        self._members: dict[Relation, set[str]] = {}
        self._watchers: list[Watcher] = []
        self.rules = RuleListings(most)

    def __len__(self) -> int:
        return len(self.copies)

    def fact(self, kind: str, resource_id: str) -> Fact | None:
        """The last copy of one resource as a fact, or ``None`` when no decided call touched it."""
        copy = self.copies.get((kind, resource_id))
        return None if copy is None else copy.fact

    def watch(self, watcher: Watcher) -> None:
        """Tell ``watcher`` of every copy that is kept from now on."""
        self._watchers.append(watcher)

    def members(self, ref: Ref) -> frozenset[str]:
        """The ids that the journal counts among the members of a relation."""
        return frozenset(self._members.get((ref.kind, ref.by, ref.value), ()))

    def put(self, kind: str, resource_id: str, value: AnyResource | Gone, at: float) -> None:
        """Keep a newer copy of a resource."""
        key = (kind, resource_id)
        relations = () if isinstance(value, Gone) else relations_of(value)
        copy = Copy(value, relations, Fact(value, "journal", at, None, True))
        old = self.copies.get(key)
        if old is not None and old.relations == relations:
            self.copies[key] = copy
            self.copies.move_to_end(key)
        else:
            if old is not None:
                self._forget(key)
            self.copies[key] = copy
            for relation in relations:
                self._members.setdefault(relation, set()).add(resource_id)
        if len(self.copies) > self._most:
            self._forget(next(iter(self.copies)))
        for watcher in self._watchers:
            watcher(kind, resource_id, copy)

    def fold(self, call: Call, refs: Sequence[Ref], before: State) -> None:
        """Take in what a decided call did.

        Parameters
        ----------
        call
            The call; one that failed changes nothing, but a refusal code proves its target managed.
        refs
            What it `touched`.
        before
            The state before the call, with the facts of its targets. What is only known from after the call
            is not folded: it may show the work of later calls.
        """
        if call.outcome != "ok":
            self._prove(call, refs, before)
        elif call.action in CHANGE_RULES:
            for ref in refs:
                self.rules.fold(call, ref.value, before.listed(ref, SecurityGroupRule))
        else:
            if call.action in START_OR_END:
                for group_id in groups_changed(call):
                    self.rules.fold(call, group_id)
            for ref in refs:
                known = before.get(ref)
                if not (type(known) is Unknown or type(known) is Gone or isinstance(known, tuple)):
                    self.put(ref.kind, ref.value, effects.apply(call, ref.kind, known), call.at)
                elif (made := effects.created(call, ref.kind)) is not None and made.id == ref.value:
                    self.put(ref.kind, ref.value, made, call.at)

    def _prove(self, call: Call, refs: Sequence[Ref], before: State) -> None:
        """A refusal names no resource: it proves one managed only when the call had no other to mean."""
        if len(refs) != 1:
            return
        (ref,) = refs
        known = before.get(ref)
        if isinstance(known, (Eni, SecurityGroup)):
            proven: AnyResource = replace(known, managed=True)
        else:
            proven = (
                Eni(ref.value, managed=True) if ref.kind == ENI else SecurityGroup(ref.value, managed=True)
            )
        self.put(ref.kind, ref.value, proven, call.at)

    def _forget(self, key: _Key) -> None:
        for relation in self.copies.pop(key).relations:
            members = self._members[relation]
            members.discard(key[1])
            if not members:
                del self._members[relation]


def touched(call: Call) -> Sequence[Ref]:
    """The resources of which a call says something new: what it changes or makes, or may prove managed."""
    if call.outcome == "ok":
        refs: list[Ref] = []
        account, region, named = call.account_id or "", call.region, call.named
        for place, kind, by in _changed(call.action, call.places):
            refs.append(Ref(account, region, kind, by, named[place]))
        return refs
    return _proven(call) if call.error_code in _PROVING else ()


def _proven(call: Call) -> list[Ref]:
    """What a refusal may prove managed."""
    if call.error_code == ENI_MANAGED:
        return [reference(call, ENI, one) for one in call.ids(ENI, "subject", "used")]
    return [reference(call, SECURITY_GROUP, one) for one in call.ids(SECURITY_GROUP)]


@lru_cache(maxsize=4096)
def _changed(action: str, places: Places) -> tuple[tuple[int, str, str], ...]:
    """Which of the ids of a call lead to what it changes: their places, the kind, and the relation.

    A call on rules names none of those that it adds, so they go by their listings.
    """
    if action in CHANGE_RULES:
        return tuple(
            [
                (place, SECURITY_GROUP_RULE, "security_group")
                for place, one in enumerate(places.each)
                if one == (SECURITY_GROUP, "subject")
            ]
        )
    kinds = effects.kinds_changed(action)
    return tuple([(place, kind, "id") for place, kind in enumerate(places.kinds) if kind in kinds])
