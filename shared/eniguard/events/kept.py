"""A call in the form in which it is kept: an event as ActionTrail records it, with what is read of it alone.

What the catalogue does not list (passwords, user data, tokens) is no part of a `Call`, and so of no kept one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Raw, Struct

from eniguard.errors import InputError
from eniguard.events.calls import Call
from eniguard.events.envelopes import parse
from eniguard.events.kept_parameters import recorded_parameters
from eniguard.events.responses import response_paths
from eniguard.events.wrappers import Way

#: The most bytes of a kept event, encoded: a store takes 64 KB, of which its surroundings need some.
#: ActionTrail events have a few KB (docs/sources.md, Events).
MOST_BYTES = 56 * 1024
#: Holders of fields that are cut one by one; a field of the event itself has none.
_HOLDERS = ("requestParameters", "responseElements", "userIdentity")


class KeptEvent(Struct, frozen=True, omit_defaults=True):
    """A call as it is kept, and what the event alone does not say of it.

    Attributes
    ----------
    way
        How the event came.
    event
        The event, as JSON text; `restored` reads it.
    forgeable
        As in `Call`.
    cut
        What was too long to keep, as in ``requestParameters.Description``. Such an event is for people to
        look at: `restored` refuses it.
    """

    way: Way
    event: Raw
    forgeable: bool = False
    cut: tuple[str, ...] = ()


def kept(call: Call, way: Way, *, most: int = MOST_BYTES) -> KeptEvent:
    """The call in the form in which it is kept.

    Parameters
    ----------
    call
        Any call; all of it but its ``memo`` is kept.
    way
        How its event came.
    most
        The most bytes of the result, encoded; at least 1,000. The longest fields go first, and are named.

    Examples
    --------
    >>> [batch] = parse('{"eventName": "DeleteNetworkInterface", "serviceName": "Ecs", "eventId": "1", '
    ...     '"eventTime": "2025-07-07T01:39:09Z", "acsRegion": "cn-hangzhou", '
    ...     '"requestParameters": {"NetworkInterfaceId": "eni-1", "Password": "s3cret"}}')
    >>> one = kept(batch.concerned[0].call, "bare")
    >>> restored(one) == batch.concerned[0].call, b"s3cret" in bytes(one.event)
    (True, False)
    """
    fields = _recorded(call)
    found = KeptEvent(way, _event(call, fields), call.forgeable)
    longest = _by_size(fields) if _size(found) > most else []
    for name in longest:
        _leave_out(fields, name)
        found = KeptEvent(way, _event(call, fields), call.forgeable, (*found.cut, name))
        if _size(found) <= most:
            break
    return found


def restored(one: KeptEvent, *, path: str = "<kept event>") -> Call:
    """The call behind a kept event, equal to the one that was kept.

    Raises
    ------
    InputError
        Something of it was too long to keep, or this version does not read it as a call any more.
    """
    if one.cut:
        names = ", ".join(one.cut)
        raise InputError(
            f"too long to be kept whole, left out: {names}; read the event where it came", path=path
        )
    calls: list[Call] = []
    forgeable: tuple[Way, ...] = ("bare",) if one.forgeable else ()
    for batch in parse(bytes(one.event), path=path, forgeable=forgeable):
        if batch.errors:
            raise batch.errors[0]
        calls += [concerned.call for concerned in batch.concerned]
    if len(calls) != 1:
        raise InputError(
            "no call that this version looks at; expected one that an earlier one kept", path=path
        )
    return calls[0]


def _recorded(call: Call) -> dict[str, Any]:
    """The fields of the event; what is not known is left out."""
    caller = call.caller
    fields = {
        "eventId": call.event_id,
        "eventName": call.name,
        "serviceName": call.product.capitalize(),
        "eventType": _type(call),
        "eventTime": _time(call),
        "acsRegion": call.region,
        "requestId": call.request_id,
        "recipientAccountId": call.account_id,
        "errorCode": call.error_code,
        "sourceIpAddress": caller.source_ip,
        "userAgent": caller.user_agent,
        "userIdentity": _said(
            {
                "type": caller.type,
                "principalId": caller.principal_id,
                "accountId": caller.account_id,
                "userName": caller.user_name,
            }
        ),
        "requestParameters": recorded_parameters(call.api, call.parameters),
        "responseElements": _response(call),
    }
    return _said(fields)


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _type(call: Call) -> str:
    if call.console:
        return "ConsoleOperation"
    return "AliyunServiceEvent" if call.platform and call.caller.type != "system" else "ApiCall"


#: Years that an event can be written with; times beyond come of offsets at either end.
_FIRST_YEAR, _LAST_YEAR = "1970", "9998"
#: The largest offset that can be written, which is more than a day.
_FAR = timedelta(hours=99, minutes=99)


def _time(call: Call) -> str:
    """``eventTime``, with the fraction of a second that ``at`` has and ``time`` has not."""
    base = datetime.strptime(call.time, "%Y-%m-%dT%H:%M:%S%z")
    fraction = min(max(call.at - base.timestamp(), 0.0), 0.999999999)
    digits = f"{fraction:.9f}"[1:].rstrip("0").rstrip(".")
    year = call.time[:4]
    if year < _FIRST_YEAR:
        return f"{base + _FAR:%Y-%m-%dT%H:%M:%S}{digits}+99:99"
    if year > _LAST_YEAR:
        return f"{base - _FAR:%Y-%m-%dT%H:%M:%S}{digits}-99:99"
    return f"{call.time[:-1]}{digits}Z"


def _response(call: Call) -> dict[str, Any] | None:
    """What the call gave back, at the places that are read."""
    found: dict[str, Any] = {}
    for name, path in response_paths(call.api):
        if values := call.response.get(name):
            _put(found, path, values)
    for where in call.api.targets:
        if where.response and (ids := call.ids(where.kind, where.part)):
            _put(found, where.parameter, ids)
    return found or None


def _put(node: dict[str, Any], path: str, values: tuple[str, ...]) -> None:
    *above, last = path.split(".")
    for name in above:
        node = node.setdefault(name, {})
    node[last] = values


def _event(call: Call, fields: Mapping[str, Any]) -> Raw:
    """The event as JSON text.

    A call that its parameters may pass over has them in ``requestParameterJson``: what is there was read.
    """
    if call.api.only_about is not None and "requestParameters" in fields:
        parameters = msgspec.json.encode(fields["requestParameters"])
        fields = {name: value for name, value in fields.items() if name != "requestParameters"}
        fields = {**fields, "requestParameterJson": parameters.decode()}
    return Raw(msgspec.json.encode(fields))


def _size(one: KeptEvent) -> int:
    return len(msgspec.json.encode(one))


#: These are short, and say what was called and when.
_STAYING = ("eventName", "serviceName", "eventType", "eventTime")


def _by_size(fields: Mapping[str, Any]) -> list[str]:
    """The fields that may be left out, the longest first."""
    sizes = {name: len(msgspec.json.encode(one)) for name, one in _single(fields) if name not in _STAYING}
    return sorted(sizes, key=lambda name: -sizes[name])


def _single(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if name in _HOLDERS:
            yield from ((f"{name}.{inner}", one) for inner, one in value.items())
        else:
            yield name, value


def _leave_out(fields: dict[str, Any], name: str) -> None:
    holder, dot, inner = name.partition(".")
    if dot and holder in _HOLDERS:
        del fields[holder][inner]
    else:
        del fields[name]
