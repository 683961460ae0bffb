from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from eniguard.errors import AlreadyInProgress, ApproverIsActor, RemediationError, VerdictRefused
from eniguard.model import Actor
from eniguard.remediation.box import Plans
from eniguard.remediation.plan import Approver
from eniguard.state import open_store
from tests.functional.remediation.plans import ALICE, NOW, begun, plan, seal


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


def _plans(clock: Clock) -> Plans:
    return Plans(open_store("memory:", clock=clock), seal(), clock=clock)


def test_a_plan_is_put_down_once() -> None:
    # given
    plans = _plans(Clock())
    first = plans.propose(plan())

    # when
    again = plans.propose(plan(at=NOW + 60))

    # then
    assert (again.plan, again.state) == (first.plan, "proposed")
    assert [one.plan.at for one in plans.list(10).records] == [NOW]


def test_the_newest_plans_are_listed_first_page_by_page() -> None:
    # given
    plans = _plans(Clock())
    for number in range(5):
        plans.propose(plan(f"plan-{number}", at=NOW + number))

    # when
    first = plans.list(3)
    second = plans.list(3, first.after)

    # then
    assert [one.plan.id for one in first.records] == ["plan-4", "plan-3", "plan-2"]
    assert ([one.plan.id for one in second.records], second.after) == (["plan-1", "plan-0"], None)


@pytest.mark.parametrize(("approved", "state"), [(True, "approved"), (False, "rejected")])
def test_the_first_verdict_counts_and_no_other(approved: bool, state: str) -> None:
    # given
    plans = _plans(Clock())
    plans.propose(plan())
    verdict = seal().verdict(plan(), ALICE, approved=approved, at=NOW)

    # when
    record = plans.decide("plan-1", verdict)

    # then
    assert (record.state, record.verdict) == (state, verdict)
    for late in (verdict, seal().verdict(plan(), ALICE, approved=True, at=NOW)):
        with pytest.raises(VerdictRefused):
            plans.decide("plan-1", late)


def test_of_100_verdicts_at_once_one_counts(tmp_path: Path) -> None:
    # given
    store = open_store(f"sqlite:///{tmp_path}/state.db", clock=Clock())
    plans = Plans(store, seal(), clock=Clock())
    plans.propose(plan())
    verdicts = [seal().verdict(plan(), ALICE, approved=True, at=NOW) for _ in range(100)]

    def decided(number: int) -> bool:
        try:
            plans.decide("plan-1", verdicts[number])
        except VerdictRefused:
            return False
        return True

    # when
    with ThreadPoolExecutor(20) as pool:
        counted = list(pool.map(decided, range(100)))

    # then
    assert counted.count(True) == 1
    record = plans.get("plan-1")
    assert record is not None
    assert record.verdict == verdicts[counted.index(True)]


@pytest.mark.parametrize(
    "approver",
    [
        Approver("ram", "1234567890123456", "200000000000000001", "user/mallory"),
        Approver("oidc", "https://login.example.com", "00u1", "Mallory@example.com"),
    ],
)
def test_nobody_decides_about_a_plan_against_himself(approver: Approver) -> None:
    plans = _plans(Clock())
    plans.propose(plan())

    with pytest.raises(ApproverIsActor, match="somebody else"):
        plans.decide("plan-1", seal().verdict(plan(), approver, approved=True, at=NOW))


@pytest.mark.parametrize(
    ("approver", "held_back"),
    [
        # Whoever has the role may have made the call, and so may whom the session is called like.
        ("assumed-role/admin/carol", True),
        ("assumed-role/other/Bob@example.com", True),
        ("user/bob", True),
        ("user/carol", False),
        ("assumed-role/other/carol", False),
    ],
)
def test_whoever_has_the_role_or_the_name_of_its_session_does_not_decide(
    approver: str, held_back: bool
) -> None:
    # given
    plans = _plans(Clock())
    actor = Actor(kind="account", type="assumed-role", principal_id="3000:bob", role="admin", session="bob")
    asked = replace(plan(), actor=actor)
    plans.propose(asked)
    who = Approver("ram", "1234567890123456", "3000:carol" if "admin" in approver else "2000", approver)

    # when
    try:
        plans.decide("plan-1", seal().verdict(asked, who, approved=True, at=NOW))
        refused = False
    except ApproverIsActor:
        refused = True

    # then
    assert refused == held_back


def test_a_verdict_on_a_plan_that_has_expired_does_not_count() -> None:
    clock = Clock()
    plans = _plans(clock)
    plans.propose(plan())
    verdict = seal().verdict(plan(), ALICE, approved=True, at=NOW)
    clock.now = NOW + 3601

    with pytest.raises(VerdictRefused):
        plans.decide("plan-1", verdict)


def test_one_run_at_a_time_has_a_plan_in_hand_and_another_takes_over_what_it_left() -> None:
    # given
    clock = Clock()
    plans = _plans(clock)
    plans.propose(plan())
    with pytest.raises(RemediationError, match="has to be approved first"):
        begun(plans, "plan-1", "apply", "run-1", 60)
    plans.decide("plan-1", seal().verdict(plan(), ALICE, approved=True, at=NOW))

    # when
    held = begun(plans, "plan-1", "apply", "run-1", 60)

    # then
    with pytest.raises(AlreadyInProgress, match="come again in 60 s"):
        begun(plans, "plan-1", "apply", "run-2", 60)
    clock.now += 60
    taken = begun(plans, "plan-1", "apply", "run-2", 60)
    with pytest.raises(AlreadyInProgress, match="taken over"):
        plans.keep(held, replace(held.record, state="applied"))
    done = plans.keep(taken, replace(taken.record, state="applied", run=None))
    with pytest.raises(RemediationError, match="is applied"):
        begun(plans, "plan-1", "apply", "run-3", 60)
    assert done.record.state == "applied"
