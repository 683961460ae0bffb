"""The fake as a server: addresses, the admin paths, faults on the socket, start and stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from fakealiyun import Cloud
from fakealiyun.server import FakeServer, served

COMMAND = [sys.executable, "-m", "fakealiyun.cli", "serve"]


def sent(
    server: FakeServer, action: str, *, path: str = "/", key: str | None = None, **options: Any
) -> requests.Response:
    headers = {
        "x-acs-action": action,
        "x-acs-version": "2016-04-28" if action == "DescribeVpcs" else "2014-05-26",
        "authorization": "ACS3-HMAC-SHA256 Credential="
        f"{key or server.cloud.account().access_key_id},SignedHeaders=host,Signature=00",
        **options.pop("headers", {}),
    }
    return requests.post(f"{server.address}{path}", headers=headers, **{"timeout": 5, **options})


# -- addresses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "host", "region"),
    [
        ("/", None, "cn-hangzhou"),
        ("/ecs", None, "cn-hangzhou"),
        ("/ecs/cn-beijing/", None, "cn-beijing"),
        ("/", "ecs.cn-shanghai.aliyuncs.com", "cn-shanghai"),
        ("/", "ecs-cn-qingdao.aliyuncs.com:8080", "cn-qingdao"),
        ("/?RegionId=us-east-1", "ecs.cn-shanghai.aliyuncs.com", "us-east-1"),
    ],
)
def test_product_and_region_are_told_by_host_or_path(
    aliyun_server: FakeServer, path: str, host: str | None, region: str
) -> None:
    headers = {} if host is None else {"Host": host}

    answer = sent(aliyun_server, "DescribeNetworkInterfaces", path=path, headers=headers)

    assert answer.status_code == 200
    assert aliyun_server.cloud.trail.events[-1]["acsRegion"] == region


def test_server_is_a_proxy_for_the_addresses_of_the_cloud(aliyun_server: FakeServer) -> None:
    headers = {
        "x-acs-action": "DescribeVpcs",
        "x-acs-version": "2016-04-28",
        "authorization": "ACS3-HMAC-SHA256 Credential="
        f"{aliyun_server.cloud.account().access_key_id},SignedHeaders=host,Signature=00",
    }

    answer = requests.post(
        "http://vpc.cn-beijing.aliyuncs.com/",
        headers=headers,
        proxies={"http": aliyun_server.address},
        timeout=5,
    )

    assert answer.status_code == 200
    assert aliyun_server.cloud.trail.events[-1]["acsRegion"] == "cn-beijing"


def test_form_in_chunks_is_read_whole(aliyun_server: FakeServer) -> None:
    key = aliyun_server.cloud.account().access_key_id
    parts = [b"Action=DescribeVpcs&Version=2016-04-28", f"&AccessKeyId={key}".encode()]

    answer = requests.post(
        aliyun_server.address,
        data=iter(parts),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=5,
    )

    assert answer.status_code == 200


def test_calls_of_many_clients_at_once_are_all_answered(aliyun_server: FakeServer) -> None:
    key = aliyun_server.cloud.account().access_key_id
    statuses: list[int] = []

    def work() -> None:
        statuses.extend(sent(aliyun_server, "DescribeVpcs", key=key).status_code for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 80
    requests_seen = [event["requestId"] for event in aliyun_server.cloud.trail.events]
    assert len(set(requests_seen)) == 80


def test_two_servers_do_not_share_their_clouds() -> None:
    with served(Cloud("cn-beijing")) as one, served(Cloud()) as other:
        key = one.cloud.account().access_key_id
        sent(one, "DescribeVpcs", key=key)

        assert sent(other, "DescribeVpcs", key=key).json()["Code"] == "InvalidAccessKeyId.NotFound"
        assert [event["acsRegion"] for event in one.cloud.trail.events] == ["cn-beijing"]


# -- faults on the socket ----------------------------------------------------------------------------------


def test_reset_closes_the_connection_with_a_reset(
    aliyun_server: FakeServer, capfd: pytest.CaptureFixture[str]
) -> None:
    aliyun_server.cloud.fail("vpc:DescribeVpcs", kind="reset")

    with pytest.raises(requests.exceptions.ConnectionError, match="reset by peer"):
        sent(aliyun_server, "DescribeVpcs")

    assert sent(aliyun_server, "DescribeVpcs").status_code == 200
    assert capfd.readouterr() == ("", "")


def test_timeout_keeps_silent_for_its_seconds_and_closes(aliyun_server: FakeServer) -> None:
    aliyun_server.cloud.fail("vpc:DescribeVpcs", kind="timeout", seconds=0.2)
    start = time.monotonic()

    with pytest.raises(requests.exceptions.ConnectionError):
        sent(aliyun_server, "DescribeVpcs")

    assert time.monotonic() - start >= 0.2


def test_timeout_without_seconds_outlasts_the_client_and_not_the_server(aliyun_server: FakeServer) -> None:
    aliyun_server.cloud.fail("vpc:DescribeVpcs", kind="timeout")

    with pytest.raises(requests.exceptions.ReadTimeout):
        sent(aliyun_server, "DescribeVpcs", timeout=0.2)


def test_truncated_answer_announces_more_than_it_brings(aliyun_server: FakeServer) -> None:
    aliyun_server.cloud.fail("vpc:DescribeVpcs", kind="truncated")

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        sent(aliyun_server, "DescribeVpcs")


def test_slow_answer_holds_up_no_other_call(aliyun_server: FakeServer) -> None:
    aliyun_server.cloud.fail("vpc:DescribeVpcs", kind="slow", seconds=1)
    statuses: list[int] = []
    slow = threading.Thread(target=lambda: statuses.append(sent(aliyun_server, "DescribeVpcs").status_code))
    slow.start()
    start = time.monotonic()
    while not aliyun_server.cloud.trail.events:
        time.sleep(0.01)

    assert sent(aliyun_server, "DescribeNetworkInterfaces").status_code == 200
    assert time.monotonic() - start < 0.9
    slow.join()
    assert statuses == [200]


# -- the admin paths ---------------------------------------------------------------------------------------


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
        ("POST", "/clock", {"set": "yesterday"}, 400, "yesterday"),
        ("POST", "/clock", {"set": "2026-03-01T08:00:00"}, 400, "no zone"),
        ("POST", "/clock", {}, 400, "advance"),
        ("POST", "/clock", [1], 400, "JSON object"),
        ("GET", "/events?since=x", None, 400, "since"),
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


# -- the command -------------------------------------------------------------------------------------------


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def test_command_says_where_it_listens_and_with_which_keys_to_come() -> None:
    with running("--region", "cn-beijing") as (_, started):
        answer = requests.get(
            started["address"],
            {
                "Action": "DescribeVpcs",
                "Version": "2016-04-28",
                "AccessKeyId": started["keys"]["access_key_id"],
            },
            timeout=5,
        )
        event = requests.get(f"{started['admin']}/events", timeout=5).json()["events"][0]

    assert answer.status_code == 200
    assert started["address"] == f"http://{started['endpoint']}"
    assert event["acsRegion"] == started["region"] == "cn-beijing"


def test_command_checks_signatures_when_asked_to() -> None:
    with running("--check-signatures") as (_, started):
        sent_parameters = {
            "Action": "DescribeVpcs",
            "Version": "2016-04-28",
            "AccessKeyId": started["keys"]["access_key_id"],
            "Signature": "wrong",
        }
        answer = requests.get(started["address"], sent_parameters, timeout=5)

    assert answer.json()["Code"] == "SignatureDoesNotMatch"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_command_stops_cleanly_even_while_a_call_hangs(stop: signal.Signals) -> None:
    with running() as (process, started):
        requests.post(f"{started['admin']}/faults", json={"action": "*", "kind": "timeout"}, timeout=5)
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(
                started["address"],
                {
                    "Action": "DescribeVpcs",
                    "Version": "2016-04-28",
                    "AccessKeyId": started["keys"]["access_key_id"],
                },
                timeout=0.2,
            )

        process.send_signal(stop)
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out, err) == (0, "", "")


def test_command_says_that_a_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [*COMMAND, "--port", str(port)], capture_output=True, text=True, check=False, timeout=30
        )

    assert ended.returncode == 1
    assert ended.stderr == f"Error: cannot listen at 127.0.0.1:{port}: Address already in use\n"
