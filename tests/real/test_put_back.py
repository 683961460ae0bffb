"""Putting things back the whole way: a call, its event, a plan, an approval, remediate, and what is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.built import Bundles
from tests.real.guarded import OFFICE, WEB, WORLD, Guarded, guarded

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
