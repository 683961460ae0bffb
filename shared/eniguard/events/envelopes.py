"""Delivered bytes read into calls, whatever way they came.

Each event of a delivery ends as exactly one of three: concerned (a call the catalogue lists), not concerned
with a reason, or an error that says where and what was expected. One bad event never costs another.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct, field

from eniguard.errors import InputError
from eniguard.events.calls import Call
from eniguard.events.catalog import Api
from eniguard.events.documents import (
    PIECE,
    Broken,
    Element,
    Elements,
    Loose,
    Shard,
    check_utf8,
    loose,
    parts,
    values_of,
)
from eniguard.events.header import HEADER, Header, call_in
from eniguard.events.routes import NAMES, NO_CALLS, Reason, api_for, not_a_call
from eniguard.events.wrappers import Fields, Way, Wrapped, fields_of, opened

#: How far ahead of the clock an event time may be, in seconds, before the event is taken for broken.
FUTURE = 86_400.0
#: Envelopes in envelopes that are followed; a response body with a page in it has two.
_DEPTH = 4

_FAILURES = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
_BYTE = re.compile(r" \(byte (\d+)\)\Z")


class Concerned(Struct, frozen=True, gc=False):
    """An event that is a catalogued call.

    ``index`` is its position among the events of its document, from 0; ``way`` how it was wrapped.
    """

    call: Call
    index: int
    way: Way


class Batch(Struct):
    """Events of one document that were read together; every one of them is counted in one of the three."""

    concerned: list[Concerned] = field(default_factory=list)
    not_concerned: dict[Reason, int] = field(default_factory=dict)
    errors: list[InputError] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many events were read, the unreadable ones among them."""
        return len(self.concerned) + sum(self.not_concerned.values()) + len(self.errors)


def parse(
    payload: bytes | str | dict[str, Any] | list[Any],
    *,
    path: str = "<event>",
    now: float | None = None,
    forgeable: Collection[Way] = (),
) -> Iterator[Batch]:
    """The events of one delivery.

    Parameters
    ----------
    payload
        The bytes as delivered, or their JSON value where a caller has already decoded them.
    path
        What to call the delivery in messages.
    now
        Seconds since 1970; an event more than a day later is an error. ``None``: times are not compared.
    forgeable
        The ways whose calls are marked forgeable.

    Examples
    --------
    >>> event = b'{"eventName": "ListBuckets", "serviceName": "Oss"}'
    >>> [batch.not_concerned for batch in parse(event)]
    [{'other_call': 1}]
    """
    if isinstance(payload, str):
        payload = payload.encode("utf-8", "surrogatepass")
    elif not isinstance(payload, bytes):
        try:
            payload = msgspec.json.encode(payload)
        except (TypeError, ValueError, RecursionError) as error:
            return iter([Batch(errors=[InputError(f"not a JSON value: {error}", path=path)])])
    return read([payload], path=path, now=now, forgeable=forgeable)


def read(
    blocks: Iterable[bytes | InputError],
    *,
    path: str,
    now: float | None = None,
    forgeable: Collection[Way] = (),
) -> Iterator[Batch]:
    """The events of one document that arrives in blocks; parameters as in :func:`parse` and ``parts``."""
    reader = _Reader(path, now, forgeable)
    for part in parts(blocks, path):
        if isinstance(part, InputError):
            reader.batch.errors.append(part)
        elif isinstance(part, Broken):
            reader.broken(part)
        else:
            reader.part(part)
        yield reader.taken()


class _Reader:
    """Reads the parts of one document; what it reads gathers in ``batch``."""

    def __init__(self, path: str, now: float | None, forgeable: Collection[Way]) -> None:
        self.batch = Batch()
        self._index = 0
        self._path = path
        self._latest = float("inf") if now is None else now + FUTURE
        self._forgeable = frozenset(forgeable)

    def taken(self) -> Batch:
        """What was read since the last time."""
        batch, self.batch = self.batch, Batch()
        return batch

    def broken(self, part: Broken) -> None:
        """An event that has no end."""
        self._failed(part.problem, part.offset)

    def part(self, part: Shard | Loose) -> None:
        """The next values of the document; one object alone is a bare event, more are a trail's object."""
        count = len(part.headers if isinstance(part, Shard) else part.values)
        self._values(part, "bare" if count == 1 and not part.array and not self._index else "oss", 0)

    def _values(self, values: Shard | Loose, way: Way, depth: int) -> None:
        if isinstance(values, Shard):
            self._shard(values, way, depth)
        else:
            for element in values.values:
                self._element(element, way, depth)

    def _shard(self, shard: Shard, way: Way, depth: int) -> None:
        """Values whose headers are decoded; odd ones are read again one by one."""
        headers, first = shard.headers, self._index
        looked_at = [at for at, header in enumerate(headers) if header.name in NAMES]
        if len(headers) > len(looked_at):
            self._not_concerned("other_call", len(headers) - len(looked_at))
        elements: Elements | None = None
        shift = 0  # an odd one may be an envelope with several events, or with none
        for at in looked_at:
            if not self._plain(headers[at], first + at + shift, way, ()):
                elements = shard.elements() if elements is None else elements
                self._index = first + at + shift
                self._element(elements[at], way, depth)
                shift = self._index - first - at - 1
        self._index = first + len(headers) + shift
        headers.clear()  # while they are in the caches: once its calls are decided that takes 1 to 2 % more

    def _element(self, element: Element, way: Way, depth: int) -> None:
        """One value as text: an event, an envelope or a list."""
        try:
            check_utf8(element.text)
            self._any(element, way, depth)
        except (InputError, *_FAILURES) as error:
            self._failed(*_diagnosed(error, element))

    def _any(self, element: Element, way: Way, depth: int) -> None:
        if depth > _DEPTH:
            raise InputError(f"more than {_DEPTH} envelopes or lists in each other; expected an event")
        first = element.text.lstrip()[:1]
        if first == b"[":
            self._list(element, way, depth + 1)
            return
        if first != b"{":
            begin = element.text[:20].decode("utf-8", "backslashreplace")
            raise InputError(f"{begin!r} is no event; expected a JSON object")
        fields = fields_of(element.text)
        found = opened(fields)
        if found is None:
            self._event(element.text, fields, way, ())
        elif not isinstance(found, Wrapped):
            self._not_concerned(found, 1)
            self._index += 1
        elif found.event:
            self._event(found.text, fields_of(found.text), found.way or way, found.accounts)
        else:
            self._any(Element(found.text, element.offset), found.way or way, depth + 1)

    def _list(self, element: Element, way: Way, depth: int) -> None:
        decode = values_of if len(element.text) <= PIECE else loose
        values = decode(element.text, element.offset, array=True)
        if values is None:
            raise InputError("a list that is malformed or nested too deeply; expected events")
        self._values(values, way, depth)

    def _event(self, text: bytes, fields: Fields, way: Way, accounts: tuple[str, ...]) -> None:
        """One event out of whatever held it."""
        if len(text) > PIECE:
            raise InputError(f"an event of {len(text)} bytes; expected at most {PIECE}, most have a few KB")
        try:
            header = HEADER.decode(text)
        except _FAILURES:
            header = None
        if header is None or not self._plain(header, self._index, way, accounts):
            self._odd(fields, way, accounts)
        self._index += 1

    def _plain(self, header: Header, index: int, way: Way, accounts: tuple[str, ...]) -> bool:
        """Take an event by the fast lane; ``False`` if the model has to judge it."""
        api = api_for(header.service, header.name)
        if (
            api is None
            or header.type in NO_CALLS
            or (api.only_about is not None and api.passes_over(header.parameters))
        ):
            return self._passed_over(header)
        call = call_in(header, api, way in self._forgeable)
        if call is None or call.at > self._latest:
            return False
        if accounts and not {call.account_id, header.recipient or call.account_id}.issubset(accounts):
            return False
        self.batch.concerned.append(Concerned(call, index, way))
        return True

    def _passed_over(self, header: Header) -> bool:
        """Count an event that is none of our business; ``False`` if it does not say what it is."""
        if not header.name or not header.service:
            return False
        self._not_concerned(not_a_call(header.type, header.name) or "other_call", 1)
        return True

    def _odd(self, fields: Fields, way: Way, accounts: tuple[str, ...]) -> None:
        """Take an event by the model: pydantic is imported by the first event that needs it."""
        from eniguard.events import trail_event

        route = trail_event.routed(fields)
        if not isinstance(route, Api):
            self._not_concerned(route, 1)
            return
        event = trail_event.TrailEvent.of(trail_event.values_of(fields))
        account_id = event.account_id
        if accounts:
            account_id = event.recipient_account_id or event.account_id or accounts[0]
            if account_id not in accounts:
                both = f"account {accounts[0]} in the envelope, {account_id} in the event"
                raise InputError(f"{both}; expected the same")
        call = event.call(route, account_id=account_id, forgeable=way in self._forgeable)
        if call.at > self._latest:
            raise InputError(f"eventTime {call.time} is more than a day ahead; expected a time in the past")
        self.batch.concerned.append(Concerned(call, self._index, way))

    def _not_concerned(self, reason: Reason, count: int) -> None:
        counts = self.batch.not_concerned
        counts[reason] = counts.get(reason, 0) + count

    def _failed(self, problem: str, offset: int) -> None:
        self.batch.errors.append(InputError(problem, path=self._path, offset=offset, index=self._index))
        self._index += 1


def _diagnosed(error: Exception, element: Element) -> tuple[str, int]:
    """What is wrong with a value, and the place in the document where it shows."""
    offset = element.offset
    if isinstance(error, InputError):
        return error.problem, offset
    if isinstance(error, UnicodeDecodeError):
        return "bytes that are not UTF-8; expected JSON text", offset + error.start
    if isinstance(error, RecursionError):
        return "nested too deeply; expected an event", offset
    byte = _BYTE.search(str(error))
    if byte is not None and loose(element.text, 0, array=False) is None:
        offset += int(byte[1])
    return f"{_BYTE.sub('', str(error))}; expected an event as JSON", offset
