"""The APIs of instances and of the account, and instances as a snapshot has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakealiyun.ecs.responses import account_queries, instance_changes, instance_queries
from fakealiyun.ecs.responses.instance_items import instance_item, instance_type_item
from fakealiyun.ecs.responses.instance_making import create_instance, run_instances
from fakealiyun.services import Handler

if TYPE_CHECKING:
    from fakealiyun.region import Region

HANDLERS: Mapping[str, Handler] = {
    "RunInstances": run_instances,
    "CreateInstance": create_instance,
    **instance_changes.HANDLERS,
    **instance_queries.HANDLERS,
    **account_queries.HANDLERS,
}


def instance_items(region: Region) -> list[dict[str, Any]]:
    """Every instance as DescribeInstances shows it."""
    return [instance_item(region, instance) for instance in region.ecs.instances.all()]


def instance_type_items(region: Region) -> list[dict[str, Any]]:
    """Every instance type as DescribeInstanceTypes shows it."""
    return [instance_type_item(kind) for kind in region.ecs.instances.types.values()]
