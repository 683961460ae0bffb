"""`eniguard inventory` over a state snapshot."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.functional.cli.recorded import ACCOUNT, run, write

LONG_AGO = "2026-01-15T08:00:00Z"
NAT: dict[str, Any] = {
    "NetworkInterfaceId": "eni-nat",
    "ServiceManaged": True,
    "Status": "Available",
    "CreationTime": LONG_AGO,
    "Description": "Created by nat.aliyuncs.com",
    "VSwitchId": "vsw-1",
    "VpcId": "vpc-1",
    "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": "10.0.0.4"}]},
    "Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": "10.0.1.0/28"}]},
    "SecurityGroupIds": {"SecurityGroupId": ["sg-waf"]},
}
OWN: dict[str, Any] = {
    "NetworkInterfaceId": "eni-own",
    "ServiceManaged": False,
    "Status": "InUse",
    "VSwitchId": "vsw-1",
    "PrivateIpAddress": "10.0.0.7",
}
UNSURE = {"NetworkInterfaceId": "eni-unsure", "Status": "InUse"}
WAF = {"SecurityGroupId": "sg-waf", "ServiceManaged": True, "ServiceID": 7, "VpcId": "vpc-1"}
GUARD_YML = b"actors:\n  service_ids: {'7': waf.aliyuncs.com}\n"


def state(**resources: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "captured_at": "2026-03-01T08:00:00Z",
        "account_id": ACCOUNT,
        "region": "cn-hangzhou",
        "resources": {name.replace("__", ":"): items for name, items in resources.items()},
    }


EVERYTHING = {"ecs__NetworkInterface": [NAT, OWN, UNSURE], "ecs__SecurityGroup": [WAF]}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return write(tmp_path / "state.json", state(**EVERYTHING))


def listed(*arguments: object) -> dict[str, dict[str, Any]]:
    lines = json.loads(run("inventory", "--format", "json", *arguments).stdout)
    return {line["id"]: line for line in lines}


def test_each_eni_and_group_is_listed_with_its_service_and_how_that_is_known(
    snapshot: Path, tmp_path: Path
) -> None:
    policy = write(tmp_path / "guard.yml", GUARD_YML)

    lines = listed("--state", snapshot, "--policy", policy)

    assert {name: line["ownership"] for name, line in lines.items()} == {
        "eni-nat": {
            "managed": True,
            "owner_service": "nat.aliyuncs.com",
            "why": "its Description names the service",
        },
        "eni-own": {"managed": False, "owner_service": None, "why": None},
        "eni-unsure": {"managed": None, "owner_service": None, "why": None},
        "sg-waf": {
            "managed": True,
            "owner_service": "waf.aliyuncs.com",
            "why": "guard.yml names the service of ServiceID 7",
        },
    }
    nat = lines["eni-nat"]
    assert (nat["addresses"], nat["prefixes"]) == (["10.0.0.4"], ["10.0.1.0/28"])
    assert (nat["vswitch_id"], nat["vpc_id"], nat["status"]) == ("vsw-1", "vpc-1", "Available")
    assert lines["sg-waf"]["enis"] == 1


def test_a_service_that_nothing_names_is_said_to_be_unknown(snapshot: Path) -> None:
    ownership = listed("--state", snapshot)["sg-waf"]["ownership"]

    assert ownership["owner_service"] is None
    assert ownership["why"] == "neither its Description nor guard.yml names a service"


def test_managed_leaves_out_only_what_is_known_to_be_the_accounts_own(snapshot: Path) -> None:
    assert list(listed("--state", snapshot, "--managed")) == ["eni-nat", "eni-unsure", "sg-waf"]


def test_the_counts_are_of_the_whole_snapshot_also_where_the_list_leaves_out_some(snapshot: Path) -> None:
    said = run("inventory", "--state", snapshot, "--managed").stderr

    assert "ENIs 3 (managed 1, 1 not known), security groups 1 (managed 1); account" in said


@pytest.mark.parametrize(
    ("fields", "instance"),
    [
        ({"Status": "Available", "InstanceId": ""}, ""),
        ({"Status": "InUse", "InstanceId": "i-1"}, "i-1"),
        ({"Status": "InUse"}, None),
        ({"Status": ""}, None),
        ({}, None),
    ],
)
def test_no_instance_is_told_from_one_that_is_not_known(
    fields: dict[str, str], instance: str | None, tmp_path: Path
) -> None:
    eni = {"NetworkInterfaceId": "eni-1", "PrivateIpAddress": "10.0.0.7", **fields}
    path = write(tmp_path / "state.json", state(ecs__NetworkInterface=[eni]))

    assert listed("--state", path)["eni-1"]["instance_id"] == instance
    shown = json.loads(run("show", "eni", "eni-1", "--state", path, "--format", "json").stdout)
    assert shown["instance_id"] == instance
    text = run("show", "eni", "eni-1", "--state", path).stdout
    assert f"  instance       {'not known' if instance is None else instance or 'none'}\n" in text


def test_what_the_sweep_finds_stands_beside_the_resource(snapshot: Path) -> None:
    lines = listed("--state", snapshot)

    assert [(one["rule"], one["severity"]) for one in lines["eni-nat"]["findings"]] == [("ENI007", "low")]
    assert lines["eni-own"]["findings"] == []


def test_ndjson_is_one_line_each(snapshot: Path) -> None:
    out = run("inventory", "--state", snapshot, "--format", "ndjson").stdout

    assert [json.loads(line)["id"] for line in out.splitlines()] == [
        "eni-nat",
        "eni-own",
        "eni-unsure",
        "sg-waf",
    ]


def test_the_table_and_the_counts_say_the_same(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")

    result = run("inventory", "--state", snapshot)

    rows = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert rows[1:] == [
        "eni-nat yes ENI007 low nat.aliyuncs.com; in vsw-1; Available; addresses 1; prefixes 1; "
        "Created by nat.aliyuncs.com",
        "eni-own no - in vsw-1; InUse; addresses 1; prefixes 0",
        "eni-unsure not known - InUse; addresses not known; prefixes 0",
        "sg-waf yes - in vpc-1; ENIs 1",
    ]
    assert (
        f"ENIs 3 (managed 1, 1 not known), security groups 1 (managed 1); account {ACCOUNT} in cn-hangzhou "
        "at 2026-03-01T08:00:00Z"
    ) in result.stderr.splitlines()


def test_what_could_not_be_told_and_findings_on_others_go_to_standard_error(tmp_path: Path) -> None:
    block = {
        "VSwitchCidrReservationId": "vcr-1",
        "VSwitchId": "vsw-1",
        "IpVersion": "IPv4",
        "Status": "Assigned",
        "AssignedCidrCount": 8,
        "AvailableCidrCount": 0,
    }
    kinds = {**EVERYTHING, "vpc__CidrReservation": [block]}
    path = write(tmp_path / "state.json", state(**kinds))

    lines = run("inventory", "--state", path).stderr.splitlines()

    assert any(line.startswith("PFX011 high: vsw-1 has few prefixes left") for line in lines)
    assert "undecided: PFX012: vcr-1: its block is not known" in lines
    assert not any("ENI007" in line for line in lines)


def test_a_kind_that_the_snapshot_does_not_list_is_said_and_the_other_is_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "state.json", state(ecs__NetworkInterface=[NAT]))

    result = run("inventory", "--state", path, "--format", "ndjson")

    assert len(result.stdout.splitlines()) == 1
    assert "no listing of ecs:SecurityGroup (it lists ecs:NetworkInterface)" in result.stderr
    assert "ENIs 1 (managed 1), security groups not known; account" in result.stderr
    assert result.exit_code == 0


def failed(*arguments: object) -> tuple[int, str]:
    result: Result = run("inventory", *arguments)
    assert result.stdout == ""
    return result.exit_code, result.stderr


def test_a_snapshot_with_neither_kind_is_unreadable_input(tmp_path: Path) -> None:
    code, text = failed("--state", write(tmp_path / "state.json", state(ram__Role=[])))

    assert code == 4
    assert "no listing of ecs:NetworkInterface and no ecs:SecurityGroup (it lists ram:Role)" in text
    assert '"resources": {"ecs:NetworkInterface": […], "ecs:SecurityGroup": […]}' in text


def test_without_a_state_it_says_what_is_needed() -> None:
    code, text = failed()

    assert code == 2
    assert "--state FILE is needed" in text
    assert "eniguard generate schema snapshot" in text


def test_a_file_that_is_missing_or_broken_is_unreadable_input(tmp_path: Path) -> None:
    assert failed("--state", tmp_path / "nowhere.json")[0] == 4
    code, text = failed("--state", write(tmp_path / "state.json", b"{"))
    assert code == 4
    assert str(tmp_path / "state.json") in text


def test_a_file_of_another_form_is_told_what_form_was_expected(tmp_path: Path) -> None:
    code, text = failed("--state", write(tmp_path / "event.json", {"eventId": "1"}))

    assert code == 4
    assert 'expected {"schema": 1, "captured_at": "…", "account_id": "…"' in text


BROKEN = {**NAT, "NetworkInterfaceId": "eni-broken", "Attachment": "i-1"}
PROBLEM = "eni-broken: not an item of ecs:NetworkInterface: Attachment: an object was expected, not a text"


def test_an_item_that_cannot_be_read_is_listed_as_not_known_beside_the_others(tmp_path: Path) -> None:
    path = write(
        tmp_path / "state.json", state(ecs__NetworkInterface=[OWN, BROKEN, NAT], ecs__SecurityGroup=[WAF])
    )

    result = run("inventory", "--state", path, "--format", "ndjson", "--managed")

    lines = {one["id"]: one for one in map(json.loads, result.stdout.splitlines())}
    assert list(lines) == ["eni-broken", "eni-nat", "sg-waf"]
    assert lines["eni-broken"]["kind"] == "ecs:NetworkInterface"
    assert lines["eni-broken"]["ownership"] == {"managed": None, "owner_service": None, "why": None}
    assert (lines["eni-broken"]["addresses"], lines["eni-broken"]["status"]) == (None, None)
    assert lines["eni-nat"]["ownership"]["managed"] is True
    assert lines["sg-waf"]["enis"] is None
    errors = result.stderr.splitlines()
    assert errors.count(f"eniguard: {path}: {PROBLEM}") == 1
    assert f"the listing of ecs:NetworkInterface in the state snapshot is not complete: {PROBLEM}" in "".join(
        line for line in errors if line.startswith("undecided: ENI007: ")
    )
    assert any(line.startswith("ENIs 3 (managed 1, 1 not known), ") for line in errors)
    assert result.exit_code == 4


def test_a_compressed_snapshot_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "state.json.gz", gzip.compress(json.dumps(state(**EVERYTHING)).encode()))

    assert len(listed("--state", path)) == 4


def test_text_from_outside_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    hostile = {
        **NAT,
        "Description": "\x1b[31mnat.aliyuncs.com\n\u202e[bold]x",
        "NetworkInterfaceId": "eni-\x07",
    }
    path = write(tmp_path / "state.json", state(ecs__NetworkInterface=[hostile], ecs__SecurityGroup=[]))

    for form in ("table", "json", "ndjson"):
        out = run("inventory", "--state", path, "--format", form).stdout
        assert not set(out) & {"\x1b", "\x07", "\u202e"}
        assert "[bold]x" in out
