"""Calls on EIPs and other public or floating addresses.

Fields: VPC 2016-04-28, SDK 7.2.2; those of ECS as in ``eni``. ECS carries deprecated twins of VPC calls;
they are listed here beside their originals.
"""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import EIP, EIP_SEGMENT, ENI, INSTANCE

_T, _L, _F = Shape.TEXT, Shape.TEXTS, Shape.FLAG

_EIP = Where("AllocationId", EIP)
_MADE = Where("AllocationId", EIP, "created", response=True)
#: ``InstanceType`` names the kind behind ``InstanceId``; it defaults to ``EcsInstance``.
_HOLDERS = (
    Where("InstanceId", ENI, "used", when=("InstanceType", "NetworkInterface")),
    Where("InstanceId", INSTANCE, "instance", when=("InstanceType", "EcsInstance")),
    Where("InstanceId", INSTANCE, "instance", when=("InstanceType", None)),
)
_HOLDER_FIELDS = {"InstanceId": _T, "InstanceType": _T}


def _eip_call(product: str, name: str) -> Api:
    return Api(product, name, True, {"AllocationId": _T, **_HOLDER_FIELDS}, (_EIP, *_HOLDERS))


def _ha_vip_call(name: str) -> Api:
    return Api("vpc", name, True, _HOLDER_FIELDS, _HOLDERS)


def _instance_call(name: str) -> Api:
    """A call on an instance itself, to whose primary ENI its public address belongs."""
    return Api("ecs", name, True, {"InstanceId": _T}, (Where("InstanceId", INSTANCE),))


def _instance_ha_vip_call(name: str) -> Api:
    """The twin of ECS, which knows instances only."""
    return Api("ecs", name, True, {"InstanceId": _T}, (Where("InstanceId", INSTANCE, "instance"),))


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
    # How an ENI sees the EIP that is bound to it.
    Api("vpc", "ModifyEipForwardMode", True, {"InstanceId": _T}, (Where("InstanceId", EIP),)),
    Api("ecs", "AllocateEipAddress", True, {}, (_MADE,)),
    Api("vpc", "AllocateEipAddress", True, {}, (_MADE,)),
    Api("vpc", "AllocateEipAddressPro", True, {}, (_MADE,)),
    Api("vpc", "ReleaseEipAddress", True, {"AllocationId": _T}, (_EIP,)),
    Api("ecs", "ReleaseEipAddress", True, {"AllocationId": _T}, (_EIP,)),
    # The EIPs of a segment have ids of their own, which these calls do not name.
    Api(
        "vpc",
        "AllocateEipSegmentAddress",
        True,
        {},
        (Where("EipSegmentInstanceId", EIP_SEGMENT, "created", response=True),),
    ),
    Api(
        "vpc",
        "ReleaseEipSegmentAddress",
        True,
        {"SegmentInstanceId": _T},
        (Where("SegmentInstanceId", EIP_SEGMENT),),
    ),
    Api(
        "vpc",
        "TransformEipSegmentToPublicIpAddressPool",
        True,
        {"InstanceId": _T},
        (Where("InstanceId", EIP_SEGMENT),),
    ),
    _instance_call("AllocatePublicIpAddress"),
    Api(
        "ecs",
        "ReleasePublicIpAddress",
        True,
        {"InstanceId": _T, "DryRun": _F},
        (Where("InstanceId", INSTANCE),),
    ),
    _instance_call("ConvertNatPublicIpToEip"),
    _instance_call("ModifyInstanceNetworkSpec"),
    _ha_vip_call("AssociateHaVip"),
    _ha_vip_call("UnassociateHaVip"),
    _instance_ha_vip_call("AssociateHaVip"),
    _instance_ha_vip_call("UnassociateHaVip"),
)
