"""Where facts come from: snapshots and the journal of the calls decided so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from eniguard.facts.refs import Fact, Ref, Unknown


class Source(Protocol):
    """Something that can be asked for facts, many at a time."""

    def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        """A fact for every reference; what cannot be had is a fact whose value is Unknown.

        Parameters
        ----------
        refs
            What is asked for.
        at
            The time of the call, in seconds since 1970 (UTC).
        """


class NoSource:
    """A source that knows nothing: every fact is Unknown."""

    def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        """An Unknown for every reference."""
        return {
            ref: Fact(Unknown("no source to ask: look-ups are off"), "none", at, folded=True) for ref in refs
        }


__all__ = ["NoSource", "Source"]
