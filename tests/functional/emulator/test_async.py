"""Asynchronous calls: retries, age, destinations."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from eniguard.emulator import Compute
from tests.functional.emulator.folders import functions, props

QUEUE = "acs:mns:cn-hangzhou:1234567890123456:/queues/guard-dlq/messages"


class Lines:
    """Lines that are told, and a way to wait for one."""

    def __init__(self) -> None:
        self.all: list[tuple[str, str]] = []
        self._changed = threading.Condition()

    def __call__(self, name: str, line: str) -> None:
        with self._changed:
            self.all.append((name, line))
            self._changed.notify_all()

    def wait(self, text: str) -> str:
        def found() -> str | None:
            return next((line for _, line in self.all if text in line), None)

        with self._changed:
            line = self._changed.wait_for(found, 30)
        assert line is not None, self.all
        return line

    def starts(self) -> int:
        return sum("FC Invoke Start" in line for _, line in self.all)


def asynchronous(attempts: int, destination: str | None = QUEUE, **more: Any) -> dict[str, Any]:
    config: dict[str, Any] = {"maxAsyncRetryAttempts": attempts, **more}
    if destination is not None:
        config["destinationConfig"] = {"onFailure": {"destination": destination}}
    return config


def test_call_is_retried_until_it_goes_well(tmp_path: Path) -> None:
    told = Lines()
    config = asynchronous(3)
    config["destinationConfig"]["onSuccess"] = {"destination": "acs:mns:cn-hangzhou::/queues/done"}
    found = functions(tmp_path, props(asyncInvokeConfig=config))
    letters = tmp_path / "letters.ndjson"

    with Compute(found, letters=letters, retry_wait=0.01, tell=told) as compute:
        compute.enqueue("guard", json.dumps({"until": str(tmp_path / "tries"), "times": 3}).encode())
        told.wait("ended (Success)")

    (letter,) = map(json.loads, letters.read_text(encoding="utf-8").splitlines())
    assert (tmp_path / "tries").read_text(encoding="utf-8") == "xxx"
    assert (letter["requestContext"]["condition"], letter["requestContext"]["approximateInvokeCount"]) == (
        "",
        3,
    )


def test_call_that_keeps_failing_goes_to_its_destination_with_what_is_known(tmp_path: Path) -> None:
    told, letters = Lines(), tmp_path / "letters.ndjson"
    found = functions(tmp_path, props(asyncInvokeConfig=asynchronous(2)))

    with Compute(found, letters=letters, retry_wait=0.01, tell=told) as compute:
        compute.enqueue("guard", b'{"raise": "no"}', "1-example")
        told.wait(QUEUE)

    (letter,) = map(json.loads, letters.read_text(encoding="utf-8").splitlines())
    assert told.starts() == 3
    assert letter["destination"] == QUEUE
    assert letter["requestContext"] == {
        "requestId": "1-example",
        "functionArn": "acs:fc:cn-hangzhou:1234567890123456:functions/guard",
        "condition": "UnhandledInvocationError",
        "approximateInvokeCount": 3,
    }
    assert letter["requestPayload"] == '{"raise": "no"}'
    assert json.loads(letter["responsePayload"])["errorMessage"] == "no"


def test_call_that_is_too_old_is_not_tried_again(tmp_path: Path) -> None:
    told, letters = Lines(), tmp_path / "letters.ndjson"
    config = asynchronous(8, maxAsyncEventAgeInSeconds=1)
    found = functions(tmp_path, props(asyncInvokeConfig=config))

    with Compute(found, letters=letters, retry_wait=1.5, tell=told) as compute:
        compute.enqueue("guard", b'{"raise": "no"}')
        told.wait(QUEUE)

    (letter,) = map(json.loads, letters.read_text(encoding="utf-8").splitlines())
    assert letter["requestContext"]["condition"] == "EventAgeExceeded"
    assert letter["requestContext"]["approximateInvokeCount"] == told.starts() == 1


def test_destination_can_be_another_function(tmp_path: Path) -> None:
    told = Lines()
    arn = "acs:fc:cn-hangzhou:1234567890123456:functions/undertaker"
    found = functions(
        tmp_path,
        props(asyncInvokeConfig=asynchronous(0, arn)),
        props(functionName="undertaker", handler="index.bury"),
        source="""
def handler(event, context):
    raise ValueError("no")

def bury(event, context):
    print("buried", event.decode())
""",
    )

    with Compute(found, tell=told) as compute:
        compute.enqueue("guard", b"the event")
        line = told.wait("buried")

    assert json.loads(line.partition(" ")[2])["requestPayload"] == "the event"


def test_event_without_a_destination_is_dropped_and_told_of(tmp_path: Path) -> None:
    told = Lines()
    found = functions(tmp_path, props(asyncInvokeConfig=asynchronous(0, None)))

    with Compute(found, tell=told) as compute:
        compute.enqueue("guard", b'{"raise": "no"}')

        assert "its event is dropped" in told.wait("has no destination")


def test_calls_that_wait_when_all_ends_are_counted(tmp_path: Path) -> None:
    told = Lines()
    found = functions(tmp_path, props(asyncInvokeConfig=asynchronous(3)))

    with Compute(found, retry_wait=600, tell=told) as compute:
        compute.enqueue("guard", b'{"raise": "no"}')
        told.wait("Error: Unhandled function error")
        # Its retry waits once the queue has taken it back: that is when a second call has been tried.
        compute.enqueue("guard", b"{}")
        told.wait("call 2")

    assert ("", "guard: 1 asynchronous calls are dropped") in told.all
