"""Prefixes outside the block they have to lie in: the vSwitch's, and a reserved one of the vSwitch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eniguard.facts.blocks import Block, block
from eniguard.facts.kinds import CidrReservation, VSwitch
from eniguard.model import Evidence, Reference
from eniguard.model.kinds import CIDR_RESERVATION, VSWITCH
from eniguard.rules.base import Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import PrefixRule, unclear
from eniguard.rules.pfx.known import Known, Missing, known
from eniguard.rules.pfx.place import PLACE_PERMISSIONS, needs_place, vswitch_of
from eniguard.rules.pfx.request import Asked, Family, asked, subject_of

ASSIGNED = "assigned"
ASSIGNING = "assigning"


class PrefixOutsideVSwitch(PrefixRule):
    """PFX004."""

    code = "PFX004"
    name = "prefix-outside-vswitch"
    summary = "An IP prefix lies outside the CIDR block of the vSwitch of its ENI."
    why = "An ENI can only have addresses of its own vSwitch; nothing routes another block to it."
    advice = (
        "Choose prefixes from the block of the ENI's vSwitch, or use an ENI of the vSwitch that owns them."
    )
    references = (Reference("IP prefixes", "Limitations: Scope"),)
    permissions = PLACE_PERMISSIONS
    false_positives = (
        "A state snapshot of another day may lack an IPv6 block that was added to the vSwitch since."
    )

    needs = staticmethod(needs_place)

    def evaluate(self, case: Case) -> Verdicts:
        wanted = [one for one in case.call.once(asked) if one.prefixes]
        if not wanted:
            return ()
        vswitch_id = case.once(vswitch_of)
        if isinstance(vswitch_id, Missing):
            return unclear(self, case, case.once(subject_of), [vswitch_id])
        vswitch = known(case, VSWITCH, vswitch_id)
        evidence: list[Evidence] = []
        missing: list[Missing] = []
        for one in wanted:
            found = _outside(case, one, vswitch)
            if isinstance(found, Missing):
                missing.append(found)
            else:
                evidence.extend(found)
        if not evidence:
            return unclear(self, case, case.once(subject_of), missing)
        summary = f"{case.call.name} asks for prefixes outside the block of {vswitch_id}: {_values(evidence)}"
        return (self.reported(case, case.once(subject_of), summary, evidence, missing=missing),)


class PrefixOutsideReservation(PrefixRule):
    """PFX005: also for prefixes asked for by number, which need a reserved block to come from."""

    code = "PFX005"
    name = "prefix-outside-reservation"
    summary = "An IP prefix does not lie in a reserved CIDR block of the vSwitch."
    why = "Prefixes are only taken from blocks that were reserved for them in the vSwitch."
    advice = (
        "Choose prefixes inside a reserved block of the vSwitch that is in state Assigned "
        "(ListVSwitchCidrReservations lists them), or reserve a further block."
    )
    references = (Reference("IP prefixes", "Limitations: IP addresses"),)
    permissions = PLACE_PERMISSIONS
    false_positives = "A reservation that was released after the call is missing from a later listing."

    needs = staticmethod(needs_place)

    def evaluate(self, case: Case) -> Verdicts:
        wanted = [one for one in case.call.once(asked) if one.number]
        if not wanted:
            return ()
        vswitch_id = case.once(vswitch_of)
        if isinstance(vswitch_id, Missing):
            return unclear(self, case, case.once(subject_of), [vswitch_id])
        listing = known(case, CIDR_RESERVATION, vswitch_id, "vswitch")
        if not isinstance(listing.value, tuple):
            return unclear(self, case, case.once(subject_of), [listing.missing()])
        reservations = [one for one in listing.value if isinstance(one, CidrReservation)]
        evidence: list[Evidence] = []
        missing: list[Missing] = []
        unreserved: list[Family] = []
        for one in wanted:
            mine = [r for r in reservations if r.family in (None, one.family.number)]
            evidence.extend(_outside_reserved(case, one, mine, listing, missing))
            if not mine:
                unreserved.append(one.family)
        subject = case.once(subject_of)
        if not evidence:
            return unclear(self, case, subject, missing)
        evidence.extend(_listed(reservations, listing))
        summary = f"{case.call.name} asks for {_values(evidence)}: not in a reserved block of {vswitch_id}"
        advice = _create_first(unreserved, vswitch_id)
        return (self.reported(case, subject, summary, evidence, missing=missing, advice=advice),)


def _outside(case: Case, one: Asked, vswitch: Known) -> list[Evidence] | Missing:
    """The prefixes of one family that lie outside the vSwitch, or what is missing to tell."""
    family = one.family
    if not isinstance(vswitch.value, VSwitch):
        return vswitch.missing()
    cidr = vswitch.value.block(family.number)
    if cidr is None:
        return vswitch.missing(f"its {family.label} block is not known")
    if cidr == "":
        note = f"{vswitch.value.id} has no {family.label} block"
        case.check(note, True, cidr)
        return [vswitch.evidence(family.prefix, text, note) for text, _ in _blocks(one)]
    outer = block(cidr, family.number)
    if outer is None:
        return vswitch.missing(f"its {family.label} block {cidr!r} cannot be read")
    return [
        vswitch.evidence(
            family.prefix, text, f"outside {cidr}, the {family.label} block of {vswitch.value.id}"
        )
        for text, inner in _blocks(one)
        if case.check(f"{text} lies outside the vSwitch block", not outer.contains(inner), cidr)
    ]


def _outside_reserved(
    case: Case, one: Asked, reservations: Sequence[CidrReservation], listing: Known, missing: list[Missing]
) -> Iterator[Evidence]:
    """What one family asks for and no reserved block gives; adds to ``missing`` where that is not clear."""
    family = one.family
    for text, inner in _blocks(one) if one.prefixes else ((None, None),):
        reserved = _reserved(inner, reservations, ok=case.call.outcome == "ok")
        what = text or one.shown
        if reserved is None:
            missing.append(
                listing.missing(f"it is not known whether a reserved block around {what} is Assigned")
            )
        elif case.check(
            f"{what} is in no Assigned reserved block", not reserved, _blocks_shown(reservations)
        ):
            note = f"in no reserved {family.label} block; Assigned: {_blocks_shown(reservations)}"
            name, value = (family.prefix, text) if text else (family.prefix_count, one.count)
            yield listing.evidence(name, value, note)


def _reserved(inner: Block | None, reservations: Sequence[CidrReservation], *, ok: bool) -> bool | None:
    """Whether an Assigned block holds ``inner`` (any block, when it is ``None``); ``None`` when not clear.

    No event tells when a reservation becomes Assigned: after a call that succeeded, one that was still being
    assigned when last seen counts.
    """
    unclear = False
    for one in reservations:
        state = None if one.status is None else one.status.lower()
        if state not in (None, ASSIGNED, ASSIGNING):
            continue
        outer = None if one.cidr is None or one.family is None else block(one.cidr, one.family)
        if inner is not None and outer is not None and not outer.contains(inner):
            continue
        sure = state == ASSIGNED and one.family is not None and (inner is None or outer is not None)
        if sure or ok:
            return True
        unclear = unclear or state != ASSIGNING
    return None if unclear else False


def _listed(reservations: Sequence[CidrReservation], listing: Known) -> Iterator[Evidence]:
    """The reservations of the vSwitch with their states."""
    for one in reservations:
        yield listing.evidence(
            "reservation", one.cidr or one.id, f"{one.id}: {one.status or 'state not known'}"
        )


def _create_first(families: Sequence[Family], vswitch_id: str) -> str | None:
    """Advice for a vSwitch without any reservation of a family."""
    if not families:
        return None
    labels = " and ".join(family.label for family in families)
    return (
        f"{vswitch_id} has no reserved {labels} block yet: create one first with "
        "CreateVSwitchCidrReservation, wait until it is Assigned, and take the prefixes from it."
    )


def _blocks_shown(reservations: Sequence[CidrReservation]) -> str:
    shown = [one.cidr or one.id for one in reservations if (one.status or "").lower() == ASSIGNED]
    return ", ".join(shown) if shown else "none"


def _blocks(one: Asked) -> Iterator[tuple[str, Block]]:
    """The prefixes that can be read; the others are PFX003's."""
    for text in one.prefixes:
        found = block(text, one.family.number)
        if found is not None:
            yield text, found


def _values(evidence: Sequence[Evidence]) -> str:
    shown = (one for one in evidence if one.name != "reservation")
    return ", ".join(
        f"{one.name} {one.value}" if isinstance(one.value, int) else str(one.value) for one in shown
    )
