"""The buckets of one account in one region, and their objects."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class StoredObject:
    """One object; ``metadata`` is what ``x-oss-meta-…`` headers said of it."""

    key: str
    data: bytes = field(repr=False)
    modified_at: datetime
    content_type: str = "application/octet-stream"
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """The MD5 of its bytes in upper case, as of an object put at once (HeadObject)."""
        return hashlib.md5(self.data).hexdigest().upper()

    @property
    def md5(self) -> str:
        """The MD5 of its bytes in base64."""
        return base64.b64encode(hashlib.md5(self.data).digest()).decode()


@dataclass
class Bucket:
    """One bucket with its lifecycle rules as sent."""

    lifecycle: str | None = None
    objects: dict[str, StoredObject] = field(default_factory=dict)


@dataclass
class OssState:
    """Buckets by name."""

    buckets: dict[str, Bucket] = field(default_factory=dict)
