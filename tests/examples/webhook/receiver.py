"""Takes the alerts that eniguard posts: each once, and nothing that anybody else sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

MOST_BYTES = 64 * 1024


class Receiver:
    """Checks messages and hands on what they tell.

    ``secret`` is that of the sink, ``whsec_…``; ``handle`` is given ``data`` of the event. The ids of what
    was handled belong into a database, for a day: these are forgotten at the next start.
    """

    def __init__(self, secret: str, handle: Callable[[dict[str, Any]], None]) -> None:
        self._webhook = Webhook(secret)
        self._handle = handle
        self._handled: set[str] = set()

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a message; gives the status of HTTP to answer with."""
        if len(body) > MOST_BYTES:
            return 413
        try:
            event = self._webhook.verify(body, dict(headers))
        except (WebhookVerificationError, ValueError):
            return 401
        if event["id"] not in self._handled:
            self._handle(event["data"])
            self._handled.add(event["id"])
        return 204


def server(receiver: Receiver, port: int) -> ThreadingHTTPServer:
    """A server on this machine, for something that ends TLS to stand before."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"] or 0)
            body = self.rfile.read(min(length, MOST_BYTES + 1))
            self.send_response(receiver.take(dict(self.headers), body))
            self.end_headers()

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
