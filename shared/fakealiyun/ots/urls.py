"""The APIs of Tablestore; RAM and events call it ``ots``."""

from __future__ import annotations

from fakealiyun.ots.responses import INSTANCES, TABLES
from fakealiyun.services import Service

TABLESTORE = Service(
    product="ots",
    name="Ots",
    hosts=("tablestore",),
    version="2020-12-09",
    handlers=INSTANCES,
    in_process=True,
)
TABLESTORE_TABLES = Service(
    product="ots", name="Ots", hosts=("ots",), version="2015-12-31", handlers=TABLES, in_process=True
)
