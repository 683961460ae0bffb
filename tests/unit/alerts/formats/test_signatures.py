"""Requests are signed as each chat checks it."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from eniguard.alerts.formats import format_of
from eniguard.alerts.formats.base import Outgoing, Rendered
from eniguard.errors import ConfigError
from eniguard.settings.alerting import SinkKind
from tests.unit.alerts.formats.goldens import KINDS
from tests.unit.alerts.formats.messages import single

DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=example"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/example"
NOW = 1_775_000_000.75


def _request(kind: SinkKind, url: str, secret: str | None, now: float) -> Outgoing:
    return format_of(kind).request(format_of(kind).render(single("high", "en")), url, secret, now)


@pytest.mark.parametrize(
    ("secret", "now", "expected"),
    [
        # S='this is secret'; printf "1577262236757\n$S" | openssl dgst -sha256 -hmac "$S" -binary | base64
        ("this is secret", 1577262236.757, "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="),
        # S=SECexample; printf "1775000000750\n$S" | openssl dgst -sha256 -hmac "$S" -binary | base64
        ("SECexample", NOW, "dIvtav+xfflBbiFz5tx4xLPis3/SkKfbcLzAe4jr2iM="),
    ],
)
def test_dingtalk_has_timestamp_and_sign_in_its_query(secret: str, now: float, expected: str) -> None:
    request = _request("dingtalk", DINGTALK, secret, now)

    query = parse_qs(urlsplit(request.url).query, strict_parsing=True)
    assert query == {
        "access_token": ["example"],
        "timestamp": [str(round(now * 1000))],
        "sign": [expected],
    }
    assert "+" not in request.url


@pytest.mark.parametrize(
    ("secret", "now", "expected"),
    [
        # printf '' | openssl dgst -sha256 -hmac "$(printf '1599360473\ndemo')" -binary | base64
        ("demo", 1599360473.9, "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="),
        # printf '' | openssl dgst -sha256 -hmac "$(printf '1775000000\nexample')" -binary | base64
        ("example", NOW, "MKyLzpvnJCW5zpx/Mo9tTIQpBvBEIyjsmOuQft6ic84="),
    ],
)
def test_feishu_has_timestamp_and_sign_in_its_body(secret: str, now: float, expected: str) -> None:
    request = _request("feishu", FEISHU, secret, now)

    body = json.loads(request.body)
    assert request.url == FEISHU
    assert body.pop("timestamp") == str(int(now))
    assert body.pop("sign") == expected
    assert body == format_of("feishu").render(single("high", "en")).body


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        # With S='example secret':
        # printf 'id-1.1775000000.{"id":"id-1"}' | openssl dgst -sha256 -hmac "$S" -binary | base64
        ("example secret", "oAhVtqCp8uEMgB/+/m234LvD5ugSTj6ODurkoTbAlfE="),
        # The same with the key that ZXhhbXBsZSBzZWNyZXQ= is in Base64.
        ("whsec_ZXhhbXBsZSBzZWNyZXQ=", "oAhVtqCp8uEMgB/+/m234LvD5ugSTj6ODurkoTbAlfE="),
    ],
)
def test_a_webhook_is_signed_over_its_id_its_time_and_its_body(secret: str, expected: str) -> None:
    request = format_of("webhook").request(
        Rendered({"id": "id-1"}, cut=False), "https://example.com/", secret, NOW
    )

    assert request.headers == {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": "id-1",
        "webhook-timestamp": "1775000000",
        "webhook-signature": f"v1,{expected}",
    }


def test_the_library_of_standard_webhooks_verifies_it_and_nothing_else() -> None:
    # given what is sent now: the library turns away what is older than five minutes
    receiver = Webhook("whsec_ZXhhbXBsZSBzZWNyZXQ=")
    fresh = _request("webhook", "https://example.com/", "whsec_ZXhhbXBsZSBzZWNyZXQ=", time.time())
    stale = _request("webhook", "https://example.com/", "whsec_ZXhhbXBsZSBzZWNyZXQ=", time.time() - 301)

    # then
    assert receiver.verify(fresh.body, dict(fresh.headers))["specversion"] == "1.0"
    with pytest.raises(WebhookVerificationError):
        receiver.verify(stale.body, dict(stale.headers))
    with pytest.raises(WebhookVerificationError):
        receiver.verify(fresh.body + b" ", dict(fresh.headers))


def test_a_secret_that_is_no_base64_after_its_prefix_is_the_users_mistake() -> None:
    with pytest.raises(ConfigError, match="what follows is not Base64") as raised:
        _request("webhook", "https://example.com/", "whsec_not base64", NOW)

    assert "not base64" not in str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_secret_the_address_and_the_body_stay_as_they_are(kind: SinkKind) -> None:
    request = _request(kind, "https://example.com/hook?key=example", None, NOW)

    assert request.url == "https://example.com/hook?key=example"
    assert json.loads(request.body) == json.loads(
        json.dumps(format_of(kind).render(single("high", "en")).body)
    )
    assert list(request.headers) == ["content-type"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_in_the_repr_of_a_request(kind: SinkKind) -> None:
    request = _request(kind, "https://example.com/hook?key=example-key", "example-secret", NOW)

    assert "example-key" not in repr(request)
    assert b"example-secret" not in request.body
    assert "example-secret" not in request.url + str(request.headers)
