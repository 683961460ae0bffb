"""Records of one delivery, each on its own: a bad one stops no other, and none is forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from eniguard.errors import ConfigError, DeadlineNear, InputError
from eniguard.toolkit.deadline import Deadline
from eniguard.toolkit.handler import RETRIED

#: ``done``; ``poison``: in the dead letter; ``failed``: tried in vain, may go well another time; ``left``:
#: not begun.
Status = Literal["done", "poison", "failed", "left"]

_Record = TypeVar("_Record")
_Answer = TypeVar("_Answer")


class Outcome(Struct, Generic[_Record, _Answer], frozen=True):
    """What became of one record; ``index`` is its place in the batch, from 0."""

    index: int
    record: _Record
    status: Status
    attempts: int = 0
    result: _Answer | None = None
    error: Exception | None = None


class BatchResult(Struct, Generic[_Record, _Answer], frozen=True):
    """What became of a batch: one outcome for each record, in the order of the batch."""

    outcomes: tuple[Outcome[_Record, _Answer], ...]

    def of(self, status: Status) -> list[Outcome[_Record, _Answer]]:
        """The outcomes of one status."""
        return [outcome for outcome in self.outcomes if outcome.status == status]

    @property
    def counts(self) -> dict[Status, int]:
        """How many records ended how."""
        counts: dict[Status, int] = {"done": 0, "poison": 0, "failed": 0, "left": 0}
        for outcome in self.outcomes:
            counts[outcome.status] += 1
        return counts

    def require_complete(self) -> None:
        """Raise if a record is neither done nor in the dead letter, so that the batch is delivered again.

        Raises
        ------
        EniguardError
            The error of the first record that failed; if none did, `DeadlineNear`.
        """
        for outcome in self.of("failed"):
            if outcome.error is not None:
                raise outcome.error
        if left := self.of("left"):
            raise DeadlineNear(
                f"{len(left)} of {len(self.outcomes)} records are left, from record {left[0].index}: "
                "deliver the batch again, with a longer timeout or fewer records"
            )


class BatchProcessor(Generic[_Record, _Answer]):
    """Handles each record of a batch.

    An `InputError` makes a record poison at once; any other error is tried again, and then makes it poison
    too, unless it speaks of the surroundings (`StateError`, `Throttled`, `Transport`, `DeadlineNear`): then
    the record has failed, and may go well when it is delivered again. After a `ConfigError` nothing more is
    tried.

    Parameters
    ----------
    handle
        Handles one record.
    dead_letter
        Keeps a poison record with its error. A record that it cannot keep has failed.
    deadline
        When to stop; never by default. No record is begun when less time is left than the slowest one took.
    most_attempts
        How often a record is tried.
    pause
        Seconds to wait at most before the first further try, twice as long before each next one; the wait is
        a random part of that.
    clock, sleep, uniform
        Seconds since 1970 (UTC); waits for seconds; gives a number between two.

    Examples
    --------
    >>> kept: list[str] = []
    >>> def handle(row: str) -> int:
    ...     if not row.isdigit():
    ...         raise InputError("not a number")
    ...     return int(row)
    >>> processor = BatchProcessor(handle, dead_letter=lambda row, error: kept.append(row))
    >>> result = processor.process(["1", "x", "3"])
    >>> [outcome.result for outcome in result.outcomes], kept
    ([1, None, 3], ['x'])
    """

    __slots__ = ("_clock", "_dead_letter", "_deadline", "_handle", "_most", "_pause", "_sleep", "_uniform")

    def __init__(
        self,
        handle: Callable[[_Record], _Answer],
        *,
        dead_letter: Callable[[_Record, Exception], object],
        deadline: Deadline | None = None,
        most_attempts: int = 3,
        pause: float = 0.2,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
        uniform: Callable[[float, float], float] | None = None,
    ) -> None:
        if most_attempts < 1:
            raise ConfigError(f"most_attempts is {most_attempts}: a record is tried at least once")
        self._handle = handle
        self._dead_letter = dead_letter
        self._deadline = Deadline(None) if deadline is None else deadline
        self._most = most_attempts
        self._pause = pause
        self._clock = clock
        self._sleep = sleep
        self._uniform = uniform

    def process(self, records: Sequence[_Record]) -> BatchResult[_Record, _Answer]:
        """Handle the records in their order; the outcomes say of each what became of it."""
        return BatchResult(tuple(self._outcomes(records)))

    def _outcomes(self, records: Sequence[_Record]) -> Iterator[Outcome[_Record, _Answer]]:
        slowest, stopped = 0.0, False
        for index, record in enumerate(records):
            if stopped or not self._time_for(slowest):
                stopped = True
                yield Outcome(index, record, "left")
                continue
            begun = self._clock()
            outcome = self._tried(index, record)
            slowest = max(slowest, self._clock() - begun)
            stopped = isinstance(outcome.error, ConfigError)
            yield outcome

    def _time_for(self, seconds: float) -> bool:
        remaining = self._deadline.remaining()
        return remaining is None or remaining > seconds

    def _tried(self, index: int, record: _Record) -> Outcome[_Record, _Answer]:
        """One record, tried until it is done, poison, out of attempts or out of time."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return Outcome(index, record, "done", attempt, self._handle(record))
            except ConfigError as error:
                return Outcome(index, record, "failed", attempt, error=error)
            except InputError as error:
                return self._poison(index, record, attempt, error)
            except Exception as error:  # noqa: BLE001 - one bad record must not end the batch
                if attempt == self._most or not self._waited(attempt):
                    return self._given_up(index, record, attempt, error)

    def _waited(self, attempt: int) -> bool:
        """Wait before the next attempt; ``False`` if there is no time for that."""
        uniform = _uniform() if self._uniform is None else self._uniform
        seconds = uniform(0, self._pause * 2 ** (attempt - 1))
        if not self._time_for(seconds):
            return False
        self._sleep(seconds)
        return True

    def _given_up(
        self, index: int, record: _Record, attempts: int, error: Exception
    ) -> Outcome[_Record, _Answer]:
        if isinstance(error, RETRIED) or attempts < self._most:
            return Outcome(index, record, "failed", attempts, error=error)
        return self._poison(index, record, attempts, error)

    def _poison(
        self, index: int, record: _Record, attempts: int, error: Exception
    ) -> Outcome[_Record, _Answer]:
        try:
            self._dead_letter(record, error)
        except Exception as failed:  # noqa: BLE001 - what no dead letter has must come again
            return Outcome(index, record, "failed", attempts, error=failed)
        return Outcome(index, record, "poison", attempts, error=error)


def _uniform() -> Callable[[float, float], float]:
    from random import uniform

    return uniform
