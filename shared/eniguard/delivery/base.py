"""What the functions that take deliveries share: bytes in, each event of them to one ending, counts out."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Generic, TextIO, TypeVar

from eniguard.dead_letters import DirectOrigin
from eniguard.delivery.runtime import Runtime
from eniguard.delivery.taking import Taking
from eniguard.errors import InputError
from eniguard.toolkit import Invocation

_Read = TypeVar("_Read")


class Delivery(ABC, Generic[_Read]):
    """A function that decides events.

    Each event that a rule looks at ends in a line ``decision`` (with its findings and what could not be
    decided on lines of their own) or as a dead letter; the others are counted in ``not_concerned``.

    Parameters
    ----------
    environment
        The environment variables; those of the process by default.
    clock
        Gives seconds since 1970 (UTC).
    sleep
        Waits for seconds before a request is made again.
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
        sleep: Callable[[float], None] = time.sleep,
        stream: TextIO | None = None,
        index: str | None = None,
    ) -> None:
        self._runtime = Runtime(
            environment, clock=clock, sleep=sleep, stream=stream, event_path=True, index=index
        )
        self._handle = self._runtime.handler(bytes, self._deliver)

    def prepare(self) -> None:
        """Load the policy and the rules; raises `ConfigError` when something is wrong with them."""
        self._runtime.prepare()

    def handle(self, event: bytes | str, context: object) -> str | None:
        """Decide one delivery.

        Parameters
        ----------
        event
            The bytes the function is called with.
        context
            The runtime's context, of python3.10 or python3.12.

        Returns
        -------
        str or None
            The counts as a JSON object (`eniguard.delivery.taking.Counts`). What cannot be read is a dead
            letter, not an error: trying again would not help.

        Raises
        ------
        ConfigError
            As for `prepare`.
        StateError, CloudError, DeadlineNear
            Nothing is lost: the delivery has to come again, and what was decided is then passed over.
        """
        return self._handle(event, context)

    @abstractmethod
    def _read(self, event: bytes) -> _Read:
        """What the function is called with; raises InputError if that is something else."""

    @abstractmethod
    def _take(self, read: _Read, taking: Taking) -> None:
        """Bring every event of the delivery to its ending."""

    def _deliver(self, event: bytes, call: Invocation) -> str:
        taking = Taking(self._runtime, call)
        try:
            try:
                read = self._read(event)
            except InputError as error:
                taking.unreadable(error, DirectOrigin(taking.request_id), "bare", event)
            else:
                self._take(read, taking)
        finally:
            taking.tell()
        return taking.answer
