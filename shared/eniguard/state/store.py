"""What a state store does, whichever back end keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from msgspec import Struct

from eniguard.model import History, Observation

#: The longest value, in bytes, that every store takes: what is longer is refused by all of them alike.
MOST_BYTES = 65_536


class Item(Struct, frozen=True, gc=False):
    """What a store holds under one key.

    ``version`` says nothing but which write it was: each write has another one. ``expires`` is in seconds
    since 1970 (UTC), ``None`` when the item stays.
    """

    key: str
    value: bytes
    version: str
    expires: float | None = None


class Due(Struct, frozen=True, gc=False):
    """A member of a queue, and the time it is due at, in seconds since 1970 (UTC)."""

    member: str
    at: float
    value: bytes = b""


class Store(Protocol):
    """Items with versions and expiry, the windows of the rules, and queues of what is due.

    A key, a queue and a member are any text; a value has at most ``MOST_BYTES``. An item whose time has come
    is gone for every method, whenever the back end removes it. Every method raises `StateError` when the
    store could not do what was asked: a write may then have happened or not, and may be asked for again.
    """

    def get(self, key: str) -> Item | None:
        """The item under ``key``; ``None`` when there is none."""

    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> Item | None:
        """Put an item where there is none; ``None`` when there is one already.

        Parameters
        ----------
        key
            Where it is kept.
        value
            What is kept.
        ttl
            Seconds until it is gone; by default it stays.
        """

    def replace(self, key: str, value: bytes, *, version: str, ttl: float | None = None) -> Item | None:
        """Put an item in the place of the one of ``version``; ``None`` when that one is gone.

        ``ttl`` counts anew from now; the item stays when there is none.
        """

    def delete(self, key: str, *, version: str) -> bool:
        """Remove the item of ``version``; whether it was there."""

    def observe(self, observations: Iterable[Observation]) -> Mapping[str, History]:
        """Set marks (a member counts once), and give back what their series then hold."""

    def schedule(self, queue: str, member: str, at: float, value: bytes = b"") -> None:
        """Put a member into a queue, or move it: it is due at ``at``, and at no other time."""

    def due(self, queue: str, now: float, limit: int = 100) -> list[Due]:
        """What is due by ``now``, the oldest first, at most ``limit``; it stays in the queue."""

    def unschedule(self, queue: str, member: str, *, at: float) -> bool:
        """Take a member out of a queue if it is still due at ``at``; whether it was."""

    def close(self) -> None:
        """Give back what the store holds open; it is not used afterwards."""
