"""Asynchronous calls of one function: tried until they go well, are too old, or were tried too often."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from eniguard.emulator.calls import Call, Outcome
from eniguard.emulator.destinations import message_of
from eniguard.emulator.functions import Function

#: Seconds until the first retry, doubled for each further one, and the longest of them: choices of this
#: project, as the documents name none for errors of functions (docs/sources.md, Function Compute).
RETRY_WAIT = 1.0
_LONGEST_WAIT = 60.0

Send = Callable[[Function, "str | None", dict[str, Any]], None]


class _Waiting(Struct, order=True):
    """One call that waits, by the time it is due and in the order of arrival."""

    due: float
    number: int
    request_id: str
    event: bytes
    since: float
    tries: int = 0


class Queue:
    """The asynchronous calls of one function.

    Parameters
    ----------
    function
        The function.
    arn
        Its name as an ARN.
    invoke
        Makes one call.
    send
        Takes a destination and what it is to be told.
    retry_wait
        Seconds until the first retry.
    """

    def __init__(
        self,
        function: Function,
        arn: str,
        invoke: Callable[[Call], Outcome],
        send: Send,
        *,
        retry_wait: float = RETRY_WAIT,
    ) -> None:
        self._function = function
        self._arn = arn
        self._invoke = invoke
        self._send = send
        self._retry_wait = retry_wait
        self._waiting: list[_Waiting] = []
        self._number = 0
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=f"queue of {function.name}", daemon=True)
        self._thread.start()

    def put(self, request_id: str, event: bytes) -> None:
        """Take in one call."""
        now = time.monotonic()
        with self._changed:
            self._number += 1
            heapq.heappush(self._waiting, _Waiting(now, self._number, request_id, event, now))
            self._changed.notify()

    def close(self) -> int:
        """Stop; how many calls are left undone."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            return len(self._waiting)

    def _work(self) -> None:
        while (waiting := self._next()) is not None:
            self._tried(waiting)

    def _next(self) -> _Waiting | None:
        with self._changed:
            while not self._closed:
                wait = self._waiting[0].due - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._waiting)
                self._changed.wait(wait)
        return None

    def _tried(self, waiting: _Waiting) -> None:
        settings = self._function.props.async_invoke_config
        if time.monotonic() - waiting.since > settings.max_async_event_age_in_seconds:
            self._ended(waiting, None, "EventAgeExceeded")
            return
        outcome = self._invoke(Call(waiting.request_id, waiting.event, waiting.tries))
        waiting.tries += 1
        if self._closed:
            return
        if outcome.error is None:
            self._ended(waiting, outcome, "")
        elif waiting.tries > settings.max_async_retry_attempts:
            self._ended(waiting, outcome, outcome.error)
        else:
            self._again(waiting)

    def _again(self, waiting: _Waiting) -> None:
        waiting.due = time.monotonic() + min(_LONGEST_WAIT, self._retry_wait * 2 ** (waiting.tries - 1))
        with self._changed:
            heapq.heappush(self._waiting, waiting)

    def _ended(self, waiting: _Waiting, outcome: Outcome | None, condition: str) -> None:
        config = self._function.props.async_invoke_config.destination_config
        destination = config.on_failure if condition else config.on_success
        message = message_of(
            self._arn,
            waiting.request_id,
            waiting.event,
            outcome,
            tries=waiting.tries,
            condition=condition,
            at=time.time(),
        )
        self._send(self._function, destination.destination, message)
