"""The folder of a recording: whole members, little memory, and the truth about what is missing."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from eniguard.errors import ConfigError
from eniguard.recording import RecordingFolder


def lines(path: Path) -> list[dict[str, int]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_events_stand_by_day_in_the_order_they_came(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "a" / "new")
    for number in range(4):
        folder.add(f"2026-03-0{number % 2 + 1}", {"n": number})

    folder.finish()

    assert sorted(path.name for path in (tmp_path / "a" / "new").iterdir()) == ["events"]
    assert lines(tmp_path / "a/new/events/2026-03-01.jsonl.gz") == [{"n": 0}, {"n": 2}]
    assert lines(tmp_path / "a/new/events/2026-03-02.jsonl.gz") == [{"n": 1}, {"n": 3}]


def test_what_was_written_can_be_read_though_nobody_finished(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "new")
    for number in range(3_000):
        folder.add("2026-03-01", {"n": number, "text": "x" * 1_000})

    found = lines(tmp_path / "new/events/2026-03-01.jsonl.gz")

    assert 2_000 < len(found) < 3_000
    assert "is not finished" in (tmp_path / "new" / "INCOMPLETE.txt").read_text()


def test_memory_does_not_grow_with_the_events(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "new")
    event = {"text": "x" * 10_000}
    tracemalloc.start()

    for number in range(6_000):
        folder.add(f"2026-03-{number % 28 + 1:02d}", event)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    folder.finish()

    assert peak < 24 << 20
    assert sum(len(lines(path)) for path in (tmp_path / "new" / "events").iterdir()) == 6_000


def test_broken_off_recording_says_why(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "new")
    folder.add("2026-03-01", {"n": 1})

    folder.broke_off("the cloud went away")

    assert "the cloud went away" in (tmp_path / "new" / "INCOMPLETE.txt").read_text()
    assert lines(tmp_path / "new/events/2026-03-01.jsonl.gz") == [{"n": 1}]


def test_same_events_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = RecordingFolder(tmp_path / name)
        folder.add("2026-03-01", {"n": 1})
        folder.finish()

    one, two = ((tmp_path / name / "events/2026-03-01.jsonl.gz").read_bytes() for name in ("one", "two"))
    assert one == two


def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("mine")

    with pytest.raises(ConfigError, match="cannot be recorded into"):
        RecordingFolder(tmp_path / "new")
