"""Calls that change, attach, detach and delete ENIs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.attachments import attach, detach
from fakealiyun.ecs.models.eni import Eni, QosLimits
from fakealiyun.ecs.models.quotas import check_room
from fakealiyun.ecs.responses.eni_making import described, put_attributes, read_tracking
from fakealiyun.ecs.responses.group_use import replaced_groups
from fakealiyun.managed import check_eni
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.parameters import Parameters

#: Queues of one ENI (CreateNetworkInterface).
_QUEUES = range(1, 2049)


def delete_network_interface(call: Call) -> Fields:
    """Delete an ENI that no instance has; it is ``Deleting`` for a while and keeps its addresses."""
    eni = call.region.ecs.enis.get(call.parameters.required("NetworkInterfaceId"))
    check_eni(call, eni)
    if eni.status != "Available":
        raise exceptions.wrong_eni_state(eni.id, eni.status)
    delay = timedelta(seconds=call.cloud.assumptions.eni_transition)
    call.region.ecs.enis.enter(eni, "Deleting", call.cloud.clock.now() + delay)
    return {}


def attach_network_interface(call: Call) -> Fields:
    """Attach an ENI to an instance of its zone and VPC."""
    eni_id = call.parameters.required("NetworkInterfaceId")
    instance_id = call.parameters.required("InstanceId")
    card = call.parameters.integer("NetworkCardIndex") or 0
    ecs = call.region.ecs
    eni = ecs.enis.get(eni_id)
    instance = ecs.instances.get_for_eni(instance_id)
    trunk_id = call.parameters.text("TrunkNetworkInstanceId")
    trunk = None if trunk_id is None else ecs.enis.get(trunk_id)
    check_eni(call, eni)
    attach(
        ecs.enis,
        eni,
        instance,
        kind=ecs.instances.type_of(instance),
        trunk=trunk,
        now=call.cloud.clock.now(),
        rules=call.cloud.assumptions,
    )
    eni.card_index = card
    return {}


def detach_network_interface(call: Call) -> Fields:
    """Detach an ENI from an instance."""
    eni_id = call.parameters.required("NetworkInterfaceId")
    instance_id = call.parameters.required("InstanceId")
    ecs = call.region.ecs
    eni = ecs.enis.get(eni_id)
    instance = ecs.instances.get_for_eni(instance_id)
    check_eni(call, eni)
    trunk_id = call.parameters.text("TrunkNetworkInstanceId")
    now = call.cloud.clock.now()
    detach(ecs.enis, eni, instance, trunk_id=trunk_id, now=now, rules=call.cloud.assumptions)
    return {}


def modify_network_interface_attribute(call: Call) -> Fields:
    """Change attributes of an ENI; groups that are named replace those it has."""
    parameters, ecs = call.parameters, call.region.ecs
    eni = ecs.enis.get(parameters.required("NetworkInterfaceId"))
    check_eni(call, eni)
    group_ids = list(dict.fromkeys(parameters.texts("SecurityGroupId")))
    groups = replaced_groups(call, eni.groups, group_ids, eni.vpc_id) if group_ids else []
    if eni.status not in ("Available", "InUse"):
        raise exceptions.wrong_eni_state(eni.id, eni.status)
    check_room(ecs.enis, [group for group in groups if group.id not in eni.groups], eni.total_size)
    changed = {**_changed(eni, parameters), "queues": _queues(call, eni)}
    if group_ids:
        ecs.enis.put_in_groups(eni, group_ids)
    put_attributes(eni, changed)
    return {}


def _queues(call: Call, eni: Eni) -> int | None:
    traffic = call.parameters.below("NetworkInterfaceTrafficConfig")
    queues = traffic.integer("QueueNumber")
    queues = call.parameters.integer("QueueNumber") if queues is None else queues
    if queues is None:
        return eni.queues
    if queues not in _QUEUES:
        raise exceptions.queue_number(queues)
    instances = call.region.ecs.instances
    if eni.instance_id is not None and queues > instances.type_of(instances.get(eni.instance_id)).queues:
        raise exceptions.too_many_queues(queues)
    return queues


def _changed(eni: Eni, parameters: Parameters) -> dict[str, object]:
    """The attributes that an ENI has with what a call names of them."""
    description = parameters.text("Description")
    if description is not None and eni.service is not None:
        description = described(description, eni.service)
    traffic = parameters.below("NetworkInterfaceTrafficConfig")
    named: dict[str, object] = {
        "name": parameters.text("NetworkInterfaceName"),
        "description": description,
        "source_dest_check": parameters.flag("SourceDestCheck"),
        "delete_on_release": parameters.flag("DeleteOnRelease"),
        "primary_ipv6": parameters.flag("EnablePrimaryIPv6"),
        "traffic_mode": traffic.text("NetworkInterfaceTrafficMode"),
        "queue_pairs": traffic.integer("QueuePairNumber"),
        "tracking": read_tracking(parameters, eni.tracking),
    }
    return {name: value for name, value in named.items() if value is not None}


def enable_network_interface_qos(call: Call) -> Fields:
    """Limit the traffic of an ENI."""
    eni = call.region.ecs.enis.get(call.parameters.required("NetworkInterfaceId"))
    check_eni(call, eni)
    limits = call.parameters.below("QoS")
    eni.qos = QosLimits(
        bandwidth_in=limits.integer("BandwidthRx"),
        bandwidth_out=limits.integer("BandwidthTx"),
        packets_in=limits.integer("PpsRx"),
        packets_out=limits.integer("PpsTx"),
        sessions=limits.integer("ConcurrentConnections"),
    )
    return {}


def disable_network_interface_qos(call: Call) -> Fields:
    """Limit the traffic of an ENI no longer."""
    eni = call.region.ecs.enis.get(call.parameters.required("NetworkInterfaceId"))
    check_eni(call, eni)
    eni.qos = None
    return {}


HANDLERS: Mapping[str, Handler] = {
    "DeleteNetworkInterface": delete_network_interface,
    "AttachNetworkInterface": attach_network_interface,
    "DetachNetworkInterface": detach_network_interface,
    "ModifyNetworkInterfaceAttribute": modify_network_interface_attribute,
    "EnableNetworkInterfaceQoS": enable_network_interface_qos,
    "DisableNetworkInterfaceQoS": disable_network_interface_qos,
}
