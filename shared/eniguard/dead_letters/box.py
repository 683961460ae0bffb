"""Where dead letters are kept: in the state store, under their ids, with a queue that lists the open ones."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from msgspec import Struct

from eniguard.dead_letters.letter import DeadLetter, tried_again
from eniguard.errors import StateError
from eniguard.state.store import Due, Item, Store

#: The queue of open letters, by the time at which they were given up; and what their keys begin with.
QUEUE = "dead-letters"
_KEY = "dead-letter/"
#: Seconds a letter stays to be looked at after it was dealt with.
REDRIVEN_KEPT = 7 * 86_400.0
#: Seconds that the clocks of two functions may differ by.
_AHEAD = 86_400.0
#: How often a letter is put where another process changes it between two looks.
_ATTEMPTS = 5

_decode = msgspec.json.Decoder(DeadLetter).decode


class Found(Struct, frozen=True):
    """A letter as it was when it was read; ``version`` is that of the store."""

    letter: DeadLetter
    version: str


class Page(Struct, frozen=True):
    """Some of the open letters.

    Attributes
    ----------
    found
        The letters, the oldest first.
    unreadable
        Ids of letters that this version cannot read: they stay where they are.
    after
        What gives the next page; ``None``: this was the last one.
    """

    found: tuple[Found, ...]
    unreadable: tuple[str, ...] = ()
    after: tuple[float, str] | None = None


class DeadLetters:
    """The dead letters in a state store.

    A letter is in the queue before it is under its key, and leaves the queue after it is marked: whatever
    write a process is killed at, a letter that was not dealt with is listed, or its delivery comes again.
    Every method raises `StateError` when the store could not do what was asked; all may be called again.

    Parameters
    ----------
    store
        Where they are kept.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    def put(self, letter: DeadLetter) -> bool:
        """Keep a letter; whether it is new or open again.

        An open letter of the same id stays as it is. One that was dealt with is open again: the event failed
        once more.
        """
        self._store.schedule(QUEUE, letter.id, letter.at)
        key, value = _KEY + letter.id, msgspec.json.encode(letter)
        for _ in range(_ATTEMPTS):
            if self._store.create(key, value) is not None:
                break
            item = self._store.get(key)
            if item is None:
                continue  # it expired, or was removed, between the two
            earlier = _read(item)
            if earlier.redriven is None:
                self._store.schedule(QUEUE, letter.id, earlier.at)
                return False
            if self._store.replace(key, value, version=item.version) is not None:
                break
        else:
            raise StateError(f"dead letter {letter.id} was not kept: others keep changing it; try again")
        # Whoever dealt with the earlier letter may have taken the new one out of the queue.
        self._store.schedule(QUEUE, letter.id, letter.at)
        return True

    def get(self, letter_id: str) -> Found | None:
        """The letter of an id, also one that was dealt with lately; ``None`` when there is none."""
        item = self._store.get(_KEY + letter_id)
        return None if item is None else Found(_read(item), item.version)

    def page(self, *, after: tuple[float, str] | None = None, limit: int = 100) -> Page:
        """The next open letters, the oldest first.

        Parameters
        ----------
        after
            What the page before gave; ``None`` for the first page.
        limit
            The most letters of a page.
        """
        due, more = self._listed(after, limit)
        found: list[Found] = []
        unreadable: list[str] = []
        for one in due:
            item = self._store.get(_KEY + one.member)
            if item is None:
                continue  # its delivery comes again, or it was removed
            try:
                letter = _read(item)
            except StateError:
                unreadable.append(one.member)
                continue
            if letter.redriven is None:
                found.append(Found(letter, item.version))
            else:
                self._store.unschedule(QUEUE, one.member, at=one.at)
        last = (due[-1].at, due[-1].member) if more else None
        return Page(tuple(found), tuple(unreadable), last)

    def mark_redriven(self, found: Found) -> bool:
        """Say that a letter was dealt with; ``False`` when it is no longer the one that was read.

        It can be looked at for a week.
        """
        letter = msgspec.structs.replace(found.letter, redriven=self._clock())
        return self._replaced(found, letter, REDRIVEN_KEPT) and self._unlisted(letter)

    def mark_tried(self, found: Found, problem: str) -> bool:
        """Say that dealing with a letter failed once more; ``False`` as for `mark_redriven`."""
        return self._replaced(found, tried_again(found.letter, problem), None)

    def remove(self, found: Found) -> bool:
        """Let a letter go; ``False`` as for `mark_redriven`."""
        gone = self._store.delete(_KEY + found.letter.id, version=found.version)
        return gone and self._unlisted(found.letter)

    def _listed(self, after: tuple[float, str] | None, limit: int) -> tuple[list[Due], bool]:
        """The entries of the queue beyond a place, and whether there are more.

        A queue is read from its beginning: the letters before the place are asked for again.
        """
        now, asked = self._clock() + _AHEAD, limit + 1
        while True:
            due = self._store.due(QUEUE, now, asked)
            beyond = due if after is None else [one for one in due if (one.at, one.member) > after]
            if len(beyond) > limit or len(due) < asked:
                return beyond[:limit], len(beyond) > limit
            asked *= 2

    def _replaced(self, found: Found, letter: DeadLetter, ttl: float | None) -> bool:
        value = msgspec.json.encode(letter)
        done = self._store.replace(_KEY + letter.id, value, version=found.version, ttl=ttl)
        return done is not None

    def _unlisted(self, letter: DeadLetter) -> bool:
        self._store.unschedule(QUEUE, letter.id, at=letter.at)
        return True


def _read(item: Item) -> DeadLetter:
    try:
        return _decode(item.value)
    except msgspec.MsgspecError as error:
        raise StateError(
            f"{item.key} in the state store is no dead letter that this version reads: {error}; "
            "look at it with the version that wrote it"
        ) from None
