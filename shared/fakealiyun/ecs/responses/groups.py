"""Wire in and out of security groups; their rules are in `fakealiyun.ecs.responses.rules`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.documents import ADVANCED_GROUP_QUOTA, BASIC_GROUP_QUOTA
from fakealiyun.ecs import group_exceptions as refuse
from fakealiyun.ecs.models.groups import Group
from fakealiyun.ecs.responses import rules
from fakealiyun.ecs.responses.rules import rule_fields
from fakealiyun.ecs.responses.tags import tag_items
from fakealiyun.errors import ApiError, NotImplementedByTheFake
from fakealiyun.identities import service_number
from fakealiyun.managed import check_group
from fakealiyun.services import Call, Fields, Handler, idempotent
from fakealiyun.wire.paging import Sizes, asks_by_token, by_number, by_token
from fakealiyun.wire.tags import carries, read_tags

if TYPE_CHECKING:
    from fakealiyun.region import Region

#: A name has 2 to 128 characters, of which the first is a letter (CreateSecurityGroup, SecurityGroupName).
_NAME = re.compile(r"(?!https?://)[^\W\d_][\w:.-]{1,127}\Z")
#: A description has 2 to 256 characters (CreateSecurityGroup, Description).
_DESCRIPTION = re.compile(r"(?!https?://).{2,256}\Z", re.DOTALL)
_TOKEN_PAGE = Sizes(default=10, most=100)
_NUMBERED_PAGE = Sizes(default=10, most=50)
_RULE_PAGE = Sizes(default=500, least=10, most=1000)
#: Groups of one DescribeSecurityGroupReferences, and of one list of ids.
_MOST_REFERENCES = 10
_MOST_IDS = 100


def create_security_group(call: Call) -> Fields:
    """Make a group; one that a service makes is managed unless it asks otherwise."""
    return idempotent(call, lambda: _create(call))


def delete_security_group(call: Call) -> Fields:
    """Delete a group without members, which no rule of another group names."""
    group = _named(call)
    members = call.region.ecs.enis.in_group(group.id)
    if members:
        raise refuse.group_in_use(group.id, members[0].id)
    references = call.region.ecs.groups.users_of("group", group.id)
    if references:
        raise refuse.group_in_use(group.id, references[0])
    call.region.ecs.groups.remove(group)
    return {}


def describe_security_groups(call: Call) -> Fields:
    """The groups that a call asks for; its two ways of paging can be had."""
    if call.parameters.flag("DryRun"):
        raise ApiError("DryRunOperation", 400, "The request would have succeeded without DryRun.")
    groups = _chosen(call)
    counted = bool(call.parameters.flag("IsQueryEcsCount"))
    if asks_by_token(call.parameters):
        page = by_token(call.parameters, groups, _TOKEN_PAGE)
        found, place = page.items, {"NextToken": page.next_token, "PageNumber": 1, "PageSize": page.size}
    else:
        numbered = by_number(call.parameters, groups, _NUMBERED_PAGE)
        found = numbered.items
        place = {"NextToken": "", "PageNumber": numbered.number, "PageSize": numbered.size}
    items = [_fields(call.region, group, counted=counted) for group in found]
    total = {"TotalCount": len(groups), "RegionId": call.region.id}
    return {**place, **total, "SecurityGroups": {"SecurityGroup": items}}


def describe_security_group_attribute(call: Call) -> Fields:
    """One group with its rules."""
    group = _named(call)
    direction = call.parameters.text("Direction") or "all"
    if direction not in ("ingress", "egress", "all"):
        raise ApiError("InvalidParamter", 400, "The parameter Direction is not egress, ingress or all.")
    if call.parameters.text("NicType") not in (None, "internet", "intranet"):
        raise refuse.nic_type()
    found = [rule for rule in group.rules.values() if direction in ("all", rule.content.direction)]
    page = by_token(call.parameters, found, _RULE_PAGE)
    return {
        "RegionId": call.region.id,
        "SecurityGroupId": group.id,
        "SecurityGroupName": group.name,
        "Description": group.description,
        "VpcId": group.vpc_id,
        "InnerAccessPolicy": group.inner_access,
        "NextToken": page.next_token,
        "SnapshotPolicyIds": {"SnapshotPolicyId": []},
        "Permissions": {"Permission": [rule_fields(call.region, rule) for rule in page.items]},
    }


def describe_security_group_references(call: Call) -> Fields:
    """Which groups have rules that name each of these; a group that none names is left out."""
    ids = call.parameters.texts("SecurityGroupId")
    if not ids:
        call.parameters.required("SecurityGroupId.1")
    if len(ids) > _MOST_REFERENCES:
        raise ApiError(
            "InvalidSecurityGroupId.Malformed", 400, f"More than {_MOST_REFERENCES} groups are asked for."
        )
    found = []
    for group_id in ids:
        group = call.region.ecs.groups.get(group_id)
        check_group(call, group)
        users = call.region.ecs.groups.users_of("group", group.id)
        referencing = [{"SecurityGroupId": user, "AliUid": call.region.account.id} for user in users]
        if users:
            groups = {"ReferencingSecurityGroup": referencing}
            found.append({"SecurityGroupId": group.id, "ReferencingSecurityGroups": groups})
    return {"SecurityGroupReferences": {"SecurityGroupReference": found}}


def modify_security_group_attribute(call: Call) -> Fields:
    """Rename a group or describe it anew."""
    group = _named(call)
    name, description = _name(call), _description(call)
    group.name = group.name if name is None else name
    group.description = group.description if description is None else description
    return {}


def modify_security_group_policy(call: Call) -> Fields:
    """Say whether the members of a group reach each other."""
    asked = call.parameters
    asked.required("SecurityGroupId")
    policy = asked.required("InnerAccessPolicy").lower()
    group = _named(call)
    if policy not in ("accept", "drop"):
        raise refuse.policy("InnerAccessPolicy")

    def change() -> Fields:
        group.inner_access = "Accept" if policy == "accept" else "Drop"
        return {}

    return idempotent(call, change)


HANDLERS: Mapping[str, Handler] = {
    "CreateSecurityGroup": create_security_group,
    "DeleteSecurityGroup": delete_security_group,
    "DescribeSecurityGroups": describe_security_groups,
    "DescribeSecurityGroupAttribute": describe_security_group_attribute,
    "DescribeSecurityGroupReferences": describe_security_group_references,
    "ModifySecurityGroupAttribute": modify_security_group_attribute,
    "ModifySecurityGroupPolicy": modify_security_group_policy,
    **rules.HANDLERS,
}


def group_items(region: Region) -> list[dict[str, Any]]:
    """The groups of a region."""
    return [_fields(region, group, counted=False) for group in region.ecs.groups.all()]


def rule_items(region: Region) -> list[dict[str, Any]]:
    """The rules of all groups of a region, each with the id of its group."""
    return [
        {**rule_fields(region, rule), "SecurityGroupId": group.id}
        for group in region.ecs.groups.all()
        for rule in group.rules.values()
    ]


def _named(call: Call) -> Group:
    """The group of a call, which its caller may make this call on."""
    group = call.region.ecs.groups.get(call.parameters.required("SecurityGroupId"))
    check_group(call, group)
    return group


def _create(call: Call) -> Fields:
    asked = call.parameters
    name, description = _name(call), _description(call)
    kind = asked.text("SecurityGroupType") or "normal"
    if kind not in ("normal", "enterprise"):
        raise ApiError(
            "InvalidParameter", 400, "The parameter SecurityGroupType is not normal or enterprise."
        )
    vpc_id = asked.text("VpcId")
    if vpc_id is None:
        raise NotImplementedByTheFake("security groups of the classic network (VpcId is absent)")
    if call.region.vpc.networks.find_vpc(vpc_id) is None:
        raise refuse.vpc_not_found(vpc_id)
    service = _managing_service(call)
    group = Group(
        id=call.cloud.ids.next("sg"),
        type="normal" if kind == "normal" else "enterprise",
        vpc_id=vpc_id,
        created_at=call.cloud.clock.now(),
        service=service,
        service_id=None if service is None else service_number(service),
        name=name or "",
        description=description or "",
        resource_group_id=asked.text("ResourceGroupId") or "",
        inner_access="Accept" if kind == "normal" else "Drop",
        tags=read_tags(asked),
    )
    call.region.ecs.groups.add(group)
    return {"SecurityGroupId": group.id}


def _managing_service(call: Call) -> str | None:
    """The service that manages a new group: the caller, unless it says ``ServiceManaged=false``."""
    asked = call.parameters.flag("ServiceManaged")
    if call.caller.service is None and asked:
        raise refuse.managed_asked_by_account(call)
    return None if asked is False else call.caller.service


def _name(call: Call) -> str | None:
    name = call.parameters.text("SecurityGroupName")
    if name is not None and not _NAME.match(name):
        raise refuse.group_name()
    return name


def _description(call: Call) -> str | None:
    description = call.parameters.text("Description")
    if description is not None and not _DESCRIPTION.match(description):
        raise refuse.description()
    return description


def _chosen(call: Call) -> list[Group]:
    """The groups that a describe call asks for: by ids, and by every filter it has."""
    asked = call.parameters
    ids = [*asked.json_texts("SecurityGroupIds"), *filter(None, [asked.text("SecurityGroupId")])]
    if len(ids) > _MOST_IDS:
        raise ApiError(
            "InvalidParameter", 400, f"The parameter SecurityGroupIds holds more than {_MOST_IDS} ids."
        )
    groups = call.region.ecs.groups
    found = [one for one in map(groups.find, dict.fromkeys(ids)) if one is not None] if ids else groups.all()
    return [group for group in found if _matches(call, group)]


def _matches(call: Call, group: Group) -> bool:
    asked = call.parameters
    name = asked.text("SecurityGroupName")
    fuzzy = bool(asked.flag("FuzzyQuery"))
    managed = asked.flag("ServiceManaged")
    return (
        (name is None or name == group.name or (fuzzy and name.strip("*") in group.name))
        and asked.text("VpcId") in (None, group.vpc_id)
        and asked.text("SecurityGroupType") in (None, group.type)
        and asked.text("ResourceGroupId") in (None, group.resource_group_id)
        and asked.text("NetworkType") in (None, "vpc")
        and managed in (None, group.service is not None)
        and carries(group.tags, asked.objects("Tag"))
    )


def _fields(region: Region, group: Group, *, counted: bool) -> dict[str, Any]:
    peers = sum(rule.content.peer.kind == "group" for rule in group.rules.values())
    fields = {
        "SecurityGroupId": group.id,
        "SecurityGroupName": group.name,
        "SecurityGroupType": group.type,
        "Description": group.description,
        "VpcId": group.vpc_id,
        "CreationTime": text_of(group.created_at),
        "ResourceGroupId": group.resource_group_id,
        "ServiceManaged": group.service is not None,
        "RuleCount": len(group.rules),
        "GroupToGroupRuleCount": peers,
        "Tags": tag_items(group.tags),
    }
    if group.service_id is not None:
        fields["ServiceID"] = group.service_id
    return {**fields, **_counts(region, group)} if counted else fields


def _counts(region: Region, group: Group) -> dict[str, int]:
    quota = BASIC_GROUP_QUOTA if group.type == "normal" else ADVANCED_GROUP_QUOTA
    instances = {eni.instance_id for eni in region.ecs.enis.in_group(group.id)} - {None}
    left = quota - region.ecs.enis.addresses_in_group(group.id)
    return {"EcsCount": len(instances), "AvailableInstanceAmount": left}
