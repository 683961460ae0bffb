"""References to facts, and facts with their source and age."""

from __future__ import annotations

from typing import final

from msgspec import Struct

from eniguard.facts.kinds import AnyResource
from eniguard.model.kinds import POLICY, ROLE

#: Kinds of the account, which have no region (docs/sources.md, API: RAM is global).
GLOBAL = frozenset((ROLE, POLICY))


class Ref(Struct, frozen=True, gc=False):
    """The name of one fact: a resource by ``id``, or all resources of a kind by a relation.

    ``by`` is ``id`` or a relation of the kind (`eniguard.facts.relations`), whose fact is a complete listing.
    ``region`` is empty for the kinds of the account (`GLOBAL`).
    """

    account: str
    region: str
    kind: str
    by: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.by}={self.value}"


# Final, as every resource is in fact: `type(x) is Unknown` then asks the same as `isinstance`, which costs a
# Struct six times as much to deny (70 ns), since the type of Struct is a class of its own.
@final
class Unknown(Struct, frozen=True, gc=False):
    """A fact that could not be had, and why."""

    reason: str


@final
class Gone(Struct, frozen=True, gc=False):
    """A resource that a call has removed."""


GONE = Gone()

#: A resource, a complete listing, a removed resource, or nothing known.
FactValue = AnyResource | tuple[AnyResource, ...] | Unknown | Gone


class Fact(Struct, frozen=True, gc=False):
    """One fact: its value, where it came from, and when it held.

    ``as_of`` is in seconds since 1970 (UTC). ``earlier`` is a copy from before the event, when the value
    itself is from after it. ``folded`` marks a value that was built up from the calls decided before this
    one: within the same second it still lies before the call. ``partly`` is what is known from before the
    event where there is no whole copy: who manages the resource, and little else.
    """

    value: FactValue
    source: str
    as_of: float
    earlier: Fact | None = None
    folded: bool = False
    partly: Fact | None = None

    def newer_than(self, at: float) -> bool:
        """Whether the value shows the world at or after a call made at ``at``."""
        return self.as_of > at or (self.as_of == at and not self.folded)


#: Stands for the fact behind a reference that nobody asked for.
NEVER_ASKED = Fact(Unknown("not asked for"), "none", 0.0, folded=True)
