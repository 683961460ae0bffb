"""The client: a call is signed, sent, and made again where that is safe."""

from __future__ import annotations

import random as _random
import time
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from eniguard.cloud.answers import Refusal, fields_of, refusal
from eniguard.cloud.credentials import Credentials, CredentialsProvider, Renewable
from eniguard.cloud.endpoints import endpoint, product
from eniguard.cloud.flattening import flatten
from eniguard.cloud.request import DEADLINE_NEAR, Answer, Request, lost, may_repeat
from eniguard.cloud.retries import RETRIES, Retries, asked_wait
from eniguard.cloud.signature import authorization, canonical_query, digest, encoded_path
from eniguard.cloud.transport import HttpAnswer, NoAnswer, new_session, send
from eniguard.errors import ConfigError, Transport

if TYPE_CHECKING:
    import requests

#: Seconds below which no request is begun: a connection and one round trip take about as long.
_LEAST = 0.2
_USER_AGENT = "eniguard"
_Read = TypeVar("_Read")


class Client:
    """Makes calls to the cloud, signed with ACS3-HMAC-SHA256.

    Parameters
    ----------
    credentials
        Asked before every request. When the cloud says that a token has expired, a `Renewable` one is told,
        and the call is made once more with what it gives then.
    region
        Where calls go that name no region.
    endpoints
        Addresses by product, or ``*``, in place of the cloud's (`eniguard.cloud.endpoints.endpoint`).
    session
        What sends; by default one of its own, made by the first call.
    clock
        Gives seconds since 1970 (UTC).
    sleep, random
        Waits for seconds; gives a number from 0 to 1.
    deadline
        Gives the time, by ``clock``, at which the last answer has to be there; ``None`` for none.
    retries
        How often and after how long reads, and calls with a ``ClientToken``, are made again.
    user_agent
        How the calls name themselves.

    Attributes
    ----------
    requests_sent
        How many requests were sent so far, repeated ones included.

    Examples
    --------
    >>> from fakealiyun import fake_aliyun
    >>> with fake_aliyun() as cloud:
    ...     keys = cloud.account()
    ...     client = Client(
    ...         lambda: Credentials(keys.access_key_id, keys.access_key_secret), region="cn-hangzhou"
    ...     )
    ...     client.call("vpc", "DescribeVpcs", {})["TotalCount"]
    0
    """

    def __init__(
        self,
        credentials: CredentialsProvider,
        *,
        region: str,
        endpoints: Mapping[str, str] = {},
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = _random.random,
        deadline: Callable[[], float | None] | None = None,
        retries: Retries = RETRIES,
        user_agent: str = _USER_AGENT,
    ) -> None:
        self.region = region
        self.requests_sent = 0
        self._credentials = credentials
        self._endpoints = dict(endpoints)
        self._session = session
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._deadline = deadline
        self._retries = retries
        self._user_agent = user_agent

    @property
    def credentials(self) -> CredentialsProvider:
        """Who it calls as, for clients of other kinds."""
        return self._credentials

    def call(
        self,
        product_name: str,
        action: str,
        parameters: Mapping[str, Any],
        *,
        region: str | None = None,
        idempotent: bool | None = None,
    ) -> dict[str, Any]:
        """Make a call of an API of the RPC style.

        Parameters
        ----------
        product_name, action
            As in ``ecs`` and ``DescribeNetworkInterfaces``.
        parameters
            Flat, or with lists and mappings; ECS and VPC get ``RegionId`` without being told.
        region
            Where to; the client's region by default.
        idempotent
            Whether the call may be made twice; by default, reads and calls with a ``ClientToken``.

        Returns
        -------
        dict
            The fields of the answer.

        Raises
        ------
        CloudError
            Denied, throttled, not found, without an answer, or refused for another reason.
        ConfigError
            There is no such product, its endpoint is wrong, or there are no credentials.
        """
        place = region or self.region
        known = product(product_name)
        carried = {"RegionId": place, **parameters} if known.region_id else parameters
        again = may_repeat(action, carried, idempotent)
        request = self._request(product_name, action, place, query=flatten(carried), repeatable=again)
        return self._answered(request, lambda answer: fields_of(answer.body, product_name, action))

    def call_path(
        self,
        product_name: str,
        action: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] = {},
        headers: Mapping[str, str] = {},
        body: bytes = b"",
        region: str | None = None,
        idempotent: bool | None = None,
    ) -> Answer:
        """Make a call of an API of the ROA style, as Function Compute has it.

        Parameters
        ----------
        product_name, action
            As in ``fc`` and ``InvokeFunction``.
        method, path, query, headers, body
            The request; a header ``content-type`` says what the body is.
        region, idempotent
            As for `call`.

        Raises
        ------
        CloudError, ConfigError
            As for `call`.

        Examples
        --------
        ::

            client.call_path(
                "fc",
                "InvokeFunction",
                "POST",
                "/2023-03-30/functions/remediate/invocations",
                headers={"x-fc-invocation-type": "Async", "content-type": "application/octet-stream"},
                body=b"{}",
            )
        """
        request = self._request(
            product_name,
            action,
            region or self.region,
            method=method,
            path=encoded_path(path),
            query=flatten(query),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
            repeatable=may_repeat(action, query, idempotent),
        )
        return self._answered(request, lambda answer: Answer(answer.status, answer.headers, answer.body))

    def _request(
        self,
        product_name: str,
        action: str,
        region: str,
        *,
        query: Mapping[str, str],
        repeatable: bool,
        method: str = "POST",
        path: str = "/",
        headers: Mapping[str, str] = {},
        body: bytes = b"",
    ) -> Request:
        known = product(product_name)
        if not known.acs3:
            raise ConfigError(f"{product_name} takes a signature of its own: use its official SDK")
        at = endpoint(product_name, region, self._endpoints)
        framed = {"accept": "application/json", **headers, "host": at.host, "x-acs-version": known.version}
        return Request(product_name, action, at, method, path, query, framed, body, repeatable)

    def _answered(self, request: Request, read: Callable[[HttpAnswer], _Read]) -> _Read:
        """What is read from the first success, after as many attempts as are safe."""
        attempts = 0
        renewed = False
        while True:
            credentials = self._credentials()
            found = self._attempt(request, credentials, read)
            if not isinstance(found, Refusal):
                return found
            if found.expired and not renewed and self._renew(credentials):
                # Nothing was carried out: the keys were refused before anything else was looked at.
                renewed = True
                continue
            attempts += 1
            wait = self._wait(attempts, found) if request.repeatable else None
            if wait is None:
                raise found.error
            self._sleep(wait)

    def _wait(self, attempts: int, refused: Refusal) -> float | None:
        """Seconds to wait for the next attempt; ``None`` when there is none, or no time for it."""
        if not refused.again:
            return None
        wait = self._retries.wait(attempts, refused.asked, self._random())
        left = self._left()
        return None if wait is None or (left is not None and left - wait < _LEAST) else wait

    def _attempt(
        self, request: Request, credentials: Credentials, read: Callable[[HttpAnswer], _Read]
    ) -> _Read | Refusal:
        """One attempt: what is read from a success, or what it failed by."""
        left = self._left()
        if left is not None and left < _LEAST:
            return Refusal(lost(request, f"it was not sent, {DEADLINE_NEAR}"))
        headers = self._signed(request, credentials)
        query = canonical_query(request.query)
        url = request.at.url(request.path) + (f"?{query}" if query else "")
        if self._session is None:
            self._session = new_session()
        self.requests_sent += 1
        try:
            answer = send(
                self._session, request.method, url, headers, request.body, seconds=left, clock=self._clock
            )
            if answer.status < 300:
                return read(answer)
        except NoAnswer as why:
            return Refusal(lost(request, str(why)), again=True)
        except Transport as unreadable:
            return Refusal(unreadable, again=True)
        asked = asked_wait(answer.headers.get("x-acs-retry-after"), answer.headers.get("retry-after"))
        return refusal(
            answer.status,
            answer.body,
            request.product,
            request.action,
            asked=asked,
            hidden=credentials.hidden,
        )

    def _signed(self, request: Request, credentials: Credentials) -> dict[str, str]:
        """The headers of a request with its signature; a nonce is good for one request only."""
        headers = {
            **request.headers,
            "user-agent": self._user_agent,
            "x-acs-action": request.action,
            "x-acs-content-sha256": digest(request.body),
            "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock())),
            "x-acs-signature-nonce": uuid.uuid4().hex,
        }
        if credentials.security_token:
            headers["x-acs-accesskey-id"] = credentials.access_key_id
            headers["x-acs-security-token"] = credentials.security_token
        headers["authorization"] = authorization(
            request.method,
            request.path,
            request.query,
            headers,
            body=request.body,
            access_key_id=credentials.access_key_id,
            access_key_secret=credentials.access_key_secret,
        )
        return headers

    def _renew(self, refused: Credentials) -> bool:
        """Whether there are other credentials than those that were refused."""
        if isinstance(self._credentials, Renewable):
            self._credentials.renew(refused)
        return self._credentials() != refused

    def _left(self) -> float | None:
        """Seconds until the deadline; ``None`` when there is none."""
        until = None if self._deadline is None else self._deadline()
        return None if until is None else until - self._clock()
