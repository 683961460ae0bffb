"""What calls ask for on ENIs: the state of an ENI after a call, from the state before it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from eniguard.events.calls import Call
from eniguard.facts.kinds import Eni, Tags
from eniguard.facts.lists import added, joined, left, taken
from eniguard.model.kinds import SECURITY_GROUP
from eniguard.roles import looks_like_service_role, role_named


def assign_ipv4(call: Call, eni: Eni) -> Eni:
    """The ENI with the IPv4 addresses and prefixes that were asked for."""
    addresses, more = _assigned(call, "PrivateIpAddress", "SecondaryPrivateIpAddressCount")
    prefixes, more_prefixes = _assigned(call, "Ipv4Prefix", "Ipv4PrefixCount")
    return replace(
        eni,
        ipv4_addresses=added(eni.ipv4_addresses, addresses),
        ipv4_prefixes=added(eni.ipv4_prefixes, prefixes),
        unnamed_ipv4_addresses=eni.unnamed_ipv4_addresses + more,
        unnamed_ipv4_prefixes=eni.unnamed_ipv4_prefixes + more_prefixes,
    )


def assign_ipv6(call: Call, eni: Eni) -> Eni:
    """The ENI with the IPv6 addresses and prefixes that were asked for."""
    addresses, more = _assigned(call, "Ipv6Address", "Ipv6AddressCount")
    prefixes, more_prefixes = _assigned(call, "Ipv6Prefix", "Ipv6PrefixCount")
    return replace(
        eni,
        ipv6_addresses=added(eni.ipv6_addresses, addresses),
        ipv6_prefixes=added(eni.ipv6_prefixes, prefixes),
        unnamed_ipv6_addresses=eni.unnamed_ipv6_addresses + more,
        unnamed_ipv6_prefixes=eni.unnamed_ipv6_prefixes + more_prefixes,
    )


def _assigned(call: Call, listed: str, counted: str) -> tuple[tuple[str, ...], int]:
    """What a call assigns: named in the request or in the response, else as a number of unnamed ones."""
    values, response = call.parameters.values, call.response
    if listed not in values and counted not in values and listed not in response:
        return (), 0
    named = tuple(filter(None, call.parameters.texts(listed))) or response.get(listed, ())
    if named:
        return named, 0
    return (), max(0, call.parameters.integer(counted) or 0)


def unassign_ipv4(call: Call, eni: Eni) -> Eni:
    """The ENI without the IPv4 addresses and prefixes that were given up."""
    texts = call.parameters.texts
    addresses, more = taken(eni.ipv4_addresses, eni.unnamed_ipv4_addresses, texts("PrivateIpAddress"))
    prefixes, more_prefixes = taken(eni.ipv4_prefixes, eni.unnamed_ipv4_prefixes, texts("Ipv4Prefix"))
    return replace(
        eni,
        ipv4_addresses=addresses,
        ipv4_prefixes=prefixes,
        unnamed_ipv4_addresses=more,
        unnamed_ipv4_prefixes=more_prefixes,
    )


def unassign_ipv6(call: Call, eni: Eni) -> Eni:
    """The ENI without the IPv6 addresses and prefixes that were given up."""
    texts = call.parameters.texts
    addresses, more = taken(eni.ipv6_addresses, eni.unnamed_ipv6_addresses, texts("Ipv6Address"))
    prefixes, more_prefixes = taken(eni.ipv6_prefixes, eni.unnamed_ipv6_prefixes, texts("Ipv6Prefix"))
    return replace(
        eni,
        ipv6_addresses=addresses,
        ipv6_prefixes=prefixes,
        unnamed_ipv6_addresses=more,
        unnamed_ipv6_prefixes=more_prefixes,
    )


def attach(call: Call, eni: Eni) -> Eni:
    """The ENI on its instance."""
    return replace(eni, status="InUse", instance_id=call.parameters.text("InstanceId") or eni.instance_id)


def detach(_call: Call, eni: Eni) -> Eni:
    """The ENI without an instance."""
    return replace(eni, status="Available", instance_id=None)


def modify(call: Call, eni: Eni) -> Eni:
    """The ENI with its new attributes."""
    check = call.parameters.flag("SourceDestCheck")
    return replace(
        eni,
        security_group_ids=call.parameters.texts("SecurityGroupId") or eni.security_group_ids,
        source_dest_check=eni.source_dest_check if check is None else check,
        description=call.parameters.text("Description") or eni.description,
    )


def join(call: Call, eni: Eni) -> Eni:
    """The ENI in one more security group."""
    return replace(eni, security_group_ids=joined(eni.security_group_ids, call.ids(SECURITY_GROUP, "group")))


def leave(call: Call, eni: Eni) -> Eni:
    """The ENI in one security group less."""
    return replace(eni, security_group_ids=left(eni.security_group_ids, call.ids(SECURITY_GROUP, "group")))


def make_eni(call: Call, eni_id: str) -> Eni:
    """The ENI that a call made."""
    parameters, response = call.parameters, call.response
    primary = parameters.text("PrimaryIpAddress") or _one(response, "PrimaryIpAddress")
    secondary, more = _assigned(call, "PrivateIpAddress", "SecondaryPrivateIpAddressCount")
    prefixes, more_prefixes = _assigned(call, "Ipv4Prefix", "Ipv4PrefixCount")
    ipv6, more_ipv6 = _assigned(call, "Ipv6Address", "Ipv6AddressCount")
    ipv6_prefixes, more_ipv6_prefixes = _assigned(call, "Ipv6Prefix", "Ipv6PrefixCount")
    return Eni(
        id=eni_id,
        managed=managed_when_made(call, _flag(_one(response, "ServiceManaged"))),
        service_id=_one(response, "ServiceID"),
        description=parameters.text("Description") or _one(response, "Description"),
        status=_one(response, "Status") or "Available",
        type=parameters.text("InstanceType") or "Secondary",
        vpc_id=_one(response, "VpcId"),
        vswitch_id=parameters.text("VSwitchId"),
        ipv4_addresses=added((primary,) if primary else (), secondary),
        ipv6_addresses=ipv6,
        ipv4_prefixes=prefixes,
        ipv6_prefixes=ipv6_prefixes,
        unnamed_ipv4_addresses=more + (0 if primary else 1),
        unnamed_ipv6_addresses=more_ipv6,
        unnamed_ipv4_prefixes=more_prefixes,
        unnamed_ipv6_prefixes=more_ipv6_prefixes,
        security_group_ids=call.ids(SECURITY_GROUP, "group"),
        tags=tags_of(call),
        source_dest_check=parameters.flag("SourceDestCheck"),
        created_by=call.caller.role,
    )


def managed_when_made(call: Call, said: bool | None) -> bool | None:
    """Whether a new resource is managed, if the call does not say so: only services make managed ones."""
    caller = call.caller
    if said is not None or call.platform or (caller.type == "assumed-role" and caller.role is None):
        return said
    of_a_service = caller.role is not None and (
        role_named(caller.role) is not None or looks_like_service_role(caller.role)
    )
    return None if of_a_service else False


def tags_of(call: Call) -> Tags:
    """The tags that a call sets."""
    return tuple([(tag.key, tag.value) for tag in call.parameters.tags()])


def _one(response: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    values = response.get(name)
    return values[0] if values else None


def _flag(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get((text or "").lower())
