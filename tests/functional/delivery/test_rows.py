"""trail_log: rows pulled by cursor, each to one ending, whatever is in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.dead_letters import DeadLetters, SlsOrigin
from eniguard.errors import (
    CloudError,
    ConfigError,
    DeadlineNear,
    Denied,
    NotFound,
    StateError,
    Throttled,
    Transport,
)
from tests.functional.delivery.scene import (
    LOGSTORE,
    PROJECT,
    Guard,
    Slow,
    cloud_event,
    event,
    other_event,
)


def test_rows_between_the_cursors_are_decided_and_others_are_not(guard: Guard) -> None:
    guard.rows(event(1))
    call = guard.rows(event(2), other_event(3), event(4))
    guard.rows(event(5))

    counts = guard.call("trail_log", call)

    assert counts == {"decided": 2, "not_concerned": 1}
    assert [found[1][-1] for found in guard.findings()] == ["2", "4"]
    assert {line["way"] for line in guard.lines("decision")} == {"sls"}
    (told,) = guard.lines("not_concerned")
    assert told["reasons"] == {"other_call": 1}


def test_a_range_that_is_given_again_is_decided_once(guard: Guard) -> None:
    call = guard.rows(event(1), "poison", event(2))

    first, second = guard.call("trail_log", call), guard.call("trail_log", call)

    assert first == {"decided": 2, "dead_letter": 1}
    assert second == {"duplicate": 2, "dead_letter": 1}
    assert len(guard.findings()) == 2
    assert len(DeadLetters(guard.store(), clock=guard.live.now).page().found) == 1
    assert [line.get("repeat", False) for line in guard.lines("dead_letter")] == [False, True]


@pytest.mark.parametrize(
    "poison",
    [
        b"",
        b"not JSON",
        b"{",
        b"\xff\xfe\x00",
        b"[1, 2]",
        b'"text"',
        b"null",
        b"[" * 5000,
        b'{"hello": "world"}',
        json.dumps(event(9, eventTime="noon")).encode(),
        json.dumps(event(9, eventTime="2026-03-05T12:00:00Z")).encode(),
        json.dumps(event(9, requestParameters={"UserData": "x" * 20_000_000})).encode(),
        None,
    ],
    ids=lambda poison: repr(poison)[:24],
)
def test_a_row_that_cannot_be_read_is_a_dead_letter_and_holds_up_none(
    guard: Guard, poison: bytes | None
) -> None:
    call = guard.rows(event(1), poison, event(2))

    counts = guard.call("trail_log", call)

    assert counts["decided"] == 2
    assert counts["dead_letter"] >= 1
    found = DeadLetters(guard.store(), clock=guard.live.now).page().found
    assert len(found) == counts["dead_letter"]
    letter = found[0].letter
    origin = letter.origin
    assert isinstance(origin, SlsOrigin)
    assert (origin.project, origin.logstore, origin.shard, origin.index) == (PROJECT, LOGSTORE, 0, 1)
    assert (letter.function, letter.way, letter.reason) == ("trail_log", "sls", "unreadable")
    assert letter.problem
    assert letter.unread is None or letter.unread.size == len(poison or b"")


def test_a_row_of_another_log_is_not_concerned_and_an_event_under_another_topic_is(guard: Guard) -> None:
    counts = guard.call("trail_log", guard.rows("GET / 200", event(1), topic="nginx"))

    assert counts == {"decided": 1, "not_concerned": 1}


def test_what_a_row_looks_like_says_nothing_of_the_way_it_came(guard: Guard) -> None:
    guard.call("trail_log", guard.rows(cloud_event(event())))

    assert [line["way"] for line in guard.lines("decision")] == ["sls"]


def test_a_wide_range_comes_in_several_answers(guard: Guard) -> None:
    calls = [guard.rows(*[event(100 * n + m) for m in range(20)]) for n in range(150)]
    first, last = json.loads(calls[0]), json.loads(calls[-1])
    whole = {"source": {**first["source"], "endCursor": last["source"]["endCursor"]}}

    counts = guard.call("trail_log", whole)

    assert counts == {"decided": 3000}


@pytest.mark.parametrize(
    "call",
    [
        b"",
        b"{}",
        b'{"source": {}}',
        json.dumps(cloud_event(event())).encode(),
    ],
    ids=["empty", "object", "no place", "an event"],
)
def test_a_call_that_is_none_of_a_log_trigger_is_a_dead_letter(guard: Guard, call: bytes) -> None:
    assert guard.call("trail_log", call) == {"dead_letter": 1}
    (found,) = DeadLetters(guard.store(), clock=guard.live.now).page().found
    assert "log trigger" in found.letter.problem


def test_keys_are_sent_to_no_other_address(guard: Guard) -> None:
    call = json.loads(guard.rows(event()))
    call["source"]["endpoint"] = "https://log.example.com"

    assert guard.call("trail_log", call) == {"dead_letter": 1}
    assert not guard.findings()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"code": "Unauthorized", "status": 401}, Denied),
        ({"code": "LogStoreNotExist", "status": 404}, NotFound),
        ({"code": "ReadQuotaExceed", "status": 403}, Throttled),
        ({"code": "InternalServerError", "status": 500}, CloudError),
        ({"kind": "reset"}, Transport),
        ({"kind": "truncated"}, Transport),
    ],
    ids=["denied", "gone", "throttled", "5xx", "reset", "truncated"],
)
def test_rows_that_cannot_be_pulled_are_left_to_the_next_call(
    guard: Guard, fault: dict[str, Any], error: type[Exception]
) -> None:
    call = guard.rows(event(1), event(2))
    guard.cloud.fail("log:PullLogs", times=None, **fault)
    with pytest.raises(error):
        guard.call("trail_log", call)
    guard.cloud.faults.clear()

    assert guard.call("trail_log", call) == {"decided": 2}


def test_a_fault_that_passes_is_waited_for(guard: Guard) -> None:
    call = guard.rows(event(1))
    guard.cloud.fail("log:PullLogs", code="ServerBusy", status=503, times=2)

    assert guard.call("trail_log", call) == {"decided": 1}
    assert guard.live.waits


def test_no_time_left_raises_and_the_next_call_goes_on_behind_what_was_decided(guard: Guard) -> None:
    call = guard.rows(*[event(number) for number in range(1, 6)])
    instance = guard.function("trail_log", Slow(guard, 20))

    with pytest.raises(DeadlineNear, match="no time left after 3 of 5 events"):
        guard.call("trail_log", call, instance=instance)

    assert len(guard.lines("decision")) == 3
    assert guard.call("trail_log", call) == {"duplicate": 3, "decided": 2}


def test_a_store_that_is_down_raises_and_loses_nothing(guard: Guard) -> None:
    call = guard.rows(event(1), "poison", event(2))
    guard.path.mkdir()  # no file can be made there
    instance = guard.function("trail_log")
    with pytest.raises(StateError):
        guard.call("trail_log", call, instance=instance)
    guard.path.rmdir()

    assert guard.call("trail_log", call, instance=instance) == {"decided": 2, "dead_letter": 1}


def test_rows_without_an_event_to_decide_need_no_store(guard: Guard) -> None:
    guard.call("trail_log", guard.rows(other_event(1), other_event(2)))

    assert not guard.path.exists()


def test_without_a_region_the_function_says_what_to_set(guard: Guard) -> None:
    context = guard.context()
    context.region = None
    payload = guard.rows(event(1, errorCode=""))
    with pytest.raises(ConfigError, match="FC_REGION"):
        guard.function("trail_log").handle(payload, context)
