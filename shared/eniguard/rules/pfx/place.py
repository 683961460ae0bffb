"""Where the prefixes of a call would come to lie: the vSwitch, its reserved blocks, and the ENIs beside."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Eni
from eniguard.facts.refs import Ref
from eniguard.facts.state import reference
from eniguard.model.kinds import CIDR_RESERVATION, ENI, VSWITCH
from eniguard.rules.case import Case
from eniguard.rules.pfx.known import Missing, known
from eniguard.rules.pfx.request import ATTACH, asked, carries_prefixes

#: The RAM actions behind ``needs_place`` and ``needs_neighbours``.
PLACE_PERMISSIONS = (
    "ecs:DescribeNetworkInterfaces",
    "vpc:DescribeVSwitches",
    "vpc:ListVSwitchCidrReservations",
)


def needs_eni(call: Call, facts: Facts) -> Sequence[Ref]:
    """The ENI that prefixes are put on, or that is attached with its prefixes."""
    return eni_refs(call) if call.action == ATTACH or carries_prefixes(call) else ()


def needs_place(call: Call, facts: Facts) -> Sequence[Ref]:
    """ENI → its vSwitch with the reserved blocks; nothing for a call without prefixes."""
    if not carries_prefixes(call):
        return ()
    found = list(eni_refs(call))
    for vswitch_id in vswitch_ids(call, facts):
        found.append(reference(call, VSWITCH, vswitch_id))
        found.append(reference(call, CIDR_RESERVATION, vswitch_id, "vswitch"))
    return found


def needs_neighbours(call: Call, facts: Facts) -> Sequence[Ref]:
    """ENI → all ENIs of its vSwitch; only for a call that names its prefixes."""
    wanted = call.once(asked)
    if not wanted or not any(one.prefixes for one in wanted):
        return ()
    listings = [reference(call, ENI, one, "vswitch") for one in vswitch_ids(call, facts)]
    return [*eni_refs(call), *listings]


def eni_refs(call: Call) -> tuple[Ref, ...]:
    """The existing ENIs through which the vSwitch of a call is found, when it does not name one."""
    return call.once(_eni_refs)


def _eni_refs(call: Call) -> tuple[Ref, ...]:
    if call.ids(VSWITCH, "vswitch"):
        return ()
    return tuple([reference(call, ENI, eni_id) for eni_id in call.ids(ENI, "subject", "used")])


def vswitch_ids(call: Call, facts: Facts) -> list[str]:
    """The vSwitches of a call: those it names, else those of its ENIs as far as they are known."""
    found = list(call.ids(VSWITCH, "vswitch"))
    for ref in eni_refs(call):
        eni = facts.value(ref)
        if isinstance(eni, Eni) and eni.vswitch_id:
            found.append(eni.vswitch_id)
    return found


def vswitch_of(case: Case) -> str | Missing:
    """The id of the vSwitch that a call with prefixes is about, or what is missing to tell.

    To be asked `once`.
    """
    call = case.call
    named = call.ids(VSWITCH, "vswitch")
    if named:
        return named[0]
    for eni_id in call.ids(ENI, "subject", "used"):
        eni = known(case, ENI, eni_id)
        if isinstance(eni.value, Eni) and eni.value.vswitch_id:
            return eni.value.vswitch_id
        return eni.missing("its record names no vSwitch")
    return Missing("the call names neither an ENI nor a vSwitch")
