"""How many addresses a security group holds, on both sides of a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import AnyResource, Eni, SecurityGroup
from eniguard.facts.refs import FactValue, Ref, Unknown
from eniguard.facts.state import State, reference
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.rules.case import Case
from eniguard.rules.tallies import Tallies

#: Calls that put addresses or prefixes on an ENI; the groups they fill are those of the ENI.
ASSIGN = frozenset(("ecs:AssignPrivateIpAddresses", "ecs:AssignIpv6Addresses"))
#: Calls that can bring an ENI, or more addresses, into a security group (docs/sources.md, Domain).
FILLS_GROUP = ASSIGN | {
    "ecs:JoinSecurityGroup",
    "ecs:CreateNetworkInterface",
    "ecs:ModifyNetworkInterfaceAttribute",
}
#: Of those, the ones that fill a group whatever they name.
_ALWAYS_FILL = ASSIGN | {"ecs:CreateNetworkInterface"}
_AN_ENI = (ENI, "subject")
_A_GROUP = (SECURITY_GROUP, "group")


class Usage(Struct, frozen=True, gc=False):
    """What a group holds: ENIs, their addresses of both families, and their prefixes (each counts as one)."""

    enis: int
    addresses: int
    prefixes: int

    @property
    def total(self) -> int:
        """Addresses and prefixes together (seed 002, Limitations: Security group)."""
        return self.addresses + self.prefixes


class _Sum:
    """What the ENIs of a group add up to; ``untold`` is how many do not tell what they hold."""

    __slots__ = ("addresses", "enis", "prefixes", "untold")

    def __init__(self) -> None:
        self.enis = self.addresses = self.prefixes = self.untold = 0

    def add(self, one: AnyResource) -> None:
        self._count(one, 1)

    def drop(self, one: AnyResource) -> None:
        self._count(one, -1)

    def _count(self, one: AnyResource, times: int) -> None:
        if not isinstance(one, Eni):
            return
        self.enis += times
        counts = one.held()
        if counts is None:
            self.untold += times
        else:
            self.addresses += times * counts[0]
            self.prefixes += times * counts[1]


_SUMS = Tallies(_Sum)
#: Up to so many ENIs, adding them up anew costs less than finding out which of them have changed.
_FEW = 16


@final
class Untold(Struct, frozen=True, gc=False):
    """The fact that is missing to tell the usage of a group, and why it does not tell."""

    missing: Ref
    why: str


def needs_usage(call: Call, facts: Facts) -> Sequence[Ref]:
    """The groups that a call fills, and all ENIs in each of them."""
    if not fills_group(call):
        return ()
    found = [reference(call, ENI, eni_id) for eni_id in call.ids(ENI, "subject")]
    for group_id in _groups(call, facts):
        found.append(reference(call, SECURITY_GROUP, group_id))
        found.append(reference(call, ENI, group_id, "security_group"))
    return found


def fills_group(call: Call) -> bool:
    """Whether a call can fill a group at all: one that joins an instance, or changes a name, cannot."""
    if call.action in _ALWAYS_FILL:
        return True
    named = call.places.each
    return _AN_ENI in named and _A_GROUP in named


def _groups(call: Call, facts: Facts) -> Sequence[str]:
    if call.action not in ASSIGN:
        return call.ids(SECURITY_GROUP, "group")
    found: list[str] = []
    for eni_id in call.ids(ENI, "subject"):
        eni = facts.value(reference(call, ENI, eni_id))
        if isinstance(eni, Eni):
            found.extend(eni.security_group_ids or ())
    return found


def groups_filled(case: Case) -> Sequence[str] | Untold:
    """The ids of the groups that a call fills, or what is missing to tell; to be asked `once`."""
    call = case.call
    if not fills_group(call):
        return ()
    for eni_id in call.ids(ENI, "subject"):
        ref = reference(call, ENI, eni_id)
        eni = case.after.get(ref)
        if type(eni) is not Eni:
            return _untold(ref, eni)
        if call.action in ASSIGN:
            known = eni.security_group_ids
            return _untold(ref, eni, "its security groups are not known") if known is None else known
    return tuple(dict.fromkeys(call.ids(SECURITY_GROUP, "group")))


def group_type(case: Case, group_id: str) -> str | Untold:
    """The type of a group (``normal`` or ``enterprise``), which no call changes; to be asked `once_for`."""
    ref = reference(case.call, SECURITY_GROUP, group_id)
    group = case.before.get(ref)
    if type(group) is Unknown:
        group = case.after.get(ref)
    if type(group) is not SecurityGroup:
        return _untold(ref, group)
    return group.type.lower() if group.type else _untold(ref, group, "its type is not known")


def usage(state: State, ref: Ref) -> Usage | Untold:
    """What a group holds on one side of a call, by the complete listing of its ENIs behind ``ref``."""
    listing = state.get(ref)
    if type(listing) is not tuple:
        return _untold(ref, listing)
    found = usage_of(ref.value, listing)
    return _untold(ref, listing, f"it is not known what {found} holds") if isinstance(found, str) else found


def usage_of(group_id: str, listing: tuple[AnyResource, ...]) -> Usage | str:
    """As `summed`, for a group whose listings are met again and again: it costs what changed since."""
    if len(listing) > _FEW:
        found = _SUMS.of(group_id, listing)
        if not found.untold:
            return Usage(found.enis, found.addresses, found.prefixes)
    return summed(listing)


def summed(listing: Sequence[AnyResource]) -> Usage | str:
    """What a group of exactly these ENIs holds, or the id of one of which that is not known."""
    enis = addresses = prefixes = 0
    for eni in listing:
        if not isinstance(eni, Eni):
            continue
        held = eni.held()
        if held is None:
            return eni.id
        enis += 1
        addresses += held[0]
        prefixes += held[1]
    return Usage(enis, addresses, prefixes)


def _untold(ref: Ref, value: FactValue, silent: str = "it was already removed") -> Untold:
    """What a fact does not tell; ``silent`` is why, where it is known."""
    return Untold(ref, value.reason if type(value) is Unknown else silent)
