"""The admin paths of the server: keys, events, state, faults, time."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from fakealiyun.server import FakeServer
from tests.functional.fakealiyun.http_calls import sent


def admin(server: FakeServer, method: str, path: str, **options: Any) -> Any:
    answer = requests.request(method, f"{server.admin}{path}", timeout=5, **options)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("query", "kind", "user"),
    [
        ("account=root", "root-account", "root"),
        ("account=alice", "ram-user", "alice"),
        (
            "service=connectuservpc.apigateway.aliyuncs.com",
            "assumed-role",
            "AliyunServiceRoleForApiGatewayConnectUserVpc",
        ),
        ("role=deployer&session=release", "assumed-role", "deployer:release"),
    ],
)
def test_keys_are_handed_out_to_each_kind_of_caller(
    aliyun_server: FakeServer, query: str, kind: str, user: str
) -> None:
    keys = admin(aliyun_server, "GET", f"/keys?{query}")

    sent(aliyun_server, "DescribeVpcs", key=keys["access_key_id"])
    identity = aliyun_server.cloud.trail.events[-1]["userIdentity"]
    assert identity["type"] == kind
    assert identity["userName"].startswith(user)
    assert (keys["token"] is None) == (kind != "assumed-role")


def test_role_is_given_a_policy_by_post(aliyun_server: FakeServer) -> None:
    policy = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "vpc:*", "Resource": "*"}]}

    keys = admin(aliyun_server, "POST", "/keys", json={"role": "network", "policy": policy})

    key = keys["access_key_id"]
    assert sent(aliyun_server, "DescribeVpcs", key=key).status_code == 200
    assert sent(aliyun_server, "DescribeNetworkInterfaces", key=key).status_code == 403


def test_events_are_read_from_where_the_last_read_ended(aliyun_server: FakeServer) -> None:
    sent(aliyun_server, "DescribeVpcs")
    first = admin(aliyun_server, "GET", "/events")
    sent(aliyun_server, "DescribeNetworkInterfaces")

    second = admin(aliyun_server, "GET", f"/events?since={first['next']}")

    assert [event["eventName"] for event in first["events"]] == ["DescribeVpcs"]
    assert [event["eventName"] for event in second["events"]] == ["DescribeNetworkInterfaces"]


def test_snapshot_shows_the_state_of_a_region(aliyun_server: FakeServer) -> None:
    cloud = aliyun_server.cloud
    cloud.call("vpc:CreateVpc", cloud.account(), "cn-beijing", CidrBlock="10.0.0.0/8")
    cloud.clock.advance(60)

    there = admin(aliyun_server, "GET", "/snapshot?region=cn-beijing")
    here = admin(aliyun_server, "GET", "/snapshot")

    assert (there["schema"], there["region"], here["region"]) == (1, "cn-beijing", "cn-hangzhou")
    assert there == cloud.snapshot("cn-beijing")


def test_faults_are_asked_for_and_healed(aliyun_server: FakeServer) -> None:
    fault = {"action": "vpc:DescribeVpcs", "code": "Throttling", "status": 400, "times": None}
    admin(aliyun_server, "POST", "/faults", json=fault)
    failed = sent(aliyun_server, "DescribeVpcs")
    admin(aliyun_server, "DELETE", "/faults")

    assert failed.json()["Code"] == "Throttling"
    assert sent(aliyun_server, "DescribeVpcs").status_code == 200


def test_clock_is_read_moved_on_and_set(aliyun_server: FakeServer) -> None:
    assert admin(aliyun_server, "GET", "/clock") == {"now": "2026-03-01T08:00:00Z"}
    assert admin(aliyun_server, "POST", "/clock", json={"advance": 90}) == {"now": "2026-03-01T08:01:30Z"}
    moved = admin(aliyun_server, "POST", "/clock", json={"set": "2026-06-01T10:00:00+02:00"})
    assert moved == {"now": "2026-06-01T08:00:00Z"}


def test_deliveries_are_events_as_they_come_and_the_number_of_the_next(aliyun_server: FakeServer) -> None:
    alice = aliyun_server.cloud.account("alice")
    aliyun_server.cloud.call("vpc:CreateVpc", alice, CidrBlock="10.0.0.0/8")
    aliyun_server.cloud.call("vpc:DescribeVpcs", alice)

    first = admin(aliyun_server, "POST", "/deliveries", json={"as": "eventbridge"})
    later = admin(aliyun_server, "POST", "/deliveries", json={"as": "eventbridge", "since": first["next"]})

    assert [json.loads(one)["data"]["eventName"] for one in first["payloads"]] == ["CreateVpc"]
    assert later == {"payloads": [], "next": 2}


def test_reset_forgets_events_and_keeps_keys(aliyun_server: FakeServer) -> None:
    key = aliyun_server.cloud.account().access_key_id
    sent(aliyun_server, "DescribeVpcs", key=key)

    admin(aliyun_server, "POST", "/reset")

    assert admin(aliyun_server, "GET", "/events") == {"events": [], "next": 0}
    assert sent(aliyun_server, "DescribeVpcs", key=key).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "/keys", None, 400, "Say whose keys"),
        ("POST", "/faults", {"code": "X"}, 400, "A fault has an action"),
        ("POST", "/faults", {"action": "vpc:DescribeVpcs", "kindd": "reset"}, 400, "A fault has an action"),
        ("POST", "/faults", {"action": "vpc:Nothing"}, 400, "vpc:Nothing"),
        ("POST", "/faults", {"action": "*", "times": "2"}, 400, "times of a fault is not '2'"),
        ("POST", "/faults", {"action": "*", "kind": "crash"}, 400, "A fault is one of error, timeout"),
        ("POST", "/clock", {"set": "yesterday"}, 400, "yesterday"),
        ("POST", "/clock", {"set": "2026-03-01T08:00:00"}, 400, "no zone"),
        ("POST", "/clock", {}, 400, "advance"),
        ("POST", "/clock", [1], 400, "JSON object"),
        ("GET", "/events?since=x", None, 400, "since"),
        ("POST", "/deliveries", {"as": "mail"}, 400, "as is one of eventbridge"),
        ("POST", "/deliveries", {"as": "sls", "since": -1}, 400, "since"),
        ("GET", "/reset", None, 405, "POST"),
        ("GET", "/nothing", None, 404, "/nothing"),
    ],
)
def test_mistaken_admin_request_is_told_what_is_wrong(
    aliyun_server: FakeServer, *, method: str, path: str, body: Any, status: int, said: str
) -> None:
    answer = requests.request(method, f"{aliyun_server.admin}{path}", json=body, timeout=5)

    assert answer.status_code == status
    assert said in answer.json()["error"]
