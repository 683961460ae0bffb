"""Log lines as JSON objects, one a line, on the standard output that Function Compute collects."""

from __future__ import annotations

import sys
from typing import Any, TextIO

import msgspec
from msgspec import Struct

from eniguard.toolkit.context import FcContext

_encode = msgspec.json.Encoder().encode


class JsonLines:
    """Writes one JSON object a line, each with the fields that name the function and the request.

    Parameters
    ----------
    context
        The call that is being served.
    cold_start
        Whether it is the first call of this instance.
    stream
        Where lines go; the standard output by default.

    Examples
    --------
    >>> JsonLines(FcContext(request_id="r-1")).write("started", rules=40)
    {"kind":"started","request_id":"r-1","function":null,"cold_start":false,"rules":40}
    """

    __slots__ = ("_fields", "_stream")

    def __init__(self, context: FcContext, *, cold_start: bool = False, stream: TextIO | None = None) -> None:
        self._fields = {
            "request_id": context.request_id,
            "function": context.function_name,
            "cold_start": cold_start,
        }
        self._stream = stream

    def write(self, kind: str, record: Struct | None = None, **fields: Any) -> None:
        """Write one line.

        Parameters
        ----------
        kind
            What the line is about: ``decision``, ``finding``, ``dead_letter`` …
        record
            A record whose fields the line carries.
        fields
            More fields.
        """
        carried = {} if record is None else msgspec.to_builtins(record)
        line = {"kind": kind, **self._fields, **carried, **fields}
        stream = sys.stdout if self._stream is None else self._stream
        stream.write(_json(line) + "\n")


def _json(line: dict[str, Any]) -> str:
    """The line as JSON; texts that are not valid Unicode (a lone surrogate) are escaped, not lost."""
    try:
        return _encode(line).decode()
    except UnicodeEncodeError:
        import json

        return json.dumps(line)
