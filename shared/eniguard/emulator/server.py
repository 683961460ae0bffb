"""The API of Function Compute over HTTP, as far as calling functions goes."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from eniguard.emulator.calls import Outcome
from eniguard.emulator.compute import Compute, new_request_id
from eniguard.emulator.serving import (
    ASYNC_LIMIT,
    SYNC_LIMIT,
    Listening,
    Refused,
    Reply,
    StartResponse,
    body_of,
    sent,
)

_INVOCATIONS = re.compile(
    r"/(?:2023-03-30/functions/(?P<name>[^/]+)"
    r"|2016-08-15/services/(?P<service>[^/]+)/functions/(?P<old>[^/]+))/invocations"
)
_TOO_LARGE = "EntityTooLarge"


class EmulatorServer(Listening):
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
        super().__init__(self._application, host, port)

    def _application(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request_id = new_request_id()
        try:
            reply = self._answered(environ, request_id)
        except Refused as refused:
            reply = _refusal(refused, request_id, environ["PATH_INFO"])
        return sent(reply, request_id, start_response)

    def _answered(self, environ: Mapping[str, Any], request_id: str) -> Reply:
        name = self._function(environ)
        wanted = str(environ.get("HTTP_X_FC_INVOCATION_TYPE", "Sync")).lower()
        if wanted not in ("sync", "async"):
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidArgument", "x-fc-invocation-type is Sync or Async")
        if wanted == "async":
            self._compute.enqueue(name, body_of(environ, ASYNC_LIMIT, _TOO_LARGE), request_id)
            return Reply(HTTPStatus.ACCEPTED, {}, b"")
        outcome = self._compute.invoke(name, body_of(environ, SYNC_LIMIT, _TOO_LARGE), request_id)
        tail = str(environ.get("HTTP_X_FC_LOG_TYPE", "None")).lower() == "tail"
        return Reply(HTTPStatus.OK, _headers(outcome, tail=tail), outcome.body)

    def _function(self, environ: Mapping[str, Any]) -> str:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        found = _INVOCATIONS.fullmatch(path)
        if found is None or method != "POST":
            raise Refused(
                HTTPStatus.BAD_REQUEST, "PathNotSupported", f"'{path}' against '{method}' is not supported"
            )
        # Services of Function Compute 2.0 are left out: a template has none.
        name = unquote(found["name"] or found["old"])
        if name not in self._compute.functions:
            known = ", ".join(self._compute.functions)
            raise Refused(
                HTTPStatus.NOT_FOUND,
                "FunctionNotFound",
                f"function '{name}' does not exist; the template has {known}",
            )
        return name


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


def _refusal(refused: Refused, request_id: str, path: str) -> Reply:
    """The body as each version of the API writes it."""
    reply = refused.reply(request_id)
    if path.startswith("/2016-08-15/"):
        told = {"ErrorCode": refused.code, "ErrorMessage": refused.message}
        return Reply(reply.status, reply.headers, json.dumps(told).encode())
    return reply
