"""The state of a region as a state snapshot: what the describe calls return, by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakealiyun.ecs.responses import snapshot_items as ecs_items
from fakealiyun.ram.responses import snapshot_items as ram_items
from fakealiyun.vpc.responses import snapshot_items as vpc_items

if TYPE_CHECKING:
    from fakealiyun.cloud import Cloud
    from fakealiyun.region import Region


def snapshot_of(cloud: Cloud, region: Region) -> dict[str, Any]:
    """A state snapshot (schema 1) of one account and region, taken now."""
    now = cloud.clock.now()
    region.account.ram.settle(now)
    return {
        "schema": 1,
        "captured_at": cloud.clock.text(),
        "account_id": region.account.id,
        "region": region.id,
        "resources": {**ecs_items(region), **vpc_items(region, now), **ram_items(region.account)},
    }
