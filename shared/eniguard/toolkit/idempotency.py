"""A piece of work is done once, however often it is delivered, and by whichever instance."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from eniguard.errors import AlreadyInProgress, ConfigError, PayloadMismatch, StateError
from eniguard.toolkit.work_records import (
    LONGEST_RESULT,
    Held,
    KeyValueStore,
    Record,
    Records,
    digest,
    in_json,
)

#: How long it is known that a piece of work is done, in seconds: a week, so that an event that a sweep or a
#: dead letter brings again days later is still known. A choice of this project.
KEPT = 7 * 86_400.0
#: A record can go between two looks at it, at most so many times before the store is held to be out of order.
_MOST_LOOKS = 5

_Answer = TypeVar("_Answer")
_Input = TypeVar("_Input")


class Claim:
    """A piece of work that is either done already, or ours to do.

    ``done`` says which; ``result`` is what was kept, or what `finish` was given. ``repeat`` marks work that
    another run began and did not finish: part of it may have been done.
    """

    __slots__ = ("_finish", "done", "held", "repeat", "result")

    def __init__(
        self, *, done: bool, result: Any, finish: Callable[[Any], None], repeat: bool = False
    ) -> None:
        self.done = done
        self.result = result
        self.repeat = repeat
        #: Whether the claim stays, once the work breaks off, until another run may take it over.
        self.held = False
        self._finish = finish

    def hold(self) -> None:
        """Say that from here on the work shows outside.

        If it breaks off, it is not given up but taken over by another run in its time, as a repeat.
        """
        self.held = True

    def finish(self, result: Any = None) -> None:
        """Mark the work as done, and keep its result: any value that has a form in JSON.

        Raises
        ------
        ConfigError
            The result cannot be kept. The work is marked as done all the same.
        StateError
            The store did not take it, or another run took the work over meanwhile.
        """
        self._finish(result)
        self.done, self.result = True, result


class Idempotency:
    """Does pieces of work of one kind once each.

    Parameters
    ----------
    store
        Where it is kept what is in progress and what is done.
    name
        The kind of work; together with a key it names a piece of work. Do not rename it: what was done is
        then done again.
    in_progress_for
        Seconds after which work that was begun and not finished is taken over. Take the timeout of the
        function: Function Compute has ended the run by then. With less, two runs may work at a time; with
        more, what a crash left is waited for.
    kept
        Seconds for which it is known that a piece of work is done.
    result
        The type of results, to read kept ones with; those of JSON by default.
    clock
        Gives seconds since 1970 (UTC).
    token
        Gives another text each time, which names the run that works.

    Examples
    --------
    >>> from eniguard.state import open_store
    >>> store = open_store("memory:")
    >>> sent = Idempotency(store, "send", in_progress_for=60)
    >>> [sent.run("e-1", lambda: print("sending") or 200) for _ in range(2)]
    sending
    [200, 200]
    >>> store.close()
    """

    __slots__ = ("_clock", "_in_progress_for", "_name", "_records", "_token", "_type")

    def __init__(
        self,
        store: KeyValueStore,
        name: str,
        *,
        in_progress_for: float,
        kept: float = KEPT,
        result: Any = Any,
        clock: Callable[[], float] = time.time,
        token: Callable[[], str] | None = None,
    ) -> None:
        if not 0 < in_progress_for <= kept:
            raise ConfigError(
                f"in_progress_for of {name} is {in_progress_for}: "
                f"it has to be more than 0 and at most kept ({kept})"
            )
        self._records = Records(store, kept)
        self._name = name
        self._in_progress_for = in_progress_for
        self._type = result
        self._clock = clock
        self._token = _random_token if token is None else token

    def run(self, key: str, work: Callable[[], _Answer], *, payload: bytes | str | None = None) -> _Answer:
        """Do the work if it was not done, and give its result, kept or new.

        Parameters
        ----------
        key
            Names the piece of work: an event id.
        work
            Does it. If it raises, the work counts as not begun and can be delivered again at once.
        payload
            What the key stands for, to tell when it stands for something else; not looked at if ``None``.

        Raises
        ------
        AlreadyInProgress
            Another run works on it; deliver it again later.
        PayloadMismatch
            The key was seen before with another payload.
        ConfigError
            The result cannot be kept.
        StateError
            The store did not do what was asked.
        """
        with self.claim(key, payload=payload) as claim:
            if not claim.done:
                claim.finish(work())
        answer: _Answer = claim.result
        return answer

    @contextmanager
    def claim(self, key: str, *, payload: bytes | str | None = None) -> Iterator[Claim]:
        """Hold a piece of work while it is done; ``Claim.done`` says whether it is done already.

        A claim that is left without `Claim.finish` is given up, so that the work can be done by the next
        delivery. Parameters and errors are those of `run`.
        """
        place = self._place(key)
        own = Record("in_progress", self._token(), digest(payload), self._clock() + self._in_progress_for)
        held, record, repeat = self._begun(place, own)
        if record.owner != own.owner:
            yield Claim(done=True, result=self._read(place, record), finish=_refuse)
            return

        def finish(result: Any) -> None:
            claim.hold()
            self._finish(place, held, own, result)

        claim = Claim(done=False, result=None, finish=finish, repeat=repeat)
        try:
            yield claim
        finally:
            # Once it is done it is not given up, though the store may not know; nor does it matter if the
            # store is out of reach: what stays in progress is taken over later.
            if not claim.held:
                with suppress(StateError):
                    self._records.delete(place, held.version)

    def is_done(self, key: str) -> bool:
        """Whether a piece of work is done; raises `StateError` when the store does not say."""
        there = self._records.read(self._place(key))
        return there is not None and there[1].status != "in_progress"

    def _place(self, key: str) -> str:
        return f"idempotent/{self._name}/{key}"

    def _begun(self, place: str, own: Record) -> tuple[Held, Record, bool]:
        """What is held once the work is ours, or done by another; whether another run had begun it."""
        for _ in range(_MOST_LOOKS):
            if (held := self._records.create(place, own)) is not None:
                return held, own, False
            there = self._records.read(place)
            if there is None:  # it went between the two looks
                continue
            found, record = there
            self._check(place, record, own)
            if record.owner == own.owner or record.status != "in_progress":
                return found, record, False
            if (taken := self._records.replace(place, own, found.version)) is not None:
                return taken, own, True
        raise AlreadyInProgress(f"{place} changes hands all the time: deliver it again later")

    def _check(self, place: str, record: Record, own: Record) -> None:
        """Refuse a record that stands for something else, or that another run works on."""
        if None not in (record.payload, own.payload) and record.payload != own.payload:
            raise PayloadMismatch(
                f"{place} was seen before with another payload: one of the two is not what it says it is",
                path=place,
            )
        if record.owner == own.owner or record.status != "in_progress":
            return
        left = record.until - self._clock()
        if left > 0:
            raise AlreadyInProgress(
                f"{place} is in progress: deliver it again in {left:.0f} s, when it can be taken over"
            )

    def _finish(self, place: str, held: Held, own: Record, result: Any) -> None:
        text = in_json(result)
        done = msgspec.structs.replace(own, status="done", until=0.0)
        if text is None:
            done = msgspec.structs.replace(done, status="done_without_result")
        else:
            done = msgspec.structs.replace(done, result=Raw(text))
        if self._records.replace(place, done, held.version) is None:
            raise AlreadyInProgress(
                f"{place} took longer than {self._in_progress_for} s and was taken over by another run: "
                "let in_progress_for be no less than the timeout of the function"
            )
        if text is None:
            raise _no_result(place)

    def _read(self, place: str, record: Record) -> Any:
        if record.status == "done_without_result":
            raise _no_result(place)
        try:
            return msgspec.json.decode(record.result, type=self._type)
        except msgspec.ValidationError as error:
            raise ConfigError(
                f"{place} has a result that is no {self._type}: {error}; give the type it was kept as"
            ) from None


def idempotent(
    store: KeyValueStore,
    *,
    key: Callable[[Any], str],
    in_progress_for: float,
    payload: Callable[[Any], bytes | str] | None = None,
    name: str | None = None,
    kept: float = KEPT,
    result: Any = Any,
    clock: Callable[[], float] = time.time,
    token: Callable[[], str] | None = None,
) -> Callable[[Callable[[_Input], _Answer]], Callable[[_Input], _Answer]]:
    """Let a function of one argument do its work once for each key; the answer is kept and given again.

    Parameters
    ----------
    key
        Gives the name of the piece of work from the argument: an event id.
    payload
        Gives what the key stands for, to tell when it stands for something else; not looked at by default.
    name
        The kind of work; by default the function's own full name.
    store, in_progress_for, kept, result, clock, token
        As for `Idempotency`, as are the errors.

    Examples
    --------
    >>> from eniguard.state import open_store
    >>> store = open_store("memory:")
    >>> @idempotent(store, key=lambda event: event["id"], in_progress_for=60)
    ... def handle(event: dict[str, str]) -> str:
    ...     print("handling", event["id"])
    ...     return "done"
    >>> handle({"id": "e-1"}), handle({"id": "e-1"})
    handling e-1
    ('done', 'done')
    >>> store.close()
    """

    def decorated(work: Callable[[_Input], _Answer]) -> Callable[[_Input], _Answer]:
        once = Idempotency(
            store,
            name or f"{work.__module__}.{work.__qualname__}",
            in_progress_for=in_progress_for,
            kept=kept,
            result=result,
            clock=clock,
            token=token,
        )

        @wraps(work)
        def done_once(event: _Input) -> _Answer:
            stands_for = None if payload is None else payload(event)
            return once.run(key(event), lambda: work(event), payload=stands_for)

        return done_once

    return decorated


def _random_token() -> str:
    from uuid import uuid4

    return uuid4().hex


def _refuse(_result: object) -> None:
    raise ConfigError("this piece of work is done already: look at Claim.done before Claim.finish")


def _no_result(place: str) -> ConfigError:
    return ConfigError(
        f"{place} is done, but its result has no form in JSON or more than {LONGEST_RESULT} bytes: "
        "let the function return less, such as a key under which it keeps the rest"
    )
