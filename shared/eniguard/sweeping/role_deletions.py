"""The tasks that delete service-linked roles, asked how they ended: whoever asked for one may not look."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from eniguard.errors import CloudError, DeadlineNear, Denied, NotFound, Throttled, Transport
from eniguard.events.calls import Call
from eniguard.events.catalog import APIS
from eniguard.events.catalog.ram import DELETION_STATUS, STATUS_OF_DELETION
from eniguard.events.responses import given_back
from eniguard.intake import Telling
from eniguard.intake.deletions import Deletions, task_of
from eniguard.intake.pending import DueEvent
from eniguard.own_calls import Ledger
from eniguard.pipeline import Pipeline
from eniguard.rules.slr.failed import FAILED, SlrDeleteFailed
from eniguard.sources.asking import Caller
from eniguard.state import Store
from eniguard.sweeping.parts import Each, Place, time_is_up
from eniguard.sweeping.told_once import ToldOnce
from eniguard.toolkit import Invocation

#: Deletions that one sweep asks about; roles are deleted one by one, and seldom.
MOST = 1_000
#: The status of a task that deleted its role (docs/sources.md, API).
_SUCCEEDED = "SUCCEEDED"
#: Seconds that it is known what was told; a task is asked about for a day.
_KNOWN = 30 * 86_400.0


class RoleDeletions:
    """Asks how deletions ended that were accepted, and tells of those that failed (SLR003).

    The answer is judged by the rule as part of the deletion: the finding is about the call that asked for it,
    and whoever made that.

    Parameters
    ----------
    pipeline
        Decides what an answer means.
    store
        Keeps the deletions, what was told, and the ledger of the guard's own calls.
    clients
        Gives the client of an account, ``None`` for one without a role.
    telling
        Tells what is found; by default in the log alone.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        clients: Callable[[str], Caller | None],
        telling: Telling | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._pipeline = pipeline
        self._deletions = Deletions(store)
        self._ledger = Ledger(store)
        self._clients = clients
        self._told = ToldOnce(store, telling, clock=clock, again_after=_KNOWN)
        self._clock = clock

    def run(self, own: Place, call: Invocation) -> None:
        """Ask account by account; ``own`` is the guard's place, and errors are those of `GapFill.run`."""
        found: dict[Place, list[DueEvent]] = {}
        for one in self._deletions.waiting(self._clock(), call.logger, MOST):
            account = one.event.call.account_id or own.account
            found.setdefault(Place(account, own.region), []).append(one)  # RAM has no regions
        each = Each("role_deletions", call)
        each.run(list(found), lambda place: self._account(place, found[place], call))
        each.close()

    def _account(self, place: Place, deletions: list[DueEvent], call: Invocation) -> None:
        """Ask about the deletions of one account; a task that is refused by itself holds up no other."""
        client = self._clients(place.account)
        refused: CloudError | None = None
        for one in deletions:
            if client is None:
                self._give_up(one, "the account has no role in `accounts` of guard.yml to ask it with", call)
                continue
            if time_is_up(call):
                raise DeadlineNear("no time left for all deletions of the account; the next sweep asks again")
            try:
                self._one(one, client, call)
            except CloudError as error:
                if _is_gone(error) or self._is_over(one):
                    self._give_up(one, str(error), call)
                if isinstance(error, (Denied, Throttled, Transport)):
                    raise
                refused = refused or (None if _is_gone(error) else error)
        if refused is not None:
            raise refused

    def _one(self, one: DueEvent, client: Caller, call: Invocation) -> None:
        asked = {"DeletionTaskId": task_of(one.event.call)}
        answer = client.call("resourcemanager", DELETION_STATUS, asked)
        if answer.get("RequestId"):
            self._ledger.add(str(answer["RequestId"]))
        status = answer.get("Status")
        if status in FAILED:
            self._tell(_answered(one.event.call, answer), call)
        elif status != _SUCCEEDED:
            if self._is_over(one):
                self._give_up(one, f"after a day its task has not ended: {status}", call)
            return
        self._deletions.over(one)

    def _tell(self, failed: Call, call: Invocation) -> None:
        decision = self._pipeline.decide(failed, self._clock()).decision
        for finding in decision.findings:
            if finding.rule == SlrDeleteFailed.code:
                self._told.tell(finding, call, changes=False)

    def _is_over(self, one: DueEvent) -> bool:
        return self._clock() >= one.due.at

    def _give_up(self, one: DueEvent, reason: str, call: Invocation) -> None:
        asked = one.event.call
        call.logger.warning(
            "role_deletion_given_up",
            account_id=asked.account_id,
            event_id=asked.event_id,
            task=task_of(asked),
            reason=reason,
        )
        self._deletions.over(one)


def _answered(call: Call, answer: Mapping[str, Any]) -> Call:
    """The deletion with what is now known of its task."""
    return replace(call, response={**call.response, **given_back(APIS[STATUS_OF_DELETION], answer)}, memo={})


def _is_gone(error: CloudError) -> bool:
    """Whether there is no such task; a role that is not there to be assumed says nothing of it."""
    return isinstance(error, NotFound) and error.action == DELETION_STATUS
