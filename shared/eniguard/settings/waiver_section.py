"""The ``waivers`` section of guard.yml: findings that somebody answers for until a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from eniguard.events.times import parsed
from eniguard.settings.alerting import Waiver
from eniguard.settings.guard import ControlTag
from eniguard.settings.match_entry import MatchEntry
from eniguard.settings.strict import Strict

_EXPECTED = "expected a day, as in 2026-12-31, or a time with its zone, as in 2026-12-31T18:00:00+08:00"
_DAY_LENGTH = len("2026-12-31")


def _expiry(value: Any) -> float:
    """The moment from which a waiver no longer holds: a day ends in UTC."""
    try:
        if isinstance(value, str):
            return _read(value)
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"has no zone; {_EXPECTED}")
            return value.timestamp()
        if isinstance(value, date):
            return _end_of(value)
    except OverflowError:
        raise ValueError("lies beyond the calendar") from None
    raise ValueError(_EXPECTED)


def _read(text: str) -> float:
    try:
        return _end_of(date.fromisoformat(text)) if len(text) == _DAY_LENGTH else parsed(text)[1]
    except ValueError:
        raise ValueError(_EXPECTED) from None


def _end_of(day: date) -> float:
    start = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    return (start + timedelta(days=1)).timestamp()


Expiry = Annotated[
    float,
    BeforeValidator(_expiry),
    WithJsonSchema(
        {
            "type": "string",
            "description": "The last day on which it holds (it ends in UTC), or a time with its zone",
            "examples": ["2026-12-31", "2026-12-31T18:00:00+08:00"],
        }
    ),
]
_Said = Annotated[str, Field(min_length=1, pattern=r"\S")]


class WaiverEntry(Strict):
    """Findings that are not alerted, because somebody answers for them until a day."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="What it is called in messages")]
    match: MatchEntry
    owner: Annotated[_Said, Field(description="Who answers for it", examples=["jane@example.com"])]
    reason: Annotated[_Said, Field(description="Why these findings need nobody")]
    expires: Expiry

    def compiled(self) -> Waiver:
        """The compiled form."""
        return Waiver(self.id, self.match.compiled(), self.owner, self.reason, self.expires)


def tags_of_waivers(waivers: Iterable[Waiver]) -> tuple[ControlTag, ...]:
    """The tags by which waivers know what to hide: whoever can write one could hide a resource."""
    found = [ControlTag(key, value) for one in waivers for key, value in one.match.tags.items()]
    return tuple(dict.fromkeys(found))
