"""Dead letters as lines: what a list and a sheet show of each."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from eniguard.cli.safe import shown
from eniguard.dead_letters import DeadLetter, LookupOrigin
from eniguard.dead_letters.origins import place
from eniguard.events.times import written

_WIDTH = 12


class _Event(Struct, rename="camel"):
    """What is shown of a kept event; what was cut is ``None``."""

    event_id: str | None = None
    event_name: str | None = None
    service_name: str | None = None
    event_time: str | None = None
    acs_region: str | None = None
    recipient_account_id: str | None = None


class DeadLetterLine(Struct, frozen=True):
    """One dead letter in a list; event fields are ``None`` where the event could not be read."""

    id: str
    at: str
    way: str
    reason: str
    function: str
    tries: int
    event_id: str | None
    action: str | None
    event_time: str | None
    region: str | None
    account_id: str | None
    problem: str
    origin: str
    redriven: str | None


class Wanted(Struct, frozen=True):
    """Which letters are meant; ``None`` leaves open."""

    way: str | None = None
    reason: str | None = None
    function: str | None = None
    action: str | None = None

    def takes(self, letter: DeadLetter) -> bool:
        """Whether a letter is meant; names are compared without case."""
        pairs = [(self.way, letter.way), (self.reason, letter.reason), (self.function, letter.function)]
        if self.action is not None:
            pairs.append((self.action, line_of(letter).action or ""))
        return all(wanted is None or wanted.lower() == there.lower() for wanted, there in pairs)


def line_of(letter: DeadLetter) -> DeadLetterLine:
    """A letter as a line."""
    event, alerts = _event(letter), letter.undelivered
    asked = letter.origin.event_id if isinstance(letter.origin, LookupOrigin) else None
    named = event.service_name if event.event_name else None
    return DeadLetterLine(
        id=letter.id,
        at=written(letter.at),
        way=letter.way,
        reason=letter.reason,
        function=letter.function,
        tries=letter.tries,
        event_id=event.event_id or asked or (None if alerts is None else alerts.event_id),
        action=f"{named.lower()}:{event.event_name}" if named else (alerts.action if alerts else None),
        event_time=event.event_time,
        region=event.acs_region,
        account_id=event.recipient_account_id,
        problem=letter.problem,
        origin=place(letter.origin),
        redriven=None if letter.redriven is None else written(letter.redriven),
    )


def sheet_lines(letter: DeadLetter) -> Iterator[str]:
    """A letter line by line."""
    line = line_of(letter)
    yield f"dead letter {shown(line.id)}"
    yield _field("given up", f"{line.at} by {line.function}, after {line.tries} tries")
    yield _field("came by", line.way)
    yield _field("reason", f"{line.reason}: {line.problem}")
    yield _field("origin", line.origin)
    yield _field("dealt with", line.redriven or "no")
    if letter.unread is not None:
        yield _field("bytes", f"{letter.unread.size}, SHA-256 {letter.unread.sha256}")
    if letter.undelivered is not None:
        yield _field("sink", letter.undelivered.sink)
        yield _field("alerts", ", ".join(letter.undelivered.alerts))
        yield _field("first", f"{line.action or '-'}, event {line.event_id or '-'}")
        yield _field("entry", bytes(letter.undelivered.entry).decode())
        return
    if letter.event is None:
        yield _field("event", "not kept: it could not be read")
        return
    yield _field("event id", line.event_id or "-")
    yield _field("action", line.action or "-")
    yield _field("recorded", f"{line.event_time} in {line.region or '-'} of {line.account_id or '-'}")
    if letter.event.cut:
        yield _field("left out", f"{', '.join(letter.event.cut)} (too long)")
    yield _field("event", bytes(letter.event.event).decode())


def _event(letter: DeadLetter) -> _Event:
    return _Event() if letter.event is None else msgspec.json.decode(letter.event.event, type=_Event)


def _field(name: str, value: str) -> str:
    return f"  {name:{_WIDTH}}{shown(value)}"
