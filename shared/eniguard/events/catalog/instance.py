"""ECS calls on instances that touch ENIs or security groups (fields: as in ``eni``)."""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import ENI, INSTANCE, SECURITY_GROUP, VSWITCH

_T, _L, _I, _F = Shape.TEXT, Shape.TEXTS, Shape.INTEGER, Shape.FLAG
_GROUP = Where("SecurityGroupId", SECURITY_GROUP, "group")
_GROUPS = Where("SecurityGroupIds", SECURITY_GROUP, "group")
_VSWITCH = Where("VSwitchId", VSWITCH, "vswitch")
_INSTANCE = Where("InstanceId", INSTANCE)
_TYPE_CHANGE = {"InstanceId": _T, "InstanceType": _T}

APIS: tuple[Api, ...] = (
    Api(
        "ecs",
        "RunInstances",
        True,
        {
            "SecurityGroupId": _T,
            "SecurityGroupIds": _L,
            "VSwitchId": _T,
            "InstanceType": _T,
            "NetworkInterface": Shape.INTERFACES,
            "Tag": Shape.TAGS,
            "DryRun": _F,
        },
        (
            _GROUP,
            _GROUPS,
            _VSWITCH,
            Where("NetworkInterfaceId", ENI, "used"),
            Where("InstanceIdSets.InstanceIdSet", INSTANCE, "created", response=True),
        ),
    ),
    Api(
        "ecs",
        "CreateInstance",
        True,
        {"SecurityGroupId": _T, "VSwitchId": _T, "InstanceType": _T, "Tag": Shape.TAGS, "DryRun": _F},
        (_GROUP, _VSWITCH, Where("InstanceId", INSTANCE, "created", response=True)),
    ),
    Api(
        "ecs",
        "ModifyInstanceAttribute",
        True,
        {"InstanceId": _T, "SecurityGroupIds": _L},
        (_INSTANCE, _GROUPS),
    ),
    Api("ecs", "ModifyInstanceSpec", True, _TYPE_CHANGE, (_INSTANCE,)),
    Api("ecs", "ModifyPrepayInstanceSpec", True, _TYPE_CHANGE, (_INSTANCE,)),
    Api(
        "ecs",
        "ModifyInstanceVpcAttribute",
        True,
        {"InstanceId": _T, "VSwitchId": _T, "SecurityGroupId": _L},
        (_INSTANCE, _VSWITCH, _GROUP),
    ),
    Api("ecs", "DeleteInstance", True, {"InstanceId": _T}, (_INSTANCE,)),
    Api("ecs", "DeleteInstances", True, {"InstanceId": _L}, (_INSTANCE,)),
)
