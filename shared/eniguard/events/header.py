"""The fast lane: the fields of an event that decide where it goes, decoded for a whole shard in one call.

The fast lane judges nothing odd. An event whose fields are missing, spelled in PascalCase, of another type
or nested in JSON text is handed to :class:`eniguard.events.trail_event.TrailEvent`, the one definition of
an event. A property test holds the two lanes equal on everything the fast lane keeps.
"""

from __future__ import annotations

from sys import intern
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from eniguard.events.calls import Call, call_of, caller_of
from eniguard.events.catalog import Api
from eniguard.events.responses import ANSWERED
from eniguard.events.times import seconds

#: Stands for an absent nested value; compared by identity.
ABSENT = Raw()


_WIRE = {
    "event_id": "eventId",
    "response": "responseElements",
    "parameters": "requestParameters",
    "address": "sourceIpAddress",
    "agent": "userAgent",
    "type": "eventType",
    "identity": "userIdentity",
    "service": "serviceName",
    "recipient": "recipientAccountId",
    "request_id": "requestId",
    "time": "eventTime",
    "region": "acsRegion",
    "name": "eventName",
    "error_code": "errorCode",
    "other_code": "ErrorCode",
    "other_response": "ResponseElements",
}


class Header(Struct, gc=False, rename=_WIRE):
    """The fields of one event that are read for every event; nested ones stay undecoded.

    They stand in the order of a delivered event: decoding then takes 12 % less. Every field has a default, so
    that an odd event is seen as odd instead of failing its whole shard. The last two are tripwires, the
    PascalCase names of fields that a normal event may lack: the absence of any other field hands the event
    over by itself.
    """

    event_id: str | None = None
    response: Raw = ABSENT
    parameters: Raw = ABSENT
    address: str | None = None
    agent: str | None = None
    type: str | None = None
    identity: Raw = ABSENT
    service: str | None = None
    recipient: str | None = None
    request_id: str | None = None
    time: str | None = None
    region: str | None = None
    name: str | None = None
    error_code: str | None = None
    other_code: Raw = ABSENT
    other_response: Raw = ABSENT


HEADER = msgspec.json.Decoder(Header)
HEADERS = msgspec.json.Decoder(list[Header])

#: A text that is there and says something; anything else in its place is odd.
_Said = Annotated[str, Meta(min_length=1)]


class _Who(Struct, gc=False, rename="camel"):
    account_id: _Said
    principal_id: _Said
    type: _Said
    user_name: _Said


_who = msgspec.json.Decoder(_Who).decode
_object = msgspec.json.Decoder(dict[str, Any]).decode
_object_or_null = msgspec.json.Decoder(dict[str, Any] | None).decode
_NOTHING: dict[str, Any] = {}

#: Success, as events write it (docs/sources.md, Events).
NO_ERROR = frozenset((None, "", "null"))


def call_in(header: Header, api: Api, forgeable: bool) -> Call | None:
    """The call of a plain event, or ``None`` for an odd one, which the model has to judge.

    A response that nobody reads stays undecoded: whatever it is, the model would not refuse it.
    """
    event_id, type, time, region = header.event_id, header.type, header.time, header.region
    request_id, address, agent, code = header.request_id, header.address, header.agent, header.error_code
    if not (event_id and request_id and time and region and type) or address is None or agent is None:
        return None
    if header.other_code is not ABSENT or header.other_response is not ABSENT:
        return None
    response = None
    try:
        at = seconds(time)
        who = _who(header.identity)
        recorded = _object(header.parameters)
        if api.action in ANSWERED and header.response is not ABSENT:
            response = _object_or_null(header.response)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None
    if not recorded:
        return None
    # By position: with names, building a call takes 2 % longer. What many calls share is one text for all of
    # them: a replay holds the calls of ten minutes, and what it holds is cold when it is decided.
    return call_of(
        api,
        event_id,
        type,
        time,
        at,
        intern(region),
        intern(who.account_id),
        request_id,
        None if code in NO_ERROR else code,
        caller_of(who, address or None, intern(agent) or None),
        recorded,
        response or _NOTHING,
        forgeable,
    )
