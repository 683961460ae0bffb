"""How much of an object has come, and whether it is still the same one."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

_RANGE = re.compile(r"bytes (?P<first>\d+)-\d+/(?P<size>\d+)\Z")


class Progress:
    """The state of one object that is read over one connection, or over several.

    Parameters
    ----------
    etag
        The entity tag that the object has to have; ``None``: that of the first answer.
    """

    def __init__(self, etag: str | None) -> None:
        self.received = 0
        self._etag = etag
        self._size: int | None = None
        self._md5: str | None = None
        self._hash = hashlib.md5(usedforsecurity=False)
        self._open = False

    @property
    def complete(self) -> bool:
        """Whether every byte has come."""
        return self._size is not None and self.received >= self._size

    @property
    def missing(self) -> int:
        """Bytes that are still to come, once an answer has told the size."""
        return (self._size or 0) - self.received

    @property
    def intact(self) -> bool:
        """Whether the MD5 that the answer told is that of the bytes; OSS tells it of most objects."""
        return self._md5 in (None, base64.b64encode(self._hash.digest()).decode())

    def take(self, chunk: bytes) -> None:
        """Count bytes that came."""
        self.received += len(chunk)
        self._hash.update(chunk)

    def was_cut(self) -> bool:
        """Whether the last connection ended early; says so once."""
        was, self._open = self._open, False
        return was

    def conditions(self) -> dict[str, str]:
        """The headers that ask for the rest of this very object."""
        headers = {"accept-encoding": "identity", "user-agent": "eniguard"}
        if self._etag is not None:
            headers["if-match"] = f'"{self._etag}"'
        if self.received:
            headers["range"] = f"bytes={self.received}-"
        return headers

    def begins(self, headers: Mapping[str, str]) -> bool:
        """Whether a body begins where the last one ended; keeps what the answer says of the object."""
        part = _RANGE.match(headers.get("content-range", ""))
        size = part["size"] if part else headers.get("content-length", "")
        if (int(part["first"]) if part else 0) != self.received or not size.isdecimal():
            return False
        self._etag = self._etag or headers.get("etag", "").strip('"') or None
        self._size = int(size)
        self._md5 = self._md5 or headers.get("content-md5")
        self._open = True
        return True
