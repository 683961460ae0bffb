"""What the functions that decide events use: findings in, plans put down, those of mode auto set going."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec.structs import replace

from eniguard.errors import RemediationError, VerdictRefused
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
    own
        The account that the guard runs in; ``None`` when it is not known.
    """

    def __init__(
        self,
        store: Store,
        policy: Policy,
        seal: Callable[[], Seal],
        invoke: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.time,
        own: str | None = None,
    ) -> None:
        self._plans = Plans(store, clock=clock)
        self._store = store
        self._policy = policy
        self._seal = seal
        self._invoke = invoke
        self._clock = clock
        self._own = own

    def propose(self, finding: Finding, *, forgeable: bool) -> PlanRecord | None:
        """Put down the plan of a finding, once; ``None`` for one that has none.

        Parameters
        ----------
        finding
            What was found.
        forgeable
            Whether its event came by a way that anybody can use (`Call.forgeable`).

        Raises
        ------
        StateError
            It was not put down: propose it again.
        RemediationError
            No store can keep it.
        """
        plan = self._made(finding, forgeable=forgeable)
        return None if plan is None else self._plans.propose(plan)

    def set_going(self, record: PlanRecord, finding: Finding) -> PlanRecord:
        """Have the plan of a finding carried out, if its mode is auto and nothing was decided.

        What is sealed is what follows from the finding, and nothing else that stands in the store.

        Raises
        ------
        CloudError, ConfigError
            It was not set going: there is no key, or no function that carries it out.
        RemediationError
            It was not set going: what is there is not the plan that is made of the finding now.
        StateError
            The store did not do what was asked: set it going again.
        """
        if record.plan.mode != "auto":
            return record
        if record.state == "proposed":
            self._check_own(record.plan, finding)
            record = self._approved(record)
        if record.state == "approved":
            self._invoke(record.plan.id)
        return record

    def overdue(self) -> tuple[str, ...]:
        """Have those plans carried out that no run began or ended, or that failed for a while; their ids.

        Raises
        ------
        CloudError, ConfigError
            There is no function that carries them out.
        StateError
            The store did not do what was asked.
        """
        found = self._plans.overdue()
        for plan_id in found:
            self._invoke(plan_id)
        return found

    def _made(self, finding: Finding, *, forgeable: bool) -> Plan | None:
        return plan_of(finding, self._policy, forgeable=forgeable, at=self._clock(), own=self._own)

    def _check_own(self, there: Plan, finding: Finding) -> None:
        """Let a plan pass that is made of the finding now, but for its times.

        Whoever can write to the store could put another one under its id, to have that sealed.
        """
        made = self._made(finding, forgeable=False)
        expires = there.at + self._policy.remediation.expires
        if made is None or replace(made, at=there.at, expires=expires).digest != there.digest:
            raise RemediationError(
                f"plan {there.id} in the state store is not the one that is made of its finding now: "
                "somebody wrote it over, or guard.yml or the resource changed; it waits for a person"
            )

    def _approved(self, record: PlanRecord) -> PlanRecord:
        seal, now = self._seal(), self._clock()
        plans = Plans(self._store, seal, clock=self._clock)
        try:
            return plans.decide(record.plan.id, seal.verdict(record.plan, BY_MODE, approved=True, at=now))
        except VerdictRefused:  # decided meanwhile, or expired
            return plans.get(record.plan.id) or record
