"""Rows and values as requests to Tablestore carry them (PlainBuffer); the SDK's own part writes answers."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from tablestore.plainbuffer.plain_buffer_builder import PlainBufferBuilder

Value = int | float | bool | str | bytes
#: A text of a primary key, or what lies before or after all of them: in this order.
Part = tuple[int, str]
SMALLEST: Part = (0, "")
LARGEST: Part = (2, "")

_HEADER = 0x75
_PK, _DATA, _CELL, _NAME, _VALUE, _TYPE, _TIMESTAMP, _DELETED, _ROW_SUM, _CELL_SUM = range(1, 11)


@dataclass
class Row:
    """A decoded row; parts of its primary key can be compared."""

    key: tuple[Part, ...] = ()
    columns: dict[str, Value] = field(default_factory=dict)


def row_of(data: bytes) -> Row:
    """The row that a request carries."""
    return _Reader(data).row()


def value_of(data: bytes) -> Value:
    """The value that a condition compares with: a type and what follows it."""
    kind, rest = data[0], data[1:]
    if kind == 0x0:
        return int(struct.unpack("<q", rest)[0])
    if kind == 0x1:
        return float(struct.unpack("<d", rest)[0])
    if kind == 0x2:
        return bool(rest[0])
    (length,) = struct.unpack_from("<I", rest)
    content = rest[4 : 4 + length]
    assert len(content) == length == len(rest) - 4
    return {0x3: bytes.decode, 0x7: bytes}[kind](content)


def rows_as_bytes(rows: list[tuple[tuple[str, str], dict[str, Value]]], names: tuple[str, ...]) -> bytes:
    """Rows as an answer carries them: one header, then one row after the other."""
    encoded = b""
    for key, columns in rows:
        cells = [(name, _as_sent(value), 1_700_000_000_000) for name, value in columns.items()]
        row = bytes(PlainBufferBuilder.serialize_for_put_row(list(zip(names, key, strict=True)), cells))
        encoded += row if not encoded else row[4:]
    return encoded


def key_as_bytes(key: tuple[str, str], names: tuple[str, ...]) -> bytes:
    """A primary key as an answer carries it."""
    return rows_as_bytes([(key, {})], names)


def _as_sent(value: Value) -> object:
    return bytearray(value) if isinstance(value, bytes) else value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def row(self) -> Row:
        assert self._number() == _HEADER
        assert self._byte() == _PK
        found = Row()
        tag = self._byte()
        while tag == _CELL:
            _, raw, tag = self._cell()
            found.key += (self._part(raw),)
        if tag == _DATA:
            tag = self._byte()
            while tag == _CELL:
                name, raw, tag = self._cell()
                found.columns[name] = value_of(raw)
        if tag == _DELETED:
            tag = self._byte()
        assert tag == _ROW_SUM
        self._byte()
        assert self._at == len(self._data)
        return found

    def _cell(self) -> tuple[str, bytes, int]:
        """Name and value of a cell, and the tag after it."""
        assert self._byte() == _NAME
        name = self._bytes(self._number()).decode()
        assert self._byte() == _VALUE
        value = self._bytes(self._number())
        tag = self._byte()
        assert tag == _CELL_SUM
        self._byte()
        return name, value, self._byte()

    @staticmethod
    def _part(raw: bytes) -> Part:
        if raw[0] in (0x9, 0xA):
            return SMALLEST if raw[0] == 0x9 else LARGEST
        value = value_of(raw)
        assert isinstance(value, str)
        return (1, value)

    def _bytes(self, length: int) -> bytes:
        found = self._data[self._at : self._at + length]
        assert len(found) == length
        self._at += length
        return found

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _number(self) -> int:
        return int(struct.unpack("<I", self._bytes(4))[0])
