"""Wire in and out of VPCs."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.errors import NotImplementedByTheFake
from fakealiyun.services import Call, Fields, Handler, idempotent
from fakealiyun.vpc import exceptions
from fakealiyun.vpc.models.networks import Vpc
from fakealiyun.vpc.responses.asked import end_dry_run, listed, read_block, tag_items
from fakealiyun.wire.paging import Sizes, by_number
from fakealiyun.wire.tags import carries, read_tags

if TYPE_CHECKING:
    from fakealiyun.region import Region

#: The block of a VPC that names none (CreateVpc, CidrBlock).
_DEFAULT_CIDR = "172.16.0.0/12"
#: Masks of VPCs; the default has 12 (CreateVpc, CidrBlock).
_MASKS = range(8, 29)
_PAGE = Sizes(default=10, most=50)


def create_vpc(call: Call) -> Fields:
    """Make a VPC."""
    return idempotent(call, lambda: _create_vpc(call))


def delete_vpc(call: Call) -> Fields:
    """Delete a VPC that nothing is in; with ``ForceDelete`` an IPv6 gateway goes with it."""
    vpc = call.region.vpc.networks.vpc(call.parameters.required("VpcId"))
    gateway = call.region.vpc.gateways.of_vpc(vpc.id)
    groups = [group.id for group in call.region.ecs.groups.all() if group.vpc_id == vpc.id]
    forced = bool(call.parameters.flag("ForceDelete"))
    blocking = [*vpc.vswitches, *groups, *([gateway.id] if gateway is not None and not forced else [])]
    if blocking:
        raise exceptions.assumed(call, "vpc-in-use", f"The VPC {vpc.id} still has {blocking[0]}.")
    end_dry_run(call)
    if gateway is not None:
        call.region.vpc.gateways.remove(gateway)
    call.region.vpc.networks.remove_vpc(vpc)
    return {}


def describe_vpcs(call: Call) -> Fields:
    """The VPCs that a call asks for."""
    end_dry_run(call)
    page = by_number(call.parameters, [vpc for vpc in _asked_vpcs(call) if _vpc_matches(call, vpc)], _PAGE)
    return {**page.fields, "Vpcs": {"Vpc": [vpc_fields(call.region, vpc) for vpc in page.items]}}


def describe_vpc_attribute(call: Call) -> Fields:
    """One VPC."""
    vpc = call.region.vpc.networks.vpc(call.parameters.required("VpcId"))
    end_dry_run(call)
    resources = [{"ResourceType": "VSwitch", "ResourceCount": len(vpc.vswitches)}]
    return {
        **_vpc_head(call.region, vpc),
        "ClassicLinkEnabled": False,
        "SupportIpv4Gateway": True,
        "Ipv4GatewayId": "",
        "AssociatedCens": {"AssociatedCen": []},
        "AssociatedPropagationSources": {"AssociatedPropagationSources": []},
        "CloudResources": {"CloudResourceSetType": resources},
    }


def modify_bypass_toa_attribute(call: Call) -> Fields:
    """An action of service-linked roles that is not public (docs/sources.md, API): it does nothing here."""
    return {}


HANDLERS: Mapping[str, Handler] = {
    "CreateVpc": create_vpc,
    "DeleteVpc": delete_vpc,
    "DescribeVpcs": describe_vpcs,
    "DescribeVpcAttribute": describe_vpc_attribute,
    "ModifyBypassToaAttribute": modify_bypass_toa_attribute,
}


def router_of(vpc_id: str) -> str:
    """The id of the router that each VPC has."""
    return "vrt" + vpc_id.removeprefix("vpc")


def route_table_of(vpc_id: str) -> str:
    """The id of the system route table that each VPC has."""
    return "vtb" + vpc_id.removeprefix("vpc")


def _create_vpc(call: Call) -> Fields:
    asked = call.parameters
    for pool in ("Ipv4IpamPoolId", "Ipv6IpamPoolId"):
        if pool in asked:
            raise NotImplementedByTheFake(f"IPAM pools ({pool})")
    cidr = read_block(asked.text("CidrBlock") or _DEFAULT_CIDR, 4)
    if not isinstance(cidr, IPv4Network) or cidr.prefixlen not in _MASKS:
        raise exceptions.assumed(
            call, "bad-cidr", "The parameter CidrBlock is not a block that a VPC can have."
        )
    tags, ipv6_cidr = read_tags(asked), _vpc_ipv6(call)
    end_dry_run(call)
    if ipv6_cidr is None and asked.flag("EnableIpv6"):
        ipv6_cidr = call.region.vpc.networks.next_ipv6_block()
    vpc = Vpc(
        id=call.cloud.ids.next("vpc"),
        cidr=cidr,
        created_at=call.cloud.clock.now(),
        name=asked.text("VpcName") or "",
        description=asked.text("Description") or "",
        ipv6_cidr=ipv6_cidr,
        resource_group_id=asked.text("ResourceGroupId") or "",
        user_cidrs=listed(asked, "UserCidr"),
        dns_hostnames=bool(asked.flag("EnableDnsHostname")),
        tags=tags,
    )
    call.region.vpc.networks.add_vpc(vpc)
    return {
        "VpcId": vpc.id,
        "VRouterId": router_of(vpc.id),
        "RouteTableId": route_table_of(vpc.id),
        "ResourceGroupId": vpc.resource_group_id,
    }


def _vpc_ipv6(call: Call) -> IPv6Network | None:
    """The IPv6 block that a call names for a VPC."""
    text = call.parameters.text("Ipv6CidrBlock")
    if text is None:
        return None
    network = read_block(text, 6)
    if not isinstance(network, IPv6Network):
        raise exceptions.assumed(call, "bad-cidr", "The parameter Ipv6CidrBlock is not an IPv6 block.")
    return network


def _asked_vpcs(call: Call) -> list[Vpc]:
    networks, ids = call.region.vpc.networks, listed(call.parameters, "VpcId")
    return [one for one in map(networks.find_vpc, ids) if one is not None] if ids else networks.vpcs()


def _vpc_matches(call: Call, vpc: Vpc) -> bool:
    asked = call.parameters
    return (
        asked.text("VpcName") in (None, vpc.name)
        and asked.text("ResourceGroupId") in (None, vpc.resource_group_id)
        and asked.text("VpcOwnerId") in (None, call.region.account.id)
        and asked.flag("EnableIpv6") in (None, vpc.ipv6_cidr is not None)
        and not asked.flag("IsDefault")
        and asked.text("DhcpOptionsSetId") is None
        and carries(vpc.tags, asked.objects("Tag"))
    )


def vpc_fields(region: Region, vpc: Vpc) -> dict[str, Any]:
    """A VPC as DescribeVpcs shows it."""
    return {
        **_vpc_head(region, vpc),
        "CenStatus": "Detached",
        "NatGatewayIds": {"NatGatewayIds": []},
        "RouterTableIds": {"RouterTableIds": [route_table_of(vpc.id)]},
    }


def _vpc_head(region: Region, vpc: Vpc) -> dict[str, Any]:
    """What both describe calls show of a VPC."""
    ipv6 = "" if vpc.ipv6_cidr is None else str(vpc.ipv6_cidr)
    return {
        "VpcId": vpc.id,
        "VpcName": vpc.name,
        "Description": vpc.description,
        "RegionId": region.id,
        "OwnerId": int(region.account.id),
        "Status": "Available",
        "CreationTime": text_of(vpc.created_at),
        "CidrBlock": str(vpc.cidr),
        "SecondaryCidrBlocks": {"SecondaryCidrBlock": []},
        "UserCidrs": {"UserCidr": list(vpc.user_cidrs)},
        "EnabledIpv6": vpc.ipv6_cidr is not None,
        "Ipv6CidrBlock": ipv6,
        "Ipv6CidrBlocks": {"Ipv6CidrBlock": [{"Ipv6CidrBlock": ipv6, "Ipv6Isp": "BGP"}] if ipv6 else []},
        "VRouterId": router_of(vpc.id),
        "VSwitchIds": {"VSwitchId": list(vpc.vswitches)},
        "ResourceGroupId": vpc.resource_group_id,
        "IsDefault": False,
        "DhcpOptionsSetId": "",
        "DhcpOptionsSetStatus": "",
        "DnsHostnameStatus": "ENABLED" if vpc.dns_hostnames else "DISABLED",
        "Tags": tag_items(vpc.tags),
    }
