"""The projects and logstores of one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class LogState:
    """By project, the days that each of its logstores keeps logs."""

    projects: dict[str, dict[str, int]] = field(default_factory=dict)
