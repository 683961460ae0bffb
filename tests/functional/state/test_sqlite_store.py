"""The store on sqlite: the suite of every back end, and what only a file has."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from eniguard.errors import StateError
from eniguard.model import Observation
from eniguard.sources.history import MemoryHistory
from eniguard.state import Store, open_store
from eniguard.state.sqlite import SqliteStore
from tests.functional.state.machine import FEWER, WEEK, Clock, StoreMachine, marks_of_many
from tests.functional.state.races import winners


class FileMachine(StoreMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()

    def opened(self, clock: Clock) -> Store:
        return open_store(f"sqlite:///{self.folder.name}/state.db", clock=clock)

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


class MemoryMachine(StoreMachine):
    def opened(self, clock: Clock) -> Store:
        return open_store("memory:", clock=clock)


TestFile = FileMachine.TestCase
TestMemory = MemoryMachine.TestCase
TestFile.settings = TestMemory.settings = FEWER


_opened: list[Store] = []


@pytest.fixture(autouse=True)
def closed_in_the_end() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def opened(store: Store) -> Store:
    """A store that is closed when the test has run."""
    _opened.append(store)
    return store


def mark(number: int, *, series: str = "s", at: float = 0.0) -> Observation:
    return Observation(series, f"m{number}", f"v{number}", at, 60.0)


def rows(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


@given(marks_of_many())
def test_windows_hold_what_they_hold_in_a_replay(marks: list[Observation]) -> None:
    store, replay = open_store("memory:", clock=Clock()), MemoryHistory()

    assert [dict(store.observe([one])) for one in marks] == [replay.observe([one]) for one in marks]
    store.close()


def test_the_files_can_be_read_by_their_owner_only(tmp_path: Path) -> None:
    store = opened(SqliteStore(str(tmp_path / "state.db")))
    store.create("key", b"value")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600}


def test_what_was_written_outlives_the_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"
    first = opened(open_store(url))
    made = first.create("key", b"value")
    first.close()

    assert opened(open_store(url)).get("key") == made


@pytest.mark.parametrize("race", ["create", "replace"])
def test_of_processes_that_race_exactly_one_wins(race: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"

    assert winners(url, race, processes=2, rounds=50) == [1] * 50


def test_processes_that_open_a_new_file_at_once_all_get_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"

    assert winners(url, "create", processes=6, rounds=1) == [1]


def test_marks_of_several_processes_all_count(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"

    assert winners(url, "observe", processes=2, rounds=50) == [2] * 50
    assert opened(open_store(url)).observe([mark(-1)])["s"].count == 101


def test_threads_share_a_store(tmp_path: Path) -> None:
    store = opened(SqliteStore(str(tmp_path / "state.db")))
    made: list[object] = []

    def work() -> None:
        made.extend(store.create(f"key-{number}", b"value") for number in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(one is not None for one in made) == 50


FORKS = """
import os, sys, threading
from eniguard.state.sqlite import SqliteStore

store = SqliteStore(sys.argv[1])
stop = threading.Event()

def busy():
    number = 0
    while not stop.is_set():
        store.create(f"parent-{number}", b"value")
        number += 1

thread = threading.Thread(target=busy)
thread.start()
children = []
for number in range(10):
    child = os.fork()
    if not child:
        made = store.create(f"child-{number}", b"value")
        opened = [os.path.realpath(one.path) for one in os.scandir("/proc/self/fd")].count(sys.argv[1])
        os._exit(0 if made and store.get(f"child-{number}") == made and opened == 2 else 1)
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
stop.set()
thread.join()
assert codes == [0] * 10, codes
assert all(store.get(f"child-{number}") for number in range(10))
store.close()
"""


def test_children_of_a_process_that_writes_open_the_file_anew(tmp_path: Path) -> None:
    # The connection that came over the fork stays open, unused: that makes two.
    path = tmp_path / "state.db"
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKS, str(path)]

    subprocess.run(command, check=True, timeout=60)

    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_writer_that_holds_the_file_too_long_is_an_error_that_says_so(tmp_path: Path) -> None:
    store = opened(SqliteStore(str(tmp_path / "state.db"), timeout=0.1))
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StateError, match=r"state\.db was not written: another process held it for 0\.1 s"):
        store.create("key", b"value")
    other.execute("ROLLBACK")
    other.close()

    assert store.create("key", b"value") is not None


@pytest.mark.parametrize("content", [b"no database at all, but a text " * 40, None])
def test_a_file_that_is_none_of_the_guards_is_an_error(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    if content is not None:
        path.write_bytes(content)
    else:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version=99")
        connection.close()

    with pytest.raises(StateError, match="name a file of the guard's own"):
        opened(SqliteStore(str(path)))


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="was not opened"):
        opened(SqliteStore(str(tmp_path / "none" / "state.db")))


def test_marks_that_fail_half_way_leave_nothing(tmp_path: Path) -> None:
    store = opened(SqliteStore(str(tmp_path / "state.db")))
    broken = Observation("s", "m", object(), 0.0, 60.0)  # type: ignore[arg-type]

    with pytest.raises(AttributeError):
        store.observe([mark(1), broken])

    assert store.observe([mark(2)])["s"].count == 1


def test_expired_items_are_removed_along_with_writes(tmp_path: Path) -> None:
    clock = Clock()
    store = opened(SqliteStore(str(tmp_path / "state.db"), clock=clock))
    for number in range(200):
        store.create(f"short-{number}", b"value", ttl=60)
    clock.now += 61
    for number in range(64):
        store.create(f"long-{number}", b"value")

    assert rows(tmp_path / "state.db", "items") == 64


def test_a_series_that_was_not_marked_for_long_is_removed_with_its_marks_some_at_a_time(
    tmp_path: Path,
) -> None:
    clock = Clock()
    store = opened(SqliteStore(str(tmp_path / "state.db"), clock=clock))
    store.observe(mark(number) for number in range(2_500))
    clock.now += WEEK + 61

    left = []
    for number in range(64 * 4):
        store.create(f"key-{number}", b"value")
        if number % 64 == 63:
            left.append((rows(tmp_path / "state.db", "series"), rows(tmp_path / "state.db", "marks")))

    assert left == [(0, 1_500), (0, 500), (0, 0), (0, 0)]
    assert rows(tmp_path / "state.db", "dropped") == 0


def test_marks_that_left_their_window_are_removed_by_the_next_one(tmp_path: Path) -> None:
    store = opened(SqliteStore(str(tmp_path / "state.db")))
    store.observe(mark(number) for number in range(20))
    store.observe([mark(21, at=61.0)])

    assert rows(tmp_path / "state.db", "marks") == 1


def test_the_back_ends_that_a_url_does_not_name_are_not_loaded(tmp_path: Path) -> None:
    script = (
        "import sys, eniguard.state as state\n"
        "assert not {'sqlite3', 'redis', 'tablestore'} & set(sys.modules)\n"
        "state.open_store('memory:')\n"
        "assert not {'redis', 'tablestore', 'pydantic'} & set(sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, env=environment)
