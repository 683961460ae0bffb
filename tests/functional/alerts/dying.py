"""Puts findings on their way and sends them, and dies like a killed process at one step."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from eniguard.alerts.formats.base import Answer
from eniguard.state import open_store
from tests.functional.alerts.stage import Chat, Clock, Steps, Told, alerts_over, finding, invocation

MESSAGES, STATE = "messages.ndjson", "state.db"


class LastSteps(Steps):
    """The process ends at the step with a number: nothing is cleaned up."""

    def do(self, step: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            os._exit(9)
        found = step()
        if self._left == 0:
            os._exit(9)
        return found


class FileChat(Chat):
    """A chat that keeps what it is told in a file."""

    def __init__(self, clock: Clock, path: Path) -> None:
        super().__init__(clock)
        self._path = path

    def _taken(self, told: Told) -> Answer:
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(told) + b"\n")
        return Answer("sent")


def main(folder: Path, at: float, number: int, *, after: bool) -> None:
    """One life: the same findings each time, as when their events are delivered again."""
    clock = Clock(at)
    store = open_store(f"sqlite:///{folder / STATE}", clock=clock)
    chat = FileChat(clock, folder / MESSAGES)
    alerts = alerts_over(store, chat, clock, steps=LastSteps(number, after=after))
    call = invocation(clock)
    alerts.put([finding(1, subject="eni-1"), finding(1, subject="eni-2", severity="critical")], call)
    alerts.put([finding(2, subject="eni-3")], call)
    alerts.send(call)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), after=sys.argv[4] == "after")
