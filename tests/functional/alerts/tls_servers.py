"""TLS servers on loopback that do what they are told, and authorities that nobody knows."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import trustme

#: What a server does on a connection, TLS agreed on.
Play = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Served:
    """A server that ran: its port, and the requests that it was sent."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections = 0
        self.requests: list[bytes] = []
        self.ended = threading.Event()

    def url(self, host: str, path: str = "/hook") -> str:
        return f"https://{host}:{self.port}{path}"


class Authority:
    """An authority of our own and its file."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def context(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        until = datetime(2020, 1, 1, tzinfo=timezone.utc) if expired else None
        self._ca.issue_cert(*names, not_after=until).configure_cert(made)
        return made


@contextmanager
def serving(tls: ssl.SSLContext, play: Play, host: str = "127.0.0.1") -> Iterator[Served]:
    """A server that reads a request of each connection and then plays."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listening:
        served = Served(listening.getsockname()[1])
        thread = threading.Thread(target=_run, args=(listening, tls, play, served), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.ended.set()
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _run(listening: socket.socket, tls: ssl.SSLContext, play: Play, served: Served) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        served.connections += 1
        # Clients that refuse what they see end the connection.
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            with tls.wrap_socket(connection, server_side=True) as secure:
                served.requests.append(_request(secure))
                play(secure)


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = data.partition(b"\r\n\r\n")
    (length,) = [
        int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    ]
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(*parts: bytes) -> Play:
    """Send these one after the other."""
    return lambda connection: [connection.sendall(part) for part in parts] and None


@contextmanager
def relayed(port: int, drip: Callable[[], bool]) -> Iterator[int]:
    """A port that passes everything on to another, to the client byte by byte, until ``drip`` says no."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_relay, args=(listening, port, drip), daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _relay(listening: socket.socket, port: int, drip: Callable[[], bool]) -> None:
    with contextlib.suppress(OSError):
        client, _ = listening.accept()
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            forth = threading.Thread(target=_copy, args=(client, server), daemon=True)
            forth.start()
            while (data := server.recv(1)) and drip():
                client.sendall(data)


def _copy(source: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)
