"""Marks that rules set across events, and what a series of them holds."""

from __future__ import annotations

from msgspec import Struct


class Observation(Struct, frozen=True, gc=False):
    """One mark in a series that a rule watches across events.

    ``member`` makes the mark idempotent (the event id), ``value`` is what distinct marks are counted by,
    ``at`` and ``window`` are in seconds. A series keeps at most ``most`` marks, the oldest go first; a count
    of so many then says "at least".
    """

    series: str
    member: str
    value: str
    at: float
    window: float
    most: int = 10_000


class Earlier(Struct, frozen=True, gc=False):
    """The mark that came before another one: its value, and how many marks and values there then were."""

    value: str
    count: int
    distinct: int


class History(Struct, frozen=True, gc=False):
    """What a series holds in its window, this event included; times are seconds since 1970 (UTC).

    ``previous`` is the mark that came last before this one, ``None`` when the window holds no other: a rule
    that reports a crossing compares what it saw with what this one sees.
    """

    count: int = 0
    distinct: int = 0
    first: float | None = None
    last: float | None = None
    previous: Earlier | None = None
