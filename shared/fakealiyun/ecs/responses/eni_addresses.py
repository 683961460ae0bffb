"""Addresses and prefixes of ENIs: the two Assign calls and the two that take back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakealiyun.documents import PREFIXES_PER_CALL
from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.addresses import AddressSpace
from fakealiyun.ecs.models.asks import Ask, AskRules, Family, address_number, check_ask, prefix_block
from fakealiyun.ecs.models.eni import Eni
from fakealiyun.ecs.models.quotas import check_room, check_slots, check_without_instance
from fakealiyun.ecs.responses.eni_making import grant, read_ask
from fakealiyun.errors import MissingParameter
from fakealiyun.managed import check_eni
from fakealiyun.services import Call, Fields, Handler, idempotent

#: Single addresses of one call, by list and by count, as the text of the two Assign calls has it; no bound is
#: given for the IPv4 count.
_RULES: dict[Family, AskRules] = {
    4: AskRules(range(1, 33), range(1, 1 << 16), PREFIXES_PER_CALL),
    6: AskRules(range(1, 11), range(1, 11), PREFIXES_PER_CALL),
}


def assign_private_ip_addresses(call: Call) -> Fields:
    """Give an ENI secondary private IPv4 addresses or IPv4 prefixes."""
    return idempotent(call, lambda: _ipv4_assigned(call))


def assign_ipv6_addresses(call: Call) -> Fields:
    """Give an ENI IPv6 addresses or prefixes."""
    return idempotent(call, lambda: _ipv6_assigned(call))


def _ipv4_assigned(call: Call) -> Fields:
    eni, addresses, prefixes = _assigned(call, 4)
    answer: dict[str, Any] = {"NetworkInterfaceId": eni.id}
    if addresses:
        answer["PrivateIpSet"] = {"PrivateIpAddress": addresses}
    if prefixes:
        answer["Ipv4PrefixSet"] = {"Ipv4Prefixes": prefixes}
    return {"AssignedPrivateIpAddressesSet": answer}


def _ipv6_assigned(call: Call) -> Fields:
    eni, addresses, prefixes = _assigned(call, 6)
    return {
        "NetworkInterfaceId": eni.id,
        "Ipv6Sets": {"Ipv6Address": addresses},
        "Ipv6PrefixSets": {"Ipv6Prefix": prefixes},
    }


def _assigned(call: Call, family: Family) -> tuple[Eni, list[str], list[str]]:
    """The ENI of an Assign call, with the addresses and prefixes it was given."""
    eni_id = call.parameters.required("NetworkInterfaceId", status=403)
    ask = read_ask(call.parameters, family)
    if ask.is_empty:
        raise MissingParameter("PrivateIpAddress.1" if family == 4 else "Ipv6Address.1", 403)
    check_ask(ask, _RULES[family], call.region.id, call.cloud.assumptions)
    enis = call.region.ecs.enis
    eni = enis.get(eni_id)
    check_eni(call, eni)
    _check_state(eni)
    _check_quotas(call, eni, ask)
    vswitch = call.region.vpc.vswitch(eni.vswitch_id)
    given = grant(call, vswitch, ask, creating=False)
    before = len(eni.addresses(family)), len(eni.prefixes(family))
    enis.assign(eni, enis.space(vswitch, family), family, given)
    return eni, eni.addresses(family)[before[0] :], eni.prefixes(family)[before[1] :]


def _check_state(eni: Eni) -> None:
    if eni.status not in ("Available", "InUse"):
        raise exceptions.wrong_eni_state(eni.id, eni.status)


def _check_quotas(call: Call, eni: Eni, ask: Ask) -> None:
    ecs, assumptions = call.region.ecs, call.cloud.assumptions
    more = ask.address_number + ask.prefix_number
    if eni.instance_id is None:
        check_without_instance([ask], assumptions, eni)
    else:
        kind = ecs.instances.type_of(ecs.instances.get(eni.instance_id))
        check_slots(kind, {ask.family: eni.size(ask.family) + more}, assumptions)
    check_room(ecs.enis, map(ecs.groups.get, eni.groups), more)


def unassign_private_ip_addresses(call: Call) -> Fields:
    """Take secondary private IPv4 addresses or IPv4 prefixes from an ENI."""
    return _unassigned(call, 4)


def unassign_ipv6_addresses(call: Call) -> Fields:
    """Take IPv6 addresses or prefixes from an ENI."""
    return _unassigned(call, 6)


def _unassigned(call: Call, family: Family) -> Fields:
    eni_id = call.parameters.required("NetworkInterfaceId", status=403)
    ask = read_ask(call.parameters, family)
    if not ask.addresses and not ask.prefixes:
        raise MissingParameter("PrivateIpAddress.1" if family == 4 else "Ipv6Address.1", 403)
    if len(ask.prefixes) > PREFIXES_PER_CALL[-1]:
        raise exceptions.assumed(
            call.cloud.assumptions.prefix_codes["number"], "At most 10 prefixes in one call."
        )
    if len(ask.addresses) > _RULES[family].listed[-1]:
        raise exceptions.invalid_parameter(f"At most {_RULES[family].listed[-1]} addresses in one call.")
    enis = call.region.ecs.enis
    eni = enis.get(eni_id)
    check_eni(call, eni)
    _check_state(eni)
    space = enis.space(call.region.vpc.vswitch(eni.vswitch_id), family)
    addresses = [_address_of(eni, space, family, text) for text in ask.addresses]
    prefixes = [_prefix_of(eni, space, family, text) for text in ask.prefixes]
    for texts in (addresses, prefixes):
        repeated = next((text for text in texts if texts.count(text) > 1), None)
        if repeated is not None:
            raise exceptions.address_repeated(repeated)
    enis.unassign(eni, family, addresses, prefixes)
    return {}


def _address_of(eni: Eni, space: AddressSpace, family: Family, text: str) -> str:
    """A secondary address of the ENI in canonical form."""
    address = space.text(address_number(text, family))
    if address not in eni.addresses(family):
        raise exceptions.not_assigned(text)
    if family == 4 and address == eni.primary_ip:
        raise exceptions.invalid_parameter(f"{text} is the primary private IP address of the ENI.")
    return address


def _prefix_of(eni: Eni, space: AddressSpace, family: Family, text: str) -> str:
    """A prefix of the ENI in canonical form."""
    block = prefix_block(text, space)
    prefix = None if block is None else str(space.prefix_at(block))
    if prefix is None or prefix not in eni.prefixes(family):
        raise exceptions.not_assigned(text)
    return prefix


HANDLERS: Mapping[str, Handler] = {
    "AssignPrivateIpAddresses": assign_private_ip_addresses,
    "UnassignPrivateIpAddresses": unassign_private_ip_addresses,
    "AssignIpv6Addresses": assign_ipv6_addresses,
    "UnassignIpv6Addresses": unassign_ipv6_addresses,
}
