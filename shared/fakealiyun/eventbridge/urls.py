"""The APIs of EventBridge."""

from __future__ import annotations

from fakealiyun.eventbridge.responses import HANDLERS
from fakealiyun.services import Service

EVENTBRIDGE = Service(
    product="eventbridge",
    name="Eventbridge",
    hosts=("eventbridge",),
    version="2020-04-01",
    handlers=HANDLERS,
)
