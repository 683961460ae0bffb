"""The archive: objects that a trail writes into a bucket, and an OSS trigger points at."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TextIO

from eniguard.cloud.objects import ObjectReader, ObjectRef, objects_of
from eniguard.dead_letters import Origin, OssOrigin
from eniguard.delivery.runtime import Runtime
from eniguard.delivery.taking import Taking
from eniguard.errors import InputError
from eniguard.events.envelopes import read
from eniguard.toolkit import Invocation


class ObjectDelivery:
    """Reads the objects that an OSS trigger points at as a stream, and decides the events in them.

    Whoever may write into the bucket can write events: those of objects never lead to more than a plan.

    Parameters
    ----------
    environment, clock, stream, index
        As for `eniguard.delivery.EventDelivery`.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        stream: TextIO | None = None,
        index: str | None = None,
    ) -> None:
        self._runtime = Runtime(environment, clock=clock, stream=stream, index=index)
        self._handle = self._runtime.handler(objects_of, self._take)

    def prepare(self) -> None:
        """Load the policy and the rules; raises `ConfigError` when something is wrong with them."""
        self._runtime.prepare()

    def handle(self, event: bytes | str, context: object) -> str | None:
        """Decide the events in objects.

        Parameters
        ----------
        event
            What an OSS trigger calls a function with: buckets, and the keys of objects in them.
        context
            The runtime's context, of python3.10 or python3.12.

        Returns
        -------
        str or None
            The counts as a JSON object (`eniguard.delivery.taking.Counts`).

        Raises
        ------
        ConfigError
            As for `prepare`.
        StateError, CloudError, DeadlineNear
            Nothing is lost: the delivery has to come again.
        """
        return self._handle(event, context)

    def _take(self, objects: list[ObjectRef], call: Invocation) -> str:
        self.prepare()
        taking = Taking(self._runtime, call)
        for ref in objects:
            self._object(ref, taking)
        return taking.ended()

    def _object(self, ref: ObjectRef, taking: Taking) -> None:
        def origin(index: int | None, offset: int | None) -> Origin:
            return OssOrigin(ref.bucket, ref.key, ref.etag or "", offset, index)

        now = self._runtime.clock()
        try:
            for batch in read(self._reader.chunks(ref), path=ref.name, now=now, forgeable=("bare", "oss")):
                taking.batch(batch, origin, "oss")
        except InputError as error:
            taking.unreadable(error, origin(error.index, error.offset), "oss")

    @cached_property
    def _reader(self) -> ObjectReader:
        address = self._runtime.address("oss")
        return ObjectReader(self._runtime.reads, address=address)
