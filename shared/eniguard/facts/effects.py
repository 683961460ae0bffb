"""What a call asks for: the state of a resource after it, from the state before it.

``apply`` is pure and total: it gives the asked-for state for a call that succeeded and for one that was
refused alike, and returns a resource unchanged when the call does not concern it.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from eniguard.events.calls import Call
from eniguard.facts.eni_effects import (
    assign_ipv4,
    assign_ipv6,
    attach,
    detach,
    join,
    leave,
    make_eni,
    managed_when_made,
    modify,
    tags_of,
    unassign_ipv4,
    unassign_ipv6,
)
from eniguard.facts.kinds import (
    AnyResource,
    CidrList,
    CidrReservation,
    Eip,
    Eni,
    Instance,
    Ipv6Address,
    SecurityGroup,
)
from eniguard.facts.lists import joined, left
from eniguard.facts.refs import GONE, Gone
from eniguard.facts.rule_effects import change_list, make_list
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    EIP,
    ENI,
    INSTANCE,
    IPV6_ADDRESS,
    IPV6_BANDWIDTH,
    PORT_RANGE_LIST,
    PREFIX_LIST,
    SECURITY_GROUP,
)

Effect = Callable[[Call, AnyResource], "AnyResource | Gone"]


def apply(call: Call, kind: str, resource: AnyResource) -> AnyResource | Gone:
    """The state of one existing resource after the call; the same object each time it is asked for.

    So what rules saw in a listing after the call is what the next call finds there: nothing has to be looked
    at again.

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
    made: tuple[AnyResource, AnyResource | Gone] | None = call.memo.get((kind, resource.id))
    if made is None or made[0] is not resource:
        made = call.memo[kind, resource.id] = (resource, effect(call, resource))
    return made[1]


def created(call: Call, kind: str) -> AnyResource | None:
    """The resource of ``kind`` that the call made, as far as the event tells; ``None`` if it made none."""
    maker = _MAKERS.get(call.action)
    return call.once(_made) if maker is not None and maker[0] == kind else None


def _made(call: Call) -> AnyResource | None:
    """The resource that a call of an action which makes some has made."""
    kind, make = _MAKERS[call.action]
    ids = call.ids(kind, "created")
    return make(call, ids[0]) if ids else None


def kinds_changed(action: str) -> frozenset[str]:
    """The kinds of resources that calls of an action can change or make."""
    return _KINDS.get(action, _NONE)


def _gone(_call: Call, _resource: AnyResource) -> Gone:
    return GONE


def _eni(change: Callable[[Call, Eni], Eni]) -> Effect:
    def effect(call: Call, resource: AnyResource) -> AnyResource:
        return change(call, resource) if isinstance(resource, Eni) else resource

    return effect


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
    parameters = call.parameters
    removed = {*parameters.texts("TagKey"), *(tag.key for tag in parameters.tags())}
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
    groups = call.ids(SECURITY_GROUP, "group")
    return (
        replace(resource, security_group_ids=groups)
        if isinstance(resource, Instance) and groups
        else resource
    )


def _instance_joins(call: Call, resource: AnyResource) -> AnyResource:
    if not isinstance(resource, Instance):
        return resource
    return replace(
        resource, security_group_ids=joined(resource.security_group_ids, call.ids(SECURITY_GROUP, "group"))
    )


def _instance_leaves(call: Call, resource: AnyResource) -> AnyResource:
    if not isinstance(resource, Instance):
        return resource
    return replace(
        resource, security_group_ids=left(resource.security_group_ids, call.ids(SECURITY_GROUP, "group"))
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


def _list_entries(call: Call, resource: AnyResource) -> AnyResource:
    return change_list(call, resource) if isinstance(resource, CidrList) else resource


def _make_group(call: Call, group_id: str) -> SecurityGroup:
    return SecurityGroup(
        id=group_id,
        managed=managed_when_made(call, call.parameters.flag("ServiceManaged")),
        name=call.parameters.text("SecurityGroupName"),
        description=call.parameters.text("Description"),
        type=call.parameters.text("SecurityGroupType") or "normal",
        vpc_id=call.parameters.text("VpcId"),
        tags=tags_of(call),
        created_by=call.caller.role,
    )


def _make_reservation(call: Call, reservation_id: str) -> CidrReservation:
    """A reservation that was asked for.

    No event tells when it becomes Assigned (docs/sources.md, API); no effect counts what is taken from it.
    """
    version = (call.parameters.text("IpVersion") or "IPv4").lower()
    return CidrReservation(
        id=reservation_id,
        vswitch_id=call.parameters.text("VSwitchId"),
        family=6 if version == "ipv6" else 4,
        cidr=call.parameters.text("VSwitchCidrReservationCidr"),
    )


_TAGGED = (ENI, SECURITY_GROUP, INSTANCE)

_EFFECTS: dict[tuple[str, str], Effect] = {
    ("ecs:DeleteNetworkInterface", ENI): _gone,
    ("ecs:ModifyNetworkInterfaceAttribute", ENI): _eni(modify),
    ("ecs:AttachNetworkInterface", ENI): _eni(attach),
    ("ecs:DetachNetworkInterface", ENI): _eni(detach),
    ("ecs:AssignPrivateIpAddresses", ENI): _eni(assign_ipv4),
    ("ecs:UnassignPrivateIpAddresses", ENI): _eni(unassign_ipv4),
    ("ecs:AssignIpv6Addresses", ENI): _eni(assign_ipv6),
    ("ecs:UnassignIpv6Addresses", ENI): _eni(unassign_ipv6),
    ("ecs:JoinSecurityGroup", ENI): _eni(join),
    ("ecs:LeaveSecurityGroup", ENI): _eni(leave),
    **{(f"ecs:{name}", kind): _tag for name in ("TagResources", "AddTags") for kind in _TAGGED},
    **{(f"ecs:{name}", kind): _untag for name in ("UntagResources", "RemoveTags") for kind in _TAGGED},
    ("ecs:DeleteSecurityGroup", SECURITY_GROUP): _gone,
    ("ecs:ModifySecurityGroupAttribute", SECURITY_GROUP): _rename_group,
    ("ecs:ModifyInstanceSpec", INSTANCE): _instance_type,
    ("ecs:ModifyPrepayInstanceSpec", INSTANCE): _instance_type,
    ("ecs:ModifyInstanceAttribute", INSTANCE): _instance_groups,
    ("ecs:ModifyInstanceVpcAttribute", INSTANCE): _instance_groups,
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
    ("vpc:ReleaseIpv6Address", IPV6_ADDRESS): _gone,
    ("vpc:AllocateIpv6InternetBandwidth", IPV6_ADDRESS): _allocate_bandwidth,
    ("vpc:DeleteIpv6InternetBandwidth", IPV6_ADDRESS): _delete_bandwidth,
    ("vpc:DeleteVSwitchCidrReservation", CIDR_RESERVATION): _release_reservation,
    ("ecs:ModifyPrefixList", PREFIX_LIST): _list_entries,
    ("ecs:DeletePrefixList", PREFIX_LIST): _gone,
    ("vpc:DeleteVpcPrefixList", PREFIX_LIST): _gone,
    ("ecs:ModifyPortRangeList", PORT_RANGE_LIST): _list_entries,
    ("ecs:DeletePortRangeList", PORT_RANGE_LIST): _gone,
}

_MAKERS: dict[str, tuple[str, Callable[[Call, str], AnyResource]]] = {
    "ecs:CreateNetworkInterface": (ENI, make_eni),
    "ecs:CreateSecurityGroup": (SECURITY_GROUP, _make_group),
    "vpc:CreateVSwitchCidrReservation": (CIDR_RESERVATION, _make_reservation),
    "ecs:CreatePrefixList": (PREFIX_LIST, make_list),
    "ecs:CreatePortRangeList": (PORT_RANGE_LIST, make_list),
}

_NONE: frozenset[str] = frozenset()
_CHANGED = (*_EFFECTS, *[(action, kind) for action, (kind, _) in _MAKERS.items()])
_KINDS: dict[str, frozenset[str]] = {
    action: frozenset(kind for one, kind in _CHANGED if one == action) for action, _ in _CHANGED
}
