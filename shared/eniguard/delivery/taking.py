"""One delivery taken in: every event of it ends in one record, and is counted once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from eniguard.dead_letters import DeadLetter, Origin, Reason, letter_of_input
from eniguard.dead_letters.letter import problem_of
from eniguard.delivery.runtime import Runtime
from eniguard.errors import CloudError, InputError
from eniguard.events.envelopes import Batch, Concerned
from eniguard.events.wrappers import Way
from eniguard.toolkit import Invocation

#: An event that arrived, and where it can be read again.
Arrived = tuple[Concerned, Origin]
#: Tells where an event of the delivery can be read again, or what is no event.
OriginOf = Callable[["Concerned | InputError"], Origin]


class Counts(Struct):
    """How the events of one delivery ended; each is counted once.

    ``duplicate`` were decided before, ``deferred`` are decided by the sweep, ``disputed`` came by a way that
    can be forged and said otherwise than before.
    """

    decided: int = 0
    duplicate: int = 0
    deferred: int = 0
    disputed: int = 0
    not_concerned: int = 0
    dead_letter: int = 0


class Taking:
    """What becomes of one delivery.

    Parameters
    ----------
    runtime
        The parts of the function.
    call
        The call that delivers.

    Attributes
    ----------
    now
        When it is read, in seconds since 1970 (UTC).
    """

    def __init__(self, runtime: Runtime, call: Invocation) -> None:
        self.counts = Counts()
        self.now = runtime.clock()
        self._runtime = runtime
        self._call = call
        self._reasons: dict[str, int] = {}

    def within(self, call: Invocation) -> Taking:
        """The same, for a call with another deadline."""
        other = Taking(self._runtime, call)
        other.counts, other._reasons = self.counts, self._reasons
        return other

    @property
    def request_id(self) -> str:
        """The id of the request; ``-`` where the runtime gives none."""
        return self._call.context.request_id or "-"

    def batch(
        self, batch: Batch, origin: OriginOf, way: Way | None = None, *, raw: bytes | None = None
    ) -> None:
        """Take events that were read together.

        Parameters
        ----------
        batch
            The events.
        origin
            Tells where each can be read again.
        way
            How the delivery came, whatever it looks like; by default each event's envelope says it.
        raw
            All bytes of the delivery, where what cannot be read is known by them.

        Raises
        ------
        DeadlineNear, StateError
            As for `eniguard.intake.Intake.take`.
        """
        self.not_concerned(batch)
        for error in batch.errors:
            self.unreadable(error, origin(error), way or "bare", raw)
        self.events([(_by(way, one), origin(one)) for one in batch.concerned])

    def not_concerned(self, batch: Batch) -> None:
        """Count the events that are none of our business."""
        for reason, count in batch.not_concerned.items():
            self._reasons[reason] = self._reasons.get(reason, 0) + count
            self.counts.not_concerned += count

    def events(self, events: Sequence[Arrived]) -> None:
        """Take concerned events; errors are those of `batch`."""
        if not events:
            return
        for ending, count in self._runtime.intake.take(events, self._call).items():
            setattr(self.counts, ending, getattr(self.counts, ending) + count)
        self._runtime.telling.send(self._call)

    def unreadable(self, error: InputError, origin: Origin, way: Way, raw: bytes | None = None) -> None:
        """Keep what cannot be read as a dead letter; the bytes may hold secrets and are not kept."""
        self._put(error, origin, way, "unreadable", raw)

    def given_up(self, error: CloudError, origin: Origin, way: Way, reason: Reason) -> None:
        """Keep as a dead letter what cannot be had, and will not be before somebody sees to it."""
        self._put(InputError(problem_of(error)), origin, way, reason, None)

    def tell(self) -> None:
        """Tell how the delivery ended, as far as it came."""
        if self._reasons:
            self._call.logger.write("not_concerned", reasons=self._reasons)
        for name, count in msgspec.structs.asdict(self.counts).items():
            if count:
                self._call.metrics.add("events", count, ended=name)

    @property
    def answer(self) -> str:
        """The counts as a JSON object."""
        return msgspec.json.encode(self.counts).decode()

    def _put(self, error: InputError, origin: Origin, way: Way, reason: Reason, raw: bytes | None) -> None:
        runtime = self._runtime
        letter: DeadLetter = letter_of_input(
            error, origin, way=way, function=runtime.function, at=runtime.clock(), raw=raw, reason=reason
        )
        marks = {} if runtime.dead_letters.put(letter) else {"repeat": True}
        place = {"index": error.index, "offset": error.offset}
        self._call.logger.write("dead_letter", letter=letter.id, reason=letter.problem, **place, **marks)
        self.counts.dead_letter += 1


def _by(way: Way | None, one: Concerned) -> Concerned:
    return one if way is None else msgspec.structs.replace(one, way=way)
