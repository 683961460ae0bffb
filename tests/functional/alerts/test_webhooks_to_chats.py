"""Messages posted to the fake chats, by the names that the chats have."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from eniguard.alerts.formats.base import Outgoing, Response
from eniguard.alerts.webhooks import Webhooks
from eniguard.errors import DeliveryError
from fakealiyun.chats.serving import ChatServer

HOSTS = {
    "slack": "hooks.slack.com",
    "wecom": "qyapi.weixin.qq.com",
    "teams_connector": "example.webhook.office.com",
}
BODIES: dict[str, Any] = {
    "slack": {"text": "ENI001"},
    "wecom": {"msgtype": "text", "text": {"content": "ENI001"}},
    "teams_connector": {"text": "ENI001"},
}


def posted(server: ChatServer, name: str, *, within: float = 5.0) -> Response:
    webhooks = Webhooks(HOSTS.values(), Path(server.ca_file).read_text(), lambda host, port: ["127.0.0.1"])
    outgoing = Outgoing(server.url(name, HOSTS[name]), json.dumps(BODIES[name]).encode())
    return webhooks.post(outgoing, within=within)


@pytest.mark.parametrize(("name", "body"), [("slack", b"ok"), ("teams_connector", b"1")])
def test_message_arrives_at_the_chat_that_its_name_leads_to(
    chat_server: ChatServer, name: str, body: bytes
) -> None:
    response = posted(chat_server, name)

    assert (response.status, response.body) == (200, body)
    assert [one.body for one in chat_server.chats.robot(name).received] == [BODIES[name]]
    assert chat_server.chats.robot(name).received[0].headers["host"] == f"{HOSTS[name]}:{chat_server.port}"


def test_throttling_is_an_answer(chat_server: ChatServer) -> None:
    responses = [posted(chat_server, "slack") for _ in range(6)]

    assert [response.status for response in responses] == [200] * 5 + [429]
    assert int(responses[-1].headers["retry-after"]) >= 1


@pytest.mark.parametrize("status", [502, 503])
def test_page_of_an_error_is_an_answer(chat_server: ChatServer, status: int) -> None:
    chat_server.chats.fail("wecom", status=status)

    response = posted(chat_server, "wecom")

    assert response.status == status
    assert response.headers["content-type"] == "text/html"


def test_redirect_to_a_login_is_an_answer(chat_server: ChatServer) -> None:
    chat_server.chats.fail("slack", kind="redirect")

    assert posted(chat_server, "slack").headers["location"] == "https://login.example.com/"


@pytest.mark.parametrize("kind", ["reset", "timeout", "truncated"])
def test_lost_answer_leaves_in_doubt_whether_the_message_arrived(chat_server: ChatServer, kind: Any) -> None:
    chat_server.chats.fail("slack", kind=kind, seconds=2, carried_out=True)
    start = time.monotonic()

    with pytest.raises(DeliveryError, match=r"^hooks\.slack\.com ") as raised:
        posted(chat_server, "slack", within=0.5)

    assert raised.value.in_doubt
    assert time.monotonic() - start < 1.5
    assert len(chat_server.chats.robot("slack").received) == 1
