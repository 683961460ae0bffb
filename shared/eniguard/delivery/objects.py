"""The archive: objects that a trail writes into a bucket, and an OSS trigger points at."""

from __future__ import annotations

from functools import cached_property

from eniguard.cloud.objects import ObjectReader, ObjectRef, objects_of
from eniguard.dead_letters import Origin, OssOrigin
from eniguard.delivery.base import Delivery
from eniguard.delivery.taking import Taking
from eniguard.errors import CloudError, InputError, NotFound, Throttled, Transport
from eniguard.events.envelopes import Concerned, read
from eniguard.events.wrappers import Way

#: Whoever may write into the bucket can write any event in any form.
_ALL_WAYS: tuple[Way, ...] = ("bare", "oss", "eventbridge", "sls", "lookup")
#: What passes: the answer did not come, or the keys of this call are at their end.
_PASSING = (Throttled, Transport)
_EXPIRED = "SecurityTokenExpired"
#: OSS has another object under the name by now (GetObject, If-Match).
_REPLACED = "PreconditionFailed"


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
                if isinstance(error, _PASSING) or error.code == _EXPIRED:
                    raise
                gone = isinstance(error, NotFound) or error.code == _REPLACED
                taking.given_up(error, _origin(ref), "oss", "gone" if gone else "failed")

    def _object(self, ref: ObjectRef, taking: Taking) -> None:
        def origin(one: Concerned | InputError) -> Origin:
            return _origin(ref, one.offset if isinstance(one, InputError) else None, one.index)

        chunks = self._reader.chunks(ref)
        try:
            for batch in read(chunks, path=ref.name, now=taking.now, forgeable=_ALL_WAYS):
                taking.batch(batch, origin, "oss")
        except InputError as error:
            taking.unreadable(error, origin(error), "oss")

    @cached_property
    def _reader(self) -> ObjectReader:
        return ObjectReader(self._runtime.reads, address=self._runtime.address("oss"))


def _origin(ref: ObjectRef, offset: int | None = None, index: int | None = None) -> OssOrigin:
    return OssOrigin(ref.bucket, ref.key, ref.etag or "", offset, index)
