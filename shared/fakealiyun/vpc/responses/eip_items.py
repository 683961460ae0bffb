"""EIPs in answers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.services import Call, Fields
from fakealiyun.vpc.models.eips import Eip
from fakealiyun.vpc.responses.asked import end_dry_run, listed, tag_items
from fakealiyun.wire.paging import Sizes, by_number
from fakealiyun.wire.tags import carries

if TYPE_CHECKING:
    from fakealiyun.region import Region

_PAGE = Sizes(default=10, most=100)


def describe_eip_addresses(call: Call) -> Fields:
    """The EIPs that a call asks for."""
    end_dry_run(call)
    asked, eips = call.parameters, call.region.vpc.eips
    ids = listed(asked, "AllocationId")
    candidates = [one for one in map(eips.find, ids) if one is not None] if ids else eips.all()
    now = call.cloud.clock.now()
    page = by_number(asked, [eip for eip in candidates if _matches(call, eip)], _PAGE)
    return {
        **page.fields,
        "EipAddresses": {"EipAddress": [eip_fields(call.region, eip, now) for eip in page.items]},
    }


def eip_fields(region: Region, eip: Eip, now: datetime) -> dict[str, Any]:
    """An EIP as DescribeEipAddresses shows it."""
    binding = eip.binding
    fields: dict[str, Any] = {
        "AllocationId": eip.id,
        "IpAddress": eip.address,
        "Name": eip.name,
        "Description": eip.description,
        "RegionId": region.id,
        "Status": eip.status(now),
        "AllocationTime": text_of(eip.created_at),
        "Bandwidth": eip.bandwidth,
        "EipBandwidth": eip.bandwidth,
        "InternetChargeType": eip.internet_charge_type,
        "ChargeType": eip.charge_type,
        "BusinessStatus": "Normal",
        "ISP": eip.isp,
        "Netmode": eip.netmode,
        "InstanceId": "" if binding is None else binding.instance_id,
        "InstanceType": "" if binding is None else binding.instance_type,
        "InstanceRegionId": "" if binding is None else region.id,
        "PrivateIpAddress": "" if binding is None else binding.private_ip,
        "Mode": "" if binding is None else binding.mode,
        "VpcId": "" if binding is None else binding.vpc_id,
        "ResourceGroupId": eip.resource_group_id,
        "ServiceManaged": 1 if eip.service is not None else 0,
        "DeletionProtection": False,
        "SecondLimited": False,
        "HDMonitorStatus": "OFF",
        "HasReservationData": "false",
        "ExpiredTime": "",
        "BandwidthPackageId": "",
        "BandwidthPackageType": "",
        "BandwidthPackageBandwidth": "",
        "PublicIpAddressPoolId": "",
        "SegmentInstanceId": "",
        "OperationLocks": {"LockReason": []},
        "SecurityProtectionTypes": {"SecurityProtectionType": []},
        "Tags": tag_items(eip.tags),
    }
    return fields if eip.service_id is None else {**fields, "ServiceID": eip.service_id}


def _matches(call: Call, eip: Eip) -> bool:
    asked, binding = call.parameters, eip.binding
    addresses, instances = listed(asked, "EipAddress"), listed(asked, "AssociatedInstanceId")
    kind = asked.text("AssociatedInstanceType")
    return (
        (not addresses or eip.address in addresses)
        and (not instances or (binding is not None and binding.instance_id in instances))
        and (kind is None or (binding is not None and binding.instance_type == kind))
        and asked.text("Status") in (None, eip.status(call.cloud.clock.now()))
        and asked.text("EipName") in (None, eip.name)
        and asked.text("ChargeType") in (None, eip.charge_type)
        and asked.text("ISP") in (None, eip.isp)
        and asked.text("ResourceGroupId") in (None, eip.resource_group_id)
        and asked.flag("ServiceManaged") in (None, eip.service is not None)
        and not asked.flag("SecurityProtectionEnabled")
        and not any(asked.text(one) for one in ("LockReason", "PublicIpAddressPoolId", "SegmentInstanceId"))
        and carries(eip.tags, asked.objects("Tag"))
    )
