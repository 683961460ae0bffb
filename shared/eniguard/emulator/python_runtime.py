"""Instances of the built-in Python runtimes."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from eniguard.emulator.calls import Answer, Call
from eniguard.emulator.functions import Function
from eniguard.emulator.instance import Instance, environment_of
from eniguard.emulator.process import Process, Sink
from eniguard.errors import ConfigError

#: How messages begin; see `eniguard.emulator.bootstrap`, which runs without this package.
_LENGTHS = struct.Struct(">II")
_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
#: Runs a file without putting its folder, whose modules would hide others, on the path.
_RUN = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')"
_KIB = 1024
#: Seconds that an interpreter has to say its version.
_ASKING = 30


class PythonInstance(Instance):
    """An interpreter that loads the handler and waits for calls."""

    def _started(self, sink: Sink) -> Process:
        calls_out, self._calls = os.pipe()
        self._answers, answers_in = os.pipe()
        command = [
            *interpreter(self.function, self.host.python),
            "-c",
            _RUN,
            str(_BOOTSTRAP),
            str(calls_out),
            str(answers_in),
        ]
        environment = environment_of(self.function, self.host, self.keys, self.id)
        try:
            return Process(command, self.function.folder, environment, sink, (calls_out, answers_in))
        finally:
            os.close(calls_out)
            os.close(answers_in)

    def _initialized(self, call: Call) -> Answer:
        initializer = self.function.props.instance_lifecycle_config.initializer
        handler = initializer.handler if initializer is not None else None
        return self._exchanged("initialize", handler or "", call)

    def _invoked(self, call: Call) -> Answer:
        return self._exchanged("invoke", self.function.props.handler, call)

    def end(self) -> None:
        """End the process and close the pipes to it."""
        super().end()
        for descriptor in (self._calls, self._answers):
            os.close(descriptor)

    def _exchanged(self, kind: str, handler: str, call: Call) -> Answer:
        head = json.dumps({"kind": kind, "handler": handler, "context": self._context(call)}).encode()
        event = call.event if kind == "invoke" else b""
        _write(self._calls, _LENGTHS.pack(len(head), len(event)) + head)
        _write(self._calls, event)
        told_length, body_length = _LENGTHS.unpack(_read(self._answers, _LENGTHS.size))
        told = json.loads(_read(self._answers, told_length))
        return Answer(told["succeeded"], _read(self._answers, body_length), told["peak"] / _KIB)

    def _context(self, call: Call) -> dict[str, Any]:
        props = self.function.props
        return {
            "runtime": props.runtime,
            "request_id": call.request_id,
            "retry_count": call.retry_count,
            "function_name": props.function_name,
            "handler": props.handler,
            "memory": props.memory_size,
            "timeout": props.timeout,
            "region": props.region,
            "account_id": self.host.account_id,
            "credentials": {
                "access_key_id": self.keys.access_key_id,
                "access_key_secret": self.keys.access_key_secret,
                "security_token": self.keys.security_token,
            },
        }


def interpreter(function: Function, given: str | None = None) -> Sequence[str]:
    """The interpreter of a function, with its options.

    A bundle has compiled parts for its runtime and brings all that it needs: it runs on that very version of
    Python, and sees no packages of this machine. A folder of source runs on the Python that runs eniguard.

    Raises
    ------
    ConfigError
        There is no such Python here.
    """
    if not function.bundled:
        return (given or sys.executable,)
    wanted = function.props.runtime
    found = given or _found(wanted)
    if found is None:
        raise ConfigError(
            f"{function.name}: its bundle is for {wanted}, and there is no {wanted} here: "
            "install it, or name an interpreter of that version with --python"
        )
    return (found, "-S", "-s")


@cache
def _found(wanted: str) -> str | None:
    """The interpreter of a runtime: this one, or one on PATH or among pyenv's versions."""
    if wanted == f"python3.{sys.version_info.minor}":
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    versions = sorted(map(str, pyenv.glob(f"versions/{wanted.removeprefix('python')}.*/bin/{wanted}")))
    return next((one for one in (shutil.which(wanted), *versions) if one and _runs(one, wanted)), None)


def _runs(candidate: str, wanted: str) -> bool:
    """Whether it is that version: pyenv's stand-ins refuse to run versions that are not chosen."""
    version = "import sys; print('python%d.%d' % sys.version_info[:2])"
    asked = subprocess.run(
        [candidate, "-c", version], capture_output=True, text=True, check=False, timeout=_ASKING
    )
    return asked.stdout.strip() == wanted


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _read(descriptor: int, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = os.read(descriptor, min(length - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
