"""The IP prefixes that a call asks for, and the ENI or vSwitch it asks them for."""

from __future__ import annotations

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts import effects
from eniguard.facts.blocks import cidrs
from eniguard.facts.kinds import Eni
from eniguard.facts.refs import Unknown
from eniguard.facts.state import reference
from eniguard.model import Resource
from eniguard.model.kinds import ENI, VSWITCH
from eniguard.rules.case import Case
from eniguard.rules.pfx.known import Known, Missing, known
from eniguard.rules.subjects import eni_resource

CREATE = "ecs:CreateNetworkInterface"
ASSIGN_IPV4 = "ecs:AssignPrivateIpAddresses"
ASSIGN_IPV6 = "ecs:AssignIpv6Addresses"
ATTACH = "ecs:AttachNetworkInterface"
#: The two calls that put prefixes on an existing ENI.
ASSIGN_ONLY = frozenset((ASSIGN_IPV4, ASSIGN_IPV6))
#: All calls that take prefix parameters; RunInstances has none (docs/sources.md, Domain).
ASSIGN = frozenset((*ASSIGN_ONLY, CREATE))

#: Stands for the id of a resource that a call does not name.
NOT_NAMED = "(not named)"


class Family(Struct, frozen=True, gc=False):
    """One IP family: its number, the parameters that belong to it, and the mask of its prefixes."""

    number: int
    label: str
    prefix: str
    prefix_count: str
    address: str
    address_count: str
    length: int


#: Seed 002, IP addresses: "/28" for IPv4 prefixes, "/80" for IPv6 prefixes.
IPV4 = Family(
    4, "IPv4", "Ipv4Prefix", "Ipv4PrefixCount", "PrivateIpAddress", "SecondaryPrivateIpAddressCount", 28
)
IPV6 = Family(6, "IPv6", "Ipv6Prefix", "Ipv6PrefixCount", "Ipv6Address", "Ipv6AddressCount", 80)
FAMILIES = (IPV4, IPV6)

_PREFIX_PARAMETERS = frozenset(name for one in FAMILIES for name in (one.prefix, one.prefix_count))


class Asked(Struct, frozen=True, gc=False):
    """The prefixes of one family that a call asks for: by name, by number, or (wrongly) both."""

    family: Family
    prefixes: tuple[str, ...]
    count: int | None

    @property
    def number(self) -> int:
        """How many prefixes the call asks for; names go before a number, as the state after a call has it."""
        return len(self.prefixes) or max(0, self.count or 0)

    @property
    def shown(self) -> str:
        """What was asked, in the words of the call."""
        if self.prefixes:
            return f"{self.family.prefix} {', '.join(self.prefixes)}"
        return f"{self.family.prefix_count} {self.count}"


def carries_prefixes(call: Call) -> bool:
    """Whether a call carries any prefix parameter, readable or not; the cheap first question of each rule."""
    parameters = call.parameters
    return not (
        _PREFIX_PARAMETERS.isdisjoint(parameters.values)
        and _PREFIX_PARAMETERS.isdisjoint(parameters.malformed)
    )


def asked(call: Call) -> tuple[Asked, ...]:
    """What a call asks for, per family of which it carries a readable prefix parameter.

    A blank text is no prefix: an empty field in the console means "assign one" (seed 002, Scenario 1).
    To be asked `once`.
    """
    if not carries_prefixes(call):
        return ()
    values = call.parameters.values
    found = []
    for family in FAMILIES:
        if family.prefix in values or family.prefix_count in values:
            prefixes = listed(call, family.prefix)
            found.append(Asked(family, prefixes, call.parameters.integer(family.prefix_count)))
    return tuple(found)


def listed(call: Call, parameter: str) -> tuple[str, ...]:
    """The texts of a list parameter that are not blank."""
    texts = call.parameters.texts(parameter)
    return tuple(filter(str.strip, texts)) if texts else ()


def blocks_asked(call: Call) -> tuple[str, ...]:
    """The prefixes that a call asks for; none when it asks for some by number, or one cannot be read."""
    wanted = call.once(asked)
    if not all(one.prefixes for one in wanted):
        return ()
    return cidrs([text for one in wanted for text in one.prefixes])


def target_eni(call: Call) -> str | None:
    """The ENI a call is about: the one it names, or the one it created."""
    found = call.ids(ENI, "subject", "created")
    return found[0] if found else None


def asked_for(case: Case) -> tuple[Known, Eni] | Missing | None:
    """The ENI a call is about as the call wants it, whether it succeeded or not; ``None`` if it names none.

    To be asked `once`. No record holds what was asked for in vain, so for such a call it is put in.
    """
    call = case.call
    eni_id = target_eni(call)
    if eni_id is None:
        return None
    if call.outcome == "ok":
        ref = reference(call, ENI, eni_id)
        holder = Known(ref, case.after.get(ref), case.after)
    else:
        holder = known(case, ENI, eni_id)
        if type(holder.value) is Eni:
            wanted = effects.apply(call, ENI, holder.value)
            holder = Known(holder.ref, wanted, holder.state, holder.later)
    eni = holder.value
    return (holder, eni) if type(eni) is Eni else holder.missing()


def subject_of(case: Case) -> Resource:
    """What findings about a call with prefixes are about: its ENI, else the vSwitch of a new one.

    To be asked `once`.
    """
    call = case.call
    eni_id = target_eni(call)
    if eni_id is not None:
        ref = reference(call, ENI, eni_id)
        eni = case.before.get(ref)
        if type(eni) is Unknown:
            eni = case.after.get(ref)
        return eni_resource(eni) if type(eni) is Eni else Resource(ENI, eni_id)
    if call.action != CREATE:
        return Resource(ENI, NOT_NAMED)
    vswitches = call.ids(VSWITCH, "vswitch")
    return Resource(VSWITCH, vswitches[0] if vswitches else NOT_NAMED)
