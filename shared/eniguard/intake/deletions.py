"""Deletions of service-linked roles that were accepted, put down for the sweep to ask how they ended."""

from __future__ import annotations

from eniguard.events.calls import Call
from eniguard.events.catalog.ram import DELETION
from eniguard.events.kept import KeptEvent
from eniguard.intake.pending import DELETIONS, DueEvent, Pending
from eniguard.rules.registry import Registry
from eniguard.rules.slr.failed import SlrDeleteFailed
from eniguard.state import Store
from eniguard.toolkit import Logger

#: Seconds for which a task is asked about; a choice of this project, no document says how long one may run.
WATCHED = 86_400.0
#: Characters of the id of a task (docs/sources.md, API).
_LENGTHS = range(26, 256)


class Deletions:
    """The tasks of deletions that were accepted, each until it is known how it ended, or for a day.

    Parameters
    ----------
    store
        Where they are kept. Every method raises `StateError` when it did not do what was asked.
    """

    def __init__(self, store: Store) -> None:
        self._pending = Pending(store)

    def accepted(self, call: Call, event: KeptEvent, now: float) -> None:
        """Put down the task that a decided call started; nothing for any other call.

        A task that is there already, since the deletion was asked for twice, is kept with the later call.
        """
        task = task_of(call)
        if task is not None and not event.cut:
            self._pending.watch(f"{call.account_id or '-'}/{task}", event, now + WATCHED)

    def waiting(self, now: float, log: Logger, limit: int) -> list[DueEvent]:
        """The deletions to be asked about, the oldest first; what is due by ``now`` for the last time."""
        return self._pending.due(DELETIONS, now + WATCHED, log, limit)

    def over(self, one: DueEvent) -> None:
        """Take out a deletion, unless it was put down anew meanwhile."""
        self._pending.settled(DELETIONS, one.due)


def are_watched(registry: Registry) -> bool:
    """Whether deletions are asked about: where the rule that tells of those that failed is enabled."""
    return any(isinstance(rule, SlrDeleteFailed) for rule in registry.rules)


def task_of(call: Call) -> str | None:
    """The task that a deletion of a service-linked role started; ``None`` where there is none."""
    if call.action != DELETION or call.outcome != "ok":
        return None
    task = next(iter(call.response.get("DeletionTaskId", ())), "")
    return task if len(task) in _LENGTHS else None
