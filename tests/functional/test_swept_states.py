"""State snapshots without events, in a replay."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eniguard.errors import InputError
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.replay.sweeps import SweepEntry
from eniguard.settings import DEFAULT_POLICY, Policy, RuleSettings
from eniguard.settings.policy import Actors
from eniguard.testing import ACCOUNT, REGION
from tests.functional.cli.recorded import event

LONG_AGO, NOW = "2026-01-15T08:00:00Z", "2026-03-01T08:00:00Z"
ORPHAN: dict[str, Any] = {
    "NetworkInterfaceId": "eni-1",
    "ServiceManaged": True,
    "Status": "Available",
    "CreationTime": LONG_AGO,
}
IN_USE = {**ORPHAN, "Status": "InUse"}
Write = Callable[..., Path]


def state(*enis: Any, at: str = NOW, **kinds: Any) -> bytes:
    file = {"schema": 1, "captured_at": at, "account_id": ACCOUNT, "region": REGION}
    resources = {"ecs:NetworkInterface": enis, **kinds}
    return json.dumps({**file, "resources": resources}).encode()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return put


def replayed(
    *paths: Path, policy: Policy = DEFAULT_POLICY, **options: Any
) -> tuple[list[SweepEntry], list[InputError], Replay]:
    run = Replay(Options(paths=tuple(map(str, paths)), policy=policy, **{"only": ("ENI007",), **options}))
    found = list(run)
    sweeps = [one for one in found if isinstance(one, SweepEntry)]
    return sweeps, [one for one in found if isinstance(one, InputError)], run


def test_a_state_without_events_is_judged_by_the_rules_of_the_sweep(write: Write, tmp_path: Path) -> None:
    write("a/left.state.json", state(ORPHAN))
    write("a/packed.state.json.gz", state(ORPHAN))

    sweeps, errors, run = replayed(tmp_path)

    assert errors == []
    assert [(one.path, one.key) for one in sweeps] == [
        ("a/left.state.json", "a/left.state.json"),
        ("a/packed.state.json.gz", "a/packed.state.json.gz"),
    ]
    (finding,) = sweeps[0].findings
    assert (finding.rule, finding.trigger, finding.subject.id) == ("ENI007", "sweep", "eni-1")
    assert (run.tally.swept, run.tally.read, run.tally.findings) == (2, 0, {"low": 2})


def test_the_sweep_is_made_at_the_moment_the_state_was_captured(write: Write) -> None:
    early = write("early.state.json", state(ORPHAN, at="2026-01-16T07:59:59Z"))
    late = write("late.state.json", state(ORPHAN, at="2026-01-16T08:00:00Z"))

    sweeps, _, run = replayed(early, late)

    assert [(one.path, one.sweep.time) for one in sweeps] == [("late.state.json", "2026-01-16T08:00:00Z")]
    assert run.tally.swept == 2


def test_a_state_without_findings_is_given_out_only_when_every_case_is(write: Write, tmp_path: Path) -> None:
    write("used.state.json", state(IN_USE))

    assert replayed(tmp_path)[0] == []
    assert [one.findings for one in replayed(tmp_path, every=True)[0]] == [()]


def test_the_state_of_events_and_of_a_folder_is_no_case(write: Write, tmp_path: Path) -> None:
    write("one.json", json.dumps(event()).encode())
    write("one.state.json", state(ORPHAN))
    write("state.json", state(ORPHAN))

    sweeps, errors, run = replayed(tmp_path, every=True)

    assert (sweeps, errors, run.tally.swept, run.tally.read) == ([], [], 0, 1)


def test_what_cannot_be_told_is_counted_by_rule(write: Write, tmp_path: Path) -> None:
    write("a.state.json", state({**ORPHAN, "CreationTime": None}, {**ORPHAN, "NetworkInterfaceId": "eni-2"}))

    _, _, run = replayed(tmp_path)

    assert (run.tally.undecided_sweeps, run.tally.undecided_rules) == ({"ENI007": 1}, {})
    assert (run.tally.undecided, run.tally.swept) == (0, 1)


def test_guard_yml_tunes_the_rules_of_the_sweep(write: Write) -> None:
    path = write("a.state.json", state(ORPHAN))
    disabled = Policy(rules={"ENI007": RuleSettings(enabled=False)})
    graver = Policy(rules={"ENI007": RuleSettings(severity="high")})

    assert replayed(path, policy=disabled, only=None)[0] == []
    assert [one.findings[0].severity for one in replayed(path, policy=graver)[0]] == ["high"]


def test_services_that_guard_yml_names_by_their_id_are_known_in_the_sweep(write: Write) -> None:
    group = {"SecurityGroupId": "sg-1", "ServiceManaged": True, "ServiceID": 7, "CreationTime": LONG_AGO}
    kinds = {"ecs:SecurityGroup": [group], "ecs:SecurityGroupRule": []}
    path = write("a.state.json", state(**kinds))
    policy = Policy(actors=Actors(service_ids={"7": "waf.aliyuncs.com"}))

    ((one,), _, _) = replayed(path, policy=policy, only=("SG008",))

    assert one.findings[0].subject.owner_service == "waf.aliyuncs.com"


@pytest.mark.parametrize("content", [b"{", b"[]", state({"ServiceManaged": True})])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_broken_state_is_an_error_and_the_rest_goes_on(
    content: bytes, jobs: int, write: Write, tmp_path: Path
) -> None:
    write("a.state.json", content)
    write("b.state.json", state(ORPHAN))

    sweeps, errors, run = replayed(tmp_path, jobs=jobs)

    assert [one.path for one in errors] == [str(tmp_path / "a.state.json")]
    assert [one.path for one in sweeps] == ["b.state.json"]
    assert (run.tally.unreadable, run.tally.swept) == (1, 1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_item_that_cannot_be_read_leaves_what_asks_for_it_undecided(
    jobs: int, write: Write, tmp_path: Path
) -> None:
    path = write("a.state.json", state({**ORPHAN, "Tags": 1}))
    write("b.state.json", state(ORPHAN))

    sweeps, errors, run = replayed(tmp_path, jobs=jobs)

    assert [(one.path, len(one.findings)) for one in sweeps] == [("b.state.json", 1)]
    assert run.tally.undecided_sweeps == {"ENI007": 1}
    assert [one.path for one in errors] == [str(path)]
    assert (run.tally.unreadable, run.tally.swept) == (1, 2)


def test_several_processes_give_the_same_cases_in_the_same_order(write: Write, tmp_path: Path) -> None:
    for number in range(6):
        write(f"{number}.state.json", state(ORPHAN if number % 2 else IN_USE))
        write(f"{number}-call.json", json.dumps(event(number=number + 1)).encode())

    def given(jobs: int) -> tuple[list[Any], Any]:
        options = Options((str(tmp_path),), DEFAULT_POLICY, every=True, jobs=jobs)
        run = Replay(options)
        tally, found = run.tally, list(run)
        tally.seconds = 0.0
        return found, tally

    found, tally = given(1)
    assert given(3) == (found, tally)
    assert [type(one) for one in found[:2]] == [SweepEntry, SweepEntry]
    assert sum(isinstance(one, Entry) for one in found) == 6
    assert tally.swept == 6
    assert tally.size == sum(path.stat().st_size for path in tmp_path.iterdir())
