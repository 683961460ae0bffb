"""Why an event was decided as it was."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.recorded import event, process, run, state, succeeded, write

EVENT = "00000000-0000-4000-8000-{:012d}".format


def explained(*arguments: object) -> dict[str, Any]:
    result = run("explain", *arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def rule(document: dict[str, Any], code: str) -> dict[str, Any]:
    (found,) = [one for one in document["rules"] if one["code"] == code]
    assert isinstance(found, dict)
    return found


@pytest.fixture
def prefix_call(tmp_path: Path) -> Path:
    """A successful call that assigns a prefix to an ENI of which everything is known."""
    parameters = {
        "NetworkInterfaceId": "eni-bp1example0001",
        "Ipv4Prefix.1": "10.0.0.16/28",
        "Ipv4PrefixCount": "several",
        "Password": "secret",
    }
    known = state("eni-bp1example0001", managed=False)
    known["resources"]["ecs:NetworkInterface"][0] |= {
        "Status": "Available",
        "VSwitchId": "vsw-bp1example0001",
        "Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": "10.0.0.32/28"}]},
    }
    write(tmp_path / "assign.state.json", known)
    return write(
        tmp_path / "assign.json", succeeded("AssignPrivateIpAddresses", requestParameters=parameters)
    )


def test_call_is_shown_as_it_was_understood(prefix_call: Path) -> None:
    document = explained(prefix_call)

    assert document["schema"] == 1
    assert document["action"] == "ecs:AssignPrivateIpAddresses"
    assert document["outcome"] == "ok"
    assert document["actor"]["kind"] == "account"
    assert document["actor_why"] == "not a role, and not named under actors.controllers of guard.yml"
    assert document["targets"] == [
        {"kind": "ecs:NetworkInterface", "id": "eni-bp1example0001", "part": "subject"}
    ]
    assert document["parameters"] == {
        "NetworkInterfaceId": "eni-bp1example0001",
        "Ipv4Prefix": ["10.0.0.16/28"],
    }
    assert document["malformed"] == ["Ipv4PrefixCount"]
    assert (document["path"], document["alone"]) == ("assign.json", True)


def test_rule_that_looked_shows_its_conditions_with_the_actual_values(prefix_call: Path) -> None:
    conditions = rule(explained(prefix_call), "PFX009")["conditions"]

    limit = next(one for one in conditions if "49" in one["text"])
    assert (limit["holds"], limit["actual"]) == (False, "2")


def test_facts_are_shown_with_their_side_source_and_time(prefix_call: Path) -> None:
    document = explained(prefix_call)

    (before,) = rule(document, "ENI003")["facts"]
    assert before["ref"] == "ecs:NetworkInterface id=eni-bp1example0001"
    assert (before["side"], before["status"], before["asked_for"]) == ("before", "known", False)
    assert (before["source"], before["as_of"]) == ("snapshot", "2026-03-01T08:00:00Z")
    assert before["value"]["ipv4_prefixes"] == ["10.0.0.32/28"]
    (after,) = [one for one in rule(document, "PFX009")["facts"] if one["side"] == "after"]
    assert after["asked_for"] is True
    assert after["value"]["ipv4_prefixes"] == ["10.0.0.32/28", "10.0.0.16/28"]


def test_fact_that_is_not_known_says_why_and_leaves_the_rule_undecided(tmp_path: Path) -> None:
    path = write(tmp_path / "delete.json", succeeded())

    found = rule(explained(path), "ENI003")

    (fact,) = found["facts"]
    assert (fact["status"], fact["reason"]) == ("unknown", "no state snapshot was given")
    (undecided,) = found["undecided"]
    assert undecided["refs"] == ["ecs:NetworkInterface id=eni-bp1example0001"]
    assert found["findings"] == []


def test_every_packaged_rule_is_there_and_says_why_it_did_not_look(tmp_path: Path) -> None:
    # given
    policy = write(tmp_path / "guard.yml", b"rules: {ENI014: {enabled: false}}\n")
    role = {
        "type": "assumed-role",
        "accountId": "1234567890123456",
        "principalId": "300000000000000001:session",
        "userName": "AliyunServiceRoleForNatgw:session",
    }
    path = write(tmp_path / "delete.json", succeeded(userIdentity=role))
    listed = json.loads(run("rules", "list", "--format", "json").stdout)

    # when
    document = explained(path, "--policy", policy)

    # then
    assert [one["code"] for one in document["rules"]] == [one["code"] for one in listed]
    reasons = {one["code"]: one["why_not"] for one in document["rules"]}
    assert reasons["PFX002"] == "ecs:DeleteNetworkInterface is not among its actions"
    assert reasons["ENI001"] == "it looks at a call that was refused; this one succeeded"
    assert reasons["ENI003"] == "it looks at calls by account, controller; this one is by service"
    assert reasons["ENI014"] == "guard.yml disables it"
    assert reasons["ENI004"] is None


@pytest.mark.parametrize(
    ("identity", "kind", "why"),
    [
        ({"type": "root-account", "userName": "root"}, "account", "not a role"),
        (
            {"type": "assumed-role", "userName": "AliyunServiceRoleForNatgw:s"},
            "service",
            "the role is in the catalogue of service roles",
        ),
        ({"type": "assumed-role", "userName": "deployer:AliyunServiceRoleForNatgw"}, "account", "neither"),
        ({"type": "assumed-role"}, "unconfirmed_service", "does not name it"),
        ({"type": "assumed-role", "userName": "node:s"}, "controller", "actors.controllers"),
        ({"type": "system", "userName": "ecs.aliyuncs.com"}, "service", "the platform itself"),
    ],
)
def test_kind_of_the_actor_is_explained(
    tmp_path: Path, identity: dict[str, str], kind: str, why: str
) -> None:
    policy = write(tmp_path / "guard.yml", b"actors: {controllers: [{role: node}]}\n")
    who = {"accountId": "1234567890123456", "principalId": "300000000000000001:s", **identity}
    path = write(tmp_path / "delete.json", event(userIdentity=who))

    document = explained(path, "--policy", policy)

    assert document["actor"]["kind"] == kind
    assert why in document["actor_why"]


def test_verdicts_are_those_of_the_replay(prefix_call: Path) -> None:
    replayed = [
        json.loads(line) for line in run("replay", prefix_call, "--format", "ndjson").stdout.splitlines()
    ]

    document = explained(prefix_call)

    assert replayed
    assert [finding for one in document["rules"] for finding in one["findings"]] == replayed


def test_event_of_a_sequence_is_explained_with_what_came_before_it(tmp_path: Path) -> None:
    # given: a refusal proves the ENI managed, and then a delete of it goes through
    write(tmp_path / "b.json", [succeeded(number=2), succeeded("DescribeZones", number=3)])
    write(tmp_path / "a.json", event(number=1))

    # when
    document = explained(tmp_path, "--event", EVENT(2))

    # then
    found = rule(document, "ENI003")
    (fact,) = found["facts"]
    assert (fact["source"], fact["as_of"]) == ("journal", "2026-03-01T12:00:01Z")
    assert fact["value"]["managed"] is True
    assert [one["severity"] for one in found["findings"]] == ["critical"]
    assert (document["path"], document["alone"]) == ("b.json", False)


def test_explanation_of_an_event_does_not_know_what_came_after_it(tmp_path: Path) -> None:
    # given: the first call ends with an ENI that is gone
    write(tmp_path / "trail.json", [event(number=1), succeeded(number=2)])

    document = explained(tmp_path, "--event", EVENT(1))

    (finding,) = rule(document, "ENI001")["findings"]
    assert finding["inventory"] == "unknown"
    assert all(one["status"] == "unknown" for one in rule(document, "ENI001")["facts"])


def test_only_event_that_concerns_a_rule_needs_no_id(tmp_path: Path) -> None:
    path = write(tmp_path / "trail.json", [succeeded("DescribeZones", number=1), event(number=2)])

    assert explained(path)["event_id"] == EVENT(2)


def test_several_events_without_an_id_are_listed_and_give_two(tmp_path: Path) -> None:
    path = write(tmp_path / "trail.json", [event(number=number) for number in range(1, 61)])

    result = run("explain", path)

    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert "holds 60 events; choose one with --event ID" in lines[0]
    assert lines[1] == f"  trail.json#{EVENT(1)}"
    assert lines[-1] == "  … and 10 more"


def test_id_of_several_cases_lists_their_files_and_gives_two(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / f"{name}.json", event())
        write(tmp_path / f"{name}.state.json", state())

    result = run("explain", tmp_path, "--event", EVENT(1))

    assert result.exit_code == 2
    assert f"one.json#{EVENT(1)}" in result.stderr
    assert f"two.json#{EVENT(1)}" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("--event", "unheard-of")])
def test_event_that_is_not_there_gives_two_and_the_counts(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    path = write(tmp_path / "zones.json", succeeded("DescribeZones"))

    result = run("explain", path, *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "read 1, concerned 0, not concerned 1" in result.stderr


def test_rule_that_does_not_exist_gives_two_and_names_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path / "delete.json", event())

    result = run("explain", path, "--rule", "ENI0031")

    assert result.exit_code == 2
    assert "did you mean ENI003?" in result.stderr


def test_one_rule_can_be_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "delete.json", event())

    assert [one["code"] for one in explained(path, "--rule", "eni001")["rules"]] == ["ENI001"]


def test_file_that_cannot_be_read_gives_four(tmp_path: Path) -> None:
    path = write(tmp_path / "broken.json", b"not JSON")

    result = run("explain", path)

    assert result.exit_code == 4
    assert "broken.json" in result.stderr


def test_explanation_beside_unreadable_input_is_given_and_the_code_is_four(tmp_path: Path) -> None:
    write(tmp_path / "broken.json", b"not JSON")
    write(tmp_path / "delete.json", event())

    result = run("explain", tmp_path)

    assert result.exit_code == 4
    assert "ENI001 managed-eni-write-refused" in result.stdout


def test_text_names_facts_once_and_refers_to_them(prefix_call: Path) -> None:
    text = run("explain", prefix_call).stdout

    number = re.search(r"\[(\d+)\] ecs:NetworkInterface id=eni-bp1example0001 before the call", text)
    assert number is not None
    assert text.count("ecs:NetworkInterface id=eni-bp1example0001 before the call") == 1
    assert f"facts read: [{number[1]}]" in text
    assert "malformed   Ipv4PrefixCount could not be read" in text
    assert "secret" not in text


def test_hostile_text_is_escaped_in_an_explanation(tmp_path: Path) -> None:
    hostile = {"NetworkInterfaceId": "eni-\x1b[31m\u202e\n[b]x"}
    path = write(tmp_path / "hostile.json", event(requestParameters=hostile, userAgent="\x9b2J"))

    result = process("explain", path)

    assert result.returncode == 0
    text = result.stdout.decode()
    assert r"eni-\x1b[31m\u202e\n[b]x" in text
    assert all(one == "\n" or one.isprintable() for one in text)
