"""Log records as JSON objects, one a line, on the standard output that Function Compute collects."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from itertools import count
from typing import Any, Literal, TextIO

import msgspec
from msgspec import Struct

from eniguard.toolkit.context import FcContext
from eniguard.toolkit.log_lines import MARKS, lines_of
from eniguard.toolkit.raised import described
from eniguard.toolkit.redaction import Redactor

Level = Literal["debug", "info", "warning", "error", "critical"]
#: The levels of the standard library's logging, with its numbers.
LEVELS: dict[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
#: Bound texts come from outside as well (a correlation id) and stand in every line.
_LONGEST_BOUND = 256


class Logger:
    """Writes records as JSON objects, one a line; secrets in them are hidden.

    ``write`` is for what the function is there to say (decisions, findings, dead letters, metrics) and is
    never filtered; ``debug`` to ``critical`` are for what it says about itself.

    Parameters
    ----------
    context
        The call that is being served; its request id and function stand in each line, its credentials in
        none.
    cold_start
        Whether it is the first call of this instance.
    level
        The lowest level that is written.
    redactor
        What hides secrets; share it with `Secrets`, so that what they fetch is hidden.
    stream
        Where lines go; the standard output by default.
    clock
        Gives seconds since 1970 (UTC).

    Examples
    --------
    >>> log = Logger(clock=lambda: 1772366400.0)
    >>> log.bind(event_id="e-1").info("started", rules=40)
    {"kind":"started","level":"info","time":"2026-03-01T12:00:00.000Z","event_id":"e-1","rules":40}
    """

    __slots__ = ("_bound", "_clock", "_lowest", "_numbers", "_stream", "redactor")

    def __init__(
        self,
        context: FcContext | None = None,
        *,
        cold_start: bool = False,
        level: Level = "info",
        redactor: Redactor | None = None,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redactor = Redactor() if redactor is None else redactor
        self._lowest = LEVELS[level]
        self._stream = stream
        self._clock = clock
        self._numbers = count(1)
        self._bound: dict[str, Any] = {} if context is None else self._of_call(context, cold_start=cold_start)

    def serving(self, context: FcContext, *, cold_start: bool = False) -> Logger:
        """A logger like this one for one call of the function."""
        return self.bind(**self._of_call(context, cold_start=cold_start))

    def bind(self, **fields: str | float | bool | None) -> Logger:
        """A logger like this one whose lines also carry these fields; texts are cut at 256 characters."""
        bound = {name: _short(value) for name, value in fields.items()}
        other = object.__new__(Logger)
        other.redactor, other._lowest, other._stream = self.redactor, self._lowest, self._stream
        other._clock, other._numbers = self._clock, self._numbers
        other._bound = {**self._bound, **bound}
        return other

    def write(self, kind: str, record: Struct | None = None, /, **fields: Any) -> None:
        """Write one record, whatever the level.

        Parameters
        ----------
        kind
            What it is about: ``decision``, ``finding``, ``dead_letter`` …
        record
            A record whose fields the line carries.
        fields
            More fields. One whose name the line itself needs gets an underscore at its end. An exception
            becomes its type, text, places and cause; what has no form in JSON is told by its type alone.
        """
        self._write("info", kind, record, fields)

    def debug(self, kind: str, /, **fields: Any) -> None:
        """Write a record for whoever looks into the function."""
        self._log("debug", kind, fields)

    def info(self, kind: str, /, **fields: Any) -> None:
        """Write a record about the usual course."""
        self._log("info", kind, fields)

    def warning(self, kind: str, /, **fields: Any) -> None:
        """Write a record about something that went wrong and is made good."""
        self._log("warning", kind, fields)

    def error(self, kind: str, /, **fields: Any) -> None:
        """Write a record about something that went wrong."""
        self._log("error", kind, fields)

    def critical(self, kind: str, /, **fields: Any) -> None:
        """Write a record about what somebody has to repair before anything works again."""
        self._log("critical", kind, fields)

    def capturing(self, level: Level = "warning") -> AbstractContextManager[None]:
        """While this is entered, what is told to the standard library's logging becomes lines of this log.

        Handlers that the runtime has set up are put aside meanwhile, so that nothing is written twice.
        """
        from eniguard.toolkit.captured import capturing

        return capturing(self, LEVELS[level])

    def _of_call(self, context: FcContext, *, cold_start: bool) -> dict[str, str | bool | None]:
        if context.credentials is not None:
            self.redactor.add(context.credentials.access_key_secret, context.credentials.security_token)
        if context.tracing is not None:
            self.redactor.add(context.tracing.jaeger_endpoint)
        return {
            "request_id": context.request_id,
            "function": context.function_name,
            "cold_start": cold_start,
        }

    def _log(self, level: Level, kind: str, fields: dict[str, Any]) -> None:
        if LEVELS[level] >= self._lowest:
            self._write(level, kind, None, fields)

    def _write(self, level: Level, kind: str, record: Struct | None, fields: dict[str, Any]) -> None:
        header = {"kind": kind, "level": level, "time": _written(self._clock()), **self._bound}
        taken = header.keys() | MARKS
        carried = {
            **(_plain(record) if record is not None else {}),
            **{k: _plain(v) for k, v in fields.items()},
        }
        renamed = {f"{name}_" if name in taken else name: value for name, value in carried.items()}
        shown_header, shown = self.redactor.fields([header, renamed])
        stream = sys.stdout if self._stream is None else self._stream
        for line in lines_of(shown_header, shown, next(self._numbers)):
            stream.write(line.decode() + "\n")
        # The instance may be frozen or killed at any time after this.
        stream.flush()


def _plain(value: Any) -> Any:
    """The value in JSON's own types, and bytes as they are."""
    try:
        return msgspec.to_builtins(value, str_keys=True, builtin_types=(bytes, bytearray), enc_hook=_other)
    except (TypeError, ValueError, RecursionError):
        return _other(value)


def _other(value: object) -> Any:
    """What stands for a value that has no form in JSON."""
    return described(value) if isinstance(value, BaseException) else f"<{type(value).__qualname__}>"


def _short(value: str | float | bool | None) -> str | float | bool | None:
    return value[:_LONGEST_BOUND] if isinstance(value, str) else value


def _written(at: float) -> str:
    return (
        f"{datetime.fromtimestamp(at, timezone.utc).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    )
