"""Signatures of both forms: accepted when they are right, refused when anything was changed."""

from __future__ import annotations

import pytest

from fakealiyun import ApiError, Keys
from fakealiyun.wire import signature
from fakealiyun.wire.request import HttpRequest, read
from tests.functional.fakealiyun.signed_requests import ACS3, KEYS, RPC, TEMPORARY


def refusal(http: HttpRequest, keys: Keys) -> str:
    with pytest.raises(ApiError) as refused:
        signature.check(read(http), keys)
    assert refused.value.status == 400
    return refused.value.code


def with_headers(http: HttpRequest, **headers: str | None) -> HttpRequest:
    changed = {**http.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return HttpRequest(
        http.method,
        http.url,
        {name: value for name, value in changed.items() if value is not None},
        http.body,
    )


@pytest.mark.parametrize(("http", "keys"), [(ACS3, TEMPORARY), (RPC, KEYS)], ids=["acs3", "rpc"])
def test_signature_of_the_sdk_is_accepted(http: HttpRequest, keys: Keys) -> None:
    signature.check(read(http), keys)


def test_signature_of_the_rpc_form_holds_for_a_form_body_as_well() -> None:
    address, _, query = RPC.url.partition("?")
    headers = {**RPC.headers, "content-type": "application/x-www-form-urlencoded"}

    signature.check(read(HttpRequest("POST", address, headers, query.encode())), KEYS)


@pytest.mark.parametrize(("http", "token"), [(ACS3, "example-token"), (RPC, None)], ids=["acs3", "rpc"])
def test_signature_made_with_another_secret_does_not_match(http: HttpRequest, token: str | None) -> None:
    assert refusal(http, Keys("LTAIexample", "another-secret", token)) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(("http", "keys"), [(ACS3, TEMPORARY), (RPC, KEYS)], ids=["acs3", "rpc"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("eni-bp1example0001", "eni-bp1example0002"),
        ("RegionId=cn-hangzhou", "RegionId=cn-beijing"),
        ("&RegionId", "&X=&RegionId"),
    ],
)
def test_signature_covers_every_parameter(http: HttpRequest, keys: Keys, before: str, after: str) -> None:
    changed = HttpRequest(http.method, http.url.replace(before, after), http.headers, http.body)

    assert refusal(changed, keys) == "SignatureDoesNotMatch"


def test_signature_covers_method_body_and_headers() -> None:
    changed = [
        HttpRequest("GET", ACS3.url, ACS3.headers, b""),
        HttpRequest("POST", ACS3.url, ACS3.headers, b"X=1"),
        with_headers(ACS3, x_acs_action="DeleteNetworkInterface"),
        with_headers(ACS3, host="ecs.cn-beijing.aliyuncs.com"),
    ]

    assert {refusal(http, TEMPORARY) for http in changed} == {"SignatureDoesNotMatch"}


def test_signature_that_leaves_out_a_header_of_the_cloud_is_incomplete() -> None:
    assert refusal(with_headers(ACS3, x_acs_unsigned="1"), TEMPORARY) == "IncompleteSignature"


@pytest.mark.parametrize(
    "http",
    [
        with_headers(ACS3, authorization="ACS3-HMAC-SHA256 Credential=LTAIexample"),
        HttpRequest("POST", RPC.url.partition("&Signature=")[0], RPC.headers, b""),
    ],
    ids=["acs3", "rpc"],
)
def test_request_without_a_signature_is_incomplete(http: HttpRequest) -> None:
    assert refusal(http, KEYS) == "IncompleteSignature"


def test_temporary_keys_need_their_token() -> None:
    assert refusal(RPC, TEMPORARY) == "MissingSecurityToken"
    assert (
        refusal(ACS3, Keys("LTAIexample", "example-secret", "another"))
        == "InvalidSecurityToken.MismatchWithAccessKey"
    )
