"""A series of marks as one value of a row."""

from __future__ import annotations

import zlib

import msgspec
from msgspec import Struct

from eniguard.model import Observation, Series
from eniguard.state.texts import packed, raw, text, unpacked

#: Bytes of a packed series; a column takes 2 MB (Tablestore, limits). The oldest marks of a larger one go.
MOST_BYTES = 1_500_000
#: The part of the marks that go at a time.
_PART = 10
#: Packing is to be fast; what repeats is found as well as on the slower levels.
_LEVEL = 1


class _Mark(Struct, array_like=True, gc=False):
    at: float
    member: bytes
    value: bytes
    given: bytes


class _Packed(Struct, array_like=True, gc=False):
    newest: float
    latest: bytes
    latest_given: bytes
    marks: list[_Mark]


_decode = msgspec.msgpack.Decoder(_Packed).decode
_encode = msgspec.msgpack.Encoder().encode


def observed(series: Series | None, mark: Observation) -> tuple[Series, bool]:
    """The series that a mark belongs to, made if there is none, and whether the mark changes it."""
    if series is None:
        return Series(mark), True
    return series, series.given(mark.member) is None and not series.too_late(mark)


def series_bytes(series: Series) -> bytes:
    """A series as bytes, without its oldest marks if they are too many."""
    while True:
        value, given = series.latest
        marks = [
            _Mark(at, raw(member), raw(seen), packed(kept)) for at, member, (seen, kept) in series.marks()
        ]
        data = zlib.compress(_encode(_Packed(series.newest, raw(value), packed(given), marks)), _LEVEL)
        if len(data) <= MOST_BYTES or not marks:
            return data
        for _ in range(len(marks) // _PART + 1):
            series.forget_oldest()


def series_of(data: bytes) -> Series:
    """The series behind `series_bytes`."""
    found = _decode(zlib.decompress(data))
    marks = ((one.at, text(one.member), (text(one.value), unpacked(one.given))) for one in found.marks)
    return Series.of(marks, (text(found.latest), unpacked(found.latest_given)), found.newest)
