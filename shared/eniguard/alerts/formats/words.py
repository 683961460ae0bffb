"""The few words and marks that the formats add themselves."""

from __future__ import annotations

from eniguard.model import Severity
from eniguard.settings.alerting import Language

#: What stands before a title, so that severities are told apart at a glance.
MARKS: dict[Severity, str] = {
    "critical": "🔴",
    "high": "🟠",
    "medium": "🟡",
    "low": "🔵",
    "info": "⚪",
}

_MORE: dict[Language, str] = {"en": "… and {count} more", "zh": "……另有 {count} 条"}
#: What stands between a label and its text.
COLONS: dict[Language, str] = {"en": ": ", "zh": "："}  # noqa: RUF001


def more(count: int, language: Language) -> str:
    """That so many lines were left out."""
    return _MORE[language].format(count=count)
