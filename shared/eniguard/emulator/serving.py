"""What the servers of the local Function Compute are made of.

``werkzeug`` and not the standard library's server: it reads chunked bodies, which some SDKs send.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from http.client import responses
from typing import Any

from msgspec import Struct
from werkzeug.serving import WSGIRequestHandler, make_server

#: The largest events of synchronous and asynchronous calls (docs/sources.md, Function Compute).
SYNC_LIMIT = 32 * 1024 * 1024
ASYNC_LIMIT = 128 * 1024

_LENGTH = re.compile(r"[0-9]{1,18}")
_BROKEN = "InvalidArgument"

StartResponse = Callable[[str, "list[tuple[str, str]]"], Any]
Application = Callable[[Mapping[str, Any], StartResponse], Iterable[bytes]]


class Reply(Struct, frozen=True):
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes


class Refused(Exception):
    """A request that is not carried out."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(message)

    def reply(self, request_id: str, **headers: str) -> Reply:
        """As the API of Function Compute 3.0 writes it; the connection ends, its body may be unread."""
        told = {"RequestId": request_id, "Code": self.code, "Message": self.message}
        return Reply(
            self.status,
            {"Content-Type": "application/json", "Connection": "close", **headers},
            json.dumps(told).encode(),
        )


class Listening:
    """A server on a port of this machine.

    Parameters
    ----------
    application
        What answers.
    host, port
        Where to listen; port 0 takes a free one.

    Raises
    ------
    OSError
        It cannot listen there.
    """

    def __init__(self, application: Application, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Bound here, as werkzeug ends the process when a port is taken.
        with socket.create_server((host, port), family=family) as listening:
            self._server = make_server(
                host, port, application, threaded=True, request_handler=_Quiet, fd=listening.fileno()
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


class _Quiet(WSGIRequestHandler):
    """Says nothing about requests: what functions print is what matters, and addresses may hold secrets."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


def body_of(environ: Mapping[str, Any], limit: int, code: str) -> bytes:
    """The body of a request, in one piece or in chunks; `Refused` if broken, and with a code if too large."""
    chunked = bool(environ.get("wsgi.input_terminated"))
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if not chunked and not _LENGTH.fullmatch(length):
        raise Refused(HTTPStatus.BAD_REQUEST, _BROKEN, "Content-Length is not a number of bytes")
    announced = limit + 1 if chunked else min(int(length), limit + 1)
    try:
        body = bytes(environ["wsgi.input"].read(announced))
    except OSError:
        raise Refused(HTTPStatus.BAD_REQUEST, _BROKEN, "the chunks of the body cannot be read") from None
    if len(body) > limit:
        message = f"payload size exceeds maximum allowed size ({limit} bytes)"
        raise Refused(HTTPStatus.BAD_REQUEST, code, message)
    if not chunked and len(body) < announced:
        raise Refused(HTTPStatus.BAD_REQUEST, _BROKEN, "the body ends before its Content-Length")
    return body


def sent(
    reply: Reply, request_id: str, start_response: StartResponse, *, head: bool = False
) -> Iterable[bytes]:
    """Send an answer, or to a HEAD what comes before its body."""
    headers = {"X-Fc-Request-Id": request_id, **reply.headers}
    bodiless = reply.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
    if not bodiless:
        headers["Content-Length"] = str(len(reply.body))
    start_response(f"{reply.status} {responses.get(reply.status, '')}", list(headers.items()))
    return [] if head or bodiless else [reply.body]
