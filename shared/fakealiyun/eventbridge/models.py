"""The event buses and rules of one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The bus that the events of cloud services arrive on; it is always there.
DEFAULT_BUS = "default"


@dataclass
class EventRule:
    """One rule; ``targets`` holds each target as it was sent, by its id."""

    bus: str
    name: str
    pattern: str
    description: str = ""
    enabled: bool = True
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class EventBridgeState:
    """Buses by name with what they are for, and rules by bus and name."""

    buses: dict[str, str] = field(default_factory=lambda: {DEFAULT_BUS: ""})
    rules: dict[tuple[str, str], EventRule] = field(default_factory=dict)
