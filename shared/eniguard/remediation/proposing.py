"""What the functions that decide events use: findings in, plans put down, those of mode auto set going."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from eniguard.errors import VerdictRefused
from eniguard.model import Finding
from eniguard.remediation.box import Plans
from eniguard.remediation.plan import Approver, Plan, PlanRecord
from eniguard.remediation.planning import plan_of
from eniguard.remediation.seal import Seal
from eniguard.settings import Policy
from eniguard.state import Store

#: Who approves where the mode of a plan is auto.
BY_MODE = Approver("mode", "eniguard", "auto", "nobody: the mode is auto")


class Remediation:
    """Puts down a plan for each finding that has one.

    Parameters
    ----------
    store
        Where plans are kept.
    policy
        Says how far plans may go.
    seal
        Gives what seals; asked for by the first plan of mode auto.
    invoke
        Has a plan carried out, by its id: an asynchronous call of the function remediate.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        store: Store,
        policy: Policy,
        seal: Callable[[], Seal],
        invoke: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._policy = policy
        self._seal = seal
        self._invoke = invoke
        self._clock = clock

    def propose(self, findings: Iterable[Finding], *, forgeable: bool) -> list[PlanRecord]:
        """Put down the plans of some findings; the same findings lead to the same plans.

        Parameters
        ----------
        findings
            All of one call.
        forgeable
            Whether its event came by a way that anybody can use (`Call.forgeable`).

        Raises
        ------
        StateError, CloudError, ConfigError
            A plan was not put down, or not set going: propose again.
        """
        now = self._clock()
        made = [plan_of(one, self._policy, forgeable=forgeable, at=now) for one in findings]
        return [self._proposed(one) for one in made if one is not None]

    def overdue(self) -> tuple[str, ...]:
        """Have those plans carried out that no run began or ended, or that failed for a while."""
        found = Plans(self._store, clock=self._clock).overdue()
        for plan_id in found:
            self._invoke(plan_id)
        return found

    def _proposed(self, plan: Plan) -> PlanRecord:
        record = Plans(self._store, clock=self._clock).propose(plan)
        if record.plan.mode != "auto":
            return record
        if record.state == "proposed":
            record = self._approved(record)
        if record.state == "approved":
            self._invoke(record.plan.id)
        return record

    def _approved(self, record: PlanRecord) -> PlanRecord:
        seal, now = self._seal(), self._clock()
        plans = Plans(self._store, seal, clock=self._clock)
        try:
            return plans.decide(record.plan.id, seal.verdict(record.plan, BY_MODE, approved=True, at=now))
        except VerdictRefused:  # decided meanwhile, or expired
            return plans.get(record.plan.id) or record
