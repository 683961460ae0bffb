"""What the newest ECS client makes of faults, in the test process and behind the server."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_tea_openapi.exceptions import ClientException, ThrottlingException
from alibabacloud_vpc20160428 import models as vpc
from alibabacloud_vpc20160428.client import Client as Vpc
from darabonba.exceptions import UnretryableException
from darabonba.policy.retry import RetryCondition, RetryOptions

from fakealiyun import Cloud
from fakealiyun.server import served
from tests.real.ecs_calls import REGION, config, delete_eni, read_enis
from tests.real.scene import Scene, scene


def test_throttling_with_a_time_to_wait_is_its_own_exception(cloud: Cloud, client: Ecs) -> None:
    cloud.fail("ecs:DescribeNetworkInterfaces", code="Throttling.User", retry_after=250)

    with pytest.raises(ThrottlingException) as throttled:
        read_enis(client)

    assert (throttled.value.code, throttled.value.retry_after) == ("Throttling.User", 250)


@pytest.mark.parametrize("kind", ["timeout", "reset", "truncated"])
def test_call_without_a_readable_answer_is_unretryable_without_a_code(
    cloud: Cloud, client: Ecs, there: Scene, kind: Any
) -> None:
    cloud.fail("ecs:DescribeNetworkInterfaces", kind=kind)

    with pytest.raises(UnretryableException) as lost:
        read_enis(client)

    assert lost.value.code is None
    assert len(read_enis(client)) == 2


def test_stale_read_shows_the_eni_that_was_just_deleted(cloud: Cloud, client: Ecs, there: Scene) -> None:
    cloud.fail("ecs:DescribeNetworkInterfaces", kind="stale")

    delete_eni(client, there.ordinary)
    cloud.clock.advance(60)

    assert there.ordinary in [eni.network_interface_id for eni in read_enis(client)]
    assert there.ordinary not in [eni.network_interface_id for eni in read_enis(client)]


def test_client_that_retries_gets_past_a_fault_that_strikes_twice(cloud: Cloud, there: Scene) -> None:
    cloud.fail("ecs:DescribeNetworkInterfaces", code="ServiceUnavailable", status=503, times=2)
    retries = RetryOptions({"retryable": True, "retryCondition": [], "noRetryCondition": []})
    retries.retry_condition = [
        RetryCondition(
            {
                "maxAttempts": 3,
                "errorCode": ["ServiceUnavailable"],
                "exception": [],
                "backoff": {"policy": "Fixed", "period": 1},
            }
        )
    ]

    found = read_enis(Ecs(config(cloud.account(), retry_options=retries)))

    assert len(found) == 2
    assert len([e for e in cloud.trail.events if e.get("errorCode") == "ServiceUnavailable"]) == 2


# -- the server --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/ecs", "/ecs/cn-hangzhou"])
def test_client_with_an_endpoint_of_its_own_reaches_the_server(algorithm: str, path: str) -> None:
    cloud = Cloud(REGION, check_signatures=True)
    there = scene(cloud)

    with served(cloud) as server:
        client = Ecs(
            config(
                cloud.account("alice"),
                signature_algorithm=algorithm,
                endpoint=f"{server.endpoint}{path}",
                protocol="http",
            )
        )
        found = {eni.network_interface_id for eni in read_enis(client)}
        with pytest.raises(ClientException) as refused:
            delete_eni(client, there.managed)

    assert found == {there.managed, there.ordinary}
    assert refused.value.code == "InvalidOperation.EniServiceManaged"


def test_client_with_a_proxy_reaches_the_server_by_the_names_of_the_cloud(algorithm: str) -> None:
    cloud = Cloud(check_signatures=True)

    with served(cloud) as server:
        client = Vpc(
            config(
                cloud.account(),
                signature_algorithm=algorithm,
                endpoint="vpc.cn-beijing.aliyuncs.com",
                protocol="http",
                http_proxy=server.address,
            )
        )
        client.describe_vpcs(vpc.DescribeVpcsRequest())

    assert cloud.trail.events[-1]["acsRegion"] == "cn-beijing"


@pytest.mark.parametrize(
    ("kind", "options"), [("timeout", {}), ("reset", {}), ("truncated", {}), ("slow", {"seconds": 5})]
)
def test_faults_of_the_server_reach_the_client(kind: Any, options: dict[str, float]) -> None:
    cloud = Cloud()
    with served(cloud) as server:
        client = Ecs(config(cloud.account(), endpoint=server.endpoint, protocol="http", read_timeout=200))
        read_enis(client)
        cloud.fail("ecs:DescribeNetworkInterfaces", kind=kind, **options)

        with pytest.raises(UnretryableException):
            read_enis(client)
        assert read_enis(client) == []


def test_stale_read_of_the_server_shows_the_eni_that_was_just_deleted() -> None:
    cloud = Cloud()
    there = scene(cloud)
    with served(cloud) as server:
        client = Ecs(config(cloud.account(), endpoint=server.endpoint, protocol="http"))
        cloud.fail("ecs:DescribeNetworkInterfaces", kind="stale")
        delete_eni(client, there.ordinary)
        cloud.clock.advance(60)

        found = [len(read_enis(client)) for _ in range(2)]

    assert found == [2, 1]
