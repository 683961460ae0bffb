"""The facts a replay has: a state snapshot with the journal laid over it."""

from __future__ import annotations

from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import AnyResource
from eniguard.facts.refs import Fact, Gone, Ref
from eniguard.facts.relations import Relation
from eniguard.model.kinds import SECURITY_GROUP_RULE
from eniguard.sources.journal import Copy, Journal
from eniguard.sources.rule_listings import rules_listed
from eniguard.sources.snapshot import NO_SNAPSHOT, Snapshot, unknown


class LocalSource:
    """A snapshot (or none) and a journal, read as one.

    Parameters
    ----------
    snapshot
        The state snapshot that the case or the replay is given, if any.
    journal
        The journal of the account and region whose calls are decided.
    """

    def __init__(self, snapshot: Snapshot | None, journal: Journal) -> None:
        self._snapshot = snapshot
        self._folded = journal.fact
        self._rules = journal.rules
        self._listings: _Listings | None = None
        if snapshot is not None:
            self._listings = _Listings(snapshot, journal)
            journal.watch(self._listings.changed)

    def facts(self, at: float) -> Facts:
        """The facts for a call at a time, found as they are read."""
        return _LocalFacts(self, at)

    def one(self, ref: Ref) -> Fact:
        """The fact behind a reference by id."""
        folded = self._folded(ref.kind, ref.value)
        if self._snapshot is None:
            return folded or NO_SNAPSHOT
        listed = self._snapshot.fact(ref)
        if listed is None:
            return folded or unknown(ref, self._snapshot)
        if folded is None:
            return listed
        if listed.as_of < folded.as_of:
            return folded
        return Fact(listed.value, listed.source, listed.as_of, earlier=folded)

    def listing(self, ref: Ref, at: float) -> Fact:
        """The fact behind a reference by a relation, for a call at a time."""
        found = None
        if ref.kind == SECURITY_GROUP_RULE:
            found = rules_listed(ref, at, self._snapshot, self._rules)
        elif self._snapshot is not None and self._listings is not None and self._snapshot.holds(ref):
            if self._snapshot.as_of >= at:
                found = self._snapshot.fact(ref)
            else:
                found = self._listings.fact((ref.kind, ref.by, ref.value), ref)
        return found or unknown(ref, self._snapshot)


class _LocalFacts(Facts):
    """The facts that a local source has for one call."""

    __slots__ = ("_at", "_source")

    def __init__(self, source: LocalSource, at: float) -> None:
        self._source = source
        self._at = at
        self.reads = 0

    def __missing__(self, ref: Ref) -> Fact:
        source = self._source
        fact = self[ref] = source.one(ref) if ref.by == "id" else source.listing(ref, self._at)
        return fact


class _Listings:
    """The listings of a snapshot that were asked for, kept as the journal changes them.

    A listing is put together once; after that each copy the journal keeps costs what it changes.
    """

    def __init__(self, snapshot: Snapshot, journal: Journal) -> None:
        self._snapshot = snapshot
        self._journal = journal
        self._members: dict[Relation, dict[str, AnyResource]] = {}
        self._standing: dict[tuple[str, str], set[Relation]] = {}
        self._facts: dict[Relation, Fact] = {}
        self._changed_at: dict[Relation, float] = {}

    def fact(self, relation: Relation, ref: Ref) -> Fact | None:
        """The listing as the calls since the snapshot have left it; ``None`` if the snapshot has none."""
        fact = self._facts.get(relation)
        if fact is None:
            if relation not in self._members and not self._put_together(relation, ref):
                return None
            members = tuple(self._members[relation].values())
            changed = self._changed_at.get(relation)
            fact = self._facts[relation] = (
                Fact(members, "snapshot", self._snapshot.as_of)
                if changed is None
                else Fact(members, "journal", changed, folded=True)
            )
        return fact

    def changed(self, kind: str, resource_id: str, copy: Copy) -> None:
        """Take in a copy the journal keeps, in the listings that were asked for."""
        at = copy.fact.as_of
        if at < self._snapshot.as_of:
            return
        standing = self._standing.get((kind, resource_id))
        if standing and (left := standing.difference(copy.relations)):
            for relation in left:
                del self._members[relation][resource_id]
                self._touch(relation, at)
            standing -= left
        if isinstance(copy.value, Gone):
            return
        for relation in copy.relations:
            if relation in self._members:
                self._stand(relation, resource_id, copy.value)
                self._touch(relation, at)

    def _put_together(self, relation: Relation, ref: Ref) -> bool:
        listed = self._snapshot.listing(ref)
        if listed is None:
            return False
        self._members[relation] = {}
        for one in listed:
            self._stand(relation, one.id, one)
        for resource_id in sorted({one.id for one in listed} | self._journal.members(ref)):
            copy = self._journal.copy(ref.kind, resource_id)
            if copy is not None:
                self.changed(ref.kind, resource_id, copy)
        return True

    def _stand(self, relation: Relation, resource_id: str, value: AnyResource) -> None:
        self._members[relation][resource_id] = value
        self._standing.setdefault((relation[0], resource_id), set()).add(relation)

    def _touch(self, relation: Relation, at: float) -> None:
        self._facts.pop(relation, None)
        self._changed_at[relation] = max(at, self._changed_at.get(relation, at))
