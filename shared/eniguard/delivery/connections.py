"""How a function instance reaches the cloud: keys of the call, clients that outlive it, addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from eniguard.errors import ConfigError
from eniguard.toolkit import FcContext, Invocation

if TYPE_CHECKING:
    from eniguard.cloud import AssumedRole, Client, Credentials, CredentialsProvider, FunctionCredentials
    from eniguard.cloud.accounts import Accounts
    from eniguard.cloud.data_reads import DataReads

#: Addresses in place of the cloud's, as in ``ecs=http://127.0.0.1:8080,*=http://127.0.0.1:8081``.
ENDPOINTS_VARIABLE = "ENIGUARD_ENDPOINTS"


class Connections:
    """The clients of one function instance, each made when first needed.

    Parameters
    ----------
    environment
        The environment variables.
    clock
        Gives seconds since 1970 (UTC).
    sleep
        Waits for seconds before a request is made again.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self.context = FcContext()
        self._environment = environment
        self._clock = clock
        self._sleep = sleep
        self._until: float | None = None

    def serve(self, call: Invocation) -> None:
        """Take over the credentials and the deadline of a call."""
        self.context, self._until = call.context, call.deadline.at

    def until(self) -> float | None:
        """When the call that is served has to be done; ``None`` when it may take any time."""
        return self._until

    def keys(self) -> Credentials:
        """What signs: each call of the function has keys of its own, and clients outlive a call."""
        self._credentials.take(self.context)
        return self._credentials()

    def accounts(self, roles: Mapping[str, str]) -> Accounts:
        """The clients of the own account, and of member accounts by the roles to assume there."""
        from eniguard.cloud.accounts import Accounts

        own = self.context.account_id or ""
        return Accounts(own, self._client(self.keys), roles, self._client, assume=self._assumed)

    @cached_property
    def reads(self) -> DataReads:
        """What reads logs and objects."""
        from eniguard.cloud.data_reads import DataReads

        return DataReads(self.keys, clock=self._clock, sleep=self._sleep, deadline=self.until)

    @cached_property
    def endpoints(self) -> dict[str, str]:
        """Addresses by product, or ``*``, in place of the cloud's.

        Raises
        ------
        ConfigError
            The variable says something else.
        """
        from eniguard.cloud.endpoints import overrides

        return overrides(self._environment.get(ENDPOINTS_VARIABLE, ""), ENDPOINTS_VARIABLE)

    def address(self, product: str) -> str | None:
        """Where to send requests for logs or objects in place of the cloud; of ``*`` its host counts."""
        given = self.endpoints.get(product)
        if given is None and (every := self.endpoints.get("*")) is not None:
            scheme, separator, rest = every.rpartition("://")
            given = f"{scheme}{separator}{rest.partition('/')[0]}"
        return given if given is None or "://" in given else f"https://{given}"

    def secret(self, name: str) -> str:
        """The value of a secret in KMS."""
        from eniguard.cloud.secret_values import SecretValues

        return SecretValues(self._client(self.keys))(name)

    @cached_property
    def _credentials(self) -> FunctionCredentials:
        from eniguard.cloud import FunctionCredentials

        return FunctionCredentials(self._environment)

    def _client(self, credentials: CredentialsProvider) -> Client:
        from eniguard.cloud import Client

        region = self.context.region
        if region is None:
            raise ConfigError("the runtime names no region: set the environment variable FC_REGION")
        return Client(
            credentials,
            region=region,
            endpoints=self.endpoints,
            clock=self._clock,
            sleep=self._sleep,
            deadline=self.until,
        )

    def _assumed(self, client: Client, role_arn: str) -> AssumedRole:
        from eniguard.cloud import AssumedRole

        return AssumedRole(client, role_arn, clock=self._clock)
