"""Wire in and out of vSwitches."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.errors import MissingParameter
from fakealiyun.services import Call, Fields, Handler, idempotent
from fakealiyun.vpc import exceptions
from fakealiyun.vpc.models.networks import SYSTEM_AT_END, SYSTEM_AT_START, Vpc, VSwitch
from fakealiyun.vpc.models.reservations import lowest_blocks
from fakealiyun.vpc.responses.asked import end_dry_run, listed, read_block, tag_items, within
from fakealiyun.vpc.responses.vpcs import route_table_of
from fakealiyun.wire.paging import Sizes, by_number
from fakealiyun.wire.tags import carries, read_tags

if TYPE_CHECKING:
    from fakealiyun.region import Region

#: Masks of vSwitches (CreateVSwitch, CidrBlock).
_MASKS = range(16, 30)
#: The IPv6 block of a vSwitch is named by its last 8 bits (CreateVSwitch, Ipv6CidrBlock).
_IPV6_NUMBERS = range(256)
_PAGE = Sizes(default=10, most=50)


def create_vswitch(call: Call) -> Fields:
    """Make a vSwitch in a VPC."""
    return idempotent(call, lambda: _create_vswitch(call))


def delete_vswitch(call: Call) -> Fields:
    """Delete a vSwitch without ENIs; its reserved blocks go with it."""
    vswitch = call.region.vpc.vswitch(call.parameters.required("VSwitchId"))
    enis = call.region.ecs.enis.in_vswitch(vswitch.id)
    if enis:
        message = f"The vSwitch {vswitch.id} still has the ENI {enis[0].id}."
        raise exceptions.assumed(call, "vswitch-in-use", message)
    end_dry_run(call)
    for family in (4, 6):
        for reservation in call.region.vpc.reservations.of(vswitch.id, family):
            call.region.vpc.reservations.remove(reservation)
    call.region.vpc.networks.remove_vswitch(vswitch)
    return {}


def describe_vswitches(call: Call) -> Fields:
    """The vSwitches that a call asks for."""
    end_dry_run(call)
    found = [vswitch for vswitch in _asked_vswitches(call) if _vswitch_matches(call, vswitch)]
    page = by_number(call.parameters, found, _PAGE)
    return {
        **page.fields,
        "VSwitches": {"VSwitch": [vswitch_fields(call.region, vswitch) for vswitch in page.items]},
    }


def describe_vswitch_attributes(call: Call) -> Fields:
    """One vSwitch."""
    vswitch = call.region.vpc.vswitch(call.parameters.required("VSwitchId"))
    end_dry_run(call)
    return vswitch_fields(call.region, vswitch)


HANDLERS: Mapping[str, Handler] = {
    "CreateVSwitch": create_vswitch,
    "DeleteVSwitch": delete_vswitch,
    "DescribeVSwitches": describe_vswitches,
    "DescribeVSwitchAttributes": describe_vswitch_attributes,
}


def _create_vswitch(call: Call) -> Fields:
    asked = call.parameters
    vpc_id, zone_id = asked.required("VpcId"), asked.required("ZoneId")
    vpc = call.region.vpc.networks.vpc(vpc_id)
    cidr, ipv6_cidr = _vswitch_cidr(call, vpc), _vswitch_ipv6(call, vpc)
    vswitch = VSwitch(
        id=call.cloud.ids.next("vsw"),
        vpc_id=vpc.id,
        zone_id=zone_id,
        cidr=cidr,
        created_at=call.cloud.clock.now(),
        ipv6_cidr=ipv6_cidr,
        name=asked.text("VSwitchName") or "",
        description=asked.text("Description") or "",
        resource_group_id=vpc.resource_group_id,
        tags=read_tags(asked),
    )
    call.region.vpc.networks.add_vswitch(vswitch)
    return {"VSwitchId": vswitch.id}


def _vswitch_cidr(call: Call, vpc: Vpc) -> IPv4Network:
    others = [vswitch.cidr for vswitch in vpc.vswitches.values()]
    text, mask = call.parameters.text("CidrBlock"), call.parameters.integer("CidrMask")
    if text is None and mask is None:
        raise MissingParameter("CidrBlock")
    if text is None and mask is not None:
        cidr = next(lowest_blocks(vpc.cidr, mask, others), None) if mask in _MASKS else None
    else:
        cidr = read_block(text or "", 4)
    if not isinstance(cidr, IPv4Network) or cidr.prefixlen not in _MASKS or not within(cidr, vpc.cidr):
        raise exceptions.assumed(call, "bad-cidr", f"The block of the vSwitch does not fit into {vpc.cidr}.")
    if any(cidr.overlaps(other) for other in others):
        raise exceptions.assumed(call, "cidr-overlap", f"{cidr} overlaps with another vSwitch.")
    return cidr


def _vswitch_ipv6(call: Call, vpc: Vpc) -> IPv6Network | None:
    number = call.parameters.integer("Ipv6CidrBlock")
    if number is None:
        return None
    network = vpc.vswitch_ipv6(number) if number in _IPV6_NUMBERS else None
    if network is None:
        raise exceptions.invalid_parameter("Ipv6CidrBlock")
    if any(vswitch.ipv6_cidr == network for vswitch in vpc.vswitches.values()):
        raise exceptions.assumed(call, "cidr-overlap", f"{network} is another vSwitch's.")
    return network


def _asked_vswitches(call: Call) -> list[VSwitch]:
    networks = call.region.vpc.networks
    ids, vpc_id = listed(call.parameters, "VSwitchId"), call.parameters.text("VpcId")
    if ids:
        found = [one for one in map(networks.find_vswitch, ids) if one is not None]
        return [one for one in found if vpc_id in (None, one.vpc_id)]
    if vpc_id is None:
        return networks.vswitches()
    vpc = networks.find_vpc(vpc_id)
    return [] if vpc is None else list(vpc.vswitches.values())


def _vswitch_matches(call: Call, vswitch: VSwitch) -> bool:
    asked = call.parameters
    return (
        asked.text("VSwitchName") in (None, vswitch.name)
        and asked.text("ZoneId") in (None, vswitch.zone_id)
        and asked.text("ResourceGroupId") in (None, vswitch.resource_group_id)
        and asked.text("VSwitchOwnerId") in (None, call.region.account.id)
        and asked.text("RouteTableId") in (None, route_table_of(vswitch.vpc_id))
        and asked.flag("EnableIpv6") in (None, vswitch.ipv6_cidr is not None)
        and not asked.flag("IsDefault")
        and carries(vswitch.tags, asked.objects("Tag"))
    )


def vswitch_fields(region: Region, vswitch: VSwitch) -> dict[str, Any]:
    """A vSwitch as both describe calls show it.

    The addresses that are left are those that no ENI has, by itself or in a prefix; a reserved block alone
    takes none away, since no document says that it does.
    """
    kept = SYSTEM_AT_START + SYSTEM_AT_END[4]
    used = region.ecs.enis.used_addresses(vswitch.id, 4)
    return {
        "VSwitchId": vswitch.id,
        "VSwitchName": vswitch.name,
        "Description": vswitch.description,
        "VpcId": vswitch.vpc_id,
        "ZoneId": vswitch.zone_id,
        "OwnerId": int(region.account.id),
        "Status": "Available",
        "CreationTime": text_of(vswitch.created_at),
        "CidrBlock": str(vswitch.cidr),
        "EnabledIpv6": vswitch.ipv6_cidr is not None,
        "Ipv6CidrBlock": "" if vswitch.ipv6_cidr is None else str(vswitch.ipv6_cidr),
        "AvailableIpAddressCount": vswitch.cidr.num_addresses - kept - used,
        "RouteTable": {"RouteTableId": route_table_of(vswitch.vpc_id), "RouteTableType": "System"},
        "NetworkAclId": "",
        "ShareType": "",
        "ResourceGroupId": vswitch.resource_group_id,
        "IsDefault": False,
        "Tags": tag_items(vswitch.tags),
    }
