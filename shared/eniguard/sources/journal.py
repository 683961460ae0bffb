"""The journal: what the calls decided so far say about the resources they touched.

It belongs to one account and region, is folded in event order, and keeps a bounded number of resources.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from eniguard.events.calls import Call
from eniguard.events.outcomes import ENI_MANAGED, GROUP_MANAGED
from eniguard.facts import effects
from eniguard.facts.kinds import AnyResource, Eni, SecurityGroup
from eniguard.facts.refs import RELATIONS, Fact, Gone, Ref
from eniguard.facts.state import State, reference
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.sources.snapshot import relation_values

#: At most this many resources are kept (design, "State snapshot").
MOST_RESOURCES = 200_000

_Key = tuple[str, str]
#: A listing that a resource stands in: its kind, the relation, and what it is related to.
Relation = tuple[str, str, str]
#: Told of the kind, the id, the new copy, and the time it holds from.
Watcher = Callable[[str, str, "AnyResource | Gone", float], None]


class _Copy(Struct, frozen=True):
    value: AnyResource | Gone
    at: float
    relations: tuple[Relation, ...]


class Journal:
    """The last known copies of the resources of one account and region.

    Parameters
    ----------
    most
        How many resources are kept; the longest untouched one goes first.
    """

    def __init__(self, most: int = MOST_RESOURCES) -> None:
        self._most = most
        self._copies: OrderedDict[_Key, _Copy] = OrderedDict()
        self._members: dict[Relation, set[str]] = {}
        self._watchers: list[Watcher] = []

    def __len__(self) -> int:
        return len(self._copies)

    def fact(self, kind: str, resource_id: str) -> Fact | None:
        """The last copy of one resource, or ``None`` when no decided call touched it."""
        copy = self._copies.get((kind, resource_id))
        return None if copy is None else Fact(copy.value, "journal", copy.at, folded=True)

    def watch(self, watcher: Watcher) -> None:
        """Tell ``watcher`` of every copy that is kept from now on."""
        self._watchers.append(watcher)

    def members(self, ref: Ref) -> frozenset[str]:
        """The ids that the journal counts among the members of a relation."""
        return frozenset(self._members.get((ref.kind, ref.by, ref.value), ()))

    def put(self, kind: str, resource_id: str, value: AnyResource | Gone, at: float) -> None:
        """Keep a newer copy of a resource."""
        key = (kind, resource_id)
        relations = () if isinstance(value, Gone) else relations_of(kind, value)
        old = self._copies.get(key)
        if old is not None and old.relations == relations:
            self._copies[key] = _Copy(value, at, relations)
            self._copies.move_to_end(key)
        else:
            self._forget(key)
            self._copies[key] = _Copy(value, at, relations)
            for relation in relations:
                self._members.setdefault(relation, set()).add(resource_id)
        if len(self._copies) > self._most:
            self._forget(next(iter(self._copies)))
        for watcher in self._watchers:
            watcher(kind, resource_id, value, at)

    def fold(self, call: Call, before: State) -> None:
        """Take in what a decided call did.

        Parameters
        ----------
        call
            The call; one that failed changes nothing, but a refusal code proves its target managed.
        before
            The state before the call, with the facts of its targets. What is only known from after the call
            is not folded: it may show the work of later calls.
        """
        if call.outcome == "ok":
            for ref in touched(call):
                known = before.get(ref)
                if isinstance(known, AnyResource):
                    self.put(ref.kind, ref.value, effects.apply(call, ref.kind, known), call.at)
                elif (made := effects.created(call, ref.kind)) is not None and made.id == ref.value:
                    self.put(ref.kind, ref.value, made, call.at)
        elif call.error_code == ENI_MANAGED:
            self._prove(call, ENI, call.ids(ENI, "subject", "used"), before)
        elif call.error_code == GROUP_MANAGED:
            self._prove(call, SECURITY_GROUP, call.ids(SECURITY_GROUP), before)

    def _prove(self, call: Call, kind: str, ids: tuple[str, ...], before: State) -> None:
        """A refusal names no resource: it proves one managed only when the call had no other to mean."""
        if len(ids) != 1:
            return
        known = before.get(reference(call, kind, ids[0]))
        if isinstance(known, Eni | SecurityGroup):
            proven: AnyResource = replace(known, managed=True)
        else:
            proven = Eni(ids[0], managed=True) if kind == ENI else SecurityGroup(ids[0], managed=True)
        self.put(kind, ids[0], proven, call.at)

    def _forget(self, key: _Key) -> None:
        copy = self._copies.pop(key, None)
        for relation in () if copy is None else copy.relations:
            members = self._members[relation]
            members.discard(key[1])
            if not members:
                del self._members[relation]


def touched(call: Call) -> Iterator[Ref]:
    """The resources whose state a call can change or make, as references by id."""
    for target in call.targets:
        if effects.concerns(call, target.kind):
            yield reference(call, target.kind, target.id)


def relations_of(kind: str, value: AnyResource) -> tuple[Relation, ...]:
    """The listings that a resource stands in."""
    return tuple(
        [
            (kind, by, related_to)
            for by in RELATIONS.get(kind, ())
            for related_to in relation_values(value, by)
        ]
    )
