"""Marks that rules set across events, and what a series of them holds."""

from __future__ import annotations

from msgspec import Struct


class Observation(Struct, frozen=True, gc=False):
    """One mark in a series that a rule watches across events.

    ``member`` makes the mark idempotent (the event id), ``value`` is what distinct marks are counted by,
    ``at`` and ``window`` are in seconds.
    """

    series: str
    member: str
    value: str
    at: float
    window: float


class History(Struct, frozen=True, gc=False):
    """What a series holds in its window, this event included; times are seconds since 1970 (UTC)."""

    count: int = 0
    distinct: int = 0
    first: float | None = None
    last: float | None = None
