"""The plain form of one recorded call, which both decoding lanes produce.

Everything behind this form is the same for an event that came through the fast lane and for one that
came through the pydantic model.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Identity(Struct, frozen=True, gc=False, rename="camel"):
    """``userIdentity`` as recorded; every field is ``None`` when the event does not carry it."""

    type: str | None = None
    principal_id: str | None = None
    account_id: str | None = None
    user_name: str | None = None


class TrailRecord(Struct, frozen=True):
    """One ActionTrail event with its fields named once.

    Attributes
    ----------
    event_id
        ``eventId``, else ``requestId``.
    name, service
        ``eventName`` and ``serviceName`` as recorded.
    type
        ``eventType`` (``ApiCall``, ``ConsoleOperation``, ``AliyunServiceEvent`` …), ``None`` if absent.
    time, at
        ``eventTime`` as ``YYYY-MM-DDThh:mm:ssZ`` and in seconds since 1970 (UTC).
    region
        ``acsRegion``, else ``requestParameters.RegionId``.
    account_id
        ``userIdentity.accountId``, else ``recipientAccountId``, else the envelope's; the order of Alibaba
        Cloud's own SQL (docs/sources.md, Events).
    error_code, error_message
        ``None`` on success, which events write as an absent key, ``""`` or ``"null"``.
    parameters, response
        ``requestParameters`` and ``responseElements`` as recorded, of unknown shape.
    forgeable
        Arrived by a way that anybody with access to a bucket or a function can write to.
    """

    event_id: str
    name: str
    service: str
    type: str | None
    time: str
    at: float
    region: str
    account_id: str | None
    request_id: str | None
    error_code: str | None
    error_message: str | None
    identity: Identity
    source_ip: str | None
    user_agent: str | None
    parameters: dict[str, Any]
    response: dict[str, Any]
    forgeable: bool = False
