"""What is known of the surroundings of a call: as they were before it, else as they were listed later.

The block of a vSwitch, the vSwitch of an ENI and the limits of an instance type outlive a call, so a listing
from after it can serve. What a call itself may have put into such a listing is for the rule to take out.
"""

from __future__ import annotations

from typing import final

from msgspec import Struct

from eniguard.facts.refs import FactValue, Gone, Ref, Unknown
from eniguard.facts.state import State, reference
from eniguard.model import Evidence
from eniguard.rules.case import Case
from eniguard.rules.evidence import Shown, from_fact


@final
class Missing(Struct, frozen=True, gc=False):
    """What a rule would have to know and does not: why, and the fact that would say it, if there is one."""

    why: str
    ref: Ref | None = None

    @property
    def reason(self) -> str:
        """Why it is not known, and of what."""
        return self.why if self.ref is None else f"{self.ref}: {self.why}"

    @property
    def refs(self) -> tuple[str, ...]:
        """The fact as a text, if there is one."""
        return () if self.ref is None else (str(self.ref),)


class Known(Struct, frozen=True):
    """One fact about the surroundings; ``later`` marks a value from after the call."""

    ref: Ref
    value: FactValue
    state: State
    later: bool = False

    def missing(self, part: str = "its record cannot be read") -> Missing:
        """The fact as a missing one; ``part`` is what its record does not say, when there is a record."""
        if type(self.value) is Unknown:
            return Missing(self.value.reason, self.ref)
        return Missing("it was already removed" if type(self.value) is Gone else part, self.ref)

    def evidence(self, name: str, value: Shown, note: str | None = None) -> Evidence:
        """Evidence with the source and the age of this fact."""
        return from_fact(self.state, self.ref, name, value, note)


def known(case: Case, kind: str, value: str, by: str = "id") -> Known:
    """What is known of a resource, or of a listing, around a call."""
    ref = reference(case.call, kind, value, by)
    before = case.before.get(ref)
    if type(before) is not Unknown:
        return Known(ref, before, case.before)
    after = case.after.get(ref)
    if type(after) is Unknown:
        return Known(ref, before, case.before)
    return Known(ref, after, case.after, later=True)
