"""All functions of a template, ready to be called."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from eniguard.emulator.calls import Call, Outcome
from eniguard.emulator.destinations import Destinations
from eniguard.emulator.functions import Function
from eniguard.emulator.instance import Host, Keys
from eniguard.emulator.pool import Pool
from eniguard.emulator.python_runtime import interpreter
from eniguard.emulator.queued import RETRY_WAIT, Queue

#: Documentation values: no cloud takes them.
ACCOUNT = "1234567890123456"
_NOBODY = Keys("LTAIexample", "example-secret", "example-token")

#: Takes the name of a function, or "", and a line.
Tell = Callable[[str, str], None]


def no_keys(_: Function) -> Keys:
    """Credentials that open nothing."""
    return _NOBODY


class Compute:
    """A local Function Compute; used in a ``with`` block, it ends every process it started.

    Parameters
    ----------
    functions
        What can be called.
    account_id
        The account the functions run in.
    variables
        Environment variables over those of the template.
    python
        The interpreter of built-in runtimes; ``None`` finds one.
    keys
        Gives the credentials of a function's role.
    letters
        A file for outcomes that go to destinations which are not here.
    retry_wait
        Seconds until the first retry of an asynchronous call.
    tell
        Takes what functions print, and what becomes of asynchronous calls.

    Raises
    ------
    ConfigError
        A function has no interpreter here.
    """

    def __init__(
        self,
        functions: Sequence[Function],
        *,
        account_id: str = ACCOUNT,
        variables: Mapping[str, str] | None = None,
        python: str | None = None,
        keys: Callable[[Function], Keys] = no_keys,
        letters: Path | None = None,
        retry_wait: float = RETRY_WAIT,
        tell: Tell = lambda name, line: None,
    ) -> None:
        for one in functions:
            if not one.custom:
                interpreter(one, python)
        self._variables = dict(variables or {})
        host = Host(account_id, self._variables, python)
        destinations = Destinations(self.enqueue_event, letters, lambda line: tell("", line))
        self.account_id = account_id
        self.functions = {one.name: one for one in functions}
        self._pools = {one.name: Pool(one, host, keys, partial(tell, one.name)) for one in functions}
        self._queues = {
            one.name: Queue(
                one,
                f"acs:fc:{one.props.region}:{account_id}:functions/{one.name}",
                self._pools[one.name].invoke,
                destinations.send,
                retry_wait=retry_wait,
            )
            for one in functions
        }
        self._tell = tell

    def __enter__(self) -> Compute:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_variables(self, variables: Mapping[str, str]) -> None:
        """Give instances that start from now on further variables; those given before count."""
        for name, value in variables.items():
            self._variables.setdefault(name, value)

    def invoke(self, name: str, event: bytes, request_id: str | None = None) -> Outcome:
        """Call a function and wait for its answer; KeyError for one that is not there."""
        return self._pools[name].invoke(Call(request_id or new_request_id(), event))

    def enqueue(self, name: str, event: bytes, request_id: str | None = None) -> None:
        """Call a function some time; KeyError for one that is not there."""
        self._queues[name].put(request_id or new_request_id(), event)

    def enqueue_event(self, name: str, event: bytes) -> bool:
        """Call a function some time; false for one that is not there."""
        if name not in self._queues:
            return False
        self.enqueue(name, event)
        return True

    def close(self) -> None:
        """End every process; asynchronous calls that wait are dropped, and it is told how many."""
        left = {name: queue.close() for name, queue in self._queues.items()}
        for pool in self._pools.values():
            pool.close()
        for name, count in left.items():
            if count:
                self._tell("", f"{name}: {count} asynchronous calls are dropped")


def new_request_id() -> str:
    """An id as Function Compute gives one to each call."""
    return f"1-{uuid.uuid4()}"
