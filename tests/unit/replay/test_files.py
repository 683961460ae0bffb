from __future__ import annotations

import gzip
import io
import json
import os
import sys
import tracemalloc
from pathlib import Path
from random import Random

import pytest

from eniguard.errors import InputError
from eniguard.events.envelopes import Batch
from eniguard.replay import files
from eniguard.replay.files import Source, StateFile
from tests.unit.events.recorded import PLAIN, ids, joined, numbered

ARRAY = json.dumps(numbered(3)).encode()


def one(path: Path | str) -> Source:
    (source,) = files.sources([str(path)])
    assert isinstance(source, Source)
    return source


def read(path: Path | str, **options: int) -> Batch:
    return joined(files.events(one(path), **options))


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_state_without_events_is_a_case_of_its_own(tmp_path: Path) -> None:
    names = (
        "a.json",
        "a.state.json",
        "b.json.gz",
        "b.state.json",
        "c.state.json",
        "d.log",
        "d.state.json.gz",
        "e.state.json.gz",
        "state.json",
        "sub/a.state.json",
        "sub/state.json",
    )
    for name in names:
        written(tmp_path / name, ARRAY)

    found = [one for one in files.sources([str(tmp_path)]) if not isinstance(one, InputError)]

    assert [(type(one), one.relative) for one in found] == [
        (Source, "a.json"),
        (Source, "b.json.gz"),
        (StateFile, "c.state.json"),
        (Source, "d.log"),
        (StateFile, "e.state.json.gz"),
        (StateFile, "sub/a.state.json"),
    ]


@pytest.mark.parametrize("name", ["a.state.json", "state.json", "a.state.json.gz"])
def test_a_state_that_is_named_is_a_case_also_beside_its_events(name: str, tmp_path: Path) -> None:
    written(tmp_path / "a.json", ARRAY)

    (found,) = files.sources([str(written(tmp_path / name, b"{}"))])

    assert found == StateFile(str(tmp_path / name), str(tmp_path), 2)


def test_folders_are_searched_in_a_stable_order_for_files_of_events(tmp_path: Path) -> None:
    names = [
        "b.json",
        "a.jsonl",
        "B.ndjson",
        "c.log",
        "d.json.gz",
        "e.gz",
        "sub/z.json",
        "sub/deep/y.json",
        "a-sub/x.json",
    ]
    beside = [
        "state.json",
        "b.state.json",
        "b.state.json.gz",
        "expectations.yml",
        "notes.md",
        ".hidden.json",
        ".git/x.json",
    ]
    for name in (*names, *beside):
        written(tmp_path / name, ARRAY)

    found = [source for source in files.sources([str(tmp_path)]) if isinstance(source, Source)]

    assert [source.relative for source in found] == [
        "B.ndjson",
        "a.jsonl",
        "b.json",
        "c.log",
        "d.json.gz",
        "e.gz",
        "a-sub/x.json",
        "sub/z.json",
        "sub/deep/y.json",
    ]
    assert {source.size for source in found} == {len(ARRAY)}


def test_named_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = written(tmp_path / "export.txt", ARRAY)

    assert ids(read(path)) == ["e0", "e1", "e2"]
    assert one(path).relative == "export.txt"


def test_file_names_that_are_not_utf8_are_read_and_shown_escaped(tmp_path: Path) -> None:
    name = os.fsdecode(b"trail-\xff\n.json")
    written(tmp_path / name, ARRAY + b"x")

    (source,) = files.sources([str(tmp_path)])
    assert isinstance(source, Source)
    batch = joined(files.events(source))

    assert source.relative == "trail-\\xff\n.json"
    assert len(batch.concerned) == 3
    assert batch.errors[0].path.encode().endswith(b"trail-\\xff\n.json")


def test_paths_that_hold_no_events_are_errors_in_their_place(tmp_path: Path) -> None:
    written(tmp_path / "good.json", ARRAY)
    written(tmp_path / "empty/notes.md", b"")
    (tmp_path / "dangling").mkdir()
    (tmp_path / "dangling/gone.json").symlink_to(tmp_path / "nowhere")

    found = list(
        files.sources(
            [str(tmp_path / name) for name in ("none.json", "good.json", "empty", "dangling")] + ["nul\0"]
        )
    )

    problems = [item.problem if isinstance(item, InputError) else None for item in found]
    assert problems[0] == "cannot be read: No such file or directory"
    assert problems[1] is None
    assert problems[2] is not None
    assert problems[2].startswith("no events in this folder; expected files that end in .json")
    assert problems[3] == "cannot be read: No such file or directory"
    assert len(found) == 5


@pytest.mark.parametrize("content", [b"", gzip.compress(b""), b"\n"])
def test_empty_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    (error,) = read(written(tmp_path / "e.json", content)).errors

    assert "nothing in it" in error.problem
    assert (error.path, error.offset) == (str(tmp_path / "e.json"), 0)


@pytest.mark.parametrize("name", ["t.json.gz", "t.json", "t.log"])
@pytest.mark.parametrize("padding", [b"", b"\0" * 512])
def test_gzip_is_told_by_its_first_bytes_and_may_have_members(
    tmp_path: Path, name: str, padding: bytes
) -> None:
    members = gzip.compress(ARRAY[:100]) + gzip.compress(ARRAY[100:]) + padding

    batch = read(written(tmp_path / name, members))

    assert batch.errors == []
    assert ids(batch) == ["e0", "e1", "e2"]


def test_plain_text_under_a_gzip_name_is_read(tmp_path: Path) -> None:
    assert len(read(written(tmp_path / "t.json.gz", ARRAY)).concerned) == 3


def incompressible(count: int) -> bytes:
    noise = Random(1)
    bodies = [{**body, "userAgent": noise.randbytes(400).hex()} for body in numbered(count)]
    return json.dumps(bodies).encode()


@pytest.mark.parametrize("lost", [1, 8, 9, 2_000])
def test_truncated_gzip_keeps_the_events_before_the_cut(tmp_path: Path, lost: int) -> None:
    data = incompressible(30)
    path = written(tmp_path / "t.gz", gzip.compress(data)[:-lost])

    batch = read(path)

    assert len(batch.concerned) >= 24
    assert ids(batch) == [f"e{number}" for number in range(len(batch.concerned))]
    (error,) = batch.errors
    assert "ends too early" in error.problem
    assert error.offset is not None
    assert len(data) - 4 * lost - 100 <= error.offset <= len(data)


@pytest.mark.parametrize("tail", [b"garbage", b"\0\0garbage", b"\x1fgarbage", b"x" * 3_000_000])
def test_bytes_after_the_end_of_gzip_are_told_for_what_they_are(tmp_path: Path, tail: bytes) -> None:
    batch = read(written(tmp_path / "t.gz", gzip.compress(ARRAY) + tail))

    assert ids(batch) == ["e0", "e1", "e2"]
    (error,) = batch.errors
    assert "bytes that are no gzip data follow its end" in error.problem
    assert error.offset == len(ARRAY)


def test_damaged_gzip_keeps_the_events_before_the_damage(tmp_path: Path) -> None:
    data = incompressible(60)
    packed = bytearray(gzip.compress(data))
    middle = len(packed) // 2
    packed[middle : middle + 200] = b"\xff" * 200

    batch = read(written(tmp_path / "t.gz", bytes(packed)))

    known = [f"e{number}" for number in range(60)]
    assert ids(batch)[:20] == known[:20]
    assert any("damaged gzip data" in error.problem for error in batch.errors)


def test_file_that_expands_past_the_cap_is_cut_there(tmp_path: Path) -> None:
    data = json.dumps(numbered(3_000)).encode()
    path = written(tmp_path / "bomb.gz", gzip.compress(data))

    batch = read(path, cap=1_500_000)

    assert 1_000 < len(batch.concerned) < 2_000
    (error,) = batch.errors
    assert "expands to more than 1500000 bytes" in error.problem
    assert error.offset == 1_500_000


def test_file_of_exactly_the_cap_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "t.gz", gzip.compress(ARRAY))

    assert read(path, cap=len(ARRAY)).errors == []
    assert read(path, cap=len(ARRAY) - 1).errors != []


@pytest.mark.parametrize("size", [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_blocks_join_to_the_content(tmp_path: Path, size: int) -> None:
    content = b"x" * size
    for path in (written(tmp_path / "p", content), written(tmp_path / "z", gzip.compress(content))):
        blocks = list(files.blocks(one(path)))
        assert b"".join(block for block in blocks if isinstance(block, bytes)) == content
        assert all(len(block) <= 1 << 20 for block in blocks if isinstance(block, bytes))


def test_large_file_is_read_in_flat_memory(tmp_path: Path) -> None:
    text = json.dumps(PLAIN)
    path = written(tmp_path / "large.gz", gzip.compress(("[" + ",".join([text] * 40_000) + "]").encode(), 1))

    tracemalloc.start()
    try:
        count = sum(len(batch.concerned) for batch in files.events(one(path)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert count == 40_000
    assert peak < 20 << 20  # the document has 38 MB


@pytest.mark.parametrize("content", [ARRAY, gzip.compress(ARRAY)])
def test_dash_is_the_standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    batch = joined(files.events(one("-")))

    assert ids(batch) == ["e0", "e1", "e2"]


def test_damage_in_the_standard_input_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = bytearray(gzip.compress(incompressible(5)))
    packed[-6] ^= 255
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bytes(packed))))

    errors = joined(files.events(one("-"))).errors

    assert [error.path for error in errors] == ["<stdin>"]


def test_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    (error,) = joined(files.events(Source(str(tmp_path), None, 0))).errors

    assert error.problem == "cannot be read: Is a directory"


def test_options_reach_the_events(tmp_path: Path) -> None:
    source = one(written(tmp_path / "t.json", ARRAY))

    assert joined(files.events(source, forgeable={"oss"})).concerned[0].call.forgeable
    assert len(joined(files.events(source, now=0.0)).errors) == 3
