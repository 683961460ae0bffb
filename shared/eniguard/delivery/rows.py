"""The path of record: the rows of a logstore that a log trigger points at."""

from __future__ import annotations

from functools import cached_property

import msgspec

from eniguard.cloud.logs import LogPuller, LogRange, LogRow
from eniguard.dead_letters import SlsOrigin
from eniguard.delivery.base import Delivery
from eniguard.delivery.taking import Arrived, Taking
from eniguard.events.envelopes import parse

#: Events that are decided together: so many share their look-ups, and are held in memory.
_TOGETHER = 1000
#: How the topic of a trail's rows begins (docs/sources.md, Delivery).
_TOPIC = "actiontrail"


class RowDelivery(Delivery[LogRange]):
    """Pulls the rows that a log trigger points at, and decides the events in them.

    A row that cannot be read is a dead letter and holds up none behind it. When a call breaks off, the
    trigger gives the same range again.
    """

    def _read(self, event: bytes) -> LogRange:
        return LogRange.of(event)

    def _take(self, read: LogRange, taking: Taking) -> None:
        events: list[Arrived] = []
        for row in self._puller.rows(read):
            events += self._row(row, read, taking)
            if len(events) >= _TOGETHER:
                taking.events(events)
                events = []
        taking.events(events)

    def _row(self, row: LogRow, place: LogRange, taking: Taking) -> list[Arrived]:
        """The event of a row that a rule looks at, if it is one; all else of it is settled here."""
        origin = SlsOrigin(place.project, place.logstore, place.shard, place.begin, row.offset)
        found: list[Arrived] = []
        for batch in parse(_document(row), path="<row>", now=taking.now):
            taking.not_concerned(batch)
            for error in batch.errors:
                taking.unreadable(error, origin, "sls", row.fields.get("event"))
            found += [(msgspec.structs.replace(one, way="sls"), origin) for one in batch.concerned]
        return found

    @cached_property
    def _puller(self) -> LogPuller:
        return LogPuller(self._runtime.cloud.reads, address=self._runtime.cloud.address("log"))


def _document(row: LogRow) -> bytes:
    """The event of a row of a trail; any other row in the form in which the envelopes know and judge it."""
    event = row.fields.get("event")
    if event is not None and event.startswith(b"{") and row.topic.startswith(_TOPIC):
        return event
    fields = {} if event is None else {"event": event.decode("utf-8", "replace")}
    return msgspec.json.encode({"__topic__": row.topic, **fields})
