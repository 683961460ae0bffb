"""Wire in and out of VPC."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakealiyun.vpc.responses.eip_items import eip_fields
from fakealiyun.vpc.responses.ipv6 import ipv6_items
from fakealiyun.vpc.responses.reservations import reservation_items
from fakealiyun.vpc.responses.vpcs import vpc_fields
from fakealiyun.vpc.responses.vswitches import vswitch_fields

if TYPE_CHECKING:
    from fakealiyun.region import Region


def snapshot_items(region: Region, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """The describe items of a region by kind."""
    networks = region.vpc.networks
    return {
        "vpc:Vpc": [vpc_fields(region, vpc) for vpc in networks.vpcs()],
        "vpc:VSwitch": [vswitch_fields(region, vswitch) for vswitch in networks.vswitches()],
        "vpc:CidrReservation": reservation_items(region, now),
        "vpc:EipAddress": [eip_fields(region, eip, now) for eip in region.vpc.eips.all()],
        "vpc:Ipv6Address": ipv6_items(region),
    }
