"""AssumeRole is frequent: it is decoded only when its parameters show that a service's role may be meant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.events.catalog import APIS, known_action
from eniguard.events.envelopes import parse
from eniguard.roles import index


def event(name: str = "AssumeRole", **parameters: Any) -> dict[str, Any]:
    return {
        "eventId": "e-1",
        "eventName": name,
        "serviceName": "Sts",
        "eventType": "ApiCall",
        "eventTime": "2026-03-01T08:00:00Z",
        "acsRegion": "cn-hangzhou",
        "requestId": "r-1",
        "requestParameters": {"RoleSessionName": "x", **parameters},
        "sourceIpAddress": "203.0.113.7",
        "userAgent": "agent",
        "userIdentity": {
            "type": "ram-user",
            "principalId": "200000000000000001",
            "accountId": "1234567890123456",
            "userName": "alice",
        },
    }


def concerned(document: str) -> int:
    batches = list(parse(document))
    assert [error for batch in batches for error in batch.errors] == []
    return sum(len(batch.concerned) for batch in batches)


def arn(role: str) -> str:
    return f"acs:ram::1234567890123456:role/{role}"


@pytest.mark.parametrize("role", ["ops", "my-aliyunservicerolefornatgw", "role/aliyun", ""])
def test_other_roles_are_passed_over_and_counted(role: str) -> None:
    (batch,) = parse(json.dumps(event(RoleArn=arn(role))))

    assert (len(batch.concerned), batch.not_concerned) == (0, {"other_call": 1})


@pytest.mark.parametrize(
    "role", sorted({name for one in index().values() for name in (one.name, one.name.lower())})
)
def test_no_role_of_the_index_is_passed_over(role: str) -> None:
    assert concerned(json.dumps(event(RoleArn=arn(role)))) == 1


def test_what_is_written_otherwise_is_decoded_and_not_guessed_at() -> None:
    plain = event(RoleArn=arn("aliyunservicerolefornatgw"))
    escaped = json.dumps(plain).replace("aliyun", "\\u0061liyun")
    in_a_text = {**plain, "requestParameters": json.dumps(plain["requestParameters"])}
    apart = {key: value for key, value in plain.items() if key != "requestParameters"}
    apart["requestParameterJson"] = json.dumps(plain["requestParameters"])

    assert "aliyun" not in escaped
    assert concerned(escaped) == 1
    assert concerned(json.dumps(in_a_text)) == 1
    assert concerned(json.dumps(apart)) == 1


def test_only_assume_role_is_told_by_a_text() -> None:
    assert [action for action, api in APIS.items() if api.only_about is not None] == ["sts:AssumeRole"]
    assert known_action("sts:AssumeRole").write
