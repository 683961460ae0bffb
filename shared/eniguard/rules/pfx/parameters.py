"""Prefix parameters that contradict each other, or are out of range."""

from __future__ import annotations

from eniguard.events.calls import Call
from eniguard.model import Evidence, Reference
from eniguard.rules.base import Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import PrefixRule
from eniguard.rules.pfx.request import (
    ASSIGN_ONLY,
    CREATE,
    FAMILIES,
    Asked,
    Family,
    asked,
    carries_prefixes,
    listed,
    subject_of,
)

#: Seed 002, Use IP prefixes: N of the lists, and the numbers, are 1 to 10 on the two Assign calls.
FEWEST, MOST = 1, 10

_NUMBERS = tuple(family.prefix_count for family in FAMILIES)


class PrefixConflictingParameters(PrefixRule):
    """PFX007: each IP family on its own."""

    code = "PFX007"
    name = "prefix-conflicting-parameters"
    summary = (
        "A call names prefixes and asks for a number of them, or asks for prefixes and addresses at once."
    )
    why = (
        "Names and a number exclude each other; so do prefixes and single addresses of one family in a call."
    )
    advice = "Send either Prefix.N or PrefixCount, and put single addresses into a call of their own."
    references = (Reference("IP prefixes", "Use IP prefixes"),)
    false_positives = (
        "That prefixes and addresses exclude each other is known from container platforms, not documented."
    )

    def evaluate(self, case: Case) -> Verdicts:
        evidence: list[Evidence] = []
        for one in case.call.once(asked):
            evidence += _conflicts(case, one)
        if not evidence:
            return ()
        pairs = "; ".join(f"{one.name} with {one.value}" for one in evidence)
        summary = f"{case.call.name} carries parameters that exclude each other: {pairs}"
        return (self.reported(case, case.once(subject_of), summary, evidence),)


class PrefixCountOutOfRange(PrefixRule):
    """PFX008: on the two Assign calls; CreateNetworkInterface documents no such range."""

    code = "PFX008"
    name = "prefix-count-out-of-range"
    actions = ASSIGN_ONLY
    summary = "A call asks for fewer than 1 or more than 10 IP prefixes at once."
    why = "One call assigns 1 to 10 prefixes of a family, by name or by number."
    advice = "Ask for at most 10 prefixes of a family per call, and make several calls for more."
    references = (Reference("IP prefixes", "Use IP prefixes: Call API operations"),)
    false_positives = "A client that sends a number of 0 for 'none' and succeeds is reported for information."

    def evaluate(self, case: Case) -> Verdicts:
        if not carries_prefixes(case.call):
            return ()
        evidence: list[Evidence] = []
        for one in case.call.once(asked):
            evidence += _out_of_range(case, one)
        evidence += _malformed(case)
        if not evidence:
            return ()
        shown = ", ".join(f"{one.name} {one.value}" for one in evidence)
        summary = f"{case.call.name} asks for a number of prefixes outside {FEWEST} to {MOST}: {shown}"
        return (self.reported(case, case.once(subject_of), summary, evidence),)


def _conflicts(case: Case, one: Asked) -> list[Evidence]:
    family = one.family
    count = one.count or 0
    addresses = _addresses(case.call, family)
    address_count = case.call.parameters.integer(family.address_count) or 0
    found: list[Evidence] = []
    if _both(case, family.prefix, one.prefixes, family.prefix_count, count):
        note = "prefixes are named, or their number is given, not both"
        found.append(Evidence(family.prefix, family.prefix_count, note))
    if _both(case, family.address, addresses, family.address_count, address_count):
        note = "addresses are named, or their number is given, not both"
        found.append(Evidence(family.address, family.address_count, note))
    if not one.prefixes and count <= 0:
        return found
    for name, given in ((family.address, addresses), (family.address_count, address_count)):
        if case.trace is not None:
            case.check(f"prefixes are asked for together with {name}", bool(given), given)
        if given:
            asked_by = family.prefix if one.prefixes else family.prefix_count
            note = f"{family.label} prefixes and addresses need calls of their own"
            found.append(Evidence(asked_by, name, note))
    return found


def _both(case: Case, name: str, texts: tuple[str, ...], count_name: str, count: int) -> bool:
    """Whether a list and a number are given; a number of 0 asks for nothing."""
    both = bool(texts) and count > 0
    if case.trace is not None:
        case.check(f"{name} and {count_name} are both given", both, f"{texts} and {count}")
    return both


def _addresses(call: Call, family: Family) -> tuple[str, ...]:
    """The single addresses a call asks for; the primary one of a new ENI may stand beside prefixes."""
    found = listed(call, family.address)
    if call.action != CREATE or family.number != 4:
        return found
    primary = call.parameters.text("PrimaryIpAddress")
    return tuple([text for text in found if text != primary])


def _out_of_range(case: Case, one: Asked) -> list[Evidence]:
    family, named, count = one.family, len(one.prefixes), one.count
    found: list[Evidence] = []
    if case.trace is not None:
        case.check(f"more than {MOST} {family.label} prefixes are named", named > MOST, named)
    if named > MOST:
        found.append(Evidence(f"{family.prefix}.N", named, f"valid are {FEWEST} to {MOST}"))
    if count is not None and case.check(
        f"{family.prefix_count} is not {FEWEST} to {MOST}", not FEWEST <= count <= MOST, count
    ):
        found.append(Evidence(family.prefix_count, count, f"valid are {FEWEST} to {MOST}"))
    return found


def _malformed(case: Case) -> list[Evidence]:
    malformed = case.call.parameters.malformed
    found: list[Evidence] = []
    for name in _NUMBERS:
        if case.trace is not None:
            case.check(f"{name} is not a number", name in malformed, name in malformed)
        if name in malformed:
            found.append(Evidence(name, "(unreadable)", f"not a number; valid are {FEWEST} to {MOST}"))
    return found
