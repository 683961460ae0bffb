from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.errors import InputError
from eniguard.events.calls import Call, Caller
from eniguard.events.catalog import APIS
from eniguard.events.parameters import Parameters
from eniguard.events.targets import Target
from eniguard.events.trail_event import TrailEvent
from eniguard.events.values import Permission
from tests.unit.events.recorded import ACCOUNT, AT, PLAIN, RULE, event, read, without


def call(body: dict[str, Any]) -> Call:
    batch = read(body)
    assert batch.errors == []
    return batch.concerned[0].call


def problem(body: Any, **options: Any) -> str:
    batch = read(body, **options)
    assert batch.concerned == []
    assert batch.not_concerned == {}
    (error,) = batch.errors
    assert isinstance(error, InputError)
    return error.problem


def test_every_field_of_a_plain_event_reaches_the_call() -> None:
    found = call(RULE)

    assert found == Call(
        event_id="7D1C1E5E-0000-5BFC-9F14-000000000001",
        action="ecs:AuthorizeSecurityGroup",
        api=APIS["ecs:AuthorizeSecurityGroup"],
        outcome="refused",
        error_code="InvalidOperation.ResourceManagedByCloudProduct",
        time="2025-07-07T01:39:09Z",
        at=AT,
        region="cn-hangzhou",
        account_id=ACCOUNT,
        request_id="7D1C1E5E-0000-5BFC-9F14-000000000001",
        caller=Caller(
            "ram-user",
            "200000000000000001",
            ACCOUNT,
            "alice",
            source_ip="203.0.113.7",
            user_agent="AlibabaCloud (linux; amd64) Python/3.10",
        ),
        console=False,
        platform=False,
        parameters=Parameters(
            {
                "SecurityGroupId": "sg-bp1example0001",
                "Permissions": (Permission(port_range="22/22", source_cidr_ip="0.0.0.0/0"),),
            }
        ),
        response={},
        named=("sg-bp1example0001",),
        places=found.places,
    )
    assert (found.product, found.name, found.write) == ("ecs", "AuthorizeSecurityGroup", True)
    assert found.targets == (Target("ecs:SecurityGroup", "sg-bp1example0001", "subject"),)


def test_pascal_case_event_gives_the_same_call() -> None:
    pascal = {name[:1].upper() + name[1:]: value for name, value in RULE.items()}
    pascal["UserIdentity"] = {
        name[:1].upper() + name[1:]: value for name, value in RULE["userIdentity"].items()
    } | {"InvokedBy": ""}

    assert call(pascal) == call(RULE)


@pytest.mark.parametrize(
    "changes",
    [
        {"eventVersion": "1"},
        {"eventVersion": 1},
        {"eventVersion": [3]},
        {"__expanded": True, "IsBlack": 0, "extend": {"a": [1]}},
        {"eventSource": 3},
        {"errorCode": ""},
        {"errorCode": "null"},
        {"errorCode": None, "errorMessage": None},
        {"errorMessage": 3, "ErrorMessage": []},
        {"userIdentity": json.dumps(PLAIN["userIdentity"])},
        {"userIdentity": {**PLAIN["userIdentity"], "accountId": int(ACCOUNT)}},
        {"requestParameters": json.dumps(PLAIN["requestParameters"])},
        {"requestParameters": None, "requestParameterJson": json.dumps(PLAIN["requestParameters"])},
        {"requestParameters": {}, "requestParameterJson": PLAIN["requestParameters"]},
        {"requestParameterJson": "not JSON, and not needed"},
        {"responseElements": json.dumps(PLAIN["responseElements"])},
    ],
)
def test_variant_spellings_give_the_call_of_the_plain_event(changes: dict[str, Any]) -> None:
    assert call(event(**changes)) == call(PLAIN)


@pytest.mark.parametrize("response", [None, "", "null", [], "accepted", 7, ["x"], "[1]"])
def test_response_that_is_no_object_names_nothing_and_refuses_nothing(response: Any) -> None:
    assert call(event(responseElements=response)).response == {}
    assert call(event(eventName="DeleteNetworkInterface", responseElements=response)).response == {}


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (
            {"type": "root-account", "principalId": ACCOUNT, "accountId": ACCOUNT, "userName": "root"},
            Caller("root-account", ACCOUNT, ACCOUNT, "root"),
        ),
        (
            {
                "type": "assumed-role",
                "principalId": "31645666448606:session",
                "accountId": ACCOUNT,
                "userName": "aliyunserviceroleforexample:session:1",
                "accessKeyId": "STS.example",
            },
            Caller(
                "assumed-role",
                "31645666448606:session",
                ACCOUNT,
                "aliyunserviceroleforexample:session:1",
                "aliyunserviceroleforexample",
                "session:1",
            ),
        ),
        ({"type": "assumed-role", "accountId": ACCOUNT}, Caller("assumed-role", None, ACCOUNT)),
        ({"type": "saml-user", "accountId": ACCOUNT}, Caller("saml-user", None, ACCOUNT)),
        (
            {"type": "cloudsso-user", "accountId": ACCOUNT, "principalId": "", "userName": None},
            Caller("cloudsso-user", None, ACCOUNT),
        ),
        (
            {"type": "system", "userName": "ecs.aliyuncs.com"},
            Caller("system", user_name="ecs.aliyuncs.com"),
        ),
        ({}, Caller("unknown")),
    ],
)
def test_every_identity_type_is_read(identity: dict[str, Any], expected: Caller) -> None:
    found = call(event(userIdentity=identity, sourceIpAddress="", userAgent=""))

    assert found.caller == expected
    assert found.platform == (expected.type == "system")


def test_account_is_that_of_the_caller_then_of_the_receiver() -> None:
    other = {**PLAIN["userIdentity"], "accountId": "1000000000000002"}

    assert call(event(userIdentity=other)).account_id == "1000000000000002"
    assert call(without("userIdentity")).account_id == ACCOUNT
    assert call(without("userIdentity", "recipientAccountId")).account_id is None


def test_id_region_and_service_have_stand_ins() -> None:
    found = call(without("eventId", "acsRegion", "serviceName", requestId="R-1"))

    assert (found.event_id, found.region, found.product) == ("R-1", "cn-hangzhou", "ecs")


@pytest.mark.parametrize("source", ["ecs.aliyuncs.com", "ecs-cn-hangzhou-share.aliyuncs.com", None])
def test_service_is_told_by_the_endpoint_or_by_the_name(source: str | None) -> None:
    batch = read(without("serviceName", eventSource=source))

    assert batch.concerned[0].call.action == "ecs:AssignPrivateIpAddresses"


def test_endpoint_of_another_service_is_not_concerned() -> None:
    batch = read(without("serviceName", eventName="TagResources", eventSource="rds.aliyuncs.com"))

    assert batch.not_concerned == {"other_call": 1}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (without("eventName"), "eventName is missing"),
        (event(eventName=""), "eventName is missing"),
        (event(eventName=7), "eventName is a number; expected a text"),
        (event(eventName=None), "eventName is missing"),
        (without("eventId", "requestId"), "eventId and requestId are missing"),
        (event(eventId=7), "eventId is a number; expected a text"),
        (without("eventTime"), "eventTime is missing; expected a time such as 2025-07-07T01:39:09Z"),
        (event(eventTime="yesterday"), "eventTime 'yesterday': not a time; expected a time"),
        (event(eventTime=1751852349), "eventTime is a number; expected a text"),
        (
            without("acsRegion", requestParameters={"a": 1}),
            "acsRegion and requestParameters.RegionId are missing",
        ),
        (event(acsRegion=["cn-hangzhou"]), "acsRegion is a list; expected a text"),
        (event(serviceName=5), "serviceName is a number; expected a text"),
        (event(errorCode=404), "errorCode is a number; expected a text"),
        (event(userIdentity=[1]), "userIdentity is a list; expected an object"),
        (event(userIdentity="alice"), "userIdentity is a text that does not hold JSON"),
        (event(userIdentity={"userName": True}), "userIdentity.userName is true or false; expected a text"),
        (event(requestParameters=["x"]), "requestParameters is a list; expected an object"),
        (event(requestParameters="{"), "requestParameters is a text that does not hold JSON"),
        (
            event(requestParameters=None, requestParameterJson="["),
            "requestParameterJson is a text that does not",
        ),
        (event(requestParameters=None, requestParameterJson="[1]"), "requestParameterJson is a list"),
    ],
)
def test_event_that_cannot_be_judged_says_which_field_and_what_was_expected(
    body: dict[str, Any], message: str
) -> None:
    assert message in problem(body)


def test_event_of_another_service_is_never_judged() -> None:
    batch = read({"eventName": "ListBuckets", "serviceName": 7, "eventTime": [], "userIdentity": 3})

    assert batch.not_concerned == {"other_call": 1}


def test_time_a_day_ahead_of_now_is_refused_and_less_is_not() -> None:
    assert "more than a day ahead" in problem(PLAIN, now=AT - 86_401)
    assert len(read(PLAIN, now=AT - 86_399).concerned) == 1


def test_event_without_parameters_names_its_resources_instead() -> None:
    body = {**without("requestParameters"), "referencedResources": {"ACS::OSS::Bucket": ["example"]}}

    assert TrailEvent.of(body).parameters() == {"ACS::OSS::Bucket": ["example"]}
    assert TrailEvent.of({**body, "referencedResources": "odd"}).parameters() == {}
    assert TrailEvent.of({**body, "requestParameters": {"Name": "x"}}).parameters() == {"Name": "x"}
