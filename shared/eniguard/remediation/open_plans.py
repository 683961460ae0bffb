"""The queue of plans that a run has something left to do about."""

from __future__ import annotations

from collections.abc import Callable

from eniguard.remediation.progress import BEGUN_WITHIN
from eniguard.state import Store

_QUEUE = "plans_open"


class OpenPlans:
    """Plans by when somebody has to look whether a run is at them.

    The queue only reminds: when a plan is due stands in its record. A time in the queue that another write
    left there is put right when it is reached.

    Parameters
    ----------
    store
        Where the queue is.
    due_at
        When the plan of an id is due by its record, in seconds since 1970 (UTC); ``None``: nothing is left to
        do.
    """

    def __init__(self, store: Store, due_at: Callable[[str], float | None]) -> None:
        self._store = store
        self._due_at = due_at

    def put(self, plan_id: str, at: float) -> None:
        """Let a plan be looked at, at ``at`` and not before."""
        self._store.schedule(_QUEUE, plan_id, at)

    def take_out(self, plan_id: str, at: float) -> None:
        """Let it not be looked at, unless that was put off meanwhile."""
        self._store.unschedule(_QUEUE, plan_id, at=at)

    def due(self, now: float, limit: int) -> tuple[str, ...]:
        """The ids of plans that are due, at most ``limit``, those that waited longest first.

        Each comes again when no run has begun by `BEGUN_WITHIN`, after those that are due by then: plans that
        come to no end keep none of the others waiting.
        """
        found = []
        for one in self._store.due(_QUEUE, now, limit):
            at = self._due_at(one.member)
            if at is None:
                self.take_out(one.member, one.at)
            elif at > now:
                self.put(one.member, at)
            else:
                self.put(one.member, now + BEGUN_WITHIN)
                found.append(one.member)
        return tuple(found)
