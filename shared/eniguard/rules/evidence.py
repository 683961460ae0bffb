"""Facts as evidence: a value with the source it came from and the time it held."""

from __future__ import annotations

from eniguard.events.times import written
from eniguard.facts.refs import Ref
from eniguard.facts.state import State
from eniguard.model import Evidence

Shown = str | int | bool | list[str] | None

#: Evidence of this name says that what we know and what the platform says cannot both be true.
FACT_CONFLICT = "fact-conflict"


def from_fact(state: State, ref: Ref, name: str, value: Shown, note: str | None = None) -> Evidence:
    """Evidence for a value that was read off a fact.

    Parameters
    ----------
    state
        The side of the call on which the value was seen.
    ref
        The fact it was read off.
    name, value, note
        What the value is, the value, and what to make of it.
    """
    fact = state.fact(ref)
    if fact is None or fact.source == "none":
        return Evidence(name, value, note)
    return Evidence(name, value, note, fact.source, written(fact.as_of))
