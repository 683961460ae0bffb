"""Wire in and out of LookupEvents."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from fakealiyun.actiontrail.exceptions import refused
from fakealiyun.actiontrail.lookups import Attribute, Event, may_ask
from fakealiyun.clock import text_of
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.parameters import Parameters

#: How far back events can be looked up, and how far when no time is given (ActionTrail, LookupEvents).
_KEPT = timedelta(days=90)
_DEFAULT = timedelta(days=7)
#: Events on a page at most (same page).
_MOST = 50
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class _Query:
    """What one lookup asks for; ``after`` is the place of the last event given out, ``None`` at first."""

    start: datetime
    end: datetime
    newest_first: bool
    attributes: list[Attribute]
    size: int
    after: int | None


def lookup_events(call: Call) -> Fields:
    """LookupEvents: of the last 7 days unless said otherwise, newest first, two queries a second."""
    if not call.region.account.trails.may_look_up(call.cloud.clock.now()):
        message = "Request was denied due to user flow control."
        raise refused(call.cloud.assumptions, "throttled", message)
    query = _query(call)
    page: list[tuple[int, Event]] = []
    more = False
    for found in _found(call, query):
        if len(page) == query.size:
            more = True
            break
        page.append(found)
    fields = {
        "Events": [event for _, event in page],
        "StartTime": text_of(query.start),
        "EndTime": text_of(query.end),
    }
    return {**fields, "NextToken": _token(call.parameters, query, page[-1][0])} if more else fields


def _found(call: Call, query: _Query) -> Iterator[tuple[int, Event]]:
    now = call.cloud.clock.now()
    earliest = text_of(max(query.start, now - _KEPT))
    latest = text_of(query.end)
    recorded = call.cloud.trail.recorded()
    for place in _places(query, len(recorded)):
        event = recorded[place].event
        if (
            recorded[place].visible_at <= now.timestamp()
            and earliest <= event["eventTime"] <= latest
            and _of(call, event)
            and all(attribute.holds(event) for attribute in query.attributes)
        ):
            yield place, event


def _places(query: _Query, count: int) -> range:
    """The places to look at, from the last event given out on."""
    if query.newest_first:
        return range(count - 1 if query.after is None else query.after - 1, -1, -1)
    return range(0 if query.after is None else query.after + 1, count)


def _of(call: Call, event: Event) -> bool:
    """Whether an event belongs to the account and the region that are asked."""
    if event["recipientAccountId"] != call.region.account.id:
        return False
    if event["isGlobal"] or not call.cloud.assumptions.lookup_of_one_region:
        return True
    return bool(event["acsRegion"] == call.region.id)


def _query(call: Call) -> _Query:
    parameters, now = call.parameters, call.cloud.clock.now()
    direction = parameters.text("Direction") or "BACKWARD"
    if direction not in ("BACKWARD", "FORWARD"):
        raise refused(call.cloud.assumptions, "parameter", "Direction is neither BACKWARD nor FORWARD.")
    asked = parameters.objects("LookupAttribute")
    attributes = [Attribute(one.required("Key"), one.required("Value")) for one in asked]
    if not may_ask(attributes):
        raise refused(call.cloud.assumptions, "attribute", "These keys cannot be asked together.")
    token = parameters.text("NextToken")
    if token is not None:
        start, end, after = _resumed(call, token)
        return _Query(start, end, direction == "BACKWARD", attributes, _size(call), after)
    start, end = _time(call, "StartTime") or now - _DEFAULT, _time(call, "EndTime") or now
    if start > end:
        raise refused(call.cloud.assumptions, "parameter", "StartTime is after EndTime.")
    return _Query(start, end, direction == "BACKWARD", attributes, _size(call), None)


def _size(call: Call) -> int:
    size = call.parameters.integer("MaxResults")
    if size is not None and not 0 <= size <= _MOST:
        raise refused(call.cloud.assumptions, "parameter", f"MaxResults is not between 0 and {_MOST}.")
    return size or call.cloud.assumptions.lookup_page


def _time(call: Call, name: str) -> datetime | None:
    text = call.parameters.text(name)
    if text is None:
        return None
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        raise refused(call.cloud.assumptions, "parameter", f"{name} is no UTC time.") from None


def _token(parameters: Parameters, query: _Query, place: int) -> str:
    text = json.dumps([text_of(query.start), text_of(query.end), place, _asked(parameters)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _resumed(call: Call, token: str) -> tuple[datetime, datetime, int]:
    try:
        start, end, place, asked = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError):
        raise refused(call.cloud.assumptions, "token", "NextToken is none of an earlier answer.") from None
    if asked != _asked(call.parameters):
        raise refused(call.cloud.assumptions, "token", "The other parameters have to stay as they were.")
    first, last = (datetime.strptime(text, _TIME).replace(tzinfo=timezone.utc) for text in (start, end))
    return first, last, place


def _asked(parameters: Parameters) -> str:
    """A mark of everything that a call asks for beside the page."""
    rest = {key: value for key, value in sorted(parameters.values.items()) if key != "NextToken"}
    return hashlib.sha256(json.dumps(rest).encode()).hexdigest()[:16]


HANDLERS: dict[str, Handler] = {"LookupEvents": lookup_events}
