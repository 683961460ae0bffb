"""The path of record: the rows of a logstore that a log trigger points at."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import islice
from typing import TextIO

import msgspec

from eniguard.cloud.logs import LogPuller, LogRange, LogRow
from eniguard.dead_letters import Origin, SlsOrigin
from eniguard.delivery.runtime import Runtime
from eniguard.delivery.taking import Taking
from eniguard.errors import InputError
from eniguard.events.envelopes import Concerned, parse
from eniguard.toolkit import Invocation

#: Rows read before their events are decided together: as many share look-ups, and stay in memory.
_ROWS = 500


class RowDelivery:
    """Pulls the rows that a log trigger points at, and decides the events in them.

    Every row ends in one record before the call ends; a call that breaks off is made again by the trigger,
    and passes over what was decided. A row that cannot be read is a dead letter and holds up none behind it.

    Parameters
    ----------
    environment, clock, stream, index
        As for `eniguard.delivery.EventDelivery`.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        stream: TextIO | None = None,
        index: str | None = None,
    ) -> None:
        self._runtime = Runtime(environment, clock=clock, stream=stream, index=index)
        self._handle = self._runtime.handler(LogRange.of, self._take)

    def prepare(self) -> None:
        """Load the policy and the rules; raises `ConfigError` when something is wrong with them."""
        self._runtime.prepare()

    def handle(self, event: bytes | str, context: object) -> str | None:
        """Decide the events in a range of rows.

        Parameters
        ----------
        event
            What a log trigger calls a function with: project, logstore, shard, and two cursors.
        context
            The runtime's context, of python3.10 or python3.12.

        Returns
        -------
        str or None
            The counts as a JSON object (`eniguard.delivery.taking.Counts`).

        Raises
        ------
        ConfigError
            As for `prepare`.
        StateError, CloudError, DeadlineNear
            Nothing is lost: the trigger gives the same range again.
        """
        return self._handle(event, context)

    def _take(self, place: LogRange, call: Invocation) -> str:
        self.prepare()
        taking = Taking(self._runtime, call)
        rows = self._puller.rows(place)
        while pulled := list(islice(rows, _ROWS)):
            events: list[tuple[Concerned, Origin]] = []
            for row in pulled:
                events += self._row(row, place, taking)
            taking.events(events)
        return taking.ended()

    def _row(self, row: LogRow, place: LogRange, taking: Taking) -> list[tuple[Concerned, Origin]]:
        """The events of one row, none or one; what is unreadable in it is a dead letter."""
        origin = SlsOrigin(place.project, place.logstore, place.shard, place.begin, row.offset)
        name = f"{place.project}/{place.logstore}/{place.shard}, row {row.offset}"
        text = _text(row)
        if isinstance(text, InputError):
            taking.unreadable(text, origin, "sls", row.fields.get("event"))
            return []
        found: list[tuple[Concerned, Origin]] = []
        for batch in parse(text, path=name, now=self._runtime.clock()):
            taking.not_concerned(batch)
            for error in batch.errors:
                taking.unreadable(error, origin, "sls", row.fields.get("event"))
            found += [(one, origin) for one in batch.concerned]
        return found

    @cached_property
    def _puller(self) -> LogPuller:
        return LogPuller(self._runtime.reads, address=self._runtime.address("log"))


def _text(row: LogRow) -> bytes | InputError:
    """A row in the form in which logs are exported, as the envelopes know it."""
    try:
        fields = {name: value.decode() for name, value in row.fields.items() if name == "event"}
    except UnicodeDecodeError:
        return InputError("a row that is not UTF-8; expected the event as JSON text in 'event'")
    return msgspec.json.encode({"__topic__": row.topic, **fields})
