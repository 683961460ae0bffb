"""The APIs of ActionTrail."""

from __future__ import annotations

from fakealiyun.actiontrail.responses import lookups, trails
from fakealiyun.services import Service

ACTIONTRAIL = Service(
    product="actiontrail",
    name="Actiontrail",
    hosts=("actiontrail",),
    version="2020-07-06",
    handlers={**lookups.HANDLERS, **trails.HANDLERS},
)
