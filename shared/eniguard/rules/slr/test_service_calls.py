from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from eniguard.events.catalog import APIS
from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.roles import RolePolicy, index, policy_of
from eniguard.rules.permissions import API_GATEWAY_POLICY
from eniguard.rules.slr.service_calls import ServiceOutsideItsPolicy
from eniguard.testing import (
    ACCOUNT,
    ALICE,
    API_GATEWAY,
    NAT_GATEWAY,
    call,
    decided,
    findings,
    role,
    undecided,
)

API_GATEWAY_ROLE = "AliyunServiceRoleForApiGatewayConnectUserVpc"
FNF = role("AliyunServiceRoleForFnF")
PLATFORM = Identity("system", None, ACCOUNT, "ecs.aliyuncs.com")


def made(action: str, by: Identity, **parameters: Any) -> Decision:
    return decided(call(action, by, **parameters), only=["SLR004"])


#: Findings and undecided on a call that a document does not list, by whether it is complete.
REST = {True: (1, 0), False: (0, 1)}
#: Calls that documents list on conditions or on some resources only.
CONDITIONED = ("ecs:TagResources", "ram:CreateServiceLinkedRole", "ram:DeleteServiceLinkedRole")
TWINS = {
    "ecs:AssociateEipAddress",
    "ecs:UnassociateEipAddress",
    "ecs:AllocateEipAddress",
    "ecs:ReleaseEipAddress",
}
#: Roles whose documents have no write on ENIs or groups: they work through PrivateLink.
WITHOUT_NETWORK_WRITES = (
    "AliyunServiceRoleForFnF",
    "AliyunServiceRoleForRMQMigration",
    "AliyunServiceRoleForVpcEniDirector",
)
WRITES = sorted(ServiceOutsideItsPolicy.actions)
GRANTED = set(API_GATEWAY_POLICY.actions)


@pytest.mark.parametrize("action", [a for a in WRITES if not a.startswith("ram:") and a not in GRANTED])
def test_api_gateway_outside_its_20_actions_is_noted(action: str) -> None:
    decision = made(action, API_GATEWAY)

    assert findings(decision) == [("SLR004", "info", API_GATEWAY_ROLE)]
    evidence = {one.name: one.value for one in decision.findings[0].evidence}
    assert evidence["policy"] == "AliyunServiceRolePolicyForApiGatewayConnectUserVpc"


@pytest.mark.parametrize("action", sorted(GRANTED & set(WRITES)))
def test_api_gateway_inside_its_20_actions_is_not(action: str) -> None:
    decision = made(action, API_GATEWAY)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_every_catalogued_write_that_stored_documents_can_have_is_looked_at() -> None:
    writes = {api.action for api in APIS.values() if api.write and api.product in ("ecs", "vpc")}

    assert writes - set(WRITES) == set()
    assert {action.partition(":")[0] for action in WRITES} == {"ecs", "vpc", "ram"}
    assert "ram:DeleteServiceLinkedRole" in WRITES
    assert "ram:CreateSlrRole" not in WRITES  # a call of a product, which no RAM action is named after


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (API_GATEWAY_ROLE.lower(), API_GATEWAY_ROLE),
        (f"{API_GATEWAY_ROLE}_blue", f"{API_GATEWAY_ROLE}_blue"),
    ],
)
def test_role_is_found_in_any_case_and_with_a_suffix(name: str, shown: str) -> None:
    decision = made("ecs:CreateSecurityGroup", role(name))

    assert findings(decision) == [("SLR004", "info", shown)]


def test_wildcard_of_the_policy_grants_the_call() -> None:
    nas = role("AliyunNASManageENIRole")

    assert findings(made("ecs:AuthorizeSecurityGroupEgress", nas)) == []
    assert findings(made("ecs:ModifySecurityGroupRule", nas)) == [
        ("SLR004", "info", "AliyunNASManageENIRole")
    ]


@pytest.mark.parametrize("product", ["ecs", "vpc"])
def test_ecs_twin_of_a_vpc_call_is_granted_under_either_name(product: str) -> None:
    batch = role("AliyunBatchComputeToEciServiceRole")

    assert findings(made(f"{product}:AssociateEipAddress", batch)) == []
    assert len(findings(made(f"{product}:AssociateEipAddress", API_GATEWAY))) == 1


def test_incomplete_policy_grants_what_it_lists_and_leaves_the_rest_undecided() -> None:
    nlb = role("AliyunServiceRoleForNlb")

    listed = made("ecs:AttachNetworkInterface", nlb)
    unlisted = made("ecs:ModifySecurityGroupPolicy", nlb)

    assert (findings(listed), undecided(listed)) == ([], [])
    assert (findings(unlisted), undecided(unlisted)) == ([], ["SLR004"])
    assert "not complete" in unlisted.undecided[0].reason
    assert unlisted.undecided[0].refs == ("ram:Policy id=AliyunServiceRolePolicyForNlb",)


DOCUMENTED = sorted(role.name for role in index().values() if policy_of(role.name) is not None)


def plainly_listed(policy: RolePolicy) -> set[str]:
    """The writes that a document lists on every resource and on no condition, by its own patterns."""
    free = [one for one in policy.statements if one.resources == ("*",) and not one.conditions]
    patterns = [pattern.lower() for one in free for pattern in one.actions]
    return {
        write
        for write in WRITES
        for name in (write, f"vpc:{write.partition(':')[2]}" if write in TWINS else write)
        if any(fnmatchcase(name.lower(), pattern) for pattern in patterns)
    }


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_document_grants_what_it_lists_and_only_a_complete_one_speaks_of_the_rest(name: str) -> None:
    policy = policy_of(name)
    assert policy is not None
    listed = plainly_listed(policy)
    assert listed or name in WITHOUT_NETWORK_WRITES

    for action in WRITES:
        decision = made(action, role(name))
        said = (len(findings(decision)), len(undecided(decision)))

        if action in listed:
            assert said == (0, 0), action
        elif action in CONDITIONED:
            assert said == (
                (0, 1) if any(one.lists(action) for one in policy.statements) else REST[policy.complete]
            )
        else:
            assert said == REST[policy.complete], action


@pytest.mark.parametrize("name", ["AliyunServiceRoleForSAE", "AliyunStreamDefaultRole"])
def test_role_without_a_stored_policy_is_undecided(name: str) -> None:
    assert policy_of(name) is None
    decision = made("ecs:DeleteNetworkInterface", role(name))

    assert (findings(decision), undecided(decision)) == ([], ["SLR004"])
    assert "no policy document" in decision.undecided[0].reason


@pytest.mark.parametrize(
    ("deleted", "noted"),
    [
        (API_GATEWAY_ROLE, False),
        (f"{API_GATEWAY_ROLE.lower()}_blue", False),
        ("AliyunServiceRoleForNatgw", True),
    ],
)
def test_service_may_delete_only_its_own_role(deleted: str, noted: bool) -> None:
    decision = made("ram:DeleteServiceLinkedRole", API_GATEWAY, RoleName=deleted)

    assert bool(findings(decision)) is noted
    assert undecided(decision) == []


def test_deletion_of_a_role_whose_service_nobody_knows_is_undecided() -> None:
    decision = made("ram:DeleteServiceLinkedRole", API_GATEWAY, RoleName="AliyunServiceRoleForSomethingNew")

    assert (findings(decision), undecided(decision)) == ([], ["SLR004"])


def test_service_may_create_only_the_roles_of_its_condition() -> None:
    allowed = made("ram:CreateServiceLinkedRole", FNF, ServiceName="privatelink.aliyuncs.com")
    other = made("ram:CreateServiceLinkedRole", FNF, ServiceName="nat.aliyuncs.com")
    unnamed = made("ram:CreateServiceLinkedRole", FNF)

    assert findings(allowed) == []
    assert findings(other) == [("SLR004", "info", "AliyunServiceRoleForFnF")]
    assert (findings(unnamed), undecided(unnamed)) == ([], ["SLR004"])


@pytest.mark.parametrize(
    "caller",
    [
        ALICE,
        role("ops", API_GATEWAY_ROLE),
        role(f"My{API_GATEWAY_ROLE}"),
        role("Al1yunServiceRoleForApiGatewayConnectUserVpc"),
        PLATFORM,
    ],
)
def test_nobody_else_is_held_against_the_policy_of_a_service(caller: Identity) -> None:
    decision = made("ecs:CreateSecurityGroup", caller)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_role_that_only_looks_like_a_services_is_undecided() -> None:
    decision = made("ecs:CreateSecurityGroup", role("AliyunServiceRoleForSomethingNew"))

    assert (findings(decision), undecided(decision)) == ([], ["SLR004"])


def test_call_that_did_not_succeed_or_only_reads_is_not_held_against_the_policy() -> None:
    refused = call("ecs:CreateSecurityGroup", API_GATEWAY, error="QuotaExceed.SecurityGroup")
    read = call("ecs:DescribeSecurityGroupReferences", API_GATEWAY)

    assert findings(decided(refused, only=["SLR004"])) == []
    assert findings(decided(read, only=["SLR004"])) == []


def denied(
    by: Identity, action: str = "ecs:AuthorizeSecurityGroup", error: str = "Forbidden.RAM"
) -> Decision:
    return decided(call(action, by, error=error, SecurityGroupId="sg-1"), only=["SLR005"])


def test_denied_service_is_reported_with_what_its_policy_says() -> None:
    decision = denied(NAT_GATEWAY)

    assert findings(decision) == [("SLR005", "low", "AliyunServiceRoleForNatgw")]
    evidence = {one.name: one.value for one in decision.findings[0].evidence}
    assert evidence["error-code"] == "Forbidden.RAM"
    assert evidence["granted-by-stored-policy"] is True
    assert [one.id for one in decision.findings[0].resources] == ["AliyunServiceRoleForNatgw", "sg-1"]


def test_denied_reads_and_the_platform_itself_are_reported_too() -> None:
    assert len(findings(denied(NAT_GATEWAY, "ecs:DescribeSecurityGroups", "NoPermission"))) == 1
    assert findings(denied(PLATFORM)) == [("SLR005", "low", "(of ecs.aliyuncs.com)")]


@pytest.mark.parametrize("error", ["Forbidden.RegionId", "Forbidden.RegionNotFound"])
def test_region_that_is_not_served_is_no_denial(error: str) -> None:
    decision = denied(NAT_GATEWAY, error=error)

    assert (decision.outcome, findings(decision)) == ("refused", [])


def test_key_that_does_not_exist_is_a_denial() -> None:
    assert len(findings(denied(NAT_GATEWAY, error="InvalidAccessKeyId.NotFound"))) == 1


@pytest.mark.parametrize(
    "caller", [ALICE, role("ops", "AliyunServiceRoleForNatgw"), role("AliyunServiceRoleForNatgw2")]
)
def test_denied_people_are_not_services(caller: Identity) -> None:
    assert findings(denied(caller)) == []


def test_a_refusal_that_is_not_about_rights_is_not_reported() -> None:
    assert findings(denied(NAT_GATEWAY, error="InvalidSecurityGroupId.NotFound")) == []


def test_slip_in_the_document_is_told_as_what_it_probably_means() -> None:
    decision = denied(role("AliyunTSDBAccessingENIRole"), "ecs:DescribeSecurityGroups")

    (granted,) = [one for one in decision.findings[0].evidence if one.name == "granted-by-stored-policy"]
    assert granted.value is None
    assert "ecs:DescirbeSecurityGroups, which probably means ecs:DescribeSecurityGroups" in (
        granted.note or ""
    )


@pytest.mark.parametrize(("tagged", "granted"), [("eni", True), ("securitygroup", False)])
def test_right_on_some_resources_is_a_right_on_those_only(tagged: str, granted: bool) -> None:
    terway = role("AliyunCSManagedNetworkRole")
    decision = made("ecs:TagResources", terway, ResourceType=tagged, **{"ResourceId.1": f"{tagged}-1"})

    assert findings(decision) == []
    assert undecided(decision) == ([] if granted else ["SLR004"])
