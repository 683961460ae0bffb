from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.roles import role_named
from eniguard.testing import ALICE, NAT_GATEWAY, ROOT, call, decided, findings, role, undecided

SLR = "AliyunServiceRoleForNatgw"
OLDER = "AliyunNASManageENIRole"
SLR_POLICY = "AliyunServiceRolePolicyForNatgw"
OLDER_POLICY = "AliyunNASManageENIRolePolicy"
ROLE_EDITS = ["ram:UpdateRole", "ram:AttachPolicyToRole", "ram:DetachPolicyFromRole"]
POLICY_EDITS = ["ram:CreatePolicyVersion", "ram:SetDefaultPolicyVersion", "ram:DeletePolicyVersion"]


def shown(name: str) -> str:
    """The name under which findings show a role that events may write in lower case."""
    listed = role_named(name)
    return listed.name if listed is not None and listed.name.lower() == name.lower() else name


def edit(action: str, name: str, by: Identity = ALICE, **more: str) -> Decision:
    key = "PolicyName" if action in POLICY_EDITS else "RoleName"
    named: dict[str, Any] = {key: name, **more}
    return decided(call(action, by, **named), only=["SLR008", "SLR012"])


@pytest.mark.parametrize("action", ROLE_EDITS)
@pytest.mark.parametrize(
    ("name", "severity"),
    [(SLR, "critical"), (SLR.lower(), "critical"), (f"{SLR}_blue", "critical"), (OLDER, "high")],
)
def test_edited_service_role_is_reported(action: str, name: str, severity: str) -> None:
    assert findings(edit(action, name)) == [("SLR008", severity, shown(name))]


@pytest.mark.parametrize("action", ["ram:AttachPolicy", "ram:DetachPolicy"])
@pytest.mark.parametrize(
    ("principal", "kind", "expected"),
    [
        (f"{SLR}@role.example.onaliyunservice.com", "ServiceRole", [("SLR008", "critical", SLR)]),
        ("ops@role.example.onaliyunservice.com", "ServiceRole", []),
        (f"{SLR}@example.onaliyun.com", "IMSUser", []),
    ],
)
def test_resource_management_edits_a_role_under_the_name_of_a_principal(
    action: str, principal: str, kind: str, expected: list[tuple[str, str, str]]
) -> None:
    one = call(action, PrincipalName=principal, PrincipalType=kind, PolicyName="AdministratorAccess")

    assert findings(decided(one, only=["SLR008", "SLR012"])) == expected


@pytest.mark.parametrize("action", POLICY_EDITS)
@pytest.mark.parametrize(
    ("name", "severity"), [(SLR_POLICY, "critical"), (SLR_POLICY.upper(), "critical"), (OLDER_POLICY, "high")]
)
def test_edited_policy_of_a_service_role_is_reported(action: str, name: str, severity: str) -> None:
    decision = edit(action, name)

    assert findings(decision) == [("SLR008", severity, name)]
    assert decision.findings[0].subject.kind == "ram:Policy"


@pytest.mark.parametrize(
    ("action", "name"),
    [
        *((action, "ops") for action in ROLE_EDITS),
        *((action, "AliyunServiceRoleForSomethingNew") for action in ROLE_EDITS),
        *((action, "MyAliyunServiceRoleForNatgw") for action in ROLE_EDITS),
        *((action, "example-policy") for action in POLICY_EDITS),
        *((action, "AliyunECSFullAccess") for action in POLICY_EDITS),
    ],
)
def test_edit_of_anything_else_is_not(action: str, name: str) -> None:
    assert findings(edit(action, name)) == []


def test_evidence_shows_what_was_attached() -> None:
    decision = edit("ram:AttachPolicyToRole", OLDER, PolicyName="AdministratorAccess", PolicyType="System")

    assert findings(decision) == [("SLR008", "high", OLDER)]
    evidence = {one.name: one.value for one in decision.findings[0].evidence}
    assert evidence["PolicyName"] == "AdministratorAccess"


def test_authorisation_page_attaches_the_policy_of_an_older_role() -> None:
    own = edit("ram:AttachPolicyToRole", OLDER, PolicyName=OLDER_POLICY.lower(), PolicyType="System")
    custom = edit("ram:AttachPolicyToRole", OLDER, PolicyName=OLDER_POLICY, PolicyType="Custom")
    detached = edit("ram:DetachPolicyFromRole", OLDER, PolicyName=OLDER_POLICY, PolicyType="System")
    linked = edit("ram:AttachPolicyToRole", SLR, PolicyName=SLR_POLICY, PolicyType="System")

    assert findings(own) == []
    assert findings(custom) == [("SLR008", "high", OLDER)]
    assert findings(detached) == [("SLR008", "high", OLDER)]
    assert findings(linked) == [("SLR008", "critical", SLR)]


@pytest.mark.parametrize("caller", [ROOT, role("ops", SLR), role("My" + SLR)])
def test_everybody_of_the_account_counts(caller: Identity) -> None:
    assert findings(edit("ram:UpdateRole", SLR, caller)) == [("SLR008", "critical", SLR)]


def test_service_may_edit_its_role_and_a_possible_service_is_undecided() -> None:
    assert findings(edit("ram:UpdateRole", SLR, NAT_GATEWAY)) == []

    unsure = edit("ram:UpdateRole", SLR, role("AliyunServiceRoleForSomethingNew"))
    assert (findings(unsure), undecided(unsure)) == ([], ["SLR008"])


def refused(
    action: str, name: str, by: Identity = ALICE, error: str = "InvalidOperation.ServiceLinkedRole"
) -> Decision:
    key = "PolicyName" if action in POLICY_EDITS else "RoleName"
    named: dict[str, Any] = {key: name}
    return decided(call(action, by, error=error, **named), only=["SLR008", "SLR012"])


@pytest.mark.parametrize("action", ROLE_EDITS)
@pytest.mark.parametrize("name", [SLR, SLR.lower(), f"{SLR}_blue", "AliyunServiceRoleForSomethingNew"])
def test_refused_edit_of_a_service_linked_role_is_reported(action: str, name: str) -> None:
    assert findings(refused(action, name)) == [("SLR012", "low", shown(name))]


@pytest.mark.parametrize("action", POLICY_EDITS)
def test_refused_edit_of_its_policy_is_reported(action: str) -> None:
    assert findings(refused(action, SLR_POLICY)) == [("SLR012", "low", SLR_POLICY)]


@pytest.mark.parametrize(
    ("name", "caller", "error"),
    [
        ("ops", ALICE, "InvalidOperation"),
        (OLDER, ALICE, "InvalidOperation"),
        ("MyAliyunServiceRoleForNatgw", ALICE, "InvalidOperation"),
        (SLR, NAT_GATEWAY, "InvalidOperation"),
        (SLR, ALICE, "EntityNotExist.Role.NotFound"),
        (SLR, ALICE, "EntityNotExist.Role"),
        (SLR, ALICE, "Throttling.User"),
        (SLR, ALICE, "NoPermission"),
    ],
)
def test_other_edits_that_did_not_go_through_are_not(name: str, caller: Identity, error: str) -> None:
    assert findings(refused("ram:UpdateRole", name, caller, error)) == []
