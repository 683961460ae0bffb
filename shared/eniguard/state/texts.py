"""How texts and what a mark was given stand in the back ends."""

from __future__ import annotations

import hashlib

from eniguard.errors import StateError
from eniguard.model import Earlier, History
from eniguard.state.store import MOST_BYTES

#: A series goes this many seconds after its window has passed without a mark, by the clock of the store. Till
#: then events that come late (a dead letter that is redriven, a gap that the sweep fills) meet their window.
SERIES_KEPT = 7 * 86_400.0


def raw(text: str) -> bytes:
    """A text as bytes that sort as the text does; lone surrogates, which events may hold, are kept."""
    return text.encode("utf-8", "surrogatepass")


def text(stored: bytes) -> str:
    """The text behind `raw`."""
    return stored.decode("utf-8", "surrogatepass")


def digest(name: str) -> str:
    """A short name of a fixed length (32 hexadecimal digits) for a text of any length."""
    return hashlib.blake2b(raw(name), digest_size=16).hexdigest()


def packed(history: History) -> bytes:
    """What a mark was given, as one line; the value of the mark before stands last and may hold anything."""
    line = f"{history.count} {history.distinct} {_number(history.first)} {_number(history.last)}".encode()
    before = history.previous
    if before is None:
        return line
    return b"%s %d %d %s" % (line, before.count, before.distinct, raw(before.value))


def unpacked(line: bytes) -> History:
    """What `packed` stands for."""
    count, distinct, first, last, *before = line.split(b" ", 6)
    previous = Earlier(text(before[2]), int(before[0]), int(before[1])) if before else None
    return History(int(count), int(distinct), float(first), float(last), previous)


def taken(value: bytes, name: str) -> bytes:
    """The value, if a store takes it.

    Raises
    ------
    StateError
        It is too long.
    """
    if len(value) > MOST_BYTES:
        raise StateError(
            f"what is to be kept under {name!r} has {len(value)} bytes, and a store takes {MOST_BYTES}: "
            "keep it in several parts"
        )
    return value


def _number(seconds: float | None) -> str:
    return repr(float(seconds or 0.0))
