"""The fast lane: the fields of an event that decide where it goes, decoded for a whole shard in one call.

The fast lane judges nothing odd. An event whose fields are missing, spelled in PascalCase, of another type
or nested in JSON text is handed to :class:`eniguard.events.trail_event.TrailEvent`, the one definition of
an event. A property test holds the two lanes equal on everything the fast lane keeps.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from eniguard.events.record import Identity, TrailRecord
from eniguard.events.times import seconds

#: Stands for an absent nested value; compared by identity.
ABSENT = Raw()


class Header(Struct, gc=False):
    """The fields of one event that are read for every event; nested ones stay undecoded.

    Every field has a default, so that an odd event is seen as odd instead of failing its whole shard. The
    PascalCase fields are tripwires for the three fields that a normal event may lack: the absence of any
    other field hands the event over by itself.
    """

    eventId: str | None = None
    eventName: str | None = None
    serviceName: str | None = None
    eventType: str | None = None
    eventTime: str | None = None
    acsRegion: str | None = None
    requestId: str | None = None
    sourceIpAddress: str | None = None
    userAgent: str | None = None
    recipientAccountId: str | None = None
    userIdentity: Raw = ABSENT
    requestParameters: Raw = ABSENT
    responseElements: Raw = ABSENT
    errorCode: str | None = None
    errorMessage: str | None = None
    ErrorCode: Raw = ABSENT
    ErrorMessage: Raw = ABSENT
    ResponseElements: Raw = ABSENT


class _Who(Struct, gc=False):
    type: str | None = None
    principalId: str | None = None
    accountId: str | None = None
    userName: str | None = None


HEADER = msgspec.json.Decoder(Header)
HEADERS = msgspec.json.Decoder(list[Header])

_WHO = msgspec.json.Decoder(_Who)
_OBJECT = msgspec.json.Decoder(dict[str, Any])
_OBJECT_OR_NULL = msgspec.json.Decoder(dict[str, Any] | None)

#: Success, as events write it (events.md 1.1); a sign-in that went well may say ``success``.
NO_ERROR = frozenset(("", "null"))
NO_MESSAGE = frozenset(("", "null", "success"))


def record_of(header: Header, forgeable: bool) -> TrailRecord | None:
    """The record of a plain event, or ``None`` for an odd one, which the model has to judge."""
    region, time, event_id, request_id = header.acsRegion, header.eventTime, header.eventId, header.requestId
    address, agent = header.sourceIpAddress, header.userAgent
    if not (region and time and event_id and request_id and header.eventType):
        return None
    if address is None or agent is None or header.ErrorCode is not ABSENT:
        return None
    if header.ErrorMessage is not ABSENT or header.ResponseElements is not ABSENT:
        return None
    at = seconds(time)
    if at is None:
        return None
    try:
        who = _WHO.decode(header.userIdentity)
        parameters = _OBJECT.decode(header.requestParameters)
        response = None
        if header.responseElements is not ABSENT:
            response = _OBJECT_OR_NULL.decode(header.responseElements)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    if not (parameters and who.type and who.principalId and who.accountId and who.userName):
        return None
    code, message = header.errorCode, header.errorMessage
    return TrailRecord(
        event_id,
        header.eventName or "",
        header.serviceName or "",
        header.eventType,
        time,
        at,
        region,
        who.accountId,
        request_id,
        None if code is None or code in NO_ERROR else code,
        None if message is None or message in NO_MESSAGE else message,
        Identity(who.type, who.principalId, who.accountId, who.userName),
        address or None,
        agent or None,
        parameters,
        response or {},
        forgeable,
    )
