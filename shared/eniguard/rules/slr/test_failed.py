from __future__ import annotations

from typing import Any

import pytest

from eniguard.model import Decision
from eniguard.testing import ALICE, NAT_GATEWAY, Snapshot, call, decided, findings, snapshot, undecided

NAT_ROLE = "AliyunServiceRoleForNatgw"
GATEWAY_ROLE = "AliyunServiceRoleForApiGatewayConnectUserVpc"
TASK = "task/acs-service-role/nat.aliyuncs.com/AliyunServiceRoleForNatgw/c4d22c52-247f-4ee1-83a2-6c0460bd0000"
NAT_ENI = {"NetworkInterfaceId": "eni-nat", "ServiceManaged": True, "Description": "made by nat.aliyuncs.com"}
ALB_ENI = {"NetworkInterfaceId": "eni-alb", "ServiceManaged": True, "Description": "alb.aliyuncs.com"}
NAT_GROUP = {"SecurityGroupId": "sg-nat", "ServiceManaged": True, "Description": "nat.aliyuncs.com"}
KNOWN = snapshot({"ecs:NetworkInterface": [NAT_ENI, ALB_ENI], "ecs:SecurityGroup": [NAT_GROUP]})


def refused(
    code: str = "DeleteConflict.Role.ServiceInUse",
    name: str | None = NAT_ROLE,
    known: Snapshot | None = KNOWN,
) -> Decision:
    named: dict[str, Any] = {} if name is None else {"RoleName": name}
    deletion = call("ram:DeleteServiceLinkedRole", error=code, **named)
    return decided(deletion, state=known, only=["SLR003"])


def asked(answer: dict[str, Any] | None, task: str | None = TASK, known: Snapshot | None = KNOWN) -> Decision:
    named: dict[str, Any] = {} if task is None else {"DeletionTaskId": task}
    question = call("ram:GetServiceLinkedRoleDeletionStatus", response=answer, **named)
    return decided(question, state=known, only=["SLR003"])


def failed(*resources: str) -> dict[str, Any]:
    usage = {"RoleUsage": [{"Region": "cn-beijing", "Resources": {"Resource": list(resources)}}]}
    return {"Status": "FAILED", "Reason": {"Message": "The role is in use.", "RoleUsages": usage}}


def test_refused_deletion_lists_what_the_service_still_manages() -> None:
    found = refused().findings[0]

    assert (found.rule, found.severity, found.inventory) == ("SLR003", "info", "known")
    assert [one.id for one in found.resources] == [NAT_ROLE, "eni-nat", "sg-nat"]
    assert "DeleteConflict.Role.ServiceInUse" in found.summary
    assert "eni-nat" in found.advice
    assert "eni-alb" not in found.advice


def test_failed_task_is_reported_with_what_the_platform_says() -> None:
    decision = asked(failed("acs:ecs:cn-beijing:1234567890123456:eni/eni-far"))

    assert findings(decision) == [("SLR003", "info", NAT_ROLE)]
    evidence = {one.name: one.value for one in decision.findings[0].evidence}
    assert evidence["status"] == "FAILED"
    assert evidence["message"] == "The role is in use."
    assert evidence["used-by"] == ["acs:ecs:cn-beijing:1234567890123456:eni/eni-far"]
    assert evidence["managed-enis-in-cn-hangzhou"] == 1


def test_task_that_ended_in_an_error_has_failed_too() -> None:
    assert findings(asked({"Status": "INTERNAL_ERROR"})) == [("SLR003", "info", NAT_ROLE)]


@pytest.mark.parametrize("status", ["SUCCEEDED", "IN_PROGRESS", "NOT_STARTED"])
def test_task_that_has_not_failed_is_not_reported(status: str) -> None:
    decision = asked({"Status": status})

    assert (findings(decision), undecided(decision)) == ([], [])


def test_failed_task_is_one_finding_whoever_asks_and_however_often() -> None:
    other = f"{TASK[:-4]}0001"
    first, again, of_other = (asked({"Status": "FAILED"}, task).findings[0] for task in (TASK, TASK, other))

    assert first.event_id != again.event_id
    assert first.finding_id == again.finding_id
    assert of_other.finding_id != first.finding_id


def test_event_of_a_deletion_does_not_say_how_its_task_ended() -> None:
    accepted = call(
        "ram:DeleteServiceLinkedRole",
        response={"DeletionTaskId": TASK, "Status": "FAILED"},
        RoleName=NAT_ROLE,
    )

    assert findings(decided(accepted, state=KNOWN, only=["SLR003"])) == []


def test_question_whose_answer_is_not_recorded_is_undecided() -> None:
    decision = asked(None)

    assert (findings(decision), undecided(decision)) == ([], ["SLR003"])
    assert decision.undecided[0].refs == (f"ram:Role id={NAT_ROLE}",)


def test_question_that_was_refused_says_nothing_of_the_deletion() -> None:
    question = call("ram:GetServiceLinkedRoleDeletionStatus", error="InvalidParameter", DeletionTaskId=TASK)

    decision = decided(question, state=KNOWN, only=["SLR003"])

    assert (decision.outcome, findings(decision), undecided(decision)) == ("refused", [], [])


def test_steps_name_the_place_where_the_document_does() -> None:
    gateway, nat = refused(name=GATEWAY_ROLE).findings[0].advice, refused().findings[0].advice

    assert "Dedicated Instances" in gateway
    assert "Dedicated Instances" not in nat
    for steps, role in ((gateway, GATEWAY_ROLE), (nat, NAT_ROLE)):
        assert f"Identities > Roles in the RAM console, find {role} and choose Delete Role" in steps


@pytest.mark.parametrize("code", ["EntityNotExist.Role", "EntityNotExist.ServiceLinkedRole"])
def test_deletion_of_what_is_no_service_linked_role_is_not_reported(code: str) -> None:
    assert findings(refused(code)) == []


@pytest.mark.parametrize("code", ["NoPermission", "Throttling.User", "InternalError"])
def test_deletion_that_the_service_did_not_judge_is_not_reported(code: str) -> None:
    assert findings(refused(code)) == []


def test_deletion_that_was_accepted_has_not_failed_yet() -> None:
    accepted = call("ram:DeleteServiceLinkedRole", RoleName=NAT_ROLE)

    assert findings(decided(accepted, state=KNOWN, only=["SLR003"])) == []


@pytest.mark.parametrize(
    ("known", "inventory"),
    [
        (None, "unknown"),
        (snapshot({"ecs:NetworkInterface": []}), "partial"),
        (snapshot({"ecs:NetworkInterface": [], "ecs:SecurityGroup": []}), "known"),
    ],
)
def test_failure_is_reported_also_when_nothing_is_known_to_be_in_use(
    known: Snapshot | None, inventory: str
) -> None:
    decision = refused(known=known)

    assert findings(decision) == [("SLR003", "info", NAT_ROLE)]
    assert decision.findings[0].inventory == inventory


def test_who_asked_makes_no_difference() -> None:
    for caller in (ALICE, NAT_GATEWAY):
        one = call("ram:DeleteServiceLinkedRole", caller, error="DeleteConflict.Role", RoleName=NAT_ROLE)
        assert findings(decided(one, only=["SLR003"])) == [("SLR003", "info", NAT_ROLE)]


@pytest.mark.parametrize(
    "task", [None, "", "task", "task/acs-service-role/", "task/acs-service-role/x", "task/other/x/Role/y"]
)
def test_task_without_a_role_in_its_id_is_still_reported(task: str | None) -> None:
    assert findings(asked(failed(), task)) == [("SLR003", "info", "(not named)")]


def test_call_that_names_no_role_is_still_reported() -> None:
    assert findings(refused(name=None)) == [("SLR003", "info", "(not named)")]


def test_of_many_resources_only_the_first_are_named() -> None:
    evidence = asked(failed(*[f"acs:ecs:::eni/{one}" for one in range(50)])).findings[0].evidence

    (using,) = [one for one in evidence if one.name == "used-by"]
    assert isinstance(using.value, list)
    assert (len(using.value), using.note) == (20, "and 30 more")
