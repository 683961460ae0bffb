"""What a function instance makes plans with, has them carried out with, and links to them with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from eniguard.errors import ConfigError
from eniguard.intake.proposals import Proposals
from eniguard.remediation.invoking import invoke
from eniguard.remediation.keys import seal_of
from eniguard.remediation.proposing import Remediation
from eniguard.settings import Policy

if TYPE_CHECKING:
    from eniguard.cloud import Client
    from eniguard.remediation.approval.links import Links
    from eniguard.remediation.seal import Seal
    from eniguard.state import Store

#: The name of the function that carries plans out; it is called with ``{"plan": ID}``.
REMEDIATE_VARIABLE = "ENIGUARD_REMEDIATE"


class PlanParts:
    """The parts of one function instance that have to do with plans.

    Parameters
    ----------
    policy
        Says how far plans may go, and names the keys.
    environment
        Names the function that carries plans out.
    store
        Gives where plans are kept.
    secret
        Gives the value of a reference.
    client
        Gives what calls the function.
    clock
        Gives seconds since 1970 (UTC).
    own
        Gives the account that the function runs in; ``None`` when it is not known.
    """

    def __init__(
        self,
        policy: Policy,
        environment: Mapping[str, str],
        *,
        store: Callable[[], Store],
        secret: Callable[[str], str],
        client: Callable[[], Client],
        clock: Callable[[], float],
        own: Callable[[], str | None],
    ) -> None:
        self._policy = policy
        self._environment = environment
        self._store = store
        self._secret = secret
        self._client = client
        self._clock = clock
        self._own = own

    @cached_property
    def proposals(self) -> Proposals:
        """What puts down plans for findings."""
        links = None if self._policy.remediation.approval is None else self.links
        return Proposals(self.remediation, self._policy, links, clock=self._clock)

    @cached_property
    def remediation(self) -> Remediation:
        """What makes plans, and has those carried out that nobody has to approve."""
        return Remediation(
            self._store(), self._policy, self.seal, self.invoke, clock=self._clock, own=self._own()
        )

    def seal(self) -> Seal:
        """What verdicts on plans are sealed with.

        Raises
        ------
        ConfigError
            guard.yml names no keys, or one is too short.
        CloudError
            A key cannot be had.
        """
        return seal_of(self._policy.remediation, self._secret)

    def links(self) -> Links:
        """What makes links to the page on which plans are approved; errors are those of `seal`."""
        from eniguard.remediation.approval.links import links_of

        return links_of(self._policy.remediation, self._secret)

    def invoke(self, plan_id: str) -> None:
        """Have a plan carried out; does not wait for it.

        Raises
        ------
        CloudError
            Function Compute did not take the call.
        ConfigError
            No variable names the function.
        """
        invoke(self._client(), remediate_in(self._environment), plan_id)


def remediate_in(environment: Mapping[str, str]) -> str:
    """The name of the function that carries plans out; raises `ConfigError` when no variable names it."""
    name = environment.get(REMEDIATE_VARIABLE)
    if not name:
        raise ConfigError(
            f"set the environment variable {REMEDIATE_VARIABLE}: it names the function remediate"
        )
    return name
