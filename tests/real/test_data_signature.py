"""Signatures of logs and objects, and log groups, next to what the official SDKs make and read of them."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

import pytest
from alibabacloud_oss_v2.credentials import Credentials as OssCredentials
from alibabacloud_oss_v2.signer.v4 import SignerV4
from alibabacloud_oss_v2.types import HttpRequest, SigningContext
from aliyun.log.auth import AuthV4
from aliyun.log.credentials import StaticCredentialsProvider
from aliyun.log.proto import LogGroupList
from hypothesis import given
from hypothesis import strategies as st

from eniguard.cloud.credentials import Credentials
from eniguard.cloud.data_signature import log_headers, object_headers
from eniguard.cloud.log_groups import logs_of
from fakealiyun.log.groups import Log, LogGroup, decoded, encoded

REGION = "cn-hangzhou"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=20)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=3, max_size=12)
TOKENS = st.none() | WORDS
MOMENTS = st.integers(0, 4_000_000_000)


@given(
    logstore=WORDS, cursor=TEXTS, host=WORDS, secret=WORDS, token=TOKENS, now=MOMENTS, shard=st.integers(0, 9)
)
def test_log_requests_are_signed_like_the_official_sdk_signs_them(
    *, logstore: str, cursor: str, host: str, secret: str, token: str | None, now: int, shard: int
) -> None:
    path, query = f"/logstores/{logstore}/shards/{shard}", {"type": "log", "cursor": cursor, "count": "10"}
    plain = {"host": f"{host}.log.aliyuncs.com", "x-log-apiversion": "0.6.0", "accept": "application/json"}

    ours = log_headers(
        Credentials("key", secret, token),
        region=REGION,
        method="GET",
        path=path,
        query=query,
        headers=plain,
        now=now,
    )

    theirs: dict[str, str] = dict(plain)
    official: Any = AuthV4(StaticCredentialsProvider("key", secret, token or ""), REGION)
    moment = datetime.fromtimestamp(now, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    assert ours["authorization"] == official._do_sign_request("GET", path, query, theirs, b"", moment)


@given(bucket=WORDS, key=TEXTS, secret=WORDS, token=TOKENS, now=MOMENTS)
def test_object_requests_are_signed_like_the_official_sdk_signs_them(
    *, bucket: str, key: str, secret: str, token: str | None, now: int
) -> None:
    plain = {"if-match": '"tag"', "range": "bytes=3-"}

    ours = object_headers(
        Credentials("key", secret, token),
        region=REGION,
        method="GET",
        bucket=bucket,
        key=key,
        headers=plain,
        now=now,
    )

    address = f"https://{bucket}.oss-{REGION}.aliyuncs.com/{quote(key, safe='/~')}"
    request = HttpRequest("GET", address, headers={**plain, "x-oss-content-sha256": "UNSIGNED-PAYLOAD"})
    context = SigningContext(
        product="oss",
        region=REGION,
        bucket=bucket,
        key=key,
        request=request,
        credentials=OssCredentials("key", secret, token),
        signing_time=datetime.fromtimestamp(now, timezone.utc),
    )
    SignerV4().sign(context)
    assert ours["authorization"] == request.headers["Authorization"]


@given(prefix=TEXTS.filter(bool), token=st.none() | TEXTS.filter(bool), now=st.integers(0, 2**32))
def test_listing_of_objects_is_signed_like_the_official_sdk_signs_it(
    *, prefix: str, token: str | None, now: int
) -> None:
    query = {"encoding-type": "url", "list-type": "2", "max-keys": "1000", "prefix": prefix}
    query |= {} if token is None else {"continuation-token": token}

    ours = object_headers(
        Credentials("key", "secret"),
        region=REGION,
        method="GET",
        bucket="evidence",
        key="",
        headers={},
        now=now,
        query=query,
    )

    sent = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    address = f"https://evidence.oss-{REGION}.aliyuncs.com/?{sent}"
    request = HttpRequest("GET", address, headers={"x-oss-content-sha256": "UNSIGNED-PAYLOAD"})
    context = SigningContext(
        product="oss",
        region=REGION,
        bucket="evidence",
        request=request,
        credentials=OssCredentials("key", "secret"),
        signing_time=datetime.fromtimestamp(now, timezone.utc),
    )
    SignerV4().sign(context)
    assert ours["authorization"] == request.headers["Authorization"]


PAIRS = st.tuples(TEXTS, st.binary(max_size=300).map(lambda data: data.decode("latin-1").encode()))
LOGS = st.builds(
    Log,
    st.integers(0, 2**32 - 1),
    st.lists(PAIRS, max_size=4, unique_by=lambda pair: pair[0]).map(tuple),
)
GROUPS = st.builds(LogGroup, st.lists(LOGS, max_size=4).map(tuple), TEXTS, TEXTS)


@given(groups=st.lists(GROUPS, max_size=4))
def test_log_groups_are_read_and_written_like_the_official_sdk_does(groups: list[LogGroup]) -> None:
    official: Any = LogGroupList()
    for group in groups:
        made = official.LogGroups.add(Topic=group.topic, Source=group.source)
        made.LogTags.add(Key="__hostname__", Value="here")
        for log in group.logs:
            row = made.Logs.add(Time=log.time, Time_ns=7)
            for name, value in log.contents:
                row.Contents.add(Key=name, Value=value.decode())
    message = official.SerializeToString()

    found = list(logs_of(message))

    expected = [
        (group.topic, group.source, log.time, dict(log.contents)) for group in groups for log in group.logs
    ]
    assert [(log.topic, log.source, log.time, log.fields) for log in found] == expected
    again: Any = LogGroupList()
    again.ParseFromString(encoded(groups))
    assert [decoded(group.SerializeToString()) for group in again.LogGroups] == groups


@given(data=st.binary(max_size=200))
def test_any_bytes_are_log_groups_or_a_value_error(data: bytes) -> None:
    with suppress(ValueError):
        assert all(log.time >= 0 for log in logs_of(data))


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_log_groups_that_end_early_are_a_value_error(cut: int) -> None:
    whole = encoded([LogGroup((Log(1, (("event", b"x" * 40),)),), "topic", "source")])

    with pytest.raises(ValueError, match="ends"):
        list(logs_of(whole[:-cut]))


def test_an_empty_body_has_the_digest_that_is_signed() -> None:
    headers = log_headers(
        Credentials("key", "secret"),
        region=REGION,
        method="GET",
        path="/",
        query={},
        headers={"host": "h"},
        now=0,
    )

    assert headers["x-log-content-sha256"] == hashlib.sha256(b"").hexdigest()
