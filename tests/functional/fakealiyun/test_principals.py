"""Policies that ResourceManager attaches to roles and users, which it writes with the account they are of."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun import ApiError, Cloud, Keys

ACCOUNT = "1234567890123456"
ROLE = {"PrincipalType": "ServiceRole", "PrincipalName": f"guard@role.{ACCOUNT}.onaliyunservice.com"}
USER = {"PrincipalType": "IMSUser", "PrincipalName": f"alice@{ACCOUNT}.onaliyun.com"}
ADMIN = {"PolicyName": "AdministratorAccess", "PolicyType": "System"}
ASKED = {**ADMIN, **ROLE, "ResourceGroupId": ACCOUNT}
NOTHING: dict[str, Any] = {"Version": "1", "Statement": []}


@pytest.fixture
def cloud() -> Cloud:
    cloud = Cloud()
    cloud.role("guard", NOTHING)
    cloud.account("alice", policy=NOTHING)
    return cloud


def refused(cloud: Cloud, action: str, keys: Keys, **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ApiError) as caught:
        cloud.call(action, keys, **parameters)
    return caught.value.code, caught.value.status


@pytest.mark.parametrize(
    ("principal", "listing", "named", "kind"),
    [
        (ROLE, "ram:ListPoliciesForRole", {"RoleName": "guard"}, "Role"),
        (USER, "ram:ListPoliciesForUser", {"UserName": "alice"}, "User"),
    ],
)
def test_what_is_attached_to_a_principal_is_attached_in_ram(
    cloud: Cloud, principal: dict[str, str], listing: str, named: dict[str, str], kind: str
) -> None:
    root, asked = cloud.account(), {**ASKED, **principal}

    def attached() -> list[str]:
        listed = cloud.call(listing, root, **named)["Policies"]["Policy"]
        return [one["PolicyName"] for one in listed if one["PolicyType"] == "System"]

    assert refused(cloud, "ram:DetachPolicy", root, **asked) == (f"EntityNotExist.{kind}.Policy", 404)
    cloud.call("ram:AttachPolicy", root, **asked)
    assert attached() == ["AdministratorAccess"]
    assert refused(cloud, "ram:AttachPolicy", root, **asked) == (f"EntityAlreadyExists.{kind}.Policy", 409)
    cloud.call("ram:DetachPolicy", root, **asked)
    assert attached() == []


@pytest.mark.parametrize("action", ["ram:AttachPolicy", "ram:DetachPolicy"])
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"PolicyName": "none"}, ("EntityNotExist.Policy", 404)),
        ({"PrincipalName": f"none@role.{ACCOUNT}.onaliyunservice.com"}, ("EntityNotExist.Role", 404)),
        ({"PrincipalName": "guard"}, ("EntityNotExist.Role", 404)),
        ({**USER, "PrincipalName": f"bob@{ACCOUNT}.onaliyun.com"}, ("EntityNotExist.User", 404)),
        ({**USER, "PrincipalName": "alice@example.com"}, ("EntityNotExist.User", 404)),
        ({"PrincipalType": "Anything"}, ("InvalidParameter.PrincipalType", 400)),
        ({"PrincipalType": "IMSGroup"}, ("FakeAliyun.NotImplemented", 501)),
        ({"PrincipalName": None}, ("MissingParameter", 400)),
        ({"ResourceGroupId": None}, ("MissingParameter", 400)),
        ({"ResourceGroupId": "rg-example0001"}, ("FakeAliyun.NotImplemented", 501)),
    ],
)
def test_principals_that_are_none_are_refused(
    cloud: Cloud, action: str, wrong: dict[str, Any], code: tuple[str, int]
) -> None:
    assert refused(cloud, action, cloud.account(), **{**ASKED, **wrong}) == code


@pytest.mark.parametrize("action", ["ram:AttachPolicy", "ram:DetachPolicy"])
def test_linked_role_keeps_its_policies(cloud: Cloud, action: str) -> None:
    cloud.service("nat.aliyuncs.com")
    name = f"AliyunServiceRoleForNatgw@role.{ACCOUNT}.onaliyunservice.com"

    code = refused(cloud, action, cloud.account(), **{**ASKED, "PrincipalName": name})

    assert code == ("EntityNotAllow.ServiceLinkedRole", 400)


def test_ram_decides_and_the_trail_says_resource_manager(cloud: Cloud) -> None:
    statement = {"Effect": "Allow", "Action": "ram:AttachPolicy", "Resource": "*"}
    somebody = cloud.account("somebody", policy={"Version": "1", "Statement": [statement]})

    assert refused(cloud, "ram:AttachPolicy", cloud.account("alice"), **ASKED) == ("NoPermission", 403)
    assert cloud.trail.events[-1]["errorCode"] == "NoPermission"
    cloud.call("ram:AttachPolicy", somebody, **ASKED)

    event = cloud.trail.events[-1]
    assert (event["serviceName"], event["eventName"]) == ("ResourceManager", "AttachPolicy")
    assert event["requestParameters"]["PrincipalName"] == ROLE["PrincipalName"]
    assert refused(cloud, "ram:DetachPolicy", somebody, **ASKED) == ("NoPermission", 403)
