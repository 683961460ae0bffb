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


_WIRE = {
    "event_id": "eventId",
    "name": "eventName",
    "service": "serviceName",
    "type": "eventType",
    "time": "eventTime",
    "region": "acsRegion",
    "request_id": "requestId",
    "address": "sourceIpAddress",
    "agent": "userAgent",
    "recipient": "recipientAccountId",
    "identity": "userIdentity",
    "parameters": "requestParameters",
    "response": "responseElements",
    "error_code": "errorCode",
    "error_message": "errorMessage",
    "other_code": "ErrorCode",
    "other_message": "ErrorMessage",
    "other_response": "ResponseElements",
}


class Header(Struct, gc=False, rename=_WIRE):
    """The fields of one event that are read for every event; nested ones stay undecoded.

    Every field has a default, so that an odd event is seen as odd instead of failing its whole shard. The
    last three are tripwires, the PascalCase names of fields that a normal event may lack: the absence of any
    other field hands the event over by itself.
    """

    event_id: str | None = None
    name: str | None = None
    service: str | None = None
    type: str | None = None
    time: str | None = None
    region: str | None = None
    request_id: str | None = None
    address: str | None = None
    agent: str | None = None
    recipient: str | None = None
    identity: Raw = ABSENT
    parameters: Raw = ABSENT
    response: Raw = ABSENT
    error_code: str | None = None
    error_message: str | None = None
    other_code: Raw = ABSENT
    other_message: Raw = ABSENT
    other_response: Raw = ABSENT


HEADER = msgspec.json.Decoder(Header)
HEADERS = msgspec.json.Decoder(list[Header])

_WHO = msgspec.json.Decoder(Identity)
_OBJECT = msgspec.json.Decoder(dict[str, Any])
_OBJECT_OR_NULL = msgspec.json.Decoder(dict[str, Any] | None)

#: Success, as events write it (docs/sources.md, Events); a sign-in that went well may say ``success``.
NO_ERROR = frozenset(("", "null"))
NO_MESSAGE = frozenset(("", "null", "success"))


def record_of(header: Header, forgeable: bool) -> TrailRecord | None:
    """The record of a plain event, or ``None`` for an odd one, which the model has to judge."""
    region, time, event_id, request_id = header.region, header.time, header.event_id, header.request_id
    address, agent = header.address, header.agent
    if not (region and time and event_id and request_id and header.type):
        return None
    if address is None or agent is None or header.other_code is not ABSENT:
        return None
    if header.other_message is not ABSENT or header.other_response is not ABSENT:
        return None
    at = seconds(time)
    if at is None:
        return None
    try:
        who = _WHO.decode(header.identity)
        parameters = _OBJECT.decode(header.parameters)
        response = None if header.response is ABSENT else _OBJECT_OR_NULL.decode(header.response)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    if not (parameters and who.type and who.principal_id and who.account_id and who.user_name):
        return None
    code, message = header.error_code, header.error_message
    return TrailRecord(
        event_id,
        header.name or "",
        header.service or "",
        header.type,
        time,
        at,
        region,
        who.account_id,
        request_id,
        None if code is None or code in NO_ERROR else code,
        None if message is None or message in NO_MESSAGE else message,
        who,
        address or None,
        agent or None,
        parameters,
        response or {},
        forgeable,
    )
