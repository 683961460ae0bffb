from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest

from eniguard.delivery.events import EventDelivery
from eniguard.errors import ConfigError

NOW = 1_772_366_400.0  # 2026-03-01T12:00:00Z

EVENT: dict[str, Any] = {
    "eventId": "F23A3DD5-7842-4EF9-9DA1-000000000001",
    "eventName": "DeleteNetworkInterface",
    "serviceName": "Ecs",
    "eventType": "ApiCall",
    "eventTime": "2026-03-01T11:59:00Z",
    "acsRegion": "cn-hangzhou",
    "requestId": "F23A3DD5-7842-4EF9-9DA1-000000000001",
    "sourceIpAddress": "203.0.113.7",
    "userAgent": "example-agent",
    "userIdentity": {
        "type": "ram-user",
        "principalId": "200000000000000001",
        "accountId": "1234567890123456",
        "userName": "alice",
    },
    "requestParameters": {
        "NetworkInterfaceId": "eni-bp1example0001",
        "Password": "s3cret",
        "UserData": "c2VjcmV0",
    },
    "errorCode": "InvalidOperation.EniServiceManaged",
}
CLOUD_EVENT: dict[str, Any] = {
    "id": "45ef4dew-0001",
    "source": "acs.ecs",
    "specversion": "1.0",
    "type": "ecs:ActionTrail:ApiCall",
    "aliyunaccountid": "1234567890123456",
    "data": EVENT,
}
#: The context objects of the two runtimes, as far as they differ (docs/sources.md, Function Compute).
PYTHON310 = SimpleNamespace(
    request_id="r-310",
    credentials=SimpleNamespace(
        access_key_id="LTAIexample", access_key_secret="s3cret", security_token="s3cret"
    ),
    function=SimpleNamespace(name="trail_event", handler="index.handler", memory=128, timeout=60),
    service=SimpleNamespace(name="eniguard"),
    region="cn-hangzhou",
    account_id="1234567890123456",
)
PYTHON312 = SimpleNamespace(
    request_id="r-312",
    function=SimpleNamespace(name="trail_event", version_id="1", qualifier="LATEST"),
    region="cn-hangzhou",
    account_id="1234567890123456",
)


def told(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines without those of the metrics."""
    return [line for line in lines if line["kind"] != "metric"]


def handled(
    payload: object, context: object = PYTHON312, **environment: str
) -> tuple[dict[str, int], list[dict[str, Any]], str]:
    stream = io.StringIO()
    delivery = EventDelivery({"ENIGUARD_OFFLINE": "1", **environment}, clock=lambda: NOW, stream=stream)
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    answer = json.loads(delivery.handle(body, context) or "{}")
    counts = {name: count for name, count in answer.items() if count}
    return counts, [json.loads(line) for line in stream.getvalue().splitlines()], stream.getvalue()


@pytest.mark.parametrize("context", [PYTHON310, PYTHON312], ids=["python3.10", "python3.12"])
def test_an_eventbridge_event_is_decided_and_logged_in_both_runtimes(context: SimpleNamespace) -> None:
    counts, lines, text = handled(CLOUD_EVENT, context)
    assert counts == {"decided": 1}
    assert [line["kind"] for line in told(lines)] == ["decision", "finding"]
    assert lines[0]["way"] == "eventbridge"
    assert (lines[1]["rule"], lines[1]["resources"][0]["id"]) == ("ENI001", "eni-bp1example0001")
    assert {line["request_id"] for line in lines} == {context.request_id}
    assert {line["function"] for line in lines} == {"trail_event"}
    assert lines[1]["schema"] == 1
    assert "s3cret" not in text
    assert "c2VjcmV0" not in text


def test_a_successful_delete_of_an_unknown_eni_is_undecided_and_no_finding() -> None:
    _, lines, _ = handled({**CLOUD_EVENT, "data": {**EVENT, "errorCode": ""}})
    assert {line["rule"] for line in lines if line["kind"] == "undecided"} >= {"ENI003"}
    assert [line for line in lines if line["kind"] == "finding"] == []


def test_every_event_of_a_list_ends_in_one_line_of_its_own() -> None:
    other = {**CLOUD_EVENT, "data": {**EVENT, "eventName": "DescribeInstances"}}
    broken = {**CLOUD_EVENT, "data": {**EVENT, "eventName": "DeleteNetworkInterface", "eventTime": "noon"}}
    counts, lines, _ = handled([CLOUD_EVENT, other, broken])
    assert counts == {"decided": 1, "not_concerned": 1, "dead_letter": 1}
    assert sorted(line["kind"] for line in told(lines) if line["kind"] != "finding") == [
        "dead_letter",
        "decision",
        "not_concerned",
    ]


@pytest.mark.parametrize(
    "payload", [b"", b"\x00\x00", b"{", b"[1, 2]", b'{"hello": "world"}', b"\xff\xfe\xfd", b"[" * 5000]
)
def test_what_cannot_be_read_is_a_dead_letter_with_a_reason_and_no_exception(payload: bytes) -> None:
    counts, lines, _ = handled(payload)
    letters = [line for line in lines if line["kind"] == "dead_letter"]
    assert counts == {"dead_letter": len(letters)}
    assert letters
    assert all(line["reason"] for line in letters)


def test_an_account_in_the_envelope_that_differs_from_the_bodys_is_a_dead_letter() -> None:
    counts, lines, _ = handled({**CLOUD_EVENT, "aliyunaccountid": "6543210987654321"})
    assert counts["dead_letter"] == 1
    assert "account" in lines[0]["reason"]


def test_an_event_from_the_future_is_a_dead_letter() -> None:
    counts, lines, _ = handled({**CLOUD_EVENT, "data": {**EVENT, "eventTime": "2026-03-05T12:00:00Z"}})
    assert counts["dead_letter"] == 1
    assert "2026-03-05" in lines[0]["reason"]


def test_only_the_first_call_of_an_instance_is_a_cold_start() -> None:
    stream = io.StringIO()
    delivery = EventDelivery({"ENIGUARD_OFFLINE": "1"}, clock=lambda: NOW, stream=stream)
    for number in "12":
        event = {**CLOUD_EVENT, "data": {**EVENT, "eventId": number}}
        delivery.handle(json.dumps(event).encode(), PYTHON312)
    lines = told([json.loads(line) for line in stream.getvalue().splitlines()])
    assert [line["cold_start"] for line in lines] == [True, True, False, False]


def test_a_policy_is_read_from_the_environment(tmp_path: Any) -> None:
    policy = tmp_path / "guard.yml"
    policy.write_text("rules: {ENI001: {enabled: false}}")
    _, lines, _ = handled(CLOUD_EVENT, ENIGUARD_POLICY=str(policy))
    assert [line["kind"] for line in told(lines)] == ["decision"]


def test_without_offline_the_function_says_what_to_set() -> None:
    with pytest.raises(ConfigError, match="ENIGUARD_OFFLINE=1"):
        EventDelivery({}).prepare()


def test_a_lone_surrogate_in_a_name_does_not_break_the_log() -> None:
    body = json.dumps({**CLOUD_EVENT, "data": {**EVENT, "userAgent": "\ud800"}}).encode()
    counts, lines, _ = handled(body)
    assert counts in ({"decided": 1}, {"dead_letter": 1})
    assert lines
