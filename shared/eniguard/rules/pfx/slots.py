"""How many address slots of an attached ENI are taken, by addresses and by prefixes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Eni, Instance, InstanceType
from eniguard.facts.refs import Ref
from eniguard.facts.state import reference
from eniguard.model import Evidence
from eniguard.model.kinds import ENI, INSTANCE, INSTANCE_TYPE
from eniguard.rules.case import Case
from eniguard.rules.pfx.known import Known, Missing, known
from eniguard.rules.pfx.request import (
    ASSIGN_ONLY,
    ATTACH,
    FAMILIES,
    Family,
    asked,
    asked_for,
    carries_prefixes,
)

TYPE_CHANGES = frozenset(("ecs:ModifyInstanceSpec", "ecs:ModifyPrepayInstanceSpec"))
#: The calls after which the slots of an attached ENI may be over the limit of its instance type.
FILLS_SLOTS = ASSIGN_ONLY | TYPE_CHANGES | {ATTACH}
SLOT_PERMISSIONS = ("ecs:DescribeNetworkInterfaces", "ecs:DescribeInstances", "ecs:DescribeInstanceTypes")


class Slots(Struct, frozen=True):
    """The slots of one family on one ENI as the call wants them.

    ``addresses`` includes the primary one; each prefix takes one slot like an address (seed 002, Number of IP
    prefixes).
    """

    eni: Eni
    family: Family
    addresses: int
    prefixes: int
    limit: int
    type_name: str
    holder: Known
    type: Known

    @property
    def used(self) -> int:
        """Slots in use."""
        return self.addresses + self.prefixes

    @property
    def room(self) -> int:
        """How many prefixes the ENI can hold beside its addresses."""
        return max(0, self.limit - self.addresses)

    def evidence(self) -> tuple[Evidence, ...]:
        """The numbers with their sources."""
        label = self.family.label
        field = "EniPrivateIpAddressQuantity" if self.family.number == 4 else "EniIpv6AddressQuantity"
        room = f"leaves room for {self.room} prefixes"
        return (
            self.holder.evidence(f"{label} prefixes", self.prefixes, f"on {self.eni.id} after the call"),
            self.holder.evidence(f"{label} addresses", self.addresses, room),
            self.type.evidence(field, self.limit, f"per ENI of {self.type_name}"),
        )


#: The slots of each ENI and family that a call concerns, and what is missing to tell others.
Measured = tuple[Sequence[Slots], Sequence[Missing]]
NOT_CONCERNED: Measured = (), ()


def may_fill_slots(call: Call) -> bool:
    """Whether a call can take slots: an attach can, whatever it carries."""
    return call.action == ATTACH or call.action in TYPE_CHANGES or carries_prefixes(call)


def needs_slots(call: Call, facts: Facts) -> Iterable[Ref]:
    """ENI → Instance → InstanceType, as far as prefixes are concerned."""
    if call.action in TYPE_CHANGES:
        return _needs_of_type_change(call, facts)
    return _needs_of_eni(call, facts) if call.action == ATTACH or carries_prefixes(call) else ()


def _needs_of_eni(call: Call, facts: Facts) -> Iterator[Ref]:
    for eni_id in call.ids(ENI, "subject"):
        ref = reference(call, ENI, eni_id)
        yield ref
        eni = facts.value(ref)
        if not isinstance(eni, Eni) or (call.action == ATTACH and not _holds_prefixes(eni)):
            continue
        instance_id = _attaching_to(call) if call.action == ATTACH else eni.attached and eni.instance_id
        if instance_id:
            instance_ref = reference(call, INSTANCE, instance_id)
            yield instance_ref
            instance = facts.value(instance_ref)
            if isinstance(instance, Instance) and instance.type:
                yield reference(call, INSTANCE_TYPE, instance.type)


def _needs_of_type_change(call: Call, facts: Facts) -> Iterator[Ref]:
    new_type = call.parameters.text("InstanceType")
    for instance_id in call.ids(INSTANCE) if new_type else ():
        ref = reference(call, ENI, instance_id, "instance")
        yield ref
        listing = facts.value(ref)
        if (
            new_type
            and isinstance(listing, tuple)
            and any(isinstance(eni, Eni) and _holds_prefixes(eni) for eni in listing)
        ):
            yield reference(call, INSTANCE_TYPE, new_type)


def slots_after(case: Case) -> Measured:
    """The slots of each ENI and family that a call concerns, and what is missing to tell others.

    To be asked `once`.
    """
    call = case.call
    if call.action in TYPE_CHANGES:
        return _after_type_change(case)
    if call.action == ATTACH:
        return _after_attach(case)
    families = [one.family for one in call.once(asked) if one.number]
    return _after_assign(case, families) if families else NOT_CONCERNED


def _after_assign(case: Case, families: Sequence[Family]) -> Measured:
    found = case.once(asked_for)
    if found is None:
        return (), (Missing("the call names no ENI"),)
    if type(found) is Missing:
        return (), (found,)
    holder, eni = found
    if eni.attached is None:
        return (), (holder.missing("its status is not known"),)
    if not case.check(f"{eni.id} is attached to an instance", eni.attached, eni.status):
        return NOT_CONCERNED
    if not eni.instance_id:
        return (), (holder.missing("its record names no instance"),)
    return _measured(holder, eni, families, _type_of(case, eni.instance_id))


def _after_attach(case: Case) -> Measured:
    instances = case.call.ids(INSTANCE, "instance")
    found = case.once(asked_for) if instances else None
    if found is None:
        return (), (Missing("the call does not name both an ENI and an instance"),)
    if type(found) is Missing:
        return (), (found,)
    holder, eni = found
    families, missing = _families_held(holder, eni)
    if case.trace is not None:
        case.check(f"{eni.id} holds prefixes", bool(families), ", ".join([one.label for one in families]))
    if not families:
        return (), missing
    measured, more = _measured(holder, eni, families, _type_of(case, instances[0]))
    return measured, (*missing, *more)


def _after_type_change(case: Case) -> Measured:
    """The ENIs of the instance, measured against the type it is to have."""
    new_type = case.call.parameters.text("InstanceType")
    instances = case.call.ids(INSTANCE)
    if not new_type or not instances:
        return NOT_CONCERNED
    listing = known(case, ENI, instances[0], "instance")
    if not isinstance(listing.value, tuple):
        return (), (listing.missing(),)
    found: list[Slots] = []
    missing: list[Missing] = []
    for eni in listing.value:
        if not isinstance(eni, Eni):
            continue
        families, unsure = _families_held(listing, eni)
        measured, more = (
            _measured(listing, eni, families, known(case, INSTANCE_TYPE, new_type))
            if families
            else NOT_CONCERNED
        )
        found.extend(measured)
        missing.extend((*unsure, *more))
    return found, missing


def _measured(holder: Known, eni: Eni, families: Sequence[Family], kind: Known | Missing) -> Measured:
    if type(kind) is Missing:
        return (), (kind,)
    if not isinstance(kind.value, InstanceType):
        return (), (kind.missing(),)
    found: list[Slots] = []
    missing: list[Missing] = []
    for family in families:
        limit = kind.value.ipv4_per_eni if family.number == 4 else kind.value.ipv6_per_eni
        addresses, prefixes = eni.count(family.number), eni.prefix_count(family.number)
        if limit is None:
            missing.append(kind.missing(f"its limit of {family.label} addresses per ENI is not known"))
        elif addresses is None or prefixes is None:
            missing.append(holder.missing(f"it is not known what {eni.id} holds"))
        else:
            # Every ENI has a primary IPv4 address, also one whose record leaves it out.
            addresses = max(1, addresses) if family.number == 4 else addresses
            found.append(Slots(eni, family, addresses, prefixes, limit, kind.value.id, holder, kind))
    return found, missing


def _type_of(case: Case, instance_id: str) -> Known | Missing:
    """The instance type of an instance."""
    instance = known(case, INSTANCE, instance_id)
    if not isinstance(instance.value, Instance):
        return instance.missing()
    if not instance.value.type:
        return instance.missing("its type is not known")
    return known(case, INSTANCE_TYPE, instance.value.type)


def _families_held(holder: Known, eni: Eni) -> tuple[list[Family], list[Missing]]:
    """The families of which an ENI holds prefixes; whether it does may not be known."""
    held: list[Family] = []
    unsure = False
    for family in FAMILIES:
        count = eni.prefix_count(family.number)
        unsure = unsure or count is None
        if count:
            held.append(family)
    return held, [holder.missing(f"it is not known what prefixes {eni.id} holds")] if unsure else []


def _holds_prefixes(eni: Eni) -> bool:
    return any(eni.prefix_count(family.number) for family in FAMILIES)


def _attaching_to(call: Call) -> str | None:
    found = call.ids(INSTANCE, "instance")
    return found[0] if found else None
