"""The world before and after one call, as the rules see it.

A fact from before the event gives ``before``, and ``after`` is what the call asks for. A fact from at or
after the event gives ``after``, and ``before`` is the earlier copy if there is one (design, "Before and
after").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

from msgspec import Struct, field

from eniguard.events.calls import Call
from eniguard.facts import effects
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import (
    AnyResource,
    CidrList,
    CidrReservation,
    Eip,
    Eni,
    Instance,
    InstanceType,
    Ipv6Address,
    Role,
    SecurityGroup,
    SecurityGroupRule,
    VSwitch,
)
from eniguard.facts.refs import GLOBAL, NEVER_ASKED, Fact, FactValue, Gone, Ref, Unknown
from eniguard.facts.relations import relations_of
from eniguard.facts.rule_effects import START_OR_END, groups_changed, rules_after
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    EIP,
    ENI,
    INSTANCE,
    INSTANCE_TYPE,
    IPV6_ADDRESS,
    PORT_RANGE_LIST,
    PREFIX_LIST,
    ROLE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    VSWITCH,
)

Side = Literal["before", "after"]
#: Told of each fact a rule reads: its reference, the value it saw, and the fact behind it.
Watcher = Callable[[Ref, FactValue, "Fact | None"], None]

_Kind = TypeVar("_Kind")
_NO_COPY = Unknown("the fact is newer than the event, and no earlier copy is on record")


class State(Struct, eq=False):
    """One side of a call. Every look-up gives the resource, ``Gone``, or ``Unknown`` with its reason.

    ``watcher`` is told of each fact that is read. ``memo`` keeps what was worked out once: what `Case.once`
    derives from both sides of the call, and, on the side after it, each value by its reference.
    """

    _call: Call
    _facts: Facts
    _side: Side
    watcher: Watcher | None = None
    memo: dict[Any, Any] = field(default_factory=dict)

    def ref(self, kind: str, value: str, by: str = "id") -> Ref:
        """The reference of a fact in the account and region of the call."""
        return reference(self._call, kind, value, by)

    def get(self, ref: Ref) -> FactValue:
        """The value of a fact on this side of the call."""
        value: FactValue | None
        if self._side == "before":
            facts = self._facts
            fact = facts.get(ref) or facts.find(ref)
            value = fact.value if fact.as_of < self._call.at else self._before(fact)
        else:
            value = self.memo.get(ref)
            if value is None:
                value = self._after(ref)
        if self.watcher is not None:
            self.watcher(ref, value, self._facts.get(ref))
        return value

    def surely(self, ref: Ref) -> FactValue:
        """A resource before the call; if there is no whole copy, what is known of it for certain."""
        facts, at = self._facts, self._call.at
        fact = facts.get(ref) or facts.find(ref)
        value = fact.value if fact.as_of < at else self._before(fact)
        if self.watcher is not None:
            self.watcher(ref, value, fact)
        if type(value) is Unknown and fact.partly is not None and fact.partly.as_of < at:
            return fact.partly.value
        return value

    def wanted(self, needs: Callable[[Call, Facts], Iterable[Ref]]) -> Iterable[Ref]:
        """The facts that a rule's ``needs`` asks for, by all that is known of the call."""
        return needs(self._call, self._facts)

    def fact(self, ref: Ref) -> Fact | None:
        """The fact that the value on this side rests on, for its source and age."""
        fact = self._facts[ref]
        if fact is NEVER_ASKED:
            return None
        if self._side == "before" and fact.newer_than(self._call.at):
            return fact.earlier or fact.partly
        return fact

    def eni(self, eni_id: str) -> Eni | Unknown | Gone:
        """An ENI by its id."""
        return self._one(ENI, eni_id, Eni)

    def security_group(self, group_id: str) -> SecurityGroup | Unknown | Gone:
        """A security group by its id."""
        return self._one(SECURITY_GROUP, group_id, SecurityGroup)

    def instance(self, instance_id: str) -> Instance | Unknown | Gone:
        """An instance by its id."""
        return self._one(INSTANCE, instance_id, Instance)

    def instance_type(self, name: str) -> InstanceType | Unknown | Gone:
        """An instance type by its name (``ecs.g7.large``)."""
        return self._one(INSTANCE_TYPE, name, InstanceType)

    def vswitch(self, vswitch_id: str) -> VSwitch | Unknown | Gone:
        """A vSwitch by its id."""
        return self._one(VSWITCH, vswitch_id, VSwitch)

    def reservation(self, reservation_id: str) -> CidrReservation | Unknown | Gone:
        """A reserved block by its id."""
        return self._one(CIDR_RESERVATION, reservation_id, CidrReservation)

    def eip(self, allocation_id: str) -> Eip | Unknown | Gone:
        """An EIP by its allocation id."""
        return self._one(EIP, allocation_id, Eip)

    def ipv6_address(self, address_id: str) -> Ipv6Address | Unknown | Gone:
        """An IPv6 address by its id."""
        return self._one(IPV6_ADDRESS, address_id, Ipv6Address)

    def role(self, name: str) -> Role | Unknown | Gone:
        """A RAM role by its name."""
        return self._one(ROLE, name, Role)

    def enis(self, by: str, value: str) -> tuple[Eni, ...] | Unknown:
        """All ENIs of a vSwitch, security group, instance or VPC, or all managed (``managed``, ``true``)."""
        return self.listed(self.ref(ENI, value, by), Eni)

    def security_groups(self, by: str, value: str) -> tuple[SecurityGroup, ...] | Unknown:
        """All security groups of a VPC, or all managed ones (``managed``, ``true``)."""
        return self.listed(self.ref(SECURITY_GROUP, value, by), SecurityGroup)

    def reservations(self, vswitch_id: str) -> tuple[CidrReservation, ...] | Unknown:
        """All reserved blocks of a vSwitch."""
        return self.listed(self.ref(CIDR_RESERVATION, vswitch_id, "vswitch"), CidrReservation)

    def ipv6_addresses(self, bandwidth_id: str) -> tuple[Ipv6Address, ...] | Unknown:
        """The IPv6 addresses that use an Internet bandwidth (one, as far as is known)."""
        return self.listed(self.ref(IPV6_ADDRESS, bandwidth_id, "ipv6_bandwidth"), Ipv6Address)

    def security_group_rules(self, by: str, value: str) -> tuple[SecurityGroupRule, ...] | Unknown:
        """All rules of a ``security_group``, or that name a ``prefix_list`` or ``port_range_list``.

        Only the rules of a group show what the call asks for (`eniguard.facts.rule_effects`).
        """
        call = self._call
        ref = reference(call, SECURITY_GROUP_RULE, value, by)
        found = self.listed(ref, SecurityGroupRule)
        if type(found) is Unknown and call.action not in START_OR_END:
            return found
        if self._side == "before" or by != "security_group" or value not in groups_changed(call):
            return found
        return found if self._facts[ref].newer_than(call.at) else rules_after(call, value, found)

    def prefix_list(self, list_id: str) -> CidrList | Unknown | Gone:
        """A prefix list by its id."""
        return self._one(PREFIX_LIST, list_id, CidrList)

    def port_range_list(self, list_id: str) -> CidrList | Unknown | Gone:
        """A port list by its id."""
        return self._one(PORT_RANGE_LIST, list_id, CidrList)

    def _one(self, kind: str, value: str, cls: type[_Kind]) -> _Kind | Unknown | Gone:
        found = self.get(reference(self._call, kind, value))
        if isinstance(found, (cls, Unknown, Gone)):
            return found
        return Unknown(f"{kind} {value} is recorded as something else")

    def listed(self, ref: Ref, cls: type[_Kind]) -> tuple[_Kind, ...] | Unknown:
        """The listing behind a reference."""
        found = self.get(ref)
        if type(found) is Unknown:
            return found
        if type(found) is tuple:
            return _of_kind(found, cls)
        return Unknown(f"{ref.kind} by {ref.by}={ref.value} is not a listing")

    def _before(self, fact: Fact) -> FactValue:
        if not fact.newer_than(self._call.at):
            return fact.value
        return _NO_COPY if fact.earlier is None else fact.earlier.value

    def _after(self, ref: Ref) -> FactValue:
        facts, at = self._facts, self._call.at
        fact = facts.get(ref) or facts.find(ref)
        value = fact.value if fact.as_of >= at and fact.newer_than(at) else self._changed(ref, fact.value)
        if fact is not NEVER_ASKED:
            self.memo[ref] = value
        return value

    def _changed(self, ref: Ref, before: FactValue) -> FactValue:
        """The value of a fact after the call, from the one before it."""
        call = self._call
        if type(before) is Unknown or type(before) is Gone:
            made = effects.created(call, ref.kind) if ref.by == "id" else None
            return made if made is not None and made.id == ref.value else before
        if isinstance(before, tuple):
            return self._listing_after(ref, before)
        return effects.apply(call, ref.kind, before)

    def _listing_after(self, ref: Ref, before: tuple[AnyResource, ...]) -> FactValue:
        """A listing after the call; the same object when the call names nothing in it."""
        if ref.kind not in effects.kinds_changed(self._call.action):
            return before
        named = self._call.ids(ref.kind)
        present = {one.id for one in before if one.id in named}
        newcomers = self._newcomers(ref.kind, present)
        if not present and not newcomers:
            return before
        found: list[AnyResource] = []
        for one in (*before, *newcomers):
            if one.id not in named:
                found.append(one)
                continue
            after = effects.apply(self._call, ref.kind, one)
            if not isinstance(after, Gone) and _stands(after, ref):
                found.append(after)
        return tuple(found)

    def _newcomers(self, kind: str, present: set[str]) -> list[AnyResource]:
        """Resources the call names or makes that were not in the listing: it may bring them in."""
        found: list[AnyResource] = []
        for target in self._call.ids(kind):
            if target in present:
                continue
            known = self._facts[self.ref(kind, target)].value
            value = effects.created(self._call, kind) if isinstance(known, Unknown) else known
            if value is None or isinstance(value, (Unknown, Gone, tuple)):
                continue
            if value.id == target:
                found.append(value)
        return found


def reference(call: Call, kind: str, value: str, by: str = "id") -> Ref:
    """The reference of a fact in the account and region of a call; RAM is global and has no region."""
    return Ref(call.account_id or "", "" if kind in GLOBAL else call.region, kind, by, value)


def _of_kind(resources: tuple[AnyResource, ...], cls: type[_Kind]) -> tuple[_Kind, ...]:
    # A function of its own: in that of its caller a comprehension would cost every listing that is not known.
    return tuple([one for one in resources if isinstance(one, cls)])


def _stands(resource: AnyResource, ref: Ref) -> bool:
    """Whether a resource belongs to the listing of a relation."""
    return (ref.kind, ref.by, ref.value) in relations_of(resource)
