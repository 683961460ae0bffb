"""Putting things back the whole way: a call, its event, a plan, an approval, remediate, and what is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from fakealiyun import ApiError
from tests.real.built import Bundles
from tests.real.guarded import (
    OFFICE,
    REMEDIATE,
    SANDBOX,
    SWEEP,
    TRAIL,
    TRAIL_EVENT,
    WEB,
    WORLD,
    Guarded,
    guarded,
    until,
)

OFFICE_AND_WEB = [("22/22", "192.0.2.0/24"), ("443/443", "0.0.0.0/0")]
OPEN = ("22/22", "0.0.0.0/0")
#: Of remediate in template.yml, in seconds: so long is a plan a run's.
TIMEOUT = 60
#: Seconds; the guard waits 10 for an answer.
_NEARLY_TOO_SLOW = 9.0


@pytest.fixture(scope="module")
def account(bundles: Bundles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(bundles, tmp_path_factory.mktemp("guarded")) as found:
        yield found


def test_of_three_rules_of_one_call_the_open_one_goes_when_somebody_else_approves_and_undo_restores_it(
    account: Guarded,
) -> None:
    # given
    group = account.make_group()
    account.open(group, OFFICE, WORLD, WEB)
    plan = account.proposed("EXP001", group).plan

    # when
    by_mallory = account.plans("approve", plan.id, by=account.mallory)
    account.approve(plan.id)
    applied = account.ended(plan.id, "applied")

    # then
    assert (by_mallory.returncode, "made the call that this plan puts right" in by_mallory.stderr) == (
        2,
        True,
    )
    assert account.rules(group) == OFFICE_AND_WEB
    assert applied.verdict is not None
    assert applied.verdict.approver.name == "user/alice"
    assert account.outcome(group, "applied")["finding"]["rule"] == "EXP001"
    chat, advice = account.chats.robot("feishu"), f"eniguard plans undo {plan.id}"
    until(lambda: advice in json.dumps([one.body for one in chat.received]) or None, "the chat")
    # and the guard knows its own call
    (written,) = account.writes("RevokeSecurityGroup", group)
    assert written["requestId"] == applied.steps[-1].request_id
    assert account.decided("RevokeSecurityGroup") == []

    # when
    undo = account.plans("undo", plan.id)

    # then
    assert undo.returncode == 0, undo.stderr
    assert account.ended(plan.id, "undone").state == "undone"
    assert account.rules(group) == sorted([*OFFICE_AND_WEB, OPEN])
    account.outcome(group, "undone")
    assert account.decided("AuthorizeSecurityGroup") == []
    assert len(account.lines("plan_proposed", plan=plan.id)) == 1


def test_a_set_of_groups_that_somebody_changed_again_is_left_alone_and_it_is_told_why(
    account: Guarded,
) -> None:
    # given: the guard has seen the ENI in its group
    group, wide, other = account.make_group(), account.make_group(), account.make_group()
    account.open(wide, by=account.root)
    eni = account.make_eni(group)
    replace = "ecs:ModifyNetworkInterfaceAttribute"
    account.call(replace, account.root, NetworkInterfaceId=eni, Description="known")
    account.decided("ModifyNetworkInterfaceAttribute")
    seen = int(time.time())
    until(lambda: int(time.time()) > seen or None, "times of events are of whole seconds")

    # when
    account.call(replace, NetworkInterfaceId=eni, SecurityGroupId=[wide])
    plan = account.proposed("EXP006", eni).plan
    account.call(replace, account.cloud.account("bob"), NetworkInterfaceId=eni, SecurityGroupId=[other])
    account.approve(plan.id)

    # then
    record = account.ended(plan.id, "refused")
    assert (record.state, record.resumable) == ("failed", False)
    assert account.groups_of(eni) == [other]
    assert account.writes("ModifyNetworkInterfaceAttribute", eni) == []
    assert "was changed since: groups was" in account.outcome(eni, "refused")["finding"]["summary"]


def test_the_guards_own_trail_is_started_again_at_once(account: Guarded) -> None:
    # when
    account.call("actiontrail:StopLogging", Name=TRAIL)
    plan = account.proposed("SELF001", TRAIL).plan

    # then
    record = account.ended(plan.id, "applied")
    assert record.verdict is not None
    assert record.verdict.approver.by == "mode"
    assert account.call("actiontrail:GetTrailStatus", Name=TRAIL)["IsLogging"] is True
    account.outcome(TRAIL, "applied")
    assert account.decided("StartLogging") == []


def test_what_puts_a_rule_back_again_and_again_is_stopped_and_pages(account: Guarded) -> None:
    # given
    group = account.make_group(Tag=SANDBOX)
    terraform = account.cloud.role("terraform")

    # when
    for number in range(1, 5):
        account.open(group, by=terraform)
        account.decided("AuthorizeSecurityGroup")
        until(lambda done=number: len(account.lines("plan", resource=group)) >= done or None, number)

    # then
    ended = [one["ended"] for one in account.lines("plan", resource=group)]
    assert ended == ["applied", "applied", "applied", "refused"]
    assert len(account.writes("RevokeSecurityGroup", group)) == 3
    assert account.rules(group) == [OPEN]
    account.line("finding", rule="SELF009", resource=group)
    until(lambda: "SELF009" in [one["finding"]["rule"] for one in account.told(group)] or None, "a page")


def test_a_group_with_a_managed_member_takes_a_person_where_others_are_put_back_at_once(
    account: Guarded,
) -> None:
    # given
    group = account.make_group(Tag=SANDBOX)
    account.make_eni(group, account.cloud.service("nat.aliyuncs.com"))

    # when
    account.open(group)
    plan = account.proposed("EXP001", group).plan

    # then
    def asked() -> str | None:
        return next((one["proposal"]["goes"] for one in account.told(group) if one.get("proposal")), None)

    assert (plan.mode, until(asked, "an alert")) == ("approve", "approve")
    assert account.rules(group) == [OPEN]
    account.approve(plan.id)
    assert account.ended(plan.id, "applied").state == "applied"
    assert account.rules(group) == []


def test_two_instances_carry_a_plan_out_once(account: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    # given: the first run has its answer when the others have theirs
    answered = threading.Event()
    monkeypatch.setattr("fakealiyun.cloud.time", SimpleNamespace(sleep=answered.wait))
    group = account.make_group()
    account.open(group)
    plan = account.proposed("EXP001", group).plan
    account.cloud.fail("ecs:RevokeSecurityGroup", kind="slow", seconds=_NEARLY_TOO_SLOW)

    # when
    account.approve(plan.id)
    until(lambda: account.record(plan.id).state == "applying" or None, "the first run")
    with ThreadPoolExecutor(2) as callers:
        answers = list(callers.map(account.invoke, [REMEDIATE] * 2, [{"plan": plan.id}] * 2))
    answered.set()

    # then
    assert ["is being carried out" in one.text for one in answers] == [True, True]
    assert account.ended(plan.id, "applied").state == "applied"
    until(lambda: account.record(plan.id).run is None or None, "the first run has told of it")
    assert account.invoke(REMEDIATE, {"plan": plan.id}).json()["state"] == "applied"
    assert len(account.writes("RevokeSecurityGroup", group)) == 1
    assert [one["ended"] for one in account.lines("plan", plan=plan.id)] == ["applied"]
    account.outcome(group, "applied")
    assert len([one for one in account.told(group) if one["kind"] == "outcome"]) == 1


@pytest.mark.parametrize("name", [TRAIL_EVENT, SWEEP])
def test_no_other_function_has_the_right_to_write(account: Guarded, name: str) -> None:
    # given
    group = account.make_group()
    account.call("ecs:AuthorizeSecurityGroup", account.root, SecurityGroupId=group, Permissions=[OFFICE])
    keys = account.cloud.role(name)

    # when
    with pytest.raises(ApiError) as refused:
        account.call("ecs:RevokeSecurityGroup", keys, SecurityGroupId=group, Permissions=[OFFICE])

    # then: nobody gets through, and the guard tells of who tried
    assert refused.value.code == "Forbidden.RAM"
    assert account.rules(group) == [("22/22", "192.0.2.0/24")]
    assert "SELF011" in account.decided("RevokeSecurityGroup")


def test_a_throttled_plan_is_on_record_and_told_and_goes_through_with_the_next_try(account: Guarded) -> None:
    # given
    group = account.make_group()
    account.open(group)
    plan = account.proposed("EXP001", group).plan
    account.cloud.fail("ecs:RevokeSecurityGroup", code="Throttling.User", times=1)

    # when
    account.approve(plan.id)

    # then
    failed = account.line("plan", plan=plan.id, ended="failed")
    assert "Throttling.User" in failed["reason"]
    record = account.ended(plan.id, "applied")
    assert [one.status for one in record.steps] == ["begun", "failed", "begun", "done"]
    assert account.rules(group) == []
    account.outcome(group, "failed")
    account.outcome(group, "applied")


def test_a_plan_that_is_denied_is_carried_on_by_the_sweep_once_the_role_has_its_right(
    account: Guarded,
) -> None:
    # given
    group = account.make_group()
    account.open(group)
    plan = account.proposed("EXP001", group).plan
    account.cloud.role(REMEDIATE, without_writes(account.policies[REMEDIATE]))

    # when
    account.approve(plan.id)
    until(lambda: account.given_up(plan.id) or None, "all tries")

    # then
    record = account.record(plan.id)
    assert (record.state, record.resumable, account.rules(group)) == ("failed", True, [OPEN])
    assert "Forbidden.RAM" in account.outcome(group, "failed")["finding"]["summary"]

    # when
    account.cloud.role(REMEDIATE, account.policies[REMEDIATE])
    account.is_due(plan.id)
    swept = account.invoke(SWEEP, {})

    # then
    assert swept.json()["ended"]["plans"] == "done"
    assert account.ended(plan.id, "applied").state == "applied"
    assert account.rules(group) == []
    account.outcome(group, "applied")


def test_a_plan_whose_process_is_killed_in_the_call_is_finished_by_the_sweep(account: Guarded) -> None:
    # given
    group = account.make_group()
    account.open(group)
    plan = account.proposed("EXP001", group).plan
    account.cloud.fail("ecs:RevokeSecurityGroup", kind="slow", seconds=_NEARLY_TOO_SLOW)
    begun = time.time()

    # when: the rule is gone, and the answer is not there yet
    account.approve(plan.id)
    until(lambda: account.rules(group) == [] or None, "the call")
    account.kill(REMEDIATE)
    until(lambda: account.given_up(plan.id) or None, "the tries that come too early")

    # then
    half = account.record(plan.id)
    assert (half.state, [one.status for one in half.steps]) == ("applying", ["begun"])
    assert half.run is not None
    assert begun + TIMEOUT <= half.run.until <= time.time() + TIMEOUT

    # when
    account.is_due(plan.id)
    swept = account.invoke(SWEEP, {})

    # then
    assert swept.json()["ended"]["plans"] == "done"
    record = account.ended(plan.id, "applied")
    assert [one.status for one in record.steps] == ["begun", "done"]
    (written,) = account.writes("RevokeSecurityGroup", group)
    account.outcome(group, "applied")
    # Its answer was lost, and with it what would have told the call for the guard's own.
    account.line("finding", rule="SELF011", event_id=written["eventId"])


def test_the_generated_rights_are_all_that_the_functions_need(account: Guarded) -> None:
    denied = {
        (str(one["userIdentity"].get("userName")).partition(":")[0], one["eventName"])
        for one in account.cloud.trail.events
        if one.get("errorCode") in ("Forbidden.RAM", "NoPermission")
    }

    tried = {(name, "RevokeSecurityGroup") for name in (TRAIL_EVENT, SWEEP, REMEDIATE)}
    canary = (SWEEP, "DeleteNetworkInterface")
    assert denied == {*tried, canary}


def without_writes(policy: Mapping[str, Any]) -> dict[str, Any]:
    """A policy that lets its role look and no more."""
    writes = {"ecs:RevokeSecurityGroup", "ecs:AuthorizeSecurityGroup"}
    kept = [one for one in policy["Statement"] if writes.isdisjoint(one["Action"])]
    return {**policy, "Statement": kept}
