"""Putting things back the whole way: a call, its event, a plan, an approval, remediate, and what is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.real.built import Bundles
from tests.real.guarded import (
    OFFICE,
    REMEDIATE,
    SANDBOX,
    TRAIL,
    WEB,
    WORLD,
    Guarded,
    guarded,
    until,
)

OFFICE_AND_WEB = [("22/22", "192.0.2.0/24"), ("443/443", "0.0.0.0/0")]
OPEN = ("22/22", "0.0.0.0/0")


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
    chat = json.dumps([one.body for one in account.chats.robot("feishu").received], ensure_ascii=False)
    assert f"eniguard plans undo {plan.id}" in chat
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


def test_two_instances_carry_a_plan_out_once(account: Guarded) -> None:
    # given
    group = account.make_group()
    account.open(group)
    plan = account.proposed("EXP001", group).plan
    account.cloud.fail("ecs:RevokeSecurityGroup", kind="slow", seconds=1.5)

    # when
    account.approve(plan.id)
    until(lambda: account.record(plan.id).state == "applying" or None, "the first run")
    with ThreadPoolExecutor(2) as callers:
        answers = list(callers.map(account.invoke, [REMEDIATE] * 2, [{"plan": plan.id}] * 2))

    # then
    assert "is being carried out" in answers[0].text
    assert account.ended(plan.id, "applied").state == "applied"
    assert account.invoke(REMEDIATE, {"plan": plan.id}).json()["state"] == "applied"
    assert len(account.writes("RevokeSecurityGroup", group)) == 1
    assert [one["ended"] for one in account.lines("plan", plan=plan.id)] == ["applied"]
    account.outcome(group, "applied")
    assert len([one for one in account.told(group) if one["kind"] == "outcome"]) == 1
