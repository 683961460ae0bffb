"""Canaries: calls that RAM denies the guard, made so that their events come back by each way."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from eniguard.errors import StateError
from eniguard.events.envelopes import Concerned
from eniguard.events.wrappers import Way
from eniguard.own_calls.sightings import Seen, mark_seen
from eniguard.state import Due, Store

#: What the made-up ids of canaries have in them.
MADE_UP = "-canary"
_QUEUE = "canaries"
#: Seconds that a canary is kept beyond the time at which its event has to be there: what comes late is still
#: noted, for whoever looks into the store.
_KEPT = 86_400.0
#: Ways that note the same canary at the same time change hands often enough with this many tries.
_MOST_TRIES = 10


class CanaryCall(Struct, frozen=True, gc=False):
    """One canary.

    Attributes
    ----------
    request_id, account, region, action
        The call.
    at
        When it was made, in seconds since 1970 (UTC).
    arrived
        When its event came, by the way.
    """

    request_id: str
    account: str
    region: str
    action: str
    at: float
    arrived: dict[Way, float] = {}


class Waited(Struct, frozen=True, gc=False):
    """A canary whose time is over; ``due`` is its place in the queue."""

    due: Due
    canary: CanaryCall


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(CanaryCall).decode


class Canaries:
    """The canaries that are out.

    Parameters
    ----------
    store
        Where they are kept. Every method raises `StateError` when it did not do what was asked.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def sent(self, canary: CanaryCall, within: float) -> None:
        """Put down a canary whose event has to come back within so many seconds."""
        self._store.create(_key(canary.request_id), _encode(canary), ttl=within + _KEPT)
        self._store.schedule(_QUEUE, canary.request_id, canary.at + within)

    def arrived(self, one: Concerned, at: float) -> CanaryCall | None:
        """Note that the event of a canary came, and give that back; ``None`` for any other event.

        Only calls with a made-up id are looked for in the store.
        """
        request_id = one.call.request_id
        if request_id is None or not any(MADE_UP in target.id for target in one.call.targets):
            return None
        for _ in range(_MOST_TRIES):
            item = self._store.get(_key(request_id))
            if item is None:
                return None
            known = _decode(item.value)
            if one.way in known.arrived:
                return known
            self._seen(one.way, Seen(known.at, at))
            canary = replace(known, arrived={**known.arrived, one.way: at})
            ttl = None if item.expires is None else max(1.0, item.expires - at)
            if self._store.replace(item.key, _encode(canary), version=item.version, ttl=ttl) is not None:
                return canary
        raise StateError(f"{_key(request_id)} changes all the time: deliver the event again later")

    def _seen(self, way: Way, seen: Seen) -> None:
        """Note the sighting apart, for whoever asks when a way last brought anything."""
        if way != "bare":
            mark_seen(self._store, way, seen)

    def waited(self, now: float, limit: int = 100) -> Iterator[Waited]:
        """The canaries whose time is over; they stay in the queue until `judged`."""
        for due in self._store.due(_QUEUE, now, limit):
            item = self._store.get(_key(due.member))
            if item is None:  # nobody looked for a day: too late to tell
                self._store.unschedule(_QUEUE, due.member, at=due.at)
                continue
            yield Waited(due, _decode(item.value))

    def judged(self, waited: Waited) -> None:
        """Take a canary out of the queue."""
        self._store.unschedule(_QUEUE, waited.due.member, at=waited.due.at)


def _key(request_id: str) -> str:
    return f"canary/{request_id}"
