from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eniguard.dead_letters import DeadLetters, DirectOrigin
from eniguard.errors import DeadlineNear
from eniguard.events.envelopes import Concerned, parse
from eniguard.events.wrappers import Way
from eniguard.intake import DEFERRED, UNDECIDED, Arrived, Retries
from eniguard.pipeline import Pipeline
from eniguard.state import Store, open_store
from tests.functional.intake import killed
from tests.functional.intake.killed import TIMEOUT, intake_at, invocation

NOW = 1_772_366_400.0  # 2026-03-01T12:00:00Z


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A refused delete of a managed ENI: a finding (ENI001) that needs no look-up."""
    event_id = f"F23A3DD5-7842-4EF9-9DA1-{number:012d}"
    return {
        "eventId": event_id,
        "eventName": "DeleteNetworkInterface",
        "serviceName": "Ecs",
        "eventType": "ApiCall",
        "eventTime": "2026-03-01T11:59:00Z",
        "acsRegion": "cn-hangzhou",
        "requestId": event_id,
        "sourceIpAddress": "203.0.113.7",
        "userAgent": "example-agent",
        "userIdentity": {
            "type": "ram-user",
            "principalId": "200000000000000001",
            "accountId": "1234567890123456",
            "userName": "alice",
        },
        "requestParameters": {"NetworkInterfaceId": "eni-bp1example0001"},
        "errorCode": "InvalidOperation.EniServiceManaged",
        **changes,
    }


def undecided_event() -> dict[str, Any]:
    """A delete that went through: whether the ENI was managed is not known."""
    return event(2, errorCode="")


def arrived(*events: dict[str, Any], way: Way = "sls", forgeable: bool = False) -> list[Arrived]:
    ways: tuple[Way, ...] = ("oss",) if forgeable else ()
    read = [one for batch in parse(json.dumps(events), forgeable=ways) for one in batch.concerned]
    return [(Concerned(one.call, one.index, way), DirectOrigin("r-1", one.index)) for one in read]


def lines(stream: io.StringIO, kind: str) -> list[dict[str, Any]]:
    return [line for text in stream.getvalue().splitlines() if (line := json.loads(text))["kind"] == kind]


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("memory:", clock=lambda: NOW)
    yield opened
    opened.close()


def test_an_event_that_comes_by_four_ways_is_decided_once_and_the_others_measured(store: Store) -> None:
    stream = io.StringIO()
    call = invocation(NOW, stream)
    ended = []
    for way in ("eventbridge", "sls", "oss", "lookup"):
        ended += intake_at(store, NOW).take(arrived(event(), way=way), call).elements()  # type: ignore[arg-type]
    call.metrics.flush()
    assert ended == ["decided", "duplicate", "duplicate", "duplicate"]
    assert [line["rule"] for line in lines(stream, "finding")] == ["ENI001"]
    again = [line for line in lines(stream, "metric") if line["metric"] == "came_again_after"]
    assert {(line["way"], line["first"]) for line in again} == {
        ("sls", "eventbridge"),
        ("oss", "eventbridge"),
        ("lookup", "eventbridge"),
    }
    first = [line for line in lines(stream, "metric") if line["metric"] == "event_to_decision"]
    assert [(line["way"], line["count"], line["sum"]) for line in first] == [("eventbridge", 1, 60.0)]


def test_what_a_forgeable_way_told_first_gives_way_to_what_a_trusted_way_says(store: Store) -> None:
    forged = event(requestParameters={"NetworkInterfaceId": "eni-bp1harmless001"})
    first = intake_at(store, NOW).take(arrived(forged, way="oss", forgeable=True), invocation(NOW))
    stream = io.StringIO()
    second = intake_at(store, NOW).take(arrived(event(), way="sls"), invocation(NOW, stream))
    third = intake_at(store, NOW).take(arrived(event(), way="lookup"), invocation(NOW))
    assert [*first.elements(), *second.elements(), *third.elements()] == ["decided", "decided", "duplicate"]
    (finding,) = lines(stream, "finding")
    assert finding["resources"][0]["id"] == "eni-bp1example0001"
    assert lines(stream, "decided_anew_since_what_came_first_may_be_forged")


def test_a_forged_event_does_not_replace_what_a_trusted_way_told(store: Store) -> None:
    intake_at(store, NOW).take(arrived(event()), invocation(NOW))
    stream = io.StringIO()
    forged = event(requestParameters={"NetworkInterfaceId": "eni-bp1harmless001"})
    ended = intake_at(store, NOW).take(arrived(forged, way="oss", forgeable=True), invocation(NOW, stream))
    assert list(ended.elements()) == ["disputed"]
    assert not lines(stream, "finding")
    assert lines(stream, "differs_from_what_was_decided")


def test_no_time_left_leaves_the_rest_to_the_next_delivery(store: Store) -> None:
    events = arrived(event(1), event(2))
    with pytest.raises(DeadlineNear, match="after 0 of 2"):
        intake_at(store, NOW).take(events, invocation(NOW, timeout=0.0))
    assert list(intake_at(store, NOW).take(events, invocation(NOW)).elements()) == ["decided", "decided"]


def test_an_event_that_another_instance_has_begun_waits_for_the_sweep(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    died = die(path, event(), number=1, after=True)
    assert died == 9
    with_file = open_store(f"sqlite:///{path}", clock=lambda: NOW)
    ended = intake_at(with_file, NOW).take(arrived(event()), invocation(NOW))
    assert list(ended.elements()) == ["deferred"]
    assert not with_file.due(DEFERRED, NOW)
    later, stream = NOW + TIMEOUT + 1, io.StringIO()
    with_file = open_store(f"sqlite:///{path}", clock=lambda: later)
    assert list(intake_at(with_file, later).resume(invocation(later, stream)).elements()) == ["decided"]
    assert [line["rule"] for line in lines(stream, "finding")] == ["ENI001"]
    assert not with_file.due(DEFERRED, later + 1e6)


@pytest.mark.parametrize("made", [event, undecided_event], ids=["finding", "undecided"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_event_survives_a_kill_at_each_write_of_the_store(tmp_path: Path, made: Any, after: bool) -> None:
    for number in range(1, 10):
        path = tmp_path / f"{number}.sqlite"
        if die(path, made(), number=number, after=after) == 0:
            break
        later, stream = NOW + TIMEOUT + 1, io.StringIO()
        store = open_store(f"sqlite:///{path}", clock=lambda later=later: later)
        ended = intake_at(store, later).take(arrived(made()), invocation(later, stream))
        assert list(ended.elements()) in (["decided"], ["duplicate"]), number
        once_more = intake_at(store, later).take(arrived(made(), way="lookup"), invocation(later))
        assert list(once_more.elements()) == ["duplicate"], number
        if made is undecided_event:
            assert len(store.due(UNDECIDED, NOW + 1e6)) == 1
        begun_before = list(ended.elements()) == ["decided"] and (after or number > 1)
        assert all(line.get("repeat", False) is begun_before for line in lines(stream, "decision")), number
        store.close()
    assert number > 2, "the events have several writes"


def test_a_rule_that_stays_undecided_is_asked_again_and_given_up_in_the_end(store: Store) -> None:
    intake_at(store, NOW).take(arrived(undecided_event()), invocation(NOW))
    now, ended = NOW, []
    for _ in range(10):
        due = store.due(UNDECIDED, NOW + 1e6)
        if not due:
            break
        now = due[0].at
        retries = Retries(Pipeline(history=store), store, in_progress_for=TIMEOUT, clock=lambda now=now: now)
        ended += retries.run(invocation(now)).elements()
    assert ended == ["put_down", "put_down", "put_down", "given_up"]
    assert now - NOW == 900 + 1800 + 3600 + 7200


def die(path: Path, made: dict[str, Any], *, number: int, after: bool) -> int:
    """Take in an event in a process that dies at a write; its exit code."""
    side = "after" if after else "before"
    command = [sys.executable, killed.__file__, str(path), json.dumps(made), str(NOW), str(number), side]
    return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode


def test_what_cannot_be_read_in_a_queue_is_a_dead_letter_and_holds_up_nothing(store: Store) -> None:
    store.schedule(DEFERRED, "1234567890123456/from-another-version", NOW - 2, b'{"event": 1}')
    intake_at(store, NOW).take(arrived(undecided_event()), invocation(NOW))
    (waiting,) = store.due(UNDECIDED, NOW + 1e6)
    store.schedule(DEFERRED, waiting.member, NOW - 1, waiting.value)
    stream = io.StringIO()
    ended = intake_at(store, NOW).resume(invocation(NOW, stream))
    assert list(ended.elements()) == ["duplicate"]
    (line,) = lines(stream, "dead_letter")
    (found,) = DeadLetters(store, clock=lambda: NOW).page().found
    assert found.letter.id == line["letter"]
    assert "from-another-version" in line["reason"]
    assert not store.due(DEFERRED, NOW + 1e6)
