"""The newest official Python SDKs, unmodified, against the fake in the test process and behind its server."""

from __future__ import annotations

import dataclasses
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_actiontrail20200706 import models as actiontrail
from alibabacloud_actiontrail20200706.client import Client as ActionTrail
from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_credentials.models import Config as CredentialsConfig
from alibabacloud_ecs20140526 import models as ecs
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_tea_openapi.exceptions import ClientException, ServerException, ThrottlingException
from alibabacloud_tea_openapi.models import Config
from alibabacloud_vpc20160428 import models as vpc
from alibabacloud_vpc20160428.client import Client as Vpc
from darabonba.exceptions import UnretryableException
from darabonba.policy.retry import RetryCondition, RetryOptions

from fakealiyun import Cloud, Keys, fake_aliyun
from fakealiyun.coverage import published
from fakealiyun.server import served
from tests.real.scene import API_GATEWAY, Scene, scene

REGION = "cn-hangzhou"


def config(keys: Keys, **options: Any) -> Config:
    return Config(
        access_key_id=keys.access_key_id,
        access_key_secret=keys.access_key_secret,
        security_token=keys.token,
        region_id=REGION,
        **options,
    )


def read_enis(client: Ecs, **filters: Any) -> list[Any]:
    answer = client.describe_network_interfaces(
        ecs.DescribeNetworkInterfacesRequest(region_id=REGION, **filters)
    )
    found: list[Any] = answer.body.network_interface_sets.network_interface_set
    return found


def delete_eni(client: Ecs, eni: str | None) -> None:
    client.delete_network_interface(
        ecs.DeleteNetworkInterfaceRequest(region_id=REGION, network_interface_id=eni)
    )


@pytest.fixture(params=["ACS3-HMAC-SHA256", "v2"])
def algorithm(request: pytest.FixtureRequest) -> str:
    """The signature that clients are told to make; the first is their own choice."""
    return str(request.param)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """A fake cloud that answers the SDKs of this process and checks what they sign."""
    with fake_aliyun(REGION, check_signatures=True) as found:
        yield found


@pytest.fixture
def there(cloud: Cloud) -> Scene:
    return scene(cloud)


@pytest.fixture
def client(cloud: Cloud, algorithm: str) -> Ecs:
    return Ecs(config(cloud.account("alice"), signature_algorithm=algorithm))


# -- signatures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "caller",
    [lambda cloud: cloud.account(), lambda cloud: cloud.role("reader")],
    ids=["access key", "temporary keys"],
)
def test_every_client_signs_as_the_fake_expects(
    cloud: Cloud, there: Scene, algorithm: str, caller: Callable[[Cloud], Keys]
) -> None:
    given = config(caller(cloud), signature_algorithm=algorithm)

    enis = read_enis(Ecs(given), tag=[ecs.DescribeNetworkInterfacesRequestTag(key="team", value="netz ü&+")])
    vpcs = Vpc(given).describe_vpcs(vpc.DescribeVpcsRequest(region_id=REGION, vpc_name="~ *+/"))
    roles = Ram(given).list_roles(ram.ListRolesRequest(max_items=10))
    events = ActionTrail(given).lookup_events(actiontrail.LookupEventsRequest(max_results="5"))

    assert {eni.network_interface_id for eni in enis} == {there.managed, there.ordinary}
    assert vpcs.body.total_count == 0
    assert roles.body.roles.role
    assert events.status_code == 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"access_key_secret": "wrong"}, "SignatureDoesNotMatch"),
        ({"access_key_id": "LTAIunknown"}, "InvalidAccessKeyId.NotFound"),
        ({"token": None}, "MissingSecurityToken"),
        ({"token": "wrong"}, "InvalidSecurityToken.MismatchWithAccessKey"),
    ],
)
def test_wrong_keys_are_refused(cloud: Cloud, algorithm: str, changed: dict[str, Any], code: str) -> None:
    keys = dataclasses.replace(cloud.role("reader"), **changed)

    with pytest.raises(ClientException) as refused:
        read_enis(Ecs(config(keys, signature_algorithm=algorithm)))

    assert refused.value.code == code


# -- what the clients make of answers ----------------------------------------------------------------------


def test_client_reads_the_typed_fields_of_an_eni(client: Ecs, there: Scene) -> None:
    (eni,) = read_enis(client, network_interface_id=[there.managed])

    assert eni.service_managed is True
    assert isinstance(eni.service_id, int)
    assert eni.security_group_ids.security_group_id == [there.group]
    assert [address.private_ip_address for address in eni.private_ip_sets.private_ip_set] == ["10.0.1.10"]
    assert [(tag.tag_key, tag.tag_value) for tag in eni.tags.tag] == [("team", "netz ü&+")]
    assert eni.ipv_4prefix_sets.ipv_4prefix_set == []


def test_account_is_refused_to_touch_a_managed_eni(client: Ecs, there: Scene) -> None:
    with pytest.raises(ClientException) as refused:
        delete_eni(client, there.managed)

    assert (refused.value.code, refused.value.status_code) == ("InvalidOperation.EniServiceManaged", 403)


def test_creating_service_deletes_its_eni(cloud: Cloud, there: Scene, algorithm: str) -> None:
    client = Ecs(config(cloud.service(API_GATEWAY), signature_algorithm=algorithm))

    delete_eni(client, there.managed)
    cloud.clock.advance(60)

    assert [eni.network_interface_id for eni in read_enis(client)] == [there.ordinary]


def test_client_leaves_it_to_the_cloud_to_miss_a_parameter(client: Ecs) -> None:
    with pytest.raises(ClientException, match="NetworkInterfaceId") as refused:
        delete_eni(client, None)

    assert (refused.value.code, refused.value.status_code) == ("MissingParameter", 400)


def test_api_that_is_not_implemented_names_itself(client: Ecs) -> None:
    with pytest.raises(ServerException, match=r"ecs:DescribeDisks \(2014-05-26\)") as refused:
        client.describe_disks(ecs.DescribeDisksRequest(region_id=REGION))

    assert (refused.value.code, refused.value.status_code) == ("FakeAliyun.NotImplemented", 501)


def test_client_pages_through_all_enis_by_token(cloud: Cloud, client: Ecs, there: Scene) -> None:
    made = {there.managed, there.ordinary}
    for _ in range(21):
        answer = cloud.call(
            "ecs:CreateNetworkInterface",
            cloud.account(),
            VSwitchId=there.vswitch,
            SecurityGroupId=there.group,
        )
        made.add(answer["NetworkInterfaceId"])
    found: list[str] = []
    token = None
    for _ in range(5):
        page = client.describe_network_interfaces(
            ecs.DescribeNetworkInterfacesRequest(region_id=REGION, max_results=10, next_token=token)
        ).body
        found += [eni.network_interface_id for eni in page.network_interface_sets.network_interface_set]
        token = page.next_token
        if not token:
            break

    assert len(found) == 23
    assert set(found) == made


def test_client_token_makes_a_repeated_create_the_same_one(client: Ecs, there: Scene) -> None:
    request = ecs.CreateNetworkInterfaceRequest(
        region_id=REGION, v_switch_id=there.vswitch, security_group_id=there.group, client_token="once"
    )

    first = client.create_network_interface(request).body
    second = client.create_network_interface(request).body

    assert first.network_interface_id == second.network_interface_id
    assert len(read_enis(client)) == 3


def test_vpc_client_makes_a_network_and_a_reservation(cloud: Cloud, algorithm: str) -> None:
    client = Vpc(config(cloud.account(), signature_algorithm=algorithm))

    made = client.create_vpc(vpc.CreateVpcRequest(region_id=REGION, cidr_block="172.16.0.0/12")).body
    cloud.clock.advance(60)
    vswitch = client.create_vswitch(
        vpc.CreateVSwitchRequest(
            region_id=REGION, vpc_id=made.vpc_id, zone_id="cn-hangzhou-h", cidr_block="172.16.1.0/24"
        )
    ).body
    cloud.clock.advance(60)
    client.create_vswitch_cidr_reservation(
        vpc.CreateVSwitchCidrReservationRequest(
            region_id=REGION, v_switch_id=vswitch.v_switch_id, v_switch_cidr_reservation_cidr="172.16.1.64/26"
        )
    )
    cloud.clock.advance(60)
    listed = client.list_vswitch_cidr_reservations(
        vpc.ListVSwitchCidrReservationsRequest(region_id=REGION)
    ).body

    (reservation,) = listed.v_switch_cidr_reservations
    assert (reservation.v_switch_cidr_reservation_cidr, reservation.status) == ("172.16.1.64/26", "Assigned")


def test_ram_client_makes_a_service_linked_role_that_it_may_not_edit(cloud: Cloud, algorithm: str) -> None:
    client = Ram(config(cloud.account(), signature_algorithm=algorithm))

    client.create_service_linked_role(ram.CreateServiceLinkedRoleRequest(service_name=API_GATEWAY))
    name = "AliyunServiceRoleForApiGatewayConnectUserVpc"
    role = client.get_role(ram.GetRoleRequest(role_name=name)).body.role
    with pytest.raises(ClientException) as refused:
        client.update_role(ram.UpdateRoleRequest(role_name=name, new_description="mine"))

    assert API_GATEWAY in role.assume_role_policy_document
    assert refused.value.code == cloud.assumptions.linked_role_edited[0]


def test_actiontrail_client_finds_the_calls_of_the_other_clients(
    cloud: Cloud, client: Ecs, there: Scene
) -> None:
    with pytest.raises(ClientException):
        delete_eni(client, there.managed)
    trail = ActionTrail(config(cloud.account()))
    request = actiontrail.LookupEventsRequest(
        lookup_attribute=[
            actiontrail.LookupEventsRequestLookupAttribute(key="EventName", value="DeleteNetworkInterface")
        ]
    )

    early = trail.lookup_events(request).body.events
    cloud.clock.advance(cloud.assumptions.lookup_delay)
    late = trail.lookup_events(request).body.events

    assert early == []
    assert [event["errorCode"] for event in late] == ["InvalidOperation.EniServiceManaged"]
    assert late[0]["userIdentity"]["userName"] == "alice"
    assert late[0]["requestParameters"]["NetworkInterfaceId"] == there.managed


# -- credentials -------------------------------------------------------------------------------------------


#: The client reads the environment when it is imported, so this runs in a process of its own.
DEFAULT_CREDENTIALS = """
import sys
from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config

config = Config(credential=Credentials(), endpoint=sys.argv[1], protocol="http")
print(Client(config).get_caller_identity().body.arn)
"""


def test_default_credentials_are_taken_from_the_environment() -> None:
    cloud = Cloud(check_signatures=True)
    keys = cloud.role("reader", session="night-shift")
    environment = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": keys.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": str(keys.token),
    }

    with served(cloud) as server:
        ended = subprocess.run(
            [sys.executable, "-c", DEFAULT_CREDENTIALS, server.endpoint],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == f"acs:ram::{cloud.account_id}:assumed-role/reader/night-shift\n"


def test_credentials_client_assumes_a_role_at_the_fake(cloud: Cloud) -> None:
    # The client compares the end of temporary keys with the time of this machine.
    cloud.clock.set(datetime.now(timezone.utc))
    cloud.role("auditor")
    keys = cloud.account("alice")
    credentials = Credentials(
        CredentialsConfig(
            type="ram_role_arn",
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            role_arn=f"acs:ram::{cloud.account_id}:role/auditor",
            role_session_name="night-shift",
        )
    )

    read_enis(Ecs(Config(credential=credentials, region_id=REGION)))

    assumed, read = cloud.trail.events[-2:]
    assert (assumed["serviceName"], assumed["eventName"]) == ("Sts", "AssumeRole")
    assert read["userIdentity"]["type"] == "assumed-role"
    assert read["userIdentity"]["userName"] == "auditor:night-shift"


# -- faults ------------------------------------------------------------------------------------------------


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


# -- the list of published APIs ----------------------------------------------------------------------------


@pytest.mark.parametrize(("host", "version"), list(published()))
def test_list_of_published_apis_is_that_of_the_sdk(host: str, version: str) -> None:
    package = importlib.import_module(f"alibabacloud_{host}{version.replace('-', '')}")
    source = Path(str(package.__file__)).with_name("client.py").read_text(encoding="utf-8")

    assert published()[host, version] == sorted(set(re.findall(r"action = '([A-Za-z0-9]+)'", source)))
