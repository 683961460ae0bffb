"""A letter is marked when its event was dealt with, not before; if it ends earlier, it is still there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from eniguard.dead_letters import (
    DeadLetter,
    DeadLetters,
    DirectOrigin,
    Found,
    Origin,
    OssOrigin,
    letter_of_call,
    redrive,
)
from eniguard.errors import StateError, Transport
from eniguard.events.calls import Call
from eniguard.events.kept import MOST_BYTES
from eniguard.events.wrappers import Way
from eniguard.state import Store, open_store
from tests.functional.cli.recorded import environment
from tests.functional.dead_letters.failing_store import Killed, MortalStore
from tests.unit.dead_letters.letters import AT, call, failed, row, unreadable
from tests.unit.events.recorded import cloud_event, event, log_row


class Handled:
    """Keeps the calls it is given, or raises."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.calls: list[tuple[Call, Way]] = []
        self._error = error

    def __call__(self, call: Call, way: Way) -> None:
        self.calls.append((call, way))
        if self._error is not None:
            raise self._error


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("memory:", clock=lambda: AT)
    yield store
    store.close()


@pytest.fixture
def box(store: Store) -> DeadLetters:
    return DeadLetters(store, clock=lambda: AT + 60)


def put(box: DeadLetters, letter: DeadLetter) -> Found:
    box.put(letter)
    return still(box, letter)


def still(box: DeadLetters, letter: DeadLetter) -> Found:
    """The letter, which has to be open."""
    (found,) = [one for one in box.page().found if one.letter.id == letter.id]
    return found


def never(_origin: Origin) -> bytes | None:
    raise AssertionError("the event was kept: nothing is to be read again")


def test_kept_event_is_dealt_with_as_it_came_and_the_letter_is_marked(box: DeadLetters) -> None:
    handled = Handled()

    again = redrive(put(box, failed()), box, handled, reader=never)

    assert again.outcome == "redriven"
    assert handled.calls == [(call(), "sls")]
    assert box.page().found == ()


def test_dry_run_does_nothing(box: DeadLetters) -> None:
    handled, found = Handled(), put(box, failed())

    again = redrive(found, box, handled, dry_run=True)

    assert again.outcome == "ready"
    assert handled.calls == []
    assert still(box, failed()) == found


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (Transport("ecs gave no answer", product="ecs", action="x"), "ecs gave no answer"),
        (KeyError("s3cret"), "KeyError was raised"),
    ],
)
def test_event_that_fails_once_more_stays_with_the_new_problem(
    box: DeadLetters, error: Exception, problem: str
) -> None:
    again = redrive(put(box, failed()), box, Handled(error))

    assert (again.outcome, again.problem) == ("failed", problem)
    letter = still(box, failed()).letter
    assert (letter.tries, letter.problem) == (2, problem)


def test_event_that_was_not_kept_is_read_again_where_it_came_from(box: DeadLetters) -> None:
    asked: list[Origin] = []

    def reader(origin: Origin) -> bytes:
        asked.append(origin)
        return json.dumps(log_row(event(eventId="event-1"))).encode()

    handled = Handled()

    again = redrive(put(box, unreadable()), box, handled, reader=reader)

    assert again.outcome == "redriven"
    assert asked == [row(1)]
    assert [(one.event_id, way, one.forgeable) for one, way in handled.calls] == [("event-1", "sls", False)]


def test_event_that_was_too_long_to_keep_is_read_again_whole(box: DeadLetters) -> None:
    long = failed(userAgent="x" * MOST_BYTES)
    whole = json.dumps(log_row(event(eventId="event-1", userAgent="x" * MOST_BYTES))).encode()
    handled = Handled()

    again = redrive(put(box, long), box, handled, reader=lambda _: whole)

    assert again.outcome == "redriven"
    assert handled.calls[0][0].caller.user_agent == "x" * MOST_BYTES


@pytest.mark.parametrize("wrap", [lambda one: one, cloud_event, log_row])
def test_event_of_a_bucket_stays_forgeable_whatever_it_says(box: DeadLetters, wrap: Any) -> None:
    letter = unreadable(way="oss")
    handled = Handled()

    redrive(put(box, letter), box, handled, reader=lambda _: json.dumps(wrap(event())).encode())

    assert [one.forgeable for one, _ in handled.calls] == [True]


def test_kept_event_stays_forgeable(box: DeadLetters) -> None:
    forged = call(2)
    letter = letter_of_call(
        msgspec.structs.replace(forged, forgeable=True),
        KeyError(),
        OssOrigin("b", "k", "e"),
        way="oss",
        function="trail_file",
        at=AT,
    )
    handled = Handled()

    redrive(put(box, letter), box, handled)

    assert [(one.forgeable, way) for one, way in handled.calls] == [(True, "oss")]


def test_letter_of_which_nothing_can_be_read_stays_and_says_why(box: DeadLetters) -> None:
    handled, letter = Handled(), unreadable()
    broken = json.dumps(log_row(event(eventTime="soon"))).encode()

    outcomes = [
        redrive(put(box, letter), box, handled, reader=reader).problem
        for reader in (None, lambda _: None, lambda _: broken)
    ]

    assert outcomes[0].startswith(
        "the event was not kept and has to be read again from logstore example-logs/"
    )
    assert outcomes[1].startswith("the event is no longer there: logstore example-logs/")
    assert outcomes[2].startswith("eventTime 'soon': not a time")
    assert handled.calls == []
    assert still(box, letter).letter.tries == 4


def test_reader_that_gets_no_answer_leaves_the_letter(box: DeadLetters) -> None:
    def reader(_origin: Origin) -> bytes:
        raise Transport("sls gave no answer", product="sls", action="PullLogs")

    again = redrive(put(box, unreadable()), box, Handled(), reader=reader)

    assert (again.outcome, again.problem) == ("unreadable", "sls gave no answer")
    assert still(box, unreadable()).letter.redriven is None


def test_event_that_no_rule_looks_at_is_dealt_with_when_it_can_be_read(box: DeadLetters) -> None:
    other = json.dumps(event(eventName="ListBuckets")).encode()
    letter = unreadable(way="bare")

    again = redrive(put(box, letter), box, Handled(), reader=lambda _: other)

    assert again.outcome == "redriven"


def test_letter_that_somebody_else_changed_is_not_marked(box: DeadLetters) -> None:
    found = put(box, failed())

    def handled(_call: Call, _way: Way) -> None:
        box.mark_tried(found, "somebody else was here")

    again = redrive(found, box, handled)

    assert again.outcome == "changed"
    assert still(box, failed()).letter.problem == "somebody else was here"


def test_letter_that_was_dealt_with_is_left_alone(box: DeadLetters) -> None:
    put(box, failed())
    redrive(still(box, failed()), box, Handled())
    found = box.get(failed().id)
    assert found is not None
    handled = Handled()

    assert redrive(found, box, handled).outcome == "changed"
    assert handled.calls == []


@pytest.mark.parametrize("error", [Killed, KeyboardInterrupt])
def test_process_that_ends_while_it_deals_with_an_event_loses_nothing(
    box: DeadLetters, error: type[BaseException]
) -> None:
    found = put(box, failed())

    with pytest.raises(error):
        redrive(found, box, Handled(error()))

    assert still(box, failed()) == found


def test_report_that_fails_leaves_the_letter_as_it_was(box: DeadLetters) -> None:
    found = put(box, failed())

    def report() -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        redrive(found, box, Handled(), report=report)

    assert still(box, failed()) == found


def test_store_that_fails_at_the_mark_leaves_the_letter(store: Store, box: DeadLetters) -> None:
    found = put(box, failed())
    mortal = DeadLetters(cast("Store", MortalStore(store, 0, after=False, error=StateError)))

    with pytest.raises(StateError):
        redrive(found, mortal, Handled())

    assert still(box, failed()) == found


#: Redrives one letter, and ends without a word at a write of its own choosing.
_PROCESS = """
import os, sys
from eniguard.dead_letters import DeadLetters, redrive
from eniguard.state import open_store
from tests.functional.dead_letters.failing_store import Killed, MortalStore

url, letter_id, number, after, log = sys.argv[1:]
store = MortalStore(open_store(url), int(number), after=after == "after")
box = DeadLetters(store)

def handle(call, way):
    with open(log, "a") as file:
        file.write(call.event_id + "\\n")

try:
    redrive(box.get(letter_id), box, handle)
except Killed:
    os._exit(9)
os._exit(0)
"""


@pytest.mark.parametrize("after", ["before", "after"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_process_that_is_killed_at_any_write_leaves_the_letter_open_or_its_event_dealt_with(
    tmp_path: Path, number: int, after: str
) -> None:
    # given
    url, log = f"sqlite:///{tmp_path / 'state.db'}", tmp_path / "handled"
    store = open_store(url)
    box = DeadLetters(store)
    box.put(failed())

    # when
    arguments = [url, failed().id, str(number), after, str(log)]
    done = subprocess.run([sys.executable, "-c", _PROCESS, *arguments], env=environment(), check=False)

    # then
    assert done.returncode == (0 if number == 2 else 9)
    found = box.get(failed().id)
    assert found is not None
    assert (found.letter.redriven is None) == (number == 0 and after == "before")
    assert log.read_text() == "event-1\n"
    assert len(box.page().found) == (found.letter.redriven is None)
    handled = Handled()
    redrive(found, box, handled)
    assert len(handled.calls) == (found.letter.redriven is None)
    assert box.page().found == ()
    store.close()


def test_direct_invocation_cannot_be_read_again_and_says_so(box: DeadLetters) -> None:
    letter = unreadable(way="bare")
    direct = msgspec.structs.replace(letter, origin=DirectOrigin("request-1"))

    again = redrive(put(box, direct), box, Handled(), reader=lambda _: None)

    assert again.problem == "the event is no longer there: a direct invocation, request request-1"
