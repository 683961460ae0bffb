"""VPC calls on vSwitches, reservations, prefix lists and IPv6 (fields: VPC 2016-04-28, SDK 7.2.2)."""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    IPV6_ADDRESS,
    IPV6_BANDWIDTH,
    PREFIX_LIST,
    VPC,
    VSWITCH,
)

_T, _I, _F = Shape.TEXT, Shape.INTEGER, Shape.FLAG

_IPV6 = (Where("Ipv6AddressId", IPV6_ADDRESS), Where("Ipv6InternetBandwidthId", IPV6_BANDWIDTH))
_PREFIX_LIST = Where("PrefixListId", PREFIX_LIST)
_RESERVATION = Where("VSwitchCidrReservationId", CIDR_RESERVATION)
_RESERVED_BLOCK = {"VSwitchCidrReservationCidr": _T, "VSwitchCidrReservationMask": _T, "IpVersion": _T}


APIS: tuple[Api, ...] = (
    Api(
        "vpc",
        "AllocateIpv6Address",
        True,
        {"VSwitchId": _T, "DryRun": _F},
        (
            Where("VSwitchId", VSWITCH, "vswitch"),
            Where("Ipv6AddressId", IPV6_ADDRESS, "created", response=True),
        ),
    ),
    Api(
        "vpc",
        "ReleaseIpv6Address",
        True,
        {"Ipv6AddressId": _T, "DryRun": _F},
        (Where("Ipv6AddressId", IPV6_ADDRESS),),
    ),
    Api(
        "vpc",
        "AllocateIpv6InternetBandwidth",
        True,
        {"Ipv6AddressId": _T, "Ipv6GatewayId": _T, "Bandwidth": _I, "DryRun": _F},
        (
            Where("Ipv6AddressId", IPV6_ADDRESS),
            Where("InternetBandwidthId", IPV6_BANDWIDTH, "created", response=True),
        ),
    ),
    Api(
        "vpc",
        "ModifyIpv6InternetBandwidth",
        True,
        {"Ipv6AddressId": _T, "Ipv6InternetBandwidthId": _T, "Bandwidth": _I, "DryRun": _F},
        _IPV6,
    ),
    Api(
        "vpc",
        "DeleteIpv6InternetBandwidth",
        True,
        {"Ipv6AddressId": _T, "Ipv6InternetBandwidthId": _T, "DryRun": _F},
        _IPV6,
    ),
    Api(
        "vpc",
        "CreateVSwitchCidrReservation",
        True,
        {"VSwitchId": _T, **_RESERVED_BLOCK, "IpPrefixNumber": _I, "DryRun": _F},
        (
            Where("VSwitchId", VSWITCH, "vswitch"),
            Where("VSwitchCidrReservationId", CIDR_RESERVATION, "created", response=True),
        ),
    ),
    Api(
        "vpc",
        "ModifyVSwitchCidrReservationAttribute",
        True,
        {
            "VSwitchCidrReservationId": _T,
            **_RESERVED_BLOCK,
            "VSwitchCidrReservationName": _T,
            "VSwitchCidrReservationDescription": _T,
            "DryRun": _F,
        },
        (_RESERVATION,),
    ),
    Api(
        "vpc",
        "DeleteVSwitchCidrReservation",
        True,
        {"VSwitchCidrReservationId": _T, "DryRun": _F},
        (_RESERVATION,),
    ),
    Api(
        "vpc",
        "CreateVSwitch",
        True,
        {"VpcId": _T, "CidrBlock": _T},
        (Where("VSwitchId", VSWITCH, "created", response=True), Where("VpcId", VPC, "vpc")),
    ),
    Api(
        "vpc",
        "DeleteVSwitch",
        True,
        {"VSwitchId": _T, "DryRun": _F},
        (Where("VSwitchId", VSWITCH),),
    ),
    Api("vpc", "DeleteVpc", True, {"VpcId": _T, "DryRun": _F}, (Where("VpcId", VPC),)),
    Api(
        "vpc",
        "CreateVpcPrefixList",
        True,
        {"PrefixListEntries": Shape.ENTRIES, "DryRun": _F},
        (Where("PrefixListId", PREFIX_LIST, "created", response=True),),
    ),
    Api(
        "vpc",
        "ModifyVpcPrefixList",
        True,
        {
            "PrefixListId": _T,
            "AddPrefixListEntry": Shape.ENTRIES,
            "RemovePrefixListEntry": Shape.ENTRIES,
            "DryRun": _F,
        },
        (_PREFIX_LIST,),
    ),
    Api("vpc", "DeleteVpcPrefixList", True, {"PrefixListId": _T, "DryRun": _F}, (_PREFIX_LIST,)),
    # Applies a list to a route table anew.
    Api("vpc", "RetryVpcPrefixListAssociation", True, {"PrefixListId": _T, "DryRun": _F}, (_PREFIX_LIST,)),
    # A NAT gateway takes /28 prefixes from the reserved blocks of its vSwitch.
    Api(
        "vpc",
        "CreateNatGateway",
        True,
        {"VpcId": _T, "VSwitchId": _T, "Ipv4Prefix": _T},
        (Where("VSwitchId", VSWITCH, "vswitch"), Where("VpcId", VPC, "vpc")),
    ),
    Api("vpc", "CreateNatIp", True, {"Ipv4Prefix": _T, "Ipv4PrefixCount": _I, "DryRun": _F}),
    Api("vpc", "DeleteNatIp", True, {"Ipv4Prefix": _T, "DryRun": _F}),
    Api("vpc", "ModifyBypassToaAttribute", True, {}, assumed=True),
)
