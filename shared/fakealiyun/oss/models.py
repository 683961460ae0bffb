"""The buckets of one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class OssState:
    """Buckets by name, with their lifecycle rules as sent."""

    buckets: dict[str, str | None] = field(default_factory=dict)
