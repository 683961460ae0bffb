"""The folder of a recording: events by day, the state of a region, and whether it is whole."""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from eniguard.errors import ConfigError

#: Says that a recording is not whole; there from the first moment to the last.
MARK = "INCOMPLETE.txt"
STATE = "state.json"
GUARD_FILE = "guard.yml"
#: Bytes of events that are held before they are written, of one day and of all.
_MOST_OF_DAY = 1 << 20
_MOST = 8 << 20
_STARTED = "This recording was begun and is not finished. What is here can be replayed; more is missing.\n"


class RecordingFolder:
    """Takes events, in a few megabytes of memory however many they are.

    Events stand in ``events/DAY.jsonl.gz``. Each write adds a gzip member that is whole by itself: what was
    written can be read, whatever happens afterwards.

    Parameters
    ----------
    path
        A folder that is empty, or not there.

    Raises
    ------
    ConfigError
        There is something in it, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: dict[str, bytearray] = {}
        self._size = 0
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise ConfigError(f"{path} is not empty: name a folder of its own for each recording")
            (path / MARK).write_text(_STARTED, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{path} cannot be recorded into: {error.strerror or error}") from None

    def add(self, day: str, event: Mapping[str, Any]) -> None:
        """Take one event of a day, as in ``2026-03-01``."""
        line = msgspec.json.encode(event) + b"\n"
        held = self._held.setdefault(day, bytearray())
        held += line
        self._size += len(line)
        if len(held) > _MOST_OF_DAY:
            self._write(day)
        elif self._size > _MOST:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        for day in list(self._held):
            self._write(day)

    def write_guard_file(self, text: str) -> Path:
        """Put the guard.yml of the recording down."""
        found = self.path / GUARD_FILE
        found.write_text(text, encoding="utf-8")
        return found

    def broke_off(self, why: str) -> None:
        """Write what is held, and say in the folder why there is no more."""
        self.flush()
        (self.path / MARK).write_text(f"This recording is not whole: {why}\n", encoding="utf-8")

    def finish(self) -> None:
        """Write what is held; the recording is whole now."""
        self.flush()
        (self.path / MARK).unlink()

    def discard(self) -> None:
        """Take away a folder in which there is nothing but the mark."""
        (self.path / MARK).unlink()
        self.path.rmdir()

    def _write(self, day: str) -> None:
        held = self._held.pop(day)
        self._size -= len(held)
        folder = self.path / "events"
        folder.mkdir(exist_ok=True)
        # No time in the header: the same events give the same bytes.
        member = gzip.compress(held, mtime=0)
        with open(folder / f"{day}.jsonl.gz", "ab") as file:
            file.write(member)
            file.flush()
            os.fsync(file.fileno())
