"""The APIs of OSS. Its events carry no request parameters (docs/sources.md, Events)."""

from __future__ import annotations

from fakealiyun.oss.objects import OBJECT_HANDLERS
from fakealiyun.oss.responses import HANDLERS
from fakealiyun.services import Service

OSS = Service(
    product="oss",
    name="Oss",
    hosts=("oss",),
    version="2019-05-17",
    handlers={**HANDLERS, **OBJECT_HANDLERS},
    shows_parameters=False,
    rights={"HeadObject": "GetObject", "ListObjectsV2": "ListObjects"},
    unrecorded=frozenset(OBJECT_HANDLERS),
)
