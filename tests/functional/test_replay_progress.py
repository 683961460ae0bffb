"""How far a replay says it is: bytes of the files done with, and events read."""

from __future__ import annotations

import gzip
import json
import threading
from pathlib import Path
from random import Random
from typing import Any

import pytest

from eniguard.errors import InputError
from eniguard.replay.engine import Replay
from eniguard.replay.options import Options
from eniguard.settings import DEFAULT_POLICY
from tests.functional.test_replay_engine import event

COUNT = 8_000


def trail(count: int = COUNT) -> bytes:
    """Calls a second apart, in JSON lines of which several blocks are left when they are packed."""
    noise = Random(1)
    lines = []
    for number in range(count):
        time = f"{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
        lines.append(json.dumps(event(number, time=time, userAgent=noise.randbytes(300).hex())))
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def recorded() -> bytes:
    return trail()


def replay(folder: Path, **options: Any) -> Replay:
    return Replay(Options((str(folder),), DEFAULT_POLICY, **options))


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.name != "state.json")


@pytest.mark.parametrize("packed", [False, True])
def test_progress_is_made_within_a_file(tmp_path: Path, recorded: bytes, packed: bool) -> None:
    # given: one file of several blocks
    content = gzip.compress(recorded, 1) if packed else recorded
    (tmp_path / "trail.jsonl").write_bytes(content)
    run = replay(tmp_path, every=True)

    # when
    reached = [(run.tally.size, run.tally.read) for _ in run]

    # then: bytes grow as events do, and never reach the end before the last block
    steps = list(dict.fromkeys(reached))
    assert steps == sorted(steps)
    assert len({size for size, _ in steps}) >= 5
    assert all(abs(size / len(content) - read / COUNT) < 0.35 for size, read in steps)
    assert (run.tally.size, run.tally.read) == (len(content), COUNT)


def test_members_of_a_gzip_file_are_measured_by_what_they_take_on_disk(
    tmp_path: Path, recorded: bytes
) -> None:
    lines = recorded.splitlines(keepends=True)
    half = gzip.compress(b"".join(lines[: COUNT // 2])), gzip.compress(b"".join(lines[COUNT // 2 :]))
    (tmp_path / "trail.gz").write_bytes(b"".join(half) + bytes(512))
    run = replay(tmp_path, every=True)

    sizes = [run.tally.size for _ in run]

    assert sizes == sorted(sizes)
    assert any(len(half[0]) < size < len(half[0]) + len(half[1]) for size in sizes)
    assert run.tally.size == size_of(tmp_path)


def damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + b"\xff" * 200 + content[middle + 200 :]


@pytest.mark.parametrize("jobs", [1, 2])
def test_files_that_cannot_be_read_to_their_end_are_done_with_all_the_same(tmp_path: Path, jobs: int) -> None:
    # given: one of each kind, and one after them that can be read
    packed = gzip.compress(trail(300))
    files = {
        "a-whole.gz": packed,
        "b-cut.gz": packed[:-2000],
        "c-damaged.gz": damaged(packed),
        "d-empty.json": b"",
        "e-none.json": b"hello",
        "f-left-out.gz": packed,
        "f-left-out.state.json": b"{",
        "g-alone.state.json": b"{}",
        "h-whole.json": trail(10),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    run = replay(tmp_path, jobs=jobs, followed=True)

    # when
    errors = [one for one in run if isinstance(one, InputError)]

    # then: the snapshot of events is none of the files
    assert len(errors) >= 7
    assert run.tally.size == run.total_size == size_of(tmp_path) - len(files["f-left-out.state.json"])


def test_file_that_grows_meanwhile_counts_as_long_as_it_was(tmp_path: Path, recorded: bytes) -> None:
    path = tmp_path / "trail.jsonl"
    path.write_bytes(recorded)
    run = replay(tmp_path, every=True)
    path.write_bytes(recorded + b"\n" + recorded)

    sizes = [run.tally.size for _ in run]

    assert run.total_size == run.tally.size == max(sizes) == len(recorded)


def test_file_that_is_cut_off_by_the_cap_is_done_with(tmp_path: Path, recorded: bytes) -> None:
    (tmp_path / "trail.gz").write_bytes(gzip.compress(recorded, 1))
    run = replay(tmp_path, most_expanded=2_000_000)

    errors = [one for one in run if isinstance(one, InputError)]

    assert len(errors) == 1
    assert run.tally.size == run.total_size


def seen_meanwhile(run: Replay) -> set[tuple[int, int]]:
    """What the tally says, again and again, while a replay goes to its end."""
    seen: set[tuple[int, int]] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.005):
            seen.add((run.tally.size, run.tally.read))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        list(run)
    finally:
        over.set()
        watcher.join()
    return seen


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    """Half a gigabyte of calls without a finding, in three small files: they take more than a second."""
    calls = [json.dumps(event(number, "DescribeInstances")) for number in range(2_000)]
    member = gzip.compress(("\n".join(calls) + "\n").encode())
    for name in ("1.gz", "2.gz", "3.gz"):
        (tmp_path / name).write_bytes(member * 150)
    return tmp_path


def test_several_processes_report_how_far_they_are_before_they_have_anything_to_say(quiet: Path) -> None:
    # given
    run = replay(quiet, jobs=2, followed=True)

    # when
    seen = seen_meanwhile(run)

    # then: within a file, too
    files = {size_of(quiet) // 3 * number for number in range(4)}
    between = {(size, read) for size, read in seen if size not in files}
    assert len(between) >= 2
    assert all(0 < read < 900_000 for _, read in between)
    assert (run.tally.size, run.tally.read) == (size_of(quiet), 900_000)


def test_several_processes_that_nobody_follows_report_nothing(quiet: Path) -> None:
    run = replay(quiet, jobs=2)

    seen = seen_meanwhile(run)

    assert seen <= {(0, 0), (size_of(quiet), 900_000)}
    assert (run.tally.size, run.tally.read) == (size_of(quiet), 900_000)
