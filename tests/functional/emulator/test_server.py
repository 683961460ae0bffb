"""The InvokeFunction API over HTTP."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from eniguard.emulator import Compute, EmulatorServer
from tests.functional.emulator.folders import functions, props
from tests.functional.emulator.test_async import Lines

NEW = "/2023-03-30/functions/guard/invocations"
OLD = "/2016-08-15/services/guards/functions/guard/invocations"


@pytest.fixture(scope="module")
def told() -> Lines:
    return Lines()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, told: Lines) -> Iterator[str]:
    found = functions(tmp_path_factory.mktemp("functions"), props(memorySize=1024, timeout=60))
    with Compute(found, tell=told) as compute:
        server = EmulatorServer(compute)
        thread = threading.Thread(target=server.run)
        thread.start()
        yield server.address
        server.stop()
        thread.join()


def post(url: str, body: object = b"{}", **headers: str) -> requests.Response:
    named = {f"x-fc-{name.replace('_', '-')}": value for name, value in headers.items()}
    return requests.post(url, data=body, headers=named, timeout=60)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", [NEW, OLD], ids=["3.0", "2.0"])
def test_function_is_called_and_its_answer_returned(address: str, path: str) -> None:
    answer = post(address + path, b'{"key": 1}')

    assert (answer.status_code, answer.json()["size"]) == (200, 10)
    assert answer.json()["context"]["request_id"] == answer.headers["X-Fc-Request-Id"]
    assert "X-Fc-Error-Type" not in answer.headers
    assert float(answer.headers["X-Fc-Max-Memory-Usage"]) > 1
    assert int(answer.headers["X-Fc-Invocation-Duration"]) >= 0


def test_error_of_a_function_has_its_own_header_and_status_200(address: str) -> None:
    answer = post(address + NEW, b'{"raise": "no"}')

    assert (answer.status_code, answer.headers["X-Fc-Error-Type"]) == (200, "UnhandledInvocationError")
    assert answer.json()["errorMessage"] == "no"


def test_log_tail_comes_when_asked_for_and_only_then(address: str) -> None:
    asked, unasked = post(address + NEW, log_type="Tail"), post(address + NEW)

    lines = base64.b64decode(asked.headers["X-Fc-Log-Result"]).decode().splitlines()
    assert lines[0] == f"FC Invoke Start RequestId: {asked.headers['X-Fc-Request-Id']}"
    assert lines[-1] == f"FC Invoke End RequestId: {asked.headers['X-Fc-Request-Id']}"
    assert "X-Fc-Log-Result" not in unasked.headers


def test_chunked_body_is_put_together(address: str) -> None:
    parts = (b"x" * 70_000 for _ in range(3))

    answer = post(address + NEW, (part for part in (b'{"text": "', *parts, b'"}')))

    assert answer.json()["size"] == 210_012


@pytest.mark.parametrize(
    ("kind", "limit"), [("Sync", 32 * 1024 * 1024), ("Async", 128 * 1024)], ids=["sync", "async"]
)
@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
def test_event_over_the_limit_is_refused(address: str, kind: str, limit: int, chunked: bool) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(0, limit, 65_536):
            yield b"x" * 65_536
        yield b'"}'

    answer = post(address + NEW, parts() if chunked else b"".join(parts()), invocation_type=kind)

    assert (answer.status_code, answer.json()["Code"]) == (400, "EntityTooLarge")
    assert str(limit) in answer.json()["Message"]


@pytest.mark.parametrize(("kind", "limit"), [("Sync", 32 * 1024 * 1024), ("Async", 128 * 1024)])
def test_event_of_exactly_the_limit_is_taken(address: str, kind: str, limit: int) -> None:
    event = b'{"text": "' + b"x" * (limit - 12) + b'"}'

    assert post(address + NEW, event, invocation_type=kind).status_code == (200 if kind == "Sync" else 202)


def test_asynchronous_call_is_taken_in_at_once_and_made_later(address: str, told: Lines) -> None:
    answer = post(address + NEW, invocation_type="Async")

    assert (answer.status_code, answer.content) == (202, b"")
    told.wait(f"FC Invoke End RequestId: {answer.headers['X-Fc-Request-Id']}")


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/2023-03-30/functions/other/invocations", {}, 404, "FunctionNotFound"),
        ("/2023-03-30/functions/guard", {}, 400, "PathNotSupported"),
        (NEW, {"invocation_type": "Later"}, 400, "InvalidArgument"),
    ],
)
def test_request_that_cannot_be_carried_out_is_refused(
    address: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = post(address + path, **headers)

    assert (answer.status_code, answer.json()["Code"]) == (status, code)
    assert answer.json()["RequestId"] == answer.headers["X-Fc-Request-Id"]


def test_refusal_of_the_older_api_has_its_form(address: str) -> None:
    answer = post(f"{address}/2016-08-15/services/guards/functions/other/invocations")

    assert (answer.status_code, answer.json()["ErrorCode"]) == (404, "FunctionNotFound")


def test_port_that_is_taken_is_an_error(address: str, tmp_path: Path) -> None:
    port = int(address.rpartition(":")[2])

    with Compute(functions(tmp_path)) as compute, pytest.raises(OSError, match="in use"):
        EmulatorServer(compute, port=port)


def test_answer_is_json_for_what_is_neither_text_nor_bytes(address: str) -> None:
    assert json.loads(post(address + NEW).content)["size"] == 2
