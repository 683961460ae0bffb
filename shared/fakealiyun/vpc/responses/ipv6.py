"""Wire in and out of the IPv6 addresses of ENIs and of their Internet bandwidth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.errors import MissingParameter
from fakealiyun.managed import check_eni
from fakealiyun.services import Call, Fields, Handler, idempotent
from fakealiyun.vpc import exceptions
from fakealiyun.vpc.models.ipv6 import AddressType, Bandwidth, Ipv6Address
from fakealiyun.vpc.responses.asked import end_dry_run, listed, tag_items
from fakealiyun.wire.paging import Sizes, by_number

if TYPE_CHECKING:
    from fakealiyun.ecs.models.eni import Eni
    from fakealiyun.region import Region

#: Mbit/s by charge type (AllocateIpv6InternetBandwidth, Bandwidth).
_MBITS = {"PayByTraffic": range(1, 1001), "PayByBandwidth": range(1, 2001), "PayByOld95": range(1, 2001)}
_PAGE = Sizes(default=10, most=50)


def describe_ipv6_addresses(call: Call) -> Fields:
    """The IPv6 addresses of ENIs; their prefixes instead when the call asks for ``IPv6Prefix``."""
    found = [
        (eni, address) for eni, address in _asked_addresses(call) if _address_matches(call, eni, address)
    ]
    page = by_number(call.parameters, found, _PAGE)
    items = [_address_fields(call.region, eni, address) for eni, address in page.items]
    return {**page.fields, "Ipv6Addresses": {"Ipv6Address": items}}


def allocate_ipv6_internet_bandwidth(call: Call) -> Fields:
    """Buy Internet bandwidth for an IPv6 address."""
    return idempotent(call, lambda: _allocate(call))


def modify_ipv6_internet_bandwidth(call: Call) -> Fields:
    """Change the bandwidth of an IPv6 address; the account may do that on managed ENIs as well."""
    return idempotent(call, lambda: _modify(call))


def delete_ipv6_internet_bandwidth(call: Call) -> Fields:
    """Give up the bandwidth of an IPv6 address."""
    return idempotent(call, lambda: _delete(call))


HANDLERS: Mapping[str, Handler] = {
    "DescribeIpv6Addresses": describe_ipv6_addresses,
    "AllocateIpv6InternetBandwidth": allocate_ipv6_internet_bandwidth,
    "ModifyIpv6InternetBandwidth": modify_ipv6_internet_bandwidth,
    "DeleteIpv6InternetBandwidth": delete_ipv6_internet_bandwidth,
}


def ipv6_items(region: Region) -> list[dict[str, Any]]:
    """The IPv6 addresses of a region."""
    found = _addresses_of(region, region.ecs.enis.all(), "IPv6Address")
    return [_address_fields(region, eni, address) for eni, address in found]


def _allocate(call: Call) -> Fields:
    asked = call.parameters
    eni, address = _address_of_call(call)
    check_eni(call, eni)
    gateway = call.region.vpc.gateways.of_vpc(eni.vpc_id)
    if gateway is None or asked.text("Ipv6GatewayId") not in (None, gateway.id):
        raise exceptions.assumed(call, "no-gateway", f"The VPC {eni.vpc_id} has no such IPv6 gateway.")
    if address.bandwidth is not None:
        raise exceptions.assumed(call, "bandwidth-exists", f"{address.id} has Internet bandwidth already.")
    charge_type = asked.text("InternetChargeType") or "PayByBandwidth"
    if charge_type not in _MBITS:
        raise exceptions.invalid_parameter("InternetChargeType")
    mbits = _mbits(call, charge_type)
    end_dry_run(call)
    bandwidth = Bandwidth(call.cloud.ids.next("ipv6bw"), mbits, charge_type)
    call.region.vpc.ipv6.give(address, bandwidth)
    return {"InternetBandwidthId": bandwidth.id, "Ipv6AddressId": address.id}


def _modify(call: Call) -> Fields:
    eni, address = _address_of_call(call)
    check_eni(call, eni)
    bandwidth = _bandwidth(call, address)
    mbits = _mbits(call, bandwidth.charge_type)
    end_dry_run(call)
    bandwidth.mbits = mbits
    return {}


def _delete(call: Call) -> Fields:
    eni, address = _address_of_call(call)
    check_eni(call, eni)
    _bandwidth(call, address)
    end_dry_run(call)
    call.region.vpc.ipv6.take(address)
    return {}


def _address_of_call(call: Call) -> tuple[Eni, Ipv6Address]:
    """The address of a call, by its own id or that of its bandwidth, with its ENI."""
    address_id = call.parameters.text("Ipv6AddressId")
    bandwidth_id = call.parameters.text("Ipv6InternetBandwidthId")
    if address_id is None and bandwidth_id is None:
        raise MissingParameter("Ipv6AddressId")
    ipv6 = call.region.vpc.ipv6
    if address_id is not None:
        found = _still_there(call, ipv6.find(address_id))
        missing = exceptions.assumed(call, "ipv6-address-not-found", f"{address_id} does not exist.")
    else:
        found = _still_there(call, ipv6.with_bandwidth(bandwidth_id or ""))
        missing = exceptions.assumed(call, "bandwidth-not-found", f"{bandwidth_id} does not exist.")
    if found is None:
        raise missing
    return found


def _still_there(call: Call, address: Ipv6Address | None) -> tuple[Eni, Ipv6Address] | None:
    """The address with its ENI, unless that is no more or has lost it; its bandwidth is lost then as well."""
    if address is None:
        return None
    eni = call.region.ecs.enis.find(address.key.eni_id)
    if eni is not None and address.key.text in (*eni.ipv6, *eni.ipv6_prefixes):
        return eni, address
    call.region.vpc.ipv6.take(address)
    return None


def _bandwidth(call: Call, address: Ipv6Address) -> Bandwidth:
    if address.bandwidth is None:
        raise exceptions.assumed(call, "bandwidth-not-found", f"{address.id} has no Internet bandwidth.")
    return address.bandwidth


def _mbits(call: Call, charge_type: str) -> int:
    call.parameters.required("Bandwidth")
    mbits = call.parameters.integer("Bandwidth") or 0
    if mbits not in _MBITS[charge_type]:
        raise exceptions.invalid_parameter("Bandwidth")
    return mbits


def _asked_addresses(call: Call) -> Iterable[tuple[Eni, Ipv6Address]]:
    """The addresses that a call can be about: by ids each one look-up, else all of the ENIs it can mean."""
    asked, ecs = call.parameters, call.region.ecs
    ids = listed(asked, "Ipv6AddressId")
    if ids:
        found = (_still_there(call, call.region.vpc.ipv6.find(one)) for one in ids)
        return [pair for pair in found if pair is not None]
    kind = asked.text("AddressType") or "IPv6Address"
    if kind not in ("IPv6Address", "IPv6Prefix"):
        raise exceptions.invalid_parameter("AddressType")
    vswitch_id, holder = asked.text("VSwitchId"), asked.text("AssociatedInstanceId")
    if holder is not None:
        enis = [*ecs.enis.named([holder]), *ecs.enis.of_instance(holder)]
    else:
        enis = ecs.enis.all() if vswitch_id is None else ecs.enis.in_vswitch(vswitch_id)
    return _addresses_of(call.region, enis, "IPv6Address" if kind == "IPv6Address" else "IPv6Prefix")


def _addresses_of(region: Region, enis: Iterable[Eni], kind: AddressType) -> list[tuple[Eni, Ipv6Address]]:
    return [
        (eni, region.vpc.ipv6.of(eni.id, text, kind))
        for eni in enis
        for text in (eni.ipv6 if kind == "IPv6Address" else eni.ipv6_prefixes)
    ]


def _address_matches(call: Call, eni: Eni, address: Ipv6Address) -> bool:
    asked = call.parameters
    holder, kind = _holder(eni)
    bandwidth = "" if address.bandwidth is None else address.bandwidth.id
    return (
        asked.text("AssociatedInstanceId") in (None, holder)
        and asked.text("AssociatedInstanceType") in (None, kind)
        and asked.text("Ipv6Address") in (None, address.key.text)
        and asked.text("Ipv6InternetBandwidthId") in (None, bandwidth)
        and asked.text("NetworkType") in (None, _network_type(address))
        and asked.text("VpcId") in (None, eni.vpc_id)
        and asked.text("VSwitchId") in (None, eni.vswitch_id)
        and asked.text("Name") is None
        and asked.text("ResourceGroupId") in (None, eni.resource_group_id)
        and asked.flag("ServiceManaged") in (None, eni.service is not None)
        and not asked.objects("Tag")
    )


def _holder(eni: Eni) -> tuple[str, str]:
    """What VPC says an address is on: the instance of a primary ENI, else the ENI itself."""
    if eni.type == "Primary" and eni.instance_id is not None:
        return eni.instance_id, "EcsInstance"
    return eni.id, "NetworkInterface"


def _network_type(address: Ipv6Address) -> str:
    return "Private" if address.bandwidth is None else "Public"


def _address_fields(region: Region, eni: Eni, address: Ipv6Address) -> dict[str, Any]:
    gateway = region.vpc.gateways.of_vpc(eni.vpc_id)
    holder, kind = _holder(eni)
    return {
        "Ipv6AddressId": address.id,
        "Ipv6AddressName": "",
        "Ipv6AddressDescription": "",
        "Ipv6Address": address.key.text,
        "AddressType": address.type,
        "Status": "Available",
        "AllocationTime": text_of(eni.created_at),
        "AssociatedInstanceId": holder,
        "AssociatedInstanceType": kind,
        "VSwitchId": eni.vswitch_id,
        "VpcId": eni.vpc_id,
        "Ipv6GatewayId": "" if gateway is None else gateway.id,
        "Ipv6Isp": "BGP",
        "NetworkType": _network_type(address),
        "RealBandwidth": 0 if address.bandwidth is None else address.bandwidth.mbits,
        "ServiceManaged": 1 if eni.service is not None else 0,
        "ResourceGroupId": eni.resource_group_id,
        "Ipv6InternetBandwidth": _bandwidth_fields(address.bandwidth),
        "Tags": tag_items({}),
    }


def _bandwidth_fields(bandwidth: Bandwidth | None) -> dict[str, Any]:
    if bandwidth is None:
        return {}
    return {
        "Ipv6InternetBandwidthId": bandwidth.id,
        "Bandwidth": bandwidth.mbits,
        "InternetChargeType": bandwidth.charge_type,
        "InstanceChargeType": "PostPaid",
        "BusinessStatus": "Normal",
        "HasReservationData": False,
    }
