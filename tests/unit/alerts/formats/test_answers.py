"""What a chat answered is told as what to do, and nothing of it is repeated."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.alerts.formats import format_of
from eniguard.alerts.formats.base import Answer, Response
from eniguard.settings.alerting import SinkKind
from tests.unit.alerts.formats.goldens import KINDS

SECRET = "https://example.com/hook/secret-token"


def _answer(kind: SinkKind, status: int, body: object = b"", **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return format_of(kind).answer(Response(status, named, raw))


def _code(code: int, message: str = "") -> dict[str, object]:
    return {"errcode": code, "errmsg": f"{message} {SECRET}"}


def _feishu(code: int, message: str = "") -> dict[str, object]:
    return {"code": code, "msg": f"{message} {SECRET}", "data": {}}


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("dingtalk", 200, {"errcode": 0, "errmsg": "ok"}),
        ("feishu", 200, {"code": 0, "msg": "success", "StatusCode": 0, "StatusMessage": "success"}),
        ("lark", 200, {"StatusCode": 0, "StatusMessage": "success"}),
        ("wecom", 200, {"errcode": 0, "errmsg": "ok"}),
        ("slack", 200, b"ok"),
        ("teams", 202, b""),
        ("teams", 200, b"1"),
        ("webhook", 204, b""),
        ("webhook", 200, b"<html>thanks</html>"),
    ],
)
def test_a_success_is_sent(kind: SinkKind, status: int, body: object) -> None:
    assert _answer(kind, status, body) == Answer("sent")


@pytest.mark.parametrize(
    ("kind", "status", "body", "expected"),
    [
        (
            "dingtalk",
            200,
            _code(130101, "send too fast, exceed 20 times per minute"),
            ("throttled", "10 min", 600),
        ),
        ("dingtalk", 403, {**_code(130101), "punish": "deny", "wait": 5}, ("throttled", "10 minutes", 600)),
        ("dingtalk", 200, _code(310000, "sign not match"), ("unavailable", "the sink's secret", None)),
        ("dingtalk", 200, _code(310000, "机器人发送签名不匹配"), ("unavailable", "the sink's secret", None)),
        ("dingtalk", 200, _code(310000, "invalid timestamp"), ("unavailable", "clock", None)),
        ("dingtalk", 200, _code(310000, "keywords not in content"), ("unavailable", "keyword", None)),
        (
            "dingtalk",
            200,
            _code(310000, "ip 203.0.113.7 not in whitelist"),
            ("unavailable", "our address", None),
        ),
        ("dingtalk", 200, _code(310000), ("unavailable", "security settings", None)),
        ("dingtalk", 200, _code(300001, "token is not exist"), ("unavailable", "url anew", None)),
        ("dingtalk", 200, _code(300005, "token is not exist"), ("unavailable", "url anew", None)),
        ("dingtalk", 200, _code(460101, "message too long"), ("refused", "20,000 bytes", None)),
        ("dingtalk", 200, _code(40035, "缺少参数 json"), ("refused", "code 40035", None)),
        ("dingtalk", 200, _code(-1, "系统繁忙"), ("unavailable", "busy", None)),
        ("feishu", 200, _feishu(11232, "frequency limited"), ("throttled", "100 messages a minute", None)),
        ("feishu", 400, _feishu(11232), ("throttled", "100 messages a minute", None)),
        ("feishu", 200, _feishu(9499, "too many request"), ("throttled", "100 messages a minute", None)),
        ("feishu", 200, _feishu(9499, "Bad Request"), ("refused", "20 KB", None)),
        ("feishu", 200, _feishu(19021, "sign match fail"), ("unavailable", "the sink's secret", None)),
        ("feishu", 200, _feishu(19022, "Ip Not Allowed"), ("unavailable", "our address", None)),
        ("feishu", 200, _feishu(19024, "Key Words Not Found"), ("unavailable", "keyword", None)),
        ("feishu", 200, _feishu(19001, "param invalid"), ("unavailable", "url anew", None)),
        ("feishu", 200, _feishu(11310, "card table number over limit"), ("refused", "code 11310", None)),
        ("wecom", 200, _code(45009, "api freq out of limit"), ("throttled", "20 messages", 60)),
        ("wecom", 200, _code(40058, "exceed max length 4096"), ("refused", "4,096 bytes", None)),
        ("wecom", 200, _code(93000, "invalid webhook url"), ("unavailable", "url anew", None)),
        ("slack", 400, b"invalid_payload", ("refused", "cannot read", None)),
        ("slack", 400, b"invalid_blocks", ("refused", "blocks", None)),
        ("slack", 404, b"no_service", ("unavailable", "new url", None)),
        ("slack", 410, b"channel_is_archived", ("unavailable", "archived", None)),
        ("slack", 404, b"channel_not_found", ("unavailable", "another", None)),
        ("slack", 403, b"action_prohibited", ("unavailable", "administrator", None)),
        ("slack", 403, b"invalid_token", ("unavailable", "new url", None)),
        ("slack", 500, b"rollup_error", ("unavailable", "tried again", None)),
        ("slack", 429, b"rate_limited", ("throttled", "one message a second", None)),
        ("slack", 200, {"ok": False, "error": "no_service"}, ("unavailable", "new url", None)),
        ("slack", 418, SECRET.encode(), ("refused", "HTTP 418", None)),
        (
            "teams",
            200,
            b"delivery failed: endpoint returned HTTP error 413 with Id",
            ("refused", "too long", None),
        ),
        ("teams", 200, b"endpoint returned HTTP error 429 with ContextId", ("throttled", "HTTP 429", None)),
        ("teams", 200, b"endpoint returned HTTP error 503", ("unavailable", "HTTP 503", None)),
        (
            "teams",
            401,
            {"error": {"code": "DirectApiAuthorizationRequired"}},
            ("unavailable", "signature", None),
        ),
        (
            "teams",
            400,
            {"error": {"code": "WorkflowTriggerIsNotEnabled"}},
            ("unavailable", "switched off", None),
        ),
        ("teams", 400, {"error": {"code": SECRET}}, ("refused", "HTTP 400", None)),
        ("webhook", 410, b"", ("unavailable", "new url", None)),
        ("webhook", 422, b"", ("refused", "HTTP 422", None)),
    ],
)
def test_what_each_chat_says_of_a_failure_is_understood(
    kind: SinkKind, status: int, body: object, expected: tuple[str, str, float | None]
) -> None:
    verdict, told, wait = expected

    answer = _answer(kind, status, body)

    assert (answer.verdict, answer.again_after) == (verdict, wait)
    assert told in answer.problem
    assert "secret-token" not in answer.problem


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (301, "unavailable"),
        (401, "unavailable"),
        (403, "unavailable"),
        (404, "unavailable"),
        (407, "unavailable"),
        (408, "unavailable"),
        (410, "unavailable"),
        (413, "refused"),
        (422, "refused"),
        (429, "throttled"),
        (500, "unavailable"),
        (502, "unavailable"),
        (503, "unavailable"),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"<html>Bad Gateway</html>", b'{"message": "' + SECRET.encode() + b'"}']
)
def test_a_status_of_http_is_understood_where_the_body_has_no_word(
    kind: SinkKind, status: int, verdict: str, body: bytes
) -> None:
    answer = _answer(kind, status, body)

    assert answer.verdict == verdict
    assert f"HTTP {status}" in answer.problem
    assert "secret-token" not in answer.problem


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry_after": "30"}, 30.0),
        ({"retry_after": "0"}, 0.0),
        ({"retry_after": " 7 "}, 7.0),
        (
            {"retry_after": "Wed, 21 Oct 2026 07:30:00 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"},
            120.0,
        ),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:30:00 GMT"}, 0.0),
        ({"retry_after": "Wed, 21 Oct 2026 07:30:00 GMT"}, None),
        ({"retry_after": "99999999999999999999"}, 86_400.0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "１２"}, None),  # noqa: RUF001
        ({}, None),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(
    kind: SinkKind, headers: dict[str, str], expected: float | None
) -> None:
    assert _answer(kind, 429, b"", **headers).again_after == expected


def test_feishu_says_in_a_header_of_its_own_how_long_to_wait() -> None:
    answer = _answer("feishu", 429, _feishu(99991400), x_ogw_ratelimit_reset="52")

    assert (answer.verdict, answer.again_after) == ("throttled", 52.0)


@pytest.mark.parametrize("kind", ["dingtalk", "feishu", "wecom", "slack"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>sign in</html>",
        b'{"errcode": ',
        b"[0]",
        b"null",
        b'"ok"',
        b'{"errcode": "0", "code": "0"}',
        b'{"errcode": false, "code": false}',
        b"[" * 60_000,
        b'{"errcode": 0, "code": 0, "more": "' + b"x" * 10_000_000 + b'"}',
        b"\xff\xfe\x00",
    ],
)
def test_a_success_with_a_body_that_is_not_the_chats_is_none(kind: SinkKind, body: bytes) -> None:
    answer = _answer(kind, 200, body)

    assert answer.verdict == "unavailable"
    assert "check the sink's url" in answer.problem


def test_a_page_is_no_success_of_teams() -> None:
    assert _answer("teams", 200, b"<!doctype html><p>Sign in").verdict == "unavailable"
    assert _answer("teams", 200, b"Sign in", content_type="text/html; charset=utf-8").verdict == "unavailable"


@given(
    kind=st.sampled_from(KINDS),
    status=st.integers(100, 599),
    body=st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda code, text: json.dumps(
                {"errcode": code, "code": code, "error": text, "errmsg": text}
            ).encode(),
            st.one_of(st.integers(), st.text(max_size=20), st.none(), st.booleans(), st.floats()),
            st.text(max_size=20),
        ),
    ),
    wait=st.one_of(st.text(max_size=40), st.just("Mon, 99 Foo 2026 99:99:99 GMT")),
)
def test_any_answer_is_understood_as_something(kind: SinkKind, status: int, body: bytes, wait: str) -> None:
    marked = body + b"secret-token"
    for sent in (body, marked):
        answer = format_of(kind).answer(Response(status, {"retry-after": wait, "date": wait}, sent))

        assert (answer.verdict == "sent") == (not answer.problem)
        assert answer.again_after is None or 0 <= answer.again_after <= 86_400
        assert "secret-token" not in answer.problem


def test_what_a_chat_can_take_in_a_time_is_known() -> None:
    paces = {kind: format_of(kind).pace for kind in KINDS}

    assert paces["dingtalk"].limits == ((20, 65.0),)
    assert paces["dingtalk"].blocked == 600.0
    assert paces["feishu"].limits == ((5, 1.0), (100, 60.0))
    assert paces["wecom"].limits == ((20, 65.0),)
    assert paces["slack"].limits == ((1, 1.0),)
    assert paces["teams"].limits == ((4, 1.0),)
