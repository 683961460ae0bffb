"""The fast path: what EventBridge, or somebody by hand, calls a function with."""

from __future__ import annotations

from eniguard.dead_letters import DirectOrigin, LookupOrigin, Origin
from eniguard.delivery.base import Delivery
from eniguard.delivery.taking import Taking
from eniguard.errors import InputError
from eniguard.events.envelopes import Concerned, parse
from eniguard.events.wrappers import Way

#: Whoever may call the function can hand over events in these forms; EventBridge delivers its own alone.
_BY_HAND: tuple[Way, ...] = ("bare", "oss", "sls", "lookup")


class EventDelivery(Delivery[bytes]):
    """Decides the events that a function is called with: one, a list, or an envelope of them."""

    def _read(self, event: bytes) -> bytes:
        return event

    def _take(self, read: bytes, taking: Taking) -> None:
        def origin(one: Concerned | InputError) -> Origin:
            if isinstance(one, Concerned) and one.way == "eventbridge":  # it gives no event a second time
                return LookupOrigin(one.call.region, one.call.event_id, one.call.account_id)
            return DirectOrigin(taking.request_id, one.index)

        for batch in parse(read, path="<delivery>", now=taking.now, forgeable=_BY_HAND):
            taking.batch(batch, origin, raw=read)
