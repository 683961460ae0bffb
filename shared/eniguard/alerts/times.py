"""Times as people read them: of the zone of their team, and UTC."""

from __future__ import annotations

from datetime import datetime, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from eniguard.alerts.catalogue import Words
from eniguard.events.times import parsed

_SHOWN = "%Y-%m-%d %H:%M:%S"


def told(words: Words, at: float, zone: str) -> str:
    """A time in a zone and in UTC.

    As ``2026-05-10 16:09:00 UTC+08:00 Asia/Shanghai (2026-05-10 08:09:00 UTC)``.

    Parameters
    ----------
    words
        The texts of the language.
    at
        Seconds since 1970 (UTC).
    zone
        The name of a zone of the IANA database. In UTC, and in a zone that this machine does not know, the
        time is said in UTC alone.
    """
    utc = datetime.fromtimestamp(int(at), timezone.utc)
    place = _zone(zone)
    in_utc = f"{utc.strftime(_SHOWN)} UTC"
    if place is None:
        return in_utc
    local = utc.astimezone(place)
    in_zone = f"{local.strftime(_SHOWN)} UTC{_ahead(local)} {zone}"
    return words.gettext("{time} ({utc})").format(time=in_zone, utc=in_utc)


def seconds_of(text: str | None) -> float | None:
    """Seconds since 1970 of a time of an event; ``None`` without one, and for what is no time."""
    if text is None:
        return None
    try:
        return parsed(text)[1]
    except ValueError:
        return None


def _ahead(local: datetime) -> str:
    """How far a time is ahead of UTC, as ``+08:00``; nothing in UTC itself."""
    ahead = local.utcoffset()
    return local.isoformat()[-6:] if ahead else ""


@lru_cache(maxsize=32)
def _zone(name: str) -> tzinfo | None:
    """A zone by its name; ``None`` for UTC, and where the machine has no such zone."""
    if name.upper() in ("UTC", "ETC/UTC"):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
