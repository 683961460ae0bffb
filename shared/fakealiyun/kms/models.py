"""The secrets of one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class KmsState:
    """The version ids of each secret, newest last; what is in them the fake does not keep."""

    secrets: dict[str, list[str]] = field(default_factory=dict)
