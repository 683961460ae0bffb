from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import DEFAULT_POLICY, ActorMatch, Actors, Policy
from eniguard.testing import ALICE, NAT_GATEWAY, ROOT, call, decided, findings, role, undecided


def trust(**principals: list[str]) -> str:
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principals}
    return json.dumps({"Version": "1", "Statement": [statement]})


SOMEBODY = trust(RAM=["acs:ram::1234567890123456:root"])
NAT_ONLY = trust(Service=["nat.aliyuncs.com"])
BOTH = trust(Service=["nat.aliyuncs.com"], RAM=["acs:ram::1234567890123456:root"])


def created(
    name: str, document: str | None = SOMEBODY, by: Identity = ALICE, policy: Policy = DEFAULT_POLICY
) -> Decision:
    parameters: dict[str, Any] = {"RoleName": name}
    if document is not None:
        parameters["AssumeRolePolicyDocument"] = document
    return decided(call("ram:CreateRole", by, **parameters), policy=policy, only=["SLR006"])


@pytest.mark.parametrize(
    "name",
    [
        "AliyunServiceRoleForSomethingNew",
        "aliyunSERVICErolefornatgw",
        "AliyunServiceRoleForNatgw",
        "AliyunServiceRoleForNatgw_blue",
        "AliyunServiceRolForNatgw",
        "AliyunServlceRoleForNatgw",
        "A1iyunServiceRoleForNatgw",
        "Aliyun-Service-Role-For-Natgw",
        "AliyunNASManageENIRoIe",
        "AliyunNASManageENIRoles",
    ],
)
def test_ordinary_role_that_passes_for_a_services_is_reported(name: str) -> None:
    assert findings(created(name)) == [("SLR006", "high", name)]


@pytest.mark.parametrize("name", ["ops", "AliyunExampleDefaultRole", "MyAliyunServiceRoleForNatgw", "aliyun"])
def test_other_names_are_not(name: str) -> None:
    assert findings(created(name)) == []


def test_finding_says_what_the_name_is_taken_for_and_whom_the_role_trusts() -> None:
    found = created("AliyunServiceRoleForNatqw", BOTH).findings[0]

    evidence = {one.name: one.value for one in found.evidence}
    assert evidence["looks-like"] == "AliyunServiceRoleForNatgw"
    assert evidence["trusts"] == ["nat.aliyuncs.com", "acs:ram::1234567890123456:root"]


@pytest.mark.parametrize(
    ("document", "reported"),
    [
        (NAT_ONLY, False),
        (trust(Service=["nat.aliyuncs.com", "alb.aliyuncs.com"]), False),
        (SOMEBODY, True),
        (BOTH, True),
        (trust(Federated=["acs:ram::1234567890123456:saml-provider/example"]), True),
        (trust(Service=["ecs.aliyuncs.com"]), True),  # anybody who may start an instance has the role
        (trust(Service=["nat.aliyuncs.com", "fc.aliyuncs.com"]), True),
        (trust(), True),
        ("not a policy", True),
        (None, True),
    ],
)
def test_only_a_role_that_the_account_cannot_use_is_left_alone(document: str | None, reported: bool) -> None:
    decision = created("AliyunServiceRoleForNatqw", document)

    assert bool(findings(decision)) is reported


@pytest.mark.parametrize(
    ("document", "reported"), [(trust(Service=["nas.aliyuncs.com"]), False), (None, False), (SOMEBODY, True)]
)
def test_older_service_role_under_its_own_name_is_what_an_authorisation_page_makes(
    document: str | None, reported: bool
) -> None:
    assert bool(findings(created("AliyunNASManageENIRole", document))) is reported


def test_service_linked_role_is_never_made_as_an_ordinary_one() -> None:
    assert findings(created("AliyunServiceRoleForNatgw", None)) == [
        ("SLR006", "high", "AliyunServiceRoleForNatgw")
    ]


def updated(name: str, document: str) -> Decision:
    change = call("ram:UpdateRole", RoleName=name, NewAssumeRolePolicyDocument=document)
    return decided(change, only=["SLR006"])


def test_look_alike_that_is_opened_later_is_reported() -> None:
    assert findings(updated("AliyunServiceRoleForNatqw", SOMEBODY)) == [
        ("SLR006", "high", "AliyunServiceRoleForNatqw")
    ]
    assert findings(updated("AliyunServiceRoleForNatqw", NAT_ONLY)) == []


def test_edits_of_roles_in_the_index_are_left_to_another_rule() -> None:
    assert findings(updated("AliyunServiceRoleForNatgw", SOMEBODY)) == []
    assert findings(updated("AliyunNASManageENIRole", SOMEBODY)) == []


def test_who_creates_it_makes_no_difference_unless_it_is_a_service() -> None:
    name = "AliyunServiceRoleForNatqw"
    controllers = Policy(actors=Actors(controllers=(ActorMatch(role="example-node-role"),)))

    reported = [("SLR006", "high", name)]

    assert findings(created(name, by=ROOT)) == reported
    assert findings(created(name, by=role("ops", "AliyunServiceRoleForNatgw"))) == reported
    assert findings(created(name, by=role("example-node-role"), policy=controllers)) == reported
    assert findings(created(name, by=NAT_GATEWAY)) == []


def test_caller_who_may_be_a_service_leaves_it_undecided() -> None:
    decision = created("AliyunServiceRoleForNatqw", by=role("AliyunServiceRoleForSomethingNew"))

    assert (findings(decision), undecided(decision)) == ([], ["SLR006"])


def test_role_that_was_not_created_is_not_reported() -> None:
    failed = call("ram:CreateRole", error="InvalidParameter.RoleName", RoleName="AliyunServiceRoleForNatqw")

    assert findings(decided(failed, only=["SLR006"])) == []
