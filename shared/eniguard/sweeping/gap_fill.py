"""The gap fill: what LookupEvents has and no other way brought, looked up window by window.

A window reaches back into the one before it, as events can be looked up some minutes after the call only.
Its pages come oldest first; after each of them the checkpoint says how far its events are handled. Whatever
breaks off in between, the next sweep goes on there, and what comes again was decided and is passed over.
The tokens of pages are not kept: how long one is good is nowhere said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from eniguard.dead_letters import LookupOrigin, Origin
from eniguard.errors import DeadlineNear, InputError
from eniguard.events.envelopes import Batch, Concerned, parse
from eniguard.events.times import parsed, written
from eniguard.events.wrappers import Way
from eniguard.settings import SweepSettings
from eniguard.state import Store
from eniguard.sweeping.checkpoints import Checkpoint, Checkpoints, Held
from eniguard.sweeping.parts import Each, Place, time_is_up
from eniguard.toolkit import Invocation

#: Seconds that LookupEvents keeps events for (docs/sources.md, Delivery).
KEPT = 90 * 86_400.0
#: Seconds by which a window begins later than that: a query a moment later must still be allowed.
_MARGIN = 60.0


class FoundPage(Protocol):
    """A page of events: `eniguard.cloud.lookup_events.Page`."""

    @property
    def events(self) -> Sequence[Mapping[str, Any]]:
        """The events, oldest first."""

    @property
    def next_token(self) -> str | None:
        """The token of the next page; ``None`` on the last."""

    def encoded(self) -> bytes:
        """The page as JSON."""


class Lookup(Protocol):
    """Looks events up in one account and region: `eniguard.cloud.lookup_events.EventLookup`."""

    def pages(self, start: str, end: str, *, token: str | None = None) -> Iterator[FoundPage]:
        """The pages of a window; raises `CloudError`."""


class Takes(Protocol):
    """Takes in what was read together: `eniguard.delivery.taking.Taking`."""

    def batch(self, batch: Batch, origin: Callable[[Concerned | InputError], Origin], way: Way) -> None:
        """Take events; raises when they have to be delivered again."""


class GapFill:
    """Looks events up and has them taken in.

    Parameters
    ----------
    store
        Keeps the checkpoints.
    lookups
        Gives what looks events up in a place, ``None`` where the guard has no role.
    settings
        How far windows reach back.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        store: Store,
        lookups: Callable[[Place], Lookup | None],
        settings: SweepSettings,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._checkpoints = Checkpoints(store)
        self._lookups = lookups
        self._settings = settings
        self._clock = clock

    def run(self, places: Sequence[Place], taking: Takes, call: Invocation) -> None:
        """Look all places up, those first that were not for longest.

        Raises
        ------
        DeadlineNear
            There is no time left; the next sweep goes on.
        EniguardError
            A place failed, and may not when it is tried again; the others were looked up.
        """
        found = {place: self._checkpoints.read(place) for place in places}
        oldest = sorted(places, key=lambda place: _handled(found[place]))
        each = Each("gap_fill", call)
        each.run(oldest, lambda place: self._place(place, found[place], taking, call))
        each.close()

    def _place(self, place: Place, held: Held | None, taking: Takes, call: Invocation) -> None:
        """Look up one place until about now; a window that an earlier sweep left open goes first.

        What is new since that was opened waits for the next sweep, unless it is more than an overlap.
        """
        lookup = self._lookups(place)
        enough = self._clock() - self._settings.overlap
        while lookup is not None:
            opened = self._opened(place, held, call)
            held = None if opened is None else self._window(place, opened, lookup, taking, call)
            if held is None or held.checkpoint.end is not None or held.checkpoint.until >= enough:
                return

    def _window(
        self, place: Place, opened: Held, lookup: Lookup, taking: Takes, call: Invocation
    ) -> Held | None:
        """Look up an open window to its end; ``None`` when another sweep is at it."""
        start, end = opened.checkpoint.reached or 0.0, opened.checkpoint.end or 0.0
        for page in lookup.pages(written(start), written(end)):
            self._take(page, place, taking)
            last = page.next_token is None
            moved = Checkpoint(end) if last else self._after(page, opened.checkpoint)
            following = self._checkpoints.move(place, opened, moved)
            if following is None:
                self._overtaken(place, call)
                return None
            opened = following
            if not last and time_is_up(call):
                raise DeadlineNear(f"looked up to {written(opened.checkpoint.handled)} so far")
        return opened

    def _opened(self, place: Place, held: Held | None, call: Invocation) -> Held | None:
        """The checkpoint with a window open; ``None`` when another sweep is at it."""
        now = self._clock()
        if held is None:
            first = now - min(self._settings.first, KEPT - _MARGIN)
            opened = self._checkpoints.create(place, Checkpoint(first, first, now))
        elif held.checkpoint.end is not None:
            known = held.checkpoint
            reached = self._kept(place, known.reached or known.until, now, call)
            opened = self._checkpoints.move(place, held, Checkpoint(known.until, reached, known.end))
        else:
            until = held.checkpoint.until
            self._kept(place, until, now, call)
            start = max(until - self._settings.overlap, now - KEPT + _MARGIN)
            opened = self._checkpoints.move(place, held, Checkpoint(until, start, max(now, start)))
        if opened is None:
            self._overtaken(place, call)
        return opened

    def _kept(self, place: Place, since: float, now: float, call: Invocation) -> float:
        """Where to begin, no earlier than events are kept; what is lost by that is told of."""
        earliest = now - KEPT + _MARGIN
        if since >= earliest:
            return since
        call.logger.error(
            "lookup_gap_lost",
            account_id=place.account,
            region=place.region,
            since=written(since),
            until=written(earliest),
            reason="LookupEvents keeps events for 90 days: look into the trail for those from before",
        )
        call.metrics.add("lookup_gaps_lost", account=place.account, region=place.region)
        return earliest

    def _take(self, page: FoundPage, place: Place, taking: Takes) -> None:
        def origin(one: Concerned | InputError) -> Origin:
            event_id = None if one.index is None else page.events[one.index].get("eventId")
            return LookupOrigin(place.region, str(event_id or "-"), place.account or None)

        name = f"LookupEvents of {place.account} in {place.region}"
        for batch in parse(page.encoded(), path=name, now=self._clock()):
            taking.batch(batch, origin, "lookup")

    def _after(self, page: FoundPage, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint after a page that is not the last: it goes on with the second of its last event.

        Never past the window, whatever an event says of its time.
        """
        last = _time(page.events[-1]) if page.events else None
        reached = min(max(checkpoint.reached or 0.0, last or 0.0), checkpoint.end or 0.0)
        return Checkpoint(checkpoint.until, reached, checkpoint.end)

    def _overtaken(self, place: Place, call: Invocation) -> None:
        call.logger.info("another_sweep_is_at_it", account_id=place.account, region=place.region)


def _handled(held: Held | None) -> float:
    return 0.0 if held is None else held.checkpoint.handled


def _time(event: Mapping[str, Any]) -> float | None:
    try:
        return parsed(str(event.get("eventTime")))[1]
    except ValueError:
        return None
