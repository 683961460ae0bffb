"""Alerts that could not be told: dead letters, from which they go back into the outbox."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from eniguard.alerts.outbox import Entry, Outbox, Unreadable
from eniguard.dead_letters import (
    DeadLetter,
    DeadLetters,
    DirectOrigin,
    Undelivered,
    letter_of_alerts,
    letter_of_input,
)
from eniguard.errors import InputError
from eniguard.state import Store


class UndeliveredAlerts:
    """The dead letters of the outbox.

    Every method raises `StateError` when the store did not do what was asked; all may be called again.

    Parameters
    ----------
    store
        Where they are kept.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        self._letters = DeadLetters(store, clock=clock)
        self._clock = clock

    def put(self, sink: str, entry: Entry, problem: str, function: str) -> DeadLetter:
        """Keep alerts that a sink was not told of."""
        first = entry.alerts[0].finding
        undelivered = Undelivered(
            sink,
            tuple([one.id for one in entry.alerts]),
            msgspec.Raw(msgspec.json.encode(entry)),
            first.event_id,
            first.action,
        )
        letter = letter_of_alerts(
            undelivered, problem, function=function, at=self._clock(), tries=max(entry.tries, 1)
        )
        self._letters.put(letter)
        return letter

    def put_unreadable(self, one: Unreadable, function: str) -> DeadLetter:
        """Keep that something stood in the outbox which this version cannot read."""
        place = f"{one.queue}/{one.due.member}"
        error = InputError(f"{place} in the outbox is not what this version puts there: {one.problem}")
        letter = letter_of_input(
            error, DirectOrigin(place), way="alert", function=function, at=self._clock(), raw=one.due.value
        )
        self._letters.put(letter)
        return letter


def put_back(store: Store, undelivered: Undelivered, now: float) -> None:
    """Put alerts of a dead letter back into the outbox, to be tried anew.

    Raises
    ------
    InputError
        This version cannot read them.
    StateError
        The store did not take them; it may be asked again.
    """
    try:
        entry = msgspec.json.decode(undelivered.entry, type=Entry)
    except msgspec.MsgspecError as error:
        raise InputError(f"the alerts are none that this version reads: {error}") from None
    Outbox(store).put(undelivered.sink, entry.alerts, now)
