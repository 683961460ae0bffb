"""Deletions of service-linked roles that were accepted: the sweep asks how they ended."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from eniguard.alerts.fingerprint import fingerprint
from eniguard.deployment import permission_policy
from eniguard.intake.pending import DELETIONS
from eniguard.model import Finding
from fakealiyun import Assumptions
from tests.functional.deployment.templates import roles
from tests.functional.sweeping.stage import GUARD_YML, MEMBER, POLICY, REGION, Line, Stage
from tests.functional.sweeping.test_gap_fill import reader
from tests.functional.sweeping.test_killed import killed_sweep
from tests.real.scene import API_GATEWAY, Scene

QUIET = GUARD_YML + "sweep: {canary: {enabled: false}, rules_minutes: 10080}\n"
ROLE = "AliyunServiceRoleForApiGatewayConnectUserVpc"
NAT, NAT_ROLE = "nat.aliyuncs.com", "AliyunServiceRoleForNatgw"
STATUS = "GetServiceLinkedRoleDeletionStatus"
DAY = 86_400
#: Seconds after which LookupEvents has an event for certain, and the next sweep runs.
LATER = 900


@pytest.fixture(autouse=True)
def quiet(stage: Stage) -> None:
    stage.configure(QUIET)


def delete(stage: Stage, role: str = ROLE, account: str | None = None) -> str:
    keys = stage.cloud.account("alice", account_id=account)
    task: str = stage.call("ram:DeleteServiceLinkedRole", keys, RoleName=role)["DeletionTaskId"]
    return task


def failures(stage: Stage) -> list[Line]:
    return [line for line in stage.of("finding") if line["rule"] == "SLR003"]


def evidence(finding: Line) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in finding["evidence"]}


def open_in(stage: Stage, queue: str) -> int:
    store = stage.store()
    found = len(store.due(queue, stage.now() + 1e7))
    store.close()
    return found


def swept(stage: Stage, times: int) -> list[Line]:
    """The failures that so many sweeps tell of."""
    told: list[Line] = []
    for _ in range(times):
        stage.sleep(LATER)
        stage.sweep()
        told += failures(stage)
    return told


def test_a_deletion_that_fails_later_is_told_of_once(stage: Stage, there: Scene) -> None:
    delete(stage)
    asked = stage.events("DeleteServiceLinkedRole")[-1]

    (finding,) = swept(stage, 5)

    assert (finding["severity"], finding["inventory"]) == ("info", "known")
    assert finding["summary"] == f"{ROLE} was not deleted: the deletion task failed"
    assert [one["id"] for one in finding["resources"]] == [ROLE, there.managed]
    assert there.managed in finding["advice"]
    assert evidence(finding)["status"] == "FAILED"
    assert evidence(finding)["used-by"] == [f"acs:ecs:{REGION}:{stage.cloud.account_id}:eni/{there.managed}"]
    assert (finding["event_id"], finding["actor"]["name"]) == (asked["eventId"], "alice")
    assert len(stage.events(STATUS)) == 1
    assert open_in(stage, DELETIONS) == 0


def test_the_questions_of_the_sweep_are_events_of_the_guard_itself(stage: Stage, there: Scene) -> None:
    """Their events come back without the answer: no rule has to be asked about them again."""
    delete(stage)

    stage.sleep(LATER)
    stage.sweep()
    stage.sleep(LATER)

    stage.sweep()

    (decision,) = [line for line in stage.of("decision") if line["action"] == f"ram:{STATUS}"]
    assert (decision["actor"]["kind"], decision["undecided"]) == ("self", 0)


def test_a_deletion_that_works_is_asked_about_once_and_not_told_of(stage: Stage) -> None:
    stage.cloud.service(API_GATEWAY)
    delete(stage)

    assert swept(stage, 3) == []

    assert len(stage.events(STATUS)) == 1
    assert open_in(stage, DELETIONS) == 0


def test_a_deletion_is_asked_about_until_it_has_ended(stage: Stage, there: Scene) -> None:
    stage.cloud.assumptions = Assumptions(linked_role_deletion=3 * LATER)
    delete(stage)

    assert swept(stage, 2) == []
    assert len(stage.events(STATUS)) == 2

    assert len(swept(stage, 2)) == 1


def test_a_deletion_that_does_not_end_is_given_up_after_a_day(stage: Stage, there: Scene) -> None:
    stage.cloud.assumptions = Assumptions(linked_role_deletion=2 * DAY)
    task = delete(stage)
    assert swept(stage, 1) == []
    stage.sleep(DAY - 1)
    stage.sweep()
    assert stage.of("role_deletion_given_up") == []
    stage.sleep(1)

    stage.sweep()

    (line,) = stage.of("role_deletion_given_up")
    assert (line["task"], line["account_id"]) == (task, stage.cloud.account_id)
    assert line["reason"] == "after a day its task has not ended: IN_PROGRESS"
    assert open_in(stage, DELETIONS) == 0


def test_the_answer_that_somebody_else_got_is_the_same_finding(stage: Stage, there: Scene) -> None:
    task = delete(stage)
    stage.sleep(60)
    stage.call(f"ram:{STATUS}", DeletionTaskId=task)
    event = stage.cloud.trail.events[-1]
    assert event["eventName"] == STATUS
    # Whether events hold the answer of a query is open (docs/sources.md, API): here they do.
    event["responseElements"] = {"Status": "FAILED"}

    told = swept(stage, 2)

    found = [msgspec.convert(line, Finding) for line in told]
    assert [one.action for one in found] == [f"ram:{STATUS}", "ram:DeleteServiceLinkedRole"]
    # The second is no second alert: one finding, that opened the window of its news.
    assert len({(one.finding_id, fingerprint(one)) for one in found}) == 1


def test_a_deletion_that_was_asked_for_twice_is_one_finding(stage: Stage, there: Scene) -> None:
    assert delete(stage) == delete(stage)

    assert len(swept(stage, 3)) == 1


def test_a_refused_deletion_is_not_asked_about(stage: Stage, there: Scene) -> None:
    stage.cloud.assumptions = Assumptions(linked_role_in_use=("DeleteConflict.Role", 409))
    with pytest.raises(Exception, match="DeleteConflict"):
        delete(stage)

    assert len(swept(stage, 2)) == 1
    assert stage.events(STATUS) == []


def test_a_denied_question_is_trouble_of_its_place_and_the_other_accounts_are_asked(
    stage: Stage, there: Scene
) -> None:
    with_member(stage)
    delete(stage)
    delete(stage, account=MEMBER)
    denied = {"Effect": "Deny", "Resource": "*", "Action": [f"ram:{STATUS}"]}
    keys = stage.cloud.role("denied", {**POLICY, "Statement": [*POLICY["Statement"], denied]})
    stage.sleep(LATER)

    answer = stage.sweep(keys)

    (failed,) = [line for line in stage.of("sweep_place_failed") if line["step"] == "role_deletions"]
    assert failed["account_id"] == stage.cloud.account_id
    assert f"allow ram:{STATUS} in the policy of the role" in str(failed["error"])
    assert [line["account_id"] for line in failures(stage)] == [MEMBER]
    assert answer["ended"]["role_deletions"] == "done"
    assert [line["account_id"] for line in swept(stage, 2)] == [stage.cloud.account_id]


def test_the_generated_rights_of_the_sweep_are_enough(stage: Stage, there: Scene) -> None:
    delete(stage)
    keys = stage.cloud.role("generated", permission_policy(roles()["eniguard-dev-sweep"]))
    stage.sleep(LATER)

    stage.sweep(keys)

    assert len(failures(stage)) == 1
    assert stage.of("sweep_place_failed") == []


def test_a_question_that_is_denied_for_a_day_is_given_up(stage: Stage, there: Scene) -> None:
    delete(stage)
    stage.sleep(LATER)
    stage.cloud.fail(f"ram:{STATUS}", code="NoPermission", status=403, times=None)
    stage.sweep()
    assert (len(stage.of("sweep_place_failed")), open_in(stage, DELETIONS)) == (1, 1)
    stage.sleep(DAY)

    stage.sweep()

    (line,) = stage.of("role_deletion_given_up")
    assert "NoPermission" in line["reason"]
    assert open_in(stage, DELETIONS) == 0


def test_an_account_that_has_no_role_any_more_is_given_up(stage: Stage) -> None:
    with_member(stage)
    stage.cloud.assumptions = Assumptions(linked_role_deletion=2 * DAY)
    delete(stage, account=MEMBER)
    swept(stage, 1)
    stage.configure(QUIET)

    stage.sweep()

    (line,) = stage.of("role_deletion_given_up")
    assert line["account_id"] == MEMBER
    assert open_in(stage, DELETIONS) == 0


def test_a_role_that_cannot_be_assumed_ends_no_deletion(stage: Stage) -> None:
    with_member(stage)
    stage.cloud.assumptions = Assumptions(linked_role_deletion=2 * DAY)
    delete(stage, account=MEMBER)
    swept(stage, 1)
    stage.configure(QUIET + f"accounts: [{{id: '{MEMBER}', role: missing}}]\n")

    stage.sweep()

    assert "role_deletions" in [line["step"] for line in stage.of("sweep_place_failed")]
    assert stage.of("role_deletion_given_up") == []
    assert open_in(stage, DELETIONS) == 1


@pytest.mark.parametrize(
    ("code", "left"), [("EntityNotExist.ServiceLinkedRole.DeletionTask", 0), ("InvalidParameter", 1)]
)
def test_a_task_that_is_refused_holds_up_no_other(stage: Stage, there: Scene, code: str, left: int) -> None:
    """A task that does not exist is given up at once; any other refusal is asked about again."""
    stage.cloud.service(NAT)
    stage.cloud.assumptions = Assumptions(linked_role_deletion=3 * LATER)
    delete(stage, NAT_ROLE)
    swept(stage, 1)
    stage.cloud.assumptions = Assumptions()
    delete(stage)
    stage.cloud.fail(f"ram:{STATUS}", code=code, status=404)

    (finding,) = swept(stage, 1)

    assert finding["resources"][0]["id"] == ROLE
    assert open_in(stage, DELETIONS) == left
    assert len(stage.of("role_deletion_given_up")) == 1 - left
    assert len(stage.of("sweep_place_failed")) == left


def test_nobody_asks_where_the_rule_is_not_enabled(stage: Stage, there: Scene) -> None:
    stage.configure(QUIET + "rules: {SLR003: {enabled: false}}\n")
    delete(stage)

    swept(stage, 2)

    assert stage.events(STATUS) == []
    assert open_in(stage, DELETIONS) == 0


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_failure_is_told_of_wherever_the_sweep_dies(stage: Stage, there: Scene, after: bool) -> None:
    # As many as a sweep writes, and some more: a question that the ledger has not is asked about again.
    for number in range(1, 31):
        delete(stage)
        stage.sleep(LATER)
        died, lines = killed_sweep(stage, number, after=after)
        told = [line for line in lines if line["kind"] == "finding" and line["rule"] == "SLR003"]

        told += swept(stage, 3)

        assert len({line["finding_id"] for line in told}) == 1, number
        assert all(line.get("repeat") for line in told[1:]), number
        assert open_in(stage, DELETIONS) == 0
    assert not died, "a sweep has more writes than that"


def with_member(stage: Stage) -> None:
    """A member account with a role for the guard, in which API Gateway has an ENI."""
    reader(stage)
    stage.configure(QUIET + f"accounts: [{{id: '{MEMBER}', role: reader}}]\n")
    root = stage.cloud.account("root", account_id=MEMBER)
    vpc = stage.call("vpc:CreateVpc", root, CidrBlock="10.0.0.0/8")["VpcId"]
    stage.sleep(60)
    asked = {"VpcId": vpc, "ZoneId": f"{REGION}-h", "CidrBlock": "10.0.1.0/24"}
    vswitch = stage.call("vpc:CreateVSwitch", root, **asked)["VSwitchId"]
    stage.sleep(60)
    group = stage.call("ecs:CreateSecurityGroup", root, VpcId=vpc)["SecurityGroupId"]
    gateway = stage.cloud.service(API_GATEWAY, account_id=MEMBER)
    stage.call("ecs:CreateNetworkInterface", gateway, VSwitchId=vswitch, SecurityGroupId=group)
