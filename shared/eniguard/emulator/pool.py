"""The instances of one function: warm ones are used again, lost ones replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable

from eniguard.emulator.calls import FUNCTION_ERROR, Call, Lost, Outcome
from eniguard.emulator.custom_runtime import CustomInstance
from eniguard.emulator.functions import Function
from eniguard.emulator.instance import Host, Instance, Keys
from eniguard.emulator.process import Sink
from eniguard.emulator.python_runtime import PythonInstance

#: Instances at once of a function that reserves no number of them; calls beyond wait. A choice for a laptop.
_INSTANCES = 4


class Pool:
    """The instances of one function; each takes one call at a time, as those of built-in runtimes do.

    Parameters
    ----------
    function
        The function.
    host
        What all instances share.
    keys
        Gives the credentials of the function's role, once for each instance.
    sink
        Takes what the function prints, line by line.
    """

    def __init__(self, function: Function, host: Host, keys: Callable[[Function], Keys], sink: Sink) -> None:
        self.function = function
        self._host = host
        self._keys = keys
        self._sink = sink
        # A custom runtime has one port, and so one instance.
        most = function.props.concurrency_config.reserved_concurrency or _INSTANCES
        self._slots = threading.BoundedSemaphore(1 if function.custom else most)
        self._lock = threading.Lock()
        self._idle: list[Instance] = []
        self._all: set[Instance] = set()
        self._closed = False

    def invoke(self, call: Call) -> Outcome:
        """Call the handler in a warm instance, or in a new one."""
        with self._slots:
            try:
                instance, failed = self._taken(call)
            except Lost as lost:
                return Outcome(lost.body, FUNCTION_ERROR, 0.0, 0.0, b"", "")
            outcome = failed or instance.invoke(call)
            self._back(instance, keep=failed is None)
            return outcome

    def close(self) -> None:
        """End all instances; calls under way fail."""
        with self._lock:
            self._closed = True
            instances, self._all = self._all, set()
        for one in instances:
            one.end()

    def _taken(self, call: Call) -> tuple[Instance, Outcome | None]:
        """An instance to call, and what its initializer failed with."""
        with self._lock:
            while self._idle:
                instance = self._idle.pop()
                if instance.alive():
                    return instance, None
                self._gone(instance)
        kind = CustomInstance if self.function.custom else PythonInstance
        instance = kind(self.function, self._host, self._keys(self.function), self._sink)
        with self._lock:
            closed = self._closed
            self._all.add(instance)
        if closed:
            self._back(instance, keep=False)
            raise Lost("Function Compute is shutting down")
        instance.process.output.begin()
        return instance, instance.initialize(call)

    def _back(self, instance: Instance, *, keep: bool) -> None:
        with self._lock:
            if keep and instance.alive() and not self._closed:
                instance.process.output.begin()
                self._idle.append(instance)
            else:
                self._gone(instance)

    def _gone(self, instance: Instance) -> None:
        if instance in self._all:
            self._all.discard(instance)
            instance.end()
