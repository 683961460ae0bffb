"""What a sweep measures: how much waits in each queue, and how old each checkpoint is."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.dead_letters.box import QUEUE as DEAD_LETTERS
from eniguard.intake import DEFERRED, GIVEN_UP, UNDECIDED
from eniguard.state import Store
from eniguard.sweeping.checkpoints import Checkpoints
from eniguard.sweeping.parts import Place
from eniguard.toolkit import Metrics

_QUEUES = (DEFERRED, UNDECIDED, GIVEN_UP, DEAD_LETTERS)
#: As many are counted in a queue; a store is not read as a whole for a number.
MOST = 1_000
#: Seconds from now up to which what waits is counted: nothing is put down for later than that.
_AHEAD = 30 * 86_400.0


def measure(store: Store, places: Sequence[Place], metrics: Metrics, now: float) -> None:
    """Measure; raises `StateError` when the store does not say.

    Parameters
    ----------
    store
        Holds the queues and checkpoints.
    places
        Those that are swept.
    metrics
        Takes the numbers.
    now
        In seconds since 1970 (UTC).
    """
    for queue in _QUEUES:
        waiting = store.due(queue, now + _AHEAD, MOST)
        metrics.add("backlog", len(waiting), queue=queue)
        overdue = now - waiting[0].at if waiting else 0.0
        metrics.add("backlog_overdue", max(0.0, overdue), "seconds", queue=queue)
    checkpoints = Checkpoints(store)
    for place in places:
        held = checkpoints.read(place)
        if held is not None:
            age = max(0.0, now - held.checkpoint.handled)
            metrics.add("checkpoint_age", age, "seconds", account=place.account, region=place.region)
