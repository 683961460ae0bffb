"""Bodies as bytes: what limits are measured on is what is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from msgspec import json

from eniguard.alerts.formats.base import Outgoing

JSON = "application/json; charset=utf-8"


def encoded(body: Mapping[str, Any]) -> bytes:
    """The body as JSON in UTF-8, with nothing escaped that need not be."""
    return json.encode(body)


def outgoing(url: str, body: Mapping[str, Any], content_type: str = JSON, **headers: str) -> Outgoing:
    """A request with that body; ``_`` in the names of headers stands for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Outgoing(url, encoded(body), {"content-type": content_type, **named})


def signature(key: bytes, signed: bytes) -> str:
    """HMAC-SHA256 in Base64."""
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
