"""What has expired is removed a little at a time, along with writes."""

from __future__ import annotations

from sqlite3 import Connection

from eniguard.state.sqlite.windows import drop

#: Writes between two rounds, and rows of a kind that a round removes: more than the writes can have added.
WRITES_A_ROUND = 64
MOST_A_ROUND = 1_000


def remove_expired(connection: Connection, now: float) -> None:
    """Remove at most ``MOST_A_ROUND`` items, series and marks each, within a transaction of the caller's."""
    connection.execute(
        "DELETE FROM items WHERE rowid IN (SELECT rowid FROM items WHERE expires <= ? LIMIT ?)",
        (now, MOST_A_ROUND),
    )
    expired = connection.execute(
        "SELECT id FROM series WHERE expires <= ? LIMIT ?", (now, MOST_A_ROUND)
    ).fetchall()
    for (series,) in expired:
        drop(connection, series)
    _remove_marks(connection)


def _remove_marks(connection: Connection) -> None:
    room = MOST_A_ROUND
    for (series,) in connection.execute("SELECT series FROM dropped LIMIT ?", (MOST_A_ROUND,)).fetchall():
        gone = connection.execute(
            "DELETE FROM marks WHERE series = ? AND member IN"
            " (SELECT member FROM marks WHERE series = ? LIMIT ?)",
            (series, series, room),
        ).rowcount
        room -= gone
        if not room:
            return
        connection.execute("DELETE FROM dropped WHERE series = ?", (series,))
