"""The facts gathered for one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eniguard.facts.refs import NOT_ASKED, Fact, FactValue, Ref


class Facts:
    """What is known so far for one call: references asked for, and the facts that came back.

    A reference that was asked and got no fact stays Unknown; it is not asked again.
    """

    __slots__ = ("_facts", "reads")

    def __init__(self, facts: Mapping[Ref, Fact] | None = None) -> None:
        self._facts: dict[Ref, Fact] = dict(facts or {})
        #: How often a value was read: what is computed without a read does not depend on any fact.
        self.reads = 0

    def asked(self, ref: Ref) -> bool:
        """Whether a source has already been asked for this fact."""
        return ref in self._facts

    def grow(self, found: Mapping[Ref, Fact]) -> None:
        """Add what a round of look-ups brought."""
        self._facts.update(found)

    def missing(self, refs: Iterable[Ref]) -> list[Ref]:
        """The references among ``refs`` that nobody asked for yet, each once, in order."""
        return [ref for ref in dict.fromkeys(refs) if ref not in self._facts]

    def fact(self, ref: Ref) -> Fact | None:
        """The fact behind a reference, or ``None`` when it was not asked for."""
        return self._facts.get(ref)

    def value(self, ref: Ref) -> FactValue:
        """The newest value of a fact, of whatever age: what the next look-up is chosen by."""
        self.reads += 1
        fact = self._facts.get(ref)
        return NOT_ASKED if fact is None else fact.value

    def __len__(self) -> int:
        return len(self._facts)
