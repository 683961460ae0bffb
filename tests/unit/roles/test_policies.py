from __future__ import annotations

import pytest

from eniguard.roles import (
    RolePolicy,
    allows_freely,
    index,
    matches,
    policy_of,
    role_of_policy,
    verdict,
)

API_GATEWAY = "AliyunServiceRoleForApiGatewayConnectUserVpc"

POLICIES = [policy for role in index().values() if (policy := policy_of(role.name)) is not None]


def stored(role: str) -> RolePolicy:
    policy = policy_of(role)
    assert policy is not None
    return policy


def allows(policy: RolePolicy, action: str, resources: tuple[str, ...] = ()) -> bool | None:
    return verdict(policy.statements, action, resources)


def test_policy_carries_where_it_comes_from() -> None:
    policy = stored("aliyunservicerolefornatgw_blue")

    assert policy.role.name == "AliyunServiceRoleForNatgw"
    assert policy.complete
    assert (policy.version, policy.updated) == ("v3", "2022-03-15")
    assert policy.source.endswith("/aliyunservicerolepolicyfornatgw")


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("ecs:DeleteNetworkInterface", True),
        ("ECS:deletenetworkinterface", True),
        ("vpc:ModifyBypassToaAttribute", True),
        ("ram:DeleteServiceLinkedRole", None),
        ("vpc:AssociateEipAddress", False),
        ("ecs:CreateSecurityGroup", False),
        ("ecs:DeleteNetworkInterfacePermission", False),
        ("ecs:Delete", False),
        ("", False),
    ],
)
def test_action_is_allowed_when_the_policy_lists_it(action: str, allowed: bool | None) -> None:
    assert allows(stored(API_GATEWAY), action) is allowed


def test_api_gateway_policy_has_its_20_actions_and_the_conditioned_one() -> None:
    assert len(stored(API_GATEWAY).actions) == 21


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("ecs:AuthorizeSecurityGroup", True),
        ("ecs:AuthorizeSecurityGroupEgress", True),
        ("ecs:RevokeSecurityGroupEgress", True),
        ("ecs:ModifySecurityGroupRule", False),
        ("vpc:AuthorizeSecurityGroup", False),
    ],
)
def test_wildcards_of_a_published_policy_count(action: str, allowed: bool) -> None:
    assert allows(stored("AliyunNASManageENIRole"), action) is allowed


def test_question_mark_stands_for_one_character_and_a_dot_for_itself() -> None:
    patterns = ("ecs:create?isk", "ecs:a.b")

    assert matches("ecs:CreateDisk", patterns)
    assert not matches("ecs:Createisk", patterns)
    assert not matches("ecs:axb", patterns)


def test_odd_case_of_a_product_is_read_and_typing_slips_are_kept() -> None:
    assert allows(stored("AliyunServiceRoleForRMQMigration"), "ecs:DescribeSecurityGroups")

    slips = stored("AliyunTSDBAccessingENIRole")
    assert "ecs:descirbesecuritygroups" in slips.actions
    assert not allows(slips, "ecs:DescribeSecurityGroups")
    assert slips.slip_for("ecs:DescribeSecurityGroups") == "ecs:DescirbeSecurityGroups"
    assert slips.slip_for("ecs:CreateNetworkInterface") is None


def test_every_recorded_slip_stands_in_its_document() -> None:
    slips = [(policy, slip, meant) for policy in POLICIES for slip, meant in policy.slips.items()]

    assert len(slips) == 3
    for policy, slip, meant in slips:
        assert slip in {action for one in policy.statements for action in one.actions}
        assert meant not in {action for one in policy.statements for action in one.actions}


def test_resource_of_a_statement_limits_what_it_allows() -> None:
    terway = stored("AliyunCSManagedNetworkRole")
    place = "acs:ecs:cn-hangzhou:1234567890123456"

    assert allows(terway, "ecs:TagResources", (f"{place}:eni/eni-1",)) is True
    assert allows(terway, "ecs:TagResources", (f"{place}:eni/eni-1", f"{place}:securitygroup/sg-1")) is False
    assert allows(terway, "ecs:TagResources") is None
    assert not allows_freely(terway, "ecs:TagResources")
    assert allows_freely(terway, "ecs:AttachNetworkInterface")


def test_older_documents_are_kept_beside_the_newest() -> None:
    (older,) = stored(API_GATEWAY).earlier

    assert (older.updated, older.complete, len(older.actions)) == ("2024-07-04", True, 13)
    assert older.actions < stored(API_GATEWAY).actions
    assert len([policy for policy in POLICIES if policy.earlier]) == 3


def test_conditions_on_service_linked_roles_are_kept() -> None:
    workflow = stored("AliyunServiceRoleForFnF")

    assert workflow.deletes_own_role_service == "fnf.aliyuncs.com"
    assert workflow.creates_roles_of == ("privatelink.aliyuncs.com",)


def test_three_roles_may_create_the_privatelink_role() -> None:
    creators = {p.role.name for p in POLICIES if p.creates_roles_of == ("privatelink.aliyuncs.com",)}

    assert creators == {
        "AliyunServiceRoleForFnF",
        "AliyunServiceRoleForMaxComputeNetwork",
        "AliyunServiceRoleForRMQMigration",
    }


def test_eleven_policies_may_delete_a_role_and_only_their_own() -> None:
    deleting = [policy for policy in POLICIES if "ram:deleteservicelinkedrole" in policy.actions]

    assert len(POLICIES) == 43
    assert len(deleting) == 11
    assert all(policy.deletes_own_role_service == policy.role.service for policy in deleting)


def test_only_complete_documents_are_marked_complete() -> None:
    complete = {
        role.name for role in index().values() if (p := policy_of(role.name)) is not None and p.complete
    }

    assert API_GATEWAY in complete
    assert "AliyunServiceRoleForNlb" not in complete
    assert len(complete) == 12


def test_role_without_a_stored_policy_has_none() -> None:
    assert policy_of("AliyunServiceRoleForActionTrail") is None
    assert policy_of("ops") is None


def test_policy_name_leads_to_its_role() -> None:
    role = role_of_policy("aliyunservicerolepolicyfornatgw")

    assert role is not None
    assert role.name == "AliyunServiceRoleForNatgw"
    assert role_of_policy("AliyunECSFullAccess") is None
    assert role_of_policy("") is None
