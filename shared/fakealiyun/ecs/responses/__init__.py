"""Wire in and out of ECS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakealiyun.ecs.responses.enis import eni_items
from fakealiyun.ecs.responses.groups import group_items, rule_items
from fakealiyun.ecs.responses.instances import instance_items, instance_type_items
from fakealiyun.ecs.responses.lists import port_range_list_items, prefix_list_items

if TYPE_CHECKING:
    from fakealiyun.region import Region


def snapshot_items(region: Region) -> dict[str, list[dict[str, Any]]]:
    """The describe items of a region by kind."""
    return {
        "ecs:NetworkInterface": eni_items(region),
        "ecs:SecurityGroup": group_items(region),
        "ecs:SecurityGroupRule": rule_items(region),
        "ecs:Instance": instance_items(region),
        "ecs:InstanceType": instance_type_items(region),
        "ecs:PrefixList": prefix_list_items(region),
        "ecs:PortRangeList": port_range_list_items(region),
    }
