"""Reads of logs and objects: made again where that may help, within the deadline, with valid keys."""

from __future__ import annotations

import random as _random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from eniguard.cloud.answers import Refusal
from eniguard.cloud.credentials import Credentials, CredentialsProvider, Renewable
from eniguard.cloud.retries import RETRIES, Retries
from eniguard.cloud.transport import new_session
from eniguard.errors import CloudError, Denied, NotFound, Throttled, Transport

if TYPE_CHECKING:
    import requests

_Found = TypeVar("_Found")

#: Seconds below which no request is begun, as of `eniguard.cloud.client.Client`.
_LEAST = 0.2
_MOST_SHOWN = 200
_ADVICE = {
    Denied: "allow it in the policy of the role that calls, or renew its keys",
    Throttled: "read less often, or ask for a higher quota",
    NotFound: "it was deleted, or lies in another region or account",
    Transport: "try again later, or look at the network",
}


class DataReads:
    """Makes reads with a signature of their own.

    Parameters
    ----------
    credentials, session, clock, sleep, random, deadline, retries
        As for `eniguard.cloud.client.Client`.
    """

    def __init__(
        self,
        credentials: CredentialsProvider,
        *,
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = _random.random,
        deadline: Callable[[], float | None] | None = None,
        retries: Retries = RETRIES,
    ) -> None:
        self.clock = clock
        self._credentials = credentials
        self._session = session
        self._sleep = sleep
        self._random = random
        self._deadline = deadline
        self.retries = retries

    @property
    def session(self) -> requests.Session:
        """What sends; made when it is first asked for."""
        if self._session is None:
            self._session = new_session()
        return self._session

    @property
    def left(self) -> float | None:
        """Seconds until the deadline; ``None`` when there is none."""
        until = None if self._deadline is None else self._deadline()
        return None if until is None else until - self.clock()

    def answered(
        self,
        product: str,
        action: str,
        attempt: Callable[[Credentials], _Found | Refusal],
    ) -> _Found:
        """What the first attempt that succeeds finds.

        Parameters
        ----------
        product, action
            The read, for errors.
        attempt
            Makes one request.

        Raises
        ------
        CloudError
            What the last attempt was refused with.
        """
        failed = 0
        renewed = False
        while True:
            if self.left is not None and self.left < _LEAST:
                raise lost(product, action, "it was not sent, the deadline is near")
            credentials = self._credentials()
            found = attempt(credentials)
            if not isinstance(found, Refusal):
                return found
            if found.expired and not renewed and self._renew(credentials):
                renewed = True
                continue
            failed += 1
            wait = self.retries.wait(failed, found.asked, self._random()) if found.again else None
            if wait is None or (self.left is not None and self.left - wait < _LEAST):
                raise found.error
            self._sleep(wait)

    def _renew(self, refused: Credentials) -> bool:
        """Whether there are other credentials than those that were refused."""
        if isinstance(self._credentials, Renewable):
            self._credentials.renew(refused)
        return self._credentials() != refused


def lost(product: str, action: str, why: str) -> Transport:
    """No answer, or one that is none."""
    return Transport(
        f"{product}:{action} got no answer: {why}; {_ADVICE[Transport]}", product=product, action=action
    )


def refused(
    kind: type[CloudError],
    product: str,
    action: str,
    *,
    status: int,
    code: str | None,
    message: str | None,
    request_id: str | None,
    hidden: Callable[[str], str],
) -> CloudError:
    """The error behind an error answer; ``hidden`` takes secrets out of what the answer says."""
    said = hidden(message or "no message")[:_MOST_SHOWN]
    advice = _ADVICE.get(kind, "see the code in the API reference")
    return kind(
        f"{product}:{action} was answered {code or 'without a code'} (HTTP {status}): {said}; {advice}",
        product=product,
        action=action,
        code=code,
        request_id=request_id,
    )
