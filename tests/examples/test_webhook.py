"""The receiver on the page about webhooks takes what a sink sends, once, and nothing else."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from eniguard.alerts.formats import format_of
from eniguard.alerts.formats.base import Outgoing, Rendered
from tests.examples.webhook.receiver import Receiver, server
from tests.pictures.payloads import payload

FILE = Path(__file__).parent / "webhook" / "receiver.py"
PAGE = Path(__file__).parents[2] / "docs" / "chats" / "webhook.md"
SECRET = "whsec_ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtMDE="


@pytest.fixture
def handled() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def address(handled: list[dict[str, Any]]) -> Iterator[str]:
    running = server(Receiver(SECRET, handled.append), 0)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/alerts"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def message(address: str, *, secret: str = SECRET, at: float = 0.0) -> Outgoing:
    rendered = Rendered(payload("webhook", "en"), cut=False)
    return format_of("webhook").request(rendered, address, secret, time.time() + at)


def status(sent: Outgoing, body: bytes | None = None) -> int:
    with urllib3.PoolManager() as pool:
        answered = pool.request("POST", sent.url, body=body or sent.body, headers=dict(sent.headers))
    return answered.status


def test_page_has_the_file_as_it_is() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)

    assert blocks == [FILE.read_text("utf-8")]


def test_a_message_is_handled_once_however_often_it_comes(
    address: str, handled: list[dict[str, Any]]
) -> None:
    assert [status(message(address)), status(message(address))] == [204, 204]

    assert handled == [payload("webhook", "en")["data"]]


@pytest.mark.parametrize("at", [-301.0, 301.0])
def test_a_message_of_another_time_is_turned_away(
    address: str, handled: list[dict[str, Any]], at: float
) -> None:
    assert status(message(address, at=at)) == 401

    assert handled == []


def test_a_message_that_is_not_ours_is_turned_away(address: str, handled: list[dict[str, Any]]) -> None:
    other = message(address, secret="whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXItMDE=")
    changed = message(address).body.replace(b"alice", b"bobby")
    plain = Outgoing(address, b"{}")

    assert [status(other), status(message(address), changed), status(plain)] == [401, 401, 401]

    assert handled == []


def test_a_message_that_is_too_long_is_not_read(address: str, handled: list[dict[str, Any]]) -> None:
    assert Receiver(SECRET, handled.append).take({}, b"x" * (64 * 1024 + 1)) == 413


def test_the_picture_shows_the_names_that_the_page_explains() -> None:
    page = PAGE.read_text("utf-8")
    event = payload("webhook", "en")

    assert [name for name in (*event, *event["data"]) if f"`{name}`" not in page] == []
