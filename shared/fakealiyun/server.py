"""The fake as a server, for clients in other processes and other languages."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from fakealiyun.admin import PREFIX, Admin
from fakealiyun.cloud import Cloud, Dropped
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.request import HttpRequest

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

#: Seconds of silence of a time-out that names none: longer than SDKs wait (10 s; docs/sources.md, API).
_SILENCE = 60.0


class LoopbackServer(ABC):
    """What answers on a port of this machine; those that derive from it have the answers.

    Parameters
    ----------
    host, port
        Where to listen; port 0 takes a free one.
    tls
        The certificate to show; ``None`` for HTTP without TLS.

    Raises
    ------
    OSError
        It cannot listen there.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._stopping = threading.Event()
        # Bound here, as werkzeug ends the process when a port is taken.
        with socket.create_server((host, port), family=_family(host)) as listening:
            self._server = make_server(
                host,
                port,
                self._application,
                threaded=True,
                request_handler=_Handler,
                fd=listening.fileno(),
                ssl_context=tls,
            )
        if isinstance(self._server.socket, ssl.SSLSocket):
            # By the thread of the connection: one that says nothing keeps nobody waiting. Not in the types.
            setattr(self._server.socket, "do_handshake_on_connect", False)  # noqa: B010
        self.port = self._server.port
        self.endpoint = f"{f'[{host}]' if ':' in host else host}:{self.port}"
        self.address = f"{'http' if tls is None else 'https'}://{self.endpoint}"
        self.admin = f"{self.address}{PREFIX}"

    def run(self) -> None:
        """Answer until `stop`, or ctrl-C."""
        try:
            self._server.serve_forever(poll_interval=0.05)
        finally:
            self._stopping.set()
            self._server.server_close()

    def stop(self) -> None:
        """End `run`, from another thread."""
        self._stopping.set()
        self._server.shutdown()

    def _application(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            answer = self._answer(_request(environ), environ)
        except Dropped as dropped:
            self._drop(dropped, environ["werkzeug.socket"])
        status = HTTPStatus(answer.status)
        headers = {"Content-Length": str(len(answer.body)), **answer.headers}
        start_response(f"{status.value} {status.phrase}", list(headers.items()))
        return [answer.body]

    @abstractmethod
    def _answer(self, http: HttpRequest, environ: Environ) -> Answer:
        """The answer to one request."""

    def _drop(self, dropped: Dropped, connection: socket.socket) -> None:
        """End a connection without an answer: at once by a reset, or after a silence.

        Raises
        ------
        ConnectionResetError
            Always; it tells the server that there is nobody to answer.
        """
        if dropped.kind == "timeout":
            self._stopping.wait(dropped.seconds or _SILENCE)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())
        raise ConnectionResetError(dropped.kind)


class FakeServer(LoopbackServer):
    """A cloud on a port of this machine.

    Products and regions are told apart by the Host header (``ecs.cn-hangzhou.aliyuncs.com``) or by the first
    parts of the path (``/ecs/cn-hangzhou/``); where neither names a product, the version of the API does.

    Parameters
    ----------
    cloud
        What answers.
    host, port
        Where to listen; port 0 takes a free one.

    Raises
    ------
    OSError
        It cannot listen there.
    """

    def __init__(self, cloud: Cloud, host: str = "127.0.0.1", port: int = 0) -> None:
        self.cloud = cloud
        self._admin = Admin(cloud)
        super().__init__(host, port)

    def _answer(self, http: HttpRequest, environ: Environ) -> Answer:
        path = environ["PATH_INFO"]
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            return self._admin.answer(http.method, path, environ["QUERY_STRING"], http.body)
        return self.cloud.handle(http)


class _Handler(WSGIRequestHandler):
    """Says nothing, and reads no further from a connection that was dropped."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Requests are recorded as events; nothing else is said."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """Take no further request from this connection."""
        self.close_connection = True


@contextmanager
def served(cloud: Cloud, host: str = "127.0.0.1", port: int = 0) -> Iterator[FakeServer]:
    """A server that runs in a thread of its own inside the block.

    Examples
    --------
    >>> with served(Cloud()) as server:
    ...     server.endpoint.startswith("127.0.0.1:")
    True
    """
    server = FakeServer(cloud, host, port)
    thread = threading.Thread(target=server.run, name="fakealiyun", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _request(environ: Environ) -> HttpRequest:
    headers = {
        key[5:].lower().replace("_", "-"): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = (
        environ["wsgi.input"].read()
        if environ.get("wsgi.input_terminated")
        else environ["wsgi.input"].read(length)
    )
    # A proxied request names the whole address, any other the path alone; some SDKs put a path into Host.
    target = environ["RAW_URI"]
    url = target if target.startswith(("http://", "https://")) else f"http://{_host(headers)}{target}"
    return HttpRequest(environ["REQUEST_METHOD"], url, headers, body)


def _host(headers: Mapping[str, str]) -> str:
    return headers.get("host", "").partition("/")[0]
