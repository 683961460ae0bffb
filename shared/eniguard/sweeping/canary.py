"""The canary: a call that RAM denies the guard, so that its event can be seen to come back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal
from uuid import uuid4

from eniguard.errors import CloudError, Denied, NotFound
from eniguard.own_calls import MADE_UP, Canaries, CanaryCall, Ledger
from eniguard.settings import CanaryAction, CanarySettings
from eniguard.sources.asking import Caller
from eniguard.state import Store
from eniguard.sweeping.parts import Place
from eniguard.sweeping.turns import Turns
from eniguard.toolkit import Invocation

#: The parameter of each call that names the resource, and how ids of its kind begin. Those of ECS
#: have no DryRun (docs/sources.md, API); the id is made up, so that nothing is there to be deleted.
_SUBJECTS: dict[CanaryAction, tuple[str, str]] = {
    "ecs:DeleteNetworkInterface": ("NetworkInterfaceId", "eni"),
    "ecs:DeleteSecurityGroup": ("SecurityGroupId", "sg"),
    "vpc:DeleteVSwitch": ("VSwitchId", "vsw"),
}
#: How codes begin that turn down the keys, before RAM is asked what they may do.
_KEYS = ("invalidaccesskeyid", "signature", "incompletesignature", "missingsecuritytoken")
_TOKENS = ("invalidsecuritytoken", "securitytoken")
#: How a canary ended: denied by RAM, as it must be; carried out or refused by the product, which only happens
#: when RAM allows it; or not judged at all.
Answered = Literal["denied", "allowed", "failed"]


class Canary:
    """Makes the call every so often, and puts it into the ledger of the guard's own calls.

    Parameters
    ----------
    store
        Keeps the ledger, the canaries that are out, and when the last one was sent.
    settings
        Which call, how often, and how long its event may take.
    client
        Makes it, in the guard's own account and region.
    clock
        Gives seconds since 1970 (UTC).
    unique
        Gives what no other canary has in its id.
    """

    def __init__(
        self,
        store: Store,
        settings: CanarySettings,
        client: Callable[[], Caller],
        *,
        clock: Callable[[], float] = time.time,
        unique: Callable[[], str] = lambda: uuid4().hex[:16],
    ) -> None:
        self._ledger = Ledger(store)
        self._canaries = Canaries(store)
        self._turns = Turns(store, clock=clock)
        self._settings = settings
        self._client = client
        self._clock = clock
        self._unique = unique

    def run(self, place: Place, call: Invocation) -> None:
        """Make the call if its time has come; ``place`` is the guard's own.

        Raises
        ------
        StateError
            The store did not do what was asked. If it failed to keep the request id, the event of this
            canary looks like somebody else's call.
        """
        settings = self._settings
        if not settings.enabled or not self._turns.take("canary", settings.every):
            return
        at = self._clock()
        answered, request_id, error = self._called()
        if request_id is not None:
            self._ledger.add(request_id)
            sent = CanaryCall(request_id, place.account, place.region, settings.action, at)
            self._canaries.sent(sent, settings.within)
        call.metrics.add("canaries", answered=answered)
        if answered != "denied":
            self._tell(answered, request_id, error, call)

    def _called(self) -> tuple[Answered, str | None, CloudError | None]:
        product, _, action = self._settings.action.partition(":")
        parameter, kind = _SUBJECTS[self._settings.action]
        try:
            answer = self._client().call(product, action, {parameter: f"{kind}{MADE_UP}{self._unique()}"})
        except CloudError as error:
            return _judged(error), error.request_id, error
        return "allowed", str(answer["RequestId"]) if answer.get("RequestId") else None, None

    def _tell(
        self, answered: Answered, request_id: str | None, error: CloudError | None, call: Invocation
    ) -> None:
        allowed = answered == "allowed"
        action = self._settings.action
        call.logger.error(
            "canary_was_allowed" if allowed else "canary_failed",
            action=action,
            request=request_id,
            error=error,
            advice=f"the role of the sweep may {action}: take that out of its policies, or choose another "
            "call under sweep.canary.action"
            if allowed
            else "no event of it is waited for unless it has a request id; the next one is sent in its turn",
        )


def _judged(error: CloudError) -> Answered:
    code = (error.code or "").lower()
    if isinstance(error, Denied):
        return "failed" if code.startswith((*_KEYS, *_TOKENS)) else "denied"
    # A product that looks for the resource has let the call through.
    return "allowed" if isinstance(error, NotFound) else "failed"
