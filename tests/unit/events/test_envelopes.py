from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.events.recorded import (
    ACCOUNT,
    PLAIN,
    cloud_event,
    event,
    ids,
    log_row,
    numbered,
    read,
    without,
)

LINES = "\n".join(json.dumps(body) for body in numbered(2)).encode()


@pytest.mark.parametrize(
    ("payload", "way"),
    [
        (PLAIN, "bare"),
        (json.dumps(PLAIN), "bare"),
        (b"\xef\xbb\xbf" + json.dumps(PLAIN, indent=2).encode(), "bare"),
        (cloud_event(PLAIN), "eventbridge"),
        (cloud_event(PLAIN, source="acs.actiontrail", type="x"), "eventbridge"),
        (cloud_event(PLAIN, source="acs.custom", type="custom"), "eventbridge"),
        (cloud_event(json.dumps(PLAIN)), "eventbridge"),
        ([cloud_event(PLAIN)], "eventbridge"),
        (log_row(PLAIN), "sls"),
        ([log_row(PLAIN)], "sls"),
        (log_row(PLAIN, topic="actiontrail_event"), "sls"),
        (log_row(PLAIN, topic="renamed"), "sls"),
        ({"__topic__": "actiontrail_audit_event", "event": PLAIN}, "sls"),
        ([PLAIN], "oss"),
        ({"Events": [PLAIN], "RequestId": "R", "NextToken": "t"}, "lookup"),
        ({"headers": {}, "statusCode": 200, "body": {"Events": [PLAIN]}}, "lookup"),
        ({"body": json.dumps({"Events": [PLAIN]})}, "lookup"),
        ([{"Events": [PLAIN]}], "lookup"),
        ([[PLAIN]], "oss"),
    ],
)
def test_every_envelope_gives_the_event_and_the_way_it_came(payload: Any, way: str) -> None:
    batch = read(payload)

    assert batch.errors == []
    (concerned,) = batch.concerned
    assert concerned.way == way
    assert concerned.call == read(PLAIN).concerned[0].call
    assert concerned.call.action == "ecs:AssignPrivateIpAddresses"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (event(serviceName="Oss", eventName="PutBucket"), "other_call"),
        (event(eventName="DescribeDisks", eventRW="Read"), "other_call"),
        (event(serviceName="Rds", eventName="TagResources"), "other_call"),
        (event(serviceName="AasCustomer", eventName="ConsoleSignin", eventType="ConsoleSignin"), "sign_in"),
        (event(eventName="ConsoleSignin", userIdentity="odd", eventId=7), "sign_in"),
        (event(eventType="ActionTrailInsight"), "insight"),
        (without("eventId", eventType="ActionTrailInsight"), "insight"),
        ({"EventID": "1", "EventName": "Set Quota", "EventProduct": "OSS", "EventMethod": "w"}, "platform"),
        (
            cloud_event({"eventName": "Disk", "eventId": "e"}, source="acs.ebs", type="ebs:Disk:Full"),
            "cloud_service",
        ),
        (cloud_event({"messageBody": "x"}, source="MNS-f", type="mns:Queue:SendMessage"), "cloud_service"),
        (cloud_event("text", source="acs.oss", type="oss:ObjectCreated"), "cloud_service"),
        (cloud_event(event(eventName="DeleteDisk")), "other_call"),
        (
            {"product": "ECS", "name": "NetworkInterface:PrivateIPAssigned", "level": "INFO", "content": {}},
            "ecs_native",
        ),
        (log_row({"bucket": "b"}, topic="oss_access_log"), "other_log"),
        ({"__topic__": "k8s_audit", "message": "x"}, "other_log"),
    ],
)
def test_events_that_are_none_of_our_business_are_counted_with_a_reason(payload: Any, reason: str) -> None:
    batch = read(payload)

    assert batch.errors == []
    assert batch.concerned == []
    assert batch.not_concerned == {reason: 1}


def test_a_delivery_of_everything_counts_each_event_once_and_keeps_the_order() -> None:
    one, two, three, four = numbered(4)
    payload = [
        one,
        cloud_event(two),
        {"Events": [three, event(eventName="DeleteDisk")]},
        7,
        [],
        log_row(four),
    ]

    batch = read(payload)

    assert ids(batch) == ["e0", "e1", "e2", "e3"]
    assert [concerned.index for concerned in batch.concerned] == [0, 1, 2, 5]
    assert batch.not_concerned == {"other_call": 1}
    assert [error.index for error in batch.errors] == [4]
    assert batch.count == 6


def test_positions_count_the_events_inside_pages() -> None:
    one, two, three, four = numbered(4)
    payload = [one, {"Events": [two, three]}, four, {"Events": []}, {"Events": [event(eventTime="x")]}]

    batch = read(payload)

    assert [(concerned.call.event_id, concerned.index) for concerned in batch.concerned] == [
        ("e0", 0),
        ("e1", 1),
        ("e2", 2),
        ("e3", 3),
    ]
    assert [error.index for error in batch.errors] == [4]


@pytest.mark.parametrize("field", ["aliyunaccountid", "aliyunoriginalaccountid"])
def test_envelope_that_names_the_account_of_the_event_is_accepted(field: str) -> None:
    envelope = cloud_event(PLAIN, aliyunaccountid="1000000000000002") | {field: int(ACCOUNT)}

    assert len(read(envelope).concerned) == 1


@pytest.mark.parametrize("body", [PLAIN, without("userIdentity"), without("recipientAccountId")])
def test_envelope_of_another_account_is_refused(body: dict[str, Any]) -> None:
    batch = read(cloud_event(body, aliyunaccountid="1000000000000002"))

    assert batch.concerned == []
    (error,) = batch.errors
    assert f"account 1000000000000002 in the envelope, {ACCOUNT} in the event" in error.problem


def test_receiving_account_counts_before_that_of_the_caller() -> None:
    body = event(recipientAccountId="1000000000000002")

    (concerned,) = read(cloud_event(body, aliyunaccountid="1000000000000002")).concerned
    assert concerned.call.account_id == "1000000000000002"
    assert len(read(cloud_event(body)).errors) == 1


def test_a_log_row_names_the_account_that_its_event_is_of() -> None:
    row = log_row(PLAIN, topic="actiontrail_event")

    assert len(read(row | {"owner_id": ACCOUNT}).concerned) == 1
    (error,) = read(row | {"owner_id": "1000000000000002"}).errors
    assert f"account 1000000000000002 in the envelope, {ACCOUNT} in the event" in error.problem


def test_event_without_an_account_takes_that_of_the_envelope() -> None:
    body = without("recipientAccountId", userIdentity={"type": "system", "userName": "ecs.aliyuncs.com"})

    assert read(cloud_event(body)).concerned[0].call.account_id == ACCOUNT


def test_only_the_ways_that_are_named_make_a_call_forgeable() -> None:
    ways = {"oss", "bare"}

    assert read([PLAIN], forgeable=ways).concerned[0].call.forgeable
    assert read(without("eventId"), forgeable=ways).concerned[0].call.forgeable
    assert not read(log_row(PLAIN), forgeable=ways).concerned[0].call.forgeable


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (
            {"events": [{"eventSource": "acs:oss", "oss": {"object": {"key": "a.gz"}}}]},
            "what an OSS trigger hands",
        ),
        (
            {"source": {"logstoreName": "l", "beginCursor": "x"}, "jobName": "j", "cursorTime": 1},
            "what a log trigger hands",
        ),
        ({"triggerName": "timer", "payload": ""}, "no ActionTrail event: it has 'payload', 'triggerName'"),
        ({}, "no ActionTrail event: it has no fields"),
        (cloud_event("text"), "data of this EventBridge event is no object"),
        (cloud_event({}), "no ActionTrail event"),
        ({"Events": {"a": 1}}, "Events is no list"),
        ({"body": 7}, "body is neither object nor list"),
        ({"__topic__": "actiontrail_audit_event"}, "no event to read"),
        ({"__topic__": "actiontrail_audit_event", "event": "{"}, "truncated"),
        ([[[[[[[PLAIN]]]]]]], "more than 4 envelopes or lists in each other"),
        ({"body": {"body": {"body": {"body": {"body": {}}}}}}, "more than 4 envelopes"),
        (b"plain text", "begins with 'plain text'; expected recorded events as a JSON array"),
        (b"\xff\xfe[\x00]\x00", "expected recorded events as a JSON array"),
        (b"", "nothing in it"),
        (b" \n", "nothing in it"),
        (["text"], "is no event; expected a JSON object"),
        ([None], "'null' is no event"),
        ({"a": object()}, "not a JSON value"),
        ("\ud800", "begins with"),
    ],
)
def test_anything_else_is_an_error_that_says_what_was_expected(payload: Any, message: str) -> None:
    batch = read(payload, path="delivery")

    assert batch.concerned == []
    assert batch.not_concerned == {}
    (error,) = batch.errors
    assert message in error.problem
    assert error.path == "delivery"


def test_lines_count_as_the_object_of_a_trail() -> None:
    assert [concerned.way for concerned in read(LINES).concerned] == ["oss", "oss"]
