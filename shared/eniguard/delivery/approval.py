"""The approval page as a function: an HTTP trigger hands over requests, and takes answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import urlsplit

from msgspec.structs import replace

from eniguard.delivery.plan_parts import remediate_in
from eniguard.delivery.runtime import Runtime
from eniguard.errors import ConfigError
from eniguard.remediation.approval.exchange import Answer, Request, read_request
from eniguard.remediation.approval.sessions import SIGNED_IN
from eniguard.toolkit import Invocation

if TYPE_CHECKING:
    from eniguard.remediation.approval.openid import OpenId
    from eniguard.remediation.approval.page import ApprovalPage
    from eniguard.settings.approving import ApprovalSettings


class _PageRuntime(Runtime):
    """The parts of an instance that decides no event, and so has no rules."""

    def prepare(self) -> None:
        """See whether guard.yml says how plans are approved, and names a store that will do.

        Raises
        ------
        ConfigError
            It does not.
        """
        if not self.offline:
            from eniguard.policy_store import check_policy_store

            check_policy_store(self.policy, environment=self.environment)
        _ = self.approval
        remediate_in(self.environment)

    @property
    def approval(self) -> ApprovalSettings:
        """The settings of the page."""
        approval = self.policy.remediation.approval
        if approval is None:
            raise ConfigError(
                f"{self.policy.source or 'guard.yml'} has no section remediation.approval: "
                "it says who may approve plans (docs/approval.md)"
            )
        return approval


class ApprovalDelivery:
    """Shows plans, and lets people who sign in decide about them.

    Parameters
    ----------
    environment, clock, stream, index
        As for `eniguard.delivery.EventDelivery`.
    remediate
        Has a plan carried out, by its id, and does not wait for it; by default the function that
        `eniguard.delivery.plan_parts.REMEDIATE_VARIABLE` names is called.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        stream: TextIO | None = None,
        index: str | None = None,
        remediate: Callable[[str], None] | None = None,
    ) -> None:
        self._runtime = _PageRuntime(environment, clock=clock, stream=stream, index=index)
        self._remediate = self._runtime.plans.invoke if remediate is None else remediate
        self._handle = self._runtime.handler(read_request, self._answer)

    def prepare(self) -> None:
        """Load the policy, and see whether all is there; raises `ConfigError` when something is missing."""
        self._runtime.prepare()

    def handle(self, event: bytes | str, context: object) -> dict[str, Any]:
        """Answer one request.

        Parameters
        ----------
        event
            What an HTTP trigger calls a function of a built-in runtime with
            (`eniguard.remediation.approval.exchange`).
        context
            The runtime's context, of python3.10 or python3.12.

        Returns
        -------
        dict
            The answer, as the trigger takes it. Whatever goes wrong is told in the log, and to the person
            with nothing but that it did.
        """
        from eniguard.remediation.approval.views import message_page

        try:
            answer = self._handle(event, context)
        except Exception:  # noqa: BLE001 - the handler told of it; a person waits for a page
            answer = message_page("broken", 503, "en")
        return (answer or message_page("invalid", 404, "en")).as_taken()

    def _answer(self, request: Request, call: Invocation) -> Answer:
        answer = self._page(call).answer(request)
        url = urlsplit(self._runtime.approval.url)
        # Said by none, Function Compute lets any site read it, with cookies (docs/sources.md, HTTP triggers).
        own = {"Access-Control-Allow-Origin": f"{url.scheme}://{url.netloc}"}
        return replace(answer, headers={**answer.headers, **own})

    def _page(self, call: Invocation) -> ApprovalPage:
        from eniguard.remediation.approval.limits import Limits
        from eniguard.remediation.approval.page import ApprovalPage, Decider
        from eniguard.remediation.approval.tokens import tokens_of
        from eniguard.remediation.box import Plans

        runtime = self._runtime
        settings, clock, seal = runtime.approval, runtime.clock, runtime.plans.seal()
        return ApprovalPage(
            settings,
            decider=Decider(Plans(runtime.store, seal, clock=clock), seal, self._remediate),
            links=runtime.plans.links(),
            tokens=tokens_of(settings.session_keys, runtime.secrets.get, name="session_keys"),
            openid=self._openid,
            limits=Limits(runtime.store, clock=clock),
            logger=call.logger,
            clock=clock,
        )

    @cached_property
    def _openid(self) -> OpenId:
        """The issuer; what it says of itself is kept from call to call."""
        from eniguard.remediation.approval.openid import OpenId

        settings, secrets = self._runtime.approval, self._runtime.secrets
        return OpenId(
            settings,
            f"{settings.url}{SIGNED_IN}",
            lambda: secrets.get(settings.client_secret),
            clock=self._runtime.clock,
        )
