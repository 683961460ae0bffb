"""``eniguard record`` over HTTP: what it records, what a replay makes of it, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.recorded import run
from tests.functional.recording.laptop import (
    BUCKET,
    LOGSTORE,
    PROJECT,
    findings,
    laptop,
    recorded,
    whole_text,
)
from tests.functional.recording.redacted import redaction

TRAIL_FOLDER = f"oss://{BUCKET}/AliyunLogs/"
WAYS = {
    "LookupEvents": (),
    "logstore": ("--logstore", f"{PROJECT}/{LOGSTORE}"),
    "bucket": ("--objects", TRAIL_FOLDER),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scenario", ["opened-groups", "nat", "linked-role", "gateway"])
def test_replay_of_a_recording_finds_what_a_replay_of_the_originals_finds(
    tmp_path: Path, scenario: str, way: str
) -> None:
    with laptop(scenario, tmp_path) as at:
        originals = at.originals()
        at.deliver()
        result = at.record(
            "--policy", str(Path(__file__).parents[3] / "events" / "guard.yml"), *WAYS[way], "new"
        )

    assert result.returncode == 0, result.stderr
    expected = findings(originals)
    found = findings(tmp_path / "new", tmp_path / "new" / "guard.yml")
    assert any(expected.values())
    assert {event_id: found.get(event_id) for event_id in expected} == expected
    assert not (tmp_path / "new" / "INCOMPLETE.txt").exists()


def test_nothing_that_tells_whose_events_they_are_is_left(tmp_path: Path) -> None:
    with laptop("nat", tmp_path) as at:
        result = at.record("new")
        events = list(at.cloud.trail.events)

    assert result.returncode == 0
    text = whole_text(tmp_path / "new")
    keys = {str(one["userIdentity"].get("accessKeyId")) for one in events} - {"None"}
    secret_texts = [at.cloud.account_id, "alice", "bp1nat", "fakealiyun", *keys]
    assert [one for one in secret_texts if one in text] == []
    assert "AliyunServiceRoleForNatgw" in text
    assert "eni-" in text


def test_state_has_what_the_cloud_has_of_the_region(tmp_path: Path) -> None:
    with laptop("swapped-groups", tmp_path) as at:
        assert at.record("new").returncode == 0
        expected = at.cloud.snapshot()["resources"]

    found = json.loads((tmp_path / "new" / "state.json").read_bytes())
    assert found["account_id"] == redaction().pseudonyms.account(at.cloud.account_id)
    assert {"ecs:NetworkInterface", "ecs:SecurityGroupRule", "vpc:VSwitch"} <= set(found["resources"])
    for kind, items in found["resources"].items():
        if kind in expected and kind not in {"ecs:InstanceType", "ram:Role"}:
            wanted = [redaction().item(kind, one) for one in expected[kind]]
            assert ids(items) == ids(wanted), kind


def ids(items: list[dict[str, Any]]) -> set[str]:
    return {json.dumps(one, sort_keys=True) for one in items}


def test_same_secret_gives_the_same_files_and_another_gives_others(tmp_path: Path) -> None:
    with laptop("nat", tmp_path) as at:
        for name in ("one", "two"):
            assert at.record("--no-state", name).returncode == 0
        at.variables["ENIGUARD_RECORD_KEY"] = "another secret of some length"
        assert at.record("--no-state", "three").returncode == 0

    one, two, three = (whole_text(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two
    assert one != three
    assert not (tmp_path / "one" / "state.json").exists()


def test_secret_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("0123456789abcdef0123456789abcdef\n")
    with laptop("nat", tmp_path) as at:
        assert at.record("--no-state", "one").returncode == 0
        at.variables["ENIGUARD_RECORD_KEY"] = ""
        assert at.record("--no-state", "--key", "file:secret", "two").returncode == 0

    assert whole_text(tmp_path / "one") == whole_text(tmp_path / "two")


def test_filter_and_window_leave_out_the_rest(tmp_path: Path) -> None:
    with laptop("opened-groups", tmp_path) as at:
        assert at.record("--filter", "EventName=AuthorizeSecurityGroup", "--no-state", "some").returncode == 0
        some = recorded(tmp_path / "some")
        last = some[3]["eventTime"]
        assert at.record("--until", last, "--no-state", "few").returncode == 0

    assert {one["eventName"] for one in some} == {"AuthorizeSecurityGroup"}
    assert max(one["eventTime"] for one in recorded(tmp_path / "few")) == last


@pytest.mark.parametrize("way", ["logstore", "bucket"])
def test_window_holds_for_logstores_and_buckets_too(tmp_path: Path, way: str) -> None:
    with laptop("opened-groups", tmp_path) as at:
        at.deliver()
        window = ("2026-03-31T08:10:00Z", "--until", "2026-03-31T08:20:00Z")
        result = at.record(*window[1:], *WAYS[way], "--no-state", "some", since=window[0])

    times = [one["eventTime"] for one in recorded(tmp_path / "some")]
    assert result.returncode == 0
    assert window[0] <= min(times) <= max(times) <= window[2]
    assert "outside the window" in result.stderr


def test_denied_kind_is_left_out_of_the_state_and_told(tmp_path: Path) -> None:
    policy = {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "vpc:DescribeVSwitches", "Resource": "*"},
        ],
    }
    with laptop("nat", tmp_path) as at:
        at.keys = at.cloud.role("example-reader", policy)
        result = at.record("new")

    assert result.returncode == 4
    assert "vpc:VSwitch is left out" in result.stderr
    assert "needs vpc:DescribeVSwitches" in result.stderr
    state = json.loads((tmp_path / "new" / "state.json").read_bytes())
    assert "vpc:VSwitch" not in state["resources"]
    assert "ecs:NetworkInterface" in state["resources"]
    assert not (tmp_path / "new" / "INCOMPLETE.txt").exists()


def test_missing_permission_is_named_and_leaves_no_folder(tmp_path: Path) -> None:
    with laptop("nat", tmp_path) as at:
        at.keys = at.cloud.role("example-nobody", {"Version": "1", "Statement": []})
        result = at.record("new")

    assert result.returncode == 4
    assert "actiontrail:LookupEvents" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--until", "2026-02-28T01:00:00Z"), "no events in this window"),
        (("--filter", "EventName=DescribeRegions"), "no events in this window"),
        (("--objects", f"oss://{BUCKET}/none/"), "below this prefix"),
    ],
)
def test_nothing_in_range_is_an_error_and_leaves_no_folder(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    with laptop("nat", tmp_path) as at:
        at.deliver()
        result = at.record(*arguments, "new")

    assert result.returncode == 4
    assert said in result.stderr
    assert not (tmp_path / "new").exists()


def test_recording_that_breaks_off_says_where_and_holds_what_came_before(tmp_path: Path) -> None:
    with laptop("owner", tmp_path) as at:
        originals = at.originals()
        # The fake's clock stands still: within its second it refuses the third page.
        result = at.record("new")
        last = max(one["eventTime"] for one in recorded(tmp_path / "new"))
        at.cloud.clock.advance(10)
        rest = at.record("--no-state", "rest", since=last)

    assert (result.returncode, rest.returncode) == (4, 4)
    mark = (tmp_path / "new" / "INCOMPLETE.txt").read_text()
    assert "user flow control" in mark
    assert f"--since {last}" in mark
    assert f"record on with --since {last} into another folder" in result.stderr
    assert not (tmp_path / "new" / "state.json").exists()
    expected, found = findings(originals), findings(tmp_path / "new")
    assert 50 <= len(found) < len(expected)
    both = {one["eventId"] for name in ("new", "rest") for one in recorded(tmp_path / name)}
    assert len(both) > len(found)


def test_listing_that_is_refused_leaves_no_folder(tmp_path: Path) -> None:
    with laptop("nat", tmp_path) as at:
        at.deliver()
        at.cloud.fail("oss:GetObject", code="AccessDenied", status=403, times=None)
        unread = at.record("--objects", TRAIL_FOLDER, "new")
        at.cloud.fail("oss:ListObjectsV2", code="AccessDenied", status=403)
        unlisted = at.record("--objects", TRAIL_FOLDER, "new")

    assert (unread.returncode, unlisted.returncode) == (4, 4)
    assert "oss:GetObject" in unread.stderr
    assert "oss:ListObjectsV2" in unlisted.stderr
    assert not (tmp_path / "new").exists()


def test_object_that_cannot_be_read_costs_no_other(tmp_path: Path) -> None:
    with laptop("nat", tmp_path) as at:
        at.deliver()
        objects = at.cloud.region().oss.buckets[BUCKET].objects
        whole = objects[min(objects)]
        objects["AliyunLogs/0.gz"] = type(whole)("AliyunLogs/0.gz", whole.data[:200], whole.modified_at)
        result = at.record("--objects", TRAIL_FOLDER, "--no-state", "new")

    assert result.returncode == 4
    assert "oss://evidence/AliyunLogs/0.gz" in result.stderr
    assert "unreadable 1" in result.stderr
    assert recorded(tmp_path / "new")


def test_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine.txt").write_text("mine")
    with laptop("nat", tmp_path) as at:
        result = at.record("new")

    assert result.returncode == 2
    assert "is not empty" in result.stderr
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (("--since", "2026-03-01", "new"), {}, "ENIGUARD_RECORD_KEY holds no secret"),
        (("--since", "2026-03-01", "new"), {"ENIGUARD_RECORD_KEY": "short"}, "less than 16 bytes"),
        (("--since", "2026-03-01", "--key", "a secret itself", "new"), {}, "never given itself"),
        (("--since", "2026-03-01", "--key", "file:none", "new"), {}, "cannot be read from none"),
        (("--since", "2026-03-01", "new"), {"ENIGUARD_OFFLINE": "1"}, "ENIGUARD_OFFLINE"),
        (("new",), {"ENIGUARD_RECORD_KEY": "x" * 16}, "--since is needed"),
        (("--since", "yesterday", "new"), {}, "is no time like"),
        (("--since", "2026-03-02", "--until", "2026-03-01", "new"), {}, "--until is before --since"),
        (("--since", "2026-03-01", "--filter", "Who=me", "new"), {}, "is no KEY=VALUE"),
        (("--since", "2026-03-01", "--logstore", "audit", "new"), {}, "is not PROJECT/LOGSTORE"),
        (("--objects", "evidence", "new"), {}, "is not oss://BUCKET/PREFIX"),
        (
            ("--since", "2026-03-01", "--logstore", "audit/rows", "--objects", "oss://evidence/", "new"),
            {},
            "not both",
        ),
        (
            ("--since", "2026-03-01", "--logstore", "audit/rows", "--filter", "User=alice", "new"),
            {},
            "--filter is for LookupEvents",
        ),
    ],
)
def test_wrong_usage_gives_two_and_says_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    variables: dict[str, str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    clean = {"ENIGUARD_RECORD_KEY": "", "ENIGUARD_OFFLINE": "", "ALIBABA_CLOUD_REGION_ID": "cn-hangzhou"}
    for name, value in {**clean, **variables}.items():
        monkeypatch.setenv(name, value)

    result = run("record", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "new").exists()


def test_no_credentials_are_told_before_a_folder_is_made(tmp_path: Path) -> None:
    nobody = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "",
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        "HOME": str(tmp_path),
    }
    with laptop("nat", tmp_path) as at:
        at.variables = nobody
        result = at.record("new")

    assert result.returncode == 2
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in result.stderr
    assert not (tmp_path / "new").exists()
