"""Credentials of a role in another account, kept until shortly before they expire."""

from __future__ import annotations

import calendar
import time
from collections.abc import Callable, Mapping
from typing import Any

from eniguard.cloud.client import Client
from eniguard.cloud.credentials import Credentials
from eniguard.errors import Transport

#: Seconds before its end at which a session is renewed: longer than a function's look-ups take.
_MARGIN = 300.0


class AssumedRole:
    """A provider of credentials that assumes a role, over STS.

    Parameters
    ----------
    client
        Who assumes it.
    role_arn
        As in ``acs:ram::1234567890123456:role/eniguard-reader``.
    session
        The name of the session, which events show.
    seconds
        How long a session lasts; as long as STS says by default.
    margin
        Seconds before its end at which a session is renewed.
    clock
        Gives seconds since 1970 (UTC).

    Examples
    --------
    ::

        member = Client(AssumedRole(client, "acs:ram::1234567890123456:role/reader"), region="cn-hangzhou")
    """

    def __init__(
        self,
        client: Client,
        role_arn: str,
        *,
        session: str = "eniguard",
        seconds: int | None = None,
        margin: float = _MARGIN,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.role_arn = role_arn
        self._client = client
        self._session = session
        self._seconds = seconds
        self._margin = margin
        self._clock = clock
        self._kept: Credentials | None = None

    def __call__(self) -> Credentials:
        """The credentials of a session that lasts a while yet.

        Raises
        ------
        CloudError
            STS gives none: denied, throttled, without an answer.
        """
        kept = self._kept
        if kept is None or (kept.expires or 0.0) - self._margin <= self._clock():
            kept = self._kept = self._assume()
        return kept

    def renew(self, refused: Credentials) -> None:
        """Keep these credentials no longer."""
        if self._kept == refused:
            self._kept = None

    def _assume(self) -> Credentials:
        asked = {
            "RoleArn": self.role_arn,
            "RoleSessionName": self._session,
            "DurationSeconds": self._seconds,
        }
        answer = self._client.call("sts", "AssumeRole", asked, idempotent=True)
        try:
            return _read(answer["Credentials"])
        except (KeyError, TypeError, ValueError):
            raise Transport(
                f"sts:AssumeRole of {self.role_arn} was answered without credentials; try again later",
                product="sts",
                action="AssumeRole",
                request_id=answer.get("RequestId"),
            ) from None


def _read(given: Mapping[str, Any]) -> Credentials:
    expires = calendar.timegm(time.strptime(given["Expiration"], "%Y-%m-%dT%H:%M:%SZ"))
    return Credentials(
        str(given["AccessKeyId"]), str(given["AccessKeySecret"]), str(given["SecurityToken"]), float(expires)
    )
