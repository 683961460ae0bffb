"""Waivers on the command line: `waivers list|check`, and what replay and explain say of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.recorded import event, process, run, state, succeeded, write

HIDING = (
    "waivers: [{id: teardown, match: {rules: [ENI001], resources: [eni-bp1example0001]}, "
    "owner: jane@example.com, reason: ticket 123, expires: %s}]\n"
)
#: The events are of 2026-03-01.
HOLDS, EXPIRED = HIDING % "2026-03-01", HIDING % "2026-02-28"


def guard(folder: Path, text: str) -> Path:
    return write(folder / "guard.yml", text.encode())


def trail(folder: Path, count: int = 3) -> Path:
    """Refused deletes of one ENI, and one of another ENI that no waiver is about."""
    other = event(number=count + 1, requestParameters={"NetworkInterfaceId": "eni-bp1other"})
    write(folder / "trail.json", [*[event(number=one) for one in range(1, count + 1)], other])
    return folder


def found(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_hidden_findings_are_left_out_of_the_table_and_the_summary_says_what_each_waiver_hid(
    tmp_path: Path,
) -> None:
    policy = guard(tmp_path, HOLDS)

    result = run("replay", trail(tmp_path / "in"), "--policy", policy)

    assert "eni-bp1other" in result.stdout
    assert "eni-bp1example0001" not in result.stdout
    assert "findings: info 1;" in result.stderr
    assert "waiver teardown of jane@example.com, until 2026-03-01, hid ENI001 (3)\n" in result.stderr


def test_expired_waiver_hides_nothing_and_is_named(tmp_path: Path) -> None:
    result = run("replay", trail(tmp_path / "in"), "--policy", guard(tmp_path, EXPIRED))

    assert "findings: low 2, info 2;" in result.stderr
    assert (
        "waiver teardown of jane@example.com expired (until 2026-02-28) and no longer hides ENI001 (3)\n"
        in result.stderr
    )


def test_waiver_is_judged_at_the_time_of_the_event_and_not_of_the_replay(tmp_path: Path) -> None:
    # given: the waiver ends between the first event and the others
    policy = guard(tmp_path, HIDING % "2026-03-01T12:00:02Z")

    result = run("replay", trail(tmp_path / "in"), "--policy", policy)

    assert "hid ENI001 (1)\n" in result.stderr
    assert "no longer hides ENI001 (2)\n" in result.stderr


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_json_carries_hidden_findings_with_the_waiver(tmp_path: Path, form: str) -> None:
    result = run("replay", trail(tmp_path / "in"), "--policy", guard(tmp_path, HOLDS), "--format", form)

    records = json.loads(result.stdout) if form == "json" else found(result.stdout)
    marks = [(one["resources"][0]["id"], one["waived_by"]) for one in records]
    assert marks == [("eni-bp1example0001", "teardown")] * 3 + [("eni-bp1other", None)]


def test_hidden_findings_do_not_fail_a_replay(tmp_path: Path) -> None:
    write(tmp_path / "in" / "case.json", event())

    hidden = run("replay", tmp_path / "in", "--fail-on", "info", "--policy", guard(tmp_path, HOLDS))
    shown = run("replay", tmp_path / "in", "--fail-on", "info", "--policy", guard(tmp_path, EXPIRED))

    assert (hidden.exit_code, shown.exit_code) == (0, 1)


def test_expectations_are_about_all_findings_hidden_or_not(tmp_path: Path) -> None:
    write(tmp_path / "in" / "case.json", event())
    expected = b"case.json: [{rule: ENI001, severity: info, subject: eni-bp1example0001}]"
    write(tmp_path / "in" / "expectations.yml", expected)

    result = run("replay", tmp_path / "in", "--expect", "--policy", guard(tmp_path, HOLDS))

    assert result.exit_code == 0


def test_findings_about_a_state_are_judged_at_the_time_it_was_captured(tmp_path: Path) -> None:
    text = "waivers: [{id: left, match: {rules: [PFX011]}, owner: jane, reason: r, expires: %s}]"
    full = {
        "VSwitchCidrReservationId": "vcr-1",
        "VSwitchId": "vsw-1",
        "IpVersion": "IPv4",
        "VSwitchCidrReservationCidr": "10.0.0.0/24",
        "Status": "Assigned",
        "AssignedCidrCount": 16,
        "AvailableCidrCount": 0,
    }
    write(tmp_path / "in" / "one.state.json", {**state(), "resources": {"vpc:CidrReservation": [full]}})

    holds = run("replay", tmp_path / "in", "--policy", guard(tmp_path, text % "2026-03-01"))
    expired = run("replay", tmp_path / "in", "--policy", guard(tmp_path, text % "2026-02-28"))

    assert "waiver left of jane, until 2026-03-01, hid PFX011 (1)\n" in holds.stderr
    assert "findings: none" in holds.stderr
    assert "no longer hides PFX011 (1)\n" in expired.stderr


def test_several_processes_say_the_same(tmp_path: Path) -> None:
    # given: the same calls in several regions, which fall to different processes
    regions = ["cn-hangzhou", "cn-beijing", "cn-shanghai", "eu-central-1"]
    events = [event(number=number, acsRegion=region) for number, region in enumerate(regions * 4, 1)]
    write(tmp_path / "in" / "trail.json", events)
    text = HIDING % "2026-03-01T12:00:09Z" + "regions: [cn-hangzhou]\n"
    command = ("replay", tmp_path / "in", "--policy", guard(tmp_path, text), "--format", "ndjson")

    one, three = process(*command), process(*command, "-j", "3")

    assert three.stdout == one.stdout
    lines = [result.stderr.decode().splitlines() for result in (one, three)]
    assert [line for line in lines[1] if "waiver" in line] == [line for line in lines[0] if "waiver" in line]
    assert "hid ENI001 (8)" in one.stderr.decode()


def test_explain_names_the_waiver_that_hides_a_finding(tmp_path: Path) -> None:
    path = write(tmp_path / "case.json", event())

    holds = run("explain", path, "--policy", guard(tmp_path, HOLDS))
    expired = run("explain", path, "--policy", guard(tmp_path, EXPIRED))

    assert "hidden by waiver teardown of jane@example.com until 2026-03-01: ticket 123\n" in holds.stdout
    assert (
        "no longer hidden by waiver teardown of jane@example.com, which expired (until 2026-02-28)\n"
        in expired.stdout
    )


def test_explain_as_json_carries_the_waivers_that_match(tmp_path: Path) -> None:
    path = write(tmp_path / "case.json", event())

    result = run("explain", path, "--policy", guard(tmp_path, HOLDS), "--format", "json")

    explained = json.loads(result.stdout)
    (finding,) = [one for rule in explained["rules"] for one in rule["findings"]]
    assert finding["waived_by"] == "teardown"
    assert explained["waivers"] == [
        {
            "id": "teardown",
            "owner": "jane@example.com",
            "reason": "ticket 123",
            "expires": "2026-03-02T00:00:00Z",
            "expired": False,
            "findings": [finding["finding_id"]],
        }
    ]


LISTED = """\
waivers:
  - id: old
    match: {families: [ENI], severity: high}
    owner: bob
    reason: "a \\e[31mreason"
    expires: 2020-01-31
  - id: new
    match: {actors: [{role: ci}], tags: {team: payments, frozen: null}, cidrs: [203.0.113.0/24]}
    owner: jane@example.com
    reason: ticket 123
    expires: 2999-12-31T00:00:01Z
"""


def test_list_says_what_each_waiver_matches_who_answers_for_it_and_how_long(tmp_path: Path) -> None:
    result = run("waivers", "list", "--format", "ndjson", "--policy", guard(tmp_path, LISTED))

    old, new = found(result.stdout)
    assert (old["id"], old["state"], old["last_day"], old["owner"]) == ("old", "expired", "2020-01-31", "bob")
    assert old["days_left"] < -2000
    assert old["matches"] == "families ENI; severity high and above"
    assert (new["state"], new["last_day"]) == ("active", "2999-12-31T00:00:01Z")
    assert new["days_left"] > 300_000
    assert new["matches"] == "actors role ci; tags team=payments, frozen; cidrs 203.0.113.0/24"
    assert new["match"]["tags"] == {"team": "payments", "frozen": None}


def test_list_is_a_table_that_no_terminal_acts_on(tmp_path: Path) -> None:
    result = process("waivers", "list", "--policy", guard(tmp_path, LISTED), env={"COLUMNS": "200"})

    header, old, new = result.stdout.decode().splitlines()
    assert header.split() == ["waiver", "state", "until", "days", "left", "owner", "matches", "reason"]
    assert old.split()[:3] == ["old", "expired", "2020-01-31"]
    assert b"\x1b" not in result.stdout
    assert "ticket 123" in new


def test_list_of_no_waivers_says_so(tmp_path: Path) -> None:
    result = run("waivers", "list", "--policy", guard(tmp_path, "rules: {}"))

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "guard.yml has no waivers\n")


def waiver(match: str, expires: str = "2999-12-31") -> str:
    return f"waivers: [{{id: w, match: {match}, owner: jane, reason: r, expires: {expires}}}]\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (waiver("{rules: [ENI001]}", "2020-01-31"), "expired (until 2020-01-31): renew it, or take it out"),
        (
            waiver("{rules: [ENI001]}") + "rules: {ENI001: {enabled: false}}",
            "can match nothing: under this policy no enabled rule is any of ENI001",
        ),
        (waiver("{rules: [SELF003]}"), "no enabled rule is any of SELF003"),
        (waiver("{rules: [SLR010]}"), "no enabled rule is any of SLR010"),
        (waiver("{rules: [ENI001], families: [SG]}"), "no enabled rule is any of ENI001, SG"),
        (
            waiver("{accounts: ['6543210987654321']}") + "accounts: [{id: '1234567890123456'}]",
            "6543210987654321 is not among the accounts of guard.yml",
        ),
        (
            waiver("{regions: [cn-beijing]}") + "regions: [cn-hangzhou]",
            "cn-beijing is not among the regions of guard.yml",
        ),
    ],
)
def test_check_names_waivers_that_expired_or_can_match_nothing(
    tmp_path: Path, text: str, problem: str
) -> None:
    result = run("waivers", "check", "--format", "ndjson", "--policy", guard(tmp_path, text))

    (told,) = found(result.stdout)
    assert (told["id"], told["owner"]) == ("w", "jane")
    assert problem in told["problem"]
    assert result.exit_code == 1
    assert result.stderr == "waivers 1, with problems 1\n"


@pytest.mark.parametrize(
    "text",
    [
        waiver("{rules: [ENI001]}"),
        waiver("{families: [SELF, PFX]}"),
        waiver("{rules: [ENI007]}"),
        waiver("{rules: [SELF010]}"),
        waiver("{accounts: ['6543210987654321'], regions: [cn-beijing]}"),
        "rules: {}",
    ],
)
def test_check_lets_waivers_pass_that_hold_and_may_match(tmp_path: Path, text: str) -> None:
    result = run("waivers", "check", "--policy", guard(tmp_path, text))

    assert (result.exit_code, result.stdout) == (0, "")


def test_check_with_events_names_waivers_that_matched_none_of_their_findings(tmp_path: Path) -> None:
    used = waiver("{rules: [ENI001]}")
    unused = waiver("{rules: [SG001]}")
    folder = trail(tmp_path / "in")

    passed = run("waivers", "check", folder, "--policy", guard(tmp_path, used))
    failed = run("waivers", "check", folder, "--policy", guard(tmp_path, unused), "-j", "2")

    assert (passed.exit_code, passed.stdout) == (0, "")
    assert failed.exit_code == 1
    assert "matched nothing in these events" in failed.stdout


def test_check_of_events_that_cannot_be_read_says_so_and_does_not_pass(tmp_path: Path) -> None:
    write(tmp_path / "in" / "bad.json", b"{")

    result = run(
        "waivers", "check", tmp_path / "in", "--policy", guard(tmp_path, waiver("{rules: [ENI001]}"))
    )

    assert result.exit_code == 4
    assert "bad.json" in result.stderr


def test_check_of_a_waiver_for_a_rule_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    result = run("waivers", "check", "--policy", guard(tmp_path, waiver("{rules: [ENI0011]}")))
    other = run("waivers", "check", "--policy", guard(tmp_path, waiver("{rules: [ENY001]}")))

    assert (result.exit_code, other.exit_code) == (2, 2)
    assert "waivers.w.match.rules: no rule 'ENY001'; did you mean ENI001?" in other.stderr


def test_a_finding_on_a_resource_with_the_tag_is_hidden_by_it(tmp_path: Path) -> None:
    # given: of two managed ENIs that are deleted, one has the tag
    listed = state("eni-bp1example0001", "eni-bp1other")
    listed["resources"]["ecs:NetworkInterface"][0]["Tags"] = {
        "Tag": [{"TagKey": "team", "TagValue": "payments"}]
    }
    write(tmp_path / "in" / "state.json", listed)
    other = {"NetworkInterfaceId": "eni-bp1other"}
    write(tmp_path / "in" / "trail.json", [succeeded(), succeeded(number=2, requestParameters=other)])
    policy = guard(tmp_path, waiver("{tags: {team: payments}}"))

    result = run("replay", tmp_path / "in", "--policy", policy, "--rules", "ENI003")

    assert "eni-bp1other" in result.stdout
    assert "eni-bp1example0001" not in result.stdout
    assert "hid ENI003 (1)\n" in result.stderr
