"""ECS calls on security groups, prefix lists and port lists (fields: as in ``eni``)."""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import ENI, INSTANCE, PORT_RANGE_LIST, PREFIX_LIST, SECURITY_GROUP

_T, _L, _I, _F = Shape.TEXT, Shape.TEXTS, Shape.INTEGER, Shape.FLAG
_GROUP = Where("SecurityGroupId", SECURITY_GROUP)
_SOURCE = Where("SourceGroupId", SECURITY_GROUP, "peer_group")
_DEST = Where("DestGroupId", SECURITY_GROUP, "peer_group")
_RULES = {"SecurityGroupId": _T, "Permissions": Shape.PERMISSIONS}
_RULE_IDS = {**_RULES, "SecurityGroupRuleId": _L}
_MEMBER = {"SecurityGroupId": _T, "InstanceId": _T, "NetworkInterfaceId": _T}
_MEMBERS = (
    Where("SecurityGroupId", SECURITY_GROUP, "group"),
    Where("NetworkInterfaceId", ENI),
    Where("InstanceId", INSTANCE, "instance"),
)


def _group_rule(name: str, parameters: dict[str, Shape], peer: Where) -> Api:
    return Api("ecs", name, True, parameters, (_GROUP, peer))


def _list_calls(name: str, kind: str) -> tuple[Api, ...]:
    """The writes on prefix lists or on port lists."""
    list_id = f"{name}Id"
    named = (Where(list_id, kind),)
    changes = {list_id: _T, "AddEntry": Shape.ENTRIES, "RemoveEntry": Shape.ENTRIES}
    made = (Where(list_id, kind, "created", response=True),)
    return (
        Api("ecs", f"Create{name}", True, {"Entry": Shape.ENTRIES}, made),
        Api("ecs", f"Modify{name}", True, changes, named),
        Api("ecs", f"Delete{name}", True, {list_id: _T}, named),
    )


APIS: tuple[Api, ...] = (
    Api(
        "ecs",
        "CreateSecurityGroup",
        True,
        {
            "SecurityGroupName": _T,
            "SecurityGroupType": _T,
            "VpcId": _T,
            "ServiceManaged": _F,
            "Description": _T,
            "Tag": Shape.TAGS,
        },
        (Where("SecurityGroupId", SECURITY_GROUP, "created", response=True),),
    ),
    Api("ecs", "DeleteSecurityGroup", True, {"SecurityGroupId": _T}, (_GROUP,)),
    _group_rule("AuthorizeSecurityGroup", _RULES, _SOURCE),
    _group_rule("AuthorizeSecurityGroupEgress", _RULES, _DEST),
    _group_rule("RevokeSecurityGroup", _RULE_IDS, _SOURCE),
    _group_rule("RevokeSecurityGroupEgress", _RULE_IDS, _DEST),
    _group_rule("ModifySecurityGroupRule", _RULE_IDS, _SOURCE),
    _group_rule("ModifySecurityGroupEgressRule", _RULE_IDS, _DEST),
    Api(
        "ecs",
        "ConfigureSecurityGroupPermissions",
        True,
        {
            **_RULES,
            "AuthorizePermissions": Shape.PERMISSIONS,
            "RevokePermissions": Shape.PERMISSIONS,
        },
        (_GROUP, _SOURCE),
        assumed=True,
    ),
    Api(
        "ecs", "ModifySecurityGroupPolicy", True, {"SecurityGroupId": _T, "InnerAccessPolicy": _T}, (_GROUP,)
    ),
    Api(
        "ecs",
        "ModifySecurityGroupAttribute",
        True,
        {"SecurityGroupId": _T, "SecurityGroupName": _T, "Description": _T},
        (_GROUP,),
    ),
    Api("ecs", "JoinSecurityGroup", True, _MEMBER, _MEMBERS),
    Api("ecs", "LeaveSecurityGroup", True, _MEMBER, _MEMBERS),
    *_list_calls("PrefixList", PREFIX_LIST),
    *_list_calls("PortRangeList", PORT_RANGE_LIST),
    Api("ecs", "DescribeSecurityGroupAttribute", False, {"SecurityGroupId": _T}, (_GROUP,)),
    Api("ecs", "DescribeSecurityGroups", False, {"SecurityGroupId": _T, "SecurityGroupIds": _L}, (_GROUP,)),
    Api("ecs", "DescribeSecurityGroupReferences", False, {"SecurityGroupId": _L}, (_GROUP,)),
)
