"""What one instance of a function works with: made when first needed, kept for the calls that follow."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TextIO, TypeVar

from eniguard.errors import ConfigError
from eniguard.pipeline import Pipeline
from eniguard.rule_modules import registry_of
from eniguard.settings import DEFAULT_POLICY, Policy
from eniguard.toolkit import FcContext, Invocation, Logger, Metrics, guard_handler

if TYPE_CHECKING:
    from eniguard.cloud import Client, CredentialsProvider, FunctionCredentials
    from eniguard.cloud.accounts import Accounts
    from eniguard.cloud.data_reads import DataReads
    from eniguard.dead_letters import DeadLetters
    from eniguard.intake import Intake
    from eniguard.rules.registry import Registry
    from eniguard.sources import Source
    from eniguard.state import Store

#: Where the policy of a function stands, guard.yml or policy.json; read once per instance.
POLICY_VARIABLE = "ENIGUARD_POLICY"
#: ``1``: nothing outside the function is asked; every fact is Unknown, and state is kept in memory.
OFFLINE_VARIABLE = "ENIGUARD_OFFLINE"
#: Addresses in place of the cloud's, as in ``ecs=http://127.0.0.1:8080,*=http://127.0.0.1:8081``.
ENDPOINTS_VARIABLE = "ENIGUARD_ENDPOINTS"

#: Seconds after which a call is taken for broken off where the runtime names no timeout: its longest default
#: (docs/sources.md, Function Compute).
_TIMEOUT = 60.0

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
        stream: TextIO | None = None,
        event_path: bool = False,
        index: str | None = None,
    ) -> None:
        self.environment = os.environ if environment is None else environment
        self.clock = clock
        self.logger = Logger(stream=stream, clock=clock)
        self.metrics = Metrics(self.logger, clock=clock)
        self._event_path = event_path
        self._index = index
        self._context = FcContext()
        self._until: float | None = None

    def handler(
        self, read: Callable[[bytes], _Event], work: Callable[[_Event, Invocation], _Answer]
    ) -> Callable[[bytes | str, object], _Answer | None]:
        """The handler of the function: what ``read`` makes of the delivered bytes is handed to ``work``."""

        def served(event: _Event, call: Invocation) -> _Answer:
            self.serve(call)
            return work(event, call)

        return guard_handler(
            read,
            logger=self.logger,
            metrics=self.metrics,
            environment=self.environment,
            clock=self.clock,
        )(served)

    def serve(self, call: Invocation) -> None:
        """Take over the credentials and the deadline of a call."""
        self._context, self._until = call.context, call.deadline.at
        if not self.offline and call.context.credentials is not None:
            self._credentials.take(call.context)

    def prepare(self) -> None:
        """Load the policy and the rules.

        Raises
        ------
        ConfigError
            The policy is wrong, or names no store for what has to outlive a call.
        """
        _ = self.registry
        if not self.offline and self.policy.state is None:
            raise ConfigError(
                "guard.yml names no store: add a section `state` with its url, "
                f"or set {OFFLINE_VARIABLE}=1 to decide from the events alone"
            )

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
        """The state store; in memory when offline."""
        from eniguard.state import open_store

        if self.offline or self.policy.state is None:
            return open_store("memory:", clock=self.clock)
        return open_store(self.policy.state.url, clock=self.clock)

    @cached_property
    def pipeline(self) -> Pipeline:
        """What decides."""
        return Pipeline(self.policy, registry=self.registry, source=self.source, history=self.store)

    @cached_property
    def source(self) -> Source | None:
        """Where facts come from: the cloud, with the last-known copies; nowhere when offline."""
        if self.offline:
            return None
        from eniguard.sources.last_known import LastKnown
        from eniguard.sources.live import LiveSource
        from eniguard.sources.managed_listings import ManagedListings

        return LiveSource(
            self.accounts,
            copies=LastKnown(self.store),
            listings=ManagedListings(self.store, clock=self.clock),
            clock=self.clock,
        )

    @cached_property
    def intake(self) -> Intake:
        """What takes in events; made in the first call, whose timeout is that of all."""
        from eniguard.intake import Intake

        return Intake(
            self.pipeline,
            self.store,
            self.dead_letters,
            in_progress_for=self.timeout,
            clock=self.clock,
        )

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """Where events go that cannot be dealt with."""
        from eniguard.dead_letters import DeadLetters

        return DeadLetters(self.store, clock=self.clock)

    @property
    def timeout(self) -> float:
        """Seconds after which a call is over, whatever became of it."""
        return self._context.timeout or _TIMEOUT

    @property
    def function(self) -> str:
        """The name of the function."""
        return self._context.function_name or "eniguard"

    @cached_property
    def accounts(self) -> Accounts:
        """The clients of the own account and of the member accounts."""
        from eniguard.cloud.accounts import Accounts

        own = self._context.account_id or ""
        return Accounts(own, self._client(self._credentials), self.policy.account_roles, self._client)

    @cached_property
    def reads(self) -> DataReads:
        """What reads logs and objects."""
        from eniguard.cloud.data_reads import DataReads

        return DataReads(self._credentials, clock=self.clock, deadline=lambda: self._until)

    @cached_property
    def endpoints(self) -> dict[str, str]:
        """Addresses by product, or ``*``, in place of the cloud's.

        Raises
        ------
        ConfigError
            The variable says something else.
        """
        given = self.environment.get(ENDPOINTS_VARIABLE, "")
        found = {}
        for entry in filter(None, (part.strip() for part in given.split(","))):
            product, separator, address = entry.partition("=")
            if not separator or not product or not address:
                raise ConfigError(f"{ENDPOINTS_VARIABLE}: {entry!r} is no product=address")
            found[product] = address
        return found

    def address(self, product: str) -> str | None:
        """Where to send the requests of a product in place of the cloud."""
        return self.endpoints.get(product, self.endpoints.get("*"))

    @cached_property
    def _credentials(self) -> FunctionCredentials:
        from eniguard.cloud import FunctionCredentials

        return FunctionCredentials(self.environment)

    def _client(self, credentials: CredentialsProvider) -> Client:
        from eniguard.cloud import Client

        return Client(
            credentials,
            region=self._context.region or "cn-hangzhou",
            endpoints=self.endpoints,
            clock=self.clock,
            deadline=lambda: self._until,
        )
