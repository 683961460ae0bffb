"""What is wrong with the delivery of alerts: sinks that take nothing, and dead letters that become more."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from eniguard.alerts.alerts import Alerts
from eniguard.dead_letters.box import QUEUE as DEAD_LETTERS
from eniguard.model import Finding
from eniguard.rules.internal import InternalRule
from eniguard.rules.self.delivery_trouble import DeliveryTrouble, Trouble
from eniguard.state import Store
from eniguard.sweeping.parts import Place
from eniguard.sweeping.told_once import ToldOnce
from eniguard.toolkit import Invocation

#: As many dead letters are counted.
MOST = 1_000
#: Seconds that the clocks of two functions may differ by.
_AHEAD = 86_400.0
_COUNTED = "sweep/dead_letters"
#: Seconds that it is known what was told.
_KNOWN = 30 * 86_400.0


class Deliveries:
    """Tells of trouble with the delivery, by another sink than the one that has it.

    Parameters
    ----------
    rules
        The enabled rules on what the guard noted of itself; SELF008 among them speaks.
    alerts
        Knows the sinks, and takes what is said of them on its way.
    store
        Keeps the dead letters, and what was told.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        rules: Sequence[InternalRule],
        alerts: Alerts,
        store: Store,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._rule = next((rule for rule in rules if isinstance(rule, DeliveryTrouble)), None)
        self._alerts = alerts
        self._store = store
        self._told = ToldOnce(store, clock=clock, again_after=_KNOWN)
        self._clock = clock

    def run(self, place: Place, call: Invocation) -> None:
        """Tell of what is wrong; ``place`` is the guard's own.

        Raises
        ------
        StateError
            The store did not do what was asked; the next sweep looks again.
        """
        now = self._clock()
        for one in self._alerts.troubles():
            call.metrics.add("sink_failing", now - one.since, "seconds", sink=one.sink)
            trouble = Trouble(
                place.account,
                place.region,
                now,
                sink=one.sink,
                since=one.since,
                problem=one.problem,
                waiting=one.waiting,
            )
            self._tell(trouble, call, avoid=(one.sink,))
        self._letters(place, call, now)

    def _letters(self, place: Place, call: Invocation, now: float) -> None:
        letters = len(self._store.due(DEAD_LETTERS, now + _AHEAD, MOST))
        item = self._store.get(_COUNTED)
        before = 0 if item is None else int(item.value)
        if letters == before:
            return
        self._tell(Trouble(place.account, place.region, now, letters=letters, before=before), call)
        value = str(letters).encode()
        if item is None:
            self._store.create(_COUNTED, value)
        else:
            self._store.replace(_COUNTED, value, version=item.version)

    def _tell(self, trouble: Trouble, call: Invocation, *, avoid: Collection[str] = ()) -> None:
        if self._rule is None:
            return
        for said in self._rule.evaluate(trouble, self._rule.params):
            if isinstance(said, Finding):
                # First on its way, which may be done again; a line that is written says that it was.
                self._alerts.put([said], call, avoid=avoid)
                self._told.tell(said, call, changes=False)
