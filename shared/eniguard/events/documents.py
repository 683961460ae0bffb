"""Delivered bytes cut into events: JSON arrays, objects and JSON lines, of any size, in flat memory.

The common case, a document that fits one piece, is decoded in one call. Everything else is read piece by
piece. A piece ends where the next event seems to begin; that msgspec can parse it is the proof that the cut
was right. Where no cut parses, brackets are counted instead, so that one broken event costs only itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Raw, Struct

from eniguard.errors import InputError
from eniguard.events.header import HEADER, HEADERS, Header
from eniguard.events.window import SPACE, Window, between, extents

#: Bytes decoded in one call, and the most one event may have. ActionTrail events have a few KB; the largest
#: request the documents name is a 512 KiB template.
PIECE = 1_000_000
#: Bytes up to which one JSON object (a LookupEvents page, say) is read as a whole.
ONE_OBJECT = 32 << 20
#: Bytes that may be scanned in vain for the ends of events before the rest of a document is given up.
MOST_IN_VAIN = 64 << 20
#: Ends of a piece that are tried, from the last one back; the last one may lie inside an event.
_CUTS = 8
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_VALUES = msgspec.json.Decoder(list[Raw])
_VALUE = msgspec.json.Decoder(Raw)
_FIRST_KEY = re.compile(rb'\{\s*("[^"\\]{1,64}")\s*:')


class Element(Struct, frozen=True):
    """One value of a document as text, and its place in the document in bytes."""

    text: bytes
    offset: int


class Shard(Struct, frozen=True):
    """A run of values whose headers were decoded in one call."""

    headers: list[Header]
    text: bytes
    offset: int
    array: bool

    def elements(self) -> Elements:
        """The same values as text, one for each header."""
        values = _VALUES.decode(self.text) if self.array else _VALUE.decode_lines(self.text)
        return Elements(values, self.text, self.offset, self.array)


class Elements:
    """The values of a well-formed text as elements; asked for in ascending order."""

    def __init__(self, values: list[Raw], text: bytes, offset: int, array: bool) -> None:
        self._values = values
        self._comma = 1 if array else 0
        self._text = text
        self._offset = offset
        self._next = 0
        self._at = 0

    def __getitem__(self, number: int) -> Element:
        for passed in self._values[self._next : number]:
            self._at += memoryview(passed).nbytes + self._comma
        value = bytes(self._values[number])
        begin = self._text.index(value, self._at)
        self._next, self._at = number + 1, begin + len(value)
        return Element(value, self._offset + begin)


class Loose(Struct, frozen=True):
    """Values that have to be looked at one by one."""

    values: list[Element]
    array: bool


class Broken(Struct, frozen=True):
    """An event that has no end: what is wrong, and where it begins."""

    problem: str
    offset: int


#: What a document falls into, in order; an ``InputError`` concerns the document, not one event.
Part = Shard | Loose | Broken | InputError


def values_of(text: bytes, offset: int, *, array: bool) -> Shard | Loose | None:
    """The values of a JSON array, or of JSON texts one after the other; ``None`` if it is not well-formed.

    A single value that is no event, or bytes that are not UTF-8, make all of them loose.
    """
    try:
        check_utf8(text)
        headers = HEADERS.decode(text) if array else HEADER.decode_lines(text)
    except (msgspec.ValidationError, UnicodeDecodeError):
        return loose(text, offset, array=array)
    except (msgspec.DecodeError, RecursionError):
        return None
    return Shard(headers, text, offset, array)


def loose(text: bytes, offset: int, *, array: bool) -> Loose | None:
    """As :func:`values_of`, for values of any kind."""
    try:
        values = _VALUES.decode(text) if array else _VALUE.decode_lines(text)
    except (msgspec.MsgspecError, RecursionError):
        return None
    elements = Elements(values, text, offset, array)
    return Loose([elements[number] for number in range(len(values))], array)


def check_utf8(text: bytes) -> None:
    """Raise ``UnicodeDecodeError`` unless the text is UTF-8, also where no decoder looks."""
    if not text.isascii():
        text.decode()


def parts(blocks: Iterable[bytes | InputError], path: str) -> Iterator[Part]:
    """The events of one document, in order.

    Parameters
    ----------
    blocks
        The document in blocks of any size. An ``InputError`` as the last one says why the rest is missing;
        what came before is still read, and the error is the last part.
    path
        The name of the document, for messages.
    """
    window = Window(blocks)
    window.fill(PIECE + 1)
    if window.peek(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK:
        window.at += len(_BYTE_ORDER_MARK)
    window.skip(SPACE)
    if window.fill(PIECE + 1):
        yield from _document(window, path)
    elif window.trouble is None:
        yield InputError("nothing in it; expected recorded events as JSON", path=path, offset=0)
    if window.trouble is not None:
        yield window.trouble


def _document(window: Window, path: str) -> Iterator[Part]:
    first = window.peek(1)
    if window.ended and window.trouble is None and window.left <= PIECE and first in (b"[", b"{"):
        whole = values_of(window.peek(PIECE), window.place, array=first == b"[")
        if whole is not None:
            yield whole
            return
    if first == b"[":
        yield from _values(window, path)
    elif _is_lines(window):
        yield from _lines(window)
    elif first == b"{":
        yield from _objects(window, path)
    else:
        begin = window.peek(20).decode("utf-8", "backslashreplace")
        expected = "expected recorded events as a JSON array, a JSON object or JSON lines"
        yield InputError(f"begins with {begin!r}; {expected}", path=path, offset=window.place)


def _is_lines(window: Window) -> bool:
    """Whether a line is a JSON text of its own.

    The first lines may be broken or a heading. In a document that begins with a brace only two are tried: a
    later line of one indented object can look like a line of its own.
    """
    most = 2 if window.peek(1) == b"{" else 20
    lines = window.peek(PIECE).split(b"\n", most)[:most]
    return len(lines) > 1 and any(
        line.lstrip(SPACE)[:1] in (b"{", b"[") and loose(line, 0, array=False) is not None for line in lines
    )


def _lines(window: Window) -> Iterator[Part]:
    """JSON lines, in pieces that end with a line."""
    while window.fill(PIECE + 1):
        end = window.text.rfind(b"\n", window.at, window.at + PIECE) + 1
        if window.ended and window.left <= PIECE and not (end and window.trouble):
            end = len(window.text)
        if not end:
            yield Broken(f"a line of more than {PIECE} bytes; expected one event a line", window.place)
            window.skip_line(PIECE)
            continue
        text, offset = window.text[window.at : end], window.place
        window.at = end
        found = values_of(text, offset, array=False)
        if found is not None:
            yield found
        elif window.trouble is None or text.endswith(b"\n"):
            yield Loose(_each_line(text, offset), array=False)


def _each_line(text: bytes, offset: int) -> list[Element]:
    found = []
    for line in text.split(b"\n"):
        if line.strip(SPACE):
            found.append(Element(line, offset))
        offset += len(line) + 1
    return found


def _objects(window: Window, path: str) -> Iterator[Part]:
    """One large object, or several one after the other."""
    window.fill(ONE_OBJECT + 1)
    whole = None
    if window.ended and window.left <= ONE_OBJECT:
        whole = loose(window.peek(ONE_OBJECT), window.place, array=False)
    if whole is not None:
        window.at = len(window.text)
        yield whole
    else:
        yield from _values(window, path)


def _values(window: Window, path: str) -> Iterator[Part]:
    """Arrays and objects one after the other; the elements of an array count like values of their own."""
    array, in_vain, key = False, 0, b'"'
    while True:
        window.fill(PIECE + 1)
        window.skip(SPACE + b",")
        window.fill(PIECE + 1)
        first = window.peek(1)
        if not first:
            if array and window.trouble is None:
                yield InputError("the array does not end; expected ]", path=path, offset=window.place)
            return
        if first == (b"]" if array else b"["):
            array = not array
            window.at += 1
            continue
        if found := _FIRST_KEY.match(window.text, window.at):
            key = found[1]
        piece = _piece(window, key) if array else None
        if piece is not None:
            yield piece
            continue
        complete, scanned = _salvaged(window)
        if complete:
            yield Loose(complete, array)
            continue
        begin, in_vain = window.place, in_vain + scanned
        if in_vain > MOST_IN_VAIN:
            yield InputError("too many events that do not end; the rest is not read", path=path, offset=begin)
            return
        window.at += 1
        if window.skip_to_next(key, PIECE):
            yield Broken(f"an event that does not end, or has more than {PIECE} bytes; left out", begin)
        elif window.trouble is None:
            yield Broken("the input ends in the middle of an event; expected the rest of it", begin)
            return


def _piece(window: Window, key: bytes) -> Shard | Loose | None:
    """The longest run of array elements in memory that can be parsed; ``None`` if there is none."""
    text, at, offset = window.text, window.at, window.place - 1
    if window.ended and window.left <= PIECE:
        rest = values_of(b"[" + text[at:], offset, array=True)
        if rest is not None:
            window.at = text.rindex(b"]")
            return rest
    end = at + PIECE
    for _ in range(_CUTS):
        end = text.rfind(key, at + 1, end)
        if end < 0:
            return None
        gap = between(text, end, at)
        found = None if gap is None else values_of(b"[" + text[at : gap[0]] + b"]", offset, array=True)
        if gap is not None and found is not None:
            window.at = gap[1]
            return found
    return None


def _salvaged(window: Window) -> tuple[list[Element], int]:
    """The values in memory that are complete, good or bad; if none is, how many bytes were scanned."""
    text, at, base = window.text, window.at, window.place - window.at
    found, stop = extents(text, at, min(len(text), at + 2 * PIECE))
    if found:
        window.at = found[-1][1]
    return [Element(text[begin:end], base + begin) for begin, end in found], stop - at
