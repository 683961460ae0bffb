"""State snapshots of which one item is not what the API returns: it is not known, and all else is decided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.recorded import event, process, run, state, succeeded, write

BROKEN, GOOD = "eni-broken", "eni-good"
PROBLEM = f"{BROKEN}: not an item of ecs:NetworkInterface: Status: a text was expected, not an object"
LAST = "eni-zzz: not an item of ecs:NetworkInterface: Tags should hold a list"


def known(**changed: Any) -> dict[str, Any]:
    found = state(BROKEN, GOOD, "eni-zzz", **changed)
    broken, _, last = found["resources"]["ecs:NetworkInterface"]
    broken["Status"], last["Tags"] = {}, "none"
    return found


def delete(number: int, eni: str, region: str = "cn-hangzhou") -> dict[str, Any]:
    parameters = {"RegionId": region, "NetworkInterfaceId": eni}
    return succeeded(number=number, acsRegion=region, requestParameters=parameters)


def members(number: int) -> dict[str, Any]:
    """A call whose rules ask for all ENIs of a vSwitch."""
    parameters = {"RegionId": "cn-hangzhou", "NetworkInterfaceId": GOOD, "Ipv4Prefix.1": "10.0.0.16/28"}
    return succeeded("AssignPrivateIpAddresses", number=number, requestParameters=parameters)


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    """A case of its own, events that share a snapshot, and a state that is a case; all with broken items."""
    folder = tmp_path / "trail"
    write(folder / "a.json", [delete(0, BROKEN), delete(1, GOOD)])
    write(folder / "b.json", delete(2, GOOD, "cn-beijing"))
    write(folder / "state.json", known())
    write(folder / "own.json", [delete(3, BROKEN), delete(4, GOOD), delete(5, BROKEN)])
    write(folder / "own.state.json", known())
    write(folder / "swept" / "s.state.json", known())
    return folder


def unreadable(stderr: str) -> list[str]:
    return [line.removeprefix("eniguard: ") for line in stderr.splitlines() if "not an item of" in line]


def test_the_rest_is_decided_and_each_item_is_told_once_with_its_snapshot(trail: Path) -> None:
    result = run("replay", trail, "--format", "ndjson", "--rules", "ENI003,ENI007")

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["rule"], one["resources"][0]["id"]) for one in found] == [("ENI003", GOOD), ("ENI003", GOOD)]
    assert unreadable(result.stderr) == [
        f"{trail / 'own.state.json'}: {PROBLEM}",
        f"{trail / 'state.json'}: {PROBLEM}",
        f"{trail / 'swept' / 's.state.json'}: {PROBLEM}",
        f"{trail / 'swept' / 's.state.json'}: {LAST}",
    ]
    assert "read 6, concerned 6, " in result.stderr
    assert ", unreadable 4, swept 1; " in result.stderr
    assert "undecided of a state: ENI007 (1); " in result.stderr
    assert result.exit_code == 4


def test_several_processes_say_the_same_as_one(trail: Path) -> None:
    one, several = (process("replay", trail, "-j", jobs) for jobs in (1, 3))

    assert several.stdout == one.stdout
    assert without_speed(several.stderr) == without_speed(one.stderr)
    assert one.returncode == several.returncode == 4


def without_speed(stderr: bytes) -> list[str]:
    return [
        line.rpartition("; ")[0] if line.endswith(" events/s") else line
        for line in stderr.decode().splitlines()
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_item_that_two_regions_and_two_names_of_a_file_share_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.json", [delete(1, BROKEN), delete(2, BROKEN)])
    write(tmp_path / "state.json", known())

    result = run("replay", "a.json", "state.json", "-j", jobs, "--rules", "ENI003,ENI007")

    assert unreadable(result.stderr) == [f"state.json: {PROBLEM}", f"state.json: {LAST}"]
    assert ", unreadable 2, " in result.stderr


def test_items_that_cannot_be_read_can_be_passed_over(trail: Path) -> None:
    result = run("replay", trail, "--skip-unreadable")

    assert result.exit_code == 0
    assert len(unreadable(result.stderr)) > 0


def test_items_that_nothing_asked_for_do_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", delete(1, GOOD))
    given = write(tmp_path / "given.json", known())

    result = run("replay", path, "--state", given, "--rules", "ENI003")

    assert (unreadable(result.stderr), result.exit_code) == ([], 0)


def rule(document: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in document["rules"] if one["code"] == code)
    return found


def test_an_explanation_names_the_item_and_its_field(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", delete(1, BROKEN))
    given = write(tmp_path / "given.json", known())

    result = run("explain", path, "--state", given, "--format", "json")

    found = rule(json.loads(result.stdout), "ENI003")
    (fact,) = found["facts"]
    assert (fact["status"], fact["reason"]) == (
        "unknown",
        f"the state snapshot cannot be read there: {PROBLEM}",
    )
    assert found["undecided"] != []
    assert unreadable(result.stderr) == [f"{given}: {PROBLEM}"]
    assert result.exit_code == 4


def test_an_explanation_says_why_a_listing_is_not_known(tmp_path: Path) -> None:
    items = known()
    items["resources"]["ecs:NetworkInterface"][1] |= {"VSwitchId": "vsw-1", "Status": "Available"}
    path = write(tmp_path / "a.json", members(1))
    given = write(tmp_path / "given.json", items)

    result = run("explain", path, "--state", given, "--format", "json")

    facts = [fact for one in json.loads(result.stdout)["rules"] for fact in one["facts"]]
    reasons = {fact["reason"] for fact in facts if fact["ref"] == "ecs:NetworkInterface vswitch=vsw-1"}
    assert reasons == {
        f"the listing of ecs:NetworkInterface in the state snapshot is not complete: {PROBLEM} (and 1 more)"
    }
    assert unreadable(result.stderr) == [f"{given}: {PROBLEM}", f"{given}: {LAST}"]


def test_what_a_call_did_to_an_item_that_cannot_be_read_is_known_all_the_same(tmp_path: Path) -> None:
    refused = event(
        number=1,
        requestParameters={"RegionId": "cn-hangzhou", "NetworkInterfaceId": BROKEN},
    )
    path = write(tmp_path / "a.json", [refused, delete(2, BROKEN)])
    given = write(tmp_path / "given.json", known())

    result = run("replay", path, "--state", given, "--rules", "ENI003", "--format", "ndjson")

    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()] == ["ENI003"]
