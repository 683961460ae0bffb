"""ENIs as the describe calls show them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.ecs.models.eni import Eni, EniPermission, QosLimits, Tracking
from fakealiyun.ecs.responses.tags import tag_items

if TYPE_CHECKING:
    from fakealiyun.region import Region

Item = dict[str, Any]

#: Many ENIs are made at one time, and writing a time costs as much as the rest of an item.
_time_text = lru_cache(maxsize=4096)(text_of)

#: Fields of an ENI that CreateNetworkInterface answers (the SDK's response fields).
_CREATED = (
    "Description",
    "Ipv4PrefixSets",
    "Ipv6PrefixSets",
    "Ipv6Sets",
    "MacAddress",
    "NetworkInterfaceId",
    "NetworkInterfaceName",
    "OwnerId",
    "PrivateIpAddress",
    "PrivateIpSets",
    "ResourceGroupId",
    "SecurityGroupIds",
    "ServiceID",
    "ServiceManaged",
    "SourceDestCheck",
    "Status",
    "Tags",
    "Type",
    "VSwitchId",
    "VpcId",
    "ZoneId",
)


def eni_item(region: Region, eni: Eni) -> Item:
    """An ENI as DescribeNetworkInterfaces shows it."""
    private_ips, public_ips = private_ip_sets(eni), _public_ips(region, eni)
    for private_ip in private_ips if public_ips else ():
        if private_ip["PrivateIpAddress"] in public_ips:
            private_ip["AssociatedPublicIp"] = public_ips[private_ip["PrivateIpAddress"]]
    item: Item = {
        "NetworkInterfaceId": eni.id,
        "NetworkInterfaceName": eni.name,
        "Description": eni.description,
        "Status": eni.status,
        "Type": eni.type,
        "VpcId": eni.vpc_id,
        "VSwitchId": eni.vswitch_id,
        "ZoneId": eni.zone_id,
        "MacAddress": eni.mac,
        "PrivateIpAddress": eni.primary_ip,
        "PrivateIpSets": {"PrivateIpSet": private_ips},
        "Ipv6Sets": {"Ipv6Set": _ipv6(eni)},
        **prefix_sets(eni),
        "SecurityGroupIds": {"SecurityGroupId": list(eni.groups)},
        "ServiceManaged": eni.service is not None,
        "OwnerId": region.account.id,
        "ResourceGroupId": eni.resource_group_id,
        "DeleteOnRelease": eni.delete_on_release,
        "SourceDestCheck": eni.source_dest_check,
        "InstanceId": eni.instance_id or "",
        "Attachment": _attachment(eni),
        "AssociatedPublicIp": public_ips.get(eni.primary_ip, {}),
        "NetworkInterfaceTrafficMode": eni.traffic_mode,
        "Tags": tag_items(eni.tags),
        "CreationTime": _time_text(eni.created_at),
    }
    optional = {"ServiceID": eni.service_id, "QueueNumber": eni.queues, "QueuePairNumber": eni.queue_pairs}
    item.update((name, value) for name, value in optional.items() if value is not None)
    return item


def created_item(region: Region, eni: Eni) -> Item:
    """An ENI as CreateNetworkInterface answers it."""
    item = eni_item(region, eni)
    return {name: item[name] for name in _CREATED if name in item}


def attribute_item(region: Region, eni: Eni) -> Item:
    """An ENI as DescribeNetworkInterfaceAttribute shows it."""
    item = eni_item(region, eni)
    members = [one.id for one in region.ecs.enis.of_instance(eni.instance_id or "") if one.trunk_id == eni.id]
    if members:
        item["Attachment"]["MemberNetworkInterfaceIds"] = {"MemberNetworkInterfaceId": members}
    item["QoSConfig"] = {"EnableQoS": eni.qos is not None, "QoS": _qos(eni.qos or QosLimits())}
    item["ConnectionTrackingConfiguration"] = _tracking(eni.tracking or Tracking())
    return item


def private_ip_sets(eni: Eni) -> list[Item]:
    """The private IPv4 addresses, the primary one first."""
    return [{"PrivateIpAddress": text, "Primary": text == eni.primary_ip} for text in eni.ipv4]


def prefix_sets(eni: Eni) -> Item:
    """The prefixes of both families."""
    return {
        "Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": text} for text in eni.ipv4_prefixes]},
        "Ipv6PrefixSets": {"Ipv6PrefixSet": [{"Ipv6Prefix": text} for text in eni.ipv6_prefixes]},
    }


def instance_eni_item(eni: Eni) -> Item:
    """An ENI as DescribeInstances shows it in its instance."""
    return {
        "NetworkInterfaceId": eni.id,
        "MacAddress": eni.mac,
        "Type": eni.type,
        "PrimaryIpAddress": eni.primary_ip,
        "PrivateIpSets": {"PrivateIpSet": private_ip_sets(eni)},
        "Ipv6Sets": {"Ipv6Set": _ipv6(eni)},
        **prefix_sets(eni),
    }


def permission_item(permission: EniPermission) -> Item:
    """Another account's right to attach an ENI."""
    return {
        "NetworkInterfacePermissionId": permission.id,
        "NetworkInterfaceId": permission.eni_id,
        "AccountId": permission.account_id,
        "Permission": permission.permission,
        "PermissionState": "Granted",
        "ServiceName": permission.service,
    }


def _public_ips(region: Region, eni: Eni) -> dict[str, Item]:
    """The EIPs of an ENI by private address; those of an instance are bound to its primary ENI."""
    eips = region.vpc.eips.bound_to(eni.id)
    if eni.type == "Primary" and eni.instance_id is not None:
        eips = [*eips, *region.vpc.eips.bound_to(eni.instance_id)]
    return {
        (eip.binding.private_ip if eip.binding is not None else "") or eni.primary_ip: {
            "AllocationId": eip.id,
            "PublicIpAddress": eip.address,
        }
        for eip in eips
    }


def _ipv6(eni: Eni) -> list[Item]:
    return [{"Ipv6Address": text, "Primary": eni.primary_ipv6 and text == eni.ipv6[0]} for text in eni.ipv6]


def _attachment(eni: Eni) -> Item:
    if eni.instance_id is None:
        return {}
    item: Item = {
        "InstanceId": eni.instance_id,
        "DeviceIndex": eni.device_index,
        "NetworkCardIndex": eni.card_index,
    }
    if eni.trunk_id is not None:
        item["TrunkNetworkInterfaceId"] = eni.trunk_id
    return item


def _qos(limits: QosLimits) -> Item:
    values = {
        "BandwidthRx": limits.bandwidth_in,
        "BandwidthTx": limits.bandwidth_out,
        "PpsRx": limits.packets_in,
        "PpsTx": limits.packets_out,
        "ConcurrentConnections": limits.sessions,
    }
    return {name: value for name, value in values.items() if value is not None}


def _tracking(tracking: Tracking) -> Item:
    return {
        "TcpEstablishedTimeout": tracking.tcp_established,
        "TcpClosedAndTimeWaitTimeout": tracking.tcp_closed,
        "UdpTimeout": tracking.udp,
    }
