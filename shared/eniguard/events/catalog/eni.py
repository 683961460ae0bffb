"""ECS calls on ENIs (fields: API field list of ECS 2014-05-26, SDK 7.11.8)."""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import ENI, ENI_PERMISSION, INSTANCE, SECURITY_GROUP, VSWITCH

_ENI = Where("NetworkInterfaceId", ENI)
_INSTANCE = Where("InstanceId", INSTANCE, "instance")
_T, _L, _I, _F = Shape.TEXT, Shape.TEXTS, Shape.INTEGER, Shape.FLAG

_IPV4 = {"PrivateIpAddress": _L, "Ipv4Prefix": _L}
_IPV4_COUNTS = {"SecondaryPrivateIpAddressCount": _I, "Ipv4PrefixCount": _I}
_IPV6 = {"Ipv6Address": _L, "Ipv6Prefix": _L}
_IPV6_COUNTS = {"Ipv6AddressCount": _I, "Ipv6PrefixCount": _I}

#: The ``ResourceType`` that TagResources and UntagResources use for each kind.
TAGGED_KINDS = {"eni": ENI, "securitygroup": SECURITY_GROUP, "instance": INSTANCE}

_TAGGED = tuple(Where("ResourceId", kind, when=("ResourceType", name)) for name, kind in TAGGED_KINDS.items())
_ONE_TAGGED = {"ResourceType": _T, "ResourceId": _T, "Tag": Shape.TAGS}

APIS: tuple[Api, ...] = (
    Api(
        "ecs",
        "CreateNetworkInterface",
        True,
        {
            "VSwitchId": _T,
            "SecurityGroupId": _T,
            "SecurityGroupIds": _L,
            "PrimaryIpAddress": _T,
            **_IPV4,
            **_IPV4_COUNTS,
            **_IPV6,
            **_IPV6_COUNTS,
            "InstanceType": _T,
            "SourceDestCheck": _F,
            "Description": _T,
            "NetworkInterfaceName": _T,
            "Tag": Shape.TAGS,
        },
        (
            Where("NetworkInterfaceId", ENI, "created", response=True),
            Where("VSwitchId", VSWITCH, "vswitch"),
            Where("SecurityGroupId", SECURITY_GROUP, "group"),
            Where("SecurityGroupIds", SECURITY_GROUP, "group"),
        ),
    ),
    Api("ecs", "DeleteNetworkInterface", True, {"NetworkInterfaceId": _T}, (_ENI,)),
    Api(
        "ecs",
        "ModifyNetworkInterfaceAttribute",
        True,
        {
            "NetworkInterfaceId": _T,
            "SecurityGroupId": _L,
            "SourceDestCheck": _F,
            "DeleteOnRelease": _F,
            "NetworkInterfaceName": _T,
            "Description": _T,
        },
        (_ENI, Where("SecurityGroupId", SECURITY_GROUP, "group")),
    ),
    Api(
        "ecs",
        "AttachNetworkInterface",
        True,
        {"NetworkInterfaceId": _T, "InstanceId": _T, "TrunkNetworkInstanceId": _T, "NetworkCardIndex": _I},
        (_ENI, _INSTANCE),
    ),
    Api(
        "ecs",
        "DetachNetworkInterface",
        True,
        {"NetworkInterfaceId": _T, "InstanceId": _T, "TrunkNetworkInstanceId": _T},
        (_ENI, _INSTANCE),
    ),
    Api(
        "ecs", "AssignPrivateIpAddresses", True, {"NetworkInterfaceId": _T, **_IPV4, **_IPV4_COUNTS}, (_ENI,)
    ),
    Api("ecs", "UnassignPrivateIpAddresses", True, {"NetworkInterfaceId": _T, **_IPV4}, (_ENI,)),
    Api("ecs", "AssignIpv6Addresses", True, {"NetworkInterfaceId": _T, **_IPV6, **_IPV6_COUNTS}, (_ENI,)),
    Api("ecs", "UnassignIpv6Addresses", True, {"NetworkInterfaceId": _T, **_IPV6}, (_ENI,)),
    Api(
        "ecs",
        "CreateNetworkInterfacePermission",
        True,
        {"NetworkInterfaceId": _T, "AccountId": _T, "Permission": _T},
        (_ENI,),
    ),
    Api(
        "ecs",
        "DeleteNetworkInterfacePermission",
        True,
        {"NetworkInterfacePermissionId": _T, "Force": _F},
        (Where("NetworkInterfacePermissionId", ENI_PERMISSION),),
    ),
    Api("ecs", "EnableNetworkInterfaceQoS", True, {"NetworkInterfaceId": _T}, (_ENI,)),
    Api("ecs", "DisableNetworkInterfaceQoS", True, {"NetworkInterfaceId": _T}, (_ENI,)),
    Api("ecs", "TagResources", True, {"ResourceType": _T, "ResourceId": _L, "Tag": Shape.TAGS}, _TAGGED),
    Api(
        "ecs",
        "UntagResources",
        True,
        {"ResourceType": _T, "ResourceId": _L, "TagKey": _L, "All": _F},
        _TAGGED,
    ),
    # The older forms of the two, for one resource (SDK 7.11.8).
    Api("ecs", "AddTags", True, _ONE_TAGGED, _TAGGED),
    Api("ecs", "RemoveTags", True, _ONE_TAGGED, _TAGGED),
    Api(
        "ecs",
        "DescribeNetworkInterfaces",
        False,
        {"NetworkInterfaceId": _L, "ServiceManaged": _F},
        (_ENI,),
    ),
    Api("ecs", "DescribeNetworkInterfaceAttribute", False, {"NetworkInterfaceId": _T}, (_ENI,)),
    Api("ecs", "DescribeNetworkInterfacePermissions", False, {"NetworkInterfaceId": _T}, (_ENI,)),
)
