"""Reserved blocks that are deleted or changed while prefixes come from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.blocks import block, cidrs
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import CidrReservation, Eni
from eniguard.facts.refs import Ref
from eniguard.facts.state import reference
from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import CIDR_RESERVATION, ENI, VSWITCH
from eniguard.rules.base import Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import unclear
from eniguard.rules.pfx.known import Known, Missing, known

DELETE = "vpc:DeleteVSwitchCidrReservation"
MODIFY = "vpc:ModifyVSwitchCidrReservationAttribute"
#: With one of these the Modify call changes the block; a name or a description changes nothing.
BLOCK_PARAMETERS = ("VSwitchCidrReservationCidr", "VSwitchCidrReservationMask")

#: Prefixes of ENIs inside a reserved block, as (ENI, prefix).
Inside = Sequence[tuple[Eni, str]]


class Use(Struct, frozen=True):
    """What is known of the use of a reserved block: its own count, and the prefixes of the ENIs beside it."""

    found: Known
    reservation: CidrReservation
    listing: Known | None
    inside: Inside
    missing: Sequence[Missing]

    @property
    def counted(self) -> int:
        """``AssignedCidrCount``, unless a newer and complete listing of the ENIs shows no prefix."""
        if (
            not self.inside
            and not self.missing
            and self.listing is not None
            and _newer(self.listing, self.found)
        ):
            return 0
        return self.reservation.assigned or 0

    @property
    def counts_none(self) -> bool:
        """Whether the count says that nothing is in use, and no listing of the ENIs can say more."""
        listed = self.listing is not None and isinstance(self.listing.value, tuple)
        return self.reservation.assigned == 0 and not listed


def needs_reservation(call: Call, facts: Facts) -> Iterator[Ref]:
    """Reservation → all ENIs of its vSwitch, for a call that takes the block away."""
    if not _takes_block(call):
        return
    for reservation_id in call.ids(CIDR_RESERVATION):
        ref = reference(call, CIDR_RESERVATION, reservation_id)
        yield ref
        reservation = facts.value(ref)
        if isinstance(reservation, CidrReservation) and reservation.vswitch_id:
            yield reference(call, ENI, reservation.vswitch_id, "vswitch")


class ReservationChangedInUse(Rule):
    """PFX013."""

    code = "PFX013"
    name = "reservation-changed-in-use"
    severity = "high"
    actions = frozenset((DELETE, MODIFY))
    summary = "A reserved block was deleted or changed while ENIs hold prefixes from it."
    why = (
        "The prefixes carry the addresses of running workloads. Without the reservation they cannot be "
        "assigned again, and single addresses may be handed out between them."
    )
    advice = (
        "Find out who uses the prefixes that are listed, move those workloads, unassign their prefixes, and "
        "only then give the block up. After a deletion by mistake, reserve the same block again at once."
    )
    references = (Reference("IP prefixes", "Limitations: IP addresses"),)
    permissions = ("vpc:ListVSwitchCidrReservations", "ecs:DescribeNetworkInterfaces")
    false_positives = (
        "Prefixes that were unassigned since the snapshot, by calls that are not in the trail, still count."
    )

    needs = staticmethod(needs_reservation)

    def evaluate(self, case: Case) -> Verdicts:
        if not case.check("the call takes the block away", _takes_block(case.call), case.call.name):
            return ()
        return tuple(v for one in case.call.ids(CIDR_RESERVATION) for v in self._one(case, one))

    def _one(self, case: Case, reservation_id: str) -> Verdicts:
        found = known(case, CIDR_RESERVATION, reservation_id)
        reservation = found.value
        subject = Resource(CIDR_RESERVATION, reservation_id)
        if not isinstance(reservation, CidrReservation):
            return unclear(self, case, subject, [found.missing()])
        listing = known(case, ENI, reservation.vswitch_id, "vswitch") if reservation.vswitch_id else None
        use = Use(found, reservation, listing, *_inside(reservation, found, listing))
        seen = f"{use.counted} counted, {len(use.inside)} found"
        if case.check(f"prefixes come from {reservation_id}", bool(use.inside or use.counted), seen):
            return (self._finding(case, subject, use),)
        return unclear(self, case, subject, () if use.counts_none else use.missing)

    def _finding(self, case: Case, subject: Resource, use: Use) -> Verdict:
        ok = case.call.outcome == "ok"
        reservation = use.reservation
        enis = list(dict.fromkeys(eni.id for eni, _ in use.inside))
        done = f"{case.call.name} on" if ok else f"{case.call.name} did not go through on"
        users = f": {', '.join(enis)}" if enis else ""
        where = () if reservation.vswitch_id is None else (Resource(VSWITCH, reservation.vswitch_id),)
        return self.finding(
            case,
            subject,
            f"{done} {reservation.cidr or reservation.id}, from which ENIs hold prefixes{users}",
            severity=None if ok else "low",
            evidence=tuple(_evidence(use)),
            others=(*where, *(Resource(ENI, eni_id) for eni_id in enis)),
            cidrs=cidrs([reservation.cidr or ""]),
        )


def _takes_block(call: Call) -> bool:
    if call.action == DELETE:
        return True
    return any(call.parameters.values.get(name) for name in BLOCK_PARAMETERS)


def _inside(
    reservation: CidrReservation, found: Known, listing: Known | None
) -> tuple[Inside, list[Missing]]:
    """The prefixes of ENIs of the vSwitch that lie in the block, and what is missing to name them all."""
    family = reservation.family
    outer = None if reservation.cidr is None or family is None else block(reservation.cidr, family)
    if outer is None or family is None or listing is None:
        return (), [found.missing("its record does not say which block of which vSwitch it reserves")]
    if not isinstance(listing.value, tuple):
        return (), [listing.missing()]
    inside: list[tuple[Eni, str]] = []
    missing: list[Missing] = []
    for eni in listing.value:
        if not isinstance(eni, Eni):
            continue
        prefixes = eni.prefixes(family)
        if prefixes is None or eni.prefix_count(family) != len(prefixes):
            missing.append(listing.missing(f"it is not known which prefixes {eni.id} holds"))
        for text in prefixes or ():
            taken = block(text, family)
            if taken is not None and outer.overlaps(taken):
                inside.append((eni, text))
    return inside, missing


def _newer(listing: Known, found: Known) -> bool:
    """Whether the listing of the ENIs is newer than the reservation's own count."""
    one, other = listing.state.fact(listing.ref), found.state.fact(found.ref)
    return one is not None and other is not None and one.as_of > other.as_of


def _evidence(use: Use) -> Iterator[Evidence]:
    reservation, listing = use.reservation, use.listing
    yield use.found.evidence("reservation", reservation.cidr or reservation.id, reservation.status)
    yield use.found.evidence("AssignedCidrCount", reservation.assigned, "prefixes taken from the block")
    if listing is not None:
        for eni, text in use.inside:
            yield listing.evidence("prefix in use", text, f"on {eni.id}")
