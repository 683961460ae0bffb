from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.rules.registry import Registry
from eniguard.settings import ActorMatch, Actors, Guard, Policy
from eniguard.testing import ALICE, call, decided, findings, role, undecided

GUARD = role("eniguard-remediate")
POLICY = Policy(guard=Guard(roles=("eniguard-remediate",), policies=("eniguard-rights",)))
ON_ROLE = ["DeleteRole", "UpdateRole", "AttachPolicyToRole", "DetachPolicyFromRole"]
ON_POLICY = ["CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy"]


def judged(action: str, by: Identity = ALICE, policy: Policy = POLICY, **parameters: Any) -> Decision:
    error = parameters.pop("error", None)
    return decided(
        call(action, by, error=error, **parameters), policy=policy, only=["SELF005", "SELF009", "SELF011"]
    )


@pytest.mark.parametrize("action", ON_ROLE)
@pytest.mark.parametrize("name", ["eniguard-remediate", "ENIGUARD-Remediate"])
def test_changed_role_is_reported(action: str, name: str) -> None:
    assert findings(judged(f"ram:{action}", RoleName=name)) == [("SELF005", "critical", "eniguard-remediate")]


def test_evidence_shows_what_was_attached() -> None:
    attached: dict[str, Any] = {"RoleName": "eniguard-remediate", "PolicyName": "AdministratorAccess"}

    (finding,) = judged("ram:AttachPolicyToRole", **attached).findings

    assert [(one.name, one.value) for one in finding.evidence] == [("PolicyName", "AdministratorAccess")]


@pytest.mark.parametrize("action", ON_POLICY)
def test_changed_policy_is_reported(action: str) -> None:
    decision = judged(f"ram:{action}", PolicyName="eniguard-rights")

    assert findings(decision) == [("SELF005", "critical", "eniguard-rights")]
    assert decision.findings[0].subject.kind == "ram:Policy"


@pytest.mark.parametrize("action", [*ON_ROLE, *ON_POLICY])
def test_other_roles_and_refused_calls_are_not(action: str) -> None:
    own: dict[str, Any] = {"RoleName": "eniguard-remediate", "PolicyName": "eniguard-rights"}

    assert findings(judged(f"ram:{action}", RoleName="ops", PolicyName="ops-rights")) == []
    assert findings(judged(f"ram:{action}", error="NoPermission", **own)) == []
    assert findings(judged(f"ram:{action}", policy=Policy(), **own)) == []


@pytest.mark.parametrize("error", [None, "Forbidden.RAM", "InvalidOperation.EniServiceManaged"])
@pytest.mark.parametrize(
    "action", ["ecs:RevokeSecurityGroup", "ecs:DeleteNetworkInterface", "ram:UpdateRole"]
)
def test_any_write_in_the_guards_role_is_reported(action: str, error: str | None) -> None:
    decision = judged(action, role("EniGuard-Remediate"), error=error, SecurityGroupId="sg-1")

    assert findings(decision) == [("SELF011", "critical", "EniGuard-Remediate")]


def test_finding_names_what_was_touched() -> None:
    (finding,) = judged("ecs:RevokeSecurityGroup", GUARD, SecurityGroupId="sg-1").findings

    assert [one.id for one in finding.resources] == ["eniguard-remediate", "sg-1"]


def test_guards_role_that_is_called_a_controller_is_reported_still() -> None:
    named = Policy(actors=Actors(controllers=(ActorMatch(role="eniguard-remediate"),)), guard=POLICY.guard)

    decision = judged("ecs:RevokeSecurityGroup", GUARD, named, SecurityGroupId="sg-1")

    assert decision.actor.kind == "controller"
    assert findings(decision) == [("SELF011", "critical", "eniguard-remediate")]


@pytest.mark.parametrize(
    ("action", "by", "policy"),
    [
        ("ecs:DescribeNetworkInterfaces", GUARD, POLICY),
        ("ecs:RevokeSecurityGroup", role("ops"), POLICY),
        ("ecs:RevokeSecurityGroup", role("ops", "eniguard-remediate"), POLICY),
        ("ecs:RevokeSecurityGroup", Identity("ram-user", "2", "1", "eniguard-remediate"), POLICY),
        ("ecs:RevokeSecurityGroup", GUARD, Policy()),
    ],
)
def test_reads_and_other_callers_are_not(action: str, by: Identity, policy: Policy) -> None:
    assert findings(judged(action, by, policy, SecurityGroupId="sg-1")) == []


def test_calls_in_the_ledger_are_not_looked_at() -> None:
    """They make the actor ``self`` (see the tests of identity)."""
    enabled = Registry(POLICY, only=["SELF011"])

    assert enabled.chosen("ecs:RevokeSecurityGroup", "ok", "self").rules == ()
    assert len(enabled.chosen("ecs:RevokeSecurityGroup", "ok", "account").rules) == 1


@pytest.mark.parametrize("action", ["ram:AttachPolicy", "ram:DetachPolicy"])
@pytest.mark.parametrize(
    ("principal", "kind", "said"),
    [
        ("eniguard-remediate@role.example.onaliyunservice.com", "ServiceRole", True),
        ("ops@role.example.onaliyunservice.com", "ServiceRole", False),
        ("eniguard-remediate@example.onaliyun.com", "IMSUser", False),
    ],
)
def test_policy_of_the_role_is_changed_by_resource_manager_too(
    action: str, principal: str, kind: str, said: bool
) -> None:
    decision = judged(action, PrincipalName=principal, PrincipalType=kind, PolicyName="AdministratorAccess")

    assert findings(decision) == ([("SELF005", "critical", "eniguard-remediate")] if said else [])
    assert undecided(decision) == []


@pytest.mark.parametrize("action", ["ram:DeleteRole", "ram:DeletePolicy", "ram:DetachPolicy"])
def test_role_that_the_event_does_not_name_is_undecided(action: str) -> None:
    assert undecided(judged(action)) == ["SELF005"]
    assert undecided(judged(action, policy=Policy())) == []
