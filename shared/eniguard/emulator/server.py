"""The API of Function Compute over HTTP, as far as calling functions goes.

``werkzeug`` and not the standard library's server: it reads chunked bodies, which some SDKs send.
"""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from werkzeug.serving import WSGIRequestHandler, make_server

from eniguard.emulator.calls import Outcome
from eniguard.emulator.compute import Compute, new_request_id

#: The largest events of synchronous and asynchronous calls (docs/sources.md, Function Compute).
SYNC_LIMIT = 32 * 1024 * 1024
ASYNC_LIMIT = 128 * 1024

_INVOCATIONS = re.compile(
    r"/(?:2023-03-30/functions/(?P<name>[^/]+)"
    r"|2016-08-15/services/(?P<service>[^/]+)/functions/(?P<old>[^/]+))/invocations"
)

_StartResponse = Callable[[str, "list[tuple[str, str]]"], Any]
_Reply = tuple[HTTPStatus, dict[str, str], bytes]


class _Refused(Exception):
    """A request that is not carried out."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(message)


class EmulatorServer:
    """Function Compute on a port of this machine.

    Parameters
    ----------
    compute
        The functions.
    host, port
        Where to listen; port 0 takes a free one.

    Raises
    ------
    OSError
        It cannot listen there.
    """

    def __init__(self, compute: Compute, host: str = "127.0.0.1", port: int = 0) -> None:
        self._compute = compute
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Bound here, as werkzeug ends the process when a port is taken.
        with socket.create_server((host, port), family=family) as listening:
            self._server = make_server(
                host,
                port,
                self._application,
                threaded=True,
                request_handler=_Quiet,
                fd=listening.fileno(),
            )
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{self._server.port}"

    def run(self) -> None:
        """Answer until `stop`, or ctrl-C."""
        try:
            self._server.serve_forever(poll_interval=0.05)
        finally:
            self._server.server_close()

    def stop(self) -> None:
        """End `run`, from another thread."""
        self._server.shutdown()

    def _application(self, environ: Mapping[str, Any], start_response: _StartResponse) -> Iterable[bytes]:
        request_id = new_request_id()
        try:
            status, headers, body = self._answered(environ, request_id)
        except _Refused as refused:
            status, headers, body = _refusal(refused, request_id, environ["PATH_INFO"])
        sent = {"X-Fc-Request-Id": request_id, **headers, "Content-Length": str(len(body))}
        start_response(f"{status.value} {status.phrase}", list(sent.items()))
        return [body]

    def _answered(self, environ: Mapping[str, Any], request_id: str) -> _Reply:
        name = self._function(environ)
        wanted = str(environ.get("HTTP_X_FC_INVOCATION_TYPE", "Sync")).lower()
        if wanted not in ("sync", "async"):
            raise _Refused(HTTPStatus.BAD_REQUEST, "InvalidArgument", "x-fc-invocation-type is Sync or Async")
        if wanted == "async":
            self._compute.enqueue(name, _body(environ, ASYNC_LIMIT), request_id)
            return HTTPStatus.ACCEPTED, {}, b""
        outcome = self._compute.invoke(name, _body(environ, SYNC_LIMIT), request_id)
        tail = str(environ.get("HTTP_X_FC_LOG_TYPE", "None")).lower() == "tail"
        return HTTPStatus.OK, _headers(outcome, tail=tail), outcome.body

    def _function(self, environ: Mapping[str, Any]) -> str:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        found = _INVOCATIONS.fullmatch(path)
        if found is None or method != "POST":
            raise _Refused(
                HTTPStatus.BAD_REQUEST, "PathNotSupported", f"'{path}' against '{method}' is not supported"
            )
        # Services of Function Compute 2.0 are left out: a template has none.
        name = unquote(found["name"] or found["old"])
        if name not in self._compute.functions:
            known = ", ".join(self._compute.functions)
            raise _Refused(
                HTTPStatus.NOT_FOUND,
                "FunctionNotFound",
                f"function '{name}' does not exist; the template has {known}",
            )
        return name


class _Quiet(WSGIRequestHandler):
    """Says nothing about requests: what functions print is what matters."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


def _body(environ: Mapping[str, Any], limit: int) -> bytes:
    """The event, in one piece or in chunks."""
    chunked = bool(environ.get("wsgi.input_terminated"))
    announced = limit + 1 if chunked else int(environ.get("CONTENT_LENGTH") or 0)
    body = bytes(environ["wsgi.input"].read(min(announced, limit + 1)))
    if len(body) > limit:
        raise _Refused(
            HTTPStatus.BAD_REQUEST,
            "EntityTooLarge",
            f"payload size exceeds maximum allowed size ({limit} bytes)",
        )
    return body


def _headers(outcome: Outcome, *, tail: bool) -> dict[str, str]:
    headers = {
        "Content-Type": "application/octet-stream" if outcome.error is None else "application/json",
        "X-Fc-Invocation-Duration": f"{outcome.duration:.0f}",
        "X-Fc-Max-Memory-Usage": f"{outcome.memory:.2f}",
        "X-Fc-Instance-Id": outcome.instance,
    }
    if outcome.error is not None:
        headers["X-Fc-Error-Type"] = outcome.error
    if tail:
        headers["X-Fc-Log-Result"] = base64.b64encode(outcome.log).decode("ascii")
    return headers


def _refusal(refused: _Refused, request_id: str, path: str) -> _Reply:
    """The body as each version of the API writes it; the connection ends, its body may be unread."""
    if path.startswith("/2016-08-15/"):
        told = {"ErrorCode": refused.code, "ErrorMessage": refused.message}
    else:
        told = {"RequestId": request_id, "Code": refused.code, "Message": refused.message}
    headers = {"Content-Type": "application/json", "Connection": "close"}
    return refused.status, headers, json.dumps(told).encode()
