"""Which ENIs and security groups a call is really about.

Five of the six VPC calls of the managed-ENI table do not name the ENI: an EIP or an IPv6 address has to be
resolved first (openapi.md 1.2). What cannot be resolved is a subject whose resource is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Eip, Eni, Ipv6Address, SecurityGroup
from eniguard.facts.refs import FactValue, Gone, Ref, Unknown
from eniguard.facts.state import reference
from eniguard.model import Resource
from eniguard.model.kinds import EIP, ENI, IPV6_ADDRESS, IPV6_BANDWIDTH, SECURITY_GROUP
from eniguard.roles import owner_service
from eniguard.rules.case import Case

#: ``InstanceType`` of an EIP, ``AssociatedInstanceType`` of an IPv6 address, when an ENI holds it.
ON_AN_ENI = "NetworkInterface"


class EniSubject(Struct, frozen=True, gc=False):
    """One ENI a call is about.

    ``eni`` is its state before the call, ``None`` when not known; ``missing`` then names the fact.
    ``id`` is ``None`` when not even the id could be found out; ``via`` is the id the call named instead.
    """

    id: str | None
    eni: Eni | None
    missing: Ref | None = None
    reason: str = ""
    via: str | None = None

    def resource(self) -> Resource:
        """The subject as findings name it; an unresolved one under the id that the call gave."""
        if self.id is None:
            return Resource(ENI, f"(behind {self.via})")
        return eni_resource(self.id, self.eni)


class GroupSubject(Struct, frozen=True, gc=False):
    """One security group a call names; ``group`` is its state before the call, ``None`` when not known."""

    id: str
    group: SecurityGroup | None
    missing: Ref
    reason: str = ""

    def resource(self) -> Resource:
        """The subject as findings name it."""
        managed = None if self.group is None else self.group.managed
        return Resource(SECURITY_GROUP, self.id, managed, group_owner(self.group))


def eni_resource(eni_id: str, eni: Eni | None) -> Resource:
    """An ENI as findings name it."""
    if eni is None:
        return Resource(ENI, eni_id)
    return Resource(ENI, eni_id, eni.managed, eni_owner(eni))


def eni_owner(eni: Eni | None) -> str | None:
    """The service that manages an ENI, read off its description; ``None`` when it cannot be told."""
    return owner_service(eni.description) if eni is not None and eni.managed else None


def group_owner(group: SecurityGroup | None) -> str | None:
    """The service that manages a security group, read off its description; ``None`` when it cannot be told."""
    return owner_service(group.description) if group is not None and group.managed else None


def needs_enis(call: Call, facts: Facts) -> Iterator[Ref]:
    """The ENIs a call is about, through EIPs and IPv6 addresses where it does not name them."""
    for eni_id in call.ids(ENI, "subject", "used"):
        yield reference(call, ENI, eni_id)
    for allocation_id in call.ids(EIP, "subject"):
        ref = reference(call, EIP, allocation_id)
        yield ref
        yield from _eni_behind(call, facts.value(ref))
    for address_id in call.ids(IPV6_ADDRESS, "subject"):
        ref = reference(call, IPV6_ADDRESS, address_id)
        yield ref
        yield from _eni_behind(call, facts.value(ref))
    for bandwidth_id in call.ids(IPV6_BANDWIDTH, "subject"):
        ref = reference(call, IPV6_ADDRESS, bandwidth_id, "ipv6_bandwidth")
        yield ref
        found = facts.value(ref)
        for address in found if isinstance(found, tuple) else ():
            yield from _eni_behind(call, address)


def needs_groups(call: Call, facts: Facts) -> Iterator[Ref]:
    """Every security group a call names, peers included."""
    for group_id in call.ids(SECURITY_GROUP):
        yield reference(call, SECURITY_GROUP, group_id)


def _eni_behind(call: Call, holder: FactValue) -> Iterator[Ref]:
    if isinstance(holder, Eip | Ipv6Address) and holder.instance_type == ON_AN_ENI and holder.instance_id:
        yield reference(call, ENI, holder.instance_id)


def eni_subjects(case: Case) -> list[EniSubject]:
    """The ENIs a call is about, each once, with their state before the call."""
    call = case.call
    found = {eni_id: _subject(case, eni_id) for eni_id in call.ids(ENI, "subject", "used")}
    unresolved: list[EniSubject] = []
    for holder_id, ref, holder in _holders(case):
        if isinstance(holder, Eip | Ipv6Address):
            if holder.instance_type == ON_AN_ENI and holder.instance_id:
                found.setdefault(holder.instance_id, _subject(case, holder.instance_id, via=holder_id))
        elif not call.ids(ENI, "used"):
            unresolved.append(EniSubject(None, None, ref, _why(holder), via=holder_id))
    return [*found.values(), *unresolved]


def _holders(case: Case) -> Iterator[tuple[str, Ref, FactValue]]:
    call, before = case.call, case.before
    for allocation_id in call.ids(EIP, "subject"):
        yield allocation_id, before.ref(EIP, allocation_id), before.eip(allocation_id)
    for address_id in call.ids(IPV6_ADDRESS, "subject"):
        yield address_id, before.ref(IPV6_ADDRESS, address_id), before.ipv6_address(address_id)
    for bandwidth_id in call.ids(IPV6_BANDWIDTH, "subject"):
        ref = before.ref(IPV6_ADDRESS, bandwidth_id, "ipv6_bandwidth")
        users = before.ipv6_addresses(bandwidth_id)
        if isinstance(users, Unknown):
            yield bandwidth_id, ref, users
        for address in users if isinstance(users, tuple) else ():
            yield bandwidth_id, ref, address


def _subject(case: Case, eni_id: str, *, via: str | None = None) -> EniSubject:
    value = case.before.eni(eni_id)
    if isinstance(value, Eni):
        return EniSubject(eni_id, value, via=via)
    return EniSubject(eni_id, None, case.before.ref(ENI, eni_id), _why(value), via)


def group_subjects(case: Case, *parts: str) -> list[GroupSubject]:
    """The security groups a call names in the given parts (all when none is given), each once."""
    call = case.call
    ids = dict.fromkeys(
        t.id for t in call.targets if t.kind == SECURITY_GROUP and (not parts or t.part in parts)
    )
    return [_group(case, group_id) for group_id in ids]


def _group(case: Case, group_id: str) -> GroupSubject:
    value = case.before.security_group(group_id)
    ref = case.before.ref(SECURITY_GROUP, group_id)
    if isinstance(value, SecurityGroup):
        return GroupSubject(group_id, value, ref)
    return GroupSubject(group_id, None, ref, _why(value))


def _why(value: FactValue) -> str:
    if isinstance(value, Unknown):
        return value.reason
    return "it was already removed" if isinstance(value, Gone) else "its record cannot be read"
