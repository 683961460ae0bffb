"""Wire in and out of security group rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.ecs import group_exceptions as refuse
from fakealiyun.ecs.models.groups import Group
from fakealiyun.ecs.models.rules import Content, Direction, Peer, Rule
from fakealiyun.ecs.responses import permissions
from fakealiyun.ecs.responses.permissions import FAR, NEAR, Asked
from fakealiyun.errors import ApiError
from fakealiyun.managed import check_group
from fakealiyun.services import Call, Fields, Handler, idempotent
from fakealiyun.wire.parameters import Parameters

if TYPE_CHECKING:
    from fakealiyun.region import Region

#: Permissions, or rule ids, of one call (AuthorizeSecurityGroup, RevokeSecurityGroup).
_MOST_PER_CALL = 100
#: Rules of one group that name groups (AuthorizeSecurityGroup, error AuthorizedGroupRule.LimitExceed).
_MOST_GROUP_RULES = 20
#: What the deprecated flat form of a rule is made of, both directions together.
_FLAT = frozenset(
    {
        *("IpProtocol", "PortRange", "SourcePortRange", "Policy", "Priority", "NicType", "Description"),
        *(f"{side}{part}" for side in ("Source", "Dest") for part in ("CidrIp", "GroupId", "PrefixListId")),
        *("Ipv6SourceCidrIp", "Ipv6DestCidrIp"),
    }
)


def authorize_security_group(call: Call) -> Fields:
    """Add rules; those that are there already are no error."""
    return idempotent(call, lambda: _authorize(call, "ingress"))


def authorize_security_group_egress(call: Call) -> Fields:
    """Add outbound rules."""
    return idempotent(call, lambda: _authorize(call, "egress"))


def revoke_security_group(call: Call) -> Fields:
    """Drop rules by their ids, or those that the call describes."""
    return idempotent(call, lambda: _revoke(call, "ingress"))


def revoke_security_group_egress(call: Call) -> Fields:
    """Drop outbound rules."""
    return idempotent(call, lambda: _revoke(call, "egress"))


def modify_security_group_rule(call: Call) -> Fields:
    """Change one rule under its id, or the description of the one that the call describes."""
    return idempotent(call, lambda: _modify(call, "ingress"))


def modify_security_group_egress_rule(call: Call) -> Fields:
    """Change one outbound rule."""
    return idempotent(call, lambda: _modify(call, "egress"))


HANDLERS: Mapping[str, Handler] = {
    "AuthorizeSecurityGroup": authorize_security_group,
    "AuthorizeSecurityGroupEgress": authorize_security_group_egress,
    "RevokeSecurityGroup": revoke_security_group,
    "RevokeSecurityGroupEgress": revoke_security_group_egress,
    "ModifySecurityGroupRule": modify_security_group_rule,
    "ModifySecurityGroupEgressRule": modify_security_group_egress_rule,
}


def rule_fields(region: Region, rule: Rule) -> dict[str, Any]:
    """A rule as DescribeSecurityGroupAttribute shows it: every text is there, empty if need be."""
    content = rule.content
    port_list = region.ecs.lists.ports.find(content.port_list_id or "")
    return {
        "SecurityGroupRuleId": rule.id,
        "Direction": content.direction,
        "IpProtocol": content.protocol,
        "PortRange": content.ports or "",
        "PortRangeListId": content.port_list_id or "",
        "PortRangeListName": port_list.name if port_list is not None else "",
        "SourcePortRange": content.source_ports or "",
        "Policy": content.policy,
        "Priority": str(content.priority),
        "NicType": "intranet",
        **_side_fields(region, FAR[content.direction], content.peer),
        **_side_fields(region, NEAR[content.direction], content.near),
        "Description": rule.description,
        "CreateTime": text_of(rule.created_at),
    }


def _side_fields(region: Region, side: str, peer: Peer | None) -> dict[str, Any]:
    found = {peer.kind: peer.value} if peer is not None else {}
    group = region.ecs.groups.find(found.get("group", ""))
    prefix_list = region.ecs.lists.prefixes.find(found.get("prefix-list", ""))
    return {
        f"{side}CidrIp": found.get("ipv4", ""),
        f"Ipv6{side}CidrIp": found.get("ipv6", ""),
        f"{side}GroupId": found.get("group", ""),
        f"{side}GroupName": group.name if group is not None else "",
        f"{side}GroupOwnerAccount": (peer.owner or "") if peer is not None else "",
        f"{side}PrefixListId": found.get("prefix-list", ""),
        f"{side}PrefixListName": prefix_list.name if prefix_list is not None else "",
    }


def _group(call: Call, *, missing_status: int) -> Group:
    group = call.region.ecs.groups.get(call.parameters.required("SecurityGroupId", status=missing_status))
    check_group(call, group)
    return group


def _authorize(call: Call, direction: Direction) -> Fields:
    group = _group(call, missing_status=403)
    new = [asked for asked in _described(call, group, direction) if group.rule_of(asked.content) is None]
    _check_room(call, group, new)
    for asked in new:
        rule = Rule(
            call.cloud.ids.next("sgr"), group.id, asked.content, call.cloud.clock.now(), asked.description
        )
        call.region.ecs.groups.add_rule(group, rule)
    return {}


def _revoke(call: Call, direction: Direction) -> Fields:
    group = _group(call, missing_status=400)
    ids = call.parameters.texts("SecurityGroupRuleId")
    rules = _named(call, group, direction, ids) if ids else _matching(call, group, direction)
    for rule in rules:
        call.region.ecs.groups.remove_rule(group, rule)
    return {}


def _modify(call: Call, direction: Direction) -> Fields:
    group = _group(call, missing_status=403)
    rule_id = call.parameters.text("SecurityGroupRuleId")
    description = permissions.read_description(call.parameters)
    if rule_id is None:
        rule = _described_once(call, group, direction)
    else:
        [rule] = _named(call, group, direction, [rule_id])
        content = _changed(call, group, rule.content)
        other = group.rule_of(content)
        if other is not None and other is not rule:
            raise refuse.rule_change("RuleDuplicate")
        _check_room(call, group, [Asked(content, "")], without=rule)
        call.region.ecs.groups.change_rule(group, rule, content)
    if description is not None:
        rule.description = description
    return {}


def _described(call: Call, group: Group, direction: Direction) -> list[Asked]:
    """The rules that a call describes, in either form but not in both."""
    several = call.parameters.objects("Permissions")
    flat = any(name in call.parameters.values for name in _FLAT)
    if several and (flat or len(several) > _MOST_PER_CALL):
        raise refuse.permissions_beside_others()
    found = [
        asked
        for permission in several or [call.parameters]
        for asked in permissions.read(call, group, direction, permission)
    ]
    if len({asked.content for asked in found}) < len(found):
        raise refuse.permissions_repeated()
    return found


def _described_once(call: Call, group: Group, direction: Direction) -> Rule:
    """The rule that the flat parameters describe, in the deprecated form of the Modify APIs."""
    asked = list(permissions.read(call, group, direction, call.parameters))
    rule = group.rule_of(asked[0].content)
    if len(asked) > 1 or rule is None:
        raise refuse.rule_not_found(call)
    return rule


def _matching(call: Call, group: Group, direction: Direction) -> list[Rule]:
    found = [group.rule_of(asked.content) for asked in _described(call, group, direction)]
    refusal = call.cloud.assumptions.unmatched_revoke
    if None in found and refusal is not None:
        raise ApiError(*refusal, "The specified rule does not exist.")
    return [rule for rule in found if rule is not None]


def _named(call: Call, group: Group, direction: Direction, ids: list[str]) -> list[Rule]:
    """The rules of these ids, all of them in this direction of the group."""
    if call.parameters.objects("Permissions") or len(ids) > _MOST_PER_CALL:
        raise refuse.permissions_beside_others()
    if len(set(ids)) < len(ids):
        raise refuse.rule_ids_repeated()
    rules = [group.rules.get(rule_id) for rule_id in ids]
    found = [rule for rule in rules if rule is not None and rule.content.direction == direction]
    if len(found) < len(ids):
        raise refuse.rule_not_found(call)
    return found


def _changed(call: Call, group: Group, content: Content) -> Content:
    """What a rule says after a change: what the call leaves out stays as it was."""
    asked = call.parameters
    changes: dict[str, Any] = {}
    if "Policy" in asked:
        changes["policy"] = permissions.read_policy(asked)
    if "Priority" in asked:
        changes["priority"] = permissions.read_priority(asked)
    if asked.text("NicType") not in (None, "intranet"):
        raise refuse.rule_change("ModifyNicType")
    changed = replace(
        content, **changes, **_changed_ports(call, content), **_changed_sides(call, group, content)
    )
    permissions.check_sides(call, changed.protocol, changed.peer, changed.near)
    return changed


def _changed_ports(call: Call, content: Content) -> dict[str, Any]:
    asked = call.parameters
    protocol = permissions.read_protocol(call, asked) if "IpProtocol" in asked else content.protocol
    now = Parameters(
        {
            "PortRange": asked.text("PortRange") or content.ports or "",
            "PortRangeListId": asked.text("PortRangeListId") or content.port_list_id or "",
            "SourcePortRange": asked.text("SourcePortRange") or content.source_ports or "",
        }
    )
    ports, port_list_id = permissions.read_ports(call, now, protocol)
    if (port_list_id is None) != (content.port_list_id is None):
        raise refuse.rule_change("ModifyPortRangeType")
    source_ports = permissions.read_port_range(now, "SourcePortRange", protocol)
    return {"protocol": protocol, "ports": ports, "port_list_id": port_list_id, "source_ports": source_ports}


def _changed_sides(call: Call, group: Group, content: Content) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if permissions.names_peer(call.parameters, content.direction):
        [peer, *more] = permissions.read_peers(call, group, content.direction, call.parameters)
        if more or peer.kind != content.peer.kind:
            raise refuse.rule_change("ModifySgRuleEntityType")
        changes["peer"] = peer
    near = permissions.read_near(call, content.direction, call.parameters)
    if near is not None:
        changes["near"] = near
    return changes


def _check_room(call: Call, group: Group, new: list[Asked], without: Rule | None = None) -> None:
    """Refuse more rules than a group may have; one that names lists counts as many as these may hold."""
    kept = [rule.content for rule in group.rules.values() if rule is not without]
    contents = [*kept, *(asked.content for asked in new)]
    if not new:
        return
    if sum(_weight(call.region, content) for content in contents) > call.cloud.assumptions.rules_per_group:
        raise refuse.too_many_rules()
    if sum(content.peer.kind == "group" for content in contents) > _MOST_GROUP_RULES:
        raise refuse.too_many_group_rules()


def _weight(region: Region, content: Content) -> int:
    lists = region.ecs.lists
    peers = lists.prefixes.get(content.peer.value).max_entries if content.peer.kind == "prefix-list" else 1
    ports = lists.ports.get(content.port_list_id).max_entries if content.port_list_id is not None else 1
    return peers * ports
