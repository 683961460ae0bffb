"""HTTP triggers: requests that no library sends, byte for byte."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.functional.emulator.folders import props
from tests.functional.emulator.test_async import Lines
from tests.functional.emulator.test_http_triggers import served, trigger


@pytest.fixture(scope="module")
def told() -> Lines:
    return Lines()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, told: Lines) -> Iterator[str]:
    one = props(timeout=60, triggers=[trigger("GET", "POST", "HEAD")])
    with served(tmp_path_factory.mktemp("functions"), told, one) as found:
        yield found


def exchanged(address: str, request: bytes) -> bytes:
    """What a request gets, as it is; the client sends no more than that."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_path_that_was_sent_as_it_is_written_is_encoded(address: str) -> None:
    answer = exchanged(address, "GET /网?name=ü HTTP/1.1\r\nHost: page.example.com\r\n\r\n".encode())

    event = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (event["rawPath"], event["requestContext"]["http"]["path"]) == ("/%E7%BD%91", "/网")
    assert event["queryParameters"] == {"name": "ü"}


@pytest.mark.parametrize(
    "broken",
    [
        b"Content-Length: some\r\n\r\nbody",
        b"Content-Length: -1\r\n\r\nbody",
        b"Content-Length: 5\r\n\r\nbody",
        b"Transfer-Encoding: chunked\r\n\r\nno chunk\r\n",
    ],
    ids=["no number", "negative", "cut", "no chunk"],
)
def test_body_that_cannot_be_read_is_refused(address: str, told: Lines, broken: bytes) -> None:
    before = told.starts()

    answer = exchanged(address, b"POST / HTTP/1.1\r\nHost: page.example.com\r\n" + broken)

    assert answer.split()[1] == b"400"
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["Code"] == "InvalidArgument"
    assert told.starts() == before


def test_head_gets_what_comes_before_the_body(address: str) -> None:
    answer = exchanged(address, b"HEAD / HTTP/1.1\r\nHost: page.example.com\r\n\r\n")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert (head.split()[1], body) == (b"200", b"")
    length = re.search(rb"Content-Length: ([0-9]+)", head)
    assert length is not None
    assert int(length[1]) > 100
