"""A run that is killed between any two steps leaves a record from which the next one finishes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from eniguard.errors import AlreadyInProgress, VerdictRefused
from eniguard.remediation.outcomes import Outcome
from tests.functional.remediation.conftest import Play
from tests.functional.remediation.plans import ALICE, seal
from tests.functional.remediation.scene import Scene
from tests.functional.remediation.test_applying import OFFICE_AND_WEB

#: More than a run has.
MOST_STEPS = 60


class Killed(BaseException):
    """The process ends here."""


class Fuse:
    """Ends the process before or after the step of a number."""

    def __init__(self, step: int) -> None:
        self.left = step

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    def around(self, inner: Any) -> Any:
        """The same, with the process in danger before and after each call of a method."""
        fuse = self

        class Endangered:
            def __getattr__(self, name: str) -> Any:
                found = getattr(inner, name)

                def called(*positional: Any, **named: Any) -> Any:
                    fuse.burn()
                    answer = found(*positional, **named)
                    fuse.burn()
                    return answer

                return called

        return Endangered()


def _run(scene: Scene, plan_id: str, fuse: Fuse) -> bool:
    """Whether the run ended by itself."""

    def tell(outcome: Outcome) -> None:
        fuse.burn()
        scene.told.append(outcome)
        fuse.burn()

    try:
        scene.applying(store=fuse.around(scene.store), tell=tell, caller=fuse.around).run(plan_id, lasting=60)
    except Killed:
        return False
    return True


@pytest.mark.parametrize("undo", [False, True])
def test_a_run_killed_between_any_two_steps_is_finished_by_the_next(play: Play, undo: bool) -> None:
    scene = play("mode: approve\nrepeats: 20\nper_hour: {rule: 200, account: 200, total: 200}")
    ended_by_itself = False
    for step in range(1, MOST_STEPS):
        # given
        scene.group = scene.make_group()
        scene.opens_ssh()
        (proposed,) = scene.proposed("EXP001")
        plan_id = proposed.plan.id
        scene.approve(plan_id)
        if undo:
            scene.applying().run(plan_id)
            scene.approve(plan_id, undo=True)
        writes = len(scene.writes("AuthorizeSecurityGroup" if undo else "RevokeSecurityGroup"))
        scene.told.clear()

        # when
        ended_by_itself = _run(scene, plan_id, Fuse(step))
        left = scene.record(plan_id)
        scene.cloud.clock.advance(61)
        overdue = scene.remediation().overdue()
        record = scene.applying().run(plan_id)

        # then
        assert record.state == ("undone" if undo else "applied"), step
        assert (("22/22", "0.0.0.0/0") in scene.rules()) is undo, step
        assert undo or scene.rules() == OFFICE_AND_WEB, step
        made = len(scene.writes("AuthorizeSecurityGroup" if undo else "RevokeSecurityGroup")) - writes
        assert made == 1, step
        assert record.told, step
        assert set(scene.ended()) == {"undone" if undo else "applied"}, step
        assert len(scene.told) <= 2, step
        state = record.run is None and scene.remediation().overdue() == ()
        assert state, step
        begun = [one for one in record.steps if one.purpose == ("undo" if undo else "apply")]
        assert begun[-1].status == "done", step
        if left.run is not None or (not left.told and left.state in ("applied", "undone") and not undo):
            assert overdue == (plan_id,), step
        if ended_by_itself:
            break
    assert ended_by_itself
    assert step > 20


def test_of_two_instances_one_carries_the_plan_out(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    plan_id = proposed.plan.id
    scene.approve(plan_id)
    seen: list[type[Exception]] = []

    class AnotherRunBegins:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def call(self, product: str, action: str, parameters: Any, **more: Any) -> Any:
            if action == "RevokeSecurityGroup":
                try:
                    scene.applying().run(plan_id)
                except AlreadyInProgress as error:
                    seen.append(type(error))
            return self._inner.call(product, action, parameters, **more)

    # when
    record = scene.applying(caller=AnotherRunBegins).run(plan_id)

    # then
    assert (record.state, seen) == ("applied", [AlreadyInProgress])
    assert len(scene.writes("RevokeSecurityGroup")) == 1


def test_a_run_that_broke_off_and_whose_plan_has_expired_only_looks(play: Play) -> None:
    # given
    scene = play("mode: approve\nexpires_minutes: 5")
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    scene.approve(proposed.plan.id)

    class Dies:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def call(self, product: str, action: str, parameters: Any, **more: Any) -> Any:
            if action == "RevokeSecurityGroup":
                raise Killed
            return self._inner.call(product, action, parameters, **more)

    with pytest.raises(Killed):
        scene.applying(caller=Dies).run(proposed.plan.id)
    scene.cloud.clock.advance(600)

    # when
    record = scene.applying().run(proposed.plan.id)

    # then
    assert (record.state, scene.ended()) == ("failed", ["refused"])
    assert "expired before its calls were made" in (record.reason or "")
    assert scene.writes("RevokeSecurityGroup") == []


def test_100_approvals_and_20_runs_at_once_carry_the_plan_out_once(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    plan_id, now = proposed.plan.id, scene.live.now()
    verdicts = [seal().verdict(proposed.plan, ALICE, approved=True, at=now) for _ in range(100)]

    def approved(number: int) -> bool:
        try:
            scene.plans(scene.opened()).decide(plan_id, verdicts[number])
        except VerdictRefused:
            return False
        return True

    def ran(_: int) -> bool:
        try:
            scene.applying(store=scene.opened()).run(plan_id)
        except AlreadyInProgress:
            return False
        return True

    # when
    with ThreadPoolExecutor(10) as pool:
        counted = list(pool.map(approved, range(100)))
        ended = list(pool.map(ran, range(20)))

    # then
    assert counted.count(True) == 1
    assert any(ended)
    assert scene.record(plan_id).state == "applied"
    assert len(scene.writes("RevokeSecurityGroup")) == 1
    assert scene.ended().count("applied") == 1


def test_a_plan_that_is_written_over_after_its_seal_was_checked_is_refused(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    plan_id = proposed.plan.id
    scene.approve(plan_id)
    other = scene.make_group()

    class Meddling:
        """Puts another plan in the place of the one that was just read, once."""

        done = False

        def get(self, key: str) -> Any:
            found = scene.store.get(key)
            if key == f"plan/{plan_id}" and found is not None and not self.done:
                self.done = True
                value = found.value.replace(scene.group.encode(), other.encode())
                scene.store.replace(key, value, version=found.version)
            return found

        def __getattr__(self, name: str) -> Any:
            return getattr(scene.store, name)

    # when
    store: Any = Meddling()
    with pytest.raises(VerdictRefused):
        scene.applying(store=store).run(plan_id)

    # then
    assert scene.record(plan_id).plan.subject.id == other
    assert scene.writes("RevokeSecurityGroup") == []
