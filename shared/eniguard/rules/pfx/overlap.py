"""Prefixes that overlap with what is there already."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from eniguard.facts.blocks import Block, Piece, address, block
from eniguard.facts.kinds import Eni
from eniguard.model import Evidence, Reference
from eniguard.model.kinds import ENI
from eniguard.rules.base import Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import PrefixRule, unclear
from eniguard.rules.pfx.known import Known, Missing, known
from eniguard.rules.pfx.occupied import occupied
from eniguard.rules.pfx.place import PLACE_PERMISSIONS, needs_neighbours, vswitch_of
from eniguard.rules.pfx.request import Asked, Family, asked, listed, subject_of, target_eni

#: Prefixes as a call writes them, with the blocks they stand for.
_Blocks = list[tuple[str, Block]]

#: So many overlaps are named per prefix; the rest are counted.
MOST_NAMED = 5


class PrefixOverlap(PrefixRule):
    """PFX006."""

    code = "PFX006"
    name = "prefix-overlap"
    summary = "An IP prefix overlaps with a prefix or an address that is in use in the vSwitch."
    why = "An address belongs to one ENI only; a prefix that covers one in use is refused as a whole."
    advice = (
        "Choose a block without any address in use, or have one assigned by number (Ipv4PrefixCount, "
        "Ipv6PrefixCount). Single addresses inside a reserved block fragment it: move them out of it."
    )
    references = (Reference("IP prefixes", "Limitations: IP addresses"),)
    permissions = PLACE_PERMISSIONS[:1]
    false_positives = "A listing from after the call may show an address that came into use only then."

    needs = staticmethod(needs_neighbours)

    def evaluate(self, case: Case) -> Verdicts:
        wanted = [one for one in case.call.once(asked) if one.prefixes]
        if not wanted:
            return ()
        listing = _neighbours(case)
        evidence: list[Evidence] = []
        missing = [listing] if isinstance(listing, Missing) else []
        for one in wanted:
            blocks = _blocks(one)
            evidence += _within(case, one.family, blocks)
            if not isinstance(listing, Missing):
                evidence += _with_neighbours(case, one.family, blocks, listing, missing)
        if not evidence:
            return unclear(self, case, case.once(subject_of), missing)
        bad = ", ".join(dict.fromkeys(str(one.value) for one in evidence))
        summary = f"{case.call.name} asks for prefixes that overlap with addresses in use: {bad}"
        return (self.reported(case, case.once(subject_of), summary, evidence, missing=missing),)


def _neighbours(case: Case) -> Known | Missing:
    """The listing of all ENIs of the vSwitch, or what is missing."""
    vswitch_id = case.once(vswitch_of)
    if isinstance(vswitch_id, Missing):
        return vswitch_id
    listing = known(case, ENI, vswitch_id, "vswitch")
    return listing if isinstance(listing.value, tuple) else listing.missing()


def _within(case: Case, family: Family, blocks: _Blocks) -> list[Evidence]:
    """Overlaps of the prefixes of a call with each other, and with the addresses it asks for."""
    found: list[Evidence] = []
    for (text, mine), (other, theirs) in combinations(blocks, 2):
        if case.trace is not None:
            case.check(f"{text} overlaps with {other} of the same call", mine.overlaps(theirs), other)
        if mine.overlaps(theirs):
            note = f"overlaps with {text}, asked for in the same call"
            found.append(Evidence(family.prefix, other, note))
    singles = listed(case.call, family.address)
    primary = case.call.parameters.values.get("PrimaryIpAddress")
    if family.number == 4 and isinstance(primary, str):
        singles = (primary, *(single for single in singles if single != primary))
    for single in singles:
        number = address(single, family.number)
        for text, mine in blocks:
            if number is not None and case.check(
                f"{text} holds {single} of the same call", mine.holds(number)
            ):
                note = f"holds {single}, asked for in the same call"
                found.append(Evidence(family.prefix, text, note))
    return found


def _with_neighbours(
    case: Case, family: Family, blocks: _Blocks, listing: Known, missing: list[Missing]
) -> list[Evidence]:
    """Overlaps with what the ENIs of the vSwitch hold; adds to ``missing`` where that is not known.

    The ENI of the call may hold what it asks for already: a listing from after the call shows just that, and
    a call repeated with its token succeeds again.
    """
    hits: dict[str, list[str]] = {text: [] for text, _ in blocks}
    own = target_eni(case.call) if listing.later or case.call.outcome == "ok" else None
    first = min((wanted.first for _, wanted in blocks), default=0)
    last = max((wanted.last for _, wanted in blocks), default=-1)
    enis = listing.value if isinstance(listing.value, tuple) else ()
    taken = occupied(listing.ref.value, family.number, enis)
    if not taken.untold and not any(taken.meets(wanted) for _, wanted in blocks):
        enis = ()
    for eni in enis:
        if not isinstance(eni, Eni):
            continue
        held = taken.held_by(eni)
        if held is None:
            missing.append(listing.missing(f"it is not known what {eni.id} holds"))
            continue
        if held.last < first or held.first > last:
            continue
        for piece in held.within(first, last):
            for text, wanted in blocks:
                if _overlaps(wanted, piece) and not (eni.id == own and _same(wanted, piece)):
                    hits[text].append(f"{'address' if piece.single else 'prefix'} {piece.text} of {eni.id}")
    return [
        listing.evidence(family.prefix, text, f"overlaps with {_shown(found)}")
        for text, found in hits.items()
        if case.check(f"{text} overlaps with addresses in use", bool(found), _shown(found))
    ]


def _overlaps(wanted: Block, piece: Piece) -> bool:
    return piece.first <= wanted.last and wanted.first <= piece.last


def _same(wanted: Block, piece: Piece) -> bool:
    return not piece.single and (wanted.first, wanted.last) == (piece.first, piece.last)


def _blocks(one: Asked) -> _Blocks:
    """The prefixes that can be read, each text once; the others are PFX003's."""
    number = one.family.number
    return [(text, found) for text in one.prefixes if (found := block(text, number)) is not None]


def _shown(found: Sequence[str]) -> str:
    if not found:
        return "nothing"
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return f"{', '.join(found[:MOST_NAMED])}{more}"
