"""Where events are recorded from: LookupEvents, a logstore, a bucket; read as batches, a little at a time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Protocol

import msgspec
from msgspec.structs import replace

from eniguard.cloud.logs import LogPuller, LogRange, LogRow
from eniguard.cloud.object_listing import ObjectListing
from eniguard.cloud.objects import ObjectReader
from eniguard.errors import InputError
from eniguard.events.envelopes import Batch, parse, read
from eniguard.events.times import written

#: Seconds after its time within which an event is delivered, with much to spare (docs/sources.md, Delivery).
_DELIVERED = 3600.0
_RECEIVED = attrgetter("time")


class FoundPage(Protocol):
    """A page of events: `eniguard.cloud.lookup_events.Page`."""

    def encoded(self) -> bytes:
        """The page as JSON."""


class Lookup(Protocol):
    """Looks events up in one account and region: `eniguard.cloud.lookup_events.EventLookup`."""

    def pages(self, start: str, end: str) -> Iterator[FoundPage]:
        """The pages of a window, oldest first; raises `CloudError`."""


class EventInput(Protocol):
    """Something that events are recorded from."""

    def batches(self, now: float) -> Iterator[Batch]:
        """All there is, in batches; raises `CloudError` when it breaks off.

        Parameters
        ----------
        now
            Seconds since 1970 (UTC); events from more than a day later are unreadable.
        """

    def go_on(self, reached: float | None) -> str:
        """How to get the rest, in words, after events up to a time."""


class LookupInput:
    """The events of a window that LookupEvents finds; ``since`` and ``until`` in seconds since 1970 (UTC)."""

    def __init__(self, lookup: Lookup, since: float, until: float) -> None:
        self._lookup = lookup
        self._since = since
        self._until = until

    def batches(self, now: float) -> Iterator[Batch]:
        """As `EventInput.batches`, oldest first."""
        for page in self._lookup.pages(written(self._since), written(self._until)):
            yield from parse(page.encoded(), path="<LookupEvents>", now=now)

    def go_on(self, reached: float | None) -> str:
        """As `EventInput.go_on`."""
        return _from(self._since if reached is None else reached)


class LogInput:
    """The events of a window in a logstore that a trail delivers to.

    Shards are read next to each other in the order of arrival, an answer of each in memory.

    Parameters
    ----------
    puller
        Pulls rows.
    place
        The logstore; shard and cursors do not count.
    since, until
        The window, by the time of the events, in seconds since 1970 (UTC).
    """

    def __init__(self, puller: LogPuller, place: LogRange, since: float, until: float) -> None:
        self._puller = puller
        self._place = place
        self._since = since
        self._until = until

    def batches(self, now: float) -> Iterator[Batch]:
        """As `EventInput.batches`."""
        late = self._until + _DELIVERED
        ranges = [
            replace(
                shard,
                begin=self._puller.cursor(shard, self._since),
                end=self._puller.cursor(shard, "end" if late >= now else late),
            )
            for shard in self._puller.shards(self._place)
        ]
        rows: Sequence[Iterator[LogRow]] = [self._puller.rows(one) for one in ranges]
        for row in heapq.merge(*rows, key=_RECEIVED):
            yield from _row(row, f"{self._place.project}/{self._place.logstore}", now)

    def go_on(self, reached: float | None) -> str:
        """As `EventInput.go_on`."""
        return _from(self._since if reached is None else reached)


def _row(row: LogRow, name: str, now: float) -> Iterator[Batch]:
    path = f"{name}, row of {written(row.time)}"
    try:
        fields = {key: value.decode() for key, value in row.fields.items() if key == "event"}
    except UnicodeDecodeError:
        problem = "a row that is not UTF-8; expected the event as JSON text in 'event'"
        yield Batch(errors=[InputError(problem, path=path)])
        return
    yield from parse(msgspec.json.encode({"__topic__": row.topic, **fields}), path=path, now=now)


class ObjectInput:
    """The events of the objects below a prefix, in the order of their keys.

    Parameters
    ----------
    listing, reader
        List and read objects.
    region, bucket, prefix
        Which; a whole key is the prefix of one object.
    """

    def __init__(
        self, listing: ObjectListing, reader: ObjectReader, *, region: str, bucket: str, prefix: str
    ) -> None:
        self._listing = listing
        self._reader = reader
        self._place = (region, bucket, prefix)
        self._whole: str | None = None

    def batches(self, now: float) -> Iterator[Batch]:
        """As `EventInput.batches`; an object that cannot be unpacked ends as an error in a batch."""
        for ref in self._listing.objects(*self._place):
            try:
                yield from read(self._reader.chunks(ref), path=ref.name, now=now)
            except InputError as error:
                yield Batch(errors=[error])
            self._whole = ref.name

    def go_on(self, reached: float | None) -> str:
        """As `EventInput.go_on`."""
        after = "none is whole" if self._whole is None else f"the last whole one is {self._whole}"
        return f"record the objects that are left ({after}) into another folder"


def _from(reached: float) -> str:
    return f"record on with --since {written(reached)} into another folder"
