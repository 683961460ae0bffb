"""What a replay writes to standard output and standard error."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from eniguard.cli.findings_table import MOST_ROWS
from tests.functional.cli.recorded import event, process, run, state, succeeded, write

SERVICE_ROLE = "AliyunServiceRoleForApiGatewayConnectUserVpc"
#: What must never reach a terminal: controls, bidi controls, zero-width characters, separators.
ACTIVE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
HOSTILE = "eni-\x1b[31m\x9b2J\u202e[red]:warning:\u2066\u200b\u2028\n\tx"


def trail(folder: Path, count: int) -> Path:
    events = [event(number=number) for number in range(1, count + 1)]
    return write(folder / "trail.json", events).parent


@pytest.mark.parametrize("columns", [None, "80", "40", "1", "nonsense"])
def test_rule_codes_severities_and_times_are_never_broken_in_a_pipe(
    tmp_path: Path, columns: str | None
) -> None:
    # given: a finding whose subject and caller are too long for the table
    role = {"type": "assumed-role", "principalId": "300000000000000001:s", "userName": f"{SERVICE_ROLE}x" * 3}
    long = {"NetworkInterfaceId": "eni-" + "bp1example" * 12}
    write(tmp_path / "long.json", event(userIdentity=role, requestParameters=long))

    # when
    result = process("replay", tmp_path, env={} if columns is None else {"COLUMNS": columns})

    # then
    lines = result.stdout.decode().splitlines()
    assert lines[0].split() == ["severity", "rule", "subject", "who", "when", "what"]
    first = lines[1].split()
    assert first[:2] == ["info", "ENI001"]
    assert "2026-03-01" in first
    assert "12:00:01Z" in lines[2].split()
    assert all(len(line) <= 80 for line in lines)


def test_table_uses_the_columns_it_is_given(tmp_path: Path) -> None:
    write(tmp_path / "case.json", event())

    result = process("replay", tmp_path, env={"COLUMNS": "200"})

    header, row, *more = result.stdout.decode().splitlines()
    assert header.startswith("severity  rule")
    assert "2026-03-01T12:00:01Z" in row
    assert more == []


def test_table_in_a_pipe_has_no_escape_codes(tmp_path: Path) -> None:
    write(tmp_path / "case.json", event())

    result = process("replay", tmp_path)

    assert b"\x1b" not in result.stdout + result.stderr


def test_replay_without_findings_prints_no_table(tmp_path: Path) -> None:
    write(tmp_path / "case.json", succeeded("DescribeZones"))

    result = run("replay", tmp_path)

    assert (result.exit_code, result.stdout) == (0, "")


def test_table_of_too_many_findings_says_how_many_are_left_out_and_keeps_the_most_severe(
    tmp_path: Path,
) -> None:
    # given: the only critical finding is the last one
    events = [event(number=number) for number in range(1, MOST_ROWS + 6)]
    last = succeeded(number=MOST_ROWS + 6, requestParameters={"NetworkInterfaceId": "eni-bp1example0002"})
    write(tmp_path / "trail.json", [*events, last])
    write(tmp_path / "state.json", state("eni-bp1example0001", "eni-bp1example0002"))

    # when
    result = run("replay", tmp_path, "--rules", "ENI001,ENI003")

    # then
    assert len(re.findall(r"^(?:low|critical) +ENI00[13]", result.stdout, re.MULTILINE)) == MOST_ROWS
    assert "critical ENI003 eni-bp1example0002" in result.stdout
    assert "… and 6 more findings" in result.stderr
    assert f"critical 1, low {MOST_ROWS + 5}" in result.stderr


def test_json_is_one_array_of_findings(tmp_path: Path) -> None:
    result = run("replay", trail(tmp_path, 3), "--format", "json")

    findings: list[dict[str, Any]] = json.loads(result.stdout)
    assert [one["rule"] for one in findings] == ["ENI001"] * 3
    assert {one["schema"] for one in findings} == {1}
    assert findings[0]["actor"]["name"] == "alice"


def test_json_without_findings_is_an_empty_array(tmp_path: Path) -> None:
    write(tmp_path / "case.json", succeeded("DescribeZones"))

    assert json.loads(run("replay", tmp_path, "--format", "json").stdout) == []


def test_ndjson_is_one_finding_a_line_in_event_order(tmp_path: Path) -> None:
    events = [event(number=number) for number in (3, 1, 2)]
    write(tmp_path / "trail.json", events)

    result = run("replay", tmp_path, "--format", "ndjson")

    times = [json.loads(line)["event_time"] for line in result.stdout.splitlines()]
    assert times == [f"2026-03-01T12:00:0{number}Z" for number in (1, 2, 3)]


def test_only_the_rules_named_are_run(tmp_path: Path) -> None:
    write(tmp_path / "case.json", succeeded())

    comma = run("replay", tmp_path, "--rules", "pfx002,ENI001")
    repeated = run("replay", tmp_path, "--rules", "PFX002", "--rules", "ENI003")

    assert "undecided 0" in comma.stderr
    assert "undecided 1" in repeated.stderr


@pytest.mark.parametrize("form", ["table", "json", "ndjson"])
def test_hostile_text_is_escaped_in_every_format(tmp_path: Path, form: str) -> None:
    # given
    write(tmp_path / "hostile.json", event(requestParameters={"NetworkInterfaceId": HOSTILE}))

    # when
    result = process("replay", tmp_path, "--format", form, env={"COLUMNS": "400"})

    # then
    out = result.stdout.decode()
    assert ACTIVE.search(out) is None
    assert "[red]:warning:" in out
    if form == "table":
        assert r"eni-\x1b[31m\x9b2J\u202e[red]:warning:\u2066\u200b\u2028\n\tx" in out
    else:
        found = json.loads(out)
        finding = found[0] if form == "json" else found
        assert finding["resources"][0]["id"] == HOSTILE


def test_hostile_text_in_messages_is_escaped_and_stays_on_its_line(tmp_path: Path) -> None:
    # given: file names and expectation keys may hold anything
    name = b"bad\x1b[31m\n\xff\xe2\x80\xae.json"
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
        file.write(b"{")
    write(tmp_path / "expectations.yml", b'"gone\\e[31m\\n.json": []\n')

    # when
    result = process("replay", tmp_path, "--expect")

    # then
    message, mismatch, *_ = result.stderr.decode().splitlines()
    assert result.returncode == 4
    assert message.startswith("eniguard: ")
    assert r"bad\x1b[31m\n" in message
    assert r"gone\x1b[31m\n.json" in mismatch
    assert ACTIVE.search(result.stderr.decode()) is None


@pytest.mark.parametrize("option", ["--fail-on=", "--", "--rules=", "--policy="])
def test_wrong_usage_echoes_hostile_arguments_escaped(tmp_path: Path, option: str) -> None:
    result = process("replay", tmp_path, f"{option}\x1b[31m\u202ehigh\nlow")

    assert result.returncode in (2, 4)
    assert result.stderr
    assert ACTIVE.search(result.stderr.decode()) is None


def test_output_survives_a_terminal_that_speaks_ascii_only(tmp_path: Path) -> None:
    write(tmp_path / "case.json", event(requestParameters={"NetworkInterfaceId": "eni-中"}))

    table = process("replay", tmp_path, env={"PYTHONIOENCODING": "ascii"})
    lines = process("replay", tmp_path, "--format", "ndjson", env={"PYTHONIOENCODING": "ascii"})

    assert table.returncode == 0
    assert rb"eni-\u4e2d" in table.stdout
    assert json.loads(lines.stdout.decode("utf-8"))["resources"][0]["id"] == "eni-中"


def test_summary_counts_every_event_in_one_line(tmp_path: Path) -> None:
    # given: two refused deletes, one of them twice, an undecided call, a call of no concern, one broken file
    other = succeeded(number=3, requestParameters={"NetworkInterfaceId": "eni-bp1example0002"})
    events = [event(number=1), event(number=2), event(number=2), other]
    write(tmp_path / "trail.json", [*events, succeeded("DescribeZones", number=4)])
    write(tmp_path / "cut.json", b'{"eventId": ')

    # when
    result = run("replay", tmp_path, "--rules", "ENI001,ENI003")

    # then
    summary, undecided = result.stderr.splitlines()[-2:]
    counts = "concerned 4, decided 2, undecided 1, not concerned 1, duplicates 1, late 0, unreadable 1"
    assert summary.startswith("read 6, ")
    assert counts in summary
    assert re.search(r"; findings: low 1, info 1; \d+ events/s$", summary)
    assert "ENI003 (1)" in undecided
    assert "explain" in undecided


def test_several_processes_write_the_same_as_one(tmp_path: Path) -> None:
    # given: events of several accounts and regions, out of order
    regions = ("cn-hangzhou", "cn-shanghai", "eu-central-1")
    events = [event(number=number, acsRegion=regions[number % 3]) for number in range(120, 0, -1)]
    write(tmp_path / "trail.json", events)

    # when
    one = process("replay", tmp_path, "--format", "ndjson")
    two = process("replay", tmp_path, "--format", "ndjson", "-j", "2")

    # then
    assert len(one.stdout.splitlines()) == 120
    assert two.stdout == one.stdout
    assert two.stderr.decode().rsplit(";", 1)[0] == one.stderr.decode().rsplit(";", 1)[0]
