"""Prefixes that are written wrongly: the mask, and the notation of the block."""

from __future__ import annotations

from eniguard.facts.blocks import address, block
from eniguard.model import Evidence, Reference
from eniguard.rules.base import Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import PrefixRule
from eniguard.rules.pfx.request import FAMILIES, IPV4, IPV6, Family, asked, carries_prefixes, subject_of

_LISTS = tuple(family.prefix for family in FAMILIES)


class PrefixWrongMask(PrefixRule):
    """PFX002: of every text that is a block with a mask, whether the mask is the right one.

    What has no mask, or is no block of the family, is PFX003's to report.
    """

    code = "PFX002"
    name = "prefix-wrong-mask"
    summary = "An IP prefix has another mask than /28 (IPv4) or /80 (IPv6)."
    why = "ENIs take prefixes of exactly one size per IP family; any other size is refused."
    advice = (
        "Ask for /28 blocks in Ipv4Prefix and /80 blocks in Ipv6Prefix; assign several for more addresses."
    )
    references = (Reference("IP prefixes", "Limitations: IP addresses"),)
    false_positives = "None known for a refused call: the mask stands in the call itself."

    def evaluate(self, case: Case) -> Verdicts:
        evidence: list[Evidence] = []
        for one in case.call.once(asked):
            family, right = one.family, one.family.length
            for text in one.prefixes:
                found = block(text, family.number)
                if found is None:
                    continue
                if case.trace is not None:
                    text_asked = f"the mask of {text} is not /{right}"
                    case.check(text_asked, found.length != right, f"/{found.length}")
                if found.length != right:
                    note = f"the mask is /{found.length}; {family.label} prefixes are /{right}"
                    evidence.append(Evidence(family.prefix, text, note))
        if not evidence:
            return ()
        wrong = ", ".join(str(one.value) for one in evidence)
        summary = f"{case.call.name} asks for prefixes of the wrong size: {wrong}"
        return (self.reported(case, case.once(subject_of), summary, evidence),)


class PrefixNotStandardCidr(PrefixRule):
    """PFX003: every text that is no block of its family, or has host bits set below its own mask.

    A text with the wrong mask and with host bits set breaks two requirements, and both rules report it.
    """

    code = "PFX003"
    name = "prefix-not-standard-cidr"
    summary = "An IP prefix is not a standard CIDR block."
    why = "A prefix has to be a block in CIDR notation that starts on its own boundary; others are refused."
    advice = (
        "Write each prefix as the first address of its block and the mask: an IPv4 /28 starts at a multiple "
        "of 16 in its last part, in an IPv6 /80 the last three groups are 0."
    )
    references = (Reference("IP prefixes", "Limitations: IP addresses"),)
    false_positives = "None known for a refused call: the text stands in the call itself."

    def evaluate(self, case: Case) -> Verdicts:
        if not carries_prefixes(case.call):
            return ()
        evidence = _unreadable(case) + _defects(case)
        if not evidence:
            return ()
        wrong = ", ".join(str(one.value) for one in evidence)
        summary = f"{case.call.name} asks for prefixes that are not standard CIDR blocks: {wrong}"
        return (self.reported(case, case.once(subject_of), summary, evidence),)


def _unreadable(case: Case) -> list[Evidence]:
    """The lists of prefixes that arrived in a shape nobody can read."""
    malformed = case.call.parameters.malformed
    found: list[Evidence] = []
    for name in _LISTS:
        if case.trace is not None:
            case.check(f"{name} cannot be read", name in malformed, name)
        if name in malformed:
            found.append(Evidence(name, "(unreadable)", "not a list of texts"))
    return found


def _defects(case: Case) -> list[Evidence]:
    found: list[Evidence] = []
    for one in case.call.once(asked):
        family = one.family
        for text in one.prefixes:
            defect = _defect(text, family)
            if case.trace is not None:
                text_asked = f"{text} is not a standard {family.label} block"
                case.check(text_asked, defect is not None, defect or "it is")
            if defect is not None:
                found.append(Evidence(family.prefix, text, defect))
    return found


def _defect(text: str, family: Family) -> str | None:
    """What is wrong with a text as a block of a family; ``None`` when nothing is."""
    found = block(text, family.number)
    if found is not None:
        return None if found.aligned else f"host bits are set; the block starts at {found.text}"
    if address(text, family.number) is not None:
        return f"it has no mask; {family.label} prefixes are /{family.length}"
    other = IPV6 if family is IPV4 else IPV4
    if block(text, other.number) is not None or address(text, other.number) is not None:
        return f"it is {other.label}; this parameter takes {family.label} blocks"
    return f"it is not an {family.label} address with a mask"
