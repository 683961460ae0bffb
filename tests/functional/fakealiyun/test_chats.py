"""The chats: what their robots take, and how they say no."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

import pytest

from fakealiyun import Clock
from fakealiyun.chats import Chats
from fakealiyun.cloud import Dropped
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.request import HttpRequest

JSON = {"content-type": "application/json; charset=utf-8"}
EVENTS = {"content-type": "application/cloudevents+json"}
TEXT = {"msgtype": "text", "text": {"content": "ENI001"}}
FEISHU = {"msg_type": "text", "content": {"text": "ENI001"}}
CARD = {
    "type": "message",
    "attachments": [
        {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "type": "AdaptiveCard",
                "version": "1.5",
                "body": [{"type": "TextBlock", "text": "ENI001"}],
            },
        }
    ],
}
EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "/guard",
    "type": "finding",
    "time": "2026-03-01T08:00:00Z",
    "data": {},
}
#: Messages that robots without a signature take, by kind.
GOOD: dict[str, Any] = {
    "dingtalk": TEXT,
    "feishu": FEISHU,
    "lark": FEISHU,
    "wecom": TEXT,
    "slack": {"text": "ENI001"},
    "teams": CARD,
    "teams_connector": CARD,
    "webhook": EVENT,
}
#: When the example signatures of the reference were made, and by hand: HMAC-SHA256, base64.
DINGTALK_AT, DINGTALK_SIGN = 1577262236757, "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="
FEISHU_AT, FEISHU_SIGN = 1599360473, "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


def clock_at(seconds: float) -> Clock:
    return Clock(datetime.fromtimestamp(seconds, timezone.utc))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chats(clock: Clock) -> Chats:
    """Chats whose robots sign nothing."""
    chats = Chats(clock)
    for kind in GOOD:
        chats.add(kind, kind)  # type: ignore[arg-type]
    return chats


def posted(
    chats: Chats,
    name: str,
    body: Any,
    *,
    query: str = "",
    headers: dict[str, str] | None = None,
    method: str = "POST",
) -> Answer:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    usual = EVENTS if chats.robot(name).kind == "webhook" else JSON
    url = f"https://localhost{chats.path(name)}{query}"
    return chats.handle(HttpRequest(method, url, {**usual, **(headers or {})}, sent), "203.0.113.7")


def said(answer: Answer) -> Any:
    return json.loads(answer.body)


# -- all of them -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", GOOD)
def test_message_is_taken_and_kept(chats: Chats, kind: str) -> None:
    answer = posted(chats, kind, GOOD[kind], headers={"x-a": "b"})

    assert answer.status < 300
    (received,) = chats.robot(kind).received
    assert received.body == GOOD[kind]
    assert received.headers["x-a"] == "b"
    assert received.at == chats.clock.now().timestamp()
    assert chats.robot(kind).refused == []


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/robot/send?access_token=other", 200, '"errcode":300005'),
        ("/robot/send", 200, '"errcode":300005'),
        ("/open-apis/bot/v2/hook/other", 400, '"code":19001'),
        ("/cgi-bin/webhook/send?key=other", 200, '"errcode":93000'),
        ("/services/T0EXAMPLE/B0EXAMPLE/other", 404, "no_service"),
        ("/workflows/example/triggers/manual/paths/invoke?sig=other", 401, "AuthorizationFailed"),
        ("/webhookb2/example/IncomingWebhook/other/example", 404, "Invalid webhook URL"),
        ("/hooks/other", 404, "no such receiver"),
        ("/telegram", 501, "no chat at this address"),
    ],
)
def test_address_with_another_token_is_refused_as_its_chat_does(
    chats: Chats, path: str, status: int, words: str
) -> None:
    answer = chats.handle(HttpRequest("POST", f"https://localhost{path}", JSON, b"{}"))

    assert answer.status == status
    assert words in answer.body.decode()


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("dingtalk", 200, '"errcode":40035'),
        ("feishu", 400, '"code":9499'),
        ("lark", 400, '"code":9499'),
        ("wecom", 200, '"errcode":47001'),
        ("slack", 400, "invalid_payload"),
        ("teams", 400, "InvalidRequestContent"),
        ("teams_connector", 400, "Bad payload"),
        ("webhook", 400, "no JSON object"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff"])
def test_what_is_no_json_object_is_refused(
    chats: Chats, kind: str, status: int, words: str, body: bytes
) -> None:
    answer = posted(chats, kind, body)

    assert answer.status == status
    assert words in answer.body.decode()
    assert chats.robot(kind).received == []
    assert len(chats.robot(kind).refused) == 1


# -- signatures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("away", "sign", "says"),
    [
        (0, DINGTALK_SIGN, "ok"),
        (3600, DINGTALK_SIGN, "ok"),
        (-3600, DINGTALK_SIGN, "ok"),
        (3601, DINGTALK_SIGN, "invalid timestamp"),
        (-3601, DINGTALK_SIGN, "invalid timestamp"),
        (0, DINGTALK_SIGN.lower(), "sign not match"),
        (0, "", "sign not match"),
    ],
)
def test_dingtalk_checks_its_signature_within_an_hour(away: int, sign: str, says: str) -> None:
    # given
    chats = Chats(clock_at(DINGTALK_AT / 1000 + away))
    chats.add("signed", "dingtalk", secret="this is secret")

    # when
    answer = posted(chats, "signed", TEXT, query=f"&timestamp={DINGTALK_AT}&sign={quote(sign, safe='')}")

    # then
    assert answer.status == 200
    assert said(answer)["errcode"] == (0 if says == "ok" else 310000)
    assert says in said(answer)["errmsg"]


def test_dingtalk_takes_no_signature_that_was_not_encoded_for_the_address() -> None:
    chats = Chats(clock_at(DINGTALK_AT / 1000))
    chats.add("signed", "dingtalk", secret="this is secret")

    answer = posted(chats, "signed", TEXT, query=f"&timestamp={DINGTALK_AT}&sign={DINGTALK_SIGN}")

    assert said(answer)["errcode"] == 310000


@pytest.mark.parametrize(
    ("away", "changes", "code"),
    [
        (0, {}, 0),
        (3600, {}, 0),
        (3601, {}, 19021),
        (-3601, {}, 19021),
        (0, {"sign": DINGTALK_SIGN}, 19021),
        (0, {"timestamp": ""}, 19021),
        (0, {"timestamp": str(FEISHU_AT + 1)}, 19021),
    ],
)
@pytest.mark.parametrize("kind", ["feishu", "lark"])
def test_feishu_checks_its_signature_within_an_hour(
    kind: str, away: int, changes: dict[str, str], code: int
) -> None:
    chats = Chats(clock_at(FEISHU_AT + away))
    chats.add("signed", kind, secret="demo")  # type: ignore[arg-type]

    answer = posted(chats, "signed", {"timestamp": str(FEISHU_AT), "sign": FEISHU_SIGN, **FEISHU, **changes})

    assert said(answer)["code"] == code


#: The example that the Standard Webhooks libraries test with.
WEBHOOK_KEY, WEBHOOK_ID, WEBHOOK_AT = (
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1614265330,
)
WEBHOOK_BODY, WEBHOOK_SIGN = b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_receiver_knows_the_signature_of_the_example() -> None:
    chats = Chats(clock_at(WEBHOOK_AT))
    chats.add("signed", "webhook", secret=WEBHOOK_KEY)
    headers = {
        "webhook-id": WEBHOOK_ID,
        "webhook-timestamp": str(WEBHOOK_AT),
        "webhook-signature": WEBHOOK_SIGN,
    }

    # signed as it should be, it is no CloudEvent
    assert posted(chats, "signed", WEBHOOK_BODY, headers=headers).status == 400
    assert posted(chats, "signed", WEBHOOK_BODY + b" ", headers=headers).status == 401


def webhook_headers(body: bytes, at: int, key: bytes = b"demo") -> dict[str, str]:
    sign = base64.b64encode(hmac.new(key, b"msg_1.%d.%s" % (at, body), hashlib.sha256).digest()).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": f"v1,{sign}"}


@pytest.mark.parametrize(
    ("away", "change", "headers", "status"),
    [
        (0, "", {}, 204),
        (300, "", {}, 204),
        (-300, "", {}, 204),
        (301, "", {}, 401),
        (-301, "", {}, 401),
        (0, " ", {}, 401),
        (0, "", {"webhook-id": "msg_2"}, 401),
        (0, "", {"webhook-id": ""}, 401),
        (0, "", {"webhook-timestamp": ""}, 401),
        (0, "", {"webhook-signature": ""}, 401),
    ],
)
def test_receiver_checks_the_signature_of_id_time_and_body_within_five_minutes(
    clock: Clock, away: int, change: str, headers: dict[str, str], status: int
) -> None:
    # given
    chats = Chats(clock)
    chats.add("signed", "webhook", secret="demo")
    body = json.dumps(EVENT).encode()
    signed = webhook_headers(body, int(clock.now().timestamp()))
    clock.advance(away)

    # when
    answer = posted(chats, "signed", body + change.encode(), headers={**signed, **headers})

    # then
    assert answer.status == status


def test_receiver_takes_one_of_several_signatures_while_a_key_is_changed(clock: Clock) -> None:
    # given
    chats = Chats(clock)
    chats.add("signed", "webhook", secret="demo")
    body, at = json.dumps(EVENT).encode(), int(clock.now().timestamp())
    old, new = (webhook_headers(body, at, key)["webhook-signature"] for key in (b"old", b"demo"))

    # when
    answers = [
        posted(
            chats,
            "signed",
            body,
            headers={**webhook_headers(body, at), "webhook-signature": f"{old} {other}"},
        )
        for other in (new, old)
    ]

    # then
    assert [answer.status for answer in answers] == [204, 401]


def test_receiver_takes_nothing_unsigned_if_it_has_a_secret(clock: Clock) -> None:
    assert posted(Chats(clock), "webhook", EVENT).status == 401


# -- who may, and what it has to hold ----------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "code"), [("dingtalk", 310000), ("feishu", 19024)])
def test_message_without_a_keyword_is_refused(chats: Chats, kind: str, code: int) -> None:
    chats.add("words", kind, keywords=("guard", "ENI0"))  # type: ignore[arg-type]
    chats.add("others", kind, keywords=("guard",))  # type: ignore[arg-type]

    assert 0 in said(posted(chats, "words", GOOD[kind])).values()
    assert code in said(posted(chats, "others", GOOD[kind])).values()


@pytest.mark.parametrize(("kind", "code"), [("dingtalk", 310000), ("feishu", 19022), ("wecom", 60020)])
def test_message_from_another_address_is_refused(chats: Chats, kind: str, code: int) -> None:
    chats.add("here", kind, sources=("203.0.113.7",))  # type: ignore[arg-type]
    chats.add("there", kind, sources=("203.0.113.8",))  # type: ignore[arg-type]

    assert 0 in said(posted(chats, "here", GOOD[kind])).values()
    assert code in said(posted(chats, "there", GOOD[kind])).values()


# -- how fast ----------------------------------------------------------------------------------------------


def test_dingtalk_blocks_for_ten_minutes_whoever_sends_more_than_twenty_a_minute(
    chats: Chats, clock: Clock
) -> None:
    # given twenty in a minute
    assert [said(posted(chats, "dingtalk", TEXT))["errcode"] for _ in range(20)] == [0] * 20

    # when
    first = said(posted(chats, "dingtalk", TEXT))
    clock.advance(599)
    still = said(posted(chats, "dingtalk", TEXT))
    clock.advance(1)
    after = said(posted(chats, "dingtalk", TEXT))

    # then
    assert first == {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
    assert still == first
    assert after["errcode"] == 0
    assert len(chats.robot("dingtalk").received) == 21


def test_twenty_a_minute_without_end_are_taken(chats: Chats, clock: Clock) -> None:
    for _ in range(100):
        assert said(posted(chats, "dingtalk", TEXT))["errcode"] == 0
        clock.advance(3)


def test_feishu_takes_five_a_second_and_a_hundred_a_minute(chats: Chats, clock: Clock) -> None:
    # when
    in_a_second = [said(posted(chats, "feishu", FEISHU))["code"] for _ in range(6)]
    clock.advance(1)
    in_a_minute = []
    for _ in range(19):
        in_a_minute += [said(posted(chats, "feishu", FEISHU))["code"] for _ in range(5)]
        clock.advance(1)
    beyond = said(posted(chats, "feishu", FEISHU))
    clock.advance(40)
    after = said(posted(chats, "feishu", FEISHU))

    # then
    assert in_a_second == [0] * 5 + [11232]
    assert in_a_minute == [0] * 95
    assert beyond["code"] == 11232
    assert after["code"] == 0


def test_wecom_takes_twenty_a_minute(chats: Chats, clock: Clock) -> None:
    assert [said(posted(chats, "wecom", TEXT))["errcode"] for _ in range(21)] == [0] * 20 + [45009]

    clock.advance(60)

    assert said(posted(chats, "wecom", TEXT))["errcode"] == 0


def test_slack_takes_a_burst_and_says_when_to_come_again(chats: Chats, clock: Clock) -> None:
    # given
    answers = [posted(chats, "slack", {"text": "x"}) for _ in range(6)]
    refused = answers[-1]

    # when
    clock.advance(int(refused.headers["Retry-After"]))

    # then
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert refused.headers["Retry-After"] == "5"
    assert posted(chats, "slack", {"text": "x"}).body == b"ok"


def test_teams_takes_four_a_second_and_a_connector_says_so_in_a_text(chats: Chats, clock: Clock) -> None:
    # when
    workflow = [posted(chats, "teams", CARD) for _ in range(5)]
    connector = [posted(chats, "teams_connector", CARD) for _ in range(5)]
    clock.advance(1)

    # then
    assert [answer.status for answer in workflow] == [202] * 4 + [429]
    assert workflow[-1].headers["Retry-After"] == "1"
    assert [answer.status for answer in connector] == [200] * 5
    assert [answer.body for answer in connector[:4]] == [b"1"] * 4
    assert b"returned HTTP error 429" in connector[-1].body
    assert posted(chats, "teams", CARD).status == 202


# -- how long, and in which form ---------------------------------------------------------------------------


def dingtalk_text(size: int) -> bytes:
    empty = len(json.dumps({"msgtype": "text", "text": {"content": ""}}))
    return json.dumps({"msgtype": "text", "text": {"content": "a" * (size - empty)}}).encode()


def test_dingtalk_takes_20000_bytes(chats: Chats) -> None:
    assert said(posted(chats, "dingtalk", dingtalk_text(20_000)))["errcode"] == 0
    assert said(posted(chats, "dingtalk", dingtalk_text(20_001)))["errcode"] == 460101


def test_feishu_takes_20_kilobytes(chats: Chats) -> None:
    text = "a" * (20_480 - len(json.dumps({"msg_type": "text", "content": {"text": ""}})))

    assert said(posted(chats, "feishu", {"msg_type": "text", "content": {"text": text}}))["code"] == 0
    assert (
        said(posted(chats, "feishu", {"msg_type": "text", "content": {"text": text + "a"}}))["code"] == 9499
    )


@pytest.mark.parametrize(("kind", "most"), [("text", 2048), ("markdown", 4096), ("markdown_v2", 4096)])
def test_wecom_counts_bytes(chats: Chats, kind: str, most: int) -> None:
    # given text of three bytes a character
    fits = "网" * (most // 3) + "a" * (most % 3)

    # when
    taken = said(posted(chats, "wecom", {"msgtype": kind, kind: {"content": fits}}))
    refused = said(posted(chats, "wecom", {"msgtype": kind, kind: {"content": fits + "a"}}))

    # then
    assert taken == {"errcode": 0, "errmsg": "ok"}
    assert refused["errcode"] == 40058
    assert f"{kind}.content exceed max length {most}" in refused["errmsg"]


def test_teams_takes_28_kilobytes(chats: Chats) -> None:
    # given
    card = json.dumps(CARD)
    fits = card.replace("ENI001", "a" * (28 * 1024 - len(card) + 6)).encode()

    # then
    assert posted(chats, "teams", fits).status == 202
    assert posted(chats, "teams", fits + b" ").status == 413
    assert posted(chats, "teams_connector", fits).body == b"1"
    too_large = posted(chats, "teams_connector", fits + b" ")
    assert too_large.status == 200
    assert b"Microsoft Teams endpoint returned HTTP error 413" in too_large.body


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "markdown", "markdown": {"title": "t", "text": "x"}}, 0),
        ({"msgtype": "markdown", "markdown": {"text": "x"}}, 40035),
        ({"msgtype": "markdown", "markdown": {"title": "t", "text": ""}}, 40035),
        ({"msgtype": "markdown", "text": {"content": "x"}}, 40035),
        ({"msgtype": "actionCard", "actionCard": {"title": "t", "text": "x"}}, 40035),
        ({"msgtype": "actionCard", "actionCard": {"title": "t", "text": "x", "btns": []}}, 40035),
        (
            {"msgtype": "actionCard", "actionCard": {"title": "t", "text": "x", "btns": [{"title": "b"}]}},
            40035,
        ),
        (
            {
                "msgtype": "actionCard",
                "actionCard": {
                    "title": "t",
                    "text": "x",
                    "btns": [{"title": "b", "actionURL": "https://example.com"}],
                },
            },
            0,
        ),
        (
            {
                "msgtype": "actionCard",
                "actionCard": {
                    "title": "t",
                    "text": "x",
                    "singleTitle": "b",
                    "singleURL": "https://example.com",
                },
            },
            0,
        ),
        ({"msgtype": "voice", "voice": {}}, 400105),
        ({**TEXT, "at": {"atMobiles": ["13800000000"], "isAtAll": False}}, 0),
        ({**TEXT, "at": {"atMobiles": [13800000000]}}, 40035),
        ({**TEXT, "at": {"isAtAll": "true"}}, 40035),
        ({}, 40035),
    ],
)
def test_dingtalk_checks_the_form_of_a_message(chats: Chats, body: dict[str, Any], code: int) -> None:
    assert said(posted(chats, "dingtalk", body))["errcode"] == code


def test_dingtalk_takes_posts_of_json_alone(chats: Chats) -> None:
    assert said(posted(chats, "dingtalk", TEXT, method="GET"))["errcode"] == 43002
    assert said(posted(chats, "dingtalk", TEXT, headers={"content-type": "text/plain"}))["errcode"] == 43004


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msg_type": "interactive", "card": {"elements": [{"tag": "div"}]}}, 0),
        ({"msg_type": "interactive", "card": {"schema": "2.0", "body": {"elements": [{"tag": "hr"}]}}}, 0),
        ({"msg_type": "post", "content": {"post": {"zh_cn": {}}}}, 0),
        ({"msg_type": "interactive", "card": {"elements": []}}, 9499),
        ({"msg_type": "interactive", "card": {"elements": [{}]}}, 9499),
        ({"msg_type": "interactive", "card": "{}"}, 9499),
        ({"msg_type": "text", "content": "x"}, 9499),
        ({"msgtype": "text", "text": {"content": "x"}}, 9499),
    ],
)
def test_feishu_checks_the_form_of_a_message(chats: Chats, body: dict[str, Any], code: int) -> None:
    assert said(posted(chats, "feishu", body))["code"] == code


def section(**parts: Any) -> dict[str, Any]:
    return {"blocks": [{"type": "section", **parts}]}


def words(count: int, kind: str = "mrkdwn") -> dict[str, str]:
    return {"type": kind, "text": "a" * count}


BOLD = {"type": "text", "text": "x", "style": {"bold": True}}


def rich(*runs: Any, around: str = "rich_text_section") -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": around, "elements": list(runs)}]}


def listed(style: str) -> dict[str, Any]:
    items = [{"type": "rich_text_section", "elements": [BOLD]}]
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_list", "style": style, "elements": items}],
    }


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (section(text=words(3000)), "ok"),
        (section(text=words(3001)), "invalid_blocks"),
        (section(text=words(0)), "invalid_blocks"),
        (section(), "invalid_blocks"),
        (section(fields=[words(2000)] * 5), "ok"),
        (section(fields=[words(1)] * 10), "ok"),
        (section(fields=[words(2000)] * 10), "msg_blocks_too_long"),
        (section(fields=[words(2001)]), "invalid_blocks"),
        (section(fields=[words(1)] * 11), "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": words(150, "plain_text")}]}, "ok"),
        ({"blocks": [{"type": "header", "text": words(151, "plain_text")}]}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": words(1)}]}, "invalid_blocks"),
        ({"blocks": [{"type": "divider"}] * 50}, "ok"),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": []}, "invalid_blocks"),
        ({"blocks": [{"type": "context", "elements": [words(1)] * 10}]}, "ok"),
        ({"blocks": [{"type": "context", "elements": [words(1)] * 11}]}, "invalid_blocks"),
        (
            {
                "blocks": [
                    {"type": "actions", "elements": [{"type": "button", "text": words(75, "plain_text")}]}
                ]
            },
            "ok",
        ),
        (
            {
                "blocks": [
                    {"type": "actions", "elements": [{"type": "button", "text": words(76, "plain_text")}]}
                ]
            },
            "invalid_blocks",
        ),
        ({"blocks": [rich(BOLD)]}, "ok"),
        ({"blocks": [rich(BOLD, {"type": "link", "url": "https://example.com", "text": "x"})]}, "ok"),
        ({"blocks": [rich({"type": "user", "user_id": "U1"}, {"type": "broadcast", "range": "here"})]}, "ok"),
        ({"blocks": [rich(BOLD, around="rich_text_list")]}, "invalid_blocks"),
        ({"blocks": [rich({"type": "text", "text": ""})]}, "invalid_blocks"),
        ({"blocks": [rich({"type": "mrkdwn", "text": "x"})]}, "invalid_blocks"),
        ({"blocks": [rich({"type": "text", "text": "x", "style": {"red": True}})]}, "invalid_blocks"),
        ({"blocks": [rich({"type": "link", "url": ""})]}, "invalid_blocks"),
        ({"blocks": [rich({"type": "broadcast", "range": "all"})]}, "invalid_blocks"),
        ({"blocks": [rich()]}, "invalid_blocks"),
        ({"blocks": [{"type": "rich_text", "elements": []}]}, "invalid_blocks"),
        ({"blocks": [listed("bullet")]}, "ok"),
        ({"blocks": [listed("square")]}, "invalid_blocks"),
        ({"blocks": [rich({"type": "text", "text": "x" * 11_800})]}, "ok"),
        ({"blocks": [rich({"type": "text", "text": "x" * 12_000})]}, "msg_blocks_too_long"),
        ({"blocks": [{"type": "card"}]}, "invalid_blocks"),
        ({"blocks": "x"}, "invalid_blocks"),
        ({"text": ""}, "no_text"),
        ({}, "no_text"),
    ],
)
def test_slack_checks_blocks_and_their_limits(chats: Chats, body: dict[str, Any], says: str) -> None:
    answer = posted(chats, "slack", body)

    assert answer.body.decode() == says
    assert answer.status == (200 if says == "ok" else 400)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "AdaptiveCard"},
        {"attachments": []},
        {"attachments": [{**CARD["attachments"][0], "contentType": "text/plain"}]},  # type: ignore[dict-item]
        {"attachments": [{**CARD["attachments"][0], "content": {"type": "AdaptiveCard", "body": []}}]},  # type: ignore[dict-item]
    ],
)
def test_teams_checks_the_form_of_a_card(chats: Chats, change: dict[str, Any]) -> None:
    answer = posted(chats, "teams", {**CARD, **change})

    assert answer.status == 400
    assert said(answer)["error"]["code"] == "TriggerInputSchemaMismatch"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id is missing"),
        ({"source": 1}, "source is missing"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-03-01T08:00:00"}, "time"),
        ({"account_id": "1"}, "account_id is no name"),
        ({"accountId": "1"}, "accountId is no name"),
    ],
)
def test_receiver_takes_cloudevents_alone(chats: Chats, change: dict[str, Any], says: str) -> None:
    answer = posted(chats, "webhook", {**EVENT, **change})

    assert answer.status == 400
    assert says in said(answer)["error"]


def test_receiver_asks_for_data_and_for_the_type_of_the_body(chats: Chats) -> None:
    without = {name: value for name, value in EVENT.items() if name != "data"}

    assert said(posted(chats, "webhook", without))["error"] == "data is missing."
    assert posted(chats, "webhook", EVENT, headers=JSON).status == 415


# -- faults and robots -------------------------------------------------------------------------------------


def test_faults_strike_the_robot_that_they_are_for_as_often_as_asked(chats: Chats) -> None:
    # given
    chats.fail("slack", status=503, times=2)

    # when
    answers = [posted(chats, "slack", {"text": "x"}) for _ in range(3)]

    # then
    assert [answer.status for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Content-Type"] == "text/html"
    assert len(chats.robot("slack").received) == 1
    assert posted(chats, "wecom", TEXT).status == 200


@pytest.mark.parametrize("kind", ["reset", "timeout"])
@pytest.mark.parametrize("carried_out", [False, True])
def test_connection_that_ends_may_have_brought_its_message(
    chats: Chats, kind: Any, carried_out: bool
) -> None:
    chats.fail("slack", kind=kind, carried_out=carried_out)

    with pytest.raises(Dropped):
        posted(chats, "slack", {"text": "x"})

    assert len(chats.robot("slack").received) == carried_out


def test_fault_lasts_until_it_is_healed(chats: Chats) -> None:
    chats.fail("*", kind="redirect", times=None)

    assert [posted(chats, kind, GOOD[kind]).status for kind in GOOD] == [302] * len(GOOD)

    chats.heal()
    assert posted(chats, "slack", GOOD["slack"]).status == 200


def test_reset_forgets_messages_limits_and_faults_but_no_robot(chats: Chats) -> None:
    # given
    chats.add("oncall", "dingtalk")
    for _ in range(21):
        posted(chats, "oncall", TEXT)
    chats.fail("oncall", times=None)

    # when
    chats.reset()

    # then
    assert (chats.robot("oncall").received, chats.robot("oncall").refused) == ([], [])
    assert said(posted(chats, "oncall", TEXT))["errcode"] == 0


def test_robot_that_cannot_be_is_refused(chats: Chats) -> None:
    with pytest.raises(ValueError, match="is one of dingtalk"):
        chats.add("x", "telegram")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not signed"):
        chats.add("x", "slack", secret="s")
    with pytest.raises(ValueError, match="Base64"):
        chats.add("x", "webhook", secret="whsec_x")
    with pytest.raises(ValueError, match="no robot"):
        chats.fail("x")
