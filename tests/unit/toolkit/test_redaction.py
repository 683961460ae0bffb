from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eniguard.toolkit import Redactor


@pytest.mark.parametrize(
    "name",
    [
        "Password",
        "password",
        "DB_PASSWORD",
        "AccessKeySecret",
        "access_key_secret",
        "SecurityToken",
        "x-acs-security-token",
        "Authorization",
        "UserData",
        "user_data",
        "Signature",
        "credentials",
        "PrivateKey",
        "apiKey",
        "Set-Cookie",
        "jaeger_endpoint",
    ],
)
def test_a_field_that_names_a_secret_is_hidden_whatever_it_holds(name: str) -> None:
    for value in ("hunter2", 1234, {"a": "hunter2"}, ["hunter2"]):
        shown = Redactor().fields({"outer": [{name: value}]})
        assert shown == {"outer": [{name: "***"}]}


@pytest.mark.parametrize(
    "name",
    ["SecretName", "ClientToken", "NextToken", "access_key_id", "tokens_used", "secretary", "key", "name"],
)
def test_a_field_that_only_sounds_like_one_is_shown(name: str) -> None:
    assert Redactor().fields({name: "eni-1"}) == {name: "eni-1"}


@pytest.mark.parametrize("value", [None, True, False])
def test_whether_there_is_a_secret_may_be_told(value: object) -> None:
    assert Redactor().fields({"Password": value}) == {"Password": value}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://guard:hunter2@192.0.2.1:6379/0", "redis://***@192.0.2.1:6379/0"),
        ("redis://:hunter2@192.0.2.1", "redis://***@192.0.2.1"),
        (
            "https://hook.example.com/send?access_token=hunter2&x=1",
            "https://hook.example.com/send?access_token=***&x=1",
        ),
        ("https://hook.example.com/send?key=hunter2", "https://hook.example.com/send?key=***"),
        (
            "https://hook.example.com/send?timestamp=1&sign=hunter2",
            "https://hook.example.com/send?timestamp=1&sign=***",
        ),
        ("Authorization: ACS3-HMAC-SHA256 Credential=x,Signature=hunter2", "Authorization: ***"),
        ("sent Bearer hunter2.hunter2 to it", "sent Bearer *** to it"),
        ('{"Password": "hunter2", "ImageId": "i"}', '{"Password": "***", "ImageId": "i"}'),
        ('"{\\"Password\\":\\"hunter2\\"}"', '"{\\"Password\\":\\"***\\"}"'),
        ("DB_PASSWORD=hunter2 ENV=prod", "DB_PASSWORD=*** ENV=prod"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----***",
        ),
    ],
)
def test_what_looks_like_a_secret_in_a_text_is_hidden(text: str, shown: str) -> None:
    assert Redactor().text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "DeleteNetworkInterface was refused; ENI eni-bp1example0001 is managed",
        "acs:ram::1234567890123456:role/eniguard",
        "2026-03-01T12:00:00Z",
        "the token is expired: ask for another",
        "https://example.com/page?region=cn-hangzhou",
        "an e-mail to alice@example.com",
    ],
)
def test_an_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert Redactor("hunter2-hunter2").text(text) == text


@given(
    st.text(min_size=4, max_size=40),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_a_known_value_is_found_in_every_spelling_and_place(secret: str, before: str, after: str) -> None:
    # given
    assume("*" not in secret)
    redactor = Redactor(secret)
    readable = secret.encode("utf-8", "replace").decode()
    spellings = [secret, json.dumps(secret)[1:-1], quote(readable, safe=""), repr(secret)[1:-1]]

    # when
    shown: Any = [redactor.fields({"note": [before + spelling + after]}) for spelling in spellings]

    # then
    for spelling, fields in zip(spellings, shown, strict=True):
        assert spelling not in fields["note"][0].replace("***", "*")


def test_a_value_is_hidden_in_names_of_fields_too() -> None:
    assert Redactor("hunter2").fields({"a hunter2": 1}) == {"a ***": 1}


def test_the_longer_of_two_values_is_hidden_whole() -> None:
    assert Redactor("hunter2", "hunter2-and-more").text("hunter2-and-more") == "***"


def test_a_value_of_three_characters_is_no_secret() -> None:
    assert Redactor("eni", None).text("eni-1") == "eni-1"


def test_of_bytes_only_their_number_is_told() -> None:
    assert Redactor().fields({"body": b"hunter2"}) == {"body": "<7 bytes>"}


def test_its_repr_holds_no_value() -> None:
    assert "hunter2" not in repr(Redactor("hunter2"))


def test_a_thousand_values_are_known_and_the_latest_ones_stay() -> None:
    redactor = Redactor(*(f"secret-{number:04}" for number in range(1001)))

    assert redactor.text("secret-0000 secret-0001 secret-1000") == "secret-0000 *** ***"


@pytest.mark.parametrize(
    "piece",
    ["a", "password ", "://", "Bearer ", '"secret"  ', "-----BEGIN A PRIVATE KEY-----", "&key", "://a@"],
)
def test_a_long_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    # A pattern that looks back and forth would take minutes for this.
    text = piece * (1_000_000 // len(piece))

    assert Redactor("hunter2").text(text)
