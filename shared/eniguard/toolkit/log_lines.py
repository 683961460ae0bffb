"""One record as lines that Function Compute does not cut.

A record that is too long for one line becomes a first line that keeps what is short, and lines that hold the
rest: their texts, joined in the order of ``part``, are a JSON object with the fields that the first one left
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

#: Function Compute cuts log lines at 32 KB (docs/sources.md, Function Compute); so does none of these,
#: whether that means 32,768 or 32,000 bytes, the newline included.
LONGEST_LINE = 31_999
#: Fields up to this many bytes stay in the first line, so that a search finds it.
_SHORT_FIELD = 512
#: A record is cut after this many lines, about 3 MB.
MOST_PARTS = 100
#: The names that say which lines belong together; a record's own fields may not bear them.
MARKS = ("line", "part", "parts", "cut_bytes")
#: The bytes these take at most, with ``text``.
_MARKS = 200

_encode = msgspec.json.Encoder().encode


def json_of(line: object) -> bytes:
    """The line as JSON; texts that are not valid Unicode and very large numbers are written, not lost."""
    try:
        return _encode(line)
    except (UnicodeEncodeError, OverflowError):
        import json

        return json.dumps(line, separators=(",", ":")).encode()


def lines_of(header: dict[str, Any], fields: dict[str, Any], number: int) -> Iterator[bytes]:
    """The lines of one record, without newlines.

    Parameters
    ----------
    header
        What every line of the record says: its kind, level, time, request id …
    fields
        What it is about; JSON's own types only.
    number
        Tells the record from others of the same function instance.
    """
    whole = json_of({**header, **fields})
    if len(whole) < LONGEST_LINE:
        yield whole
        return
    if len(json_of(header)) > LONGEST_LINE // 2:
        header = {"kind": str(header.get("kind"))[:100]}
    short, long = _by_length(header, fields)
    texts, cut = _texts(json_of(long).decode(), LONGEST_LINE - len(json_of(header)) - _MARKS)
    marks = {"line": number, "parts": len(texts)} | ({"cut_bytes": cut} if cut else {})
    yield json_of({**header, **short, **marks})
    for part, text in enumerate(texts, start=1):
        yield json_of({**header, **marks, "part": part, "text": text})


def _by_length(header: dict[str, Any], fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The short fields, if they fit into one line together, and all others."""
    short = {name: value for name, value in fields.items() if len(json_of({name: value})) <= _SHORT_FIELD}
    if len(json_of({**header, **short})) + _MARKS > LONGEST_LINE:
        return {}, fields
    return short, {name: value for name, value in fields.items() if name not in short}


def _texts(left: str, room: int) -> tuple[list[str], int]:
    """The text in pieces of no more than ``room`` bytes, and how many bytes are beyond the last one."""
    texts: list[str] = []
    while left and len(texts) < MOST_PARTS:
        text = _beginning(left, room)
        texts.append(text)
        left = left[len(text) :]
    return texts, len(left.encode())


def _beginning(text: str, room: int) -> str:
    """As much of the text as takes no more than ``room`` bytes as a JSON string."""
    text = text[:room]
    while len(json_of(text)) > room:
        text = text[: len(text) * room // (len(json_of(text)) + 1)]
    return text
