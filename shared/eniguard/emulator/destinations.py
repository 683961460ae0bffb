"""Where the outcome of an asynchronous call goes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eniguard.emulator.calls import Outcome
from eniguard.emulator.functions import Function

#: The name of a function as a destination (docs/sources.md, Local running).
_FUNCTION = ":functions/"


class Destinations:
    """Hands on the outcome of asynchronous calls.

    Parameters
    ----------
    enqueue
        Calls another function with bytes; false when there is none of that name.
    letters
        A file for all other destinations, one line of JSON for each outcome; ``None`` keeps none.
    tell
        Takes one line about each.
    """

    def __init__(
        self, enqueue: Callable[[str, bytes], bool], letters: Path | None, tell: Callable[[str], None]
    ) -> None:
        self._enqueue = enqueue
        self._letters = letters
        self._tell = tell
        self._lock = threading.Lock()

    def send(self, function: Function, destination: str | None, message: dict[str, Any]) -> None:
        """Send the message to a destination; without one, the event is dropped."""
        request_id, condition = message["requestContext"]["requestId"], message["requestContext"]["condition"]
        what = f"{function.name}: {request_id} ended ({condition or 'Success'})"
        if destination is None:
            if condition:
                self._tell(f"{what}; it has no destination for failures, so its event is dropped")
            return
        _, separator, name = destination.rpartition(_FUNCTION)
        if separator and self._enqueue(name, json.dumps(message).encode()):
            self._tell(f"{what}; told to {name}")
            return
        if self._letters is not None:
            line = json.dumps({"destination": destination, **message})
            with self._lock, self._letters.open("a", encoding="utf-8") as letters:
                letters.write(f"{line}\n")
        self._tell(f"{what}; told to {destination}")


def message_of(
    arn: str, request_id: str, event: bytes, outcome: Outcome | None, *, tries: int, condition: str, at: float
) -> dict[str, Any]:
    """What a destination gets, the payloads as texts; ``outcome`` is ``None`` for a call that was too old."""
    body = b"" if outcome is None else outcome.body
    return {
        "timestamp": int(at * 1000),
        "requestContext": {
            "requestId": request_id,
            "functionArn": arn,
            "condition": condition,
            "approximateInvokeCount": tries,
        },
        "requestPayload": event.decode("utf-8", "replace"),
        "responseContext": {
            "statusCode": 200,
            "functionError": "" if outcome is None else outcome.error or "",
        },
        "responsePayload": body.decode("utf-8", "replace"),
    }
