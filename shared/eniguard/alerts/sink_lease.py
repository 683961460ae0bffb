"""Who sends to a sink, and how it goes there: one item of the store for each sink.

One instance at a time holds a sink. What it is about to send stands in the item before it is sent: if it dies
then, the next one finds it, and sends just that again, marked as a repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from eniguard.state import Item, Store

#: Seconds for which a sink is held, counted anew before each message; a choice of this project. A message
#: that is sent has to be over by then (`Held.left`).
LEASE = 60.0
#: Alerts that are remembered as told perhaps, those of the last crashes; the item has to fit into a store.
_MOST_PERHAPS = 1_000
#: Seconds that a sink is remembered that nothing is sent to.
_KEPT = 30 * 86_400.0

Ids = tuple[str, ...]


class SinkState(Struct, frozen=True, gc=False, omit_defaults=True):
    """What is known of a sink.

    Attributes
    ----------
    owner, until
        Who holds it, and until when in seconds since 1970 (UTC); nobody if ``owner`` is empty.
    in_flight
        The alerts that are being sent.
    perhaps
        Alerts of messages that were told or not: whoever sent them died, or had no answer.
    told
        Alerts that were told, and may still be in the outbox.
    times
        When messages were sent lately, in seconds since 1970 (UTC).
    not_before
        When it may be asked again.
    failures, failing_since, problem
        How often in a row it took nothing, since when, and what it said last.
    at_most
        How many entries a message may hold, since larger ones were refused; ``None``: any number.
    """

    owner: str = ""
    until: float = 0.0
    in_flight: Ids = ()
    perhaps: tuple[Ids, ...] = ()
    told: Ids = ()
    times: tuple[float, ...] = ()
    not_before: float = 0.0
    failures: int = 0
    failing_since: float | None = None
    problem: str = ""
    at_most: int | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(SinkState).decode


class Lost(Exception):
    """Another instance holds the sink by now."""


def with_group(groups: tuple[Ids, ...], group: Ids) -> tuple[Ids, ...]:
    """The groups with one more, unless it is there; the oldest go if they are too many."""
    kept = groups if not group or group in groups else (*groups, group)
    while sum(map(len, kept)) > _MOST_PERHAPS and len(kept) > 1:
        kept = kept[1:]
    return kept


class Held:
    """A sink that is ours, until `release` or for ``LEASE`` seconds from the last `write`."""

    def __init__(self, store: Store, key: str, item: Item, state: SinkState, clock: Callable[[], float]):
        self._store = store
        self._key = key
        self._version = item.version
        self._clock = clock
        self.state = state

    def left(self) -> float:
        """Seconds for which it certainly is ours."""
        return self.state.until - self._clock()

    def write(self, **changes: Any) -> None:
        """Change what is known of it, and hold it anew.

        Raises
        ------
        Lost
            It is not ours any more; nothing was changed.
        StateError
            The store did not do what was asked.
        """
        self._put(replace(self.state, **{"until": self._clock() + LEASE, **changes}))

    def release(self) -> None:
        """Let the next one have it, once all that was told is out of the outbox; raises as `write`."""
        self._put(replace(self.state, owner="", until=0.0, in_flight=(), told=()))

    def _put(self, state: SinkState) -> None:
        item = self._store.replace(self._key, _encode(state), version=self._version, ttl=_KEPT)
        if item is None:
            raise Lost
        self._version, self.state = item.version, state


class SinkLeases:
    """The sinks in a store.

    Parameters
    ----------
    store
        Where they are kept.
    owner
        Names this instance.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, store: Store, owner: str, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._owner = owner
        self._clock = clock

    def read(self, sink: str) -> SinkState | None:
        """What is known of a sink; ``None`` for one that nothing was sent to."""
        item = self._store.get(_place(sink))
        return None if item is None else _decode(item.value)

    def take(self, sink: str) -> Held | None:
        """Hold a sink; ``None`` when another instance does."""
        key, now = _place(sink), self._clock()
        item = self._store.get(key)
        before = SinkState() if item is None else _decode(item.value)
        if before.owner and before.until > now:
            return None
        groups = with_group(before.perhaps, before.in_flight)
        state = replace(before, owner=self._owner, until=now + LEASE, in_flight=(), perhaps=groups)
        if item is None:
            taken = self._store.create(key, _encode(state), ttl=_KEPT)
        else:
            taken = self._store.replace(key, _encode(state), version=item.version, ttl=_KEPT)
        return None if taken is None else Held(self._store, key, taken, state, self._clock)


def _place(sink: str) -> str:
    return f"alert/sink/{sink}"
