"""The contract with a function that brings its own server."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from eniguard.emulator import Compute
from eniguard.errors import ConfigError
from tests.functional.emulator.folders import functions, props

SERVER = """
import http.server, json, os, sys

seen = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request_id = self.headers["x-fc-request-id"]
        print(f"FC Invoke Start RequestId: {request_id}", flush=True)
        seen.append(self.path)
        if body == b"exit":
            os._exit(1)
        answer = json.dumps({"seen": seen, "body": body.decode(), "headers": {
            name.lower(): value for name, value in self.headers.items()}}).encode()
        print(f"FC Invoke End RequestId: {request_id}", flush=True)
        self.send_response(200)
        if body == b"fail":
            self.send_header("x-fc-status", "404")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


http.server.HTTPServer(("127.0.0.1", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def custom(port: int, **more: Any) -> dict[str, Any]:
    runtime = {"command": [sys.executable, "index.py"], "port": port}
    return props(runtime="custom.debian12", customRuntimeConfig=runtime, **more)


def test_server_is_initialized_once_and_called_with_the_common_headers(tmp_path: Path) -> None:
    hook = {"initializer": {"handler": "initialize", "timeout": 10}}
    found = functions(tmp_path, custom(free_port(), instanceLifecycleConfig=hook), source=SERVER)

    with Compute(found) as compute:
        compute.invoke("guard", b"one")
        outcome = compute.invoke("guard", b"two", "1-example")

    answer = json.loads(outcome.body)
    headers = answer["headers"]
    assert (outcome.error, answer["body"]) == (None, "two")
    assert answer["seen"] == ["/initialize", "/invoke", "/invoke"]
    assert (headers["x-fc-request-id"], headers["x-fc-control-path"]) == ("1-example", "/invoke")
    assert headers["content-type"] == "application/octet-stream"
    assert headers["x-fc-function-memory"] == "256"
    assert headers["x-fc-access-key-id"] == "LTAIexample"
    assert b"FC Invoke End RequestId: 1-example" in outcome.log


def test_status_header_404_is_an_error_of_the_function(tmp_path: Path) -> None:
    with Compute(functions(tmp_path, custom(free_port()), source=SERVER)) as compute:
        outcome = compute.invoke("guard", b"fail")

    assert outcome.error == "UnhandledInvocationError"
    assert json.loads(outcome.body)["body"] == "fail"


def test_server_that_exits_is_reported_and_started_again(tmp_path: Path) -> None:
    with Compute(functions(tmp_path, custom(free_port()), source=SERVER)) as compute:
        first, second = compute.invoke("guard", b"exit"), compute.invoke("guard", b"two")

    assert b"Process exited unexpectedly" in first.body
    assert json.loads(second.body)["seen"] == ["/invoke"]


def test_server_that_does_not_start_is_reported(tmp_path: Path) -> None:
    with Compute(functions(tmp_path, custom(free_port()), source="raise SystemExit(1)")) as compute:
        outcome = compute.invoke("guard", b"")

    assert b"does not listen at port" in outcome.body


def test_two_functions_cannot_share_a_port(tmp_path: Path) -> None:
    port = free_port()

    with pytest.raises(ConfigError, match=f"share port {port}"):
        functions(tmp_path, custom(port), custom(port, functionName="other"))
