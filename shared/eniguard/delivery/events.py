"""The fast path: what EventBridge, or somebody by hand, calls a function with."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TextIO

from eniguard.dead_letters import DirectOrigin, Origin
from eniguard.delivery.runtime import Runtime
from eniguard.delivery.taking import Taking
from eniguard.events.envelopes import Batch, parse
from eniguard.toolkit import Invocation


class EventDelivery:
    """Decides the events that a function is called with.

    Each event ends in one line: ``decision`` (with its findings and what could not be decided on lines of
    their own), ``not_concerned`` with the counts by reason, or ``dead_letter`` with the reason.

    Parameters
    ----------
    environment
        The environment variables; those of the process by default.
    clock
        Gives seconds since 1970 (UTC).
    stream
        Where log lines go; the standard output by default.
    index
        The index.py of the function; the policy.json beside it holds where no variable names a policy.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        stream: TextIO | None = None,
        index: str | None = None,
    ) -> None:
        self._runtime = Runtime(environment, clock=clock, stream=stream, event_path=True, index=index)
        self._handle = self._runtime.handler(self._read, self._take)

    def prepare(self) -> None:
        """Load the policy and the rules; raises `ConfigError` when something is wrong with them."""
        self._runtime.prepare()

    def handle(self, event: bytes | str, context: object) -> str | None:
        """Decide one delivery.

        Parameters
        ----------
        event
            The bytes the function is called with: an event, a list, or an envelope of them.
        context
            The runtime's context, of python3.10 or python3.12.

        Returns
        -------
        str or None
            The counts as a JSON object (`eniguard.delivery.taking.Counts`). An event that cannot be read is a
            dead letter, not an error: trying again would not help.

        Raises
        ------
        ConfigError
            As for `prepare`.
        StateError, CloudError, DeadlineNear
            Nothing is lost: the delivery has to come again.
        """
        return self._handle(event, context)

    def _read(self, event: bytes) -> list[Batch]:
        self.prepare()
        now = self._runtime.clock()
        return list(parse(event, path="<delivery>", now=now, forgeable=("bare", "oss")))

    def _take(self, batches: list[Batch], call: Invocation) -> str:
        taking = Taking(self._runtime, call)
        request = call.context.request_id or "-"

        def origin(index: int | None, _offset: int | None) -> Origin:
            return DirectOrigin(request, index)

        for batch in batches:
            taking.batch(batch, origin, "bare")
        return taking.ended()
