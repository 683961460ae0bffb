"""The function that carries plans out: it is called with the id of a plan, and with nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TextIO

import msgspec
from msgspec import Struct

from eniguard.cloud.accounts import Accounts
from eniguard.delivery.runtime import Runtime
from eniguard.errors import ApproverIsActor, CloudError, ConfigError, InputError, RemediationError
from eniguard.remediation.applying import Applying
from eniguard.remediation.outcome_findings import outcome_finding
from eniguard.remediation.outcomes import Outcome
from eniguard.remediation.plan import PlanState
from eniguard.toolkit import Invocation


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What the function is called with: the id of a plan, as 32 hex digits."""

    plan: str


class Stands(Struct, frozen=True):
    """How a plan stands; ``refused`` says why nothing was looked at."""

    plan: str
    state: PlanState | None = None
    refused: str | None = None


class RemediateDelivery:
    """Carries out plans that were approved.

    What is done, and on whose word, stands in the state store: whoever may call the function can but have
    carried out what was approved.

    Parameters
    ----------
    environment, clock, stream, index
        As for `eniguard.delivery.base.Delivery`.
    sleep
        Waits for seconds.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        stream: TextIO | None = None,
        index: str | None = None,
    ) -> None:
        self._runtime = _Runtime(
            environment, clock=clock, sleep=sleep, stream=stream, event_path=True, index=index
        )
        self._sleep = sleep
        self._handle = self._runtime.handler(_asked, self._carry_out)

    def prepare(self) -> None:
        """Load the policy; raises `ConfigError` when something is wrong with it."""
        self._runtime.prepare()

    def handle(self, event: bytes | str, context: object) -> str | None:
        """Carry out one plan, or take it back if that was decided.

        Parameters
        ----------
        event
            A JSON object with the id of a plan: ``{"plan": "…"}``.
        context
            The runtime's context, of python3.10 or python3.12.

        Returns
        -------
        str or None
            How the plan stands, as a JSON object (`Stands`).

        Raises
        ------
        ConfigError
            As for `prepare`; or guard.yml names no keys.
        StateError, CloudError, AlreadyInProgress
            It has to be called again; what was done is on record.
        """
        return self._handle(event, context)

    def _carry_out(self, asked: Asked, call: Invocation) -> str:
        if self._runtime.offline:
            raise ConfigError("a function that is offline puts nothing back: take ENIGUARD_OFFLINE away")
        runtime = self._runtime
        applying = Applying(
            runtime.store,
            runtime.plans.seal(),
            runtime.policy,
            runtime.writers,
            lambda outcome: self._told(outcome, call),
            clock=runtime.clock,
            sleep=self._sleep,
        )
        try:
            return self._run(applying, asked, call)
        finally:
            if runtime.policy.sinks:
                runtime.alerts.send(call)

    def _run(self, applying: Applying, asked: Asked, call: Invocation) -> str:
        try:
            record = applying.run(asked.plan, lasting=self._runtime.timeout)
        except (RemediationError, ApproverIsActor) as error:
            call.logger.error("plan_refused", plan=asked.plan, error=error)
            call.metrics.add("plans", ended="refused")
            return _encoded(Stands(asked.plan, refused=str(error)))
        except CloudError as error:
            call.logger.warning("plan_failed", plan=asked.plan, error=error, request=error.request_id)
            raise
        return _encoded(Stands(asked.plan, record.state))

    def _told(self, outcome: Outcome, call: Invocation) -> None:
        record = outcome.record
        marks = {"repeat": True} if outcome.repeat else {}
        verdict = record.undo_verdict or record.verdict
        call.logger.write(
            "plan",
            plan=record.plan.id,
            ended=outcome.ended,
            state=record.state,
            rule=record.plan.rule,
            account_id=record.plan.account,
            region=record.plan.region,
            resource=record.plan.subject,
            approver=None if verdict is None else verdict.approver,
            before=record.before,
            steps=record.steps,
            after=record.after,
            reason=record.reason,
            **marks,
        )
        call.metrics.add("plans", ended=outcome.ended)
        runtime = self._runtime
        if runtime.policy.sinks:
            runtime.alerts.tell_outcome(outcome_finding(outcome), outcome.ended, call)
        if outcome.finding is not None:
            runtime.telling.findings([outcome.finding], call, forgeable=False, repeat=outcome.repeat)


class _Runtime(Runtime):
    """The parts of an instance, and what writes."""

    @cached_property
    def writers(self) -> Accounts:
        """The clients of the own account, and of member accounts by the roles that put things back there."""
        return self.cloud.accounts(self.policy.remediation_roles)


def _asked(event: bytes) -> Asked:
    try:
        return msgspec.json.decode(event, type=Asked)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f'is no {{"plan": "ID"}}: {error}', path="<plan>") from None


def _encoded(stands: Stands) -> str:
    return msgspec.json.encode(stands).decode()
