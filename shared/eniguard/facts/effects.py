"""What a call asks for: the state of a resource after it, from the state before it.

``apply`` is pure and total: it gives the asked-for state for a call that succeeded and for one that was
refused alike, and returns a resource unchanged when the call does not concern it.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from eniguard.events.calls import Call
from eniguard.facts.blocks import canonical
from eniguard.facts.kinds import (
    AnyResource,
    CidrReservation,
    Eip,
    Eni,
    Instance,
    Ipv6Address,
    SecurityGroup,
    Tags,
)
from eniguard.facts.refs import GONE, Gone
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    EIP,
    ENI,
    INSTANCE,
    IPV6_ADDRESS,
    IPV6_BANDWIDTH,
    SECURITY_GROUP,
)
from eniguard.roles import looks_like_service_role, role_named

Effect = Callable[[Call, AnyResource], "AnyResource | Gone"]


def apply(call: Call, kind: str, resource: AnyResource) -> AnyResource | Gone:
    """The state of one existing resource after the call.

    Parameters
    ----------
    call
        The call, whether it succeeded or not.
    kind
        The kind of the resource.
    resource
        Its state before the call.
    """
    effect = _EFFECTS.get((call.action, kind))
    if effect is None or resource.id not in call.ids(kind):
        return resource
    return effect(call, resource)


def created(call: Call, kind: str) -> AnyResource | None:
    """The resource of ``kind`` that the call made, as far as the event tells; ``None`` if it made none."""
    maker = _MAKERS.get((call.action, kind))
    ids = call.ids(kind, "created")
    return maker(call, ids[0]) if maker is not None and ids else None


def concerns(call: Call, kind: str) -> bool:
    """Whether the call can change resources of ``kind`` at all."""
    return (call.action, kind) in _EFFECTS or (call.action, kind) in _MAKERS


def _gone(_call: Call, _resource: AnyResource) -> Gone:
    return GONE


def _eni(change: Callable[[Call, Eni], Eni]) -> Effect:
    def effect(call: Call, resource: AnyResource) -> AnyResource:
        return change(call, resource) if isinstance(resource, Eni) else resource

    return effect


def _assign_ipv4(call: Call, eni: Eni) -> Eni:
    addresses, more = _assigned(call, "PrivateIpAddress", "SecondaryPrivateIpAddressCount")
    prefixes, more_prefixes = _assigned(call, "Ipv4Prefix", "Ipv4PrefixCount")
    return replace(
        eni,
        ipv4_addresses=_with(eni.ipv4_addresses, addresses),
        ipv4_prefixes=_with(eni.ipv4_prefixes, prefixes),
        unnamed_ipv4_addresses=eni.unnamed_ipv4_addresses + more,
        unnamed_ipv4_prefixes=eni.unnamed_ipv4_prefixes + more_prefixes,
    )


def _assign_ipv6(call: Call, eni: Eni) -> Eni:
    addresses, more = _assigned(call, "Ipv6Address", "Ipv6AddressCount")
    prefixes, more_prefixes = _assigned(call, "Ipv6Prefix", "Ipv6PrefixCount")
    return replace(
        eni,
        ipv6_addresses=_with(eni.ipv6_addresses, addresses),
        ipv6_prefixes=_with(eni.ipv6_prefixes, prefixes),
        unnamed_ipv6_addresses=eni.unnamed_ipv6_addresses + more,
        unnamed_ipv6_prefixes=eni.unnamed_ipv6_prefixes + more_prefixes,
    )


def _assigned(call: Call, listed: str, counted: str) -> tuple[tuple[str, ...], int]:
    """What a call assigns: named in the request or in the response, else as a number of unnamed ones."""
    named = tuple(text for text in call.parameters.texts(listed) if text) or call.response.get(listed, ())
    if named:
        return named, 0
    return (), max(0, call.parameters.integer(counted) or 0)


def _unassign_ipv4(call: Call, eni: Eni) -> Eni:
    texts = call.parameters.texts
    addresses, more = _without(eni.ipv4_addresses, eni.unnamed_ipv4_addresses, texts("PrivateIpAddress"))
    prefixes, more_prefixes = _without(eni.ipv4_prefixes, eni.unnamed_ipv4_prefixes, texts("Ipv4Prefix"))
    return replace(
        eni,
        ipv4_addresses=addresses,
        ipv4_prefixes=prefixes,
        unnamed_ipv4_addresses=more,
        unnamed_ipv4_prefixes=more_prefixes,
    )


def _unassign_ipv6(call: Call, eni: Eni) -> Eni:
    texts = call.parameters.texts
    addresses, more = _without(eni.ipv6_addresses, eni.unnamed_ipv6_addresses, texts("Ipv6Address"))
    prefixes, more_prefixes = _without(eni.ipv6_prefixes, eni.unnamed_ipv6_prefixes, texts("Ipv6Prefix"))
    return replace(
        eni,
        ipv6_addresses=addresses,
        ipv6_prefixes=prefixes,
        unnamed_ipv6_addresses=more,
        unnamed_ipv6_prefixes=more_prefixes,
    )


def _attach(call: Call, eni: Eni) -> Eni:
    return replace(eni, status="InUse", instance_id=call.parameters.text("InstanceId") or eni.instance_id)


def _detach(_call: Call, eni: Eni) -> Eni:
    return replace(eni, status="Available", instance_id=None)


def _modify(call: Call, eni: Eni) -> Eni:
    check = call.parameters.flag("SourceDestCheck")
    return replace(
        eni,
        security_group_ids=call.parameters.texts("SecurityGroupId") or eni.security_group_ids,
        source_dest_check=eni.source_dest_check if check is None else check,
        description=call.parameters.text("Description") or eni.description,
    )


def _join(call: Call, eni: Eni) -> Eni:
    return replace(eni, security_group_ids=_plus(eni.security_group_ids, call.ids(SECURITY_GROUP, "group")))


def _leave(call: Call, eni: Eni) -> Eni:
    return replace(eni, security_group_ids=_minus(eni.security_group_ids, call.ids(SECURITY_GROUP, "group")))


def _tag(call: Call, resource: AnyResource) -> AnyResource:
    if not isinstance(resource, Eni | SecurityGroup | Instance):
        return resource
    kept = {**dict(resource.tags or ()), **{tag.key: tag.value for tag in call.parameters.tags()}}
    return replace(resource, tags=tuple(kept.items()))


def _untag(call: Call, resource: AnyResource) -> AnyResource:
    if not isinstance(resource, Eni | SecurityGroup | Instance) or resource.tags is None:
        return resource
    if call.parameters.flag("All") and not call.parameters.texts("TagKey"):
        return replace(resource, tags=())
    removed = set(call.parameters.texts("TagKey"))
    return replace(resource, tags=tuple(tag for tag in resource.tags if tag[0] not in removed))


def _rename_group(call: Call, resource: AnyResource) -> AnyResource:
    if not isinstance(resource, SecurityGroup):
        return resource
    return replace(
        resource,
        name=call.parameters.text("SecurityGroupName") or resource.name,
        description=call.parameters.text("Description") or resource.description,
    )


def _instance_type(call: Call, resource: AnyResource) -> AnyResource:
    if not isinstance(resource, Instance):
        return resource
    return replace(resource, type=call.parameters.text("InstanceType") or resource.type)


def _instance_groups(call: Call, resource: AnyResource) -> AnyResource:
    groups = call.parameters.texts("SecurityGroupIds")
    return (
        replace(resource, security_group_ids=groups)
        if isinstance(resource, Instance) and groups
        else resource
    )


def _instance_joins(call: Call, resource: AnyResource) -> AnyResource:
    if not isinstance(resource, Instance):
        return resource
    return replace(
        resource, security_group_ids=_plus(resource.security_group_ids, call.ids(SECURITY_GROUP, "group"))
    )


def _instance_leaves(call: Call, resource: AnyResource) -> AnyResource:
    if not isinstance(resource, Instance):
        return resource
    return replace(
        resource, security_group_ids=_minus(resource.security_group_ids, call.ids(SECURITY_GROUP, "group"))
    )


def _bind_eip(call: Call, resource: AnyResource) -> AnyResource:
    if not isinstance(resource, Eip):
        return resource
    if call.name == "AssociateEipAddressBatch":
        return replace(
            resource,
            instance_id=call.parameters.text("BindedInstanceId"),
            instance_type=call.parameters.text("BindedInstanceType"),
        )
    return replace(
        resource,
        instance_id=call.parameters.text("InstanceId"),
        instance_type=call.parameters.text("InstanceType") or "EcsInstance",
    )


def _unbind_eip(_call: Call, resource: AnyResource) -> AnyResource:
    return replace(resource, instance_id=None, instance_type=None) if isinstance(resource, Eip) else resource


def _allocate_bandwidth(call: Call, resource: AnyResource) -> AnyResource:
    bandwidth = next(iter(call.ids(IPV6_BANDWIDTH, "created")), "")
    return replace(resource, bandwidth_id=bandwidth) if isinstance(resource, Ipv6Address) else resource


def _delete_bandwidth(_call: Call, resource: AnyResource) -> AnyResource:
    return replace(resource, bandwidth_id=None) if isinstance(resource, Ipv6Address) else resource


def _release_reservation(_call: Call, resource: AnyResource) -> AnyResource:
    return replace(resource, status="Releasing") if isinstance(resource, CidrReservation) else resource


def _make_eni(call: Call, eni_id: str) -> Eni:
    parameters, response = call.parameters, call.response
    primary = parameters.text("PrimaryIpAddress") or _one(response, "PrimaryIpAddress")
    secondary, more = _assigned(call, "PrivateIpAddress", "SecondaryPrivateIpAddressCount")
    prefixes, more_prefixes = _assigned(call, "Ipv4Prefix", "Ipv4PrefixCount")
    ipv6, more_ipv6 = _assigned(call, "Ipv6Address", "Ipv6AddressCount")
    ipv6_prefixes, more_ipv6_prefixes = _assigned(call, "Ipv6Prefix", "Ipv6PrefixCount")
    return Eni(
        id=eni_id,
        managed=_managed_when_made(call, _flag(_one(response, "ServiceManaged"))),
        service_id=_one(response, "ServiceID"),
        description=parameters.text("Description") or _one(response, "Description"),
        status=_one(response, "Status") or "Available",
        type=parameters.text("InstanceType") or "Secondary",
        vpc_id=_one(response, "VpcId"),
        vswitch_id=parameters.text("VSwitchId"),
        ipv4_addresses=_with((primary,) if primary else (), secondary),
        ipv6_addresses=ipv6,
        ipv4_prefixes=prefixes,
        ipv6_prefixes=ipv6_prefixes,
        unnamed_ipv4_addresses=more + (0 if primary else 1),
        unnamed_ipv6_addresses=more_ipv6,
        unnamed_ipv4_prefixes=more_prefixes,
        unnamed_ipv6_prefixes=more_ipv6_prefixes,
        security_group_ids=call.ids(SECURITY_GROUP, "group"),
        tags=_tags(call),
        source_dest_check=parameters.flag("SourceDestCheck"),
        created_by=call.caller.role,
    )


def _make_group(call: Call, group_id: str) -> SecurityGroup:
    return SecurityGroup(
        id=group_id,
        managed=_managed_when_made(call, call.parameters.flag("ServiceManaged")),
        name=call.parameters.text("SecurityGroupName"),
        description=call.parameters.text("Description"),
        type=call.parameters.text("SecurityGroupType") or "normal",
        vpc_id=call.parameters.text("VpcId"),
        tags=_tags(call),
        created_by=call.caller.role,
    )


def _make_reservation(call: Call, reservation_id: str) -> CidrReservation:
    """A reservation that was asked for.

    No event tells when it becomes Assigned (openapi.md 1.5), and no effect counts what is taken from it.
    """
    version = (call.parameters.text("IpVersion") or "IPv4").lower()
    return CidrReservation(
        id=reservation_id,
        vswitch_id=call.parameters.text("VSwitchId"),
        family=6 if version == "ipv6" else 4,
        cidr=call.parameters.text("VSwitchCidrReservationCidr"),
    )


def _managed_when_made(call: Call, said: bool | None) -> bool | None:
    """Whether a new resource is managed, if the call does not say so: only services make managed ones."""
    caller = call.caller
    if said is not None or call.platform or (caller.type == "assumed-role" and caller.role is None):
        return said
    of_a_service = caller.role is not None and (
        role_named(caller.role) is not None or looks_like_service_role(caller.role)
    )
    return None if of_a_service else False


def _tags(call: Call) -> Tags:
    return tuple((tag.key, tag.value) for tag in call.parameters.tags())


def _one(response: object, name: str) -> str | None:
    values = response.get(name, ()) if isinstance(response, dict) else ()
    return values[0] if values else None


def _flag(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get((text or "").lower())


def _plus(have: tuple[str, ...] | None, more: tuple[str, ...]) -> tuple[str, ...] | None:
    """A set in list form with more members; unknown stays unknown."""
    return None if have is None else (*have, *(one for one in more if one not in have))


def _with(have: tuple[str, ...] | None, more: tuple[str, ...]) -> tuple[str, ...] | None:
    """Addresses or blocks with more of them, each once whatever its spelling; unknown stays unknown."""
    if have is None or not more:
        return have
    kept = {canonical(one): one for one in have}
    for one in more:
        kept.setdefault(canonical(one), one)
    return tuple(kept.values())


def _without(
    have: tuple[str, ...] | None, unnamed: int, less: tuple[str, ...]
) -> tuple[tuple[str, ...] | None, int]:
    """Addresses or blocks, and how many unnamed ones, after some were taken away.

    One that is not among the named was one of the unnamed.
    """
    if have is None or not less:
        return have, unnamed
    removed = {canonical(one) for one in less}
    kept = tuple(one for one in have if canonical(one) not in removed)
    return kept, max(0, unnamed - (len(removed) - (len(have) - len(kept))))


def _minus(have: tuple[str, ...] | None, less: tuple[str, ...]) -> tuple[str, ...] | None:
    return None if have is None else tuple(one for one in have if one not in less)


_EFFECTS: dict[tuple[str, str], Effect] = {
    ("ecs:DeleteNetworkInterface", ENI): _gone,
    ("ecs:ModifyNetworkInterfaceAttribute", ENI): _eni(_modify),
    ("ecs:AttachNetworkInterface", ENI): _eni(_attach),
    ("ecs:DetachNetworkInterface", ENI): _eni(_detach),
    ("ecs:AssignPrivateIpAddresses", ENI): _eni(_assign_ipv4),
    ("ecs:UnassignPrivateIpAddresses", ENI): _eni(_unassign_ipv4),
    ("ecs:AssignIpv6Addresses", ENI): _eni(_assign_ipv6),
    ("ecs:UnassignIpv6Addresses", ENI): _eni(_unassign_ipv6),
    ("ecs:JoinSecurityGroup", ENI): _eni(_join),
    ("ecs:LeaveSecurityGroup", ENI): _eni(_leave),
    ("ecs:TagResources", ENI): _tag,
    ("ecs:TagResources", SECURITY_GROUP): _tag,
    ("ecs:TagResources", INSTANCE): _tag,
    ("ecs:UntagResources", ENI): _untag,
    ("ecs:UntagResources", SECURITY_GROUP): _untag,
    ("ecs:UntagResources", INSTANCE): _untag,
    ("ecs:DeleteSecurityGroup", SECURITY_GROUP): _gone,
    ("ecs:ModifySecurityGroupAttribute", SECURITY_GROUP): _rename_group,
    ("ecs:ModifyInstanceSpec", INSTANCE): _instance_type,
    ("ecs:ModifyPrepayInstanceSpec", INSTANCE): _instance_type,
    ("ecs:ModifyInstanceAttribute", INSTANCE): _instance_groups,
    ("ecs:JoinSecurityGroup", INSTANCE): _instance_joins,
    ("ecs:LeaveSecurityGroup", INSTANCE): _instance_leaves,
    ("ecs:DeleteInstance", INSTANCE): _gone,
    ("ecs:DeleteInstances", INSTANCE): _gone,
    ("vpc:AssociateEipAddress", EIP): _bind_eip,
    ("ecs:AssociateEipAddress", EIP): _bind_eip,
    ("vpc:AssociateEipAddressBatch", EIP): _bind_eip,
    ("vpc:UnassociateEipAddress", EIP): _unbind_eip,
    ("ecs:UnassociateEipAddress", EIP): _unbind_eip,
    ("vpc:ReleaseEipAddress", EIP): _gone,
    ("ecs:ReleaseEipAddress", EIP): _gone,
    ("vpc:AllocateIpv6InternetBandwidth", IPV6_ADDRESS): _allocate_bandwidth,
    ("vpc:DeleteIpv6InternetBandwidth", IPV6_ADDRESS): _delete_bandwidth,
    ("vpc:DeleteVSwitchCidrReservation", CIDR_RESERVATION): _release_reservation,
}

_MAKERS: dict[tuple[str, str], Callable[[Call, str], AnyResource]] = {
    ("ecs:CreateNetworkInterface", ENI): _make_eni,
    ("ecs:CreateSecurityGroup", SECURITY_GROUP): _make_group,
    ("vpc:CreateVSwitchCidrReservation", CIDR_RESERVATION): _make_reservation,
}
