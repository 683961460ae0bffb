"""The state store on Tablestore."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from eniguard.errors import StateError
from eniguard.model import History, Observation, Series
from eniguard.state.keys import Keys
from eniguard.state.store import Due, Item
from eniguard.state.tablestore import rows
from eniguard.state.tablestore.connecting import TIMEOUT, connected, keys_of_environment, place
from eniguard.state.tablestore.retention import Removal
from eniguard.state.tablestore.rows import NEVER, Key, Refusal, Rows, Stored
from eniguard.state.tablestore.windows import observed, series_bytes, series_of
from eniguard.state.texts import SERIES_KEPT, digest, raw, taken, text

#: How often a series that others mark at the same time is read and written, and how long the first pause in
#: between may be, in seconds; each may be twice as long as the one before.
_ATTEMPTS = 8
_FIRST_PAUSE = 0.01


class TablestoreStore:
    """State in one table that any number of functions may share.

    A key is a row of its own, so is each member of a queue, and so is each series. `due` reads the whole
    queue.

    Parameters
    ----------
    client
        An ``OTSClient``; `at` makes one for a url.
    table
        The name of the table; `create_table` makes it.
    clock
        Gives seconds since 1970 (UTC).
    sleep
        Waits for some seconds before a series is written anew.

    Examples
    --------
    ::

        store = TablestoreStore.at("tablestore://guard.cn-hangzhou/eniguard")
        store.create_table()
        store.create("event-1", b"in progress", ttl=60)
    """

    def __init__(
        self,
        client: Any,
        table: str,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rows = Rows(client, table)
        self._clock = clock
        self._sleep = sleep
        self._removal = Removal(self._rows)

    @classmethod
    def at(
        cls,
        url: str,
        *,
        clock: Callable[[], float] = time.time,
        keys: Callable[[], Keys] | None = None,
        timeout: float = TIMEOUT,
    ) -> TablestoreStore:
        """The store at a ``tablestore://`` url; nothing is sent yet.

        ``keys`` are asked for before each request; by default they are those of the environment.

        Raises
        ------
        ConfigError
            The url is wrong.
        """
        where = place(url)
        return cls(connected(where, keys or keys_of_environment, timeout), where.table, clock=clock)

    def create_table(self) -> bool:
        """Make the table; whether it was not there yet. It can be written to some seconds later.

        Raises
        ------
        StateError
            It could not be made.
        """
        return self._rows.create_table()

    def get(self, key: str) -> Item | None:
        """The item under ``key``; ``None`` when there is none."""
        row = self._rows.get(_item_key(key))
        return None if row is None or _expires(row) <= self._clock() else _item(key, row)

    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> Item | None:
        """Put an item where there is none; ``None`` when there is one already."""
        now, where = self._now(), _item_key(key)
        item = _made(key, value, now, ttl)
        refusal = self._rows.put(where, _columns(item), rows.absent())
        if refusal is None:
            return item
        there = refusal.there
        if there is None:
            # Somebody removed what was in the way just now.
            return item if self._rows.put(where, _columns(item), rows.absent()) is None else None
        if _expires(there) > now:
            return None
        condition = rows.there_with("version", there.version)
        return item if self._rows.put(where, _columns(item), condition) is None else None

    def replace(self, key: str, value: bytes, *, version: str, ttl: float | None = None) -> Item | None:
        """Put an item in the place of the one of ``version``; ``None`` when that one is gone."""
        now = self._now()
        item = _made(key, value, now, ttl)
        refusal = self._rows.put(_item_key(key), _columns(item), rows.there_alive(version, now))
        return item if refusal is None else None

    def delete(self, key: str, *, version: str) -> bool:
        """Remove the item of ``version``; whether it was there."""
        return self._rows.delete(_item_key(key), rows.there_alive(version, self._now()))

    def observe(self, observations: Iterable[Observation]) -> dict[str, History]:
        """Set marks and give back what their series then hold, each series in one step."""
        marks: dict[str, list[Observation]] = {}
        for one in observations:
            marks.setdefault(one.series, []).append(one)
        return {series: self._mark(series, several) for series, several in marks.items()}

    def schedule(self, queue: str, member: str, at: float, value: bytes = b"") -> None:
        """Put a member into a queue, or move it."""
        self._now()
        columns = {
            "at": float(at),
            "member": bytearray(raw(member)),
            "value": bytearray(taken(value, member)),
        }
        self._rows.put_anyway(_queue_key(queue, member), columns)

    def due(self, queue: str, now: float, limit: int = 100) -> list[Due]:
        """What is due by ``now``, the oldest first."""
        found = self._rows.in_space(_space("queue", queue), rows.no_later_than("at", now))
        oldest = heapq.nsmallest(limit, found, key=lambda row: (row.columns["at"], row.columns["member"]))
        return [
            Due(text(bytes(row.columns["member"])), row.columns["at"], bytes(row.columns["value"]))
            for row in oldest
        ]

    def unschedule(self, queue: str, member: str, *, at: float) -> bool:
        """Take a member out of a queue if it is still due at ``at``; whether it was."""
        self._now()
        return self._rows.delete(_queue_key(queue, member), rows.there_with("at", float(at)))

    def close(self) -> None:
        """Nothing is held open but idle connections, which end with the client."""

    def _mark(self, name: str, marks: list[Observation]) -> History:
        where, pause = Key(_space("series", name), "series"), _FIRST_PAUSE
        for _ in range(_ATTEMPTS):
            now = self._now()
            row = self._rows.get(where)
            series, expires, given = _series(row, now), 0.0 if row is None else _expires(row), History()
            changed = False
            for mark in marks:
                series, new = observed(series, mark)
                given = series.mark(mark)
                if new:
                    changed, expires = True, max(expires, now + mark.window + SERIES_KEPT)
            if not changed or series is None or self._keep(where, row, name, series, expires) is None:
                return given
            self._sleep(random.uniform(0, pause))
            pause *= 2
        raise StateError(
            f"the series {name!r} was marked by others each time it was to be written: "
            "deliver the event again"
        )

    def _keep(
        self, where: Key, row: Stored | None, name: str, series: Series, expires: float
    ) -> Refusal | None:
        columns = {
            "value": bytearray(series_bytes(series)),
            "version": uuid4().hex,
            "expires": expires,
            "key": _shown(name),
        }
        condition = rows.absent() if row is None else rows.there_with("version", row.version)
        return self._rows.put(where, columns, condition)

    def _now(self) -> float:
        """The time of a write; now and then some of what has expired is removed first."""
        now = self._clock()
        self._removal.before_a_write(now)
        return now


def _made(key: str, value: bytes, now: float, ttl: float | None) -> Item:
    return Item(key, taken(value, key), uuid4().hex, None if ttl is None else now + ttl)


def _columns(item: Item) -> rows.Columns:
    return {
        "value": bytearray(item.value),
        "version": item.version,
        "expires": NEVER if item.expires is None else item.expires,
        "key": _shown(item.key),
    }


def _item(key: str, row: Stored) -> Item:
    expires = _expires(row)
    return Item(key, bytes(row.columns["value"]), row.version or "", None if expires == NEVER else expires)


def _series(row: Stored | None, now: float) -> Series | None:
    if row is None or _expires(row) <= now:
        return None
    return series_of(bytes(row.columns["value"]))


def _expires(row: Stored) -> float:
    return float(row.columns["expires"])


def _item_key(key: str) -> Key:
    return Key(_space("item", key), "item")


def _queue_key(queue: str, member: str) -> Key:
    return Key(_space("queue", queue), digest(member))


def _space(kind: str, name: str) -> str:
    """The first part of a key: it spreads the rows evenly, and takes names of any length."""
    return digest(f"{kind} {name}")


def _shown(name: str) -> str:
    """A name for those who look at the table."""
    return name.encode("utf-8", "backslashreplace").decode()
