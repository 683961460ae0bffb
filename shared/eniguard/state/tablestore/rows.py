"""The rows of one table, read and written under conditions; all that is asked of Tablestore is asked here.

Traps (docs/sources.md, State): a column condition lets rows pass that lack the column unless it is told not
to; a row that must not exist cannot be one that has expired as well; and a write whose answer was lost may
have happened, so that each carries a token by which it is known again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from tablestore import (
    INF_MAX,
    INF_MIN,
    BatchWriteRowRequest,
    ComparatorType,
    CompositeColumnCondition,
    Condition,
    DeleteRowItem,
    Direction,
    LogicalOperator,
    OTSClientError,
    OTSServiceError,
    ReservedThroughput,
    Row,
    RowExistenceExpectation,
    SingleColumnCondition,
    TableInBatchWriteRowItem,
    TableMeta,
    TableOptions,
)
from tablestore import CapacityUnit as Capacity
from urllib3.exceptions import HTTPError

from eniguard.errors import StateError

#: The primary key, of two texts.
SPACE, NAME = "space", "name"
#: The error codes that say what became of a write (Tablestore, list of error codes).
_CONDITION_FAILED = "OTSConditionCheckFail"
_EXISTS = "OTSObjectAlreadyExist"
#: The codes after which a write may have happened; the SDK does not send writes again after them.
_UNDECIDED = {"OTSTimeout", "OTSInternalServerError", "OTSServerUnavailable"}
#: A time after every other, for what does not expire: every item then has the column ``expires``.
NEVER = 1e15

Columns = dict[str, Any]


class Key(Struct, frozen=True):
    """Which row."""

    space: str
    name: str

    def primary_key(self) -> list[tuple[str, str]]:
        return [(SPACE, self.space), (NAME, self.name)]


class Stored(Struct, frozen=True):
    """A row as it stands in the table."""

    key: Key
    columns: Columns

    @property
    def version(self) -> str | None:
        """The token of the write that made it."""
        version = self.columns.get("version")
        return None if version is None else str(version)


class Refusal(Struct, frozen=True):
    """A write that did not happen, and the row that stands there."""

    there: Stored | None


class Unanswered(StateError):
    """Whether a write happened is not known."""


class Rows:
    """One table.

    Parameters
    ----------
    client
        An ``OTSClient``.
    table
        The name of the table.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def create_table(self) -> bool:
        """Make the table; whether it was not there yet. It can be written to some seconds later."""
        meta = TableMeta(self._table, [(SPACE, "STRING"), (NAME, "STRING")])
        # Rows live for ever by the table: its time to live is one for all, a day or more, and what has no
        # expiry stands here as well. What has expired is removed by the guard.
        options = TableOptions(time_to_live=-1, max_version=1)
        try:
            with _told():
                self._client.create_table(meta, options, ReservedThroughput(Capacity(0, 0)))
        except _Refused as refused:
            if refused.code == _EXISTS:
                return False
            raise
        return True

    def get(self, key: Key) -> Stored | None:
        """A row; ``None`` when there is none."""
        with _told():
            _, row, _ = self._client.get_row(self._table, key.primary_key(), max_version=1)
        return None if row is None else _stored(row)

    def put(self, key: Key, columns: Columns, condition: Any) -> Refusal | None:
        """Write a row under a condition; ``None`` when it was written.

        ``columns`` hold the token of this write, by which it is known whose row stands there.
        """
        try:
            if self._put(key, columns, condition):
                return None
        except Unanswered:
            there = self.get(key)
            if there is not None and there.version == columns["version"]:
                return None
            if self._put(key, columns, condition):
                return None
        # Also a write that was sent again is refused, by the row that it wrote the first time.
        there = self.get(key)
        return None if there is not None and there.version == columns["version"] else Refusal(there)

    def put_anyway(self, key: Key, columns: Columns) -> None:
        """Write a row whatever stands there."""
        condition = Condition(RowExistenceExpectation.IGNORE)
        try:
            self._put(key, columns, condition)
        except Unanswered:
            self._put(key, columns, condition)

    def delete(self, key: Key, condition: Any) -> bool:
        """Remove a row under a condition; whether it is gone by it.

        One whose answer was lost is taken to have happened when the row is gone.
        """
        try:
            return self._delete(key, condition)
        except Unanswered:
            return self.get(key) is None or self._delete(key, condition) or self.get(key) is None

    def in_space(self, space: str, condition: Any) -> Iterator[Stored]:
        """The rows of one space that meet a condition, by name."""
        start: Any = [(SPACE, space), (NAME, INF_MIN)]
        while start is not None:
            rows, start = self._page(start, [(SPACE, space), (NAME, INF_MAX)], condition, None)
            yield from rows

    def page(self, space: str, condition: Any, limit: int) -> tuple[list[Stored], str | None]:
        """Rows that meet a condition, of ``limit`` from ``space`` on; and the space to go on from, if any."""
        end = [(SPACE, INF_MAX), (NAME, INF_MAX)]
        rows, start = self._page([(SPACE, space), (NAME, INF_MIN)], end, condition, limit)
        return rows, None if start is None else str(start[0][1])

    def delete_unchanged(self, rows: Iterable[Stored]) -> None:
        """Remove rows, at most 200, each unless it was written meanwhile."""
        items = [
            DeleteRowItem(Row(row.key.primary_key()), there_with("version", row.version or ""))
            for row in rows
        ]
        if not items:
            return
        request = BatchWriteRowRequest()
        request.add(TableInBatchWriteRowItem(self._table, items))
        with _told():
            self._client.batch_write_row(request)

    def _page(self, start: Any, end: Any, condition: Any, limit: int | None) -> tuple[list[Stored], Any]:
        with _told():
            _, following, rows, _ = self._client.get_range(
                self._table,
                Direction.FORWARD,
                start,
                end,
                limit=limit,
                column_filter=condition,
                max_version=1,
            )
        return [_stored(row) for row in rows], following

    def _put(self, key: Key, columns: Columns, condition: Any) -> bool:
        row = Row(key.primary_key(), list(columns.items()))
        return self._happened(lambda: self._client.put_row(self._table, row, condition))

    def _delete(self, key: Key, condition: Any) -> bool:
        row = Row(key.primary_key())
        return self._happened(lambda: self._client.delete_row(self._table, row, condition))

    @staticmethod
    def _happened(write: Any) -> bool:
        try:
            with _told():
                write()
        except _Refused as refused:
            if refused.code == _CONDITION_FAILED:
                return False
            raise
        return True


def absent() -> Any:
    """The condition that there is no row."""
    return Condition(RowExistenceExpectation.EXPECT_NOT_EXIST)


def there_with(column: str, value: object) -> Any:
    """The condition that there is a row with a value in a column."""
    return Condition(RowExistenceExpectation.EXPECT_EXIST, _single(column, value, ComparatorType.EQUAL))


def there_alive(version: str, now: float) -> Any:
    """The condition that there is the row of a version, and that it has not expired."""
    both = CompositeColumnCondition(LogicalOperator.AND)
    both.add_sub_condition(_single("version", version, ComparatorType.EQUAL))
    both.add_sub_condition(_single("expires", now, ComparatorType.GREATER_THAN))
    return Condition(RowExistenceExpectation.EXPECT_EXIST, both)


def no_later_than(column: str, moment: float) -> Any:
    """For reading: rows with a time in a column that is not after a moment."""
    return _single(column, moment, ComparatorType.LESS_EQUAL)


def _single(column: str, value: object, comparator: Any) -> Any:
    stored = float(value) if isinstance(value, int) else value
    # By default a row without the column passes.
    return SingleColumnCondition(column, stored, comparator, pass_if_missing=False)


def _stored(row: Any) -> Stored:
    (_, space), (_, name) = row.primary_key
    columns = {column: value for column, value, _ in row.attribute_columns}
    return Stored(Key(str(space), str(name)), columns)


class _Refused(StateError):
    """What Tablestore refused, with its code."""

    def __init__(self, message: str, code: str) -> None:
        self.code = code
        super().__init__(message)


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the SDK, and of urllib3 behind it, as errors of the store."""
    try:
        yield
    except OTSServiceError as error:
        if error.code in _UNDECIDED or error.http_status >= 500:
            raise Unanswered(f"Tablestore could not answer: {error}; see to the instance") from error
        raise _Refused(
            f"Tablestore refused: {error}; see to the table and what the function's role may do", error.code
        ) from error
    except (OTSClientError, HTTPError) as error:
        raise Unanswered(f"Tablestore is out of reach: {error}; see to the url and the way to it") from error
