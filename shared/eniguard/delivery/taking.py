"""One delivery taken in: every event of it ends in one record, and is counted once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from eniguard.dead_letters import Origin, letter_of_input
from eniguard.delivery.runtime import Runtime
from eniguard.errors import InputError
from eniguard.events.envelopes import Batch, Concerned
from eniguard.events.wrappers import Way
from eniguard.toolkit import Invocation

#: Where an event of the delivery can be read again, by its index and offset; ``None`` if they are unknown.
OriginOf = Callable[["int | None", "int | None"], Origin]


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
    """

    def __init__(self, runtime: Runtime, call: Invocation) -> None:
        self.counts = Counts()
        self._runtime = runtime
        self._call = call
        self._reasons: dict[str, int] = {}

    def within(self, call: Invocation) -> Taking:
        """The same, for a call with another deadline."""
        other = Taking(self._runtime, call)
        other.counts, other._reasons = self.counts, self._reasons
        return other

    def batch(self, batch: Batch, origin: OriginOf, way: Way) -> None:
        """Take events that were read together; errors are those of `eniguard.intake.Intake.take`."""
        self.not_concerned(batch)
        for error in batch.errors:
            self.unreadable(error, origin(error.index, error.offset), way)
        self.events([(one, origin(one.index, None)) for one in batch.concerned])

    def not_concerned(self, batch: Batch) -> None:
        """Count the events that are none of our business."""
        for reason, count in batch.not_concerned.items():
            self._reasons[reason] = self._reasons.get(reason, 0) + count
            self.counts.not_concerned += count

    def events(self, events: Sequence[tuple[Concerned, Origin]]) -> None:
        """Take concerned events; errors are those of `eniguard.intake.Intake.take`."""
        if not events:
            return
        for ending, count in self._runtime.intake.take(events, self._call).items():
            setattr(self.counts, ending, getattr(self.counts, ending) + count)

    def unreadable(self, error: InputError, origin: Origin, way: Way, raw: bytes | None = None) -> None:
        """Keep what cannot be read as a dead letter; the bytes may hold secrets and are not kept."""
        runtime = self._runtime
        letter = letter_of_input(
            error, origin, way=way, function=runtime.function, at=runtime.clock(), raw=raw
        )
        runtime.dead_letters.put(letter)
        self._call.logger.write(
            "dead_letter", letter=letter.id, reason=error.problem, index=error.index, offset=error.offset
        )
        self.counts.dead_letter += 1

    def ended(self) -> str:
        """Tell how the delivery ended, and give the counts as a JSON object."""
        if self._reasons:
            self._call.logger.write("not_concerned", reasons=self._reasons)
        for name, count in msgspec.structs.asdict(self.counts).items():
            if count:
                self._call.metrics.add("events", count, ended=name)
        return msgspec.json.encode(self.counts).decode()
