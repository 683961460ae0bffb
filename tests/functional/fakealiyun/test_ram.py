"""RAM over real HTTP with the official SDK, and what its policies let pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config

from fakealiyun import ApiError, Cloud, Keys, fake_aliyun

ACCOUNT = "1234567890123456"
TRUST = {
    "Statement": [
        {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"RAM": [f"acs:ram::{ACCOUNT}:root"]}}
    ],
    "Version": "1",
}


def policy(*actions: str, effect: str = "Allow", resource: object = "*", **more: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
    return {"Version": "1", "Statement": [statement]}


def refused(cloud: Cloud, action: str, keys: Keys, **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ApiError) as caught:
        cloud.call(action, keys, **parameters)
    return caught.value.code, caught.value.status


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with fake_aliyun() as one:
        yield one


@pytest.fixture
def client(cloud: Cloud) -> Client:
    keys = cloud.account("alice")
    return Client(
        Config(
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            endpoint="ram.aliyuncs.com",
        )
    )


def test_a_role_is_created_read_updated_and_deleted(client: Client) -> None:
    made = client.create_role(
        ram.CreateRoleRequest(
            role_name="guard", assume_role_policy_document=json.dumps(TRUST), description="one"
        )
    ).body.role
    assert made.arn == f"acs:ram::{ACCOUNT}:role/guard"

    client.update_role(
        ram.UpdateRoleRequest(role_name="guard", new_description="two", new_max_session_duration=7200)
    )
    read = client.get_role(ram.GetRoleRequest(role_name="guard")).body.role
    assert (read.role_id, read.description, read.max_session_duration) == (made.role_id, "two", 7200)
    assert json.loads(read.assume_role_policy_document) == TRUST
    assert read.is_service_linked_role is False

    client.delete_role(ram.DeleteRoleRequest(role_name="guard"))
    with pytest.raises(ClientException) as caught:
        client.get_role(ram.GetRoleRequest(role_name="guard"))
    assert (caught.value.code, caught.value.status_code) == ("EntityNotExist.Role", 404)


def test_roles_are_listed_page_by_page(client: Client) -> None:
    for name in ("c", "a", "b"):
        client.create_role(
            ram.CreateRoleRequest(role_name=name, assume_role_policy_document=json.dumps(TRUST))
        )
    first = client.list_roles(ram.ListRolesRequest(max_items=2)).body
    assert [role.role_name for role in first.roles.role] == ["a", "b"]
    assert first.is_truncated is True
    last = client.list_roles(ram.ListRolesRequest(max_items=2, marker=first.marker)).body
    assert [role.role_name for role in last.roles.role] == ["c"]
    assert last.is_truncated is False


def test_a_policy_has_versions_of_which_one_is_in_force(client: Client) -> None:
    client.create_policy(
        ram.CreatePolicyRequest(policy_name="reads", policy_document=json.dumps(policy("ecs:Describe*")))
    )
    writes = policy("ecs:*")
    client.create_policy_version(
        ram.CreatePolicyVersionRequest(
            policy_name="reads", policy_document=json.dumps(writes), set_as_default=True
        )
    )
    read = client.get_policy(ram.GetPolicyRequest(policy_name="reads", policy_type="Custom")).body
    assert read.policy.default_version == "v2"
    assert json.loads(read.default_policy_version.policy_document) == writes

    client.set_default_policy_version(
        ram.SetDefaultPolicyVersionRequest(policy_name="reads", version_id="v1")
    )
    versions = client.list_policy_versions(
        ram.ListPolicyVersionsRequest(policy_name="reads", policy_type="Custom")
    ).body.policy_versions.policy_version
    assert [(one.version_id, one.is_default_version) for one in versions] == [("v1", True), ("v2", False)]


def test_the_sixth_version_is_refused_or_takes_the_place_of_the_oldest(cloud: Cloud) -> None:
    root, document = cloud.account(), json.dumps(policy("ecs:*"))
    cloud.call("ram:CreatePolicy", root, PolicyName="reads", PolicyDocument=document)
    for _ in range(4):
        cloud.call("ram:CreatePolicyVersion", root, PolicyName="reads", PolicyDocument=document)
    again = {"PolicyName": "reads", "PolicyDocument": document}
    assert refused(cloud, "ram:CreatePolicyVersion", root, **again) == ("LimitExceeded.Policy.Version", 409)

    rotating = {**again, "RotateStrategy": "DeleteOldestNonDefaultVersionWhenLimitExceeded"}
    made = cloud.call("ram:CreatePolicyVersion", root, **rotating)["PolicyVersion"]
    assert made["VersionId"] == "v6"
    versions = cloud.call("ram:ListPolicyVersions", root, PolicyName="reads", PolicyType="Custom")
    ids = [one["VersionId"] for one in versions["PolicyVersions"]["PolicyVersion"]]
    assert ids == ["v1", "v3", "v4", "v5", "v6"]  # v1 is in force and stays
    gone = refused(
        cloud, "ram:GetPolicyVersion", root, PolicyName="reads", PolicyType="Custom", VersionId="v2"
    )
    assert gone == ("EntityNotExist.Policy.Version", 404)
    in_force = refused(cloud, "ram:DeletePolicyVersion", root, PolicyName="reads", VersionId="v1")
    assert in_force == ("DeleteConflict.Policy.Version.Default", 409)


def test_what_is_attached_has_to_be_detached_before_either_is_deleted(cloud: Cloud) -> None:
    root = cloud.account()
    cloud.call("ram:CreateRole", root, RoleName="guard", AssumeRolePolicyDocument=json.dumps(TRUST))
    cloud.call(
        "ram:CreatePolicy", root, PolicyName="reads", PolicyDocument=json.dumps(policy("ecs:Describe*"))
    )
    both = {"PolicyName": "reads", "PolicyType": "Custom", "RoleName": "guard"}
    cloud.call("ram:AttachPolicyToRole", root, **both)
    assert refused(cloud, "ram:AttachPolicyToRole", root, **both) == ("EntityAlreadyExists.Role.Policy", 409)
    listed = cloud.call("ram:ListPoliciesForRole", root, RoleName="guard")["Policies"]["Policy"]
    assert [one["PolicyName"] for one in listed] == ["reads"]
    entities = cloud.call("ram:ListEntitiesForPolicy", root, PolicyName="reads", PolicyType="Custom")
    assert [one["RoleName"] for one in entities["Roles"]["Role"]] == ["guard"]

    assert refused(cloud, "ram:DeleteRole", root, RoleName="guard") == ("DeleteConflict.Role.Policy", 409)
    assert refused(cloud, "ram:DeletePolicy", root, PolicyName="reads") == ("DeleteConflict.Policy.Role", 409)
    cloud.call("ram:DetachPolicyFromRole", root, **both)
    assert refused(cloud, "ram:DetachPolicyFromRole", root, **both) == ("EntityNotExist.Role.Policy", 404)
    cloud.call("ram:DeletePolicy", root, PolicyName="reads")
    cloud.call("ram:DeleteRole", root, RoleName="guard")


def test_a_policy_is_deleted_with_its_versions_only_when_asked(cloud: Cloud) -> None:
    root, document = cloud.account(), json.dumps(policy("ecs:*"))
    cloud.call("ram:CreatePolicy", root, PolicyName="reads", PolicyDocument=document)
    cloud.call("ram:CreatePolicyVersion", root, PolicyName="reads", PolicyDocument=document)
    assert refused(cloud, "ram:DeletePolicy", root, PolicyName="reads") == (
        "DeleteConflict.Policy.Version",
        409,
    )
    cloud.call("ram:DeletePolicy", root, PolicyName="reads", CascadingDelete=True)
    listed = cloud.call("ram:ListPolicies", root, PolicyType="Custom")["Policies"]["Policy"]
    assert listed == []


def test_users_are_made_listed_and_deleted(cloud: Cloud) -> None:
    root = cloud.account()
    made = cloud.call("ram:CreateUser", root, UserName="bob", DisplayName="Bob")["User"]
    again = refused(cloud, "ram:CreateUser", root, UserName="bob")
    assert again == ("EntityAlreadyExists.User", 409)
    cloud.account("alice")
    listed = cloud.call("ram:ListUsers", root)["Users"]["User"]
    assert [one["UserName"] for one in listed] == ["alice", "bob"]
    assert listed[1]["UserId"] == made["UserId"]
    assert refused(cloud, "ram:DeleteUser", root, UserName="alice") == ("DeleteConflict.User.Policy", 409)
    cloud.call("ram:DeleteUser", root, UserName="bob")
    assert refused(cloud, "ram:GetUser", root, UserName="bob") == ("EntityNotExist.User", 404)


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        ("ram:CreateRole", {"RoleName": "guard"}, ("MissingParameter", 400)),
        (
            "ram:CreateRole",
            {"RoleName": "a_b", "AssumeRolePolicyDocument": json.dumps(TRUST)},
            ("InvalidParameter.RoleName.InvalidChars", 400),
        ),
        (
            "ram:CreateRole",
            {"RoleName": "a" * 65, "AssumeRolePolicyDocument": json.dumps(TRUST)},
            ("InvalidParameter.RoleName.Length", 400),
        ),
        (
            "ram:CreateRole",
            {"RoleName": "guard", "AssumeRolePolicyDocument": "{}"},
            ("MalformedPolicyDocument", 400),
        ),
        (
            "ram:CreatePolicy",
            {"PolicyName": "reads", "PolicyDocument": '{"Statement": [{"Effect": "Maybe", "Action": "*"}]}'},
            ("MalformedPolicyDocument", 400),
        ),
        ("ram:GetPolicy", {"PolicyName": "reads", "PolicyType": "Odd"}, ("InvalidParameter.PolicyType", 400)),
        ("ram:GetPolicy", {"PolicyName": "reads", "PolicyType": "Custom"}, ("EntityNotExist.Policy", 404)),
        ("ram:GetUser", {"UserName": "nobody"}, ("EntityNotExist.User", 404)),
        ("ram:ListRoles", {"MaxItems": 0}, ("InvalidParameter.MaxItems", 400)),
        ("ram:ListRoles", {"Marker": "odd"}, ("InvalidParameter.Marker", 400)),
    ],
)
def test_what_ram_refuses(
    cloud: Cloud, action: str, parameters: dict[str, Any], code: tuple[str, int]
) -> None:
    assert refused(cloud, action, cloud.account(), **parameters) == code


def test_names_are_taken_without_regard_to_case(cloud: Cloud) -> None:
    root, trust = cloud.account(), json.dumps(TRUST)
    cloud.call("ram:CreateRole", root, RoleName="Guard", AssumeRolePolicyDocument=trust)
    again = refused(cloud, "ram:CreateRole", root, RoleName="guard", AssumeRolePolicyDocument=trust)
    assert again == ("EntityAlreadyExists.Role", 409)
    assert cloud.call("ram:GetRole", root, RoleName="GUARD")["Role"]["RoleName"] == "Guard"


def test_a_user_without_a_policy_may_do_everything_until_it_is_taken_away(cloud: Cloud) -> None:
    root, alice = cloud.account(), cloud.account("alice")
    cloud.call("ram:ListRoles", alice)
    attached = cloud.call("ram:ListPoliciesForUser", root, UserName="alice")["Policies"]["Policy"]
    assert [one["PolicyName"] for one in attached] == ["AdministratorAccess"]

    taken = {"UserName": "alice", "PolicyName": "AdministratorAccess", "PolicyType": "System"}
    cloud.call("ram:DetachPolicyFromUser", root, **taken)
    assert refused(cloud, "ram:ListRoles", alice) == ("NoPermission", 403)


def test_a_user_with_a_policy_may_do_what_it_says(cloud: Cloud) -> None:
    bob = cloud.account("bob", policy=policy("ram:List*", "ecs:DescribeRegions"))
    cloud.call("ram:ListRoles", bob)
    assert refused(cloud, "ram:GetUser", bob, UserName="bob") == ("NoPermission", 403)
    assert refused(cloud, "ecs:DescribeNetworkInterfaces", bob) == ("Forbidden.RAM", 403)
    with pytest.raises(ValueError, match="RAM user"):
        cloud.account("root", policy=policy("*"))


def test_keys_of_a_user_carry_the_id_of_that_user(cloud: Cloud) -> None:
    first, second = cloud.account("alice"), cloud.account("alice")
    number = cloud.call("ram:GetUser", cloud.account(), UserName="alice")["User"]["UserId"]
    assert [cloud.identity_of(keys).principal_id for keys in (first, second)] == [number, number]
    assert first != second


@pytest.mark.parametrize(
    ("documents", "may"),
    [
        ([policy("ram:GetRole")], True),
        ([policy("RAM:getrole")], True),
        ([policy("ram:Get*")], True),
        ([policy("ram:ListRoles")], False),
        ([policy("*"), policy("ram:GetRole", effect="Deny")], False),
        ([{"Statement": [{"Effect": "Allow", "NotAction": "ram:GetRole", "Resource": "*"}]}], False),
        ([{"Statement": {"Effect": "Allow", "NotAction": ["ram:GetUser"], "Resource": "*"}}], True),
        ([policy("ram:GetRole", resource=f"acs:ram:*:{ACCOUNT}:role/guard")], True),
        ([policy("ram:GetRole", resource=[f"acs:ram:*:{ACCOUNT}:role/other"])], False),
        ([policy("*"), policy("*", effect="Deny", resource="acs:ram:*:*:role/g*")], False),
        ([policy("*"), policy("*", effect="Deny", resource="acs:ram:*:*:role/x*")], True),
        ([policy("ram:GetRole", Condition={"StringEquals": {"ram:ServiceName": "nat.aliyuncs.com"}})], False),
        (
            [policy("ram:GetRole", Condition={"StringNotEquals": {"ram:ServiceName": "nat.aliyuncs.com"}})],
            True,
        ),
        ([policy("ram:GetRole", Condition={"StringLike": {"ram:ServiceName": "*"}})], False),
    ],
)
def test_policies_are_judged_as_ram_does(cloud: Cloud, documents: list[dict[str, Any]], may: bool) -> None:
    root = cloud.account()
    cloud.call("ram:CreateRole", root, RoleName="guard", AssumeRolePolicyDocument=json.dumps(TRUST))
    carol = cloud.account("carol", policy=documents[0])
    for number, document in enumerate(documents[1:]):
        cloud.call("ram:CreatePolicy", root, PolicyName=f"more-{number}", PolicyDocument=json.dumps(document))
        cloud.call(
            "ram:AttachPolicyToUser", root, PolicyName=f"more-{number}", PolicyType="Custom", UserName="carol"
        )
    if may:
        assert cloud.call("ram:GetRole", carol, RoleName="guard")["Role"]["RoleName"] == "guard"
    else:
        assert refused(cloud, "ram:GetRole", carol, RoleName="guard") == ("NoPermission", 403)


def test_a_condition_that_the_fake_cannot_judge_is_named(cloud: Cloud) -> None:
    dated = policy("ram:*", Condition={"DateLessThan": {"acs:CurrentTime": "2030-01-01T00:00:00Z"}})
    with pytest.raises(ApiError, match="DateLessThan") as caught:
        cloud.call("ram:ListRoles", cloud.account("dave", policy=dated))
    assert caught.value.status == 501


def test_a_role_may_do_what_its_policy_says(cloud: Cloud) -> None:
    keys = cloud.role("auditor", policy=policy("ram:ListRoles"))
    cloud.call("ram:ListRoles", keys)
    assert refused(cloud, "ram:ListUsers", keys) == ("NoPermission", 403)
    cloud.call("ram:ListUsers", cloud.role("operator"))


def test_accounts_have_nothing_of_each_other(cloud: Cloud) -> None:
    other = cloud.account(account_id="1234567890654321")
    cloud.role("guard")
    assert cloud.call("ram:ListRoles", other)["Roles"]["Role"] == []
    assert refused(cloud, "ram:GetRole", other, RoleName="guard") == ("EntityNotExist.Role", 404)


def test_a_statement_has_to_cover_every_resource_of_a_call(cloud: Cloud) -> None:
    eni, group = "eni-bp1none00000001", "sg-bp1none00000001"
    both = {"NetworkInterfaceId": eni, "SecurityGroupId": [group]}
    one = f"acs:ecs:cn-hangzhou:{ACCOUNT}:eni/{eni}"
    half = cloud.account("half", policy=policy("ecs:*", resource=[one]))
    assert refused(cloud, "ecs:ModifyNetworkInterfaceAttribute", half, **both) == ("Forbidden.RAM", 403)
    whole = cloud.account("whole", policy=policy("ecs:*", resource=[one, "acs:ecs:*:*:securitygroup/*"]))
    found = refused(cloud, "ecs:ModifyNetworkInterfaceAttribute", whole, **both)
    assert found == ("InvalidEniId.NotFound", 404)
