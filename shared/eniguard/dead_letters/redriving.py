"""A dead letter dealt with again: from the event that was kept, else from where it came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from msgspec import Struct

from eniguard.dead_letters.box import DeadLetters, Found
from eniguard.dead_letters.letter import DeadLetter, Undelivered, problem_of
from eniguard.dead_letters.origins import Origin, place
from eniguard.errors import EniguardError, InputError
from eniguard.events.calls import Call
from eniguard.events.envelopes import parse
from eniguard.events.kept import restored
from eniguard.events.wrappers import Way

#: Deals with a call to its end, as a delivery would; whatever it raises says that it could not.
Handle = Callable[[Call, Way], object]

#: Gives alerts that a sink was not told of another turn; whatever it raises says that it could not.
Resend = Callable[[Undelivered], object]

#: Of a letter that came by a way which anybody can write to, all is forgeable, whatever its envelope says.
_ALL_WAYS: tuple[Way, ...] = ("bare", "oss", "eventbridge", "sls", "lookup")
_FORGEABLE: tuple[Way, ...] = ("bare", "oss")


class OriginReader(Protocol):
    """Reads the bytes of one event where it came from."""

    def __call__(self, origin: Origin, /) -> bytes | None:
        """The bytes; ``None`` when they are not there any more, or cannot be told from others.

        Raises
        ------
        EniguardError
            They could not be read now.
        """


class Again(Struct, frozen=True):
    """How it went with one letter.

    ``redriven``: it was dealt with, and is marked so. ``unreadable``: there is no event to deal with.
    ``failed``: dealing with it failed once more. ``changed``: somebody else was quicker. ``ready``: there is
    an event, and nothing was done because no more was asked. ``problem`` says more, but for the first.
    """

    letter: DeadLetter
    outcome: Literal["redriven", "unreadable", "failed", "changed", "ready"]
    problem: str = ""


def redrive(
    found: Found,
    box: DeadLetters,
    handle: Handle,
    *,
    reader: OriginReader | None = None,
    resend: Resend | None = None,
    report: Callable[[], object] | None = None,
    dry_run: bool = False,
) -> Again:
    """Deal with a letter again, and mark it when that is done: not before, so that no kill loses it.

    Parameters
    ----------
    found
        The letter as `DeadLetters` gave it.
    box
        Where it is.
    handle
        Deals with the call; it may be given the same one twice.
    reader
        Reads the event where it came from, if it was not kept, or not whole; without one such a letter stays.
    resend
        Gives alerts another turn; without it, a letter of alerts stays.
    report
        Is called when the event was dealt with, before the letter is marked; what it raises is passed on.
    dry_run
        See only whether there is an event.

    Raises
    ------
    StateError
        The letter was dealt with or not, and could not be marked: it is still there.
    """
    letter = found.letter
    if letter.redriven is not None:
        return Again(letter, "changed", "it was dealt with before")
    if letter.undelivered is not None:
        return _resent(found, letter.undelivered, box, resend, dry_run=dry_run)
    try:
        calls = _calls(letter, reader)
    except EniguardError as error:
        return _left(found, box, "unreadable", error, dry_run=dry_run)
    if dry_run:
        return Again(letter, "ready", "" if calls else "it is no event that a rule looks at")
    try:
        for call, way in calls:
            handle(call, way)
    except Exception as error:  # noqa: BLE001 - such events raise anything; the next letter has its turn
        return _left(found, box, "failed", error, dry_run=False)
    if report is not None:
        report()
    return _marked(found, box)


def _resent(
    found: Found, undelivered: Undelivered, box: DeadLetters, resend: Resend | None, *, dry_run: bool
) -> Again:
    """A letter of alerts: they wait for their sink once more."""
    if resend is None:
        return Again(found.letter, "unreadable", "these are alerts, no event, and nothing sends alerts here")
    if dry_run:
        return Again(found.letter, "ready", f"{len(undelivered.alerts)} alerts for {undelivered.sink}")
    try:
        resend(undelivered)
    except EniguardError as error:
        return _left(found, box, "failed", error, dry_run=False)
    return _marked(found, box)


def _marked(found: Found, box: DeadLetters) -> Again:
    letter = found.letter
    if not box.mark_redriven(found):
        return Again(
            letter, "changed", "it was dealt with, and somebody else changed it meanwhile; look again"
        )
    return Again(letter, "redriven")


def _left(
    found: Found,
    box: DeadLetters,
    outcome: Literal["unreadable", "failed"],
    error: Exception,
    *,
    dry_run: bool,
) -> Again:
    """The letter stays, and says what went wrong the last time."""
    problem = problem_of(error)
    if not dry_run:
        box.mark_tried(found, problem)
    return Again(found.letter, outcome, problem)


def _calls(letter: DeadLetter, reader: OriginReader | None) -> list[tuple[Call, Way]]:
    """The call of a letter and its way; none if this version does not look at such events."""
    if letter.event is not None and not letter.event.cut:
        return [(restored(letter.event, path=letter.id), letter.event.way)]
    where = place(letter.origin)
    if reader is None:
        raise InputError(f"the event was not kept and has to be read again from {where}", path=letter.id)
    raw = reader(letter.origin)
    if raw is None:
        raise InputError(f"the event is no longer there: {where}", path=letter.id)
    found: list[tuple[Call, Way]] = []
    way: Way = "bare" if letter.way == "alert" else letter.way
    forgeable = _ALL_WAYS if letter.way in _FORGEABLE else ()
    for batch in parse(raw, path=where, forgeable=forgeable):
        if batch.errors:
            raise batch.errors[0]
        found += [(concerned.call, way) for concerned in batch.concerned]
    return found
