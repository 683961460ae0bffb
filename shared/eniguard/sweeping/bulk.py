"""What was given up, told of window by window, and then taken out of its queue."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from eniguard.intake import GIVEN_UP, GivenUp, Pending, Telling
from eniguard.model import Finding
from eniguard.rules.internal import InternalRule, window_start
from eniguard.rules.self.undecided_in_bulk import LeftOpen, UndecidedInBulk
from eniguard.state import Due, Store
from eniguard.sweeping.parts import Place
from eniguard.sweeping.told_once import ToldOnce
from eniguard.toolkit import Invocation

#: Events that one sweep counts at most; what is over that stays for the next one.
MOST = 10_000
_EXAMPLES = 20
#: Seconds that it is known which window was told of: what was not yet taken out of the queue is not told of
#: again.
_KNOWN = 30 * 86_400.0


class Bulk:
    """Tells of events that rules could not be decided on to the end.

    Parameters
    ----------
    rules
        The enabled rules on what the guard noted of itself; SELF010 among them speaks.
    store
        Keeps the queue, and what was told.
    telling
        Tells what is found; by default in the log alone.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        rules: Sequence[InternalRule],
        store: Store,
        telling: Telling | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._rule = next((rule for rule in rules if isinstance(rule, UndecidedInBulk)), None)
        self._pending = Pending(store)
        self._told = ToldOnce(store, telling, clock=clock, again_after=_KNOWN)
        self._clock = clock

    def run(self, place: Place, call: Invocation) -> None:
        """Tell of the windows that are over; ``place`` is the guard's own.

        Raises
        ------
        StateError
            The store did not do what was asked; what was not told of stays in the queue.
        """
        hours = 1 if self._rule is None else self._rule.hours
        until = window_start(self._clock(), hours) - 1e-3
        given_up = self._pending.given_up(until, call.logger, MOST)
        windows: dict[float, list[tuple[Due, GivenUp]]] = {}
        for one in given_up:
            windows.setdefault(window_start(one[0].at, hours), []).append(one)
        cut = max(windows, default=0.0) if len(given_up) == MOST else None
        for since in sorted(windows):
            self._window(since, windows[since], place, call, at_least=since == cut)

    def _window(
        self,
        since: float,
        given_up: list[tuple[Due, GivenUp]],
        place: Place,
        call: Invocation,
        *,
        at_least: bool,
    ) -> None:
        left_open = LeftOpen(
            account=place.account,
            region=place.region,
            since=since,
            events=len(given_up),
            rules=dict(Counter(code for _, one in given_up for code in one.rules)),
            actions=dict(Counter(one.action for _, one in given_up)),
            examples=tuple([one.event_id for _, one in given_up[:_EXAMPLES]]),
            at_least=at_least,
        )
        for said in () if self._rule is None else self._rule.evaluate(left_open, self._rule.params):
            if isinstance(said, Finding):
                self._told.tell(said, call, changes=False)
        for due, _ in given_up:
            self._pending.settled(GIVEN_UP, due)
