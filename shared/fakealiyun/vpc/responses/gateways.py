"""Wire in and out of IPv6 gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.services import Call, Fields, Handler, idempotent
from fakealiyun.vpc import exceptions
from fakealiyun.vpc.models.ipv6 import Ipv6Gateway
from fakealiyun.vpc.responses.asked import end_dry_run, tag_items
from fakealiyun.wire.paging import Sizes, by_number
from fakealiyun.wire.tags import carries, read_tags

if TYPE_CHECKING:
    from fakealiyun.region import Region

_PAGE = Sizes(default=10, most=50)


def create_ipv6_gateway(call: Call) -> Fields:
    """Make the IPv6 gateway of a VPC, which gets IPv6 by that if it has none."""
    return idempotent(call, lambda: _create_gateway(call))


def delete_ipv6_gateway(call: Call) -> Fields:
    """Delete an IPv6 gateway."""
    gateway_id = call.parameters.required("Ipv6GatewayId")
    gateway = call.region.vpc.gateways.find(gateway_id)
    if gateway is None:
        raise exceptions.assumed(call, "no-gateway", f"The IPv6 gateway {gateway_id} does not exist.")
    end_dry_run(call)
    call.region.vpc.gateways.remove(gateway)
    return {}


def describe_ipv6_gateways(call: Call) -> Fields:
    """The IPv6 gateways that a call asks for."""
    asked = call.parameters
    found = [
        one
        for one in call.region.vpc.gateways.all()
        if asked.text("Ipv6GatewayId") in (None, one.id)
        and asked.text("VpcId") in (None, one.vpc_id)
        and asked.text("Name") in (None, one.name)
        and asked.text("ResourceGroupId") in (None, one.resource_group_id)
        and carries(one.tags, asked.objects("Tags"))
    ]
    page = by_number(asked, found, _PAGE)
    items = [_gateway_fields(call.region, one) for one in page.items]
    return {**page.fields, "Ipv6Gateways": {"Ipv6Gateway": items}}


HANDLERS: Mapping[str, Handler] = {
    "CreateIpv6Gateway": create_ipv6_gateway,
    "DeleteIpv6Gateway": delete_ipv6_gateway,
    "DescribeIpv6Gateways": describe_ipv6_gateways,
}


def _create_gateway(call: Call) -> Fields:
    asked = call.parameters
    vpc = call.region.vpc.networks.vpc(asked.required("VpcId"))
    if call.region.vpc.gateways.of_vpc(vpc.id) is not None:
        raise exceptions.assumed(call, "gateway-exists", f"The VPC {vpc.id} has an IPv6 gateway already.")
    tags = read_tags(asked)
    end_dry_run(call)
    gateway = Ipv6Gateway(
        id=call.cloud.ids.next("ipv6gw"),
        vpc_id=vpc.id,
        created_at=call.cloud.clock.now(),
        name=asked.text("Name") or "",
        description=asked.text("Description") or "",
        resource_group_id=asked.text("ResourceGroupId") or "",
        tags=tags,
    )
    call.region.vpc.gateways.add(gateway)
    vpc.ipv6_cidr = vpc.ipv6_cidr or call.region.vpc.networks.next_ipv6_block()
    return {"Ipv6GatewayId": gateway.id, "ResourceGroupId": gateway.resource_group_id}


def _gateway_fields(region: Region, gateway: Ipv6Gateway) -> dict[str, Any]:
    return {
        "Ipv6GatewayId": gateway.id,
        "Name": gateway.name,
        "Description": gateway.description,
        "VpcId": gateway.vpc_id,
        "RegionId": region.id,
        "OwnerId": int(region.account.id),
        "Status": "Available",
        "BusinessStatus": "Normal",
        "CreationTime": text_of(gateway.created_at),
        "ExpiredTime": "",
        "InstanceChargeType": "PostPaid",
        "ResourceGroupId": gateway.resource_group_id,
        "Tags": tag_items(gateway.tags),
    }
