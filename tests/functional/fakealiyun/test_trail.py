"""The events that the fake records of itself, and how they are delivered."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client
from alibabacloud_tea_openapi.utils_models import Config

from eniguard.events.envelopes import parse
from fakealiyun import ApiError, Assumptions, Cloud, Keys, fake_aliyun

ACCOUNT = "1234567890123456"
NAT = "nat.aliyuncs.com"


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def tried(
    cloud: Cloud, action: str, keys: Keys, region: str | None = None, **parameters: Any
) -> dict[str, Any]:
    """The event of a call, whatever came of it."""
    before = len(cloud.trail.events)
    with suppress(ApiError):
        cloud.call(action, keys, region, **parameters)
    (event,) = cloud.trail.events[before:]
    return event


def test_a_call_of_a_user_becomes_an_event_in_the_public_shape(cloud: Cloud) -> None:
    alice = cloud.account("alice")
    event = tried(cloud, "ram:CreateUser", alice, UserName="carol", Comments="night shift")
    identity = cloud.identity_of(alice)
    assert event == {
        "eventId": event["requestId"],
        "eventVersion": "1",
        "eventName": "CreateUser",
        "eventSource": "ram.cn-hangzhou.aliyuncs.com",
        "eventType": "ApiCall",
        "eventRW": "Write",
        "eventCategory": "Management",
        "eventTime": "2026-03-01T08:00:00Z",
        "serviceName": "Ram",
        "apiVersion": "2015-05-01",
        "acsRegion": "cn-hangzhou",
        "isGlobal": True,
        "requestId": event["requestId"],
        "requestParameters": {
            "RegionId": "cn-hangzhou",
            "UserName": "carol",
            "Comments": "night shift",
            "AcsProduct": "Ram",
            "RequestId": event["requestId"],
        },
        "responseElements": event["responseElements"],
        "referencedResources": {"ACS::RAM::User": ["carol"]},
        "resourceType": "ACS::RAM::User",
        "resourceName": "carol",
        "sourceIpAddress": "203.0.113.10",
        "userAgent": "fakealiyun",
        "recipientAccountId": ACCOUNT,
        "userIdentity": {
            "type": "ram-user",
            "accountId": ACCOUNT,
            "principalId": identity.principal_id,
            "userName": "alice",
            "accessKeyId": alice.access_key_id,
        },
        "additionalEventData": {"Scheme": "https"},
    }
    assert event["responseElements"]["RequestId"] == event["requestId"]
    assert event["responseElements"]["User"]["UserName"] == "carol"


def test_root_is_the_account_itself(cloud: Cloud) -> None:
    event = tried(cloud, "ram:ListUsers", cloud.account())
    identity = event["userIdentity"]
    assert (identity["type"], identity["principalId"]) == ("root-account", ACCOUNT)
    assert event["eventRW"] == "Read"
    assert "responseElements" not in event


def test_a_service_shows_its_role_its_session_and_who_plays_it(cloud: Cloud) -> None:
    keys = cloud.service(NAT, session="nat-worker")
    cloud.clock.advance(30)
    event = tried(cloud, "ecs:DescribeNetworkInterfaces", keys)
    identity = event["userIdentity"]
    role = cloud.call("ram:GetRole", cloud.account(), RoleName="AliyunServiceRoleForNatgw")["Role"]
    assert identity["type"] == "assumed-role"
    assert identity["userName"] == "AliyunServiceRoleForNatgw:nat-worker"
    assert identity["principalId"] == f"{role['RoleId']}:nat-worker"
    assert identity["accessKeyId"].startswith("STS.")
    assert identity["sessionContext"]["attributes"] == {
        "mfaAuthenticated": "false",
        "creationDate": "2026-03-01T08:00:00Z",
    }
    assert event["requestParameters"]["stsTokenPlayerUid"].isdecimal()
    assert event["sourceIpAddress"].startswith("11.")


def test_the_role_of_a_service_can_be_written_in_lower_case() -> None:
    cloud = Cloud(assumptions=Assumptions(lower_case_role_names=True, service_address="Internal"))
    event = tried(cloud, "ecs:DescribeNetworkInterfaces", cloud.service(NAT))
    assert event["userIdentity"]["userName"] == "aliyunservicerolefornatgw:session"
    assert event["sourceIpAddress"] == "Internal"
    ordinary = tried(cloud, "ecs:DescribeNetworkInterfaces", cloud.role("Guard"))
    assert ordinary["userIdentity"]["userName"] == "Guard:session"
    assert "stsTokenPlayerUid" not in ordinary["requestParameters"]


def test_a_refused_call_has_its_code_and_no_answer(cloud: Cloud) -> None:
    bob = cloud.account("bob", policy={"Statement": []})
    denied = tried(cloud, "ecs:DeleteNetworkInterface", bob, NetworkInterfaceId="eni-bp1none00000001")
    assert denied["errorCode"] == "Forbidden.RAM"
    assert denied["errorMessage"]
    assert "responseElements" not in denied
    missing = tried(
        cloud, "ecs:DeleteNetworkInterface", cloud.account(), NetworkInterfaceId="eni-bp1none00000001"
    )
    assert missing["errorCode"] == "InvalidEniId.NotFound"


def test_what_the_fake_does_not_have_leaves_no_event(cloud: Cloud) -> None:
    organization = {"Name": "guard-trail", "OssBucketName": "b", "IsOrganizationTrail": True}
    with pytest.raises(ApiError, match="IsOrganizationTrail"):
        cloud.call("actiontrail:CreateTrail", cloud.account(), **organization)
    assert cloud.trail.events == []


def test_parameters_stay_flat_and_resources_are_named_by_type(cloud: Cloud) -> None:
    event = tried(
        cloud,
        "ecs:AssignPrivateIpAddresses",
        cloud.account("alice"),
        NetworkInterfaceId="eni-bp1none00000001",
        Ipv4Prefix=["10.0.0.16/28", "10.0.0.32/28"],
    )
    assert event["requestParameters"]["Ipv4Prefix.1"] == "10.0.0.16/28"
    assert event["requestParameters"]["Ipv4Prefix.2"] == "10.0.0.32/28"
    assert event["referencedResources"] == {"ACS::ECS::NetworkInterface": ["eni-bp1none00000001"]}


@pytest.mark.parametrize(
    ("action", "parameters", "resources"),
    [
        (
            "ecs:RunInstances",
            {
                "NetworkInterface": [
                    {"VSwitchId": "vsw-bp1a", "SecurityGroupIds": ["sg-bp1a", "sg-bp1b"]},
                    {"VSwitchId": "vsw-bp1a"},
                ]
            },
            {
                "ACS::VPC::VSwitch": ["vsw-bp1a"],
                "ACS::ECS::SecurityGroup": ["sg-bp1a", "sg-bp1b"],
            },
        ),
        (
            "vpc:AssociateEipAddress",
            {"AllocationId": "eip-bp1a", "InstanceId": "eni-bp1a", "InstanceType": "NetworkInterface"},
            {"ACS::EIP::EipAddress": ["eip-bp1a"], "ACS::ECS::NetworkInterface": ["eni-bp1a"]},
        ),
        (
            "vpc:AssociateEipAddressBatch",
            {
                "BindedInstanceId": "eni-bp1a",
                "BindedInstanceType": "NetworkInterface",
                "InstanceIds": ["eip-bp1a"],
            },
            {"ACS::ECS::NetworkInterface": ["eni-bp1a"], "ACS::EIP::EipAddress": ["eip-bp1a"]},
        ),
        (
            "ecs:DescribeSecurityGroups",
            {"SecurityGroupIds": '["sg-bp1a", "sg-bp1b"]'},
            {"ACS::ECS::SecurityGroup": ["sg-bp1a", "sg-bp1b"]},
        ),
        (
            "ram:AttachPolicyToRole",
            {"RoleName": "guard", "PolicyName": "reads", "PolicyType": "Custom"},
            {"ACS::RAM::Role": ["guard"], "ACS::RAM::Policy": ["reads"]},
        ),
        ("ecs:DescribeNetworkInterfaces", {"InstanceId": ""}, None),
    ],
)
def test_resources_are_found_in_every_way_to_name_them(
    cloud: Cloud, action: str, parameters: dict[str, Any], resources: dict[str, list[str]] | None
) -> None:
    # a policy without statements: what counts is what was asked for
    event = tried(cloud, action, cloud.account("bob", policy={"Statement": []}), **parameters)
    assert event.get("referencedResources") == resources
    if resources is not None:
        assert event["resourceType"] == ";".join(resources)
        assert event["resourceName"] == ";".join(",".join(names) for names in resources.values())


def test_what_a_call_makes_is_among_its_resources(cloud: Cloud) -> None:
    alice = cloud.account("alice")
    vpc = cloud.call("vpc:CreateVpc", alice, CidrBlock="10.0.0.0/8")["VpcId"]
    place = {"VpcId": vpc, "CidrBlock": "10.0.1.0/24", "ZoneId": "cn-hangzhou-h"}
    vswitch = cloud.call("vpc:CreateVSwitch", alice, **place)["VSwitchId"]
    group = cloud.call("ecs:CreateSecurityGroup", alice, VpcId=vpc)["SecurityGroupId"]
    where = {"VSwitchId": vswitch, "SecurityGroupId": group}
    made = cloud.call(
        "ecs:RunInstances", alice, **where, InstanceType="ecs.g7.large", ImageId="m-bp1a", Amount=2
    )
    instances = made["InstanceIdSets"]["InstanceIdSet"]
    resources = cloud.trail.events[-1]["referencedResources"]
    assert resources["ACS::ECS::Instance"] == instances
    assert resources["ACS::ECS::SecurityGroup"] == [group]
    eni = cloud.call("ecs:CreateNetworkInterface", alice, **where)["NetworkInterfaceId"]
    event = cloud.trail.events[-1]
    assert event["referencedResources"]["ACS::ECS::NetworkInterface"] == [eni]
    assert event["responseElements"]["NetworkInterfaceId"] == eni
    assert event["resourceName"] == ";".join([vswitch, group, eni, vpc])
    assert event["resourceType"].count(";") == 3


def test_no_secret_is_recorded(cloud: Cloud) -> None:
    alice = cloud.account("alice")
    asked = {
        "InstanceId": "i-bp1a",
        "Password": "Secret-123",
        "UserData": "c2VjcmV0",
        "VncPassword": "abcdef",
    }
    text = json.dumps(tried(cloud, "ecs:ModifyInstanceAttribute", alice, **asked))
    assert "abcdef" not in text
    assert "Secret-123" not in text
    assert "c2VjcmV0" not in text
    cloud.role("guard")
    arn = f"acs:ram::{ACCOUNT}:role/guard"
    made = cloud.call("sts:AssumeRole", alice, RoleArn=arn, RoleSessionName="night")["Credentials"]
    text = json.dumps(cloud.trail.events[-1])
    assert made["AccessKeyId"] in text
    assert made["AccessKeySecret"] not in text
    assert made["SecurityToken"] not in text


def test_a_call_over_http_shows_its_client() -> None:
    with fake_aliyun() as cloud:
        keys = cloud.account("alice")
        config = Config(
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            endpoint="ram.aliyuncs.com",
        )
        Client(config).create_user(ram.CreateUserRequest(user_name="carol"))
        event = cloud.trail.events[0]
    assert event["eventSource"] == "ram.aliyuncs.com"
    assert "Python" in event["userAgent"]


# -- delivery ---------------------------------------------------------------------------------------


@pytest.fixture
def busy(cloud: Cloud) -> Cloud:
    """Two writes and a read in one region, a refused write in another."""
    alice = cloud.account("alice")
    cloud.call("ram:CreateUser", alice, UserName="carol")
    cloud.call("ecs:DescribeNetworkInterfaces", alice)
    cloud.call("ram:CreateUser", alice, UserName="dave")
    tried(cloud, "ecs:DeleteNetworkInterface", alice, "cn-shanghai", NetworkInterfaceId="eni-bp1none00000001")
    return cloud


def test_eventbridge_gets_one_write_event_a_call(busy: Cloud) -> None:
    delivered = [json.loads(one) for one in busy.trail.deliver(bytes, "eventbridge")]
    assert [one["data"]["eventName"] for one in delivered] == [
        "CreateUser",
        "CreateUser",
        "DeleteNetworkInterface",
    ]
    envelope = delivered[2]
    data = envelope.pop("data")
    assert envelope == {
        "id": data["eventId"],
        "source": "acs.ecs",
        "specversion": "1.0",
        "type": "ecs:ActionTrail:ApiCall",
        "datacontenttype": "application/json;charset=utf-8",
        "subject": f"acs.ecs:cn-shanghai:{ACCOUNT}:eni-bp1none00000001",
        "time": "2026-03-01T08:00:00Z",
        "aliyunaccountid": ACCOUNT,
        "aliyunpublishtime": "2026-03-01T08:00:00Z",
        "aliyuneventbusname": "default",
        "aliyunregionid": "cn-shanghai",
    }


def test_a_rule_sees_the_events_of_its_region(busy: Cloud) -> None:
    delivered = busy.trail.deliver(json.loads, "eventbridge", region="cn-shanghai")
    assert [one["data"]["eventName"] for one in delivered] == ["DeleteNetworkInterface"]


def test_a_log_row_holds_the_event_as_text(busy: Cloud) -> None:
    (rows,) = busy.trail.deliver(json.loads, "sls")
    assert {row["__topic__"] for row in rows} == {"actiontrail_audit_event"}
    events = [json.loads(row["event"]) for row in rows]
    assert [event["eventName"] for event in events] == [event["eventName"] for event in busy.trail.events]
    for event in events:
        assert json.loads(event["requestParameterJson"]) == event["requestParameters"]


def test_an_object_holds_all_events(busy: Cloud) -> None:
    assert busy.trail.deliver(json.loads, "oss") == [busy.trail.events]


def test_events_come_twice_in_another_order_and_late_when_asked(busy: Cloud) -> None:
    def ids(**how: Any) -> list[str]:
        (events,) = busy.trail.deliver(json.loads, "oss", **how)
        return [event["eventId"] for event in events]

    plain = ids()
    shuffled = ids(duplicate=True, shuffle=7)
    assert sorted(shuffled) == sorted(plain * 2)
    assert shuffled != plain * 2
    assert shuffled == ids(duplicate=True, shuffle=7)
    (late,) = busy.trail.deliver(json.loads, "eventbridge", region="cn-shanghai", delay=90)
    assert late["aliyunpublishtime"] == "2026-03-01T08:01:30Z"


@pytest.mark.parametrize("way", ["eventbridge", "sls", "oss"])
def test_a_guard_reads_every_delivered_event(busy: Cloud, way: Any) -> None:
    batches = [batch for payload in busy.trail.deliver(bytes, way) for batch in parse(payload)]
    assert [error for batch in batches for error in batch.errors] == []
    assert sum(batch.count for batch in batches) == (3 if way == "eventbridge" else 4)
