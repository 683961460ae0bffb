from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eniguard.errors import ConfigError, InputError
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.settings import DEFAULT_POLICY
from eniguard.testing import ACCOUNT, ALICE, REGION

ENI: dict[str, Any] = {
    "NetworkInterfaceId": "eni-1",
    "ServiceManaged": True,
    "Description": "Created by nat.aliyuncs.com",
    "Status": "Available",
}
ORDINARY = {**ENI, "ServiceManaged": False, "Description": ""}


def event(
    number: int, name: str = "DeleteNetworkInterface", *, time: str = "12:00:00", **changed: Any
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "eventId": f"event-{number}",
        "eventName": name,
        "serviceName": "Ecs",
        "eventType": "ApiCall",
        "eventTime": f"2026-03-01T{time}Z",
        "acsRegion": REGION,
        "requestId": f"request-{number}",
        "sourceIpAddress": "203.0.113.7",
        "userAgent": "example-agent",
        "userIdentity": {
            "type": ALICE.type,
            "principalId": ALICE.principal_id,
            "accountId": ACCOUNT,
            "userName": ALICE.user_name,
        },
        "requestParameters": {"NetworkInterfaceId": "eni-1"},
    }
    return {**fields, **changed}


def state(*enis: dict[str, Any], at: str = "08:00:00") -> str:
    file = {
        "schema": 1,
        "captured_at": f"2026-03-01T{at}Z",
        "account_id": ACCOUNT,
        "region": REGION,
        "resources": {"ecs:NetworkInterface": list(enis)},
    }
    return json.dumps(file)


Write = Callable[[str, Any], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, content: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, str) else json.dumps(content)
        path.write_bytes(gzip.compress(data.encode()) if name.endswith(".gz") else data.encode())
        return path

    return put


def replayed(folder: Path, **options: Any) -> tuple[list[Entry], list[InputError], Replay]:
    replay = Replay(Options(paths=(str(folder),), policy=DEFAULT_POLICY, every=True, **options))
    found = list(replay)
    entries = [one for one in found if isinstance(one, Entry)]
    return entries, [one for one in found if isinstance(one, InputError)], replay


def rules(entries: list[Entry]) -> dict[str, list[str]]:
    return {entry.path: [finding.rule for finding in entry.decision.findings] for entry in entries}


def test_the_nearest_state_wins_and_nothing_is_merged(write: Write, tmp_path: Path) -> None:
    # given
    write("state.json", state(ENI))
    write("a/one.json", event(1))
    write("b/state.json", state({**ORDINARY, "NetworkInterfaceId": "eni-2"}))
    write("b/two.json", event(2, requestParameters={"NetworkInterfaceId": "eni-2"}))
    write("b/three.json", event(3))
    write("b/three.state.json", state(ENI))
    write("c/four.json", event(4))
    write("c/four.state.json", state())

    # when
    entries, errors, _ = replayed(tmp_path, only=("ENI003",))

    # then
    assert errors == []
    assert rules(entries)["a/one.json"] == ["ENI003"]
    assert rules(entries)["b/two.json"] == []
    assert rules(entries)["b/three.json"] == ["ENI003"]
    assert rules(entries)["c/four.json"] == []
    assert {entry.path for entry in entries if entry.alone} == {"b/three.json", "c/four.json"}
    assert {entry.path for entry in entries if entry.decision.undecided} == {"c/four.json"}


def test_a_given_state_comes_before_a_folders_and_after_a_cases_own(write: Write, tmp_path: Path) -> None:
    write("events/state.json", state(ORDINARY))
    write("events/one.json", event(1))
    write("events/two.json", event(2))
    write("events/two.state.json", state(ORDINARY))
    given = write("given.json", state(ENI))
    entries, _, _ = replayed(tmp_path / "events", state=str(given), only=("ENI003",))
    assert rules(entries) == {"one.json": ["ENI003"], "two.json": []}


def test_one_file_is_decided_with_the_state_that_it_has_in_its_folder(write: Write, tmp_path: Path) -> None:
    write("expectations.yml", "")
    write("state.json", state(ENI))
    path = write("eni/one.json", event(1))
    entries, _, _ = replayed(path, only=("ENI003",))
    assert rules(entries) == {"one.json": ["ENI003"]}


def test_events_are_decided_in_the_order_of_their_time_whatever_the_files(
    write: Write, tmp_path: Path
) -> None:
    # given: the group is joined before the delete, but read after it
    write("state.json", state({**ORDINARY, "SecurityGroupIds": {"SecurityGroupId": ["sg-1"]}}))
    write("1.json", [event(1, "DetachNetworkInterface", time="12:00:05")])
    write("2.jsonl.gz", json.dumps(event(2, "AttachNetworkInterface", time="12:00:00")) + "\n")

    # when
    entries, _, _ = replayed(tmp_path)

    # then
    assert [entry.event_id for entry in entries] == ["event-2", "event-1"]


def test_a_duplicate_is_counted_and_decided_once(write: Write, tmp_path: Path) -> None:
    write("1.json", [event(1), event(1)])
    write("2.json", {"Events": [event(1), event(2)]})
    entries, _, replay = replayed(tmp_path)
    assert [entry.event_id for entry in entries] == ["event-1", "event-2"]
    assert replay.tally.duplicates == 2


def test_an_arrival_after_the_window_is_decided_and_marked_late(write: Write, tmp_path: Path) -> None:
    write("1.json", [event(1, time="12:00:00"), event(2, time="13:00:00")])
    write("2.json", event(3, time="12:30:00"))
    entries, _, replay = replayed(tmp_path)
    assert {entry.event_id: entry.decision.late for entry in entries} == {
        "event-1": False,
        "event-2": False,
        "event-3": True,
    }
    assert replay.tally.late == 1


def test_what_a_call_did_is_known_to_the_next_one(write: Write, tmp_path: Path) -> None:
    # given
    write("state.json", state(ORDINARY))
    write("1.json", [event(1, errorCode="InvalidOperation.EniServiceManaged"), event(2, time="12:00:01")])

    # when
    entries, _, _ = replayed(tmp_path, only=("ENI003",))

    # then: the refusal proved the ENI managed, so the delete that worked is a finding
    assert [[one.rule for one in entry.decision.findings] for entry in entries] == [[], ["ENI003"]]


def test_every_event_is_counted_exactly_once(write: Write, tmp_path: Path) -> None:
    write("1.json", [event(1), event(1), event(2, "DescribeInstances"), event(3, eventTime="noon"), 7])
    write("2.json", "{")
    _, errors, replay = replayed(tmp_path)
    tally = replay.tally
    assert tally.read == tally.concerned + tally.not_concerned + len(errors)
    assert tally.concerned == tally.decided + tally.undecided + tally.duplicates
    assert (tally.concerned, tally.not_concerned, tally.unreadable) == (2, 1, 3)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_broken_state_is_told_once_and_each_of_its_files_is_left_out(
    write: Write, tmp_path: Path, jobs: int
) -> None:
    # given: a state of two files and one of a case, with a whole one further up
    write("state.json", state(ENI))
    shared = write("a/state.json", "{")
    own = write("a/three.state.json", '{"schema": 2}')
    left = [write(f"a/{name}.json", event(number)) for number, name in enumerate(("one", "three", "two"))]
    write("b/four.json", event(4))

    # when
    entries, errors, replay = replayed(tmp_path, jobs=jobs)

    # then
    assert [entry.path for entry in entries] == ["b/four.json"]
    named = [
        (error.path, [str(one) for one in (shared, own) if str(one) in error.problem]) for error in errors
    ]
    assert named == [
        (str(shared), []),
        (str(left[0]), [str(shared)]),
        (str(own), []),
        (str(left[1]), [str(own)]),
        (str(left[2]), [str(shared)]),
    ]
    tally = replay.tally
    assert (tally.read, tally.unreadable, tally.left_out) == (1, 2, 3)


@pytest.mark.parametrize("content", [None, "{", state() + "}"])
def test_a_given_state_that_is_none_is_wrong_usage_before_the_first_event(
    write: Write, tmp_path: Path, content: str | None
) -> None:
    path = write("one.json", event(1))
    if content is not None:
        write("nowhere.json", content)
    with pytest.raises(ConfigError, match=r"--state .*nowhere.json.*; nothing was decided: name a state"):
        Replay(Options(paths=(str(path),), policy=DEFAULT_POLICY, state=str(tmp_path / "nowhere.json")))


def test_a_path_that_does_not_exist_is_an_error_and_the_others_are_decided(
    write: Write, tmp_path: Path
) -> None:
    path = write("one.json", event(1))
    replay = Replay(Options(paths=(str(tmp_path / "nowhere"), str(path)), policy=DEFAULT_POLICY, every=True))
    found = list(replay)
    assert [type(one).__name__ for one in found] == ["InputError", "Entry"]


def many(write: Write) -> None:
    for number in range(40):
        region = ("cn-hangzhou", "cn-beijing", "ap-southeast-1")[number % 3]
        write(
            f"{number % 5}/{number:02d}.json",
            [
                event(2 * number, acsRegion=region, errorCode="InvalidOperation.EniServiceManaged"),
                event(2 * number + 1, acsRegion=region, time=f"12:{(number * 7) % 60:02d}:00"),
                *([{"eventName": 7}] if number % 10 == 0 else []),
            ],
        )
    write("3/17.state.json", state(ENI))


@pytest.mark.parametrize("jobs", [2, 3])
def test_several_processes_give_what_one_gives_in_the_same_order(
    write: Write, tmp_path: Path, jobs: int
) -> None:
    # given
    many(write)

    # when
    one, several = (
        Replay(Options(paths=(str(tmp_path),), policy=DEFAULT_POLICY, every=True, jobs=number))
        for number in (1, jobs)
    )
    alone, together = list(one), list(several)

    # then
    assert [str(found) for found in together] == [str(found) for found in alone]
    one.tally.seconds = several.tally.seconds = 0
    assert several.tally == one.tally


def test_several_processes_cannot_read_the_standard_input() -> None:
    with pytest.raises(ConfigError, match="standard input"):
        list(Replay(Options(paths=("-",), policy=DEFAULT_POLICY, jobs=2)))
