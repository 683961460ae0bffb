"""Faults on demand: each kind strikes as often as asked, and tells what a client has to bear."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from fakealiyun import ApiError, Cloud, Keys
from fakealiyun.cloud import Dropped

READ = "ecs:DescribeNetworkInterfaces"
WRITE = "ecs:CreateSecurityGroup"


def groups(cloud: Cloud, keys: Keys) -> list[str]:
    answer = cloud.call("ecs:DescribeSecurityGroups", keys)
    return [group["SecurityGroupName"] for group in answer["SecurityGroups"]["SecurityGroup"]]


def add_group(cloud: Cloud, keys: Keys, name: str) -> None:
    vpc = cloud.call("vpc:CreateVpc", keys, CidrBlock="10.0.0.0/8")["VpcId"]
    cloud.call(WRITE, keys, SecurityGroupName=name, VpcId=vpc)


def sent(action: str, keys: Keys, **options: Any) -> requests.Response:
    headers = {
        "x-acs-action": action,
        "x-acs-version": "2014-05-26",
        "authorization": f"ACS3-HMAC-SHA256 Credential={keys.access_key_id},SignedHeaders=host,Signature=00",
    }
    return requests.post(
        "https://ecs.cn-hangzhou.aliyuncs.com/", headers=headers, **{"timeout": 5, **options}
    )


def test_error_strikes_as_often_as_asked_and_is_recorded(aliyun: Cloud) -> None:
    keys = aliyun.account()
    aliyun.fail(READ, code="ServiceUnavailable", status=503, times=2)

    statuses = [sent("DescribeNetworkInterfaces", keys).status_code for _ in range(3)]

    assert statuses == [503, 503, 200]
    assert [event.get("errorCode") for event in aliyun.trail.events] == ["ServiceUnavailable"] * 2 + [None]


def test_throttling_says_when_to_come_back(aliyun: Cloud) -> None:
    aliyun.fail(READ, code="Throttling.User", status=400, retry_after=1500)

    answer = sent("DescribeNetworkInterfaces", aliyun.account())

    assert (answer.status_code, answer.json()["Code"]) == (400, "Throttling.User")
    assert answer.headers["x-acs-retry-after"] == "1500"


@pytest.mark.parametrize(
    ("pattern", "struck"),
    [
        (READ, {"ecs:DescribeNetworkInterfaces"}),
        ("ecs:*", {"ecs:DescribeNetworkInterfaces", "ecs:DescribeSecurityGroups"}),
        ("*", {"ecs:DescribeNetworkInterfaces", "ecs:DescribeSecurityGroups", "vpc:DescribeVpcs"}),
    ],
)
def test_fault_strikes_an_action_a_service_or_everything(pattern: str, struck: set[str]) -> None:
    cloud = Cloud()
    cloud.fail(pattern, code="InternalError", status=500, times=None)
    failed = set()
    for action in ("ecs:DescribeNetworkInterfaces", "ecs:DescribeSecurityGroups", "vpc:DescribeVpcs"):
        try:
            cloud.call(action, cloud.account())
        except ApiError:
            failed.add(action)

    assert failed == struck


def test_faults_of_one_action_strike_in_the_order_in_which_they_were_asked_for() -> None:
    cloud = Cloud()
    cloud.fail(READ, code="First")
    cloud.fail("*", code="Second")

    codes = []
    for _ in range(2):
        with pytest.raises(ApiError) as failed:
            cloud.call(READ, cloud.account())
        codes.append(failed.value.code)

    assert codes == ["First", "Second"]


@pytest.mark.parametrize("action", ["ecs:DescribeNetworkInterface", "slb:*", "DescribeNetworkInterfaces"])
def test_fault_of_an_action_that_does_not_exist_is_refused(action: str) -> None:
    with pytest.raises(ValueError, match="no action"):
        Cloud().fail(action)


@pytest.mark.parametrize(
    ("kind", "raised"),
    [("timeout", requests.exceptions.ReadTimeout), ("reset", requests.exceptions.ConnectionError)],
)
@pytest.mark.parametrize("carried_out", [False, True])
def test_lost_answer_may_leave_the_call_carried_out_or_not(
    aliyun: Cloud, kind: Any, raised: type[Exception], carried_out: bool
) -> None:
    keys = aliyun.account()
    add_group(aliyun, keys, "before")
    aliyun.fail("ecs:DeleteSecurityGroup", kind=kind, carried_out=carried_out)
    (group,) = aliyun.call("ecs:DescribeSecurityGroups", keys)["SecurityGroups"]["SecurityGroup"]

    with pytest.raises(raised):
        sent("DeleteSecurityGroup", keys, params={"SecurityGroupId": group["SecurityGroupId"]})

    assert groups(aliyun, keys) == ([] if carried_out else ["before"])
    assert [e["eventName"] for e in aliyun.trail.events].count("DeleteSecurityGroup") == int(carried_out)


def test_truncated_answer_ends_before_its_announced_length(aliyun: Cloud) -> None:
    aliyun.fail(READ, kind="truncated")

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        sent("DescribeNetworkInterfaces", aliyun.account())


def test_slow_answer_arrives_after_its_seconds(aliyun: Cloud) -> None:
    aliyun.fail(READ, kind="slow", seconds=0.2)
    start = time.monotonic()

    answer = sent("DescribeNetworkInterfaces", aliyun.account())

    assert answer.status_code == 200
    assert time.monotonic() - start >= 0.2


def test_answer_slower_than_the_client_waits_is_a_timeout(aliyun: Cloud) -> None:
    aliyun.fail(READ, kind="slow", seconds=30)

    with pytest.raises(requests.exceptions.ReadTimeout):
        sent("DescribeNetworkInterfaces", aliyun.account(), timeout=(5, 0.05))


def test_stale_read_shows_the_state_before_the_last_write() -> None:
    cloud = Cloud()
    keys = cloud.account()
    add_group(cloud, keys, "first")
    cloud.fail("ecs:DescribeSecurityGroups", kind="stale")
    add_group(cloud, keys, "second")
    add_group(cloud, keys, "third")

    assert sorted(groups(cloud, keys)) == ["first", "second"]
    assert sorted(groups(cloud, keys)) == ["first", "second", "third"]


def test_stale_read_waits_for_a_write() -> None:
    cloud = Cloud()
    keys = cloud.account()
    cloud.fail("ecs:*", kind="stale")

    assert groups(cloud, keys) == []
    add_group(cloud, keys, "late")
    assert groups(cloud, keys) == []
    assert groups(cloud, keys) == ["late"]


def test_write_after_a_stale_read_acts_on_the_present_state() -> None:
    cloud = Cloud()
    keys = cloud.account()
    cloud.fail("ecs:DescribeSecurityGroups", kind="stale", times=None)
    add_group(cloud, keys, "one")
    assert groups(cloud, keys) == []

    add_group(cloud, keys, "two")

    assert groups(cloud, keys) == ["one"]
    assert {item["SecurityGroupName"] for item in cloud.snapshot()["resources"]["ecs:SecurityGroup"]} == {
        "one",
        "two",
    }


def test_call_without_http_tells_of_the_lost_answer() -> None:
    cloud = Cloud()
    cloud.fail(READ, kind="reset")

    with pytest.raises(Dropped, match="reset"):
        cloud.call(READ, cloud.account())


def test_reset_heals_everything() -> None:
    cloud = Cloud()
    cloud.fail("*", times=None)

    cloud.reset()

    cloud.call(READ, cloud.account())
