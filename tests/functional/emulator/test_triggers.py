"""Functions that are called by timers, and by the events of a fake cloud."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eniguard.emulator import Compute
from eniguard.emulator.fake_cloud import FakeCloud
from eniguard.emulator.triggers import Delivered, Triggers, deliveries_of, timers_of
from fakealiyun import Cloud
from fakealiyun.server import served
from tests.functional.emulator.folders import functions, props
from tests.functional.emulator.test_async import Lines

SOURCE = """
import json, os

def handler(event, context):
    print(json.dumps({"event": json.loads(event), "keys": context.credentials.access_key_id}))
"""


@contextmanager
def running(cloud: Cloud, folder: Path, told: Lines, *triggers: dict[str, Any]) -> Iterator[None]:
    found = functions(folder, props(triggers=list(triggers)), source=SOURCE)
    with served(cloud) as server:
        fake = FakeCloud(server.address)
        timers, _ = timers_of(found)
        with (
            Compute(found, keys=fake.keys, tell=told) as compute,
            Triggers(compute.enqueue_event, timers, deliveries_of(found), fake, told),
        ):
            yield


def received(told: Lines, text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told.wait(text))
    return found


def test_events_that_a_pattern_lets_through_call_the_function_with_keys_of_its_role(tmp_path: Path) -> None:
    # given
    cloud, told = Cloud(), Lines()
    trigger = {
        "triggerName": "trail",
        "triggerType": "eventbridge",
        "triggerConfig": {"eventRuleFilterPattern": '{"data":{"eventName":["CreateVpc"]}}'},
    }

    # when
    with running(cloud, tmp_path, told, trigger):
        cloud.call("oss:PutBucket", cloud.account("alice"), bucket="example")
        cloud.call("vpc:CreateVpc", cloud.account("alice"), CidrBlock="10.0.0.0/8")
        got = received(told, "CreateVpc")

    # then
    assert (got["event"]["specversion"], got["event"]["data"]["eventName"]) == ("1.0", "CreateVpc")
    assert cloud.callers.find(got["keys"]) is not None
    assert not [line for _, line in told.all if "PutBucket" in line]


def test_rows_of_a_trail_call_the_function_with_their_cursors(tmp_path: Path) -> None:
    # given
    cloud, told = Cloud(), Lines()
    root = cloud.account()
    cloud.call("log:CreateProject", root, projectName="audit", description="")
    cloud.call(
        "actiontrail:CreateTrail",
        root,
        Name="guard-trail",
        SlsProjectArn="acs:log:cn-hangzhou:1234567890123456:project/audit",
        EventRW="Write",
    )
    cloud.call("actiontrail:StartLogging", root, Name="guard-trail")
    trigger = {
        "triggerName": "log",
        "triggerType": "log",
        "triggerConfig": {"sourceConfig": {"logstore": "actiontrail_guard-trail"}},
    }

    # when
    with running(cloud, tmp_path, told, trigger):
        cloud.call("vpc:CreateVpc", cloud.account("alice"), CidrBlock="10.0.0.0/8")
        source = received(told, "beginCursor")["event"]["source"]

    # then
    assert (source["projectName"], source["logstoreName"]) == ("audit", "actiontrail_guard-trail")
    assert source["beginCursor"] != source["endCursor"]


def test_objects_of_a_trail_call_the_function_of_their_bucket(tmp_path: Path) -> None:
    # given
    cloud, told = Cloud(), Lines()
    root = cloud.account()
    cloud.call("oss:PutBucket", root, bucket="evidence")
    cloud.call("actiontrail:CreateTrail", root, Name="guard-trail", OssBucketName="evidence", EventRW="Write")
    cloud.call("actiontrail:StartLogging", root, Name="guard-trail")
    trigger = {
        "triggerName": "file",
        "triggerType": "oss",
        "sourceArn": "acs:oss:cn-hangzhou:1234567890123456:evidence",
    }

    # when
    with running(cloud, tmp_path, told, trigger):
        got = received(told, "ObjectCreated")

    # then
    assert got["event"]["events"][0]["oss"]["bucket"]["name"] == "evidence"


def test_cloud_without_a_trail_is_told_of_once_and_asked_again(tmp_path: Path) -> None:
    # given
    cloud, told = Cloud(), Lines()
    root = cloud.account()
    cloud.call("oss:PutBucket", root, bucket="evidence")
    trigger = {"triggerName": "file", "triggerType": "oss", "sourceArn": "acs:oss:::evidence"}

    # when
    with running(cloud, tmp_path, told, trigger):
        told.wait("the cloud gives no events for oss-trigger triggers: no trail delivers")
        cloud.call(
            "actiontrail:CreateTrail", root, Name="guard-trail", OssBucketName="evidence", EventRW="Write"
        )
        cloud.call("actiontrail:StartLogging", root, Name="guard-trail")
        told.wait("ObjectCreated")

    # then
    assert sum("gives no events" in line for _, line in told.all) == 1


def test_an_event_calls_the_function_only_when_the_next_look_was_taken() -> None:
    # given: it is recorded before its call is answered
    looks: list[int] = []
    called: list[int] = []
    over = threading.Event()

    class Recording:
        def deliveries(self, way: str, since: int) -> tuple[list[bytes], int]:
            looks.append(since)
            return ([b'{"id": "1"}'] if since == 0 else []), 1

    def enqueue(name: str, payload: bytes) -> bool:
        called.append(len(looks))
        over.set()
        return True

    # when
    with Triggers(enqueue, [], [Delivered("guard", "eventbridge", lambda event: True)], Recording()):
        assert over.wait(30)

    # then
    assert called == [2]


def test_timer_calls_the_function_with_its_name_and_payload(tmp_path: Path) -> None:
    told = Lines()
    config = {"cronExpression": "@every 1s", "enable": True, "payload": "all"}
    trigger = {"triggerName": "sweep", "triggerType": "timer", "triggerConfig": config}

    with running(Cloud(), tmp_path, told, trigger):
        event = received(told, "triggerTime")["event"]

    assert (event["triggerName"], event["payload"]) == ("sweep", "all")
