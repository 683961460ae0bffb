"""ActionTrail through the official SDK: events looked up, trails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alibabacloud_actiontrail20200706 import models
from alibabacloud_actiontrail20200706.client import Client
from alibabacloud_tea_openapi.utils_models import Config

from fakealiyun import ApiError, Assumptions, Cloud, Keys, fake_aliyun

ENDPOINT = "actiontrail.cn-hangzhou.aliyuncs.com"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with fake_aliyun() as one:
        yield one


def client_of(cloud: Cloud) -> Client:
    keys = cloud.account("alice")
    config = Config(
        access_key_id=keys.access_key_id, access_key_secret=keys.access_key_secret, endpoint=ENDPOINT
    )
    return Client(config)


def looked_up(cloud: Cloud, keys: Keys, region: str | None = None, **parameters: Any) -> list[str]:
    """The names of the events that a lookup returns, a second later: only two go into one."""
    cloud.clock.advance(1)
    events = cloud.call("actiontrail:LookupEvents", keys, region, **parameters)["Events"]
    return [event["eventName"] for event in events]


def refused(cloud: Cloud, action: str, keys: Keys, **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ApiError) as caught:
        cloud.call(action, keys, **parameters)
    return caught.value.code, caught.value.status


def attribute(key: str, value: str) -> dict[str, str]:
    return {"Key": key, "Value": value}


@pytest.fixture
def history(cloud: Cloud) -> Cloud:
    """A role is looked for and made, its service works, a user is made, an ENI is asked for in vain."""
    alice, bob = cloud.account("alice"), cloud.account("bob")
    with pytest.raises(ApiError):
        cloud.call("ram:GetRole", alice, RoleName="AliyunServiceRoleForNatgw")
    cloud.clock.advance(10)
    cloud.call("ram:CreateServiceLinkedRole", alice, ServiceName="nat.aliyuncs.com")
    cloud.clock.advance(10)
    cloud.call("ecs:DescribeNetworkInterfaces", cloud.service("nat.aliyuncs.com"))
    cloud.clock.advance(10)
    cloud.call("ram:CreateUser", bob, UserName="carol")
    cloud.clock.advance(10)
    with pytest.raises(ApiError):
        cloud.call("ecs:DeleteNetworkInterface", bob, NetworkInterfaceId="eni-bp1none00000001")
    cloud.clock.advance(3600)
    return cloud


DAY = [
    "GetRole",
    "CreateServiceLinkedRole",
    "DescribeNetworkInterfaces",
    "CreateUser",
    "DeleteNetworkInterface",
]


def test_events_come_newest_first_or_oldest_first(history: Cloud) -> None:
    keys = history.account("alice")
    assert looked_up(history, keys) == DAY[::-1]
    assert looked_up(history, keys, Direction="FORWARD") == DAY


def test_the_sdk_reads_pages_of_events_until_there_is_no_token(history: Cloud) -> None:
    client, found, token = client_of(history), [], None
    for _ in range(3):
        history.clock.advance(1)
        body = client.lookup_events(models.LookupEventsRequest(max_results="2", next_token=token)).body
        found += [event["eventName"] for event in body.events]
        token = body.next_token
    assert found == DAY[::-1]
    assert token is None


def test_pages_stay_whole_while_new_events_become_visible(history: Cloud) -> None:
    keys = history.account("alice")
    asked: dict[str, Any] = {"MaxResults": 3}
    history.clock.advance(1)
    first = history.call("actiontrail:LookupEvents", keys, **asked)
    history.call("ram:CreateUser", keys, UserName="dave")
    history.clock.advance(3600)
    assert looked_up(history, keys, **asked, NextToken=first["NextToken"]) == DAY[1::-1]


def test_a_token_is_good_for_the_same_question_only(history: Cloud) -> None:
    keys = history.account("alice")
    token = history.call("actiontrail:LookupEvents", keys, MaxResults=1)["NextToken"]
    history.clock.advance(1)
    other = refused(history, "actiontrail:LookupEvents", keys, MaxResults=2, NextToken=token)
    assert other == ("InvalidNextTokenException", 400)
    history.clock.advance(1)
    odd = refused(history, "actiontrail:LookupEvents", keys, MaxResults=1, NextToken="odd")
    assert odd == ("InvalidNextTokenException", 400)


def test_an_event_is_found_only_after_a_while(cloud: Cloud) -> None:
    alice = cloud.account("alice")
    cloud.call("ram:CreateUser", alice, UserName="carol")
    cloud.clock.advance(599)
    assert cloud.call("actiontrail:LookupEvents", alice)["Events"] == []
    cloud.clock.advance(1)
    assert [one["eventName"] for one in cloud.call("actiontrail:LookupEvents", alice)["Events"]] == [
        "CreateUser"
    ]


def test_a_third_lookup_within_a_second_is_throttled(cloud: Cloud) -> None:
    alice = cloud.account("alice")
    cloud.call("actiontrail:LookupEvents", alice)
    cloud.clock.advance(0.5)
    cloud.call("actiontrail:LookupEvents", alice)
    assert refused(cloud, "actiontrail:LookupEvents", cloud.account("bob")) == ("Throttling.User", 429)
    cloud.clock.advance(0.5)
    cloud.call("actiontrail:LookupEvents", alice)


def test_events_are_looked_up_in_a_time_range_of_a_week_unless_said_otherwise(cloud: Cloud) -> None:
    alice = cloud.account("alice")
    cloud.call("ram:CreateUser", alice, UserName="carol")
    cloud.clock.advance(7 * 86_400 + 1)
    assert looked_up(cloud, alice) == []
    whole = {"StartTime": "2026-03-01T00:00:00Z"}
    assert looked_up(cloud, alice, **whole, LookupAttribute=[attribute("EventName", "CreateUser")]) == [
        "CreateUser"
    ]
    assert looked_up(cloud, alice, **whole, EndTime="2026-03-01T07:59:59Z") == []
    cloud.clock.advance(1)
    backward = {"StartTime": "2026-03-02T00:00:00Z", "EndTime": "2026-03-01T00:00:00Z"}
    assert refused(cloud, "actiontrail:LookupEvents", alice, **backward) == ("InvalidParameterValue", 400)


def test_events_older_than_90_days_are_gone(cloud: Cloud) -> None:
    alice = cloud.account("alice")
    cloud.call("ram:CreateUser", alice, UserName="carol")
    asked = {"StartTime": "2026-01-01T00:00:00Z", "LookupAttribute": [attribute("EventName", "CreateUser")]}
    cloud.clock.advance(90 * 86_400 - 1)
    assert looked_up(cloud, alice, **asked) == ["CreateUser"]
    assert looked_up(cloud, alice, **asked) == []


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ([("ServiceName", "Ecs")], ["DeleteNetworkInterface", "DescribeNetworkInterfaces"]),
        ([("ServiceName", "ecs")], []),
        ([("EventName", "CreateUser")], ["CreateUser"]),
        ([("User", "bob")], ["DeleteNetworkInterface", "CreateUser"]),
        ([("RoleName", "AliyunServiceRoleForNatgw")], ["DescribeNetworkInterfaces"]),
        ([("EventRW", "Read")], ["DescribeNetworkInterfaces", "GetRole"]),
        ([("EventType", "ApiCall"), ("EventName", "GetRole")], ["GetRole"]),
        ([("ServiceName", "Ram"), ("User", "bob")], ["CreateUser"]),
        ([("EventRW", "Write"), ("ServiceName", "Ram")], ["CreateUser", "CreateServiceLinkedRole"]),
        ([("ResourceName", "eni-bp1none00000001")], ["DeleteNetworkInterface"]),
        ([("ResourceType", "ACS::ECS::NetworkInterface")], ["DeleteNetworkInterface"]),
        (
            [("ResourceName", "eni-bp1none00000001"), ("ResourceType", "ACS::ECS::NetworkInterface")],
            ["DeleteNetworkInterface"],
        ),
        ([("ResourceName", "eni-bp1none00000001"), ("User", "alice")], []),
        ([("ServiceName", "Ecs"), ("RoleName", "AliyunServiceRoleForNatgw")], ["DescribeNetworkInterfaces"]),
        ([("SensitiveAction", "true")], []),
    ],
)
def test_events_are_found_by_what_they_are(
    history: Cloud, attributes: list[tuple[str, str]], names: list[str]
) -> None:
    asked = [attribute(*one) for one in attributes]
    assert looked_up(history, history.account("alice"), LookupAttribute=asked) == names


def test_events_are_found_by_id_and_by_access_key(history: Cloud) -> None:
    event, keys = history.trail.events[3], history.account("alice")
    by_id = [attribute("EventId", event["eventId"])]
    assert looked_up(history, keys, LookupAttribute=by_id) == ["CreateUser"]
    by_key = [attribute("EventAccessKeyId", event["userIdentity"]["accessKeyId"])]
    assert looked_up(history, keys, LookupAttribute=by_key) == ["DeleteNetworkInterface", "CreateUser"]
    by_principal = [
        attribute("ServiceName", "Ram"),
        attribute("PrincipalId", event["userIdentity"]["principalId"]),
    ]
    assert looked_up(history, keys, LookupAttribute=by_principal) == ["CreateUser"]


@pytest.mark.parametrize(
    "keys",
    [
        ["PrincipalId"],
        ["Colour"],
        ["User", "EventName"],
        ["EventRW", "EventType"],
        ["ServiceName", "SourceIpAddress"],
        ["ServiceName", "ServiceName"],
        ["ServiceName", "EventName", "User"],
    ],
)
def test_keys_that_do_not_go_together_are_refused(cloud: Cloud, keys: list[str]) -> None:
    asked = [attribute(key, "x") for key in keys]
    found = refused(cloud, "actiontrail:LookupEvents", cloud.account("alice"), LookupAttribute=asked)
    assert found == ("InvalidLookupAttributeException", 400)


@pytest.mark.parametrize(
    "parameters",
    [{"MaxResults": 51}, {"MaxResults": -1}, {"Direction": "SIDEWAYS"}, {"StartTime": "yesterday"}],
)
def test_parameters_out_of_range_are_refused(cloud: Cloud, parameters: dict[str, Any]) -> None:
    found = refused(cloud, "actiontrail:LookupEvents", cloud.account("alice"), **parameters)
    assert found == ("InvalidParameterValue", 400)


def test_a_lookup_sees_its_own_region_and_what_is_global(history: Cloud) -> None:
    keys = history.account("alice")
    everywhere = ["CreateUser", "CreateServiceLinkedRole", "GetRole"]
    assert looked_up(history, keys, "cn-shanghai") == everywhere
    wide = Cloud(assumptions=Assumptions(lookup_of_one_region=False, lookup_delay=0))
    root = wide.account()
    wide.call("ecs:DescribeNetworkInterfaces", root)
    assert looked_up(wide, root, "cn-shanghai") == ["DescribeNetworkInterfaces"]


def test_a_lookup_sees_its_own_account_only(history: Cloud) -> None:
    assert looked_up(history, history.account(account_id="1234567890654321")) == []


def test_a_trail_is_off_until_it_is_started(cloud: Cloud) -> None:
    client = client_of(cloud)
    made = client.create_trail(
        models.CreateTrailRequest(name="guard-trail", sls_project_arn="acs:log:cn-hangzhou:1:project/guard")
    ).body
    assert (made.event_rw, made.trail_region, made.home_region) == ("Write", "All", "cn-hangzhou")
    status = client.get_trail_status(models.GetTrailStatusRequest(name="guard-trail")).body
    assert (status.is_logging, status.start_logging_time) == (False, None)

    cloud.clock.advance(60)
    client.start_logging(models.StartLoggingRequest(name="guard-trail"))
    status = client.get_trail_status(models.GetTrailStatusRequest(name="guard-trail")).body
    assert (status.is_logging, status.start_logging_time) == (True, "2026-03-01T08:01:00Z")
    client.stop_logging(models.StopLoggingRequest(name="guard-trail"))
    trails = client.describe_trails(models.DescribeTrailsRequest()).body.trail_list
    assert [(one.name, one.status) for one in trails] == [("guard-trail", "Disable")]


def test_a_trail_is_changed_in_part_and_deleted(cloud: Cloud) -> None:
    alice, bucket = cloud.account("alice"), {"Name": "guard-trail", "OssBucketName": "guard-bucket"}
    cloud.call("actiontrail:CreateTrail", alice, **bucket)
    cloud.call("actiontrail:UpdateTrail", alice, Name="guard-trail", EventRW="All")
    described = cloud.call("actiontrail:DescribeTrails", alice, NameList="guard-trail,other")["TrailList"]
    assert [(one["EventRW"], one["OssBucketName"]) for one in described] == [("All", "guard-bucket")]
    cloud.call("actiontrail:DeleteTrail", alice, Name="guard-trail")
    assert cloud.call("actiontrail:DescribeTrails", alice)["TrailList"] == []
    assert refused(cloud, "actiontrail:StopLogging", alice, Name="guard-trail") == (
        "TrailNotFoundException",
        404,
    )


def test_a_trail_without_a_role_makes_the_service_linked_role_of_actiontrail(cloud: Cloud) -> None:
    alice, bucket = cloud.account("alice"), {"Name": "guard-trail", "OssBucketName": "guard-bucket"}
    cloud.call("actiontrail:CreateTrail", alice, **bucket, OssWriteRoleArn="acs:ram::1:role/writer")
    assert cloud.snapshot()["resources"]["ram:Role"] == []
    cloud.call("actiontrail:CreateTrail", alice, **{**bucket, "Name": "other-trail"})
    roles = [role["RoleName"] for role in cloud.snapshot()["resources"]["ram:Role"]]
    assert roles == ["AliyunServiceRoleForActionTrail"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"OssBucketName": "guard-bucket"}, "MissingParameter"),
        ({"Name": "Guard", "OssBucketName": "guard-bucket"}, "InvalidTrailNameException"),
        ({"Name": "guard-trail"}, "InvalidTrailDestination"),
        ({"Name": "first-trail", "OssBucketName": "guard-bucket"}, "TrailAlreadyExistsException"),
        ({"Name": "guard-trail", "OssBucketName": "b", "EventRW": "Odd"}, "InvalidParameterValue"),
        (
            {"Name": "guard-trail", "OssBucketName": "b", "IsOrganizationTrail": True},
            "FakeAliyun.NotImplemented",
        ),
    ],
)
def test_trails_that_cannot_be_made(cloud: Cloud, parameters: dict[str, Any], code: str) -> None:
    root = cloud.account()
    cloud.call("actiontrail:CreateTrail", root, Name="first-trail", OssBucketName="guard-bucket")
    assert refused(cloud, "actiontrail:CreateTrail", root, **parameters)[0] == code


def test_a_region_has_five_trails_at_most(cloud: Cloud) -> None:
    root = cloud.account()
    for number in range(5):
        cloud.call("actiontrail:CreateTrail", root, Name=f"trail-{number}", OssBucketName="guard-bucket")
    sixth = {"Name": "trail-5", "OssBucketName": "guard-bucket"}
    assert (
        refused(cloud, "actiontrail:CreateTrail", root, **sixth)[0]
        == "MaximumNumberOfTrailsExceededException"
    )
    cloud.call("actiontrail:CreateTrail", root, "cn-shanghai", **sixth)
