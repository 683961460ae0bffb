"""Delivered bytes read into records, whatever way they came.

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
from eniguard.events.catalog import Api
from eniguard.events.documents import PIECE, Element, Shard, check_utf8, elements_of, parts, values_of
from eniguard.events.header import HEADER, Header, record_of
from eniguard.events.record import TrailRecord
from eniguard.events.routes import NAMES, Reason, api_for, api_without_service, not_a_call
from eniguard.events.wrappers import Fields, Way, Wrapped, fields_of, is_recorded, opened

#: How far ahead of the clock an event time may be, in seconds, before the event is taken for broken.
FUTURE = 86_400.0
#: Envelopes in envelopes that are followed; a response body with a page in it has two.
_DEPTH = 4

_FAILURES = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
_BYTE = re.compile(r" \(byte (\d+)\)\Z")
_ANY = msgspec.json.Decoder()


class Concerned(Struct, frozen=True, gc=False):
    """An event that is a catalogued call.

    ``index`` is its position among the events of its document, from 0; ``way`` how it was wrapped.
    """

    record: TrailRecord
    api: Api
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
        The ways whose records are marked forgeable.

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
        if isinstance(part, Shard):
            single = not part.array and len(part.headers) == 1 and not reader.index
            reader.shard(part, "bare" if single else "oss", 0)
        elif isinstance(part, InputError):
            reader.batch.errors.append(part)
        else:
            for element in part:
                reader.element(element, "oss", 0)
        yield reader.taken()


class _Reader:
    """Reads the parts of one document; what it reads gathers in ``batch``."""

    def __init__(self, path: str, now: float | None, forgeable: Collection[Way]) -> None:
        self.batch = Batch()
        self.index = 0
        self._path = path
        self._latest = float("inf") if now is None else now + FUTURE
        self._forgeable = frozenset(forgeable)

    def taken(self) -> Batch:
        """What was read since the last time."""
        batch, self.batch = self.batch, Batch()
        return batch

    def shard(self, shard: Shard, way: Way, depth: int) -> None:
        """A run of events whose headers are decoded; odd ones are read again one by one."""
        headers, first = shard.headers, self.index
        looked_at = [(at, header) for at, header in enumerate(headers) if header.eventName in NAMES]
        self._skip("other_call", len(headers) - len(looked_at))
        texts: list[Element] | None = None
        shift = 0  # an odd one may be an envelope of several events, or of none
        for at, header in looked_at:
            self.index = first + at + shift
            if not self._plain(header, way):
                texts = shard.elements() if texts is None else texts
                self.element(texts[at], way, depth)
                shift = self.index - first - at - 1
        self.index = first + len(headers) + shift

    def element(self, element: Element, way: Way, depth: int) -> None:
        """One value as text: an event, an envelope or a list."""
        try:
            if depth > _DEPTH:
                raise InputError(f"more than {_DEPTH} envelopes or lists in each other; expected an event")
            check_utf8(element.text)
            if element.text.lstrip()[:1] == b"[":
                self._list(element, way, depth + 1)
            elif (found := opened(fields := fields_of(element.text))) is None:
                self._event(element.text, fields, way, ())
            elif not isinstance(found, Wrapped):
                self._skip(found, 1)
                self.index += 1
            elif found.accounts or found.way == "sls":
                self._event(found.text, fields_of(found.text), found.way or way, found.accounts)
            else:
                self.element(Element(found.text, element.offset), found.way or way, depth + 1)
        except (InputError, *_FAILURES) as error:
            self.batch.errors.append(self._located(error, element))
            self.index += 1
