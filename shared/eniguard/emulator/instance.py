"""One instance of a function: it keeps warm, and takes one call at a time."""

from __future__ import annotations

import os
import tempfile
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping

from msgspec import Struct

from eniguard.emulator.calls import FUNCTION_ERROR, Answer, Call, Lost, Outcome
from eniguard.emulator.functions import Function
from eniguard.emulator.process import Process, Sink, Watch

#: Says to a function that it runs here and not in the cloud.
EMULATED_VARIABLE = "ENIGUARD_EMULATOR"


class Keys(Struct, frozen=True):
    """The temporary credentials of a function's role; the repr hides them."""

    access_key_id: str
    access_key_secret: str
    security_token: str

    def __repr__(self) -> str:
        return f"Keys({self.access_key_id!r}, ***)"


class Host(Struct, frozen=True):
    """What all instances share.

    Parameters
    ----------
    account_id
        The account that functions run in.
    variables
        Environment variables over those of the template.
    python
        The interpreter of functions with a built-in runtime; ``None`` finds one.
    """

    account_id: str
    variables: Mapping[str, str]
    python: str | None = None


class Instance(ABC):
    """The process of one instance, whatever its runtime."""

    def __init__(self, function: Function, host: Host, keys: Keys, sink: Sink) -> None:
        self.id = f"c-{uuid.uuid4()}"
        self.function = function
        self.host = host
        self.keys = keys
        self.process = self._started(sink)

    @abstractmethod
    def _started(self, sink: Sink) -> Process:
        """Start the process."""

    @abstractmethod
    def _initialized(self, call: Call) -> Answer:
        """Call the initializer."""

    @abstractmethod
    def _invoked(self, call: Call) -> Answer:
        """Call the handler; `Lost` or a closed connection tell of its end."""

    def initialize(self, call: Call) -> Outcome | None:
        """Call the initializer, if there is one; what it failed with, or ``None``."""
        initializer = self.function.props.instance_lifecycle_config.initializer
        if initializer is None or initializer.handler is None:
            return None
        outcome = self._watched(call, "Initialize", initializer.timeout)
        return outcome if outcome.error else None

    def invoke(self, call: Call) -> Outcome:
        """Call the handler."""
        return self._watched(call, "Invoke", self.function.props.timeout)

    def alive(self) -> bool:
        """Whether it can take a call."""
        return self.process.alive()

    def end(self) -> None:
        """End the process."""
        self.process.end()

    def _watched(self, call: Call, title: str, seconds: float) -> Outcome:
        process = self.process
        with Watch(process, seconds, self.function.props.memory_size) as watch:
            try:
                answer = self._invoked(call) if title == "Invoke" else self._initialized(call)
                if watch.exceeds(answer.peak):
                    raise watch.lost()
                body, error = answer.body, None if answer.succeeded else FUNCTION_ERROR
            except (OSError, EOFError):
                body, error = watch.lost().body, FUNCTION_ERROR
                process.end()
            except Lost as lost:
                body, error = lost.body, FUNCTION_ERROR
                process.end()
            duration = watch.duration
        log = process.output.end(f"FC {title} End RequestId: {call.request_id}".encode())
        return Outcome(body, error, duration, watch.peak, log, self.id)


def environment_of(function: Function, host: Host, keys: Keys, instance: str) -> dict[str, str]:
    """The environment of a function: nothing of this machine's but the way to its programs.

    That keeps the credentials of whoever starts the emulator out of the functions.
    """
    props = function.props
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "HOME": tempfile.gettempdir(),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        EMULATED_VARIABLE: "1",
        "FC_RUNTIME": props.runtime,
        "FC_TIMEOUT": str(props.timeout),
        "FC_FUNC_CODE_PATH": str(function.folder),
        "FC_FUNCTION_NAME": props.function_name,
        "FC_FUNCTION_HANDLER": props.handler,
        "FC_FUNCTION_MEMORY_SIZE": str(props.memory_size),
        "FC_REGION": props.region,
        "FC_ACCOUNT_ID": host.account_id,
        "FC_INSTANCE_ID": instance,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": keys.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": keys.security_token,
        **function.environment(),
        **host.variables,
    }
