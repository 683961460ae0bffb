"""The state store on sqlite."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from sqlite3 import Connection
from uuid import uuid4

from eniguard.model import History, Observation
from eniguard.state.sqlite import windows
from eniguard.state.sqlite.database import BUSY_TIMEOUT, Database
from eniguard.state.sqlite.retention import WRITES_A_ROUND, remove_expired
from eniguard.state.store import Due, Item
from eniguard.state.texts import raw, taken, text


class SqliteStore:
    """State in a file of sqlite that many processes and threads may share; for a laptop and for tests.

    Parameters
    ----------
    path
        The file, or ``:memory:``.
    clock
        Gives seconds since 1970 (UTC).
    timeout
        Seconds to wait for another process that writes.

    Raises
    ------
    StateError
        The file cannot be opened.

    Examples
    --------
    >>> store = SqliteStore(":memory:")
    >>> first = store.create("event-1", b"in progress", ttl=60)
    >>> store.create("event-1", b"in progress", ttl=60) is None
    True
    """

    def __init__(
        self, path: str, *, clock: Callable[[], float] = time.time, timeout: float = BUSY_TIMEOUT
    ) -> None:
        self._clock = clock
        self._database = Database(path, timeout)
        self._writes = 0

    def get(self, key: str) -> Item | None:
        """The item under ``key``; ``None`` when there is none."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT value, version, expires FROM items"
                " WHERE name = ? AND (expires IS NULL OR expires > ?)",
                (raw(key), self._clock()),
            ).fetchone()
        return None if row is None else Item(key, *row)

    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> Item | None:
        """Put an item where there is none; ``None`` when there is one already."""
        now = self._clock()
        item = _item(key, value, now, ttl)
        with self._writing(now) as connection:
            done = connection.execute(
                "INSERT INTO items VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
                " SET value = excluded.value, version = excluded.version, expires = excluded.expires"
                " WHERE items.expires <= ?",
                (raw(key), item.value, item.version, item.expires, now),
            )
        return item if done.rowcount else None

    def replace(self, key: str, value: bytes, *, version: str, ttl: float | None = None) -> Item | None:
        """Put an item in the place of the one of ``version``; ``None`` when that one is gone."""
        now = self._clock()
        item = _item(key, value, now, ttl)
        with self._writing(now) as connection:
            done = connection.execute(
                "UPDATE items SET value = ?, version = ?, expires = ?"
                " WHERE name = ? AND version = ? AND (expires IS NULL OR expires > ?)",
                (item.value, item.version, item.expires, raw(key), version, now),
            )
        return item if done.rowcount else None

    def delete(self, key: str, *, version: str) -> bool:
        """Remove the item of ``version``; whether it was there."""
        now = self._clock()
        with self._writing(now) as connection:
            done = connection.execute(
                "DELETE FROM items WHERE name = ? AND version = ? AND (expires IS NULL OR expires > ?)",
                (raw(key), version, now),
            )
        return done.rowcount > 0

    def observe(self, observations: Iterable[Observation]) -> dict[str, History]:
        """Set marks, all of them or none, and give back what their series then hold."""
        marks, now = tuple(observations), self._clock()
        with self._writing(now) as connection:
            return {mark.series: windows.observe(connection, mark, now) for mark in marks}

    def schedule(self, queue: str, member: str, at: float, value: bytes = b"") -> None:
        """Put a member into a queue, or move it."""
        taken(value, member)
        with self._writing(self._clock()) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO queued VALUES (?, ?, ?, ?)", (raw(queue), raw(member), at, value)
            )

    def due(self, queue: str, now: float, limit: int = 100) -> list[Due]:
        """What is due by ``now``, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT member, at, value FROM queued WHERE queue = ? AND at <= ?"
                " ORDER BY at, member LIMIT ?",
                (raw(queue), now, limit),
            ).fetchall()
        return [Due(text(member), at, value) for member, at, value in rows]

    def unschedule(self, queue: str, member: str, *, at: float) -> bool:
        """Take a member out of a queue if it is still due at ``at``; whether it was."""
        with self._writing(self._clock()) as connection:
            done = connection.execute(
                "DELETE FROM queued WHERE queue = ? AND member = ? AND at = ?", (raw(queue), raw(member), at)
            )
        return done.rowcount > 0

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _writing(self, now: float) -> AbstractContextManager[Connection]:
        self._writes += 1
        if self._writes % WRITES_A_ROUND == 0:
            with self._database.writing() as connection:
                remove_expired(connection, now)
        return self._database.writing()


def _item(key: str, value: bytes, now: float, ttl: float | None) -> Item:
    return Item(key, taken(value, key), uuid4().hex, None if ttl is None else now + ttl)
