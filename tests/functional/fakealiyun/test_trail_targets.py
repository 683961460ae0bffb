"""One scenario reaches functions by every way: EventBridge, log trigger, OSS trigger, LookupEvents."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from fakealiyun import Cloud, Keys
from fakealiyun.log.models import Shard

ACCOUNT = "1234567890123456"
PROJECT_ARN = f"acs:log:cn-hangzhou:{ACCOUNT}:project/audit"
TRAIL: dict[str, Any] = {
    "Name": "guard-trail",
    "OssBucketName": "evidence",
    "OssKeyPrefix": "trails",
    "SlsProjectArn": PROJECT_ARN,
    "EventRW": "All",
}


def cloud_with(trail: dict[str, Any] = TRAIL, *, logging: bool = True) -> tuple[Cloud, Keys]:
    cloud = Cloud()
    root = cloud.account()
    cloud.call("log:CreateProject", root, projectName="audit")
    cloud.call("oss:PutBucket", root, bucket="evidence")
    cloud.call("actiontrail:CreateTrail", root, **trail)
    if logging:
        cloud.clock.advance(60)
        cloud.call("actiontrail:StartLogging", root, Name="guard-trail")
    return cloud, root


def rows_of(cloud: Cloud, payload: bytes) -> Iterator[dict[str, Any]]:
    """The events between the cursors of a log trigger."""
    source = json.loads(payload)["source"]
    logstore = cloud.region().log.projects[source["projectName"]][source["logstoreName"]]
    shard: Shard = logstore.shards[source["shardId"]]
    begin, end = shard.place(source["beginCursor"]), shard.place(source["endCursor"])
    for written in shard.written[begin:end]:
        assert written.group.topic == "actiontrail_audit_event"
        for log in written.group.logs:
            yield json.loads(dict(log.contents)["event"])


def file_of(cloud: Cloud, payload: bytes) -> list[dict[str, Any]]:
    """The events of the object that an OSS trigger tells of."""
    (event,) = json.loads(payload)["events"]
    told = event["oss"]["object"]
    found = cloud.region().oss.buckets[event["oss"]["bucket"]["name"]].objects[told["key"]]
    assert (told["eTag"], told["size"]) == (found.etag, len(found.data))
    events: list[dict[str, Any]] = json.loads(gzip.decompress(found.data))
    return events


def ids(events: list[dict[str, Any]]) -> list[str]:
    return sorted(event["eventId"] for event in events)


def by_log_trigger(cloud: Cloud, **options: Any) -> list[dict[str, Any]]:
    found = cloud.trail.deliver(lambda payload: list(rows_of(cloud, payload)), "sls-trigger", **options)
    return [event for events in found for event in events]


def by_oss_trigger(cloud: Cloud, **options: Any) -> list[dict[str, Any]]:
    found = cloud.trail.deliver(lambda payload: file_of(cloud, payload), "oss-trigger", **options)
    return [event for events in found for event in events]


def test_one_scenario_arrives_by_all_four_ways() -> None:
    cloud, root = cloud_with()
    since = len(cloud.trail.events)
    for number in range(120):
        cloud.call("vpc:CreateVpc", root, CidrBlock="10.0.0.0/8", VpcName=f"vpc-{number}")
    wanted = ids(cloud.trail.events[since:])

    bridged = cloud.trail.deliver(lambda payload: json.loads(payload)["data"], since=since)
    logged = by_log_trigger(cloud, since=since)
    stored = by_oss_trigger(cloud, since=since)
    cloud.clock.advance(cloud.assumptions.lookup_delay)
    looked_up: list[dict[str, Any]] = []
    token: str | None = None
    while token is not None or not looked_up:
        cloud.clock.advance(1)
        asked = [{"Key": "EventName", "Value": "CreateVpc"}]
        page = cloud.call(
            "actiontrail:LookupEvents", root, LookupAttribute=asked, MaxResults=50, NextToken=token
        )
        looked_up += page["Events"]
        token = page.get("NextToken")

    assert [ids(events) for events in (bridged, logged, stored, looked_up)] == [wanted] * 4


def test_delivered_rows_and_files_may_come_twice_and_in_any_order() -> None:
    cloud, root = cloud_with()
    for _ in range(5):
        cloud.call("vpc:DescribeVpcs", root)
    since = len(cloud.trail.events) - 5

    logged = by_log_trigger(cloud, since=since, duplicate=True, shuffle=3)

    assert ids(logged) == sorted(ids(cloud.trail.events[since:]) * 2)
    assert [event["eventId"] for event in logged] != ids(logged)


def test_rows_go_to_both_shards_and_each_trigger_has_its_own_range() -> None:
    cloud, root = cloud_with()
    for _ in range(150):
        cloud.call("vpc:DescribeVpcs", root)

    first = cloud.trail.deliver(json.loads, "sls-trigger")
    again = cloud.trail.deliver(json.loads, "sls-trigger", since=len(cloud.trail.events) - 1)

    assert [call["source"]["shardId"] for call in first] == [0, 1]
    assert len(again) == 1
    assert again[0]["source"]["beginCursor"] == first[again[0]["source"]["shardId"]]["source"]["endCursor"]
    assert first[0]["source"]["logstoreName"] == "actiontrail_guard-trail"
    assert first[0]["source"]["endpoint"] == "http://cn-hangzhou-intranet.log.aliyuncs.com"


def test_objects_lie_where_the_documents_say() -> None:
    cloud, root = cloud_with()
    cloud.call("vpc:DescribeVpcs", root, "cn-beijing")

    calls = cloud.trail.deliver(json.loads, "oss-trigger")

    keys = [call["events"][0]["oss"]["object"]["key"] for call in calls]
    assert re.fullmatch(
        r"trails/AliyunLogs/Actiontrail/cn-hangzhou/2026/03/01/"
        r"Actiontrail_cn-hangzhou_20260301080100_1002_1_\d+_[0-9a-f]{32}\.gz",
        keys[0],
    )
    assert "/cn-beijing/2026/03/01/Actiontrail_cn-beijing_" in keys[1]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ["StartLogging", "CreateVpc", "DescribeVpcs", "DescribeVpcs"]),
        ({"EventRW": "Write"}, ["StartLogging", "CreateVpc"]),
        ({"EventRW": "Read"}, ["DescribeVpcs", "DescribeVpcs"]),
        ({"TrailRegion": "cn-beijing"}, ["DescribeVpcs"]),
    ],
)
def test_trail_delivers_what_it_was_made_for(changed: dict[str, str], expected: list[str]) -> None:
    cloud, root = cloud_with({**TRAIL, **changed})
    cloud.call("vpc:CreateVpc", root, CidrBlock="10.0.0.0/8")
    cloud.call("vpc:DescribeVpcs", root)
    cloud.call("vpc:DescribeVpcs", root, "cn-beijing")

    for found in (by_log_trigger(cloud), by_oss_trigger(cloud)):
        assert [event["eventName"] for event in found] == expected


@pytest.mark.parametrize("way", ["sls-trigger", "oss-trigger"])
def test_trail_that_was_not_started_delivers_nothing(way: Any) -> None:
    cloud, _ = cloud_with(logging=False)

    with pytest.raises(ValueError, match="StartLogging"):
        cloud.trail.deliver(json.loads, way)


@pytest.mark.parametrize(
    ("way", "changed", "wrong"),
    [
        ("sls-trigger", {"SlsProjectArn": f"acs:log:cn-hangzhou:{ACCOUNT}:project/none"}, "the project none"),
        ("sls-trigger", {"SlsProjectArn": "audit"}, "no name of a project"),
        ("oss-trigger", {"OssBucketName": "none"}, "the bucket none"),
    ],
)
def test_destination_that_does_not_exist_is_told(way: Any, changed: dict[str, str], wrong: str) -> None:
    cloud, _ = cloud_with({**TRAIL, **changed})

    with pytest.raises(ValueError, match=wrong):
        cloud.trail.deliver(json.loads, way)


def test_rows_are_those_of_an_export() -> None:
    cloud, root = cloud_with()
    cloud.call("vpc:DescribeVpcs", root)

    ((row, *_),) = cloud.trail.deliver(json.loads, "sls", since=len(cloud.trail.events) - 1)
    (event,) = by_log_trigger(cloud, since=len(cloud.trail.events) - 1)

    assert json.loads(row["event"]) == event
    assert row["__topic__"] == "actiontrail_audit_event"
