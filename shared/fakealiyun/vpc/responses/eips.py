"""Wire in and out of EIPs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from fakealiyun.errors import NotImplementedByTheFake
from fakealiyun.identities import service_number
from fakealiyun.managed import check_eni
from fakealiyun.services import Call, Fields, Handler, idempotent
from fakealiyun.vpc import exceptions
from fakealiyun.vpc.models.eips import Binding, Eip, InstanceType, Mode
from fakealiyun.vpc.responses.eip_items import describe_eip_addresses
from fakealiyun.wire.tags import read_tags

if TYPE_CHECKING:
    from fakealiyun.ecs.models.eni import Eni

#: Documentation addresses, one block after the other; beyond them the block for measurements.
_ADDRESSES = tuple(
    IPv4Network(text) for text in ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15")
)
#: Other things that EIPs can be bound to (AssociateEipAddress, InstanceType).
_OTHER_TYPES = frozenset({"Nat", "SlbInstance", "HaVip", "IpAddress"})
_MODES: dict[str, Mode] = {"NAT": "NAT", "MULTI_BINDED": "MULTI_BINDED", "BINDED": "BINDED"}
#: EIPs of one AssociateEipAddressBatch.
_MOST_AT_ONCE = 50


def allocate_eip_address(call: Call) -> Fields:
    """Get an EIP."""
    return idempotent(call, lambda: _allocate(call))


def release_eip_address(call: Call) -> Fields:
    """Give up an EIP that is bound to nothing."""
    eip = _named(call)
    _check_status(call, eip, "Available")
    call.region.vpc.eips.remove(eip)
    return {}


def associate_eip_address(call: Call) -> Fields:
    """Bind an EIP to a private address of an ENI, or to the primary one of an instance."""
    return idempotent(call, lambda: _associate(call))


def unassociate_eip_address(call: Call) -> Fields:
    """Let an EIP go from what it is bound to."""
    return idempotent(call, lambda: _unassociate(call))


def associate_eip_address_batch(call: Call) -> Fields:
    """Bind several EIPs to one ENI."""
    return idempotent(call, lambda: _associate_several(call))


HANDLERS: Mapping[str, Handler] = {
    "AllocateEipAddress": allocate_eip_address,
    "ReleaseEipAddress": release_eip_address,
    "DescribeEipAddresses": describe_eip_addresses,
    "AssociateEipAddress": associate_eip_address,
    "UnassociateEipAddress": unassociate_eip_address,
    "AssociateEipAddressBatch": associate_eip_address_batch,
}


def _allocate(call: Call) -> Fields:
    asked, now = call.parameters, call.cloud.clock.now()
    service = call.caller.service
    wanted = asked.text("IpAddress")
    used = {eip.address for eip in call.region.vpc.eips.all()} if wanted is not None else set()
    if wanted in used:
        raise exceptions.invalid_parameter("IpAddress")
    eip = Eip(
        id=asked.text("InstanceId") or call.cloud.ids.next("eip"),
        address=wanted or _address(call.cloud.ids.number("EIP address")),
        created_at=now,
        settled_at=now,
        bandwidth=asked.text("Bandwidth") or "5",
        internet_charge_type=asked.text("InternetChargeType") or "PayByBandwidth",
        charge_type=asked.text("InstanceChargeType") or "PostPaid",
        isp=asked.text("ISP") or "BGP",
        netmode=asked.text("Netmode") or "public",
        name=asked.text("Name") or "",
        description=asked.text("Description") or "",
        resource_group_id=asked.text("ResourceGroupId") or "",
        service=service,
        service_id=None if service is None else service_number(service),
        tags=read_tags(asked),
    )
    call.region.vpc.eips.add(eip)
    return {"AllocationId": eip.id, "EipAddress": eip.address, "ResourceGroupId": eip.resource_group_id}


def _address(number: int) -> str:
    """The address of the n-th EIP, from 1; network and broadcast addresses are left out."""
    for network in _ADDRESSES:
        if number <= network.num_addresses - 2:
            return str(IPv4Address(int(network.network_address) + number))
        number -= network.num_addresses - 2
    raise NotImplementedByTheFake("that many EIPs")


def _associate(call: Call) -> Fields:
    asked = call.parameters
    eip, instance_id = _named(call), asked.required("InstanceId")
    kind = _instance_type(asked.text("InstanceType") or "EcsInstance")
    eni = _eni_of(call, kind, instance_id)
    check_eni(call, eni)
    mode = _MODES.get(asked.text("Mode") or "NAT")
    if mode is None:
        raise exceptions.invalid_parameter("Mode")
    private_ip = asked.text("PrivateIpAddress") or eni.primary_ip
    _check_target(call, eni, instance_id)
    _bind(call, [eip], eni, Binding(instance_id, kind, private_ip, mode, eni.vpc_id))
    return {}


def _associate_several(call: Call) -> Fields:
    asked = call.parameters
    eni_id = asked.required("BindedInstanceId")
    kind = asked.required("BindedInstanceType")
    ids = asked.texts("InstanceIds")
    if not ids:
        asked.required("InstanceIds.1")
    if len(ids) > _MOST_AT_ONCE or len(set(ids)) < len(ids):
        raise exceptions.invalid_parameter("InstanceIds")
    if kind == "EcsInstance":
        raise exceptions.invalid_parameter("BindedInstanceType")
    eni = _eni_of(call, _instance_type(kind), eni_id)
    check_eni(call, eni)
    eips = [call.region.vpc.eips.get(one) for one in ids]
    if asked.text("Mode") not in (None, "MULTI_BINDED"):
        raise exceptions.invalid_parameter("Mode")
    _check_target(call, eni, eni_id)
    _bind(call, eips, eni, Binding(eni_id, "NetworkInterface", eni.primary_ip, "MULTI_BINDED", eni.vpc_id))
    return {}


def _unassociate(call: Call) -> Fields:
    eip = _named(call)
    binding = eip.binding
    instance_id = call.parameters.text("InstanceId")
    if binding is None:
        raise exceptions.eip_status(eip.id, eip.status(call.cloud.clock.now()))
    check_eni(call, _eni_of(call, binding.instance_type, binding.instance_id))
    private_ip = call.parameters.text("PrivateIpAddress")
    if instance_id not in (None, binding.instance_id) or private_ip not in (None, binding.private_ip):
        raise exceptions.binding_status(eip.id)
    _check_status(call, eip, "InUse")
    call.region.vpc.eips.unbind(eip, _done_at(call))
    return {}


def _bind(call: Call, eips: list[Eip], eni: Eni, binding: Binding) -> None:
    """Bind EIPs; where each private address has one, those that have one already are refused."""
    for eip in eips:
        _check_status(call, eip, "Available")
    if binding.private_ip not in eni.ipv4:
        raise exceptions.private_address_not_found(binding.private_ip)
    there = [one.binding for one in call.region.vpc.eips.bound_to(binding.instance_id)]
    if binding.mode != "MULTI_BINDED" and any(one and one.private_ip == binding.private_ip for one in there):
        raise exceptions.eip_bound_there(binding.private_ip)
    for eip in eips:
        call.region.vpc.eips.bind(eip, binding, _done_at(call))


def _done_at(call: Call) -> datetime:
    return call.cloud.clock.now() + timedelta(seconds=call.cloud.assumptions.eip_transition)


def _named(call: Call) -> Eip:
    return call.region.vpc.eips.get(call.parameters.required("AllocationId"))


def _instance_type(name: str) -> InstanceType:
    if name in _OTHER_TYPES:
        raise NotImplementedByTheFake(f"EIPs of the instance type {name}")
    if name not in ("EcsInstance", "NetworkInterface"):
        raise exceptions.invalid_parameter("InstanceType")
    return "EcsInstance" if name == "EcsInstance" else "NetworkInterface"


def _eni_of(call: Call, kind: InstanceType, instance_id: str) -> Eni:
    """The ENI that an EIP is bound to: the one named, or the primary one of an instance."""
    enis = call.region.ecs.enis
    if kind == "NetworkInterface":
        found = enis.find(instance_id)
    else:
        found = next((one for one in enis.of_instance(instance_id) if one.type == "Primary"), None)
    if found is None:
        raise exceptions.eip_target_not_found(instance_id)
    return found


def _check_target(call: Call, eni: Eni, instance_id: str) -> None:
    if eni.status not in ("Available", "InUse"):
        raise exceptions.eip_target_status(instance_id)


def _check_status(call: Call, eip: Eip, wanted: str) -> None:
    status = eip.status(call.cloud.clock.now())
    if status != wanted:
        raise exceptions.eip_status(eip.id, status)
