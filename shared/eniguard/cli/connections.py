"""The cloud and the store as the command line reaches them: credentials, region, endpoints."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from eniguard.errors import ConfigError
from eniguard.settings import Policy

if TYPE_CHECKING:
    from eniguard.cloud import Accounts, Client, CredentialsProvider, FunctionCredentials
    from eniguard.cloud.data_reads import DataReads
    from eniguard.dead_letters.rereading import Rereading
    from eniguard.sources import Source
    from eniguard.state import Store
    from eniguard.toolkit.secrets import Secrets

#: Where the official tools look for the region (docs/sources.md, API).
REGION_VARIABLE = "ALIBABA_CLOUD_REGION_ID"
#: As in functions: addresses in place of the cloud's.
ENDPOINTS_VARIABLE = "ENIGUARD_ENDPOINTS"
OFFLINE_VARIABLE = "ENIGUARD_OFFLINE"


class Connections:
    """What a command reaches the cloud and the store by; each part is made when first needed.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    region
        The region that was asked for; else that of the environment, else the first of guard.yml.
    environment
        The environment variables; those of the process by default.
    clock, sleep
        Gives seconds since 1970 (UTC); waits for seconds.
    """

    def __init__(
        self,
        policy: Policy,
        region: str | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.policy = policy
        self.clock = clock
        self.environment = os.environ if environment is None else environment
        self._region = region
        self._sleep = sleep

    @cached_property
    def region(self) -> str:
        """The region of the guard.

        Raises
        ------
        ConfigError
            Nobody says which.
        """
        first = self.policy.regions[0] if self.policy.regions else None
        region = self._region or self.environment.get(REGION_VARIABLE) or first
        if not region:
            raise ConfigError(
                f"which region the guard is in is not known: give --region, set {REGION_VARIABLE}, "
                "or name it first under regions in guard.yml"
            )
        return region

    @cached_property
    def credentials(self) -> FunctionCredentials:
        """Gives the credentials: those of the environment, else of the official chain."""
        from eniguard.cloud import FunctionCredentials

        return FunctionCredentials(self.environment)

    @property
    def keys_from(self) -> str:
        """Where the credentials come from, in words."""
        from eniguard.cloud import from_environment

        if from_environment(self.environment) is not None:
            return "environment variables"
        return "the official chain of credentials"

    @cached_property
    def client(self) -> Client:
        """The client of the guard's own account.

        Raises
        ------
        ConfigError
            As for `region`; or the endpoints are wrong.
        """
        return self._client(self.credentials)

    def accounts(self, own: str, roles: Mapping[str, str] | None = None) -> Accounts:
        """The clients of member accounts, beside that of the own one; by default by the roles that read."""
        from eniguard.cloud import Accounts

        taken = self.policy.account_roles if roles is None else roles
        return Accounts(own, self.client, taken, self._client)

    @cached_property
    def all_accounts(self) -> Accounts:
        """The same, with the own account asked for: raises `CloudError` when STS does not tell."""
        own = self.client.call("sts", "GetCallerIdentity", {})
        return self.accounts(str(own.get("AccountId", "")))

    @cached_property
    def reads(self) -> DataReads:
        """What reads logs and objects."""
        from eniguard.cloud.data_reads import DataReads

        return DataReads(self.credentials, clock=self.clock, sleep=self._sleep)

    @cached_property
    def rereading(self) -> Rereading:
        """What reads events again where they came from."""
        from eniguard.cloud.logs import LogPuller
        from eniguard.cloud.objects import ObjectReader
        from eniguard.dead_letters.rereading import Rereading

        return Rereading(
            self.region,
            self._of_account,
            LogPuller(self.reads, address=self.address("log")),
            ObjectReader(self.reads, address=self.address("oss"), internal=False),
            clock=self.clock,
        )

    def source(self, store: Store) -> Source:
        """Live facts, with what the store holds beside them."""
        from eniguard.sources.last_known import LastKnown
        from eniguard.sources.live import LiveSource
        from eniguard.sources.managed_listings import ManagedListings

        return LiveSource(
            self.all_accounts,
            copies=LastKnown(store),
            listings=ManagedListings(store, clock=self.clock),
            clock=self.clock,
        )

    def store(self, *, deployed: bool = False) -> Store:
        """The state store, opened; ``deployed``: as a deployed function opens it.

        Raises
        ------
        ConfigError, StateError
            As for `eniguard.policy_store.open_policy_store`.
        """
        from eniguard.policy_store import DEPLOYED_VARIABLE, open_policy_store

        environment = {**self.environment, DEPLOYED_VARIABLE: "eniguard"} if deployed else self.environment
        return open_policy_store(
            self.policy,
            environment=environment,
            secret=self.secrets.get,
            keys=self.credentials,
            clock=self.clock,
        )

    @cached_property
    def secrets(self) -> Secrets:
        """The values of references: of the environment, or of KMS."""
        from eniguard.toolkit.secrets import Secrets

        return Secrets(kms=self._secret, environment=self.environment, clock=self.clock)

    @cached_property
    def endpoints(self) -> dict[str, str]:
        """Addresses by product, or ``*``, in place of the cloud's; raises `ConfigError` for what is none."""
        from eniguard.cloud.endpoints import overrides

        return overrides(self.environment.get(ENDPOINTS_VARIABLE, ""), ENDPOINTS_VARIABLE)

    def address(self, product: str) -> str | None:
        """Where to send the requests of a product in place of the cloud."""
        given = self.endpoints.get(product, self.endpoints.get("*"))
        return None if given is None else given.replace("{product}", product).replace("{region}", self.region)

    def _of_account(self, account: str) -> Client | None:
        return self.all_accounts(account)

    def _secret(self, name: str) -> str:
        from eniguard.cloud.secret_values import SecretValues

        return SecretValues(self.client)(name)

    def _client(self, credentials: CredentialsProvider) -> Client:
        from eniguard.cloud import Client

        return Client(
            credentials,
            region=self.region,
            endpoints=self.endpoints,
            clock=self.clock,
            sleep=self._sleep,
        )
