"""Sending: what waits in the outbox goes to its sinks, each message once.

For each message, in this order: it is noted with the sink as in flight, posted, noted as told, and taken out
of the outbox. Whatever breaks off in between, the next one to hold the sink goes on from what is noted. The
waiting times are kept with the sink and count over invocations: a library that tries again within a call, as
tenacity does, would not remember them.
"""

from __future__ import annotations

import random as randomness
import time
from collections.abc import Callable
from uuid import uuid4

from eniguard.alerts.channels import Reach
from eniguard.alerts.outbox import LOOKED_AT, Outbox
from eniguard.alerts.sink_lease import Lost, SinkLeases
from eniguard.alerts.sink_round import Parts, Rest, Round
from eniguard.alerts.told_alerts import ToldAlerts
from eniguard.alerts.undelivered import UndeliveredAlerts
from eniguard.settings.alerting import Sink
from eniguard.state import Store
from eniguard.toolkit import Invocation


class Sending:
    """Sends what waits for sinks.

    Parameters
    ----------
    store
        Where all of it is kept.
    reach
        Gives the way to a sink.
    clock, sleep
        Gives seconds since 1970 (UTC); waits so many.
    random
        Gives numbers from 0 up to 1, for waiting times that differ.
    token
        Names this instance; at random by default.
    """

    def __init__(
        self,
        store: Store,
        reach: Reach,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = randomness.random,
        token: str | None = None,
    ) -> None:
        self._leases = SinkLeases(store, token or uuid4().hex, clock=clock)
        self._parts = Parts(
            Outbox(store),
            ToldAlerts(store),
            UndeliveredAlerts(store, clock=clock),
            reach,
            clock,
            sleep,
            random,
        )

    def to(self, sink: Sink, call: Invocation) -> bool:
        """Send what waits for a sink, as long as it takes it and there is time.

        Returns
        -------
        bool
            Whether all was done that can be now; ``False`` when there is no time for it, or another instance
            sends to the sink.

        Raises
        ------
        StateError
            The store did not do what was asked. Nothing is lost; the sink is held until its lease is over.
        """
        held = self._leases.take(sink.name)
        if held is None:
            return False
        try:
            rest = Round(sink, held, call, self._parts).run()
            while not self._at_rest(sink, rest):
                rest = Round(sink, held, call, self._parts).run()
            held.release()
        except Lost:
            call.logger.warning("sink_taken_over", sink=sink.name)
            return False
        return not rest.out_of_time

    def _at_rest(self, sink: Sink, rest: Rest) -> bool:
        """Say when the sink is looked at again; ``False`` when something came in meanwhile."""
        now = self._parts.clock()
        self._parts.outbox.wake(sink.name, now + LOOKED_AT if rest.again is None else rest.again)
        come = self._parts.outbox.waiting(sink.name, now)
        return all(one.due.member in rest.seen for one in come)
