"""Service-linked roles as the document of API Gateway has them (seed 003)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client
from alibabacloud_tea_openapi.client import Client as OpenApi
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

from fakealiyun import ApiError, Assumptions, Cloud, Keys, fake_aliyun

ACCOUNT = "1234567890123456"
SERVICE = "connectuservpc.apigateway.aliyuncs.com"
ROLE = "AliyunServiceRoleForApiGatewayConnectUserVpc"
POLICY = "AliyunServiceRolePolicyForApiGatewayConnectUserVpc"
#: Permissions of the document's policy, as its tables list them.
ACTIONS = {
    "ecs:CreateNetworkInterface",
    "ecs:DeleteNetworkInterface",
    "ecs:AttachNetworkInterface",
    "ecs:DetachNetworkInterface",
    "ecs:DescribeNetworkInterfaces",
    "ecs:DescribeNetworkInterfaceAttribute",
    "ecs:ModifyNetworkInterfaceAttribute",
    "ecs:CreateNetworkInterfacePermission",
    "ecs:DescribeNetworkInterfacePermissions",
    "ecs:AssignPrivateIpAddresses",
    "ecs:UnassignPrivateIpAddresses",
    "ecs:AssignIpv6Addresses",
    "ecs:UnassignIpv6Addresses",
    "ecs:DescribeSecurityGroups",
    "ecs:ListTagResources",
    "vpc:DescribeVpcs",
    "vpc:DescribeVpcAttribute",
    "vpc:DescribeVSwitches",
    "vpc:DescribeVSwitchAttributes",
    "vpc:ModifyBypassToaAttribute",
}


def refused(
    cloud: Cloud, action: str, keys: Keys, region: str | None = None, **parameters: Any
) -> tuple[str, int]:
    with pytest.raises(ApiError) as caught:
        cloud.call(action, keys, region, **parameters)
    return caught.value.code, caught.value.status


def status_of(cloud: Cloud, task_id: str) -> dict[str, Any]:
    answer = cloud.call("ram:GetServiceLinkedRoleDeletionStatus", cloud.account(), DeletionTaskId=task_id)
    return {key: value for key, value in answer.items() if key != "RequestId"}


def deleted(cloud: Cloud, keys: Keys) -> str:
    task_id: str = cloud.call("ram:DeleteServiceLinkedRole", keys, RoleName=ROLE)["DeletionTaskId"]
    return task_id


def vswitch_and_group(cloud: Cloud, region: str) -> tuple[str, str]:
    root = cloud.account()
    vpc = cloud.call("vpc:CreateVpc", root, region, CidrBlock="10.0.0.0/8")["VpcId"]
    cloud.clock.advance(60)
    place = {"VpcId": vpc, "CidrBlock": "10.0.1.0/24", "ZoneId": f"{region}-a"}
    vswitch = cloud.call("vpc:CreateVSwitch", root, region, **place)["VSwitchId"]
    cloud.clock.advance(60)
    group = cloud.call("ecs:CreateSecurityGroup", root, region, VpcId=vpc)["SecurityGroupId"]
    return vswitch, group


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def test_the_role_is_made_for_its_service_with_the_policy_of_the_document(cloud: Cloud) -> None:
    root = cloud.account()
    made = cloud.call("ram:CreateServiceLinkedRole", root, ServiceName=SERVICE)["Role"]
    assert (made["RoleName"], made["IsServiceLinkedRole"]) == (ROLE, True)
    assert made["Arn"] == f"acs:ram::{ACCOUNT}:role/{ROLE.lower()}"
    trust = json.loads(made["AssumeRolePolicyDocument"])
    assert [one["Principal"] for one in trust["Statement"]] == [{"Service": [SERVICE]}]

    attached = cloud.call("ram:ListPoliciesForRole", root, RoleName=ROLE)["Policies"]["Policy"]
    assert [(one["PolicyName"], one["PolicyType"]) for one in attached] == [(POLICY, "System")]
    policy = cloud.call("ram:GetPolicy", root, PolicyName=POLICY, PolicyType="System")
    first, second = json.loads(policy["DefaultPolicyVersion"]["PolicyDocument"])["Statement"]
    assert set(first["Action"]) == ACTIONS
    assert second["Action"] == "ram:DeleteServiceLinkedRole"
    assert second["Condition"] == {"StringEquals": {"ram:ServiceName": SERVICE}}


def test_a_role_is_made_once_and_only_for_a_service_that_has_one(cloud: Cloud) -> None:
    root = cloud.account()
    cloud.call("ram:CreateServiceLinkedRole", root, ServiceName=SERVICE)
    again = refused(cloud, "ram:CreateServiceLinkedRole", root, ServiceName=SERVICE)
    assert again == ("EntityAlreadyExists.Role", 409)
    unknown = refused(cloud, "ram:CreateServiceLinkedRole", root, ServiceName="none.aliyuncs.com")
    assert unknown == ("EntityNotExist.Service", 404)
    assert refused(cloud, "ram:CreateServiceLinkedRole", root) == ("MissingParameter", 400)


def test_a_user_may_make_the_role_with_the_statement_of_the_document_and_no_other(cloud: Cloud) -> None:
    statement = {
        "Action": "ram:CreateServiceLinkedRole",
        "Resource": "*",
        "Effect": "Allow",
        "Condition": {"StringEquals": {"ram:ServiceName": SERVICE}},
    }
    alice = cloud.account("alice", policy={"Version": "1", "Statement": [statement]})
    other = refused(cloud, "ram:CreateServiceLinkedRole", alice, ServiceName="nat.aliyuncs.com")
    assert other == ("NoPermission", 403)
    cloud.call("ram:CreateServiceLinkedRole", alice, ServiceName=SERVICE)


def test_a_suffix_makes_a_role_of_its_own(cloud: Cloud) -> None:
    root, asked = cloud.account(), {"ServiceName": SERVICE, "CustomSuffix": "Blue", "Description": "blue one"}
    made = cloud.call("ram:CreateServiceLinkedRole", root, **asked)["Role"]
    assert (made["RoleName"], made["Description"]) == (f"{ROLE}_Blue", "blue one")
    odd = refused(cloud, "ram:CreateServiceLinkedRole", root, ServiceName=SERVICE, CustomSuffix="a/b")
    assert odd == ("InvalidParameter.CustomSuffix.InvalidChars", 400)
    long = refused(cloud, "ram:CreateServiceLinkedRole", root, ServiceName=SERVICE, CustomSuffix="a" * 40)
    assert long == ("InvalidParameter.CustomSuffix.Length", 400)
    described = refused(cloud, "ram:CreateServiceLinkedRole", root, ServiceName=SERVICE, Description="mine")
    assert described == ("InvalidParameter.Description.NotAllowed", 400)
    strict = Cloud(assumptions=Assumptions(custom_suffixes=frozenset()))
    no_suffix = refused(strict, "ram:CreateServiceLinkedRole", strict.account(), **asked)
    assert no_suffix == ("InvalidParameter.CustomSuffix.NotAllowed", 400)


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("ram:UpdateRole", {"RoleName": ROLE, "NewDescription": "mine"}),
        ("ram:UpdateRole", {"RoleName": ROLE, "NewAssumeRolePolicyDocument": '{"Statement": []}'}),
        ("ram:DeleteRole", {"RoleName": ROLE}),
        (
            "ram:AttachPolicyToRole",
            {"RoleName": ROLE, "PolicyName": "AdministratorAccess", "PolicyType": "System"},
        ),
        ("ram:DetachPolicyFromRole", {"RoleName": ROLE, "PolicyName": POLICY, "PolicyType": "System"}),
        (
            "ram:CreatePolicyVersion",
            {"PolicyName": POLICY, "PolicyDocument": '{"Statement": []}', "SetAsDefault": True},
        ),
        ("ram:SetDefaultPolicyVersion", {"PolicyName": POLICY, "VersionId": "v1"}),
        ("ram:DeletePolicyVersion", {"PolicyName": POLICY, "VersionId": "v1"}),
        ("ram:DeletePolicy", {"PolicyName": POLICY}),
    ],
)
@pytest.mark.parametrize("who", ["root", "service"])
def test_nobody_edits_the_role_or_its_policy(
    cloud: Cloud, who: str, action: str, parameters: dict[str, Any]
) -> None:
    cloud.service(SERVICE)
    before = cloud.snapshot()["resources"]["ram:Role"]
    document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    if "PolicyDocument" in parameters:
        parameters = {**parameters, "PolicyDocument": json.dumps(document)}
    if who == "root":
        assert refused(cloud, action, cloud.account(), **parameters) == (
            "EntityNotAllow.ServiceLinkedRole",
            400,
        )
    else:
        assert refused(cloud, action, cloud.service(SERVICE), **parameters) == ("NoPermission", 403)
    assert cloud.snapshot()["resources"]["ram:Role"] == before


def test_the_policy_of_a_service_is_for_its_role_alone(cloud: Cloud) -> None:
    cloud.service(SERVICE)
    cloud.role("mine")
    to_mine = {"RoleName": "mine", "PolicyName": POLICY, "PolicyType": "System"}
    assert refused(cloud, "ram:AttachPolicyToRole", cloud.account(), **to_mine) == (
        "EntityNotAllow.ServiceLinkedRole",
        400,
    )


@pytest.mark.parametrize("name", [ROLE, "aliyunserviceroleformine"])
def test_no_role_is_created_under_a_name_of_service_linked_roles(cloud: Cloud, name: str) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": ["ecs.aliyuncs.com"]},
    }
    asked = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps({"Statement": [statement]})}
    assert refused(cloud, "ram:CreateRole", cloud.account(), **asked)[1] == 400
    lax = Cloud(assumptions=Assumptions(linked_role_name=None))
    made = lax.call("ram:CreateRole", lax.account(), **asked)["Role"]
    assert "IsServiceLinkedRole" not in made


def test_the_service_deletes_its_role_and_no_other(cloud: Cloud) -> None:
    gateway = cloud.service(SERVICE)
    cloud.service("nat.aliyuncs.com")
    other = refused(cloud, "ram:DeleteServiceLinkedRole", gateway, RoleName="AliyunServiceRoleForNatgw")
    assert other == ("NoPermission", 403)
    task = deleted(cloud, gateway)
    assert status_of(cloud, task) == {"Status": "IN_PROGRESS"}
    assert deleted(cloud, cloud.account()) == task
    cloud.clock.advance(5)
    assert status_of(cloud, task) == {"Status": "SUCCEEDED"}
    assert refused(cloud, "ram:GetRole", cloud.account(), RoleName=ROLE) == ("EntityNotExist.Role", 404)
    policy = refused(cloud, "ram:GetPolicy", cloud.account(), PolicyName=POLICY, PolicyType="System")
    assert policy == ("EntityNotExist.Policy", 404)
    assert refused(cloud, "ecs:DescribeNetworkInterfaces", gateway) == ("Forbidden.RAM", 403)


def test_an_ordinary_role_is_not_deleted_this_way(cloud: Cloud) -> None:
    cloud.role("mine")
    ordinary = refused(cloud, "ram:DeleteServiceLinkedRole", cloud.account(), RoleName="mine")
    assert ordinary == ("EntityNotExist.ServiceLinkedRole", 404)
    missing = refused(cloud, "ram:DeleteServiceLinkedRole", cloud.account(), RoleName=ROLE)
    assert missing == ("EntityNotExist.Role", 404)


@pytest.mark.parametrize(
    ("task_id", "code"),
    [
        ("short", ("InvalidParameter.DeletionTaskId.Length", 400)),
        ("x" * 40, ("InvalidParameter.DeletionTaskId", 400)),
        (
            f"task/acs-service-role/{SERVICE}/{ROLE}/none",
            ("EntityNotExist.ServiceLinkedRole.DeletionTask", 404),
        ),
    ],
)
def test_a_task_that_was_never_asked_for_has_no_status(
    cloud: Cloud, task_id: str, code: tuple[str, int]
) -> None:
    assert (
        refused(cloud, "ram:GetServiceLinkedRoleDeletionStatus", cloud.account(), DeletionTaskId=task_id)
        == code
    )


def test_the_role_comes_and_goes_with_an_instance_of_api_gateway(cloud: Cloud) -> None:
    """Seed 003 whole: created, edited (refused), deleted too early (the task fails), released, deleted."""
    alice, region = cloud.account("alice"), "cn-shanghai"
    cloud.call("ram:CreateServiceLinkedRole", alice, ServiceName=SERVICE)
    gateway = cloud.service(SERVICE)
    vswitch, group = vswitch_and_group(cloud, region)
    made = cloud.call("ecs:CreateNetworkInterface", gateway, region, VSwitchId=vswitch, SecurityGroupId=group)
    eni = made["NetworkInterfaceId"]
    assert made["ServiceManaged"] is True
    cloud.clock.advance(60)

    edited = refused(cloud, "ram:UpdateRole", alice, RoleName=ROLE, NewDescription="mine")
    assert edited == ("EntityNotAllow.ServiceLinkedRole", 400)

    early = deleted(cloud, alice)
    cloud.clock.advance(60)
    failed = status_of(cloud, early)
    assert failed["Status"] == "FAILED"
    assert failed["Reason"]["RoleUsages"]["RoleUsage"] == [
        {"Region": region, "Resources": {"Resource": [f"acs:ecs:{region}:{ACCOUNT}:eni/{eni}"]}}
    ]
    role = cloud.call("ram:GetRole", alice, RoleName=ROLE)["Role"]
    assert role["LatestDeletionTask"]["DeletionTaskId"] == early

    assert refused(cloud, "ecs:DeleteNetworkInterface", alice, region, NetworkInterfaceId=eni) == (
        "InvalidOperation.EniServiceManaged",
        403,
    )
    cloud.call("ecs:DeleteNetworkInterface", gateway, region, NetworkInterfaceId=eni)
    cloud.clock.advance(60)

    late = deleted(cloud, alice)
    assert late != early
    cloud.clock.advance(60)
    assert status_of(cloud, late) == {"Status": "SUCCEEDED"}
    assert status_of(cloud, early)["Status"] == "FAILED"
    assert cloud.snapshot(region)["resources"]["ram:Role"] == []


def test_a_managed_group_keeps_the_role_of_its_service(cloud: Cloud) -> None:
    nat = cloud.service("nat.aliyuncs.com")
    vpc = cloud.call("vpc:CreateVpc", cloud.account(), CidrBlock="10.0.0.0/8")["VpcId"]
    cloud.clock.advance(60)
    group = cloud.call("ecs:CreateSecurityGroup", nat, VpcId=vpc)["SecurityGroupId"]
    name = {"RoleName": "AliyunServiceRoleForNatgw"}
    task = cloud.call("ram:DeleteServiceLinkedRole", cloud.account(), **name)["DeletionTaskId"]
    cloud.clock.advance(60)
    usages = status_of(cloud, task)["Reason"]["RoleUsages"]["RoleUsage"]
    assert usages[0]["Resources"]["Resource"] == [f"acs:ecs:cn-hangzhou:{ACCOUNT}:securitygroup/{group}"]


def test_official_clients_make_delete_and_ask() -> None:
    with fake_aliyun() as cloud:
        keys = cloud.account("alice")
        secrets = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret}
        client = Client(Config(**secrets, endpoint="ram.aliyuncs.com"))
        client.create_service_linked_role(ram.CreateServiceLinkedRoleRequest(service_name=SERVICE))
        assert client.get_role(ram.GetRoleRequest(role_name=ROLE)).body.role.is_service_linked_role is True
        asked = ram.DeleteServiceLinkedRoleRequest(role_name=ROLE)
        task = client.delete_service_linked_role(asked).body.deletion_task_id

        # ResourceManager alone tells how a task goes; its SDK is one more client of the same kind
        cloud.clock.advance(60)
        status = Params(
            action="GetServiceLinkedRoleDeletionStatus",
            version="2020-03-31",
            protocol="HTTPS",
            pathname="/",
            method="POST",
            auth_type="AK",
            style="RPC",
            req_body_type="formData",
            body_type="json",
        )
        manager = OpenApi(Config(**secrets, endpoint="resourcemanager.aliyuncs.com"))
        answer = manager.call_api(status, OpenApiRequest(query={"DeletionTaskId": task}), RuntimeOptions())
        assert answer["body"]["Status"] == "SUCCEEDED"
        assert cloud.trail.events[-1]["serviceName"] == "ResourceManager"
