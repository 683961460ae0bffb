"""The envelopes events arrive in, recognised by their fields (docs/sources.md, Events)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from eniguard.errors import InputError
from eniguard.events.routes import Reason

#: The way an event came. ``oss`` stands for every document that lists bare events.
Way = Literal["eventbridge", "sls", "oss", "lookup", "bare"]

Fields = Mapping[str, Raw]


class Wrapped(Struct, frozen=True):
    """What an envelope holds: the JSON text of an event or of a list, and what the envelope says of it.

    ``event`` is ``True`` where it can only be one event. ``way`` is ``None`` for a wrapping that says nothing
    of it. ``accounts`` are the accounts the envelope names, one of which the event must name too.
    """

    text: bytes
    way: Way | None
    event: bool = False
    accounts: tuple[str, ...] = ()


_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_ANY = msgspec.json.Decoder()
_FAILURES = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)


def fields_of(text: bytes | Raw) -> dict[str, Raw]:
    """The top-level fields of a JSON object, undecoded.

    Raises
    ------
    msgspec.MsgspecError, RecursionError, UnicodeDecodeError
        Not a JSON object.
    """
    return _FIELDS.decode(text)


def opened(fields: Fields) -> Wrapped | Reason | None:
    """What an envelope holds, why it is none of our business, or ``None`` for what is no envelope.

    Raises
    ------
    InputError
        An envelope whose content cannot be read, or one that only points at events.
    """
    for recognise in (_cloud_event, _page, _log_row, _oss_trigger, _log_trigger, _body, _foreign):
        if (found := recognise(fields)) is not None:
            return found
    return None


def is_recorded(fields: Fields) -> bool:
    """Whether these are the fields of an ActionTrail event: it has a name and a caller."""
    named = "eventName" in fields or "EventName" in fields
    return named and ("userIdentity" in fields or "UserIdentity" in fields)


def _cloud_event(fields: Fields) -> Wrapped | Reason | None:
    if "data" not in fields or not ("specversion" in fields or {"source", "type"} <= fields.keys()):
        return None
    kind, source = _text(fields.get("type")).lower(), _text(fields.get("source")).lower()
    data = _json(fields["data"], b"{")
    # Whether the source is the service or ActionTrail is open (docs/sources.md, Events): both are accepted.
    if ":actiontrail:" in kind or source == "acs.actiontrail":
        if data is None:
            raise InputError("data of this EventBridge event is no object; expected the ActionTrail event")
    elif data is None or not _holds_record(data):
        return "cloud_service"
    accounts = (_text(fields.get(name)) for name in ("aliyunaccountid", "aliyunoriginalaccountid"))
    return Wrapped(data, "eventbridge", True, tuple(account for account in accounts if account))


def _page(fields: Fields) -> Wrapped | None:
    if "Events" not in fields:
        return None
    events = _json(fields["Events"], b"[")
    if events is None:
        raise InputError("Events is no list; expected a page as LookupEvents returns it")
    return Wrapped(events, "lookup")


def _log_row(fields: Fields) -> Wrapped | Reason | None:
    """A row of a logstore; topics are ``actiontrail_audit_event`` and older ``actiontrail_event``.

    Those of the latter, and of the Log Audit Service, have an ``owner_id`` (docs/sources.md, Events).
    """
    topic = _text(fields.get("__topic__"))
    if not topic and "event" not in fields:
        return None
    event = _json(fields["event"], b"{") if "event" in fields else None
    if topic and not topic.startswith("actiontrail") and not (event and _holds_record(event)):
        return "other_log"
    if event is None:
        raise InputError("this log row has no event to read; expected the event as JSON text in 'event'")
    owner = _text(fields.get("owner_id"))
    return Wrapped(event, "sls", True, (owner,) if owner else ())


def _oss_trigger(fields: Fields) -> None:
    if "events" in fields:
        raise InputError(
            "this looks like what an OSS trigger hands to a function: it only names objects; "
            "expected the content of the object, a JSON array of events"
        )


def _log_trigger(fields: Fields) -> None:
    if "source" in fields and ("cursorTime" in fields or "jobName" in fields):
        raise InputError(
            "this is what a log trigger hands to a function: it only names a range of a logstore; "
            "expected the rows of that range"
        )


def _body(fields: Fields) -> Wrapped | None:
    """An SDK response, whose ``body`` is the page."""
    if "body" not in fields:
        return None
    body = _json(fields["body"], b"{[")
    if body is None:
        raise InputError("body is neither object nor list; expected a page as LookupEvents returns it")
    return Wrapped(body, None)


def _foreign(fields: Fields) -> Reason | None:
    if "EventProduct" in fields or "EventMethod" in fields:
        return None if is_recorded(fields) else "platform"
    return "ecs_native" if {"product", "name", "content"} <= fields.keys() else None


def _text(raw: Raw | None) -> str:
    """A text or a number as text; anything else is empty."""
    value: Any = None
    if raw is not None:
        try:
            value = _ANY.decode(raw)
        except _FAILURES:
            return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _json(raw: Raw, brackets: bytes) -> bytes | None:
    """The JSON text of an object or list, which may itself arrive as a text; ``None`` for anything else."""
    text = bytes(raw)
    if text[:1] == b'"':
        text = _text(raw).strip().encode()
    return text if text[:1] and text[:1] in brackets else None


def _holds_record(text: bytes) -> bool:
    try:
        return is_recorded(fields_of(text))
    except _FAILURES:
        return False
