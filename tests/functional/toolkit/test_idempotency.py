from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
from msgspec import Struct

from eniguard.errors import AlreadyInProgress, ConfigError, InputError, PayloadMismatch, StateError
from eniguard.state import Store, open_store
from eniguard.toolkit import Idempotency, KeyValueStore, idempotent
from tests.functional.toolkit.faults import Broken, Work, left_by_a_crash


class Time:
    """The clock of the store and of the runs."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def store(time: Time) -> Iterator[Store]:
    opened = open_store("memory:", clock=time)
    yield opened
    opened.close()


def once(store: KeyValueStore, time: Time, **options: Any) -> Idempotency:
    return Idempotency(store, "work", **{"in_progress_for": 60, "clock": time, **options})


def begun(store: Store, time: Time, payload: str | None = None) -> None:
    """A run that ends in the midst of its work without a trace."""
    left_by_a_crash(lambda broken: once(broken, time), store, payload)


def test_what_is_delivered_again_gives_the_kept_result_and_is_not_done_again(
    store: Store, time: Time
) -> None:
    work = Work({"findings": 2})

    answers = [once(store, time).run("e-1", work) for _ in range(3)]

    assert answers == [{"findings": 2}] * 3
    assert work.times == 1


def test_other_keys_and_other_kinds_of_work_are_other_work(store: Store, time: Time) -> None:
    work = Work()

    once(store, time).run("e-1", work)
    once(store, time).run("e-2", work)
    Idempotency(store, "other", in_progress_for=60).run("e-1", work)

    assert work.times == 3


def test_work_in_progress_is_not_begun_by_another_run(store: Store, time: Time) -> None:
    work = Work()
    begun(store, time)
    time.now += 59.9

    with pytest.raises(AlreadyInProgress, match="e-1 is in progress: deliver it again in 0 s"):
        once(store, time).run("e-1", work)

    assert work.times == 0


def test_work_that_a_crash_left_is_taken_over_when_its_time_has_passed(store: Store, time: Time) -> None:
    work = Work()
    begun(store, time)
    time.now += 60

    assert once(store, time).run("e-1", work) == "result"
    assert once(store, time).run("e-1", work) == "result"
    assert work.times == 1


def test_work_taken_over_is_in_progress_again_for_as_long(store: Store, time: Time) -> None:
    begun(store, time)
    time.now += 60
    begun(store, time)
    time.now += 59

    with pytest.raises(AlreadyInProgress):
        once(store, time).run("e-1", Work())


def test_a_run_that_others_took_over_does_not_overwrite_what_they_kept(store: Store, time: Time) -> None:
    # given
    slow = once(store, time).claim("e-1")
    claim = slow.__enter__()
    time.now += 60
    once(store, time).run("e-1", Work("of the other"))

    # when
    with pytest.raises(AlreadyInProgress, match="took longer than 60 s and was taken over"):
        claim.finish("of the slow one")
    slow.__exit__(None, None, None)

    # then
    assert once(store, time).run("e-1", Work()) == "of the other"


def test_that_it_is_done_is_known_for_the_time_asked_for(store: Store, time: Time) -> None:
    work = Work()
    for at in (1000.0, 1099.9, 1100.0):
        time.now = at
        once(store, time, kept=100).run("e-1", work)

    assert work.times == 2


@pytest.mark.parametrize("error", [InputError("bad"), RuntimeError("a bug"), KeyboardInterrupt()])
def test_work_that_failed_can_be_delivered_again_at_once(
    store: Store, time: Time, error: BaseException
) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        once(store, time).run("e-1", fail)

    assert once(store, time).run("e-1", Work()) == "result"


def test_the_error_of_the_work_is_raised_though_the_store_fails_too(store: Store, time: Time) -> None:
    broken = Broken(store, 1, "before", StateError("down"))

    def fail() -> None:
        raise InputError("bad")

    with pytest.raises(InputError):
        once(broken, time).run("e-1", fail)

    assert broken.calls == ["create", "delete"]


@pytest.mark.parametrize("finish", [True, False])
@pytest.mark.parametrize(("first", "second"), [("a", "b"), (b"a", b"b"), ("a", b"b"), ("\ud800", "a")])
def test_a_key_with_another_payload_is_an_error_in_progress_and_when_done(
    store: Store, time: Time, first: str, second: str, finish: bool
) -> None:
    if finish:
        once(store, time).run("e-1", Work(), payload=first)
    else:
        begun(store, time, payload=first)
        time.now += 60

    with pytest.raises(PayloadMismatch, match="e-1"):
        once(store, time).run("e-1", Work(), payload=second)


@pytest.mark.parametrize(("first", "second"), [("a", "a"), ("é", "é".encode()), (None, "a"), ("a", None)])
def test_the_same_payload_and_one_that_is_not_given_are_no_error(
    store: Store, time: Time, first: str | None, second: str | None
) -> None:
    once(store, time).run("e-1", Work(), payload=first)

    assert once(store, time).run("e-1", Work(), payload=second) == "result"


class Counts(Struct):
    decided: int


def test_a_kept_result_has_the_type_it_was_kept_as(store: Store, time: Time) -> None:
    answers = [once(store, time, result=Counts).run("e-1", Work(Counts(2))) for _ in range(2)]

    assert answers == [Counts(2), Counts(2)]


def test_a_kept_result_of_another_type_is_a_wrong_configuration(store: Store, time: Time) -> None:
    once(store, time).run("e-1", Work("text"))

    with pytest.raises(ConfigError, match="give the type it was kept as"):
        once(store, time, result=Counts).run("e-1", Work())


@pytest.mark.parametrize("result", [object(), "x" * 60_000], ids=["object", "long"])
def test_a_result_that_cannot_be_kept_fails_loudly_and_the_work_is_not_done_again(
    store: Store, time: Time, result: object
) -> None:
    work = Work(result)

    for _ in range(2):
        with pytest.raises(ConfigError, match="let the function return less"):
            once(store, time).run("e-1", work)

    assert work.times == 1


def test_the_longest_result_fits_into_every_store(store: Store, time: Time) -> None:
    result = "x" * 59_998

    once(store, time).run("e-1", Work(result), payload="body")

    held = store.get("idempotent/work/e-1")
    assert held is not None
    assert len(held.value) <= 65_536
    assert once(store, time).run("e-1", Work()) == result


def test_a_claim_left_unfinished_is_given_up(store: Store, time: Time) -> None:
    with once(store, time).claim("e-1") as claim:
        assert not claim.done

    assert once(store, time).run("e-1", Work()) == "result"


def test_a_claim_tells_what_was_kept_and_cannot_be_finished_again(store: Store, time: Time) -> None:
    with once(store, time).claim("e-1") as claim:
        claim.finish(1)
        assert (claim.done, claim.result) == (True, 1)

    with once(store, time).claim("e-1") as claim:
        assert (claim.done, claim.result) == (True, 1)
        with pytest.raises(ConfigError, match="done already"):
            claim.finish(2)


def test_something_else_under_the_key_is_told_and_not_overwritten(store: Store, time: Time) -> None:
    store.create("idempotent/work/e-1", b"something else")

    with pytest.raises(StateError, match="holds no record of a piece of work"):
        once(store, time).run("e-1", Work())


@pytest.mark.parametrize("seconds", [0, -1, 101])
def test_a_time_in_progress_that_makes_no_sense_is_a_wrong_configuration(
    store: Store, time: Time, seconds: float
) -> None:
    with pytest.raises(ConfigError):
        once(store, time, in_progress_for=seconds, kept=100)


def test_a_decorated_function_does_its_work_once_for_each_key(store: Store, time: Time) -> None:
    done: list[str] = []

    @idempotent(
        store,
        key=lambda event: event["id"],
        payload=lambda event: event["body"],
        in_progress_for=60,
        clock=time,
    )
    def handle(event: dict[str, str]) -> int:
        """Handles."""
        done.append(event["id"])
        return len(done)

    answers = [handle({"id": key, "body": "a"}) for key in ("e-1", "e-2", "e-1")]

    assert (answers, done) == ([1, 2, 1], ["e-1", "e-2"])
    assert (handle.__name__, handle.__doc__) == ("handle", "Handles.")
    with pytest.raises(PayloadMismatch):
        handle({"id": "e-1", "body": "b"})


def test_decorated_functions_do_not_share_their_keys(store: Store, time: Time) -> None:
    def first(_event: str) -> str:
        return "first"

    def second(_event: str) -> str:
        return "second"

    wrapped = [idempotent(store, key=str, in_progress_for=60, clock=time)(work) for work in (first, second)]

    assert [work("e-1") for work in wrapped] == ["first", "second"]


@pytest.mark.parametrize("taken_over", [False, True])
def test_of_many_runs_at_a_time_one_does_the_work(store: Store, time: Time, taken_over: bool) -> None:
    # given
    if taken_over:
        begun(store, time)
        time.now += 60
    work, answers, barrier = Work(), [], Barrier(8)

    def run() -> None:
        barrier.wait()
        try:
            answers.append(once(store, time).run("e-1", work))
        except AlreadyInProgress:
            answers.append("in progress")

    # when
    threads = [Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then
    assert work.times == 1
    assert len(answers) == 8
    assert set(answers) <= {"result", "in progress"}
