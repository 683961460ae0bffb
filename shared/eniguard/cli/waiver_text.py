"""Waivers in words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from eniguard.events.times import written

_DAY = 86_400


def until(expires: float) -> str:
    """The last day of a waiver, or the time it ends at (UTC); ``expires`` is in seconds since 1970 (UTC)."""
    if expires % _DAY:
        return written(expires)
    return (datetime.fromtimestamp(expires, timezone.utc) - timedelta(days=1)).date().isoformat()
