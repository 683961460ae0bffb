"""The APIs of Simple Log Service; RAM calls it ``log``, events call it ``Sls``."""

from __future__ import annotations

from fakealiyun.log.data import DATA_HANDLERS
from fakealiyun.log.responses import HANDLERS
from fakealiyun.services import Service

LOG = Service(
    product="log",
    name="Sls",
    hosts=("log",),
    version="2020-12-30",
    handlers={**HANDLERS, **DATA_HANDLERS},
    rights={
        "GetCursor": "GetCursorOrData",
        "GetCursorTime": "GetCursorOrData",
        "PullLogs": "GetCursorOrData",
        "PutLogs": "PostLogStoreLogs",
    },
    unrecorded=frozenset(DATA_HANDLERS) - {"ListShards"},
)
