"""LookupEvents through the official client of ActionTrail, page by page, oldest first.

Its import takes as long as all other look-ups of a function together (docs/sources.md, API), so it has a
module of its own for the functions whose start nobody waits for.
"""

from __future__ import annotations

import random as _random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from alibabacloud_actiontrail20200706.client import Client as ActionTrail
from alibabacloud_actiontrail20200706.models import LookupEventsRequest, LookupEventsRequestLookupAttribute
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions
from msgspec import Struct
from Tea.exceptions import TeaException

from eniguard.cloud.answers import Refusal, refusal
from eniguard.cloud.credentials import Credentials, CredentialsProvider, Renewable
from eniguard.cloud.endpoints import endpoint
from eniguard.cloud.retries import RETRIES, Retries
from eniguard.cloud.transport import CONNECT, READ
from eniguard.errors import Transport

PRODUCT, ACTION = "actiontrail", "LookupEvents"
#: Seconds between two queries: two a second are allowed (ActionTrail, LookupEvents).
_PACE = 0.5
#: Events on a page at most, as a text (same page).
_PAGE = "50"
#: Pages of one window at most: 250,000 events, or 40 minutes of queries at that pace.
_MOST_PAGES = 5_000


class Page(Struct, frozen=True):
    """Events of one page, oldest first, and the token of the next; ``None`` on the last."""

    events: tuple[Mapping[str, Any], ...]
    next_token: str | None

    def encoded(self) -> bytes:
        """The page as JSON, in the form that `eniguard.events.envelopes.parse` reads."""
        return msgspec.json.encode({"Events": self.events})


class Pace:
    """Keeps queries apart; share one among the `EventLookup` of an account."""

    def __init__(self) -> None:
        self._asked_at: float | None = None

    def wait(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """Sleep until the next query may be sent."""
        now = clock()
        if self._asked_at is not None and now < self._asked_at + _PACE:
            sleep(self._asked_at + _PACE - now)
        self._asked_at = clock()


class EventLookup:
    """Looks recorded events up in one account and region.

    Parameters
    ----------
    credentials, region, endpoints, clock, sleep, random, deadline, retries
        As for `eniguard.cloud.Client`.
    pace
        Keeps its queries apart; one of its own by default.
    attributes
        What events have to have, as in ``{"ServiceName": "Ecs"}``: one, or a pair that the API takes.

    Examples
    --------
    ::

        lookup = EventLookup(FunctionCredentials(), region="cn-hangzhou")
        for page in lookup.pages("2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"):
            ...
    """

    def __init__(
        self,
        credentials: CredentialsProvider,
        *,
        region: str,
        endpoints: Mapping[str, str] = {},
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = _random.random,
        deadline: Callable[[], float | None] | None = None,
        retries: Retries = RETRIES,
        pace: Pace | None = None,
        attributes: Mapping[str, str] = {},
    ) -> None:
        self.queries = 0
        self._credentials = credentials
        self._at = endpoint(PRODUCT, region, endpoints)
        self._region = region
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._deadline = deadline
        self._retries = retries
        self._pace = Pace() if pace is None else pace
        # An empty list would be sent as such.
        self._attributes = [
            LookupEventsRequestLookupAttribute(key=key, value=value) for key, value in attributes.items()
        ] or None
        self._client: tuple[Credentials, ActionTrail] | None = None

    def pages(self, start: str, end: str, *, token: str | None = None) -> Iterator[Page]:
        """The pages of a window, oldest first.

        Parameters
        ----------
        start, end
            The window, as in ``2026-03-01T08:00:00Z``; it may begin 90 days ago at most.
        token
            ``next_token`` of the page to go on after, of the same window.

        Raises
        ------
        CloudError
            A query failed for good; the pages before it are whole. The last page's token says where to go on.
        """
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            page = self._page(start, end, token)
            yield page
            token = page.next_token
            if token is None:
                return
            if token in seen:
                raise _lost("the same page was answered twice")
            seen.add(token)
        raise _lost(f"the window has more than {_MOST_PAGES} pages: ask for a shorter one")

    def _page(self, start: str, end: str, token: str | None) -> Page:
        """One page, after as many attempts as it takes; the token of a page can be used again."""
        attempts = 0
        renewed = False
        while True:
            credentials = self._credentials()
            found = self._query(credentials, start, end, token)
            if isinstance(found, Page):
                return found
            if found.expired and not renewed:
                renewed = True
                if isinstance(self._credentials, Renewable):
                    self._credentials.renew(credentials)
                if self._credentials() != credentials:
                    continue
            attempts += 1
            wait = self._retries.wait(attempts, found.asked, self._random()) if found.again else None
            left = self._left()
            if wait is None or (left is not None and left < wait + _PACE):
                raise found.error
            self._sleep(wait)

    def _query(self, credentials: Credentials, start: str, end: str, token: str | None) -> Page | Refusal:
        self._pace.wait(self._clock, self._sleep)
        left = self._left()
        if left is not None and left < _PACE:
            return Refusal(_lost("it was not sent, the deadline is near"))
        request = LookupEventsRequest(
            start_time=start,
            end_time=end,
            direction="FORWARD",
            max_results=_PAGE,
            next_token=token,
            lookup_attribute=self._attributes,
        )
        self.queries += 1
        try:
            body = self._client_of(credentials).lookup_events_with_options(request, _patience(left)).body
        except TeaException as error:
            return _refusal(error, credentials)
        if body is None or body.events is None:
            return Refusal(_lost("the answer has no events"), again=True)
        return Page(tuple(body.events), body.next_token or None)

    def _client_of(self, credentials: Credentials) -> ActionTrail:
        if self._client is None or self._client[0] != credentials:
            config = Config(
                access_key_id=credentials.access_key_id,
                access_key_secret=credentials.access_key_secret,
                security_token=credentials.security_token,
                region_id=self._region,
                endpoint=f"{self._at.host}{self._at.prefix}",
                protocol=self._at.scheme,
                user_agent="eniguard",
            )
            self._client = (credentials, ActionTrail(config))
        return self._client[1]

    def _left(self) -> float | None:
        until = None if self._deadline is None else self._deadline()
        return None if until is None else until - self._clock()


def _patience(left: float | None) -> RuntimeOptions:
    """Time-outs in milliseconds, within the seconds that are left."""
    connect, read = (CONNECT, READ) if left is None else (min(CONNECT, left), min(READ, left))
    return RuntimeOptions(connect_timeout=int(connect * 1000), read_timeout=int(read * 1000))


def _refusal(error: TeaException, credentials: Credentials) -> Refusal:
    """What the SDK raised; without a code there was no answer, or one that could not be read."""
    data = error.data if isinstance(error.data, dict) else {}
    if error.code is None:
        return Refusal(_lost(f"no answer that can be read ({type(error).__name__})"), again=True)
    status = getattr(error, "status_code", None) or data.get("statusCode") or 400
    retry_after = getattr(error, "retry_after", None)
    said = {"Code": error.code, "Message": error.message, "RequestId": getattr(error, "request_id", None)}
    return refusal(
        int(status),
        msgspec.json.encode(said),
        PRODUCT,
        ACTION,
        asked=None if retry_after is None else retry_after / 1000,
        hidden=credentials.hidden,
    )


def _lost(why: str) -> Transport:
    return Transport(
        f"{PRODUCT}:{ACTION}: {why}; go on later from the last page", product=PRODUCT, action=ACTION
    )
