"""`eniguard replay` on state snapshots without events."""

from __future__ import annotations

import json
from pathlib import Path

from tests.functional.cli.recorded import event, run, write
from tests.functional.cli.test_inventory import NAT, OWN, UNSURE, state

ORPHAN = state(ecs__NetworkInterface=[NAT])
ONLY = ("--rules", "ENI007,ENI001")


def test_findings_of_the_sweep_are_written_like_all_others(tmp_path: Path) -> None:
    write(tmp_path / "a.state.json", ORPHAN)
    write(tmp_path / "b.json", event())

    result = run("replay", tmp_path, "--format", "ndjson", *ONLY)

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(one["rule"], one["trigger"], one["event_id"] is None) for one in found} == {
        ("ENI001", "event", False),
        ("ENI007", "sweep", True),
    }
    assert "read 1, concerned 1, " in result.stderr
    assert ", unreadable 0, swept 1; findings: " in result.stderr


def test_a_replay_without_states_does_not_speak_of_them(tmp_path: Path) -> None:
    write(tmp_path / "b.json", event())

    assert "swept" not in run("replay", tmp_path).stderr


def test_a_finding_of_the_sweep_can_fail_a_replay(tmp_path: Path) -> None:
    path = write(tmp_path / "a.state.json", ORPHAN)

    assert run("replay", path, "--fail-on", "low", *ONLY).exit_code == 1
    assert run("replay", path, "--fail-on", "medium", *ONLY).exit_code == 0


def test_a_state_is_expected_by_its_path(tmp_path: Path) -> None:
    write(tmp_path / "a" / "left.state.json", ORPHAN)
    write(tmp_path / "own.state.json", state(ecs__NetworkInterface=[OWN]))
    entry = "a/left.state.json: [{rule: ENI007, severity: low, subject: eni-nat}]\n"
    expectations = write(tmp_path / "expectations.yml", f"{entry}own.state.json: []\n".encode())

    met = run("replay", "--expect", tmp_path, *ONLY)
    expectations.write_text(entry)
    missing = run("replay", "--expect", tmp_path, *ONLY)

    assert met.exit_code == 0, met.stderr
    assert missing.exit_code == 3
    assert "not as expected: own.state.json: no expectation for this event" in missing.stderr


def test_what_a_state_does_not_tell_is_named_by_rule_with_the_way_to_the_reason(tmp_path: Path) -> None:
    unsure = {**UNSURE, "Status": "Available"}
    path = write(tmp_path / "a.state.json", state(ecs__NetworkInterface=[unsure]))

    lines = run("replay", path, *ONLY).stderr.splitlines()

    assert lines[-1] == (
        "undecided of a state: ENI007 (1); `eniguard inventory --state FILE` names what is missing"
    )


def test_a_state_has_no_event_to_explain(tmp_path: Path) -> None:
    result = run("explain", write(tmp_path / "a.state.json", ORPHAN))

    assert result.exit_code == 2
    assert "does not hold an event that concerns a rule" in result.stderr
