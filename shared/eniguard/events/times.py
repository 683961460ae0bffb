"""Event times: any spelling ActionTrail uses, as seconds since 1970 and as one canonical text."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from functools import lru_cache

#: ``2025-07-07T01:39:09Z`` is the norm; the PascalCase sample has ``2020-12-01T11:54:59.366+0000`` and
#: EventBridge writes ``+08:00`` (docs/sources.md, Events).
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?"
    r"(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))"
)
_CANONICAL = "%Y-%m-%dT%H:%M:%SZ"
_SECONDS = {f"{second:02d}Z": float(second) for second in range(60)}
#: The first year an event can come from, and the first it cannot; between them every offset from UTC stays
#: within what a date can hold.
_FIRST, _BEYOND = 1970, 9999


def parsed(text: str) -> tuple[str, float]:
    """The time as ``YYYY-MM-DDThh:mm:ssZ`` and as seconds since 1970 (UTC), fractions kept.

    Raises
    ------
    ValueError
        Not a time with a date, a clock and an offset from UTC, or none of an event.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("not a time")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if year < _FIRST:
        raise ValueError("it is before 1970")
    if year >= _BEYOND:
        raise ValueError("it is in the future")
    if second > 60:
        raise ValueError("no such date or clock time")
    leap = second == 60
    local = datetime(year, month, day, hour, minute, second - leap, tzinfo=timezone.utc)
    at = int(local.timestamp()) + leap - _ahead(*match.groups()[7:])
    return written(at), at + float(match[7] or 0)


def written(at: float) -> str:
    """Seconds since 1970 (UTC) as ``YYYY-MM-DDThh:mm:ssZ``, fractions cut off."""
    return datetime.fromtimestamp(int(at), timezone.utc).strftime(_CANONICAL)


def seconds(text: str) -> float:
    """Seconds since 1970 of a time in canonical form.

    Agrees with :func:`parsed` on what it accepts; most events of a trail share their minute with others.

    Raises
    ------
    ValueError
        Any other text.
    """
    minute, _, second = text.rpartition(":")
    try:
        return _minute(minute) + _SECONDS[second]
    except KeyError:
        raise ValueError("not in canonical form") from None


@lru_cache(maxsize=4096)
def _minute(text: str) -> float:
    canonical, at = parsed(f"{text}:00Z")
    if canonical[:16] != text:
        raise ValueError("not in canonical form")
    return at


def _ahead(sign: str | None, hours: str | None, minutes: str | None) -> int:
    """Seconds that a local time is ahead of UTC."""
    if sign is None or hours is None or minutes is None:
        return 0
    ahead = int(hours) * 3600 + int(minutes) * 60
    return ahead if sign == "+" else -ahead
