"""Policies of service-linked roles: in snapshots, renewed by their service; and deletions refused at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakealiyun import ApiError, Assumptions, Cloud

NAT = "nat.aliyuncs.com"
ROLE, POLICY = "AliyunServiceRoleForNatgw", "AliyunServiceRolePolicyForNatgw"
LESS = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:A", "Resource": "*"}]}
IN_USE = ("DeleteConflict.Role", 409)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def policies(cloud: Cloud) -> dict[str, dict[str, Any]]:
    return {one["PolicyName"]: one for one in cloud.snapshot()["resources"]["ram:Policy"]}


def test_snapshot_holds_policies_in_use_and_custom_ones_as_get_policy_returns_them(cloud: Cloud) -> None:
    root = cloud.account()
    assert policies(cloud) == {}

    cloud.service(NAT)
    cloud.call("ram:CreatePolicy", root, PolicyName="spare", PolicyDocument=json.dumps(LESS))
    found = policies(cloud)

    assert sorted(found) == [POLICY, "spare"]
    for name, item in found.items():
        kind = "Custom" if name == "spare" else "System"
        answer = cloud.call("ram:GetPolicy", root, PolicyName=name, PolicyType=kind)
        assert item == {**answer["Policy"], "DefaultPolicyVersion": answer["DefaultPolicyVersion"]}
    assert (found[POLICY]["AttachmentCount"], found["spare"]["AttachmentCount"]) == (1, 0)


def test_renewed_policy_is_in_force_and_keeps_its_former_version(cloud: Cloud) -> None:
    cloud.service(NAT)
    cloud.clock.advance(60)

    cloud.in_account(cloud.account_id).ram.renew_policy(NAT, LESS, cloud.clock.now())

    item = policies(cloud)[POLICY]
    assert item["DefaultVersion"] == "v2"
    assert item["UpdateDate"] > item["CreateDate"]
    assert json.loads(item["DefaultPolicyVersion"]["PolicyDocument"]) == LESS
    versions = cloud.call("ram:ListPolicyVersions", cloud.account(), PolicyName=POLICY, PolicyType="System")
    assert len(versions["PolicyVersions"]["PolicyVersion"]) == 2


def test_policy_of_a_service_without_a_role_cannot_be_renewed(cloud: Cloud) -> None:
    with pytest.raises(ApiError, match="does not exist"):
        cloud.in_account(cloud.account_id).ram.renew_policy(NAT, LESS, cloud.clock.now())


def test_deletion_of_a_role_in_use_is_refused_at_once_if_so_assumed() -> None:
    cloud = Cloud(assumptions=Assumptions(linked_role_in_use=IN_USE))
    root, nat = cloud.account(), cloud.service(NAT)
    vpc = cloud.call("vpc:CreateVpc", root, CidrBlock="10.0.0.0/8")["VpcId"]
    cloud.clock.advance(60)
    group = cloud.call("ecs:CreateSecurityGroup", nat, VpcId=vpc)["SecurityGroupId"]

    with pytest.raises(ApiError, match="uses it") as refused:
        cloud.call("ram:DeleteServiceLinkedRole", root, RoleName=ROLE)
    assert (refused.value.code, refused.value.status) == IN_USE

    cloud.call("ecs:DeleteSecurityGroup", nat, SecurityGroupId=group)
    assert "DeletionTaskId" in cloud.call("ram:DeleteServiceLinkedRole", root, RoleName=ROLE)
