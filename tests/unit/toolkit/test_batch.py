from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.errors import ConfigError, Denied, InputError, StateError, Throttled, Transport
from eniguard.toolkit import BatchProcessor, BatchResult, Deadline

CALL: dict[str, Any] = {"product": "ecs", "action": "DescribeVSwitches"}
TRANSIENT = [StateError("down"), Throttled("slow down", **CALL), Transport("no answer", **CALL)]
UNEXPECTED = [ValueError("a bug"), Denied("not allowed", **CALL)]


class Scene:
    """A batch of scripted records: what each raises, attempt by attempt, and what happens then."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.now = 1000.0
        self.seconds = seconds
        self.slept: list[float] = []
        self.kept: list[tuple[int, Exception]] = []
        self.tried: list[int] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def keep(self, record: int, error: Exception) -> None:
        self.kept.append((record, error))

    def process(
        self,
        script: list[list[BaseException]],
        *,
        timeout: float | None = None,
        keep: Any = None,
        attempts: int = 3,
    ) -> BatchResult[int, str]:
        def handle(record: int) -> str:
            attempt = self.tried.count(record)
            self.tried.append(record)
            self.now += self.seconds
            if attempt < len(script[record]):
                raise script[record][attempt]
            return f"result {record}"

        at = None if timeout is None else self.now + timeout
        processor = BatchProcessor(
            handle,
            dead_letter=keep or self.keep,
            deadline=Deadline(at, clock=self.clock),
            most_attempts=attempts,
            pause=1.0,
            clock=self.clock,
            sleep=self.sleep,
            uniform=lambda _low, high: high,
        )
        return processor.process(range(len(script)))


def statuses(result: BatchResult[int, str]) -> list[str]:
    return [outcome.status for outcome in result.outcomes]


def test_a_bad_record_is_poison_at_once_and_the_others_are_done() -> None:
    scene, bad = Scene(), InputError("bad")

    result = scene.process([[], [bad, bad], []])

    assert statuses(result) == ["done", "poison", "done"]
    assert [outcome.result for outcome in result.outcomes] == ["result 0", None, "result 2"]
    assert (scene.kept, scene.tried) == ([(1, bad)], [0, 1, 2])
    result.require_complete()


@pytest.mark.parametrize("error", [*TRANSIENT, *UNEXPECTED], ids=lambda error: type(error).__name__)
def test_a_record_that_goes_well_at_last_is_done(error: Exception) -> None:
    scene = Scene()

    result = scene.process([[error, error]])

    assert statuses(result) == ["done"]
    assert (result.outcomes[0].attempts, scene.slept, scene.kept) == (3, [1.0, 2.0], [])


@pytest.mark.parametrize("error", TRANSIENT, ids=lambda error: type(error).__name__)
def test_trouble_around_a_record_makes_it_fail_and_not_poison(error: Exception) -> None:
    scene = Scene()

    result = scene.process([[error] * 3, []])

    assert statuses(result) == ["failed", "done"]
    assert (scene.kept, scene.tried) == ([], [0, 0, 0, 1])
    with pytest.raises(type(error)):
        result.require_complete()


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: type(error).__name__)
def test_a_record_that_always_breaks_its_handler_is_poison_in_the_end(error: Exception) -> None:
    scene = Scene()

    result = scene.process([[error] * 3, []])

    assert statuses(result) == ["poison", "done"]
    assert scene.kept == [(0, error)]


def test_a_record_that_no_dead_letter_takes_has_failed() -> None:
    def keep(_record: int, _error: Exception) -> None:
        raise StateError("the dead letter is out of reach")

    result = Scene().process([[InputError("bad")], []], keep=keep)

    assert statuses(result) == ["failed", "done"]
    with pytest.raises(StateError, match="dead letter is out of reach"):
        result.require_complete()


def test_after_a_wrong_configuration_nothing_more_is_tried() -> None:
    scene = Scene()

    result = scene.process([[], [ConfigError("set it")], [], []])

    assert statuses(result) == ["done", "failed", "left", "left"]
    assert (scene.tried, scene.kept) == ([0, 1], [])
    with pytest.raises(ConfigError):
        result.require_complete()


def test_no_record_is_begun_that_would_not_end_before_the_deadline() -> None:
    scene = Scene(seconds=10)

    result = scene.process([[], [], [], [], []], timeout=35)

    # after 30 s, 5 s are left, and a record takes 10
    assert statuses(result) == ["done", "done", "done", "left", "left"]
    assert [outcome.record for outcome in result.of("left")] == [3, 4]
    with pytest.raises(Exception, match="2 of 5 records are left, from record 3"):
        result.require_complete()


def test_past_the_deadline_nothing_is_begun() -> None:
    scene = Scene()

    result = scene.process([[], []], timeout=0)

    assert (statuses(result), scene.tried) == (["left", "left"], [])


@pytest.mark.parametrize("error", [*TRANSIENT, *UNEXPECTED], ids=lambda error: type(error).__name__)
def test_there_is_no_waiting_beyond_the_deadline_and_what_was_cut_short_is_not_poison(
    error: Exception,
) -> None:
    scene = Scene()

    result = scene.process([[error] * 3], timeout=2.5)

    assert statuses(result) == ["failed"]
    assert (scene.slept, result.outcomes[0].attempts, scene.kept) == ([1.0], 2, [])


def test_an_order_to_stop_is_obeyed() -> None:
    with pytest.raises(KeyboardInterrupt):
        Scene().process([[KeyboardInterrupt()]])


def test_an_empty_batch_is_complete() -> None:
    result = Scene().process([])

    result.require_complete()
    assert result.counts == {"done": 0, "poison": 0, "failed": 0, "left": 0}


def test_no_attempt_at_all_is_a_wrong_configuration() -> None:
    with pytest.raises(ConfigError):
        Scene().process([[]], attempts=0)


errors = st.sampled_from([*TRANSIENT, *UNEXPECTED, InputError("bad"), ConfigError("set it")])
keepers: list[Callable[..., None] | None] = [None, lambda *_: (_ for _ in ()).throw(StateError("down"))]


@given(
    script=st.lists(st.lists(errors, max_size=4), max_size=8),
    seconds=st.sampled_from([0.0, 0.3, 2.0]),
    timeout=st.none() | st.floats(0, 20),
    attempts=st.integers(1, 4),
    keep=st.sampled_from([0, 1]),
)
def test_each_record_has_exactly_one_outcome(
    script: list[list[BaseException]], seconds: float, timeout: float | None, attempts: int, keep: int
) -> None:
    # when
    scene = Scene(seconds)
    result = scene.process(script, timeout=timeout, attempts=attempts, keep=keepers[keep])

    # then
    assert [outcome.index for outcome in result.outcomes] == list(range(len(script)))
    assert [outcome.record for outcome in result.outcomes] == list(range(len(script)))
    assert sum(result.counts.values()) == len(script)
    for outcome in result.outcomes:
        assert scene.tried.count(outcome.record) == outcome.attempts <= attempts
        assert (outcome.status == "left") == (outcome.attempts == 0)
        assert (outcome.status == "done") == (outcome.result is not None)
        assert (outcome.status in ("failed", "poison")) == (outcome.error is not None)
    if not keep:
        assert [record for record, _ in scene.kept] == [one.record for one in result.of("poison")]
    incomplete = bool(result.of("failed") or result.of("left"))
    if incomplete:
        with pytest.raises(Exception):  # noqa: B017, PT011 - which one is told by the tests above
            result.require_complete()
    else:
        result.require_complete()
