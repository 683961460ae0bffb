"""Where the bytes of an event can be read again."""

from __future__ import annotations

from msgspec import Struct


class SlsOrigin(Struct, frozen=True, tag="sls", tag_field="kind"):
    """A row of a logstore: the ``index``-th (from 0) of what ``cursor`` gives in that shard."""

    project: str
    logstore: str
    shard: int
    cursor: str
    index: int


class OssOrigin(Struct, frozen=True, tag="oss", tag_field="kind", omit_defaults=True):
    """An event in an object of a bucket.

    ``offset`` is its place in bytes of the expanded object, ``index`` its position among the events, from 0;
    ``None`` for what concerns the object itself. ``etag`` tells whether the object is still the same.
    """

    bucket: str
    key: str
    etag: str
    offset: int | None = None
    index: int | None = None


class LookupOrigin(Struct, frozen=True, tag="lookup", tag_field="kind", omit_defaults=True):
    """An event that LookupEvents gives by its id, for 90 days (docs/sources.md, Delivery).

    ``account_id`` is that of a member account; ``None`` is the guard's own.
    """

    region: str
    event_id: str
    account_id: str | None = None


class EventBridgeOrigin(Struct, frozen=True, tag="eventbridge", tag_field="kind"):
    """A CloudEvent, by its ``id``: EventBridge gives none a second time."""

    event_id: str


class DirectOrigin(Struct, frozen=True, tag="direct", tag_field="kind", omit_defaults=True):
    """What somebody called the function with, by the id of the request: it is nowhere else.

    ``index`` is the position of the event in it, from 0; ``None`` for what concerns all of it.
    """

    request_id: str
    index: int | None = None


class OutboxOrigin(Struct, frozen=True, tag="outbox", tag_field="kind"):
    """What waited in the outbox for a sink: alerts, no event."""

    sink: str


Origin = SlsOrigin | OssOrigin | LookupOrigin | EventBridgeOrigin | DirectOrigin | OutboxOrigin


def place(origin: Origin) -> str:
    """The origin in a few words."""
    match origin:
        case SlsOrigin():
            where = f"shard {origin.shard}, cursor {origin.cursor}, row {origin.index}"
            return f"logstore {origin.project}/{origin.logstore}, {where}"
        case OssOrigin():
            parts = [f"oss://{origin.bucket}/{origin.key}"]
            parts += [] if origin.index is None else [f"event {origin.index}"]
            parts += [] if origin.offset is None else [f"byte {origin.offset}"]
            return ", ".join(parts)
        case LookupOrigin():
            account = "" if origin.account_id is None else f" in account {origin.account_id}"
            return f"LookupEvents of {origin.region}{account}, event {origin.event_id}"
        case EventBridgeOrigin():
            return f"EventBridge, event {origin.event_id}"
        case DirectOrigin():
            return f"a direct invocation, request {origin.request_id}"
        case OutboxOrigin():
            return f"the outbox, sink {origin.sink}"
