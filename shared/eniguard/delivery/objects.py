"""The archive: objects that a trail writes into a bucket, and an OSS trigger points at."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from eniguard.cloud.objects import ObjectReader, ObjectRef, objects_of
from eniguard.dead_letters import Origin, OssOrigin, Reason
from eniguard.delivery.base import Delivery
from eniguard.delivery.taking import Taking
from eniguard.errors import CloudError, Denied, InputError, NotFound
from eniguard.events.envelopes import Concerned, read
from eniguard.events.wrappers import Way

#: Whoever may write into the bucket can write any event in any form.
_ALL_WAYS: tuple[Way, ...] = ("bare", "oss", "eventbridge", "sls", "lookup")
#: How OSS says that it has another object under the name by now (GetObject, If-Match), and that the keys of
#: this call are at their end: the next call has new ones.
_REPLACED, _EXPIRED = "PreconditionFailed", "SecurityTokenExpired"


class ObjectDelivery(Delivery["list[ObjectRef]"]):
    """Reads the objects that an OSS trigger points at as a stream, and decides the events in them.

    Whoever may write into the bucket can write events: those of objects never lead to more than a plan.
    """

    def _read(self, event: bytes) -> list[ObjectRef]:
        return objects_of(event)

    def _take(self, read: list[ObjectRef], taking: Taking) -> None:
        for ref in read:
            try:
                self._object(ref, taking)
            except CloudError as error:
                reason = _lasting(error)
                if reason is None:
                    raise
                taking.given_up(error, _origin(ref), "oss", reason)

    def _object(self, ref: ObjectRef, taking: Taking) -> None:
        def origin(one: Concerned | InputError) -> Origin:
            return _origin(ref, one.offset if isinstance(one, InputError) else None, one.index)

        blocks = _with_its_end(self._reader.chunks(ref))
        for batch in read(blocks, path=ref.name, now=taking.now, forgeable=_ALL_WAYS):
            taking.batch(batch, origin, "oss")

    @cached_property
    def _reader(self) -> ObjectReader:
        return ObjectReader(self._runtime.cloud.reads, address=self._runtime.cloud.address("oss"))


def _with_its_end(chunks: Iterator[bytes]) -> Iterator[bytes | InputError]:
    """The chunks, and why there are no more: what came before a break is whole, and is decided."""
    try:
        yield from chunks
    except InputError as error:
        yield error


def _lasting(error: CloudError) -> Reason | None:
    """Why an object cannot be had before somebody sees to it; ``None`` for what may pass."""
    if isinstance(error, NotFound) or error.code == _REPLACED:
        return "gone"
    return "failed" if isinstance(error, Denied) and error.code != _EXPIRED else None


def _origin(ref: ObjectRef, offset: int | None = None, index: int | None = None) -> OssOrigin:
    return OssOrigin(ref.bucket, ref.key, ref.etag or "", offset, index)
