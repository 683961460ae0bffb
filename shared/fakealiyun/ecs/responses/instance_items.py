"""Instances and instance types as the describe calls show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.ecs.models.instance_types import InstanceType
from fakealiyun.ecs.models.instances import Instance
from fakealiyun.ecs.responses.eni_items import instance_eni_item
from fakealiyun.ecs.responses.tags import tag_items

if TYPE_CHECKING:
    from fakealiyun.region import Region

Item = dict[str, Any]


def instance_item(region: Region, instance: Instance) -> Item:
    """An instance as DescribeInstances shows it; its groups are those of its primary ENI."""
    enis = region.ecs.enis.of_instance(instance.id)
    kind = region.ecs.instances.type_of(instance)
    return {
        **_common(region, instance),
        "InstanceTypeFamily": kind.family,
        "Memory": int(kind.memory * 1024),
        "IoOptimized": True,
        "StartTime": text_of(instance.created_at),
        "DeletionProtection": instance.deletion_protection,
        "KeyPairName": instance.key_pair,
        "ResourceGroupId": instance.resource_group_id,
        "NetworkInterfaces": {"NetworkInterface": [instance_eni_item(eni) for eni in enis]},
        "Tags": tag_items(instance.tags),
    }


def instance_attribute_item(region: Region, instance: Instance) -> Item:
    """An instance as DescribeInstanceAttribute shows it."""
    memory = int(region.ecs.instances.type_of(instance).memory * 1024)
    return {**_common(region, instance), "Memory": memory, "IoOptimized": "optimized"}


def _common(region: Region, instance: Instance) -> Item:
    primary = region.ecs.enis.of_instance(instance.id)[0]
    public = [] if instance.public_ip is None else [instance.public_ip]
    return {
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "Description": instance.description,
        "HostName": instance.host_name,
        "Status": instance.status,
        "StoppedMode": instance.stopped_mode,
        "InstanceType": instance.type,
        "Cpu": region.ecs.instances.type_of(instance).cores,
        "ImageId": instance.image_id,
        "RegionId": region.id,
        "ZoneId": instance.zone_id,
        "InstanceNetworkType": "vpc",
        "InstanceChargeType": instance.charge_type,
        "InternetChargeType": "PayByTraffic",
        "InternetMaxBandwidthIn": instance.bandwidth_in,
        "InternetMaxBandwidthOut": instance.bandwidth_out,
        "CreationTime": text_of(instance.created_at),
        "ExpiredTime": "2099-12-31T15:59Z",
        "VpcAttributes": {
            "VpcId": instance.vpc_id,
            "VSwitchId": instance.vswitch_id,
            "NatIpAddress": "",
            "PrivateIpAddress": {"IpAddress": [primary.primary_ip]},
        },
        "SecurityGroupIds": {"SecurityGroupId": list(primary.groups)},
        "PublicIpAddress": {"IpAddress": public},
        "InnerIpAddress": {"IpAddress": []},
        "EipAddress": _eip(region, instance),
        "OperationLocks": {"LockReason": []},
    }


def _eip(region: Region, instance: Instance) -> Item:
    bound = region.vpc.eips.bound_to(instance.id)
    if not bound:
        return {"AllocationId": "", "IpAddress": "", "InternetChargeType": ""}
    return {
        "AllocationId": bound[0].id,
        "IpAddress": bound[0].address,
        "InternetChargeType": bound[0].internet_charge_type,
        "Bandwidth": int(bound[0].bandwidth),
    }


def instance_type_item(kind: InstanceType) -> Item:
    """An instance type as DescribeInstanceTypes shows it."""
    return {
        "InstanceTypeId": kind.id,
        "InstanceTypeFamily": kind.family,
        "InstanceFamilyLevel": kind.level,
        "InstanceCategory": kind.category,
        "CpuArchitecture": "X86",
        "CpuCoreCount": kind.cores,
        "MemorySize": kind.memory,
        "GPUAmount": 0,
        "GPUSpec": "",
        "EniQuantity": kind.enis,
        "EniTotalQuantity": kind.all_enis,
        "EniPrivateIpAddressQuantity": kind.ipv4,
        "EniIpv6AddressQuantity": kind.ipv6,
        "EniTrunkSupported": kind.trunk,
        "EriQuantity": 0,
        "NetworkCardQuantity": 1,
        "PrimaryEniQueueNumber": kind.queues,
        "SecondaryEniQueueNumber": kind.queues,
        "MaximumQueueNumberPerEni": kind.queues,
        "LocalStorageCategory": "",
    }
