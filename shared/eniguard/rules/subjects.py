"""Which ENIs and security groups a call is really about.

Five of the six VPC calls of the managed-ENI table do not name the ENI: an EIP or an IPv6 address has to be
resolved first (docs/sources.md, API). What cannot be resolved is a subject whose resource is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.events.catalog import APIS, Part
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Eip, Eni, Ipv6Address, SecurityGroup
from eniguard.facts.refs import FactValue, Gone, Ref, Unknown
from eniguard.facts.state import reference
from eniguard.model import Resource
from eniguard.model.kinds import EIP, ENI, IPV6_ADDRESS, IPV6_BANDWIDTH, SECURITY_GROUP
from eniguard.rules.case import Case
from eniguard.rules.owners import NOBODY_KNOWN, Owner, eni_owner, group_owner

#: ``InstanceType`` of an EIP, ``AssociatedInstanceType`` of an IPv6 address, when an ENI holds it.
ON_AN_ENI = "NetworkInterface"
#: Calls that say themselves what an EIP is to be bound to; what held it before is none of their business.
_BINDS_EIP = frozenset(("AssociateEipAddress", "AssociateEipAddressBatch"))

#: Calls that name an EIP or something of an IPv6 address.
_THROUGH_HOLDERS = frozenset(
    api.action
    for api in APIS.values()
    if any(where.kind in (EIP, IPV6_ADDRESS, IPV6_BANDWIDTH) for where in api.targets)
)

_NOT_SAID = "its record does not say"


class Subject(Protocol):
    """A resource that is managed by a cloud service, or not, or nobody knows."""

    @property
    def name(self) -> str:
        """The id, or what stands for it."""

    @property
    def managed(self) -> bool | None:
        """Whether a cloud service managed it before the call; ``None`` when not known."""

    @property
    def missing(self) -> Ref:
        """The fact that says whether it is managed."""

    @property
    def reason(self) -> str:
        """Why that fact says nothing."""

    @property
    def description(self) -> str | None:
        """Its Description before the call, free text."""

    @property
    def owner(self) -> Owner:
        """The service it belongs to, if it is managed."""

    @property
    def via(self) -> str | None:
        """The id the call named instead of it."""

    def resource(self, *, proven: bool = False) -> Resource:
        """The subject as findings name it; ``proven`` when the event itself says that it is managed."""


class EniSubject(Struct, frozen=True, gc=False):
    """One ENI a call is about.

    ``name`` is its id, or what stands for it when not even the id could be found out; ``managed`` is as
    before the call. ``missing`` is the fact that tells whether it is managed, and ``reason`` why it does not.
    ``eni`` is its state before the call, ``None`` when not known; ``via`` the id the call named instead.
    """

    name: str
    managed: bool | None
    missing: Ref
    reason: str = ""
    eni: Eni | None = None
    via: str | None = None

    @property
    def description(self) -> str | None:
        """Its Description before the call."""
        return None if self.eni is None else self.eni.description

    @property
    def owner(self) -> Owner:
        """The service it belongs to, if it is managed."""
        return NOBODY_KNOWN if self.eni is None else eni_owner(self.eni)

    def resource(self, *, proven: bool = False) -> Resource:
        """The subject as findings name it; an unresolved one under the id that the call gave."""
        if proven or self.managed:
            return Resource(ENI, self.name, True, self.owner.service)
        return Resource(ENI, self.name, self.managed)


class GroupSubject(Struct, frozen=True, gc=False):
    """One security group a call names; the fields are those of `EniSubject`.

    ``group`` is its state before the call, ``None`` when not known.
    """

    name: str
    managed: bool | None
    missing: Ref
    reason: str = ""
    group: SecurityGroup | None = None
    owner: Owner = NOBODY_KNOWN
    via: str | None = None

    @property
    def description(self) -> str | None:
        """Its description before the call."""
        return None if self.group is None else self.group.description

    def resource(self, *, proven: bool = False) -> Resource:
        """The subject as findings name it."""
        if proven or self.managed:
            return Resource(SECURITY_GROUP, self.name, True, self.owner.service)
        return Resource(SECURITY_GROUP, self.name, self.managed)


def eni_resource(eni: Eni) -> Resource:
    """A known ENI as findings name it."""
    return Resource(ENI, eni.id, eni.managed, eni_owner(eni).service if eni.managed else None)


def needs_enis(call: Call, facts: Facts) -> Sequence[Ref]:
    """The ENIs a call is about, through EIPs and IPv6 addresses where it does not name them."""
    holders = _holder_refs(call)
    if not holders:
        return _eni_refs(call)
    found = _eni_refs(call)
    for ref in holders:
        found.append(ref)
        value = facts.value(ref)
        behind = [_eni_behind(one) for one in (value if isinstance(value, tuple) else (value,))]
        found += [reference(call, ENI, one) for one in behind if one]
    return found


def _eni_refs(call: Call) -> list[Ref]:
    return [reference(call, ENI, one) for one in call.ids(ENI, "subject", "used")]


def needs_groups(call: Call, facts: Facts) -> Sequence[Ref]:
    """Every security group a call names, peers included."""
    return call.once(_group_refs)


def _group_refs(call: Call) -> tuple[Ref, ...]:
    return tuple([reference(call, SECURITY_GROUP, one) for one in call.ids(SECURITY_GROUP)])


def eni_subjects(case: Case) -> list[EniSubject]:
    """The ENIs a call is about, each once, with their state before the call."""
    call = case.call
    named = call.ids(ENI, "subject", "used")
    if len(named) == 1 and call.action not in _THROUGH_HOLDERS:  # nearly every call
        return [_subject(case, named[0])]
    return _resolved(case, named)


def _resolved(case: Case, named: Sequence[str]) -> list[EniSubject]:
    """The ENIs that a call names, and those behind what it names."""
    found = {one: _subject(case, one) for one in named}
    unresolved: list[EniSubject] = []
    for ref in _holder_refs(case.call):
        value = case.before.get(ref)
        if type(value) is Unknown or type(value) is Gone:
            unresolved.append(EniSubject(f"(behind {ref.value})", None, ref, _why(value), via=ref.value))
            continue
        for holder in value if isinstance(value, tuple) else (value,):
            if eni_id := _eni_behind(holder):
                found.setdefault(eni_id, _subject(case, eni_id, ref.value))
    return [*found.values(), *unresolved]


def group_subjects(case: Case, *parts: Part) -> list[GroupSubject]:
    """The security groups a call names in the given parts (all when none is given), each once."""
    return [group_subject(case, one) for one in dict.fromkeys(case.call.ids(SECURITY_GROUP, *parts))]


def groups_written(case: Case) -> list[GroupSubject]:
    """The security groups that a call changes or puts something into; a peer is only named by it."""
    ids = case.call.ids(SECURITY_GROUP, "subject", "group")
    return [_group(case, ids[0])] if len(ids) == 1 else _groups(case, ids)  # nearly always one


def _groups(case: Case, ids: Sequence[str]) -> list[GroupSubject]:
    return [_group(case, one) for one in dict.fromkeys(ids)]


def group_subject(case: Case, group_id: str) -> GroupSubject:
    """One of the security groups that a call names."""
    return case.once_for(_group, group_id)


def _holder_refs(call: Call) -> tuple[Ref, ...]:
    """The facts through which a call's ENI is found: an EIP, or an IPv6 address."""
    return call.once(_find_holder_refs) if call.action in _THROUGH_HOLDERS else ()


def _find_holder_refs(call: Call) -> tuple[Ref, ...]:
    return tuple(_iterate_holder_refs(call))


def _iterate_holder_refs(call: Call) -> Iterator[Ref]:
    addresses = call.ids(IPV6_ADDRESS, "subject")
    for address_id in addresses:
        yield reference(call, IPV6_ADDRESS, address_id)
    for bandwidth_id in () if addresses else call.ids(IPV6_BANDWIDTH, "subject"):
        yield reference(call, IPV6_ADDRESS, bandwidth_id, "ipv6_bandwidth")
    if call.name in _BINDS_EIP or _names_holder(call):
        return
    for allocation_id in call.ids(EIP, "subject"):
        yield reference(call, EIP, allocation_id)


def _names_holder(call: Call) -> bool:
    """Whether a call that unbinds an EIP says itself what holds it; without a type the id says nothing."""
    return bool(call.parameters.text("InstanceType") and call.parameters.text("InstanceId"))


def _eni_behind(holder: FactValue) -> str | None:
    if isinstance(holder, (Eip, Ipv6Address)) and holder.instance_type == ON_AN_ENI:
        return holder.instance_id
    return None


def _subject(case: Case, eni_id: str, via: str | None = None) -> EniSubject:
    ref = reference(case.call, ENI, eni_id)
    value = case.before.surely(ref)
    if type(value) is Unknown:
        return EniSubject(eni_id, None, ref, value.reason, None, via)
    if type(value) is not Eni:
        return EniSubject(eni_id, None, ref, _why(value), None, via)
    return EniSubject(eni_id, value.managed, ref, _NOT_SAID if value.managed is None else "", value, via)


def _group(case: Case, group_id: str) -> GroupSubject:
    ref = reference(case.call, SECURITY_GROUP, group_id)
    value = case.before.surely(ref)
    if type(value) is Unknown:
        return GroupSubject(group_id, None, ref, value.reason)
    if type(value) is not SecurityGroup:
        return GroupSubject(group_id, None, ref, _why(value))
    owner = group_owner(value, case.policy.actors.service_ids)
    return GroupSubject(
        group_id, value.managed, ref, _NOT_SAID if value.managed is None else "", value, owner
    )


def _why(value: FactValue) -> str:
    """Why a fact does not tell what it is asked for."""
    if type(value) is Unknown:
        return value.reason
    return "it was already removed" if isinstance(value, Gone) else "it is recorded as something else"
