"""The APIs of ECS."""

from __future__ import annotations

from fakealiyun.ecs.responses import eips, enis, groups, instances, lists, tags
from fakealiyun.services import Service

ECS = Service(
    product="ecs",
    name="Ecs",
    hosts=("ecs",),
    version="2014-05-26",
    handlers={
        **eips.HANDLERS,
        **enis.HANDLERS,
        **groups.HANDLERS,
        **instances.HANDLERS,
        **lists.HANDLERS,
        **tags.HANDLERS,
    },
)
