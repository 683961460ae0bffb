"""One connection to a file of sqlite, shared by the threads of a process and opened anew in a forked one."""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from eniguard.errors import StateError
from eniguard.state.sqlite.schema import TABLES, VERSION

#: Seconds to wait for another process that writes. Writes take less than a millisecond.
BUSY_TIMEOUT = 5.0
#: Seconds between attempts where sqlite does not wait by itself.
_PAUSE = 0.01

#: The path of a database without a file.
IN_MEMORY = ":memory:"


class Database:
    """A file of sqlite in WAL mode.

    Parameters
    ----------
    path
        The file, or ``:memory:``. A file that is made can be read and written by its owner only.
    timeout
        Seconds to wait for another process.

    Raises
    ------
    StateError
        The file cannot be opened, or is not one of the guard's.
    """

    def __init__(self, path: str, timeout: float = BUSY_TIMEOUT) -> None:
        self._path = path
        self._timeout = timeout
        self.lock = Lock()
        self._connection: sqlite3.Connection | None = None
        with self.lock, self._told("opened"):
            self._opened()
        _OPEN.add(self)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one statement that reads."""
        with self.lock, self._told("read"):
            yield self._opened()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection, for statements that happen all or not at all."""
        with self.lock, self._told("written"):
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            _OPEN.discard(self)
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def leave_to_the_parent(self) -> None:
        """Let go of a connection that came over a fork: a child must neither use nor close it.

        (sqlite.org/howtocorrupt.html, section 2.6.) What is in memory is the child's own copy.
        """
        if self._connection is not None and self._path != IN_MEMORY:
            _OF_PARENTS.append(self._connection)
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        if self._path != IN_MEMORY:
            # sqlite gives the files beside it (-wal, -shm) the permissions of this one.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            self._path, timeout=self._timeout, isolation_level=None, check_same_thread=False
        )
        try:
            _set_up(connection, time.monotonic() + self._timeout)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _told(self, done: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if _is_busy(error):
                raise StateError(
                    f"{self._path} was not {done}: another process held it "
                    f"for {self._timeout:g} s; end that one"
                ) from error
            raise StateError(
                f"{self._path} was not {done}: {error}; see to the file, its folder and its disk"
            ) from error
        except (sqlite3.Error, OSError) as error:
            raise StateError(
                f"{self._path} was not {done}: {error}; name a file of the guard's own"
            ) from error


def _set_up(connection: sqlite3.Connection, deadline: float) -> None:
    """WAL mode and the tables; sqlite does not wait by itself while several processes turn WAL on."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
    # In WAL mode a crash of the process loses nothing; one of the machine the last writes, and no more.
    connection.execute("PRAGMA synchronous=NORMAL")
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    if _version(connection) == 0:
        for table in TABLES:
            connection.execute(table)
        connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")
    if (found := _version(connection)) != VERSION:
        raise sqlite3.DatabaseError(f"its tables are of version {found}, this eniguard has version {VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return "locked" in str(error) or "busy" in str(error)


#: Databases of this process, for the hooks below.
_OPEN: weakref.WeakSet[Database] = weakref.WeakSet()
#: Held here so that nothing closes them.
_OF_PARENTS: list[sqlite3.Connection] = []
_HELD: list[Database] = []


def _before_fork() -> None:
    """No thread is within sqlite while the process forks."""
    _HELD[:] = _OPEN
    for database in _HELD:
        database.lock.acquire()


def _in_parent() -> None:
    for database in _HELD:
        database.lock.release()
    _HELD.clear()


def _in_child() -> None:
    for database in _HELD:
        database.leave_to_the_parent()
    _in_parent()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child)
