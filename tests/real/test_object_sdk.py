"""The official SDK of OSS against the fake: objects, ranges, listings, signatures, faults."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from fakealiyun import Cloud, Keys
from tests.real.ecs_calls import REGION

BUCKET, KEY, DATA = "evidence", "trail/a b ü+.gz", b"0123456789"


@pytest.fixture
def keys(cloud: Cloud) -> Keys:
    cloud.call("oss:PutBucket", cloud.account(), bucket=BUCKET)
    return cloud.role("reader")


@pytest.fixture(params=["v1", "v4"])
def client(request: pytest.FixtureRequest, keys: Keys) -> oss.Client:
    return client_of(keys, request.param)


def client_of(keys: Keys, version: str) -> oss.Client:
    settings = oss.config.load_default()
    settings.credentials_provider = oss.credentials.StaticCredentialsProvider(
        keys.access_key_id, keys.access_key_secret, keys.token
    )
    settings.region = REGION
    settings.signature_version = version
    settings.retry_max_attempts = 1
    return oss.Client(settings)


def put(client: oss.Client, key: str = KEY, data: bytes = DATA) -> None:
    client.put_object(oss.PutObjectRequest(BUCKET, key, body=data, metadata={"kind": "trail"}))


def got(client: oss.Client, key: str = KEY, **options: Any) -> bytes:
    answer = client.get_object(oss.GetObjectRequest(BUCKET, key, **options))
    body: bytes = answer.body.content
    return body


def code_of(error: pytest.ExceptionInfo[oss.exceptions.OperationError]) -> tuple[str, int]:
    inner = error.value.unwrap()
    return inner.code, inner.status_code


def test_object_comes_back_whole_and_in_parts(client: oss.Client) -> None:
    put(client)

    assert got(client) == DATA
    assert got(client, range_header="bytes=2-4") == b"234"
    assert got(client, range_header="bytes=7-") == b"789"
    assert got(client, range_header="bytes=-2") == b"89"
    assert got(client, range_header="bytes=20-30") == DATA


def test_object_is_told_of_without_its_bytes(client: oss.Client) -> None:
    put(client)

    head = client.head_object(oss.HeadObjectRequest(BUCKET, KEY))

    digest = hashlib.md5(DATA).hexdigest().upper()
    assert (head.content_length, head.etag, head.metadata) == (10, f'"{digest}"', {"kind": "trail"})


def test_condition_on_the_entity_tag_has_to_hold(client: oss.Client) -> None:
    put(client)
    etag = client.head_object(oss.HeadObjectRequest(BUCKET, KEY)).etag

    assert got(client, if_match=etag) == DATA
    put(client, data=b"other")
    with pytest.raises(oss.exceptions.OperationError) as refused:
        got(client, if_match=etag)

    assert code_of(refused) == ("PreconditionFailed", 412)


def test_objects_are_listed_page_by_page_and_by_folder(client: oss.Client) -> None:
    for key in ("a/1", "a/2", "b ü/3", "c"):
        put(client, key)

    pages = client.list_objects_v2_paginator().iter_page(oss.ListObjectsV2Request(BUCKET, max_keys=2))
    keys = [[found.key for found in page.contents] for page in pages]
    folders = client.list_objects_v2(oss.ListObjectsV2Request(BUCKET, delimiter="/"))
    inside = client.list_objects_v2(oss.ListObjectsV2Request(BUCKET, prefix="b ü/"))

    assert keys == [["a/1", "a/2"], ["b ü/3", "c"]]
    assert [one.prefix for one in folders.common_prefixes] == ["a/", "b ü/"]
    assert [one.key for one in folders.contents] == ["c"]
    assert [(one.key, one.size) for one in inside.contents] == [("b ü/3", 10)]


def test_what_does_not_exist_is_refused_by_name(client: oss.Client) -> None:
    with pytest.raises(oss.exceptions.OperationError) as key:
        got(client, "none")
    with pytest.raises(oss.exceptions.OperationError) as bucket:
        client.get_object(oss.GetObjectRequest("nowhere", KEY))
    with pytest.raises(oss.exceptions.OperationError) as head:
        client.head_object(oss.HeadObjectRequest(BUCKET, "none"))

    assert [code_of(one) for one in (key, bucket, head)] == [
        ("NoSuchKey", 404),
        ("NoSuchBucket", 404),
        ("NoSuchKey", 404),
    ]


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"access_key_secret": "wrong"}, "SignatureDoesNotMatch"),
        ({"access_key_id": "LTAIunknown"}, "InvalidAccessKeyId"),
        ({"token": "wrong"}, "InvalidSecurityToken"),
    ],
)
def test_wrong_keys_are_refused(keys: Keys, version: str, changed: dict[str, str], code: str) -> None:
    with pytest.raises(oss.exceptions.OperationError) as refused:
        got(client_of(dataclasses.replace(keys, **changed), version))

    assert code_of(refused) == (code, 403)


def test_ram_decides_about_objects(cloud: Cloud, keys: Keys) -> None:
    nobody = client_of(cloud.role("nobody", policy={"Version": "1", "Statement": []}), "v4")

    with pytest.raises(oss.exceptions.OperationError) as refused:
        got(nobody)

    assert code_of(refused) == ("AccessDenied", 403)


def test_faults_strike_objects_and_leave_no_events(cloud: Cloud, client: oss.Client) -> None:
    put(client)
    cloud.fail("oss:GetObject", code="ServiceUnavailable", status=503)

    with pytest.raises(oss.exceptions.OperationError) as refused:
        got(client)

    assert code_of(refused) == ("ServiceUnavailable", 503)
    assert {event["eventName"] for event in cloud.trail.events} == {"PutBucket"}


def test_bucket_with_objects_stays(cloud: Cloud, client: oss.Client) -> None:
    put(client)

    with pytest.raises(oss.exceptions.OperationError) as refused:
        client.delete_bucket(oss.DeleteBucketRequest(BUCKET))
    client.delete_object(oss.DeleteObjectRequest(BUCKET, KEY))
    client.delete_bucket(oss.DeleteBucketRequest(BUCKET))

    assert code_of(refused) == ("BucketNotEmpty", 409)
    assert cloud.region().oss.buckets == {}
