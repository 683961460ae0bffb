"""The facts gathered for one call."""

from __future__ import annotations

from collections.abc import Iterable

from eniguard.facts.refs import NEVER_ASKED, Fact, FactValue, Ref


class Facts(dict[Ref, Fact]):
    """What is known so far for one call: references asked for, and the facts that came back.

    A reference that was asked and got no fact stays Unknown; it is not asked again. ``facts[ref]`` of one
    that nobody asked for is `NEVER_ASKED`.

    Attributes
    ----------
    reads
        How often a value was read: what is computed without a read does not depend on any fact.
    """

    __slots__ = ("reads",)

    reads: int

    def __init__(self, facts: dict[Ref, Fact] | None = None) -> None:
        if facts:
            super().__init__(facts)
        self.reads = 0

    def __missing__(self, ref: Ref) -> Fact:
        return self.find(ref)

    def find(self, ref: Ref) -> Fact:
        """The fact behind a reference that is not among these yet."""
        return NEVER_ASKED

    def missing(self, refs: Iterable[Ref]) -> list[Ref]:
        """The references among ``refs`` that nobody asked for yet, each once, in order."""
        distinct = dict.fromkeys(refs)
        return [ref for ref in distinct if ref not in self] if self else list(distinct)

    def value(self, ref: Ref) -> FactValue:
        """The newest value of a fact, of whatever age: what the next look-up is chosen by."""
        self.reads += 1
        return self[ref].value
