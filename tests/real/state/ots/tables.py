"""Tables of rows, with the conditions of writes as the documents of Tablestore state them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field

from tablestore.protobuf import table_store_filter_pb2 as filters
from tablestore.protobuf import table_store_pb2 as messages

from tests.real.state.ots.plain_buffer import Part, Row, Value, value_of

#: Limits of Tablestore: bytes of a text in a primary key, and of a column.
_MOST_KEY, _MOST_COLUMN = 1_024, 2 * 1_024 * 1_024

_COMPARED: dict[int, Callable[[object, object], bool]] = {
    filters.CT_EQUAL: operator.eq,
    filters.CT_NOT_EQUAL: operator.ne,
    filters.CT_GREATER_THAN: operator.gt,
    filters.CT_GREATER_EQUAL: operator.ge,
    filters.CT_LESS_THAN: operator.lt,
    filters.CT_LESS_EQUAL: operator.le,
}


class Refused(Exception):
    """An error answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(message)


@dataclass
class Table:
    """The rows of one table."""

    name: str
    names: tuple[str, ...]
    options: messages.TableOptions
    rows: dict[tuple[Part, ...], dict[str, Value]] = field(default_factory=dict)

    def put(self, row: Row, condition: messages.Condition) -> None:
        """PutRow: all columns are replaced."""
        _check_limits(row)
        self._check(row.key, condition)
        self.rows[row.key] = row.columns

    def delete(self, row: Row, condition: messages.Condition) -> None:
        """DeleteRow."""
        self._check(row.key, condition)
        self.rows.pop(row.key, None)

    def between(self, start: tuple[Part, ...], end: tuple[Part, ...]) -> list[tuple[Part, ...]]:
        """The keys from one key to before another."""
        return sorted(key for key in self.rows if start <= key < end)

    def _check(self, key: tuple[Part, ...], condition: messages.Condition) -> None:
        there = self.rows.get(key)
        wanted = condition.row_existence
        if wanted == messages.EXPECT_NOT_EXIST and there is not None:
            raise _failed()
        if wanted == messages.EXPECT_EXIST and there is None:
            raise _failed()
        if condition.column_condition and not passes(condition.column_condition, there or {}):
            raise _failed()


def passes(condition: bytes, columns: dict[str, Value]) -> bool:
    """Whether the columns of a row meet a condition."""
    read = filters.Filter.FromString(condition)
    if read.type == filters.FT_COMPOSITE_COLUMN_VALUE:
        composite = filters.CompositeColumnValueFilter.FromString(read.filter)
        met = [passes(one.SerializeToString(), columns) for one in composite.sub_filters]
        if composite.combinator == filters.LO_NOT:
            return not met[0]
        return all(met) if composite.combinator == filters.LO_AND else any(met)
    single = filters.SingleColumnValueFilter.FromString(read.filter)
    if single.column_name not in columns:
        return not single.filter_if_missing
    stored, wanted = columns[single.column_name], value_of(single.column_value)
    # A value of another type meets nothing.
    return type(stored) is type(wanted) and _COMPARED[single.comparator](stored, wanted)


def _check_limits(row: Row) -> None:
    for _, text in row.key:
        if not 0 < len(text.encode()) <= _MOST_KEY:
            raise Refused(
                400, "OTSParameterInvalid", "The length of a primary key column is not within its limit."
            )
    for value in row.columns.values():
        if isinstance(value, (bytes, str)) and len(value) > _MOST_COLUMN:
            raise Refused(400, "OTSParameterInvalid", "The length of an attribute column exceeds its limit.")


def _failed() -> Refused:
    return Refused(403, "OTSConditionCheckFail", "Condition check failed.")
