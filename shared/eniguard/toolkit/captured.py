"""What libraries tell the standard library's logging, as lines of a `Logger`.

A module of its own, because ``logging`` is imported by it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from eniguard.toolkit.raised import described

if TYPE_CHECKING:
    from eniguard.toolkit.logger import Logger


class _Write(Protocol):
    def __call__(self, kind: str, /, **fields: object) -> None: ...


@contextmanager
def capturing(log: Logger, level: int) -> Iterator[None]:
    """Put the root logger's handlers aside and write to ``log`` in their place."""
    root = logging.getLogger()
    aside, lowest = root.handlers[:], root.level
    root.handlers[:] = [_Handler(log, level)]
    root.setLevel(level)
    try:
        yield
    finally:
        root.handlers[:] = aside
        root.setLevel(lowest)


class _Handler(logging.Handler):
    def __init__(self, log: Logger, level: int) -> None:
        super().__init__(level)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, object] = {"logger": record.name, "message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            fields["error"] = described(record.exc_info[1])
        self._write(record.levelno)("library", **fields)

    def _write(self, level: int) -> _Write:
        if level >= logging.CRITICAL:
            return self._log.critical
        if level >= logging.ERROR:
            return self._log.error
        if level >= logging.WARNING:
            return self._log.warning
        return self._log.info if level >= logging.INFO else self._log.debug
