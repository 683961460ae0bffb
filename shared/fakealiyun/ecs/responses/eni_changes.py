"""Calls that change, attach, detach and delete ENIs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.attachments import attach, detach
from fakealiyun.ecs.models.eni import Eni, QosLimits, Tracking
from fakealiyun.ecs.models.quotas import check_room
from fakealiyun.ecs.responses.eni_making import described
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
    queues = _queues(call, eni)
    if group_ids:
        ecs.enis.put_in_groups(eni, group_ids)
    if queues is not None:
        eni.queues = queues
    _change(eni, parameters)
    return {}


def _queues(call: Call, eni: Eni) -> int | None:
    traffic = call.parameters.below("NetworkInterfaceTrafficConfig")
    queues = traffic.integer("QueueNumber")
    queues = call.parameters.integer("QueueNumber") if queues is None else queues
    if queues is None:
        return None
    if queues not in _QUEUES:
        raise exceptions.queue_number(queues)
    instances = call.region.ecs.instances
    if eni.instance_id is not None and queues > instances.type_of(instances.get(eni.instance_id)).queues:
        raise exceptions.too_many_queues(queues)
    return queues


def _change(eni: Eni, parameters: Parameters) -> None:
    """Take over the attributes that a call names."""
    name, description = parameters.text("NetworkInterfaceName"), parameters.text("Description")
    eni.name = eni.name if name is None else name
    if description is not None:
        eni.description = description if eni.service is None else described(description, eni.service)
    for attribute, parameter in _FLAGS.items():
        flag = parameters.flag(parameter)
        if flag is not None:
            setattr(eni, attribute, flag)
    traffic = parameters.below("NetworkInterfaceTrafficConfig")
    eni.traffic_mode = traffic.text("NetworkInterfaceTrafficMode") or eni.traffic_mode
    eni.queue_pairs = traffic.integer("QueuePairNumber") or eni.queue_pairs
    if "ConnectionTrackingConfiguration" in parameters:
        eni.tracking = _tracking(
            eni.tracking or Tracking(), parameters.below("ConnectionTrackingConfiguration")
        )


#: Attributes of an ENI that a call turns on and off.
_FLAGS = {
    "source_dest_check": "SourceDestCheck",
    "delete_on_release": "DeleteOnRelease",
    "primary_ipv6": "EnablePrimaryIPv6",
}


def _tracking(current: Tracking, parameters: Parameters) -> Tracking:
    return Tracking(
        parameters.integer("TcpEstablishedTimeout") or current.tcp_established,
        parameters.integer("TcpClosedAndTimeWaitTimeout") or current.tcp_closed,
        parameters.integer("UdpTimeout") or current.udp,
    )


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
