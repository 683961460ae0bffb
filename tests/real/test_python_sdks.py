"""The newest official Python SDKs, unmodified, against the fake in the test process."""

from __future__ import annotations

import dataclasses
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_actiontrail20200706 import models as actiontrail
from alibabacloud_actiontrail20200706.client import Client as ActionTrail
from alibabacloud_ecs20140526 import models as ecs
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_eventbridge20200401 import models as eventbridge
from alibabacloud_eventbridge20200401.client import Client as EventBridge
from alibabacloud_kms20160120 import models as kms
from alibabacloud_kms20160120.client import Client as Kms
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_tea_openapi.exceptions import ClientException, ServerException
from alibabacloud_vpc20160428 import models as vpc
from alibabacloud_vpc20160428.client import Client as Vpc

from fakealiyun import Cloud, Keys
from fakealiyun.catalogue import SERVICES
from fakealiyun.coverage import published
from tests.real.ecs_calls import REGION, config, delete_eni, read_enis
from tests.real.scene import API_GATEWAY, Scene

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


# -- EventBridge and KMS -----------------------------------------------------------------------------------


def test_event_rule_is_made_aimed_and_switched_off(cloud: Cloud) -> None:
    client = EventBridge(config(cloud.account("alice")))
    named = {"event_bus_name": "default", "rule_name": "events"}
    target = eventbridge.PutTargetsRequestTargets(id="1", type="acs.fc.function", endpoint="here")

    client.create_rule(eventbridge.CreateRuleRequest(**named, filter_pattern="{}"))
    client.put_targets(eventbridge.PutTargetsRequest(**named, targets=[target]))
    client.disable_rule(eventbridge.DisableRuleRequest(**named))

    rule = client.get_rule(eventbridge.GetRuleRequest(**named)).body.data
    assert (rule.status, [one.endpoint for one in rule.targets]) == ("DISABLE", ["here"])


def test_secret_goes_back_to_its_older_version(cloud: Cloud) -> None:
    client = Kms(config(cloud.account("alice")))
    named = {"secret_name": "robot", "secret_data": "hidden"}
    back = {"version_stage": "ACSCurrent", "move_to_version": "1"}

    client.create_secret(kms.CreateSecretRequest(**named, version_id="1"))
    client.put_secret_value(kms.PutSecretValueRequest(**named, version_id="2"))
    client.update_secret_version_stage(kms.UpdateSecretVersionStageRequest(secret_name="robot", **back))

    assert cloud.region().kms.secrets["robot"].stages == {"ACSCurrent": "1", "ACSPrevious": "1"}
    assert "hidden" not in str(cloud.trail.events)


# -- the list of published APIs ----------------------------------------------------------------------------


#: The SDK of the log service has another name than its host; that of OSS names no actions in this form.
PACKAGES = {"log": "sls"}


@pytest.mark.parametrize(
    ("host", "version"),
    [(one.hosts[0], one.version) for one in SERVICES if not one.in_process and one.product != "oss"],
)
def test_list_of_published_apis_is_that_of_the_sdk(host: str, version: str) -> None:
    package = importlib.import_module(f"alibabacloud_{PACKAGES.get(host, host)}{version.replace('-', '')}")
    source = Path(str(package.__file__)).with_name("client.py").read_text(encoding="utf-8")

    assert published()[host, version] == sorted(set(re.findall(r"action = '([A-Za-z0-9]+)'", source)))
