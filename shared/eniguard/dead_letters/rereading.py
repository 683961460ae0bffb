"""Events read again where they came from: rows of a logstore, objects of a bucket, LookupEvents by id."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct

from eniguard.cloud.logs import LogRange
from eniguard.cloud.objects import ObjectRef
from eniguard.dead_letters.letter import DeadLetter
from eniguard.dead_letters.origins import LookupOrigin, Origin, OssOrigin, SlsOrigin
from eniguard.dead_letters.redriving import OriginReader
from eniguard.errors import ConfigError, InputError, NotFound

if TYPE_CHECKING:
    from eniguard.cloud import Client
    from eniguard.cloud.logs import LogPuller
    from eniguard.cloud.objects import ObjectReader

#: Seconds that LookupEvents reaches back (docs/sources.md, Delivery).
_KEPT = 90 * 86_400
#: Bytes that an object may unpack to; one is held in memory whole.
_MOST_BYTES = 256 << 20

_VALUES = msgspec.json.Decoder(list[Raw])
_LINE = msgspec.json.Decoder(Raw)


class _Known(Struct, rename="camel"):
    """What tells a kept event from others."""

    event_id: str | None = None
    acs_region: str | None = None
    recipient_account_id: str | None = None


class Rereading:
    """Reads the events of dead letters where they came from.

    Parameters
    ----------
    region
        Where the logstores and buckets are.
    clients
        Gives the client of an account, ``None`` for one without a role; an empty id is the own account.
    rows, objects
        What reads rows and objects.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        region: str,
        clients: Callable[[str], Client | None],
        rows: LogPuller,
        objects: ObjectReader,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._region = region
        self._clients = clients
        self._rows = rows
        self._objects = objects
        self._clock = clock

    def of(self, letter: DeadLetter) -> OriginReader:
        """What reads the event of one letter; what is there in its place is not given out."""

        def read(origin: Origin) -> bytes | None:
            try:
                return self._read(origin, letter)
            except NotFound:
                return None

        return read

    def _read(self, origin: Origin, letter: DeadLetter) -> bytes | None:
        known = _Known() if letter.event is None else msgspec.json.decode(letter.event.event, type=_Known)
        match origin:
            case SlsOrigin():
                return self._row(origin, letter, known)
            case OssOrigin():
                return _same(self._event(origin), known)
            case LookupOrigin():
                return self._recorded(origin)
        if known.event_id is None or known.acs_region is None:
            return None
        return self._recorded(LookupOrigin(known.acs_region, known.event_id, known.recipient_account_id))

    def _row(self, origin: SlsOrigin, letter: DeadLetter, known: _Known) -> bytes | None:
        """A row in the form in which logs are exported; rows go with time, and others are in their place."""
        host = f"{self._region}.log.aliyuncs.com"
        place = LogRange(host, origin.project, origin.logstore, origin.shard, origin.cursor, "")
        place = msgspec.structs.replace(place, end=self._rows.cursor(place, "end"))
        row = next(islice(self._rows.rows(place), origin.index, None), None)
        event = None if row is None else row.fields.get("event")
        if row is None or event is None:
            return None
        if letter.unread is not None and hashlib.sha256(event).hexdigest() != letter.unread.sha256:
            return None
        try:
            text = event.decode()
        except UnicodeDecodeError:
            raise InputError("a row that is not UTF-8; expected the event as JSON text in 'event'") from None
        return _same(msgspec.json.encode({"__topic__": row.topic, "event": text}), known)

    def _event(self, origin: OssOrigin) -> bytes:
        """One event of an object, as `eniguard.events.envelopes` counts them; else all of it."""
        ref = ObjectRef(self._region, origin.bucket, origin.key, origin.etag or None)
        data = b"".join(self._objects.chunks(ref, most=_MOST_BYTES))
        if origin.index is None:
            return data
        try:
            values = _VALUES.decode(data) if data.lstrip()[:1] == b"[" else _LINE.decode_lines(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return data
        return bytes(values[origin.index]) if origin.index < len(values) else data

    def _recorded(self, origin: LookupOrigin) -> bytes | None:
        account = origin.account_id or ""
        client = self._clients(account)
        if client is None:
            raise ConfigError(
                f"account {account} cannot be asked for the event: name its role under accounts in guard.yml"
            )
        now = self._clock()
        asked = {
            "LookupAttribute": [{"Key": "EventId", "Value": origin.event_id}],
            "StartTime": _moment(now - _KEPT),
            "EndTime": _moment(now),
        }
        answer = client.call("actiontrail", "LookupEvents", asked, region=origin.region)
        events = answer.get("Events")
        return msgspec.json.encode({"Events": events[:1]}) if isinstance(events, list) and events else None


def _same(raw: bytes, known: _Known) -> bytes | None:
    """The bytes, unless they are those of another event than the one that was kept in part."""
    return None if known.event_id is not None and known.event_id.encode() not in raw else raw


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
