"""What becomes of work when the store fails, or the process is killed, at each call of the store in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Literal

import pytest

from eniguard.errors import AlreadyInProgress, StateError
from eniguard.state import open_store
from eniguard.toolkit import Idempotency, KeyValueStore
from tests.functional.toolkit.faults import Broken, Killed, Work, left_by_a_crash

When = Literal["before", "after"]
#: The calls of a run: create and replace; and of one that takes work over: create, get, replace, replace.
NEW_CALLS, TAKEOVER_CALLS = 2, 4
POINTS: list[tuple[bool, int, When]] = [
    (left, call, when)
    for left, calls in ((False, NEW_CALLS), (True, TAKEOVER_CALLS))
    for call in range(calls)
    for when in ("before", "after")
]


class Scene:
    """A store, with work that a crash left in it or without."""

    def __init__(self, left: bool) -> None:
        self.now = 1000.0
        self.store = open_store("memory:", clock=self.clock)
        if left:
            left_by_a_crash(self.once, self.store)
            self.now += 60

    def clock(self) -> float:
        return self.now

    def once(self, store: KeyValueStore) -> Idempotency:
        return Idempotency(store, "work", in_progress_for=60, clock=self.clock)


@pytest.fixture
def stage() -> Iterator[Callable[[bool], Scene]]:
    """Makes scenes, and closes their stores."""
    with ExitStack() as stack:

        def scene(left: bool) -> Scene:
            made = Scene(left)
            stack.callback(made.store.close)
            return made

        yield scene


def test_the_calls_of_a_run_are_those_that_are_broken_here(stage: Callable[[bool], Scene]) -> None:
    for left, calls in ((False, ["create", "replace"]), (True, ["create", "get", "replace", "replace"])):
        scene = stage(left)
        store = Broken(scene.store, None, "before", Killed())
        scene.once(store).run("e-1", Work())
        assert store.calls == calls


@pytest.mark.parametrize(("left", "call", "when"), POINTS)
def test_killed_at_any_call_and_delivered_again_the_work_is_done_and_known_to_be(
    stage: Callable[[bool], Scene], left: bool, call: int, when: When
) -> None:
    # given
    scene, work = stage(left), Work()
    with pytest.raises(Killed):
        scene.once(Broken(scene.store, call, when, Killed())).run("e-1", work)
    done_before = work.times

    # when it is delivered again while the first run may still be at work
    try:
        scene.once(scene.store).run("e-1", work)
    except AlreadyInProgress:
        scene.now += 60

    # then
    assert [scene.once(scene.store).run("e-1", work) for _ in range(2)] == ["result", "result"]
    # Only work that was done and not yet marked as done is done again.
    killed_before_the_mark = done_before == 1 and when == "before"
    assert work.times == (2 if killed_before_the_mark else 1)


@pytest.mark.parametrize(("left", "call", "when"), POINTS)
def test_one_error_of_the_store_never_makes_work_done_twice(
    stage: Callable[[bool], Scene], left: bool, call: int, when: When
) -> None:
    # given
    scene, work = stage(left), Work()
    store = Broken(scene.store, call, when, StateError("no answer"))

    # when
    for _ in range(3):
        try:
            scene.once(store).run("e-1", work)
        except StateError:
            scene.now += 60

    # then
    assert work.times == 1
    assert scene.once(scene.store).run("e-1", work) == "result"


@pytest.mark.parametrize("left", [False, True])
def test_a_write_that_happened_though_the_store_gave_no_answer_is_known_by_its_owner(
    stage: Callable[[bool], Scene], left: bool
) -> None:
    for call in range(TAKEOVER_CALLS if left else NEW_CALLS):
        scene, work = stage(left), Work()
        store = Broken(scene.store, call, "after", StateError("no answer"))
        if left and call == 1:  # a look that failed is no write
            continue

        assert scene.once(store).run("e-1", work) == "result"


class Down:
    """A store that is out of reach."""

    def get(self, key: str) -> None:
        raise StateError(f"down: {key}")

    def create(self, key: str, value: bytes, *, ttl: float | None = None) -> None:
        raise StateError(f"down: {key}")

    def replace(self, key: str, value: bytes, *, version: str, ttl: float | None = None) -> None:
        raise StateError(f"down: {key}")

    def delete(self, key: str, *, version: str) -> bool:
        raise StateError(f"down: {key}")


def test_with_a_store_that_is_down_the_work_is_not_begun(stage: Callable[[bool], Scene]) -> None:
    work = Work()

    with pytest.raises(StateError):
        stage(False).once(Down()).run("e-1", work)

    assert work.times == 0
