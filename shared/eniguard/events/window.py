"""The part of a document that is in memory, and where the values in it begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from eniguard.errors import InputError

SPACE = b" \t\r\n"

#: How far back from the first key of an event its brace and the end of the event before are looked for.
_REACH = 192
_BETWEEN = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*(\{)[ \t\r\n]*\Z")
#: After an event that does not end, its closing brace may be what is missing.
_AFTER_BROKEN = re.compile(rb"[},\n][ \t\r\n]*(\{)[ \t\r\n]*\Z")
_QUOTE = 0x22
#: The bracket that ends what a bracket begins.
_CLOSING = {0x7B: 0x7D, 0x5B: 0x5D}
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["{}\[\]]', re.DOTALL)


class Window:
    """A moving view of a document that arrives in blocks.

    ``text[at:]`` is what is not read yet. ``ended`` says that no block is left, ``trouble`` why the rest of
    the document could not be had.
    """

    def __init__(self, blocks: Iterable[bytes | InputError]) -> None:
        self._blocks: Iterator[bytes | InputError] = iter(blocks)
        self._dropped = 0
        self.text = b""
        self.at = 0
        self.ended = False
        self.trouble: InputError | None = None

    @property
    def place(self) -> int:
        """The place of ``at`` in the whole document, in bytes."""
        return self._dropped + self.at

    @property
    def left(self) -> int:
        """The number of bytes in memory that are not read yet."""
        return len(self.text) - self.at

    def peek(self, size: int) -> bytes:
        """The next bytes, at most ``size``."""
        return self.text[self.at : self.at + size]

    def fill(self, size: int) -> bool:
        """Read on until ``size`` bytes are in memory or the document ends; whether there are any."""
        if self.left >= size or self.ended:
            return self.left > 0
        kept = [self.text[self.at :]] if self.left else []
        held = self.left
        while held < size and not self.ended:
            block = next(self._blocks, None)
            if isinstance(block, bytes):
                kept.append(block)
                held += len(block)
            else:
                self.ended, self.trouble = True, block
        self._dropped += self.at
        self.text, self.at = b"".join(kept), 0
        return held > 0

    def skip(self, separators: bytes) -> None:
        """Move past separators."""
        while self.fill(1):
            rest = self.peek(256).lstrip(separators)
            self.at += min(256, self.left) - len(rest)
            if rest:
                return

    def skip_line(self, size: int) -> None:
        """Move past the end of the line; ``size`` is how much to read at once."""
        while self.fill(1):
            end = self.text.find(b"\n", self.at)
            if end >= 0:
                self.at = end + 1
                return
            self.at = len(self.text)
            self.fill(size)

    def skip_to_next(self, key: bytes, size: int) -> bool:
        """Move to the next event that begins with ``key``; ``False`` when the document ends before."""
        floor = self.at
        while True:
            found = self.text.find(key, self.at)
            if found >= 0:
                self.at = found + 1
                begin = max(floor, found - _REACH)
                if (brace := _AFTER_BROKEN.search(self.text[begin:found])) is not None:
                    self.at = begin + brace.start(1)
                    return True
                continue
            if self.ended:
                self.at = len(self.text)
                return False
            self.at = max(self.at, len(self.text) - _REACH - len(key))
            self.fill(self.left + size)
            floor = 0


def between(text: bytes, key_at: int, floor: int) -> tuple[int, int] | None:
    """The end of one object and the begin of the next, if the key at ``key_at`` is the first of an object.

    Nothing before ``floor`` is looked at.
    """
    begin = max(floor, key_at - _REACH)
    found = _BETWEEN.search(text[begin:key_at])
    return None if found is None else (begin + found.start() + 1, begin + found.start(1))


def extents(text: bytes, begin: int, end: int) -> tuple[list[tuple[int, int]], int]:
    """Where the complete values between ``begin`` and ``end`` stand, by counting brackets.

    Stops at a bracket that closes what was open before, and at a value that does not end; the second result
    is the place where that showed. What stands between values and is no separator is an extent of its own.
    """
    found: list[tuple[int, int]] = []
    closing: list[int] = []
    start, after = begin, begin
    stop = end
    for token in _TOKEN.finditer(text, begin, end):
        at, mark = token.start(), text[token.start()]
        if mark == _QUOTE:
            if token.end() - at == 1:  # the quote of a text that does not end
                stop = at
                break
        elif mark in _CLOSING:
            if not closing:
                found.extend(_stray(text, after, at))
                start = at
            closing.append(_CLOSING[mark])
        elif not closing:
            found.extend(_stray(text, after, at))
            stop = at
            break
        elif mark != closing.pop():
            stop = at
            break
        elif not closing:
            after = token.end()
            found.append((start, after))
    return found, stop


def _stray(text: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
    stray = text[begin:end].strip(SPACE + b",")
    if stray:
        at = text.index(stray, begin)
        yield at, at + len(stray)
