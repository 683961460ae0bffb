"""The recorder: batches of events in, redacted events out to a folder, and counts of both."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field

from eniguard.errors import InputError
from eniguard.events.calls import Call
from eniguard.events.envelopes import Batch
from eniguard.events.times import written
from eniguard.facts.gathered import Facts
from eniguard.identity import needs
from eniguard.recording.folder import RecordingFolder
from eniguard.recording.inputs import EventInput
from eniguard.recording.redaction import Redaction
from eniguard.rules.slr.service_calls import ServiceOutsideItsPolicy

#: Names of a kind that are looked up at most; beyond that somebody makes names up.
_MOST_NAMES = 1_000
#: The one rule that asks for policies: for those of the roles that services call with.
_POLICIES = ServiceOutsideItsPolicy()


class Recording(Struct):
    """The counts of a recording.

    ``read = recorded + outside + not_concerned + unreadable``: ``outside`` are calls from before or after
    the window, ``not_concerned`` what no rule looks at. ``first`` and ``last`` are the times of what was
    recorded, in seconds since 1970 (UTC); ``named`` has, by kind, the names that rules look up.
    """

    recorded: int = 0
    outside: int = 0
    not_concerned: int = 0
    unreadable: int = 0
    first: float | None = None
    last: float | None = None
    named: dict[str, dict[str, None]] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """How many events were read."""
        return self.recorded + self.outside + self.not_concerned + self.unreadable


class Recorder:
    """Records what an input has.

    Parameters
    ----------
    redaction
        Replaces what tells whose the events are.
    folder
        Takes them.
    since, until
        The window, in seconds since 1970 (UTC); ``None`` has no end on that side.
    unreadable
        Told of each event that cannot be read.
    """

    def __init__(
        self,
        redaction: Redaction,
        folder: RecordingFolder,
        *,
        since: float | None = None,
        until: float | None = None,
        unreadable: Callable[[InputError], None],
    ) -> None:
        self.done = Recording()
        self._redaction = redaction
        self._folder = folder
        self._since = since
        self._until = until
        self._unreadable = unreadable

    def run(self, source: EventInput, now: float) -> None:
        """Record everything; what breaks off is said in the folder as well.

        Raises
        ------
        CloudError
            The input broke off; what came before is recorded.
        """
        try:
            for batch in source.batches(now):
                self._take(batch)
        except BaseException as error:
            reached = None if self.done.last is None else written(self.done.last)
            self._folder.broke_off(
                f"it broke off after {self.done.recorded} events (the last of {reached}): "
                f"{str(error) or type(error).__name__}; {source.go_on(self.done.last)}"
            )
            raise
        self._folder.flush()

    def _take(self, batch: Batch) -> None:
        done = self.done
        done.not_concerned += sum(batch.not_concerned.values())
        done.unreadable += len(batch.errors)
        for error in batch.errors:
            self._unreadable(error)
        for concerned in batch.concerned:
            if self._inside(concerned.call.at):
                self._record(concerned.call)
            else:
                done.outside += 1

    def _inside(self, at: float) -> bool:
        """Whether a time is in the window, with the second that ends it."""
        return (self._since is None or at >= self._since) and (self._until is None or at < self._until + 1)

    def _record(self, call: Call) -> None:
        done = self.done
        self._folder.add(call.time[:10], self._redaction.event(call))
        done.recorded += 1
        done.first = call.at if done.first is None else min(done.first, call.at)
        done.last = call.at if done.last is None else max(done.last, call.at)
        for ref in (*needs(call), *_POLICIES.needs(call, Facts())):
            names = done.named.setdefault(ref.kind, {})
            if len(names) < _MOST_NAMES:
                names[ref.value] = None
