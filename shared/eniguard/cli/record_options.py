"""What ``eniguard record`` is told on the command line: times, filters, places."""

from __future__ import annotations

import re

import click
from msgspec import Struct

from eniguard.events.times import parsed

#: Keys that LookupEvents takes (docs/sources.md, Delivery), and how many at once.
FILTERS = (
    "EventAccessKeyId",
    "EventId",
    "EventName",
    "EventRW",
    "EventType",
    "PrincipalId",
    "ResourceName",
    "ResourceType",
    "RoleName",
    "SensitiveAction",
    "ServiceName",
    "SourceIpAddress",
    "User",
)
_MOST_FILTERS = 2
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOGSTORE = re.compile(r"([a-z0-9][a-z0-9-]{1,61}[a-z0-9])/([A-Za-z0-9_][A-Za-z0-9_-]{1,62})")
_OBJECTS = re.compile(r"oss://([a-z0-9][a-z0-9-]{1,61}[a-z0-9])/(.*)", re.DOTALL)


class Wanted(Struct, frozen=True):
    """What is to be recorded; times in seconds since 1970 (UTC), ``None`` for no end on that side.

    ``logstore`` is a project and a logstore, ``objects`` a bucket and a prefix; without either it is
    LookupEvents, with ``filters``.
    """

    since: float | None = None
    until: float | None = None
    filters: dict[str, str] = {}
    logstore: tuple[str, str] | None = None
    objects: tuple[str, str] | None = None

    def check(self) -> None:
        """Raise `click.UsageError` for options that do not go together."""
        if self.logstore is not None and self.objects is not None:
            raise click.UsageError("give --logstore or --objects, not both")
        if self.filters and (self.logstore is not None or self.objects is not None):
            raise click.UsageError(
                "--filter is for LookupEvents: it goes with neither --logstore nor --objects"
            )
        if self.objects is None and self.since is None:
            raise click.UsageError("--since is needed: which is the first moment to record?")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise click.UsageError("--until is before --since")


def moment(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """A time as events write it, or a date: midnight, UTC."""
    if text is None:
        return None
    try:
        return parsed(f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text)[1]
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time like 2026-03-01T08:00:00Z or 2026-03-01") from None


def filters(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """``KEY=VALUE`` of LookupEvents."""
    pairs = [text.partition("=")[::2] for text in texts]
    for text, (key, value) in zip(texts, pairs, strict=True):
        if key not in FILTERS or not value:
            raise click.BadParameter(f"{text!r} is no KEY=VALUE with one of {', '.join(FILTERS)}")
    if len(pairs) > _MOST_FILTERS or len(dict(pairs)) < len(pairs):
        raise click.BadParameter(f"can be given {_MOST_FILTERS} times, with different keys")
    return dict(pairs)


def logstore(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, str] | None:
    """``PROJECT/LOGSTORE``."""
    return _pair(_LOGSTORE, text, "PROJECT/LOGSTORE")


def objects(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, str] | None:
    """``oss://BUCKET/PREFIX``; the prefix may be empty."""
    return _pair(_OBJECTS, text, "oss://BUCKET/PREFIX")


def _pair(pattern: re.Pattern[str], text: str | None, form: str) -> tuple[str, str] | None:
    if text is None:
        return None
    found = pattern.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is not {form}")
    return found[1], found[2]
