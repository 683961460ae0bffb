"""The exit code of a replay, and which one is given when several apply."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.functional.cli.recorded import event, process, run, state, succeeded, write

REFUSED_DELETE = "case.json:\n  - {rule: ENI001, severity: low, subject: eni-bp1example0001}\n"


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    """A folder with one refused delete of a managed ENI, which gives ENI001 (low)."""
    write(tmp_path / "case.json", event())
    write(tmp_path / "state.json", state("eni-bp1example0001"))
    return tmp_path


def truncated(folder: Path) -> Path:
    return write(folder / "cut.json.gz", gzip.compress(json.dumps([event(number=2)] * 50).encode())[:-20])


def test_findings_alone_do_not_change_the_exit_code(trail: Path) -> None:
    result = run("replay", trail)

    assert result.exit_code == 0
    assert "ENI001" in result.stdout


@pytest.mark.parametrize(("threshold", "code"), [("info", 1), ("low", 1), ("LOW", 1), ("medium", 0)])
def test_finding_at_or_above_the_threshold_gives_one(trail: Path, threshold: str, code: int) -> None:
    assert run("replay", trail, "--fail-on", threshold).exit_code == code


def test_expectations_that_are_met_give_zero(trail: Path) -> None:
    write(trail / "expectations.yml", REFUSED_DELETE.encode())

    result = run("replay", trail, "--expect")

    assert result.exit_code == 0
    assert "not as expected" not in result.stderr


def test_expectations_go_with_the_policy_that_lies_beside_them(trail: Path, tmp_path: Path) -> None:
    # given: what is expected was made with a policy that re-tunes the rule
    write(trail / "expectations.yml", REFUSED_DELETE.replace("low", "high").encode())
    write(trail / "guard.yml", b"rules: {ENI001: {severity: high}}\n")
    other = write(tmp_path / "other.yml", b"rules: {}\n")

    # then: it is taken for the comparison only, and gives way to one that is named
    assert run("replay", trail, "--expect").exit_code == 0
    assert run("replay", trail, "--expect", "--policy", other).exit_code == 3
    assert "low" in run("replay", trail).stdout


@pytest.mark.parametrize(
    ("expectations", "problem"),
    [
        (REFUSED_DELETE.replace("low", "high"), "expected but not found: ENI001 high eni-bp1example0001"),
        ("case.json: []\n", "found but not expected: ENI001 low eni-bp1example0001"),
        (REFUSED_DELETE + "gone.json: []\n", "gone.json: the replay has no such event"),
        ("{}\n", "no expectation for this event"),
    ],
)
def test_expectations_that_are_not_met_give_three(trail: Path, expectations: str, problem: str) -> None:
    write(trail / "expectations.yml", expectations.encode())

    result = run("replay", trail, "--expect")

    assert result.exit_code == 3
    assert problem in result.stderr


def test_event_that_is_undecided_and_expected_to_find_nothing_meets_the_expectation(tmp_path: Path) -> None:
    write(tmp_path / "unknown.json", succeeded())
    write(tmp_path / "expectations.yml", b"unknown.json: []\n")

    result = run("replay", tmp_path, "--expect")

    assert result.exit_code == 0
    assert "undecided 1" in result.stderr


def test_expectations_of_other_rules_are_left_out_when_only_some_rules_run(trail: Path) -> None:
    write(trail / "expectations.yml", REFUSED_DELETE.encode())

    assert run("replay", trail, "--expect", "--rules", "PFX002").exit_code == 0
    assert run("replay", trail, "--expect", "--rules", "eni001").exit_code == 0


def test_input_that_cannot_be_read_gives_four_and_the_rest_is_decided(trail: Path) -> None:
    truncated(trail)

    result = run("replay", trail)

    assert result.exit_code == 4
    assert "cut.json.gz" in result.stderr
    assert "unreadable 1" in result.stderr
    assert "ENI001" in result.stdout


def test_skipping_what_cannot_be_read_keeps_the_message_and_gives_zero(trail: Path) -> None:
    truncated(trail)

    result = run("replay", trail, "--skip-unreadable")

    assert result.exit_code == 0
    assert "cut.json.gz" in result.stderr


def test_unreadable_input_comes_before_expectations_and_those_before_findings(trail: Path) -> None:
    # given: everything is wrong at once
    write(trail / "expectations.yml", b"case.json: []\n")
    truncated(trail)
    both = ("--expect", "--fail-on", "low")

    # then
    assert run("replay", trail, *both).exit_code == 4
    assert run("replay", trail, *both, "--skip-unreadable").exit_code == 3
    assert run("replay", trail, *both, "--skip-unreadable", "--rules", "NOPE01").exit_code == 2
    assert run("replay", trail, "--fail-on", "low", "--skip-unreadable").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing argument"),
        (("--nonsense",), "No such option"),
        (("--fail-on", "dreadful"), "dreadful"),
        (("--format", "xml"), "xml"),
        (("--rules", "ENI0O1"), "did you mean ENI001?"),
        (("--rules", " , "), "name at least one rule"),
        (("-j", "0"), "0"),
        (("--policy", "nowhere.yml"), "nowhere.yml: cannot be read"),
    ],
)
def test_wrong_usage_gives_two_and_one_clear_message(
    trail: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run("replay", *((trail, *arguments) if arguments else ()))

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_policy_with_an_unknown_key_gives_two_and_names_the_valid_ones(trail: Path) -> None:
    policy = write(trail / "guard.yml", b"ruels: {}\n")

    result = run("replay", trail, "--policy", policy)

    assert result.exit_code == 2
    assert "ruels: unknown key; valid here: accounts, regions, rules" in result.stderr


@pytest.mark.parametrize("missing", ["no file", "two paths", "a file"])
def test_expecting_without_one_folder_of_expectations_gives_two(trail: Path, missing: str) -> None:
    paths = {"no file": (trail,), "two paths": (trail, trail), "a file": (trail / "case.json",)}[missing]

    result = run("replay", *paths, "--expect")

    assert result.exit_code == 2
    assert "expectations.yml" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("skip", [(), ("--skip-unreadable",)])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"{", "not a state snapshot"),
        (gzip.compress(b"{}")[:-5], "gzip data that ends too early"),
    ],
)
def test_state_that_is_named_and_cannot_be_read_gives_two_and_says_what_to_do(
    trail: Path, content: bytes | None, problem: str, skip: tuple[str, ...]
) -> None:
    given = trail.parent / "given.json"
    given.unlink(missing_ok=True)
    if content is not None:
        write(given, content)

    result = run("replay", trail, "--state", given, *skip)

    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"eniguard: --state {given}")
    assert problem in line
    assert line.endswith("or leave --state out to decide with the snapshots beside the events")


@pytest.mark.parametrize("command", ["explain", "waivers check"])
def test_state_that_is_named_and_not_there_is_wrong_usage_of_other_commands(
    trail: Path, command: str
) -> None:
    result = run(*command.split(), trail / "case.json", "--state", trail / "nowhere.json")

    assert result.exit_code == 2
    assert "nowhere.json: state snapshot: cannot be read" in result.stderr


def test_events_that_are_left_out_for_their_state_are_named_and_give_four(trail: Path) -> None:
    # given: one file with a broken state of its own, and two that share one
    own = write(trail / "own.state.json", b"{")
    shared = write(trail / "sub" / "state.json", {"schema": 1})
    left = [write(trail / name, event(number=2)) for name in ("own.json", "sub/a.json", "sub/b.json")]

    # when
    result = run("replay", trail, "--fail-on", "low")

    # then
    lines = result.stderr.splitlines()
    assert [line.startswith(f"eniguard: {own}: not a state snapshot") for line in lines].count(True) == 1
    assert [line.startswith(f"eniguard: {shared}: not a state snapshot") for line in lines].count(True) == 1
    for path, snapshot in zip(left, (own, shared, shared), strict=True):
        problem = "left out, no event of it is decided: its state snapshot"
        assert f"eniguard: {path}: {problem} {snapshot} cannot be read" in lines
    assert "read 1, " in lines[-1]
    assert "unreadable 2, files left out 3; " in lines[-1]
    assert result.exit_code == 4
    assert run("replay", trail, "--fail-on", "low", "--skip-unreadable").exit_code == 1


def test_path_that_does_not_exist_gives_four(tmp_path: Path) -> None:
    result = run("replay", tmp_path / "nowhere")

    assert result.exit_code == 4
    assert "nowhere: cannot be read" in result.stderr


def test_process_exits_with_the_same_codes(trail: Path) -> None:
    write(trail / "expectations.yml", b"case.json: []\n")

    assert process("replay", trail).returncode == 0
    assert process("replay", trail, "--fail-on", "low").returncode == 1
    assert process("replay").returncode == 2
    assert process("replay", trail, "--expect", "--fail-on", "low").returncode == 3
    truncated(trail)
    assert process("replay", trail, "--expect", "--fail-on", "low").returncode == 4


def test_state_snapshot_given_on_the_command_line_decides_what_was_undecided(tmp_path: Path) -> None:
    # given
    trail = write(tmp_path / "trail" / "delete.json", succeeded())
    snapshot = write(tmp_path / "inventory.json", state("eni-bp1example0001"))

    # then
    assert run("replay", trail, "--fail-on", "critical").exit_code == 0
    assert run("replay", trail, "--fail-on", "critical", "--state", snapshot).exit_code == 1
