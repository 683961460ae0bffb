"""The dead letter: one form for every way an event can come."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

from eniguard.dead_letters.origins import DirectOrigin, Origin, OutboxOrigin
from eniguard.errors import EniguardError, InputError
from eniguard.events.calls import Call
from eniguard.events.kept import KeptEvent, kept
from eniguard.events.wrappers import Way

#: Why an event was given up. ``unreadable``: its bytes are no event that can be judged; ``failed``: handling
#: it failed as often as it is tried; ``gone``: it was no longer where it should have been read;
#: ``undelivered``: it is no event, but alerts that a sink was not told of.
Reason = Literal["unreadable", "failed", "gone", "undelivered"]
#: The way that what became a letter came by: that of an event, or the outbox of the alerts.
LetterWay = Way | Literal["alert"]

#: Digits of an id: 80 bits, of which a million letters hold no two alike.
_DIGITS = 20
#: Characters of a problem, and of a name of a function, that are kept. With the longest kept event they make
#: a letter that a store takes, also where each character is written as an escape of six bytes.
_LONGEST_PROBLEM = 400
_LONGEST_FUNCTION = 64
#: The most bytes of an origin, encoded (the key of an object of OSS has 1,023 at most; docs/sources.md,
#: Delivery), and the characters that are kept of each text of a longer one, which somebody made up.
_LONGEST_ORIGIN = 4_000
_LONGEST_PART = 100


class Unread(Struct, frozen=True):
    """Bytes that could not be read: they may hold secrets, so that nothing but this is known of them.

    ``sha256`` is their digest in hexadecimal, ``size`` their number.
    """

    sha256: str
    size: int


class Undelivered(Struct, frozen=True):
    """Alerts that a sink was not told of, by their ids and as they stood in the outbox.

    ``event_id`` and ``action`` are those of the event of the first one.
    """

    sink: str
    alerts: tuple[str, ...]
    entry: msgspec.Raw
    event_id: str | None = None
    action: str | None = None


class DeadLetter(Struct, frozen=True):
    """An event or an alert that could not be dealt with, and what is needed to deal with it later.

    Attributes
    ----------
    id
        The same for the same event, so that a delivery that comes again makes no second letter.
    at
        When it was given up, in seconds since 1970 (UTC).
    function, way
        Who gave it up, and how the event came.
    reason, problem
        Why; the second in words.
    tries
        How often it was tried.
    origin
        Where it can be read again.
    event
        The event as it is kept; ``None`` if it could not be read.
    unread
        The bytes that could not be read; ``None`` if they could, or are not known.
    redriven
        When it was dealt with after all; ``None`` while it was not.
    undelivered
        The alerts that a sink was not told of; ``None`` of an event.
    """

    id: str
    at: float
    function: str
    way: LetterWay
    reason: Reason
    problem: str
    tries: int
    origin: Origin
    event: KeptEvent | None = None
    unread: Unread | None = None
    redriven: float | None = None
    undelivered: Undelivered | None = None
    schema: Literal[1] = 1


def letter_of_call(
    call: Call,
    error: BaseException,
    origin: Origin,
    *,
    way: Way,
    function: str,
    at: float,
    tries: int = 1,
) -> DeadLetter:
    """The letter of an event that was read, and could not be dealt with."""
    return DeadLetter(
        _id("event", call.account_id or "", call.event_id),
        at,
        _cut(function, _LONGEST_FUNCTION),
        way,
        "failed",
        _cut(problem_of(error), _LONGEST_PROBLEM),
        tries,
        _bounded(origin),
        event=kept(call, way),
    )


def letter_of_input(
    error: InputError,
    origin: Origin,
    *,
    way: LetterWay,
    function: str,
    at: float,
    raw: bytes | None = None,
    reason: Reason = "unreadable",
    tries: int = 1,
) -> DeadLetter:
    """The letter of bytes that could not be read, or were no longer there.

    Parameters
    ----------
    error
        Why.
    origin, way, function, at, tries, reason
        As in `DeadLetter`.
    raw
        The bytes, of which only digest and size are kept.
    """
    unread = None if raw is None else Unread(hashlib.sha256(raw).hexdigest(), len(raw))
    return DeadLetter(
        _id("origin", *_bytes_at(origin, unread)),
        at,
        _cut(function, _LONGEST_FUNCTION),
        way,
        reason,
        _cut(problem_of(error), _LONGEST_PROBLEM),
        tries,
        _bounded(origin),
        unread=unread,
    )


def letter_of_alerts(
    undelivered: Undelivered, problem: str, *, function: str, at: float, tries: int
) -> DeadLetter:
    """The letter of alerts that a sink was not told of."""
    return DeadLetter(
        _id("alerts", undelivered.sink, *sorted(undelivered.alerts)),
        at,
        _cut(function, _LONGEST_FUNCTION),
        "alert",
        "undelivered",
        _cut(problem, _LONGEST_PROBLEM),
        tries,
        _bounded(OutboxOrigin(undelivered.sink)),
        undelivered=undelivered,
    )


def problem_of(error: BaseException) -> str:
    """An error in words; of one that is not our own its name alone, for its message may hold anything."""
    if isinstance(error, InputError):
        return error.problem
    return str(error) if isinstance(error, EniguardError) else f"{type(error).__name__} was raised"


def tried_again(letter: DeadLetter, problem: str) -> DeadLetter:
    """The letter after one more try, which failed too."""
    return msgspec.structs.replace(letter, tries=letter.tries + 1, problem=_cut(problem, _LONGEST_PROBLEM))


def _bytes_at(origin: Origin, unread: Unread | None) -> tuple[str, str]:
    """What is the same when the same bytes come again: a delivery by hand has another request each time."""
    if unread is None:
        return msgspec.json.encode(origin).decode(), ""
    if isinstance(origin, DirectOrigin):
        origin = msgspec.structs.replace(origin, request_id="")
    return msgspec.json.encode(origin).decode(), unread.sha256


def _id(*parts: str) -> str:
    digest = hashlib.sha256(msgspec.json.encode(parts))
    return digest.hexdigest()[:_DIGITS]


def _bounded(origin: Origin) -> Origin:
    if len(msgspec.json.encode(origin)) <= _LONGEST_ORIGIN:
        return origin
    fields = msgspec.structs.asdict(origin)
    texts = {name: _cut(one, _LONGEST_PART) for name, one in fields.items() if isinstance(one, str)}
    return msgspec.structs.replace(origin, **texts)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest} more characters)"
