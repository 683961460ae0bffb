"""STS: who may assume which role, and what the keys are good for; alibabacloud_credentials as well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_credentials.models import Config as CredentialConfig
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client
from alibabacloud_tea_openapi.utils_models import Config

from fakealiyun import ApiError, Clock, Cloud, Keys, fake_aliyun

ACCOUNT = "1234567890123456"
OTHER = "1234567890654321"


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def assumed(cloud: Cloud, keys: Keys, role: str = "guard", **more: Any) -> Keys:
    arn = f"acs:ram::{ACCOUNT}:role/{role}"
    made = cloud.call("sts:AssumeRole", keys, RoleArn=arn, RoleSessionName="night", **more)["Credentials"]
    return Keys(made["AccessKeyId"], made["AccessKeySecret"], made["SecurityToken"])


def refused(cloud: Cloud, action: str, keys: Keys, **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ApiError) as caught:
        cloud.call(action, keys, **parameters)
    return caught.value.code, caught.value.status


def test_keys_of_an_assumed_role_may_do_what_the_role_may(cloud: Cloud) -> None:
    cloud.role("guard", policy={"Statement": [{"Effect": "Allow", "Action": "ram:List*", "Resource": "*"}]})
    keys = assumed(cloud, cloud.account("alice"))
    cloud.call("ram:ListRoles", keys)
    assert refused(cloud, "ram:GetRole", keys, RoleName="guard") == ("NoPermission", 403)
    identity = cloud.call("sts:GetCallerIdentity", keys)
    assert identity["Arn"] == f"acs:ram::{ACCOUNT}:assumed-role/guard/night"
    assert identity["IdentityType"] == "AssumedRoleUser"


def test_the_root_of_an_account_cannot_assume_a_role(cloud: Cloud) -> None:
    cloud.role("guard")
    arn = f"acs:ram::{ACCOUNT}:role/guard"
    denied = refused(cloud, "sts:AssumeRole", cloud.account(), RoleArn=arn, RoleSessionName="night")
    assert denied == ("NoPermission", 403)


def test_nobody_of_the_account_can_assume_a_service_linked_role(cloud: Cloud) -> None:
    cloud.service("nat.aliyuncs.com")
    arn = f"acs:ram::{ACCOUNT}:role/aliyunserviceroleforn"
    missing = refused(cloud, "sts:AssumeRole", cloud.account("a"), RoleArn=arn, RoleSessionName="night")
    assert missing == ("EntityNotExist.Role", 404)
    linked = refused(
        cloud, "sts:AssumeRole", cloud.account("a"), RoleArn=f"{arn}atgw", RoleSessionName="night"
    )
    assert linked == ("NoPermission", 403)


@pytest.mark.parametrize(
    ("principal", "may"),
    [
        (f"acs:ram::{ACCOUNT}:root", True),
        (f"acs:ram::{ACCOUNT}:user/alice", True),
        (f"acs:ram::{ACCOUNT}:user/bob", False),
        (f"acs:ram::{OTHER}:root", False),
    ],
)
def test_the_trust_policy_says_who_may_assume_a_role(cloud: Cloud, principal: str, may: bool) -> None:
    trust = {
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [principal]}}]
    }
    root = cloud.account()
    cloud.call("ram:CreateRole", root, RoleName="guard", AssumeRolePolicyDocument=json.dumps(trust))
    alice, arn = cloud.account("alice"), f"acs:ram::{ACCOUNT}:role/guard"
    if may:
        assert assumed(cloud, alice).token
    else:
        denied = refused(cloud, "sts:AssumeRole", alice, RoleArn=arn, RoleSessionName="night")
        assert denied == ("NoPermission", 403)


def test_a_caller_needs_the_permission_to_assume_that_role(cloud: Cloud) -> None:
    cloud.role("guard")
    cloud.role("other")
    arn = f"acs:ram:*:{ACCOUNT}:role/guard"
    allow = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}]}
    alice = cloud.account("alice", policy=allow)
    assumed(cloud, alice)
    other = refused(
        cloud, "sts:AssumeRole", alice, RoleArn=f"acs:ram::{ACCOUNT}:role/other", RoleSessionName="night"
    )
    assert other == ("NoPermission", 403)


def test_a_session_policy_narrows_what_the_keys_may_do(cloud: Cloud) -> None:
    cloud.role("guard")
    narrow = {"Statement": [{"Effect": "Allow", "Action": "ram:ListRoles", "Resource": "*"}]}
    keys = assumed(cloud, cloud.account("alice"), Policy=json.dumps(narrow))
    cloud.call("ram:ListRoles", keys)
    assert refused(cloud, "ram:ListUsers", keys) == ("NoPermission", 403)


def test_keys_expire(cloud: Cloud) -> None:
    cloud.role("guard")
    keys = assumed(cloud, cloud.account("alice"), DurationSeconds=900)
    cloud.clock.advance(899)
    cloud.call("ram:ListRoles", keys)
    cloud.clock.advance(1)
    assert refused(cloud, "ram:ListRoles", keys) == ("InvalidSecurityToken.Expired", 403)


@pytest.mark.parametrize("seconds", [899, 3601])
def test_a_session_lasts_between_15_minutes_and_what_the_role_allows(cloud: Cloud, seconds: int) -> None:
    cloud.role("guard")
    arn = f"acs:ram::{ACCOUNT}:role/guard"
    asked = {"RoleArn": arn, "RoleSessionName": "night", "DurationSeconds": seconds}
    assert refused(cloud, "sts:AssumeRole", cloud.account("a"), **asked) == (
        "InvalidParameter.DurationSeconds",
        400,
    )


def test_a_role_of_another_account_acts_there_and_its_events_say_who_plays_it(cloud: Cloud) -> None:
    trust = {
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": f"acs:ram::{OTHER}:root"}}
        ]
    }
    root = cloud.account()
    cloud.call("ram:CreateRole", root, RoleName="guard", AssumeRolePolicyDocument=json.dumps(trust))
    administrator = {"PolicyName": "AdministratorAccess", "PolicyType": "System", "RoleName": "guard"}
    cloud.call("ram:AttachPolicyToRole", root, **administrator)
    keys = assumed(cloud, cloud.account("eve", account_id=OTHER))
    cloud.call("ram:CreateUser", keys, UserName="mallory")
    assert cloud.call("ram:GetUser", root, UserName="mallory")["User"]["UserName"] == "mallory"
    event = next(one for one in cloud.trail.events if one["eventName"] == "CreateUser")
    assert event["userIdentity"]["accountId"] == ACCOUNT
    assert event["requestParameters"]["stsTokenPlayerUid"] == OTHER
    assert event["requestParameters"]["stsTokenPrincipalName"] == "guard/night"


@pytest.fixture
def today() -> Iterator[Cloud]:
    """A cloud at the real time, with which alibabacloud_credentials compares expirations."""
    with fake_aliyun(clock=Clock(datetime.now(timezone.utc)), check_signatures=True) as one:
        yield one


def test_alibabacloud_credentials_assumes_a_role_at_the_fake(today: Cloud) -> None:
    today.role("guard")
    keys = today.account("alice")
    credentials = Credentials(
        CredentialConfig(
            type="ram_role_arn",
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            role_arn=f"acs:ram::{ACCOUNT}:role/guard",
            role_session_name="night",
        )
    )
    client = Client(Config(credential=credentials, endpoint="ram.aliyuncs.com"))
    body = client.get_role(ram.GetRoleRequest(role_name="guard")).body
    assert body.role.role_name == "guard"
    names = [event["userIdentity"]["userName"] for event in today.trail.events]
    assert names == ["alice", "guard:night"]
