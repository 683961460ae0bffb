"""The rules that look across events, in a replay: which events share a window, and in which order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eniguard.events.outcomes import ENI_MANAGED
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.settings import DEFAULT_POLICY
from eniguard.testing import ACCOUNT, ALICE, REGION

#: A snapshot that knows nothing; a case with it is decided alone.
NOTHING_KNOWN = {
    "schema": 1,
    "captured_at": "2026-03-01T08:00:00Z",
    "account_id": ACCOUNT,
    "region": REGION,
    "resources": {},
}


def refused(number: int, minute: int, region: str = REGION) -> dict[str, Any]:
    """A refused delete of one managed ENI of many."""
    return {
        "eventId": f"event-{number}",
        "eventName": "DeleteNetworkInterface",
        "serviceName": "Ecs",
        "eventType": "ApiCall",
        "eventTime": f"2026-03-01T{12 + minute // 60:02d}:{minute % 60:02d}:00Z",
        "acsRegion": region,
        "errorCode": ENI_MANAGED,
        "userIdentity": {
            "type": ALICE.type,
            "principalId": ALICE.principal_id,
            "accountId": ACCOUNT,
            "userName": ALICE.user_name,
        },
        "requestParameters": {"NetworkInterfaceId": f"eni-{number}"},
    }


def written(folder: Path, **files: list[dict[str, Any]]) -> Path:
    for name, events in files.items():
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, events)), "utf-8")
    return folder


def reported(folder: Path, jobs: int = 1) -> list[str]:
    """The events that are reported, in the order in which they are given out."""
    replay = Replay(Options((str(folder),), DEFAULT_POLICY, only=("ENI002",), jobs=jobs))
    return [one.decision.event_id for one in replay if isinstance(one, Entry)]


def late(folder: Path) -> list[str]:
    """The events that came past the reorder window."""
    replay = Replay(Options((str(folder),), DEFAULT_POLICY, every=True))
    return [one.decision.event_id for one in replay if isinstance(one, Entry) and one.decision.late]


def test_events_of_several_files_share_a_window(tmp_path: Path) -> None:
    written(tmp_path, a=[refused(1, 0)], b=[refused(2, 1), refused(3, 2)], c=[refused(4, 3)])

    assert reported(tmp_path) == ["event-3"]


def test_the_order_in_which_they_are_read_does_not_count_within_the_reorder_window(tmp_path: Path) -> None:
    written(tmp_path, a=[refused(3, 2), refused(1, 0)], b=[refused(4, 3), refused(2, 1)])

    assert reported(tmp_path) == ["event-3"]


def test_a_case_of_its_own_has_an_empty_history(tmp_path: Path) -> None:
    written(tmp_path, a=[refused(1, 0), refused(2, 1)], b=[refused(3, 2), refused(4, 3)])
    (tmp_path / "b.state.json").write_text(json.dumps(NOTHING_KNOWN), "utf-8")

    assert reported(tmp_path) == []


def test_an_event_that_is_delivered_several_times_counts_once(tmp_path: Path) -> None:
    written(tmp_path, a=[refused(1, 0), refused(2, 1)] * 3)

    assert reported(tmp_path) == []


def test_a_late_event_that_completes_the_attempts_is_the_one_reported(tmp_path: Path) -> None:
    written(tmp_path, a=[refused(1, 0), refused(3, 20), refused(4, 40), refused(2, 5)])

    assert late(tmp_path) == reported(tmp_path) == ["event-2"]


def test_an_event_later_than_the_window_is_decided_alone(tmp_path: Path) -> None:
    other = {**refused(5, 120), "errorCode": "InvalidEniId.NotFound"}
    written(tmp_path, a=[refused(3, 100), refused(4, 101), other, refused(2, 5)])

    assert late(tmp_path) == ["event-2"]
    assert reported(tmp_path) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_regions_have_windows_of_their_own_in_any_number_of_processes(jobs: int, tmp_path: Path) -> None:
    here = [refused(number, number) for number in (1, 2, 3)]
    there = [refused(10 + number, number, "cn-beijing") for number in (1, 2)]
    written(tmp_path, a=here, b=there)

    assert reported(tmp_path, jobs) == ["event-3"]
