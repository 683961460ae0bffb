"""The APIs of ENIs, and the ENIs of a region as a snapshot has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakealiyun.ecs.responses import eni_addresses, eni_changes, eni_permissions, eni_queries, group_members
from fakealiyun.ecs.responses.eni_items import eni_item
from fakealiyun.ecs.responses.eni_making import create_network_interface
from fakealiyun.services import Handler

if TYPE_CHECKING:
    from fakealiyun.region import Region

HANDLERS: Mapping[str, Handler] = {
    "CreateNetworkInterface": create_network_interface,
    **eni_queries.HANDLERS,
    **eni_changes.HANDLERS,
    **eni_addresses.HANDLERS,
    **eni_permissions.HANDLERS,
    **group_members.HANDLERS,
}


def eni_items(region: Region) -> list[dict[str, Any]]:
    """Every ENI as DescribeNetworkInterfaces shows it."""
    return [eni_item(region, eni) for eni in region.ecs.enis.all()]
