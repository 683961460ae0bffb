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
ONE_OBJECT = 64 << 20
#: Unclosed events after which the rest of a document is given up; each costs a scan of up to two pieces.
MOST_UNCLOSED = 50
#: Ends of a piece that are tried, from the last one back; the last one may lie inside an event.
_CUTS = 8
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_VALUES = msgspec.json.Decoder(list[Raw])
_VALUE = msgspec.json.Decoder(Raw)
_FIRST_KEY = re.compile(rb'\{\s*("[^"\\]{1,64}")')


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

    def elements(self) -> list[Element]:
        """The same values as text, one for each header."""
        values = _VALUES.decode(self.text) if self.array else _VALUE.decode_lines(self.text)
        return _placed(values, self.text, self.offset)


#: What a document falls into, in order.
Part = Shard | list[Element] | InputError


def values_of(text: bytes, offset: int, *, array: bool) -> Shard | list[Element] | None:
    """The values of a JSON array, or of JSON texts one after the other; ``None`` if it is not well-formed.

    A single value that is no event, or bytes that are not UTF-8, make it fall into elements.
    """
    try:
        check_utf8(text)
        headers = HEADERS.decode(text) if array else HEADER.decode_lines(text)
    except (msgspec.ValidationError, UnicodeDecodeError):
        return elements_of(text, offset, array=array)
    except (msgspec.DecodeError, RecursionError):
        return None
    return Shard(headers, text, offset, array)


def elements_of(text: bytes, offset: int, *, array: bool) -> list[Element] | None:
    """As :func:`values_of`, always in elements."""
    try:
        values = _VALUES.decode(text) if array else _VALUE.decode_lines(text)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return _placed(values, text, offset)


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
        yield from _lines(window, path)
    elif first == b"{":
        yield from _objects(window, path)
    else:
        expected = "expected recorded events as a JSON array, a JSON object or JSON lines"
        yield InputError(f"starts with {window.peek(20)!r}; {expected}", path=path, offset=window.place)


def _is_lines(window: Window) -> bool:
    """Whether a line is a JSON text of its own.

    The first lines may be broken or a heading. In a document that begins with a brace only two are tried: a
    later line of one indented object can look like a line of its own.
    """
    most = 2 if window.peek(1) == b"{" else 20
    lines = window.peek(PIECE).split(b"\n", most)[:most]
    return len(lines) > 1 and any(
        line.lstrip(SPACE)[:1] in (b"{", b"[") and elements_of(line, 0, array=False) is not None for line in lines
    )


def _lines(window: Window, path: str) -> Iterator[Part]:
    """JSON lines, in pieces that end with a line."""
    while window.fill(PIECE + 1):
        end = window.text.rfind(b"\n", window.at, window.at + PIECE) + 1
        if window.ended and window.left <= PIECE and not (end and window.trouble):
            end = len(window.text)
        if not end:
            yield InputError(f"a line of more than {PIECE} bytes; expected one event", path=path, offset=window.place)
            window.skip_line(PIECE)
            continue
        text, offset = window.text[window.at : end], window.place
        window.at = end
        found = values_of(text, offset, array=False)
        if found is not None:
            yield found
        elif window.trouble is None or text.endswith(b"\n"):
            yield _each_line(text, offset)


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
        whole = elements_of(window.peek(ONE_OBJECT), window.place, array=False)
    if whole is not None:
        window.at = len(window.text)
        yield whole
    else:
        yield from _values(window, path)


def _values(window: Window, path: str) -> Iterator[Part]:
    """Arrays and objects one after the other; the elements of an array count like values of their own."""
    array, unclosed, key = False, 0, b'"'
    while True:
        window.fill(PIECE + 1)
        window.skip(SPACE + b",")
        window.fill(PIECE + 1)
        first = window.peek(1)
        if not first:
            if array and window.trouble is None:
                yield _cut(path, window.place)
            return
        if first == (b"]" if array else b"["):
            array = not array
            window.at += 1
            continue
        if found := _FIRST_KEY.match(window.text, window.at):
            key = found[1]
        piece = _piece(window, key) if array else None
        if piece is None:
            piece = _salvaged(window)
        if piece:
            yield piece
            continue
        begin, unclosed = window.place, unclosed + 1
        if unclosed > MOST_UNCLOSED:
            yield InputError("too many events that do not end; the rest is not read", path=path, offset=begin)
            return
        window.at += 1
        if window.skip_to_next(key, PIECE):
            problem = f"an event that does not end within {PIECE} bytes or before the next one; left out"
            yield InputError(problem, path=path, offset=begin)
        elif window.trouble is None:
            yield _cut(path, begin)
            return


def _cut(path: str, offset: int) -> InputError:
    return InputError("the input ends in the middle; expected the end of the event or array", path=path, offset=offset)


def _piece(window: Window, key: bytes) -> Shard | list[Element] | None:
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


def _salvaged(window: Window) -> list[Element]:
    """The values in memory that are complete, good or bad; empty if not even the next one is."""
    text, base = window.text, window.place - window.at
    found = extents(text, window.at, min(len(text), window.at + 2 * PIECE))
    if found:
        window.at = found[-1][1]
    return [Element(text[begin:end], base + begin) for begin, end in found]


def _placed(values: list[Raw], text: bytes, offset: int) -> list[Element]:
    """Values with their places: each stands after the one before."""
    found, at = [], 0
    for value in values:
        slice_ = bytes(value)
        at = text.index(slice_, at)
        found.append(Element(slice_, offset + at))
        at += len(slice_)
    return found
