"""What the command loads, how it finds its policy, and that every command explains itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from eniguard import __version__
from tests.functional.cli.recorded import environment, event, process, run, state, succeeded, write

HEAVY = ("pydantic", "yaml", "rich")
LOADED = f"""
import atexit, sys
atexit.register(lambda: sys.stderr.write(" ".join(["loaded:", *(set({HEAVY}) & set(sys.modules))])))
from eniguard.cli import main
main()
"""
COMMANDS = [
    (),
    ("replay",),
    ("explain",),
    ("rules",),
    ("rules", "list"),
    ("rules", "show"),
    ("generate",),
    ("generate", "schema"),
    ("generate", "rule-pages"),
    ("alerts",),
    ("alerts", "preview"),
    ("alerts", "send"),
    ("dlq",),
    ("dlq", "list"),
    ("dlq", "show"),
    ("dlq", "redrive"),
    ("doctor",),
    ("record",),
]


def loaded(cwd: Path, *arguments: str) -> set[str]:
    """Which heavy libraries a run of the command has loaded by its end."""
    result = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        capture_output=True,
        check=True,
        cwd=cwd,
        env=environment(),
    )
    return set(result.stderr.decode().rsplit("loaded:", 1)[1].split())


def test_replay_with_the_default_policy_loads_neither_pydantic_nor_yaml_nor_rich(tmp_path: Path) -> None:
    write(tmp_path / "trail.json", [event(), succeeded(number=2)])
    write(tmp_path / "state.json", state("eni-bp1example0001"))

    assert loaded(tmp_path, "replay", ".", "--format", "ndjson") == set()


def test_rich_is_loaded_for_a_table_with_findings_only(tmp_path: Path) -> None:
    write(tmp_path / "quiet.json", succeeded("DescribeZones"))
    write(tmp_path / "loud.json", event())

    assert loaded(tmp_path, "replay", "quiet.json") == set()
    assert loaded(tmp_path, "replay", "loud.json") == {"rich"}


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("replay", "--help"), ("rules", "show", "ENI001")]
)
def test_other_commands_start_without_heavy_libraries(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert loaded(tmp_path, *arguments) == set()


def test_version_is_that_of_the_package() -> None:
    result = run("--version")

    assert (result.exit_code, result.stdout) == (0, f"eniguard, version {__version__}\n")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help(command: tuple[str, ...], option: str) -> None:
    result = run(*command, option)

    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: eniguard")
    if command not in {("rules",), ("generate",), ("dlq",)}:
        assert "Examples:\n" in result.stdout


@pytest.mark.parametrize("command", [(), ("rules",), ("show",), ("generate",)], ids=" ".join)
def test_a_command_that_lacks_its_subcommand_shows_its_help(command: tuple[str, ...]) -> None:
    result = run(*command)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Usage: {' '.join(('eniguard', *command))} [OPTIONS] COMMAND")
    assert "\nCommands:\n  " in result.stderr


def test_unknown_command_gives_two(tmp_path: Path) -> None:
    result = run("replya")

    assert result.exit_code == 2
    assert "No such command 'replya'" in result.stderr


def test_policy_is_taken_from_the_option_then_the_environment_then_the_folder(tmp_path: Path) -> None:
    # given: three policies that can be told apart by the severity of ENI001
    write(tmp_path / "case.json", event())
    write(tmp_path / "state.json", state("eni-bp1example0001"))
    severities = {"option.yml": "critical", "environment.yml": "high", "guard.yml": "medium"}
    for name, severity in severities.items():
        write(tmp_path / name, f"rules: {{ENI001: {{severity: {severity}}}}}\n".encode())
    named = {"ENIGUARD_POLICY": "environment.yml"}

    # then
    by_option = process("replay", "case.json", "--policy", "option.yml", cwd=tmp_path, env=named)
    by_environment = process("replay", "case.json", cwd=tmp_path, env=named)
    by_folder = process("replay", "case.json", cwd=tmp_path)
    by_default = process("replay", tmp_path / "case.json")
    found = [one.stdout.split()[6] for one in (by_option, by_environment, by_folder, by_default)]
    assert found == [b"critical", b"high", b"medium", b"low"]
