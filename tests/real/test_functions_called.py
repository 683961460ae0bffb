"""The official SDKs of Function Compute, and `eniguard invoke` on top of them, against the local one."""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_fc20230330 import models
from alibabacloud_fc20230330.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions

from eniguard.cli.function_calls import FunctionCall, call
from eniguard.cloud import Credentials
from eniguard.emulator import Compute, EmulatorServer
from eniguard.errors import CloudError, Denied, NotFound, Transport
from tests.functional.emulator.folders import functions, props
from tests.functional.emulator.test_async import Lines

KEYS = Credentials("LTAIexample", "example-s3cret", "example-t0ken")
REPOSITORY = Path(__file__).parents[2]
EVENT = REPOSITORY / "events" / "eni" / "delete-unlisted-refused.json"


@pytest.fixture(scope="module")
def told() -> Lines:
    return Lines()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, told: Lines) -> Iterator[str]:
    guard = props(
        functionName="trail_event",
        code=str(REPOSITORY / "functions" / "trail_event"),
        environmentVariables={"ENIGUARD_OFFLINE": "1"},
        instanceLifecycleConfig={"initializer": {"handler": "index.initialize", "timeout": 20}},
    )
    found = functions(tmp_path_factory.mktemp("functions"), props(), guard)
    with Compute(found, tell=told) as compute:
        server = EmulatorServer(compute)
        thread = threading.Thread(target=server.run)
        thread.start()
        yield server.address
        server.stop()
        thread.join()


def sdk(address: str) -> Client:
    return Client(
        Config(
            access_key_id="LTAIexample",
            access_key_secret="example-s3cret",
            endpoint=address.removeprefix("http://"),
            protocol="http",
        )
    )


def invoked(address: str, event: bytes, name: str = "guard", **headers: str) -> Any:
    return sdk(address).invoke_function_with_options(
        name,
        models.InvokeFunctionRequest(body=BytesIO(event)),
        models.InvokeFunctionHeaders(**headers),
        RuntimeOptions(read_timeout=60_000),
    )


def test_sdk_calls_the_function_of_this_repository_and_gets_its_counts_and_log(address: str) -> None:
    answer = invoked(address, EVENT.read_bytes(), "trail_event", x_fc_log_type="Tail")

    log = base64.b64decode(answer.headers["x-fc-log-result"]).decode()
    assert (answer.status_code, json.loads(answer.body.read())["decided"]) == (200, 1)
    assert '"rule":"ENI001"' in log
    assert answer.headers["x-fc-request-id"] in log


def test_sdk_sees_an_error_of_the_function_in_its_header(address: str) -> None:
    answer = invoked(address, b'{"raise": "no"}')

    assert answer.headers["x-fc-error-type"] == "UnhandledInvocationError"
    assert json.loads(answer.body.read())["errorType"] == "ValueError"


def test_sdk_calls_asynchronously(address: str, told: Lines) -> None:
    answer = invoked(address, b"{}", x_fc_invocation_type="Async")

    assert answer.status_code == 202
    told.wait(f"FC Invoke End RequestId: {answer.headers['x-fc-request-id']}")


def test_sdk_is_refused_for_a_function_that_is_not_there(address: str) -> None:
    with pytest.raises(ClientException) as refused:
        invoked(address, b"{}", "other")

    assert (refused.value.code, refused.value.status_code) == ("FunctionNotFound", 404)


def wanted(address: str, event: bytes = b"{}", service: str | None = None, **more: Any) -> FunctionCall:
    function = more.pop("function", "guard")
    return FunctionCall(function, service, event, address, "cn-hangzhou", KEYS, **more)


@pytest.mark.parametrize("service", [None, "guards"], ids=["3.0", "2.0"])
def test_call_brings_the_answer_and_the_log(address: str, service: str | None) -> None:
    called = call(wanted(address, b'{"key": 1}', service, log=True))

    assert (called.error, json.loads(called.body)["size"]) == (None, 10)
    assert f"FC Invoke End RequestId: {called.request_id}" in called.log


@pytest.mark.parametrize("service", [None, "guards"], ids=["3.0", "2.0"])
def test_error_of_the_function_is_told_with_its_report(address: str, service: str | None) -> None:
    called = call(wanted(address, b'{"raise": "no"}', service))

    assert called.error == "UnhandledInvocationError"
    assert json.loads(called.body)["errorMessage"] == "no"


@pytest.mark.parametrize("service", [None, "guards"], ids=["3.0", "2.0"])
def test_call_can_be_asynchronous(address: str, told: Lines, service: str | None) -> None:
    called = call(wanted(address, service=service, later=True))

    assert called.body == b""
    told.wait(f"FC Invoke End RequestId: {called.request_id}")


@pytest.mark.parametrize("service", [None, "guards"], ids=["3.0", "2.0"])
def test_function_that_is_not_there_and_a_server_that_is_not(address: str, service: str | None) -> None:
    with pytest.raises(NotFound, match="FunctionNotFound"):
        call(wanted(address, service=service, function="other"))
    with pytest.raises(Transport, match="gave no answer"):
        call(wanted("http://127.0.0.1:9", service=service))


@pytest.fixture
def refusing() -> Iterator[Callable[[int], tuple[str, list[int]]]]:
    """A server that answers every call with one status, and counts them."""
    servers: list[HTTPServer] = []

    def start(status: int) -> tuple[str, list[int]]:
        seen: list[int] = []

        class Refusing(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                seen.append(status)
                told = {"Code": "Refused", "Message": "no", "ErrorCode": "Refused", "ErrorMessage": "no"}
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Refusing))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}", seen

    yield start
    for one in servers:
        one.shutdown()
        one.server_close()


@pytest.mark.parametrize("service", [None, "guards"], ids=["3.0", "2.0"])
@pytest.mark.parametrize(("status", "kind"), [(403, Denied), (500, CloudError), (503, CloudError)])
def test_refused_call_is_not_made_again(
    refusing: Callable[[int], tuple[str, list[int]]], service: str | None, status: int, kind: type[CloudError]
) -> None:
    address, seen = refusing(status)

    with pytest.raises(kind) as refused:
        call(wanted(address, service=service))

    assert seen == [status]
    assert "example-s3cret" not in str(refused.value)


@pytest.mark.parametrize("service", [None, "guards"], ids=["3.0", "2.0"])
def test_no_log_has_the_credentials_whatever_its_level(
    refusing: Callable[[int], tuple[str, list[int]]],
    address: str,
    service: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    call(wanted(address, service=service))
    call(wanted(address, b'{"raise": "no"}', service))
    for status in (403, 500):
        with pytest.raises(CloudError):
            call(wanted(refusing(status)[0], service=service))

    assert "invocations" in caplog.text, "the connections are logged, so that something is looked at"
    for secret in ("example-s3cret", "example-t0ken", "FC LTAIexample", "uthorization"):
        assert secret not in caplog.text


def command(*arguments: object, event: bytes | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": KEYS.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEYS.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": "example-t0ken",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "eniguard.cli", "invoke", *map(str, arguments)],
        input=event,
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return subprocess.CompletedProcess(
        ended.args, ended.returncode, ended.stdout.decode(), ended.stderr.decode()
    )


@pytest.mark.parametrize("function", ["trail_event", "guards/trail_event"], ids=["3.0", "2.0"])
def test_command_writes_what_the_function_returned_and_its_log(address: str, function: str) -> None:
    ended = command(function, EVENT, "--endpoint", address, "--log")

    assert (ended.returncode, "decided" in json.loads(ended.stdout)) == (0, True)
    assert "FC Invoke End RequestId" in ended.stderr


@pytest.mark.parametrize("function", ["guard", "guards/guard"], ids=["3.0", "2.0"])
def test_command_reads_standard_input_and_ends_with_1_on_an_error_of_the_function(
    address: str, function: str
) -> None:
    ended = command(function, "-", "--endpoint", address, event=b'{"raise": "no"}')

    assert (ended.returncode, json.loads(ended.stdout)["errorMessage"]) == (1, "no")
    assert f"{function} ended with UnhandledInvocationError" in ended.stderr


@pytest.mark.parametrize("function", ["guard", "guards/guard"], ids=["3.0", "2.0"])
def test_command_that_is_refused_writes_no_secret(
    refusing: Callable[[int], tuple[str, list[int]]], function: str
) -> None:
    ended = command(function, EVENT, "--endpoint", refusing(403)[0])

    assert (ended.returncode, ended.stdout) == (2, "")
    assert "refused the call (Refused)" in ended.stderr
    for secret in ("example-s3cret", "example-t0ken", "uthorization"):
        assert secret not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["guard", "nowhere.json", "--endpoint", "http://127.0.0.1:9"], 4, "nowhere.json: cannot be read"),
        (["guard", EVENT, "--endpoint", "127.0.0.1:9"], 2, "expected an address"),
        (["guards/guard", EVENT], 2, "name the account of the service"),
    ],
)
def test_command_that_cannot_be_carried_out(arguments: list[object], code: int, expected: str) -> None:
    ended = command(*arguments)

    assert (ended.returncode, expected in ended.stderr) == (code, True), ended.stderr


def test_asynchronous_command_ends_at_once(address: str, told: Lines) -> None:
    ended = command("guard", "-", "--async", "--endpoint", address, event=b"{}")

    assert (ended.returncode, ended.stdout) == (0, "")
    request_id = ended.stderr.partition("request id ")[2].partition(",")[0]
    told.wait(f"FC Invoke End RequestId: {request_id}")
