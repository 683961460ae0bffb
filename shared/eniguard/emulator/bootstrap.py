"""What runs in the process of a function with a built-in Python runtime.

It is run by path, by the interpreter of the function's runtime and beside the function's own dependencies, so
it needs the standard library only. It reads calls from one pipe and writes answers into another; whatever the
function prints goes to the standard output, as in the cloud.

A message is the lengths of a JSON head and of a body (4 bytes each, big-endian), then both.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import struct
import sys
import time
import traceback
from types import SimpleNamespace
from typing import IO, Any

_LENGTHS = struct.Struct(">II")
_KIB = 1024


class _Loaded:
    """The callables of the function, loaded when first asked for."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def named(self, handler: str) -> Any:
        """The callable that ``module.name`` names; ``/`` in the module leads into folders."""
        if handler not in self._found:
            module, _, name = handler.rpartition(".")
            loaded = importlib.import_module(module.replace("/", "."))
            self._found[handler] = getattr(loaded, name)
        return self._found[handler]


class _Records(logging.Handler):
    """Log records as the runtime prints them."""

    request_id = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record; the time is UTC."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = f"{at}.{int(record.msecs):03d}Z {self.request_id} [{record.levelname}] {self.format(record)}"
        sys.stdout.write(f"{line}\n")


def context_of(given: dict[str, Any]) -> SimpleNamespace:
    """The context object of a runtime (docs/sources.md, Function Compute).

    That of python3.12 has no ``credentials``, no ``service`` and no ``tracing``; what they held is in
    environment variables, in ``function`` and in itself.
    """
    function = {name: given[name] for name in ("handler", "memory", "timeout")}
    function["name"] = given["function_name"]
    common = {name: given[name] for name in ("request_id", "region", "account_id", "retry_count")}
    if given["runtime"] == "python3.12":
        function.update(version_id="", qualifier="LATEST")
        logger = logging.getLogger()
        return SimpleNamespace(
            **common,
            function=SimpleNamespace(**function),
            log_project="",
            log_store="",
            logger=logger,
            getLogger=lambda: logger,
        )
    return SimpleNamespace(
        **common,
        function=SimpleNamespace(**function),
        service=SimpleNamespace(name="", log_project="", log_store="", qualifier="LATEST", version_id=""),
        credentials=SimpleNamespace(**given["credentials"]),
        tracing=SimpleNamespace(span_context="", jaeger_endpoint="", span_baggages={}),
    )


def _answered(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


def _failed(error: BaseException) -> bytes:
    """The error as the cloud reports it, without the frames of this file."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename != __file__]
    shown = [
        [f'File "{one.filename}"', f"line {one.lineno}", f"in {one.name}", one.line or ""] for one in frames
    ]
    report = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": shown}
    return json.dumps(report).encode("utf-8", "surrogatepass")


def _peak() -> int:
    """The most memory the process has had, in KiB."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most // _KIB if sys.platform == "darwin" else most


def _call(kind: str, head: dict[str, Any], body: bytes, loaded: _Loaded) -> tuple[bool, bytes]:
    title = "Invoke" if kind == "invoke" else "Initialize"
    request_id = head["context"]["request_id"]
    print(f"FC {title} Start RequestId: {request_id}", flush=True)  # noqa: T201
    succeeded, answer = True, b""
    try:
        context = context_of(head["context"])
        callable_ = loaded.named(head["handler"])
        answer = (
            _answered(callable_(body, context)) if kind == "invoke" else _answered(callable_(context) or "")
        )
    except Exception as error:  # noqa: BLE001 - whatever a function raises is its answer
        succeeded, answer = False, _failed(error)
        logging.getLogger().error(answer.decode("utf-8", "replace"))
    end = "" if succeeded else ", Error: Unhandled function error"
    sys.stderr.flush()
    print(f"FC {title} End RequestId: {request_id}{end}", flush=True)  # noqa: T201
    return succeeded, answer


def serve(calls: IO[bytes], answers: IO[bytes]) -> None:
    """Answer calls until there are no more."""
    records = _Records()
    logging.basicConfig(level=logging.INFO, handlers=[records], format="%(message)s")
    loaded = _Loaded()
    while lengths := calls.read(_LENGTHS.size):
        head_length, body_length = _LENGTHS.unpack(lengths)
        head = json.loads(calls.read(head_length))
        body = calls.read(body_length)
        records.request_id = head["context"]["request_id"]
        succeeded, answer = _call(head["kind"], head, body, loaded)
        told = json.dumps({"succeeded": succeeded, "peak": _peak()}).encode()
        answers.write(_LENGTHS.pack(len(told), len(answer)) + told + answer)
        answers.flush()


if __name__ == "__main__":
    reading, writing = int(sys.argv[2]), int(sys.argv[3])
    for descriptor in (reading, writing):
        os.set_inheritable(descriptor, False)
    sys.path.insert(0, os.environ["FC_FUNC_CODE_PATH"])
    with os.fdopen(reading, "rb") as calls_in, os.fdopen(writing, "wb") as answers_out:
        serve(calls_in, answers_out)
