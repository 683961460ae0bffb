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
        self._copies = journal.copies
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
        snapshot, copy = self._snapshot, self._copies.get((ref.kind, ref.value))
        if snapshot is None:
            return NO_SNAPSHOT if copy is None else copy.fact
        if copy is not None and snapshot.as_of < copy.fact.as_of:
            return copy.fact
        listed = snapshot.fact(ref)
        if listed is None:
            return unknown(ref, snapshot) if copy is None else copy.fact
        return listed if copy is None else Fact(listed.value, listed.source, listed.as_of, copy.fact)

    def listing(self, ref: Ref, at: float) -> Fact:
        """The fact behind a reference by a relation, for a call at a time."""
        snapshot = self._snapshot
        found = None
        if ref.kind == SECURITY_GROUP_RULE:
            found = rules_listed(ref, at, snapshot, self._rules)
        elif snapshot is not None and self._listings is not None and snapshot.holds(ref):
            if snapshot.as_of >= at:
                found = snapshot.fact(ref)
            else:
                found = self._listings.fact((ref.kind, ref.by, ref.value), ref)
        return found or unknown(ref, snapshot)


class _LocalFacts(Facts):
    """The facts that a local source has for one call."""

    __slots__ = ("_at", "_source")

    def __init__(self, source: LocalSource, at: float) -> None:
        self._source = source
        self._at = at
        self.reads = 0

    def find(self, ref: Ref) -> Fact:
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
        self._listings: dict[Relation, _Listing] = {}
        self._standing: dict[tuple[str, str], set[Relation]] = {}

    def fact(self, relation: Relation, ref: Ref) -> Fact | None:
        """The listing as the calls since the snapshot have left it; ``None`` if the snapshot has none."""
        listing = self._listings.get(relation) or self._put_together(relation, ref)
        return None if listing is None else listing.fact()

    def changed(self, kind: str, resource_id: str, copy: Copy) -> None:
        """Take in a copy the journal keeps, in the listings that were asked for."""
        at = copy.fact.as_of
        if at < self._snapshot.as_of:
            return
        key, listings, value = (kind, resource_id), self._listings, copy.value
        standing = self._standing.get(key)
        if standing and (left := standing.difference(copy.relations)):
            for relation in left:
                listings[relation].drop(resource_id, at)
            standing -= left
        if isinstance(value, Gone):
            return
        for relation in copy.relations:
            listing = listings.get(relation)
            if listing is not None:
                listing.put(resource_id, value, at)
                self._standing.setdefault(key, set()).add(relation)

    def _put_together(self, relation: Relation, ref: Ref) -> _Listing | None:
        listed = self._snapshot.listing(ref)
        if listed is None:
            return None
        listing = self._listings[relation] = _Listing(listed, self._snapshot.as_of)
        copies, kind = self._journal.copies, ref.kind
        changed = set(self._journal.members(ref))
        for one in listed:
            key = (kind, one.id)
            self._standing.setdefault(key, set()).add(relation)
            if key in copies:
                changed.add(one.id)
        for resource_id in sorted(changed):
            self.changed(kind, resource_id, copies[kind, resource_id])
        return listing


class _Listing:
    """One listing of a snapshot, as the calls since have left it."""

    __slots__ = ("_as_of", "_changed_at", "_fact", "_members")

    def __init__(self, listed: tuple[AnyResource, ...], as_of: float) -> None:
        self._members: dict[str, AnyResource] = {one.id: one for one in listed}
        self._as_of = as_of
        self._changed_at: float | None = None
        self._fact: Fact | None = None

    def fact(self) -> Fact:
        """The listing as a fact."""
        if self._fact is None:
            members, changed = tuple(self._members.values()), self._changed_at
            self._fact = (
                Fact(members, "snapshot", self._as_of)
                if changed is None
                else Fact(members, "journal", changed, folded=True)
            )
        return self._fact

    def put(self, resource_id: str, value: AnyResource, at: float) -> None:
        """Let a resource stand in the listing as it was left at a time."""
        self._members[resource_id] = value
        self._change(at)

    def drop(self, resource_id: str, at: float) -> None:
        """Take out a resource that left the listing at a time."""
        del self._members[resource_id]
        self._change(at)

    def _change(self, at: float) -> None:
        self._fact = None
        if self._changed_at is None or self._changed_at < at:
            self._changed_at = at
