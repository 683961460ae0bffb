"""Takes in one event with the store of a file, and dies like a killed process at one write of the store."""

from __future__ import annotations

import os
import sys
from typing import Any

from eniguard.dead_letters import DeadLetters, DirectOrigin
from eniguard.events.envelopes import parse
from eniguard.intake import Intake
from eniguard.pipeline import Pipeline
from eniguard.state import Store, open_store
from eniguard.toolkit import Deadline, FcContext, Invocation, Logger, Metrics, Tracer

#: As long as the function may run; what a killed one had begun can be taken over after it.
TIMEOUT = 60.0
_WRITES = ("create", "replace", "delete", "observe", "schedule", "unschedule")


class DyingStore:
    """A store in whose place the process dies, before or after the write with a number."""

    def __init__(self, store: Store, number: int, *, after: bool) -> None:
        self._store = store
        self._left = number
        self._after = after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in _WRITES:
            return method

        def write(*args: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                os._exit(9)
            found = method(*args, **named)
            if self._left == 0:
                os._exit(9)
            return found

        return write


def invocation(now: float, stream: Any = None, *, timeout: float | None = None) -> Invocation:
    def clock() -> float:
        return now

    log = Logger(clock=clock, stream=stream)
    deadline = Deadline(None if timeout is None else now + timeout, clock=clock)
    context = FcContext(request_id="r-1", function_name="trail_event", timeout=TIMEOUT)
    metrics = Metrics(log, clock=clock)
    return Invocation(context, deadline, False, "r-1", log, metrics, Tracer(enabled=False))


def intake_at(store: Store, now: float, **given: Any) -> Intake:
    pipeline = Pipeline(history=store, **given)
    letters = DeadLetters(store, clock=lambda: now)
    return Intake(pipeline, store, letters, in_progress_for=TIMEOUT, clock=lambda: now)


def main(path: str, event: str, now: float, number: int, *, after: bool) -> None:
    store = DyingStore(open_store(f"sqlite:///{path}", clock=lambda: now), number, after=after)
    for batch in parse(event.encode()):
        arrived = [(one, DirectOrigin("r-1", one.index)) for one in batch.concerned]
        intake_at(store, now).take(arrived, invocation(now))  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), after=sys.argv[5] == "after")
