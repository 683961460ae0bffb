"""The Tablestore instances of one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class TablestoreState:
    """By instance, the seconds that each of its tables keeps rows (-1: for ever)."""

    instances: dict[str, dict[str, int]] = field(default_factory=dict)
