"""Severities, in one order."""

from __future__ import annotations

from typing import Literal

Severity = Literal["info", "low", "medium", "high", "critical"]

#: From least to most severe.
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


def lowered(severity: Severity) -> Severity:
    """One step less severe; ``info`` stays ``info``."""
    return SEVERITIES[max(0, _RANK[severity] - 1)]


def at_least(severity: Severity, threshold: Severity) -> bool:
    """Whether ``severity`` is the same as or above ``threshold``."""
    return _RANK[severity] >= _RANK[threshold]
