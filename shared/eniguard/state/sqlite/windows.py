"""The windows of the rules in sqlite: each mark costs the same, however many a series holds."""

from __future__ import annotations

from sqlite3 import Connection

from msgspec import Struct

from eniguard.model import Earlier, History, Observation
from eniguard.state.texts import SERIES_KEPT, digest, packed, raw, text, unpacked


class _Head(Struct, gc=False):
    """A series without its marks; ``latest`` is the mark that came last, with what it saw."""

    id: int
    newest: float
    held: int
    distinct: int
    latest: bytes
    latest_count: int
    latest_distinct: int
    expires: float

    @property
    def previous(self) -> Earlier | None:
        if not self.held:
            return None
        return Earlier(text(self.latest), self.latest_count, self.latest_distinct)


def observe(connection: Connection, mark: Observation, now: float) -> History:
    """Set one mark as `Series.mark` does, within a transaction of the caller's."""
    name = raw(mark.series)
    expires = now + mark.window + SERIES_KEPT
    head = _head(connection, name, now)
    if head is None:
        return _begin(connection, name, mark, expires)
    member = raw(mark.member)
    seen = connection.execute(
        "SELECT given FROM marks WHERE series = ? AND member = ?", (head.id, member)
    ).fetchone()
    if seen is not None:
        return unpacked(seen[0])
    newest = max(head.newest, mark.at)
    limit = newest - mark.window
    if mark.at < limit:
        return History(1, 1, mark.at, mark.at)
    _forget(connection, head, limit, mark.most)
    previous, value = head.previous, digest(mark.value)
    head.distinct += not _holds(connection, head.id, value)
    head.held += 1
    given = History(
        head.held, head.distinct, min(_first(connection, head.id, mark.at), mark.at), newest, previous
    )
    connection.execute(
        "INSERT INTO marks VALUES (?, ?, ?, ?, ?)", (head.id, member, mark.at, value, packed(given))
    )
    connection.execute(
        "UPDATE series SET newest = ?, held = ?, distinct_values = ?, latest = ?, latest_count = ?,"
        " latest_distinct = ?, expires = ? WHERE id = ?",
        (
            newest,
            head.held,
            head.distinct,
            raw(mark.value),
            given.count,
            given.distinct,
            max(head.expires, expires),
            head.id,
        ),
    )
    return given


def drop(connection: Connection, series: int) -> None:
    """Let a series go; its marks are removed later, some at a time."""
    connection.execute("DELETE FROM series WHERE id = ?", (series,))
    connection.execute("INSERT INTO dropped VALUES (?)", (series,))


def _head(connection: Connection, name: bytes, now: float) -> _Head | None:
    row = connection.execute(
        "SELECT id, newest, held, distinct_values, latest, latest_count, latest_distinct, expires"
        " FROM series WHERE name = ?",
        (name,),
    ).fetchone()
    if row is None:
        return None
    head = _Head(*row)
    if head.expires > now:
        return head
    drop(connection, head.id)
    return None


def _begin(connection: Connection, name: bytes, mark: Observation, expires: float) -> History:
    given = History(1, 1, mark.at, mark.at)
    series = connection.execute(
        "INSERT INTO series (name, newest, held, distinct_values, latest, latest_count, latest_distinct,"
        " expires) VALUES (?, ?, 1, 1, ?, 1, 1, ?)",
        (name, mark.at, raw(mark.value), expires),
    ).lastrowid
    connection.execute(
        "INSERT INTO marks VALUES (?, ?, ?, ?, ?)",
        (series, raw(mark.member), mark.at, digest(mark.value), packed(given)),
    )
    return given


def _forget(connection: Connection, head: _Head, limit: float, most: int) -> None:
    """Remove the marks that have left the window, and the oldest of more than ``most`` with the next one."""
    gone = connection.execute(
        "SELECT member, value FROM marks WHERE series = ? AND at < ?", (head.id, limit)
    ).fetchall()
    connection.executemany(
        "DELETE FROM marks WHERE series = ? AND member = ?", [(head.id, one) for one, _ in gone]
    )
    if (over := head.held - len(gone) - most + 1) > 0:
        oldest = connection.execute(
            "SELECT member, value FROM marks WHERE series = ? ORDER BY at, member LIMIT ?", (head.id, over)
        ).fetchall()
        connection.executemany(
            "DELETE FROM marks WHERE series = ? AND member = ?", [(head.id, one) for one, _ in oldest]
        )
        gone += oldest
    head.held -= len(gone)
    head.distinct -= sum(not _holds(connection, head.id, value) for value in {value for _, value in gone})


def _holds(connection: Connection, series: int, value: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM marks WHERE series = ? AND value = ? LIMIT 1", (series, value)
    ).fetchone()
    return found is not None


def _first(connection: Connection, series: int, otherwise: float) -> float:
    row = connection.execute("SELECT min(at) FROM marks WHERE series = ?", (series,)).fetchone()
    return otherwise if row[0] is None else float(row[0])
