"""What was decided and never begun is found, ends, and keeps nothing else waiting."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from eniguard.errors import AlreadyInProgress, RemediationError, VerdictRefused
from eniguard.remediation.box import Held, Plans
from eniguard.remediation.plan import Run
from eniguard.state import open_store
from tests.functional.remediation.conftest import Play
from tests.functional.remediation.plans import ALICE, NOW, OTHER_KEY, begun, plan, seal
from tests.functional.remediation.scene import Scene
from tests.functional.remediation.test_broken_off import Fuse, Killed

#: Longer than an approved plan waits for its run, and than one that failed waits for the next.
A_WHILE = 700


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


def _approved(scene: Scene) -> str:
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    scene.approve(proposed.plan.id)
    return proposed.plan.id


def _ends(scene: Scene, plan_id: str) -> None:
    """Nothing more comes of the plan, whoever asks."""
    told = len(scene.told)
    for _ in range(3):
        scene.cloud.clock.advance(A_WHILE)
        assert scene.remediation().overdue() == ()
    scene.applying().run(plan_id)
    assert len(scene.told) == told


def test_an_approved_plan_that_no_run_began_is_found_once_it_should_have_been(play: Play) -> None:
    scene = play()
    plan_id = _approved(scene)
    assert scene.remediation().overdue() == ()

    scene.cloud.clock.advance(121)

    assert scene.remediation().overdue() == (plan_id,)
    assert scene.applying().run(plan_id).state == "applied"
    _ends(scene, plan_id)


def test_an_approved_plan_that_expires_before_it_is_begun_has_failed_and_is_told_once(play: Play) -> None:
    # given
    scene = play("mode: approve\nexpires_minutes: 5")
    plan_id = _approved(scene)
    scene.cloud.clock.advance(301)
    assert scene.remediation().overdue() == (plan_id,)

    # when
    record = scene.applying().run(plan_id)

    # then
    assert (record.state, record.resumable, scene.ended()) == ("failed", False, ["refused"])
    assert "expired before it was begun" in (record.reason or "")
    assert scene.writes("RevokeSecurityGroup") == []
    _ends(scene, plan_id)


@pytest.mark.parametrize("begun", [False, True])
def test_what_expired_under_a_key_that_was_taken_away_ends_too(play: Play, begun: bool) -> None:
    # given
    scene = play("mode: approve\nexpires_minutes: 5")
    plan_id = _approved(scene)
    if begun:
        scene.cloud.fail("ecs:RevokeSecurityGroup", code="Throttling.User", times=1)
        with pytest.raises(Exception, match="Throttling"):
            scene.applying().run(plan_id)
    item = scene.store.get(f"plan/{plan_id}")
    assert item is not None
    record = json.loads(item.value)
    given_by = scene.record(plan_id).verdict
    assert given_by is not None
    other = seal(key=OTHER_KEY).verdict(scene.record(plan_id).plan, ALICE, approved=True, at=given_by.at)
    record["verdict"] = msgspec.to_builtins(other)
    assert scene.store.replace(item.key, json.dumps(record).encode(), version=item.version) is not None
    with pytest.raises(VerdictRefused):
        scene.applying().run(plan_id)
    scene.cloud.clock.advance(A_WHILE)

    # when
    ended = scene.applying().run(plan_id)

    # then
    assert (ended.state, ended.resumable, scene.ended()[-1]) == ("failed", False, "refused")
    assert "expired" in (ended.reason or "")
    assert ("look at sg-" in (ended.reason or "")) is begun
    _ends(scene, plan_id)


def test_an_undoing_that_was_decided_and_never_begun_is_found(play: Play) -> None:
    # given
    scene = play()
    plan_id = _approved(scene)
    scene.applying().run(plan_id)
    scene.approve(plan_id, undo=True)
    assert scene.remediation().overdue() == ()

    # when
    scene.cloud.clock.advance(121)

    # then
    assert scene.remediation().overdue() == (plan_id,)
    assert scene.applying().run(plan_id).state == "undone"
    assert scene.ended() == ["applied", "undone"]
    _ends(scene, plan_id)


def test_an_undoing_that_expires_before_it_is_begun_is_told_and_can_be_decided_anew(play: Play) -> None:
    # given
    scene = play()
    plan_id = _approved(scene)
    scene.applying().run(plan_id)
    scene.approve(plan_id, undo=True)
    scene.cloud.clock.advance(3601)
    assert scene.remediation().overdue() == (plan_id,)

    # when
    record = scene.applying().run(plan_id)

    # then
    assert (record.state, scene.ended()) == ("applied", ["applied", "refused"])
    assert "the undoing of plan" in (record.reason or "")
    assert "expired before it was begun" in (record.reason or "")
    assert scene.writes("AuthorizeSecurityGroup") == []
    _ends(scene, plan_id)
    # when it is decided once more
    scene.approve(plan_id, undo=True)
    assert scene.applying().run(plan_id).state == "undone"


def test_an_undoing_that_is_refused_for_a_while_is_tried_again_after_the_plan_expired(play: Play) -> None:
    # given
    scene = play("mode: approve\nexpires_minutes: 5")
    plan_id = _approved(scene)
    scene.applying().run(plan_id)
    scene.cloud.clock.advance(600)
    scene.approve(plan_id, undo=True)
    scene.cloud.fail("ecs:AuthorizeSecurityGroup", code="Throttling.User", times=1)
    with pytest.raises(Exception, match="Throttling"):
        scene.applying().run(plan_id)

    # when
    scene.cloud.clock.advance(601)

    # then
    assert scene.remediation().overdue() == (plan_id,)
    assert scene.applying().run(plan_id).state == "undone"
    _ends(scene, plan_id)


@pytest.mark.parametrize("undo", [False, True])
def test_a_decision_that_is_on_record_is_carried_out_wherever_the_deciding_broke_off(
    play: Play, undo: bool
) -> None:
    scene = play("mode: approve\nrepeats: 20\nper_hour: {rule: 200, account: 200, total: 200}")
    purpose, wanted = ("undo", "undone") if undo else ("apply", "applied")
    for step in range(1, 20):
        # given
        scene.group = scene.make_group()
        scene.opens_ssh()
        (proposed,) = scene.proposed("EXP001")
        plan_id = proposed.plan.id
        if undo:
            scene.applied(plan_id)
        now = scene.live.now()
        verdict = seal().verdict(proposed.plan, ALICE, approved=True, at=now, purpose=purpose)  # type: ignore[arg-type]
        plans = Plans(Fuse(step).around(scene.store), seal(), clock=scene.live.now)

        # when
        try:
            (plans.decide_undo if undo else plans.decide)(plan_id, verdict)
            whole = True
        except Killed:
            whole = False
        left = scene.record(plan_id)
        on_record = (left.undo_verdict if undo else left.verdict) is not None

        # then
        scene.cloud.clock.advance(A_WHILE)
        assert scene.remediation().overdue() == ((plan_id,) if on_record else ()), step
        assert on_record or not whole
        if on_record:
            assert scene.applying().run(plan_id).state == wanted, step
        _ends(scene, plan_id) if on_record else None
        if whole:
            break
    assert whole
    assert step > 4


# -- the queue alone -----------------------------------------------------------------------------------------


def _box(clock: Clock, count: int = 1) -> Plans:
    plans = Plans(open_store("memory:", clock=clock), seal(), clock=clock)
    for number in range(count):
        one = plan(f"plan-{number}", lasts=1e6)
        plans.propose(one)
        plans.decide(one.id, seal().verdict(one, ALICE, approved=True, at=clock.now))
        clock.now += 1
    return plans


def test_a_second_approval_moves_nothing_about_a_run_that_lasts() -> None:
    # given
    clock = Clock()
    plans = _box(clock)
    begun(plans, "plan-0", "apply", "run-1", 600)

    # when
    with pytest.raises(VerdictRefused):
        plans.decide("plan-0", seal().verdict(plan("plan-0", lasts=1e6), ALICE, approved=True, at=clock.now))

    # then
    clock.now += 599
    assert plans.overdue() == ()
    clock.now += 1
    assert plans.overdue() == ("plan-0",)


def test_a_time_that_another_write_left_in_the_queue_is_put_right() -> None:
    # given
    clock = Clock()
    store = open_store("memory:", clock=clock)
    plans = Plans(store, seal(), clock=clock)
    plans.propose(plan())
    plans.decide("plan-1", seal().verdict(plan(), ALICE, approved=True, at=NOW))
    begun(plans, "plan-1", "apply", "run-1", 600)

    # when
    store.schedule("plans_open", "plan-1", NOW)

    # then
    assert plans.overdue() == ()
    (moved,) = store.due("plans_open", NOW + 1e6)
    assert moved.at == NOW + 600


def test_a_plan_that_cannot_be_read_keeps_no_other_waiting() -> None:
    # given
    clock = Clock()
    store = open_store("memory:", clock=clock)
    plans = Plans(store, seal(), clock=clock)
    for name in ("plan-1", "plan-2"):
        plans.propose(plan(name))
        plans.decide(name, seal().verdict(plan(name), ALICE, approved=True, at=NOW))
    item = store.get("plan/plan-1")
    assert item is not None
    store.replace("plan/plan-1", b"no plan", version=item.version)
    clock.now += 121

    # then
    assert set(plans.overdue()) == {"plan-1", "plan-2"}


@given(
    count=st.integers(1, 12),
    limit=st.integers(1, 5),
    ended=st.sets(st.integers(0, 11)),
    every=st.integers(121, 900),
)
def test_plans_that_come_to_no_end_keep_none_of_the_others_waiting(
    count: int, limit: int, ended: set[int], every: int
) -> None:
    # given
    clock = Clock()
    plans = _box(clock, count)
    for number in ended & set(range(count)):
        held = begun(plans, f"plan-{number}", "apply", "run", 60)
        plans.close(plans.keep(held, replace(held.record, state="applied")))
    waiting = {f"plan-{number}" for number in range(count) if number not in ended}

    # when
    turns = -(-count // limit)
    for _ in range(3):
        seen: list[str] = []
        for _ in range(turns):
            clock.now += every
            found = plans.overdue(limit)
            assert len(found) <= limit
            seen += found

        # then
        assert set(seen) == waiting


STEPS = st.sampled_from(["approve", "begin", "die", "fail", "end", "undo", "wait", "look", "look again"])


@given(st.lists(st.tuples(STEPS, st.integers(0, 2)), max_size=40), st.integers(1, 3))
def test_whatever_happens_each_plan_that_was_decided_about_is_given_out_until_it_ends(
    steps: list[tuple[str, int]], limit: int
) -> None:
    # given
    clock = Clock()
    plans = Plans(open_store("memory:", clock=clock), seal(), clock=clock)
    for number in range(3):
        plans.propose(plan(f"plan-{number}", lasts=1e6))
    hands: dict[int, Held] = {}

    def decide(number: int, purpose: str) -> None:
        asked = plan(f"plan-{number}", lasts=1e6)
        verdict = seal().verdict(asked, ALICE, approved=True, at=clock.now, purpose=purpose)  # type: ignore[arg-type]
        (plans.decide if purpose == "apply" else plans.decide_undo)(asked.id, verdict)

    def taken(number: int) -> Held:
        record = plans.get(f"plan-{number}")
        assert record is not None
        undo = record.undo_verdict is not None and record.state in ("applied", "undoing")
        return begun(plans, f"plan-{number}", "undo" if undo else "apply", str(clock.now), 60)

    def end(held: Held) -> None:
        state = "applied" if held.record.state == "applying" else "undone"
        plans.close(plans.keep(held, replace(held.record, state=state, resumable=False)))  # type: ignore[arg-type]

    def step(name: str, number: int) -> None:
        if name in ("approve", "undo"):
            decide(number, "apply" if name == "approve" else "undo")
        elif name == "begin":
            hands[number] = taken(number)
        elif name == "die":
            hands.pop(number, None)
        elif name in ("fail", "end") and (held := hands.pop(number, None)) is not None:
            if name == "end":
                end(held)
                return
            purpose = "apply" if held.record.state == "applying" else "undo"
            state = "failed" if purpose == "apply" else "applied"
            failed = replace(held.record, state=state, reason="x", resumable=True)  # type: ignore[arg-type]
            plans.close(plans.keep(held, failed), Run("", purpose, clock.now + 600))  # type: ignore[arg-type]
        elif name == "wait":
            clock.now += 50 * (number + 1)
        elif name.startswith("look"):
            plans.overdue(limit)

    # when
    for name, number in steps:
        try:
            step(name, number)
        except (AlreadyInProgress, RemediationError):
            continue

    # then
    for _ in range(12):
        clock.now += A_WHILE
        for plan_id in plans.overdue(limit):
            end(taken(int(plan_id[-1])))
    for number in range(3):
        record = plans.get(f"plan-{number}")
        assert record is not None
        decided = record.undo_verdict or record.verdict
        wanted = "proposed" if decided is None else {"apply": "applied", "undo": "undone"}[decided.purpose]
        assert record.state == wanted
    assert plans.overdue() == ()
