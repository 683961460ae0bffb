"""Dead letters for tests."""

from __future__ import annotations

from typing import Any

from eniguard.dead_letters import DeadLetter, Origin, SlsOrigin, letter_of_call, letter_of_input
from eniguard.errors import CloudError, InputError
from eniguard.events.calls import Call
from tests.unit.events.recorded import event, read

#: 2026-03-01T12:00:00Z
AT = 1772366400.0


def row(index: int = 0) -> SlsOrigin:
    """A row of a logstore."""
    return SlsOrigin("example-logs", "actiontrail_example", 3, "MTQ0NzI5OTYwNjg5NjYzMjM1Ng==", index)


def call(number: int = 1, **changes: Any) -> Call:
    """A call whose event id ends in a number."""
    (concerned,) = read(event(eventId=f"event-{number}", **changes), forgeable=("sls",)).concerned
    return concerned.call


def failed(
    number: int = 1, *, origin: Origin | None = None, at: float | None = None, **changes: Any
) -> DeadLetter:
    """The letter of an event that was read, and then failed."""
    error = CloudError("no look-up was answered", product="ecs", action="DescribeNetworkInterfaces")
    return letter_of_call(
        call(number, **changes),
        error,
        origin or row(number),
        way="sls",
        function="trail_log",
        at=AT + number if at is None else at,
    )


def unreadable(number: int = 1, raw: bytes | None = b'{"Password": "s3cret"', **changes: Any) -> DeadLetter:
    """The letter of bytes that are no event."""
    options: dict[str, Any] = {
        "way": "sls",
        "function": "trail_log",
        "at": AT + number,
        "raw": raw,
        **changes,
    }
    return letter_of_input(InputError("not JSON; expected an event"), row(number), **options)
