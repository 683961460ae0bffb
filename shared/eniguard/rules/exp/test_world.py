"""Groups with rules, lists and members: the surroundings in the tests of this family."""

from __future__ import annotations

from typing import Any

from eniguard.events.calls import Call
from eniguard.testing import MORNING, Snapshot, call, eni_item, group_item, snapshot

GROUP = "sg-own"
WORLD = "0.0.0.0/0"
#: After the calls, which are made at noon.
LATER = "2026-03-01T12:01:00Z"

AUTHORIZE, REVOKE = "ecs:AuthorizeSecurityGroup", "ecs:RevokeSecurityGroup"
CHANGE = "ecs:ModifySecurityGroupRule"

Item = dict[str, Any]


def rule(ports: str = "22/22", source: str = WORLD, protocol: str = "TCP", **more: str) -> Item:
    """An ingress rule."""
    side = "Ipv6SourceCidrIp" if ":" in source else "SourceCidrIp"
    return {"IpProtocol": protocol, "PortRange": ports, side: source, **more}


def listed(
    rule_id: str, stated: Item, *, group: str = GROUP, made: str = MORNING, direction: str = "ingress"
) -> Item:
    """A rule as DescribeSecurityGroupAttribute lists it, with its group."""
    item = {"Policy": "Accept", "Priority": "1", "Direction": direction, "CreateTime": made, **stated}
    return {"SecurityGroupRuleId": rule_id, "SecurityGroupId": group, "SourceGroupId": "", **item}


def group(group_id: str = GROUP, managed: bool | None = False, **more: Any) -> Item:
    """An ordinary group, with everything known that a fix wants to know."""
    return group_item(group_id, managed, **{"Description": "", "Tags": {"Tag": []}, **more})


def prefix_list(list_id: str, *blocks: str) -> Item:
    """A prefix list with its entries."""
    return {"PrefixListId": list_id, "Entries": {"Entry": [{"Cidr": one} for one in blocks]}}


def port_list(list_id: str, *ranges: str) -> Item:
    """A port list with its entries."""
    return {"PortRangeListId": list_id, "Entries": [{"PortRange": one} for one in ranges]}


def world(
    *rules: Item,
    groups: list[Item] | None = None,
    enis: list[Item] | None = None,
    instances: list[Item] | None = None,
    lists: list[Item] | None = None,
    ports: list[Item] | None = None,
    captured_at: str = MORNING,
    without: str = "",
) -> Snapshot:
    """A snapshot of it all; ``without`` names a kind that is left out, and so is not known."""
    kinds: dict[str, list[Item]] = {
        "ecs:SecurityGroup": [group()] if groups is None else groups,
        "ecs:SecurityGroupRule": list(rules),
        "ecs:NetworkInterface": enis or [],
        "ecs:Instance": instances or [],
        "ecs:PrefixList": lists or [],
        "ecs:PortRangeList": ports or [],
    }
    kept = {kind: items for kind, items in kinds.items() if kind != without}
    return snapshot(kept, captured_at=captured_at)


def add(*rules: Item, **more: Any) -> Call:
    """A call that adds ingress rules."""
    return call(AUTHORIZE, SecurityGroupId=GROUP, Permissions=list(rules), **more)


def member(eni_id: str, *groups: str, managed: bool | None = False, **more: Any) -> Item:
    """An ENI in some groups."""
    return eni_item(eni_id, managed, SecurityGroupIds={"SecurityGroupId": list(groups)}, **more)
