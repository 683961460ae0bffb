"""The facts a replay has: a state snapshot with the journal laid over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eniguard.facts.kinds import AnyResource
from eniguard.facts.refs import Fact, Ref
from eniguard.sources.journal import Journal
from eniguard.sources.snapshot import Snapshot, relation_values, why_unknown


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
        self._journal = journal

    def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        """A fact for every reference."""
        return {ref: self._one(ref, at) if ref.by == "id" else self._all(ref, at) for ref in refs}

    def _snapshot_fact(self, ref: Ref) -> Fact | None:
        return None if self._snapshot is None else self._snapshot.fact(ref)

    def _one(self, ref: Ref, at: float) -> Fact:
        listed = self._snapshot_fact(ref)
        folded = self._journal.fact(ref.kind, ref.value)
        if listed is None:
            return folded or Fact(why_unknown(ref, self._snapshot), "none", at, folded=True)
        if folded is None:
            return listed
        if listed.as_of < folded.as_of:
            return folded
        return Fact(listed.value, listed.source, listed.as_of, earlier=folded)

    def _all(self, ref: Ref, at: float) -> Fact:
        listed = self._snapshot_fact(ref)
        if listed is None or not isinstance(listed.value, tuple):
            return Fact(why_unknown(ref, self._snapshot), "none", at, folded=True)
        if listed.newer_than(at):
            return listed
        return self._overlaid(ref, listed, listed.value)

    def _overlaid(self, ref: Ref, listed: Fact, members: tuple[AnyResource, ...]) -> Fact:
        """The listing as the calls since the snapshot have left it."""
        found: list[AnyResource] = []
        newest = listed.as_of
        for one in members:
            fact = self._journal.fact(ref.kind, one.id)
            if fact is None or fact.as_of < listed.as_of:
                found.append(one)
                continue
            newest = max(newest, fact.as_of)
            if isinstance(fact.value, AnyResource) and ref.value in relation_values(fact.value, ref.by):
                found.append(fact.value)
        present = {one.id for one in members}
        for resource_id in sorted(self._journal.members(ref) - present):
            fact = self._journal.fact(ref.kind, resource_id)
            if fact is not None and isinstance(fact.value, AnyResource):
                newest = max(newest, fact.as_of)
                found.append(fact.value)
        changed = newest > listed.as_of
        return Fact(tuple(found), "journal" if changed else listed.source, newest, folded=changed)
