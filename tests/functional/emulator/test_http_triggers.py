"""HTTP triggers: requests become events, answers become responses."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from eniguard.emulator import Compute, HttpServer, http_triggers_of
from eniguard.errors import ConfigError
from tests.functional.emulator.folders import functions, props
from tests.functional.emulator.test_async import Lines

#: Answers with its event, or as the header `Wish` says; at /answer as the body does.
SOURCE = """
import json, os, time

def handler(event, context):
    request = json.loads(event)
    wish = json.loads(request["headers"].get("Wish", "{}"))
    if "raise" in wish:
        raise ValueError(wish["raise"])
    if "sleep" in wish:
        time.sleep(wish["sleep"])
    if "exit" in wish:
        os._exit(1)
    if request["rawPath"] == "/answer":
        return json.loads(request["body"])
    if "answer" in wish:
        return wish["answer"]
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": event.decode()}
"""
NOW = 1_772_352_000.25


def trigger(*methods: str, auth: str = "anonymous", name: str = "page") -> dict[str, Any]:
    config = {"authType": auth, "methods": list(methods), "disableURLInternet": False}
    return {"triggerName": name, "triggerType": "http", "triggerConfig": config}


@pytest.fixture(scope="module")
def told() -> Lines:
    return Lines()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, told: Lines) -> Iterator[str]:
    one = props(memorySize=1024, timeout=60, triggers=[trigger("GET", "POST", "HEAD")])
    with served(tmp_path_factory.mktemp("functions"), told, one) as found:
        yield found


@contextmanager
def served(folder: Path, told: Lines, one: dict[str, Any]) -> Iterator[str]:
    """The address of the one trigger of a function."""
    found = functions(folder, one, source=SOURCE)
    (page,), left = http_triggers_of(found)
    assert left == []
    with Compute(found, account_id="1111111111111111", tell=told) as compute:
        server = HttpServer(page, compute, tell=told, clock=lambda: NOW)
        thread = threading.Thread(target=server.run)
        thread.start()
        yield server.address
        server.stop()
        thread.join()


def wished(address: str, method: str = "GET", **wish: Any) -> requests.Response:
    return requests.request(method, address, headers={"Wish": json.dumps(wish)}, timeout=60)


def test_request_becomes_the_event_of_built_in_runtimes(address: str) -> None:
    # when
    answer = requests.post(
        f"{address}/a%20b/%E7%BD%91?one=1%2F1&two=a&two=b&none=",
        data="text ü".encode(),
        headers={
            "content-type": "text/plain",
            "x-odd2b-name": "kept",
            "User-Agent": "example-agent",
            "X-Fc-Account-Id": "forged",
            "Keep-Alive": "timeout=5",
        },
        timeout=60,
    )

    # then
    event = answer.json()
    host = urlsplit(address).netloc
    assert event.pop("headers") == {
        "Host": host,
        "User-Agent": "example-agent",
        "Accept-Encoding": answer.request.headers["Accept-Encoding"],
        "Accept": "*/*",
        "Content-Type": "text/plain",
        "Content-Length": "7",
        "X-Odd2b-Name": "kept",
    }
    assert event == {
        "version": "v1",
        "rawPath": "/a%20b/%E7%BD%91",
        "queryParameters": {"one": "1/1", "two": "a,b", "none": ""},
        "body": "text ü",
        "isBase64Encoded": False,
        "requestContext": {
            "accountId": "1111111111111111",
            "domainName": host,
            "domainPrefix": "127",
            "http": {
                "method": "POST",
                "path": "/a b/网",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "example-agent",
            },
            "requestId": answer.headers["X-Fc-Request-Id"],
            "time": "2026-03-01T08:00:00Z",
            "timeEpoch": "1772352000250",
        },
    }


def test_header_given_twice_is_one_text_with_a_comma(address: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.putrequest("GET", "/")
    connection.putheader("X-Twice", "a")
    connection.putheader("X-Twice", "b")
    connection.endheaders()

    assert json.loads(connection.getresponse().read())["headers"]["X-Twice"] == "a,b"
    connection.close()


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("application/octet-stream", b"plain", None),
        ("image/png", b"\x89PNG", None),
        ("text/plain", b"\xff", None),
        ("application/x-www-form-urlencoded", b"a=b%20c", "a=b%20c"),
        ("application/problem+json; charset=utf-8", b"{}", "{}"),
    ],
)
def test_body_that_is_no_text_is_base64(
    address: str, content_type: str, body: bytes, text: str | None
) -> None:
    event = requests.post(address, body, headers={"Content-Type": content_type}, timeout=60).json()

    expected = base64.b64encode(body).decode() if text is None else text
    assert (event["body"], event["isBase64Encoded"]) == (expected, text is None)


def test_chunked_body_is_put_together(address: str) -> None:
    parts = (part for part in (b"one ", b"two"))

    event = requests.post(address, parts, headers={"Content-Type": "text/plain"}, timeout=60).json()

    assert event["body"] == "one two"
    assert "Transfer-Encoding" not in event["headers"]


def test_answer_says_status_headers_and_body(address: str) -> None:
    said = {
        "statusCode": 302,
        "headers": {"Location": "/elsewhere", "Set-Cookie": "a=b, c", "X-Fc-Own": "no", "server": "no"}
        | {"Transfer-Encoding": "chunked"},
        "body": base64.b64encode(b"\x00\xff").decode(),
        "isBase64Encoded": True,
    }

    answer = requests.get(
        address, headers={"Wish": json.dumps({"answer": said})}, allow_redirects=False, timeout=60
    )

    assert (answer.status_code, answer.content) == (302, b"\x00\xff")
    assert (answer.headers["Location"], answer.headers["Set-Cookie"]) == ("/elsewhere", "a=b, c")
    assert {"X-Fc-Own", "Transfer-Encoding"}.isdisjoint(answer.headers)
    assert answer.headers["Server"] != "no"
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(
    ("said", "content_type", "body"),
    [
        ("hello", "text/plain", "hello"),
        ({"found": [1]}, "application/json", '{"found": [1]}'),
        ([1], "application/json", "[1]"),
    ],
)
def test_answer_without_a_status_is_the_body(
    address: str, said: object, content_type: str, body: str
) -> None:
    answer = wished(address, answer=said)

    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (200, content_type, body)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"statusCode": "s3cret"}, "$.statusCode"),
        ({"statusCode": 99}, "$.statusCode"),
        ({"statusCode": 200, "headers": {"Set-Cookie": ["s3cret", "s3cret"]}}, "$.headers"),
        ({"statusCode": 200, "headers": {"X-Own": "s3cret\r\nX-More: 1"}}, "none of HTTP"),
        ({"statusCode": 200, "headers": {"X Own": "s3cret"}}, "none of HTTP"),
        ({"statusCode": 200, "headers": {"X-Own": "网 s3cret"}}, "none of HTTP"),
        ({"statusCode": 200, "headers": {"X-Own": "s3cret" * 1366}}, "8192 bytes"),
        ({"statusCode": 200, "body": {"s3cret": "s3cret"}}, "$.body"),
        ({"statusCode": 200, "body": "s3cret", "isBase64Encoded": True}, "isBase64Encoded"),
    ],
)
def test_answer_that_is_no_response_is_a_bad_gateway_and_a_line(
    address: str, told: Lines, said: dict[str, Any], why: str
) -> None:
    answer = wished_in_body(address, said)

    assert (answer.status_code, answer.json()["Code"]) == (502, "BadResponse")
    assert answer.headers["X-Fc-Error-Type"] == "UnhandledInvocationError"
    assert why in answer.json()["Message"]
    line = told.wait(answer.headers["X-Fc-Request-Id"] + ")")
    assert line.startswith("guard: the answer is no response of HTTP: ")
    # Who reads the log, or asks, is not told what was in it.
    assert "s3cret" not in line + answer.text


def wished_in_body(address: str, said: dict[str, Any]) -> requests.Response:
    """As `wished`, also for answers that are longer than headers may be."""
    headers = {"Content-Type": "application/json"}
    return requests.post(f"{address}/answer", json.dumps(said), headers=headers, timeout=60)


def test_error_of_the_function_is_a_bad_gateway_with_its_report(address: str) -> None:
    answer = wished(address, **{"raise": "no"})

    assert (answer.status_code, answer.json()["errorMessage"]) == (502, "no")
    assert answer.headers["X-Fc-Error-Type"] == "UnhandledInvocationError"


def test_function_that_exits_is_a_bad_gateway_and_its_next_request_is_answered(address: str) -> None:
    answer = wished(address, exit=1)

    assert (answer.status_code, "exited unexpectedly" in answer.json()["errorMessage"]) == (502, True)
    assert wished(address).status_code == 200


def test_function_that_takes_too_long_is_a_bad_gateway(tmp_path: Path) -> None:
    with served(tmp_path, Lines(), props(timeout=1, triggers=[trigger("GET")])) as address:
        answer = wished(address, sleep=60)

    assert answer.status_code == 502
    assert "timed out after 1 seconds" in answer.json()["errorMessage"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_method_that_the_trigger_does_not_have_is_forbidden(address: str, told: Lines, method: str) -> None:
    before = told.starts()

    answer = wished(address, method)

    assert (answer.status_code, answer.json()["Code"]) == (403, "AccessDenied")
    assert answer.headers["X-Fc-Error-Type"] == "FcCommonError"
    assert answer.json()["Message"] == f"the HTTP trigger 'page' takes GET, HEAD, POST and not '{method}'"
    assert told.starts() == before


def test_no_content_has_no_body(address: str) -> None:
    answer = wished(address, answer={"statusCode": 204, "body": "hello world"})

    assert (answer.status_code, answer.content, "Content-Length" in answer.headers) == (204, b"", False)


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/" + "a" * 4096, {}), ("/?" + "a" * 4095, {}), ("/", {"X-Long": "a" * 8192})],
    ids=["path", "parameters", "headers"],
)
def test_request_over_the_limits_is_refused(address: str, path: str, headers: dict[str, str]) -> None:
    answer = requests.get(f"{address}{path}", headers=headers, timeout=60)

    assert (answer.status_code, answer.json()["Code"]) == (400, "InvalidArgument")
    assert answer.headers["X-Fc-Error-Type"] == "FcCommonError"


def test_path_of_exactly_the_limit_is_taken(address: str) -> None:
    assert requests.get(f"{address}/{'a' * 4095}", timeout=60).status_code == 200


@pytest.mark.parametrize(("kind", "limit"), [("Sync", 32 * 1024 * 1024), ("Async", 128 * 1024)])
@pytest.mark.parametrize("over", [0, 1])
def test_body_has_a_limit(address: str, kind: str, limit: int, over: int) -> None:
    headers = {"X-Fc-Invocation-Type": kind, "Content-Type": "image/png", "Wish": '{"answer": "taken"}'}

    answer = requests.post(address, b"x" * (limit + over), headers=headers, timeout=60)

    if over:
        assert (answer.status_code, answer.json()["Code"]) == (400, "InvalidArgument")
    else:
        assert answer.status_code == (200 if kind == "Sync" else 202)


def test_request_can_ask_not_to_wait(address: str, told: Lines) -> None:
    answer = requests.get(address, headers={"X-Fc-Invocation-Type": "Async"}, timeout=60)

    assert (answer.status_code, answer.content) == (202, b"")
    told.wait(f"FC Invoke End RequestId: {answer.headers['X-Fc-Request-Id']}")


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, ("https://other.example.com", "true")),
        ({"access-control-allow-origin": "https://own.example.com"}, ("https://own.example.com", None)),
    ],
)
def test_other_sites_may_read_what_does_not_say_who_may(
    address: str, own: dict[str, str], expected: tuple[str, str | None]
) -> None:
    wish = {"answer": {"statusCode": 200, "headers": own}}
    headers = {"Origin": "https://other.example.com", "Wish": json.dumps(wish)}

    answer = requests.get(address, headers=headers, timeout=60)

    allowed = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
    assert tuple(answer.headers.get(one) for one in allowed) == expected


def test_trigger_that_cannot_be_served_as_it_is_is_left_out_and_named(tmp_path: Path) -> None:
    signed = props(functionName="signed", triggers=[trigger("GET", auth="function")])
    own = props(
        functionName="own",
        runtime="custom.debian12",
        triggers=[trigger("GET", name="web"), {"triggerName": "t", "triggerType": "timer"}],
    )

    taken, left = http_triggers_of(functions(tmp_path, signed, own))

    assert taken == []
    assert left == [
        "signed: the HTTP trigger page is not served: who calls is not checked here (authType function)",
        "own: the HTTP trigger web is not served: only those of built-in runtimes are",
    ]


@pytest.mark.parametrize("methods", [[], ["TRACE"]])
def test_trigger_that_does_not_say_how_it_is_called_is_an_error(tmp_path: Path, methods: list[str]) -> None:
    found = functions(tmp_path, props(triggers=[trigger(*methods)]))

    with pytest.raises(ConfigError, match=r"guard: page: triggerConfig: .*methods"):
        http_triggers_of(found)
