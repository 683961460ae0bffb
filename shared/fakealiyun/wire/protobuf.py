"""The wire format of protocol buffers, as far as log groups need it (protobuf.dev, Encoding)."""

from __future__ import annotations

from collections.abc import Iterator

#: Wire types: a number of variable length, eight bytes, bytes with their length, four bytes.
_VARINT, _I64, _LEN, _I32 = 0, 1, 2, 5
_WIDTHS = {_I64: 8, _I32: 4}


def number(field: int, value: int) -> bytes:
    """A field that is a whole number from 0."""
    return _varint(field << 3 | _VARINT) + _varint(value)


def data(field: int, value: bytes) -> bytes:
    """A field that is bytes, a text in UTF-8 or a message."""
    return _varint(field << 3 | _LEN) + _varint(len(value)) + value


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message with their numbers, in their order; those of fixed width as bytes.

    Raises
    ------
    ValueError
        It is no message.
    """
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _read_varint(message, at)
            yield key >> 3, value
            continue
        if kind == _LEN:
            width, at = _read_varint(message, at)
        elif kind in _WIDTHS:
            width = _WIDTHS[kind]
        else:
            raise ValueError(f"wire type {kind}")
        if at + width > len(message):
            raise ValueError("the message ends early")
        yield key >> 3, message[at : at + width]
        at += width


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("the message ends early")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
