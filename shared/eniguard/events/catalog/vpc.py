"""VPC calls on vSwitches, reservations, EIPs and IPv6 bandwidth (fields: VPC 2016-04-28, SDK 7.2.2).

ECS carries deprecated twins of the EIP calls; they are listed here beside their originals.
"""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    EIP,
    ENI,
    INSTANCE,
    IPV6_ADDRESS,
    IPV6_BANDWIDTH,
    PREFIX_LIST,
    VPC,
    VSWITCH,
)

_T, _L, _I, _F = Shape.TEXT, Shape.TEXTS, Shape.INTEGER, Shape.FLAG

_EIP = Where("AllocationId", EIP)
#: ``InstanceType`` names the kind behind ``InstanceId``; it defaults to ``EcsInstance``.
_EIP_TARGETS = (
    _EIP,
    Where("InstanceId", ENI, "used", when=("InstanceType", "NetworkInterface")),
    Where("InstanceId", INSTANCE, "instance", when=("InstanceType", "EcsInstance")),
    Where("InstanceId", INSTANCE, "instance", when=("InstanceType", None)),
)
_EIP_FIELDS = {"AllocationId": _T, "InstanceId": _T, "InstanceType": _T}
_IPV6 = (Where("Ipv6AddressId", IPV6_ADDRESS), Where("Ipv6InternetBandwidthId", IPV6_BANDWIDTH))
_RESERVATION = Where("VSwitchCidrReservationId", CIDR_RESERVATION)
_RESERVED_BLOCK = {"VSwitchCidrReservationCidr": _T, "VSwitchCidrReservationMask": _T, "IpVersion": _T}


def _eip_call(product: str, name: str) -> Api:
    return Api(product, name, True, _EIP_FIELDS, _EIP_TARGETS)


APIS: tuple[Api, ...] = (
    _eip_call("vpc", "AssociateEipAddress"),
    _eip_call("vpc", "UnassociateEipAddress"),
    _eip_call("ecs", "AssociateEipAddress"),
    _eip_call("ecs", "UnassociateEipAddress"),
    Api(
        "vpc",
        "AssociateEipAddressBatch",
        True,
        {"BindedInstanceId": _T, "BindedInstanceType": _T, "InstanceIds": _L},
        (
            Where("InstanceIds", EIP),
            Where("BindedInstanceId", ENI, "used", when=("BindedInstanceType", "NetworkInterface")),
        ),
    ),
    Api("ecs", "AllocateEipAddress", True, {}, (Where("AllocationId", EIP, "created", response=True),)),
    Api(
        "vpc",
        "AllocateEipAddress",
        True,
        {},
        (Where("AllocationId", EIP, "created", response=True),),
        assumed=True,
    ),
    Api("vpc", "ReleaseEipAddress", True, {"AllocationId": _T}, (_EIP,), assumed=True),
    Api("ecs", "ReleaseEipAddress", True, {"AllocationId": _T}, (_EIP,), assumed=True),
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
        assumed=True,
    ),
    Api(
        "vpc",
        "DeleteVSwitch",
        True,
        {"VSwitchId": _T, "DryRun": _F},
        (Where("VSwitchId", VSWITCH),),
        assumed=True,
    ),
    Api("vpc", "DeleteVpc", True, {"VpcId": _T, "DryRun": _F}, (Where("VpcId", VPC),), assumed=True),
    Api(
        "vpc",
        "ModifyVpcPrefixList",
        True,
        {"PrefixListId": _T, "AddPrefixListEntry": Shape.ENTRIES, "RemovePrefixListEntry": Shape.ENTRIES},
        (Where("PrefixListId", PREFIX_LIST),),
        assumed=True,
    ),
    Api("vpc", "ModifyBypassToaAttribute", True, {}, assumed=True),
)
