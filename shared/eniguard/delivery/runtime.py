"""What one instance of a function works with: made when first needed, kept for the calls that follow."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, TextIO, TypeVar

from eniguard.delivery.connections import Connections
from eniguard.errors import AlreadyInProgress, ConfigError, StateError
from eniguard.pipeline import Pipeline
from eniguard.rule_modules import registry_of
from eniguard.settings import DEFAULT_POLICY, Policy
from eniguard.toolkit import Invocation, Logger, Metrics, guard_handler

if TYPE_CHECKING:
    from eniguard.alerts.alerts import Alerts
    from eniguard.alerts.sending import Sending
    from eniguard.cloud import Client
    from eniguard.cloud.accounts import Accounts
    from eniguard.dead_letters import DeadLetters
    from eniguard.delivery.plan_parts import PlanParts
    from eniguard.intake import Intake, Telling
    from eniguard.rules.registry import Registry
    from eniguard.sources import Source
    from eniguard.state import Store
    from eniguard.toolkit import Secrets

#: Where the policy of a function stands, guard.yml or policy.json; read once per instance.
POLICY_VARIABLE = "ENIGUARD_POLICY"
#: ``1``: nothing outside the function is asked; every fact is Unknown, and state is kept in memory.
OFFLINE_VARIABLE = "ENIGUARD_OFFLINE"

#: Seconds after which a call is taken for broken off where the runtime names no timeout: far more than the
#: 3 s that a function has by default (docs/sources.md, Function Compute).
_TIMEOUT = 60.0
#: The parts that hold the store, to be made anew with it.
_ON_THE_STORE = (
    "store",
    "dead_letters",
    "source",
    "pipeline",
    "alerts",
    "plans",
    "telling",
    "intake",
)

_Event = TypeVar("_Event")
_Answer = TypeVar("_Answer")


class Runtime:
    """The parts of one function instance.

    Parameters
    ----------
    environment
        The environment variables; those of the process by default.
    clock
        Gives seconds since 1970 (UTC).
    sleep
        Waits for seconds before a request is made again.
    stream
        Where log lines go; the standard output by default.
    event_path
        Whether rules are left out whose facts cost too much on the path of one event.
    index
        The index.py of the function; the policy.json beside it holds where no variable names a policy.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        stream: TextIO | None = None,
        event_path: bool = False,
        index: str | None = None,
    ) -> None:
        self.environment = os.environ if environment is None else environment
        self.clock = clock
        self.logger = Logger(stream=stream, clock=clock)
        self.metrics = Metrics(self.logger, clock=clock)
        self._sleep = sleep
        self._event_path = event_path
        self._index = index
        self.cloud = Connections(self.environment, clock=clock, sleep=sleep)

    def handler(
        self, read: Callable[[bytes], _Event], work: Callable[[_Event, Invocation], _Answer]
    ) -> Callable[[bytes | str, object], _Answer | None]:
        """The handler of the function: what ``read`` makes of the delivered bytes is handed to ``work``."""

        def served(event: _Event, call: Invocation) -> _Answer:
            self.prepare()
            self.cloud.serve(call)
            try:
                return work(event, call)
            except AlreadyInProgress:
                raise
            except StateError:
                self._leave_the_store()
                raise

        return guard_handler(
            read,
            logger=self.logger,
            metrics=self.metrics,
            environment=self.environment,
            clock=self.clock,
        )(served)

    def prepare(self) -> None:
        """Load the policy and the rules, and see whether the store that it names will do.

        Raises
        ------
        ConfigError
            The policy is wrong, or names no store that outlives a call.
        """
        _ = self.registry
        if self.offline:
            return
        if self.policy.state is None:
            raise ConfigError(
                f"{self.policy.source or 'guard.yml'} names no store: add a section `state` with its url "
                f"(the environment variable {POLICY_VARIABLE} says where the file is), "
                f"or set {OFFLINE_VARIABLE}=1 to decide from the events alone"
            )
        from eniguard.policy_store import check_policy_store

        check_policy_store(self.policy, environment=self.environment)

    @property
    def offline(self) -> bool:
        """Whether nothing outside the function is asked."""
        return self.environment.get(OFFLINE_VARIABLE) == "1"

    @cached_property
    def policy(self) -> Policy:
        """The policy that a variable names, else that of policy.json, else the built-in defaults."""
        from pathlib import Path

        from eniguard.settings.location import COMPILED, policy_at

        if named := self.environment.get(POLICY_VARIABLE):
            return policy_at(Path(named))
        if self._index is None or not (compiled := Path(self._index).with_name(COMPILED)).is_file():
            return DEFAULT_POLICY
        return policy_at(compiled)

    @cached_property
    def registry(self) -> Registry:
        """The enabled rules."""
        return registry_of(self.policy, event_path=self._event_path)

    @cached_property
    def store(self) -> Store:
        """The state store that the policy names; in memory when offline."""
        from eniguard.policy_store import open_policy_store

        return open_policy_store(
            self.policy,
            environment=self.environment,
            secret=self.secrets.get,
            keys=self.cloud.keys,
            clock=self.clock,
        )

    @cached_property
    def secrets(self) -> Secrets:
        """The values of references; log lines hide them."""
        from eniguard.toolkit import Secrets

        return Secrets(
            kms=self.cloud.secret,
            environment=self.environment,
            redactor=self.logger.redactor,
            clock=self.clock,
        )

    @cached_property
    def pipeline(self) -> Pipeline:
        """What decides."""
        from eniguard.own_calls import Ledger

        return Pipeline(
            self.policy,
            registry=self.registry,
            source=self.source,
            history=self.store,
            ledger=Ledger(self.store),
        )

    @cached_property
    def source(self) -> Source | None:
        """Where facts come from: the cloud, with the last-known copies; nowhere when offline."""
        if self.offline:
            return None
        from eniguard.sources.last_known import LastKnown
        from eniguard.sources.live import LiveSource
        from eniguard.sources.managed_listings import ManagedListings

        return LiveSource(
            self._client_of,
            copies=LastKnown(self.store),
            listings=ManagedListings(self.store, clock=self.clock),
            clock=self.clock,
        )

    @cached_property
    def intake(self) -> Intake:
        """What takes in events; made in the first call, whose timeout is that of all."""
        from eniguard.intake import Intake
        from eniguard.own_calls import Canaries

        return Intake(
            self.pipeline,
            self.store,
            self.dead_letters,
            in_progress_for=self.timeout,
            clock=self.clock,
            canaries=Canaries(self.store),
            telling=self.telling,
        )

    @cached_property
    def telling(self) -> Telling:
        """What tells of decisions: in the log, and, unless offline, with plans and to the sinks."""
        from eniguard.intake import Telling

        if self.offline:
            return Telling()
        return Telling((lambda: self.alerts) if self.policy.sinks else None, lambda: self.plans.proposals)

    @cached_property
    def alerts(self) -> Alerts:
        """What takes findings on their way to people; made for the first finding."""
        from eniguard.alerts.alerts import Alerts

        return Alerts.of(self.policy, self.store, sending=self._sending, clock=self.clock)

    @cached_property
    def plans(self) -> PlanParts:
        """What plans are made and carried out with."""
        from eniguard.delivery.plan_parts import PlanParts

        return PlanParts(
            self.policy,
            self.environment,
            store=lambda: self.store,
            secret=self.secrets.get,
            client=lambda: self.accounts.own,
            clock=self.clock,
            own=lambda: self.cloud.context.account_id,
        )

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """Where events go that cannot be dealt with."""
        from eniguard.dead_letters import DeadLetters

        return DeadLetters(self.store, clock=self.clock)

    @property
    def timeout(self) -> float:
        """Seconds after which a call is over, whatever became of it."""
        return self.cloud.context.timeout or _TIMEOUT

    @property
    def function(self) -> str:
        """The name of the function."""
        return self.cloud.context.function_name or "eniguard"

    @cached_property
    def accounts(self) -> Accounts:
        """The clients of the own account and of the member accounts."""
        return self.cloud.accounts(self.policy.account_roles)

    def _client_of(self, account: str) -> Client | None:
        """The client of an account; the first one is made by the first look-up."""
        return self.accounts(account)

    def _sending(self) -> Sending:
        from eniguard.alerts.reaching import Reaching
        from eniguard.alerts.sending import Sending

        reach = Reaching(self.policy.alerts, self.registry.catalogue, self.secrets.get)
        return Sending(self.store, reach, clock=self.clock, sleep=self._sleep)

    def _leave_the_store(self) -> None:
        """Let the next call open the store anew: its password may have changed, its connection be lost."""
        state = self.policy.state
        if self.offline or state is None:
            return
        store: Store | None = self.__dict__.get("store")
        for name in _ON_THE_STORE:
            self.__dict__.pop(name, None)
        if store is not None:
            with suppress(StateError):
                store.close()
        for reference in (state.url, state.password):
            if reference is not None:
                self.secrets.forget(reference)
