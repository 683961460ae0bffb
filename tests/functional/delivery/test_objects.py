"""trail_file: objects streamed, each event to one ending, and objects that cannot be had."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eniguard.dead_letters import DeadLetters, OssOrigin
from eniguard.dead_letters.letter import DeadLetter
from eniguard.errors import CloudError, DeadlineNear, Throttled, Transport
from tests.functional.delivery import streamed
from tests.functional.delivery.scene import (
    BUCKET,
    Guard,
    Slow,
    cloud_event,
    event,
    object_call,
    other_event,
)

KEY = "AliyunLogs/Actiontrail/one.gz"


def packed(*events: Any) -> bytes:
    return gzip.compress(json.dumps(events).encode())


def letters(guard: Guard) -> list[DeadLetter]:
    return [one.letter for one in DeadLetters(guard.store(), clock=guard.live.now).page().found]


@pytest.mark.parametrize(
    "data",
    [
        packed(event(1), other_event(2), event(3)),
        json.dumps([event(1), other_event(2), event(3)]).encode(),
        b"\n".join(json.dumps(one).encode() for one in (event(1), other_event(2), event(3))),
        gzip.compress(b"\n".join(json.dumps(one).encode() for one in (event(1), other_event(2), event(3)))),
    ],
    ids=["gzip array", "array", "lines", "gzip lines"],
)
def test_events_of_an_object_are_decided_in_whatever_form_it_has(guard: Guard, data: bytes) -> None:
    assert guard.call("trail_file", guard.object(data)) == {"decided": 2, "not_concerned": 1}
    assert {line["way"] for line in guard.lines("decision")} == {"oss"}


def test_an_object_that_is_told_of_twice_is_decided_once(guard: Guard) -> None:
    call = guard.object(packed(event(1), {"hello": "world"}, event(2)))

    assert guard.call("trail_file", call) == {"decided": 2, "dead_letter": 1}
    assert guard.call("trail_file", call) == {"duplicate": 2, "dead_letter": 1}
    assert len(guard.findings()) == 2
    (letter,) = letters(guard)
    assert isinstance(letter.origin, OssOrigin)
    assert (letter.origin.bucket, letter.origin.key, letter.origin.index) == (BUCKET, KEY, 1)


def test_an_object_may_be_empty(guard: Guard) -> None:
    assert set(guard.call("trail_file", guard.object(b""))) <= {"dead_letter"}
    assert guard.call("trail_file", guard.object(packed())) == {}


def test_what_is_not_whole_is_decided_as_far_as_it_goes_and_is_one_dead_letter(guard: Guard) -> None:
    data = packed(*[event(n, userAgent=f"{n * 7919:x}" * 40) for n in range(1, 2001)])
    counts = guard.call("trail_file", guard.object(data[: len(data) // 2]))

    assert counts["dead_letter"] == 1
    assert 0 < counts["decided"] < 2000
    (letter,) = letters(guard)
    assert (letter.reason, letter.way, letter.function) == ("unreadable", "oss", "trail_file")
    assert "no whole gzip file" in letter.problem


@pytest.mark.parametrize("data", [b"\x1f\x8bno gzip at all", b"\x00\x01\x02", b"<xml/>"])
def test_what_is_no_trails_object_is_a_dead_letter(guard: Guard, data: bytes) -> None:
    counts = guard.call("trail_file", guard.object(data))

    assert list(counts) == ["dead_letter"]
    assert all(isinstance(one.origin, OssOrigin) for one in letters(guard))


def test_an_object_that_is_gone_is_a_dead_letter_and_holds_up_no_other(guard: Guard) -> None:
    first = json.loads(guard.object(packed(event(1)), "a"))
    second = json.loads(guard.object(packed(event(2)), "b"))
    del guard.cloud.region().oss.buckets[BUCKET].objects["a"]

    counts = guard.call("trail_file", {"events": first["events"] + second["events"]})

    assert counts == {"dead_letter": 1, "decided": 1}
    (letter,) = letters(guard)
    assert (letter.reason, letter.origin) == (
        "gone",
        OssOrigin(BUCKET, "a", first["events"][0]["oss"]["object"]["eTag"]),
    )


def test_an_object_that_was_replaced_is_a_dead_letter_and_the_new_one_has_its_own_call(guard: Guard) -> None:
    old, new = guard.object(packed(event(1))), guard.object(packed(event(2)))

    assert guard.call("trail_file", old) == {"dead_letter": 1}
    assert guard.call("trail_file", new) == {"decided": 1}
    (letter,) = letters(guard)
    assert letter.reason == "gone"
    assert "replaced" in letter.problem


def test_an_object_that_may_not_be_read_is_a_dead_letter_that_says_what_to_allow(guard: Guard) -> None:
    call = guard.object(packed(event()))
    nobody = guard.cloud.role("nobody", {"Version": "1", "Statement": []})

    assert guard.call("trail_file", call, keys=nobody) == {"dead_letter": 1}
    (letter,) = letters(guard)
    assert letter.reason == "failed"
    assert "allow it in the policy of the role" in letter.problem


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"code": "DownloadTrafficRateLimitExceeded", "status": 503}, Throttled),
        ({"code": "InternalError", "status": 500}, CloudError),
        ({"kind": "reset"}, Transport),
        ({"code": "SecurityTokenExpired", "status": 403}, CloudError),
    ],
    ids=["throttled", "5xx", "reset", "token expired"],
)
def test_a_fault_that_may_pass_is_raised_to_come_again(
    guard: Guard, fault: dict[str, Any], error: type[Exception]
) -> None:
    call = guard.object(packed(event()))
    guard.cloud.fail("oss:GetObject", times=None, **fault)
    with pytest.raises(error):
        guard.call("trail_file", call)
    guard.cloud.faults.clear()

    assert guard.call("trail_file", call) == {"decided": 1}
    assert not letters(guard)


def test_a_cut_connection_is_taken_up(guard: Guard) -> None:
    data = packed(*[event(n, userAgent=f"{n * 7919:x}" * 40) for n in range(1, 2001)])
    call = guard.object(data)
    guard.cloud.fail("oss:GetObject", kind="truncated", times=3)

    assert guard.call("trail_file", call) == {"decided": 2000}


def test_no_time_left_goes_on_in_the_next_call(guard: Guard) -> None:
    call = guard.object(packed(*[event(number) for number in range(1, 6)]))

    with pytest.raises(DeadlineNear):
        guard.call("trail_file", call, instance=guard.function("trail_file", Slow(guard, 20)))

    assert guard.call("trail_file", call) == {"duplicate": 3, "decided": 2}


@pytest.mark.parametrize("form", [lambda one: one, cloud_event, lambda one: {"Events": [one]}])
def test_events_of_objects_are_forgeable_whatever_they_look_like(guard: Guard, form: Any) -> None:
    """A later event of a trusted way, which says otherwise, counts."""
    forged = event(requestParameters={"NetworkInterfaceId": "eni-bp1harmless001"})
    guard.call("trail_file", guard.object(packed(form(forged))))

    assert guard.call("trail_log", guard.rows(event())) == {"decided": 1}
    assert [subject for _, _, subject in guard.findings()] == ["eni-bp1harmless001", "eni-bp1example0001"]
    assert guard.lines("decided_anew_since_what_came_first_may_be_forged")


@pytest.mark.parametrize("call", [b"", b"{}", b'{"events": [{}]}', json.dumps(event()).encode()])
def test_a_call_that_is_none_of_an_oss_trigger_is_a_dead_letter(guard: Guard, call: bytes) -> None:
    assert guard.call("trail_file", call) == {"dead_letter": 1}
    (letter,) = letters(guard)
    assert "OSS trigger" in letter.problem


def test_a_key_of_any_characters_is_read(guard: Guard) -> None:
    assert guard.call("trail_file", guard.object(packed(event()), "a b ü+%2F?#.gz")) == {"decided": 1}


def test_fifty_megabytes_are_streamed_in_flat_memory(guard: Guard, tmp_path: Path) -> None:
    """A process of its own reads a small object and a large one, and tells how its peak memory grew."""
    large = gzip.compress(streamed.text(megabytes=50), compresslevel=0)
    assert len(large) > 50_000_000
    small = gzip.compress(streamed.text(megabytes=1), compresslevel=0)
    calls = [guard.object(small, "small"), guard.object(large, "large")]

    done = subprocess.run(
        [sys.executable, "-m", streamed.__name__],
        input=json.dumps(
            {
                "environment": guard.environment,
                "keys": [guard.keys.access_key_id, guard.keys.access_key_secret, guard.keys.token],
                "now": guard.live.now(),
                "calls": [call.decode() for call in calls],
            }
        ),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )

    first, second = json.loads(done.stdout.splitlines()[-1])
    assert first["counts"]["not_concerned"] == 499
    assert second["counts"]["not_concerned"] == 50 * 499
    assert second["counts"]["decided"] == 49
    assert second["megabytes"] - first["megabytes"] < 12


def test_objects_of_a_call_are_told_apart(guard: Guard) -> None:
    calls = [json.loads(guard.object(packed(event(n)), f"{n}.gz"))["events"][0] for n in (1, 2)]
    told = [
        (one["oss"]["object"]["key"], one["oss"]["object"]["eTag"], one["oss"]["object"]["size"])
        for one in calls
    ]

    assert guard.call("trail_file", object_call(*told)) == {"decided": 2}
