"""Reserved blocks that run out of prefixes, and such as are too fragmented to give any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from eniguard.facts.blocks import Block, cidrs
from eniguard.facts.free_blocks import Places, places
from eniguard.facts.kinds import CidrReservation
from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.model import Evidence, Reference, Resource, Severity
from eniguard.model.kinds import CIDR_RESERVATION, ENI, VSWITCH
from eniguard.rules.base import Verdict, Verdicts
from eniguard.rules.pfx.request import FAMILIES
from eniguard.rules.pfx.reserved import InUse, Reserved, block_of, doubtful, in_use, reserved
from eniguard.rules.sweep import SweepRule, from_view

_LABELS = {family.number: family.label for family in FAMILIES}
#: So many stray addresses are named per block; the rest are counted.
MOST_NAMED = 5


class ReservationHeadroom(SweepRule):
    """PFX011: by vSwitch, since a prefix may come from any of its blocks.

    A full block beside an empty one is well. The platform counts the prefixes; nothing is computed here.
    """

    code = "PFX011"
    name = "reservation-headroom"
    severity = "medium"
    kinds = (CIDR_RESERVATION,)
    summary = "The reserved blocks of a vSwitch are nearly used up."
    why = "When none is left, ENIs get no prefix, and on a container platform new pods get no address."
    advice = (
        "Reserve a further block in the vSwitch with CreateVSwitchCidrReservation (DryRun=true tries it out "
        "first), or unassign prefixes that nothing uses."
    )
    references = (Reference("IP prefixes", "Limitations: IP addresses"),)
    permissions = ("vpc:ListVSwitchCidrReservations",)
    false_positives = "A vSwitch that is never to grow is reported until its share is set lower."

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """A finding is medium from ``medium_percent`` of free prefixes down, high from ``high_percent``."""

        #: Both are choices of this project (docs/sources.md, Domain).
        medium_percent: Annotated[int, Meta(ge=0, le=100)] = 20
        high_percent: Annotated[int, Meta(ge=0, le=100)] = 10

    def evaluate(self, view: View, params: Any, now: float) -> Verdicts:
        listing = view.reservations()
        if isinstance(listing, Unknown):
            return (self.undecided(listing.reason, view.ref(CIDR_RESERVATION)),)
        by_vswitch: dict[str, list[Reserved]] = {}
        for one in reserved(listing):
            by_vswitch.setdefault(one.vswitch_id, []).append(one)
        return [
            verdict
            for vswitch_id, families in by_vswitch.items()
            for verdict in self._vswitch(view, vswitch_id, families, listing, params)
        ]

    def _vswitch(
        self,
        view: View,
        vswitch_id: str,
        families: Sequence[Reserved],
        listing: Sequence[CidrReservation],
        params: Any,
    ) -> Iterator[Verdict]:
        low: list[tuple[Severity, Reserved]] = []
        subject = Resource(VSWITCH, vswitch_id)
        for one in families:
            free, total = _counted(one)
            if free is None or total is None:
                reason = f"{vswitch_id}: a reserved {_LABELS[one.family]} block does not say what is free"
                refs = [view.ref(CIDR_RESERVATION, found.id) for found in one.blocks]
                yield self.undecided(reason, *refs, subject=subject)
            elif free * 100 > params.medium_percent * total:
                continue
            elif unsure := doubtful(one, listing):
                reason = (
                    f"{vswitch_id}: {unsure[0].id} may be one of its reserved {_LABELS[one.family]} blocks"
                )
                refs = [view.ref(CIDR_RESERVATION, found.id) for found in unsure]
                yield self.undecided(reason, *refs, subject=subject)
            else:
                low.append(("high" if free * 100 <= params.high_percent * total else "medium", one))
        if low:
            yield self._low(view, subject, low)

    def _low(self, view: View, subject: Resource, low: Sequence[tuple[Severity, Reserved]]) -> Verdict:
        shown = " and ".join(_share(one) for _, one in low)
        blocks = [found for _, one in low for found in one.blocks]
        return self.finding(
            view,
            subject,
            f"{subject.id} has few prefixes left in its reserved blocks: {shown}",
            severity="high" if any(severity == "high" for severity, _ in low) else "medium",
            evidence=[_count(view, one) for one in blocks],
            others=[Resource(CIDR_RESERVATION, one.id) for one in blocks],
            cidrs=cidrs([one.cidr or "" for one in blocks]),
        )


class ReservationFragmented(SweepRule):
    """PFX012."""

    code = "PFX012"
    name = "reservation-fragmented"
    severity = "low"
    kinds = (CIDR_RESERVATION, ENI)
    summary = "Single addresses lie in a reserved block, and few whole prefixes are left between them."
    why = (
        "A prefix is one aligned block: an address in it makes all of it useless, so prefixes run out while "
        "many addresses are free."
    )
    advice = (
        "Move the addresses that are listed out of the reserved block (give those ENIs other ones), or "
        "reserve a block that nothing is in."
    )
    references = (Reference("IP prefixes", "Limitations: IP addresses"),)
    permissions = ("vpc:ListVSwitchCidrReservations", "ecs:DescribeNetworkInterfaces")
    false_positives = (
        "Addresses that were in use before the block was reserved are reported until they are gone."
    )

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """``free_percent`` is the share of free places, in percent, from which down they are few."""

        #: A choice of this project, the same as of PFX011 (docs/sources.md, Domain).
        free_percent: Annotated[int, Meta(ge=0, le=100)] = 20

    def evaluate(self, view: View, params: Any, now: float) -> Verdicts:
        listing = view.reservations()
        if isinstance(listing, Unknown):
            return (self.undecided(listing.reason, view.ref(CIDR_RESERVATION)),)
        return [
            verdict for one in reserved(listing) for verdict in self._family(view, one, params.free_percent)
        ]

    def _family(self, view: View, one: Reserved, percent: int) -> Iterator[Verdict]:
        used = in_use(view, one.vswitch_id, one.family)
        if isinstance(used, Unknown):
            ref = view.ref(ENI, one.vswitch_id, "vswitch")
            yield self.undecided(used.reason, ref, subject=Resource(VSWITCH, one.vswitch_id))
            return
        for reservation in one.blocks:
            subject = Resource(CIDR_RESERVATION, reservation.id)
            whole = block_of(reservation, one.family)
            if whole is None:
                reason = f"{reservation.id}: its block is not known"
                yield self.undecided(reason, view.ref(CIDR_RESERVATION, reservation.id), subject=subject)
                continue
            found = places(whole, [each.piece for each in used])
            if found.strays and found.free * 100 <= percent * found.total:
                yield self._fragmented(view, subject, whole, found, used)

    def _fragmented(
        self, view: View, subject: Resource, whole: Block, found: Places, used: Sequence[InUse]
    ) -> Verdict:
        strays = [one for one in used if one.piece.single and whole.holds(one.piece.first)]
        holders = list(dict.fromkeys(one.eni_id for one in strays))[:MOST_NAMED]
        named = [
            from_view(view, "address in use", one.piece.text, f"on {one.eni_id}")
            for one in strays[:MOST_NAMED]
        ]
        evidence = [
            from_view(view, "places", found.total, f"for prefixes in {whole.text}"),
            from_view(view, "free", found.free, f"{found.prefixes} hold a prefix"),
            from_view(view, "lost", found.strays, f"to {len(strays)} single addresses"),
        ]
        return self.finding(
            view,
            subject,
            f"{whole.text} has room for {found.free} of {found.total} prefixes: single addresses take "
            f"{found.strays} places",
            evidence=[*evidence, *named],
            others=[Resource(ENI, eni_id) for eni_id in holders],
            cidrs=(whole.text,),
        )


def _counted(one: Reserved) -> tuple[int | None, int | None]:
    """Free and all prefixes of the blocks together, by their own counts; ``None`` where one does not say."""
    free = total = 0
    for found in one.blocks:
        if found.available is None or found.assigned is None:
            return None, None
        free += found.available
        total += found.available + found.assigned
    return free, total


def _share(one: Reserved) -> str:
    free, total = _counted(one)
    return f"{free} of {total} {_LABELS[one.family]} prefixes"


def _count(view: View, one: CidrReservation) -> Evidence:
    note = f"free in {one.cidr or one.id}; AssignedCidrCount {one.assigned}"
    return from_view(view, "AvailableCidrCount", one.available, note)
