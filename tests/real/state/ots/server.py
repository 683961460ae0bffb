"""The fake instance over HTTP, for several processes, and for what urllib3 does on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.real.state.ots.service import INSTANCE, FakeTablestore


@contextmanager
def serving(instance: FakeTablestore) -> Iterator[str]:
    """Serve on a free port of the loopback address; gives the url of the store."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body of an answer go in one packet: two would wait for each other.
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, reason, headers, answer = instance.send_receive(self.path, dict(self.headers), body)
            self.send_response(status, reason)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Says nothing: the tests look at the calls."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"tablestore://{INSTANCE}.cn-hangzhou?endpoint=http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
