"""The fake as a server: its addresses, and faults on the socket."""

from __future__ import annotations

import threading
import time

import pytest
import requests

from fakealiyun import Cloud
from fakealiyun.server import FakeServer, served
from tests.functional.fakealiyun.http_calls import sent

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
