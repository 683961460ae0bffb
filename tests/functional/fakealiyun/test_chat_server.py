"""The chats over TLS, in pytest, in a block, and behind the command."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from fakealiyun import Clock
from fakealiyun.chats.serving import ChatServer, fake_chats
from tests.functional.fakealiyun.test_serve_command import running

HELLO = {"text": "ENI001"}


def send(server: ChatServer, name: str = "slack", body: Any = HELLO) -> requests.Response:
    return requests.post(server.url(name), json=body, verify=server.ca_file, timeout=5)


def asked(server: ChatServer, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, f"{server.admin}{path}", json=body, verify=server.ca_file, timeout=5)


def test_robot_answers_clients_that_know_the_authority(chat_server: ChatServer) -> None:
    assert send(chat_server).text == "ok"
    assert chat_server.chats.robot("slack").received[0].body == HELLO

    with pytest.raises(requests.exceptions.SSLError):
        requests.post(chat_server.url("slack"), json=HELLO, timeout=5)


def test_clock_of_the_chats_can_be_given() -> None:
    clock = Clock()
    with fake_chats(clock) as server:
        statuses = [send(server).status_code for _ in range(6)]
        clock.advance(5)
        statuses.append(send(server).status_code)

    assert statuses == [200] * 5 + [429, 200]


def test_client_that_says_nothing_keeps_nobody_waiting(chat_server: ChatServer) -> None:
    with socket.create_connection(("127.0.0.1", chat_server.port)):
        assert send(chat_server).text == "ok"


def test_many_clients_at_once_are_all_answered(chat_server: ChatServer) -> None:
    texts: list[str] = []
    event = {"specversion": "1.0", "id": "1", "source": "/g", "type": "t", "data": {}}
    chat_server.chats.add("open", "webhook")

    def work() -> None:
        for _ in range(5):
            answer = requests.post(
                chat_server.url("open"),
                json=event,
                headers={"Content-Type": "application/cloudevents+json"},
                verify=chat_server.ca_file,
                timeout=5,
            )
            texts.append(str(answer.status_code))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert texts == ["204"] * 20
    assert len(chat_server.chats.robot("open").received) == 20


def test_faults_are_seen_on_the_connection(
    chat_server: ChatServer, capfd: pytest.CaptureFixture[str]
) -> None:
    # reset
    chat_server.chats.fail("slack", kind="reset")
    with pytest.raises(requests.exceptions.ConnectionError):
        send(chat_server)
    # timeout
    chat_server.chats.fail("slack", kind="timeout", seconds=0.1)
    with pytest.raises(requests.exceptions.ConnectionError):
        send(chat_server)
    # truncated
    chat_server.chats.fail("slack", kind="truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        send(chat_server)
    # slow
    chat_server.chats.fail("slack", kind="slow", seconds=0.2)
    start = time.monotonic()
    assert send(chat_server).text == "ok"
    assert time.monotonic() - start >= 0.2
    assert capfd.readouterr() == ("", "")


def test_admin_makes_robots_and_lists_what_they_were_sent(chat_server: ChatServer) -> None:
    # given
    made = asked(
        chat_server, "POST", "/robots", {"name": "team", "kind": "dingtalk", "keywords": ["ENI"]}
    ).json()
    good, bad = ({"msgtype": "text", "text": {"content": text}} for text in ("ENI001", "hello"))

    # when
    for body in (good, bad):
        requests.post(made["url"], json=body, verify=chat_server.ca_file, timeout=5)
    messages = asked(chat_server, "GET", "/messages?robot=team").json()

    # then
    assert made["secret"] is None
    assert [one["body"] for one in messages["received"]] == [good]
    assert "keywords not in content" in messages["refused"][0]["answer"]
    assert (
        asked(chat_server, "GET", f"/messages?robot=team&since={messages['next']}").json()["received"] == []
    )
    assert asked(chat_server, "GET", "/robots").json()["team"]["url"] == made["url"]


def test_admin_sets_faults_and_time_and_resets(chat_server: ChatServer) -> None:
    asked(chat_server, "POST", "/faults", {"robot": "slack", "status": 502, "times": None})
    broken = send(chat_server)
    asked(chat_server, "DELETE", "/faults")
    for _ in range(6):
        last = send(chat_server)
    moved = asked(chat_server, "POST", "/clock", {"set": "2030-01-01T00:00:00Z"}).json()
    after = send(chat_server)
    asked(chat_server, "POST", "/reset")

    assert broken.status_code == 502
    assert last.status_code == 429
    assert moved["now"].startswith("2030-01-01T00:00:0")
    assert asked(chat_server, "GET", "/clock").json()["now"] >= moved["now"]
    assert after.status_code == 200
    assert chat_server.chats.robot("slack").received == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/messages", None, 400),
        ("GET", "/messages?robot=slack&since=x", None, 400),
        ("POST", "/robots", {"name": "x"}, 400),
        ("POST", "/robots", {"name": "x", "kind": "telegram"}, 400),
        ("POST", "/robots", {"name": "x", "kind": "slack", "secret": "s"}, 400),
        ("POST", "/faults", {"robot": "nobody"}, 400),
        ("POST", "/faults", {"colour": "red"}, 400),
        ("POST", "/faults", {"kind": "stale"}, 400),
        ("POST", "/faults", {"status": "500"}, 400),
        ("POST", "/clock", {}, 400),
        ("DELETE", "/robots", None, 405),
        ("GET", "/keys", None, 404),
    ],
)
def test_admin_says_what_is_wrong(
    chat_server: ChatServer, method: str, path: str, body: Any, status: int
) -> None:
    answer = asked(chat_server, method, path, body)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_command_serves_the_chats_and_writes_their_authority(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    with running("--chats", "0", "--ca-file", str(ca_file)) as (_, started):
        chats = started["chats"]
        answer = requests.post(chats["robots"]["slack"]["url"], json=HELLO, verify=str(ca_file), timeout=5)
        messages = requests.get(
            f"{chats['admin']}/messages?robot=slack", verify=chats["ca_file"], timeout=5
        ).json()

    assert answer.text == "ok"
    assert [one["body"] for one in messages["received"]] == [HELLO]
