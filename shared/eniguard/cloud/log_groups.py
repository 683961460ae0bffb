"""Log groups out of the protocol buffers that PullLogs answers with (log_logs.proto of the official SDKs).

The messages have three levels and seven fields that count here; reading them takes the few lines below. The
package ``protobuf`` would do it too, but a function that also carries the SDK of Tablestore is bound to old
versions of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

#: Keys of fields: the number of the field x 8 + its wire type (2: bytes with their length, 0: a number).
_LOG_GROUP = 1 << 3 | 2
_LOG, _TOPIC, _SOURCE = 1 << 3 | 2, 3 << 3 | 2, 4 << 3 | 2
_TIME, _CONTENT = 1 << 3, 2 << 3 | 2
_KEY, _VALUE = 1 << 3 | 2, 2 << 3 | 2
#: Bytes of the wire types with a fixed width.
_FIXED = {1: 8, 5: 4}
#: A number has at most 64 bits, seven in a byte.
_LONGEST = 10


class Log(Struct, frozen=True, gc=False):
    """One log of a group; ``fields`` are its contents by name, ``time`` is in seconds since 1970 (UTC)."""

    topic: str
    source: str
    time: int
    fields: dict[str, bytes]


def logs_of(message: bytes) -> Iterator[Log]:
    """The logs of a LogGroupList, in their order.

    Raises
    ------
    ValueError
        It is none; nothing is given out of a group that cannot be read.
    """
    for key, start, end in _fields(message, 0, len(message)):
        if key == _LOG_GROUP:
            yield from _group(message, start, end)


def _group(message: bytes, start: int, end: int) -> list[Log]:
    topic = source = ""
    places: list[tuple[int, int]] = []
    for key, first, last in _fields(message, start, end):
        if key == _LOG:
            places.append((first, last))
        elif key == _TOPIC:
            topic = message[first:last].decode()
        elif key == _SOURCE:
            source = message[first:last].decode()
    return [_log(message, first, last, topic, source) for first, last in places]


def _log(message: bytes, start: int, end: int, topic: str, source: str) -> Log:
    time = 0
    contents: dict[str, bytes] = {}
    for key, first, last in _fields(message, start, end):
        if key == _CONTENT:
            name, value = _pair(message, first, last)
            contents[name] = value
        elif key == _TIME:
            time = last
    return Log(topic, source, time, contents)


def _pair(message: bytes, start: int, end: int) -> tuple[str, bytes]:
    name, value = "", b""
    for key, first, last in _fields(message, start, end):
        if key == _KEY:
            name = message[first:last].decode()
        elif key == _VALUE:
            value = message[first:last]
    return name, value


def _fields(message: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Key, first and last byte of each field; of a number, its value in place of the last byte."""
    while at < end:
        key, at = _number(message, at, end)
        kind = key & 7
        if kind == 0:
            value, at = _number(message, at, end)
            yield key, 0, value
            continue
        if kind == 2:
            width, at = _number(message, at, end)
        elif kind in _FIXED:
            width = _FIXED[kind]
        else:
            raise ValueError(f"wire type {kind} at byte {at}")
        if at + width > end:
            raise ValueError(f"the message ends in the field at byte {at}")
        yield key, at, at + width
        at += width


def _number(message: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    for place in range(at, min(at + _LONGEST, end)):
        byte = message[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place + 1
        shift += 7
    raise ValueError(f"no number ends at byte {at}")
