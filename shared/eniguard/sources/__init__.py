"""Where facts come from: snapshots and the journal of the calls decided so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Fact, Ref, Unknown


class Source(Protocol):
    """Something that is asked for many facts at a time, because each time costs a look-up."""

    def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        """A fact for every reference; what cannot be had is a fact whose value is Unknown.

        Parameters
        ----------
        refs
            What is asked for.
        at
            The time of the call, in seconds since 1970 (UTC).
        """


@runtime_checkable
class SourceAtHand(Protocol):
    """Something in memory that finds a fact when a rule reads it."""

    def facts(self, at: float) -> Facts:
        """Facts that are found as they are read, Unknown where there is none; ``at`` as in `Source.read`."""


@runtime_checkable
class Following(Source, Protocol):
    """A source that keeps what it found between calls, and is told of the calls that change it."""

    def refresh(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        """As `Source.read`, but what was seen before ``at`` does not count."""

    def changed(self, call: Call) -> None:
        """Take note of a decided call."""


class InRounds:
    """A source in memory, asked for many facts at a time as if each time cost a look-up.

    Parameters
    ----------
    source
        The source in memory.
    """

    def __init__(self, source: SourceAtHand) -> None:
        self._source = source

    def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        """A fact for every reference."""
        facts = self._source.facts(at)
        return {ref: facts[ref] for ref in refs}


class NoSource:
    """A source that knows nothing: every fact is Unknown."""

    def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        """An Unknown for every reference."""
        return {
            ref: Fact(Unknown("no source to ask: look-ups are off"), "none", at, folded=True) for ref in refs
        }


__all__ = ["Following", "InRounds", "NoSource", "Source", "SourceAtHand"]
