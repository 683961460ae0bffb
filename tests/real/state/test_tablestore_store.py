"""The store on Tablestore: the unmodified SDK against an instance that speaks its encoding."""

from __future__ import annotations

import logging
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from eniguard.errors import ConfigError, StateError
from eniguard.model import Observation
from eniguard.sources.history import MemoryHistory
from eniguard.state import Store, open_store
from eniguard.state.tablestore import TablestoreStore
from eniguard.state.tablestore.connecting import Place, connected, keys_of_environment, place
from tests.functional.state.machine import WEEK, Clock, StoreMachine, marks_of_many
from tests.functional.state.races import winners
from tests.real.state.ots.server import serving
from tests.real.state.ots.service import INSTANCE, KEY_ID, SECRET, FakeTablestore

#: The SDK sums up each byte of a value in Python.
_FEWER = settings(max_examples=40)


class Signing:
    access_key_id = KEY_ID
    access_key_secret = SECRET
    security_token: str | None = None


def store_of(instance: FakeTablestore, clock: Clock | None = None) -> TablestoreStore:
    client = connected(Place("https://guard.example.com", INSTANCE, "eniguard"), Signing)
    client.connection = instance
    return TablestoreStore(client, "eniguard", clock=clock or Clock(), sleep=lambda _: None)


@pytest.fixture
def instance() -> FakeTablestore:
    found = FakeTablestore()
    store_of(found).create_table()
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(instance: FakeTablestore, clock: Clock) -> TablestoreStore:
    return store_of(instance, clock)


@pytest.fixture
def url(instance: FakeTablestore, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
    monkeypatch.delenv("ALIBABA_CLOUD_SECURITY_TOKEN", raising=False)
    with serving(instance) as found:
        yield found


class TablestoreMachine(StoreMachine):
    def opened(self, clock: Clock) -> Store:
        made = store_of(FakeTablestore(), clock)
        made.create_table()
        return made


TestTablestore = TablestoreMachine.TestCase
TestTablestore.settings = _FEWER


def mark(number: int, *, at: float = 0.0, value: str | None = None) -> Observation:
    return Observation("s", f"m{number}", value or f"v{number}", at, 60.0)


@_FEWER
@given(marks_of_many())
def test_windows_hold_what_they_hold_in_a_replay(marks: list[Observation]) -> None:
    instance = FakeTablestore()
    store, replay = store_of(instance), MemoryHistory()
    store.create_table()

    assert [dict(store.observe([one])) for one in marks] == [replay.observe([one]) for one in marks]


@pytest.mark.parametrize("race", ["create", "replace"])
def test_of_processes_that_race_exactly_one_wins(race: str, url: str) -> None:
    assert winners(url, race, processes=2, rounds=20) == [1] * 20


def test_marks_of_several_processes_all_count(url: str) -> None:
    assert winners(url, "observe", processes=2, rounds=20) == [2] * 20
    assert open_store(url).observe([mark(-1)])["s"].count == 41


def test_the_table_keeps_rows_for_ever_in_one_version_and_is_made_once(instance: FakeTablestore) -> None:
    options = instance.tables["eniguard"].options

    assert (options.time_to_live, options.max_versions) == (-1, 1)
    assert instance.tables["eniguard"].names == ("space", "name")
    assert store_of(instance).create_table() is False


def test_an_expired_item_is_taken_by_one_of_two(instance: FakeTablestore, clock: Clock) -> None:
    one, other = store_of(instance, clock), store_of(instance, clock)
    one.create("key", b"old", ttl=60)
    clock.now += 61
    # The other one takes it while the first has read it and is about to.
    taken: list[object] = []
    instance.before["GetRow"] = lambda: instance.before.update(
        PutRow=lambda: taken.append(other.create("key", b"other's"))
    )

    assert one.create("key", b"one's") is None
    assert taken == [one.get("key")]


def test_an_expired_item_that_is_removed_meanwhile_is_made_anew(
    instance: FakeTablestore, clock: Clock
) -> None:
    store = store_of(instance, clock)
    store.create("key", b"old", ttl=60)
    clock.now += 61
    instance.before["GetRow"] = instance.tables["eniguard"].rows.clear

    made = store.create("key", b"new")

    assert made is not None
    assert store.get("key") == made


FAULTS = (
    "lost",
    "unheard",
    "late",
    "OTSTimeout",
    "OTSInternalServerError",
    "OTSServerUnavailable",
    "OTSServerBusy",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_was_not_answered_is_known_for_ones_own(
    fault: str, instance: FakeTablestore, store: TablestoreStore
) -> None:
    instance.faults["PutRow"] = [fault]
    made = store.create("key", b"1")
    assert made is not None
    assert store.get("key") == made

    instance.faults["PutRow"] = [fault]
    changed = store.replace("key", b"2", version=made.version)
    assert changed is not None
    assert store.get("key") == changed

    instance.faults["DeleteRow"] = [fault]
    assert store.delete("key", version=changed.version)
    assert store.get("key") is None

    instance.faults["PutRow"] = [fault]
    store.schedule("queue", "member", 1.0)
    instance.faults["DeleteRow"] = [fault]
    assert store.unschedule("queue", "member", at=1.0)
    assert store.due("queue", 2.0) == []

    instance.faults["PutRow"] = [fault]
    assert store.observe([mark(1)])["s"].count == 1
    assert store.observe([mark(2)])["s"].count == 2


def test_a_write_that_was_lost_where_somebody_else_was_first_is_not_taken_for_ones_own(
    instance: FakeTablestore, store: TablestoreStore
) -> None:
    other = store_of(instance)
    instance.faults["PutRow"] = ["unheard"]
    instance.before["GetRow"] = lambda: other.create("key", b"other's")

    assert store.create("key", b"mine") is None


def test_after_two_answers_that_did_not_come_the_store_says_so(
    instance: FakeTablestore, store: TablestoreStore
) -> None:
    instance.faults["PutRow"] = ["unheard", "unheard"]

    with pytest.raises(StateError, match="out of reach"):
        store.create("key", b"1")


def test_a_busy_instance_is_asked_four_times_and_no_more(
    instance: FakeTablestore, store: TablestoreStore
) -> None:
    instance.faults["GetRow"] = ["OTSServerBusy"] * 20

    with pytest.raises(StateError, match="OTSServerBusy"):
        store.get("key")

    assert instance.calls.count("GetRow") == 4


def test_a_series_that_others_mark_meanwhile_is_marked_anew(
    instance: FakeTablestore, store: TablestoreStore
) -> None:
    other = store_of(instance)
    store.observe([mark(1)])
    instance.before["PutRow"] = lambda: other.observe([mark(2)])

    assert store.observe([mark(3)])["s"].count == 3


def test_a_series_that_others_mark_each_time_is_an_error(
    instance: FakeTablestore, store: TablestoreStore
) -> None:
    other = store_of(instance)
    store.observe([mark(0)])
    numbers = iter(range(1, 100))

    def interfere() -> None:
        other.observe([mark(next(numbers))])
        instance.before["PutRow"] = interfere

    instance.before["PutRow"] = interfere
    with pytest.raises(StateError, match="marked by others each time"):
        store.observe([mark(1_000)])


def test_a_series_too_large_for_a_column_lets_its_oldest_marks_go(store: TablestoreStore) -> None:
    source = random.Random(5)
    texts = [source.randbytes(20_000).hex() for _ in range(100)]
    given = store.observe(mark(number, at=number / 10, value=text) for number, text in enumerate(texts))["s"]
    assert given.count == 100

    assert 20 < store.observe([mark(100, at=10.0)])["s"].count < 100
    assert store.observe([mark(99)])["s"] == given


def test_expired_rows_are_removed_along_with_writes_and_others_stay(
    instance: FakeTablestore, store: TablestoreStore, clock: Clock
) -> None:
    for number in range(120):
        store.create(f"short-{number}", b"value", ttl=60)
    kept = store.create("long", b"value")
    store.schedule("queue", "member", 1.0)
    store.observe([mark(1)])
    clock.now += WEEK + 61
    for number in range(64 * 6):
        store.unschedule("queue", f"none-{number}", at=0.0)

    assert store.get("long") == kept
    assert instance.rows() == 2


def test_a_row_that_is_written_while_it_is_removed_stays(
    instance: FakeTablestore, store: TablestoreStore, clock: Clock
) -> None:
    other = store_of(instance, clock)
    store.create("key", b"old", ttl=60)
    clock.now += 61
    made: list[object] = []
    instance.before["BatchWriteRow"] = lambda: made.append(other.create("key", b"new"))
    for number in range(64 * 2):
        store.unschedule("queue", f"none-{number}", at=0.0)

    assert made == [store.get("key")]
    assert made != [None]


def test_a_large_queue_is_read_page_by_page(store: TablestoreStore) -> None:
    for number in range(250):
        store.schedule("queue", f"m{number}", float(250 - number))

    assert [one.at for one in store.due("queue", 200.0, 5)] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert len(store.due("queue", 200.0, 1_000)) == 200


def test_an_instance_that_does_not_answer_is_an_error_within_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"tablestore://{INSTANCE}.cn-hangzhou?endpoint=http://127.0.0.1:{silent.getsockname()[1]}"
        store = TablestoreStore.at(url, keys=Signing, timeout=0.3)

        started = time.monotonic()
        with pytest.raises(StateError, match="out of reach"):
            store.get("key")
        assert time.monotonic() - started < 1.0


def test_an_instance_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    store = TablestoreStore.at(
        f"tablestore://{INSTANCE}.cn-hangzhou?endpoint=http://127.0.0.1:{port}", keys=Signing
    )

    with pytest.raises(StateError, match="out of reach"):
        store.get("key")


def test_a_table_that_is_not_there_is_an_error_that_says_so() -> None:
    with pytest.raises(StateError, match=r"OTSObjectNotExist.*see to the table"):
        store_of(FakeTablestore()).get("key")


def test_secrets_are_in_no_log_error_or_repr(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "example-sts-token")
    caplog.set_level(logging.DEBUG)
    store = open_store(url)
    store.create("key", b"value")
    assert store.create("key", b"value") is None
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "another-secret")

    with pytest.raises(StateError, match="OTSAuthFailed") as raised:
        store.get("key")

    said = f"{caplog.text} {raised.value} {raised.value.__cause__!r} {store!r} {keys_of_environment()!r}"
    assert not [one for one in (SECRET, "another-secret", "example-sts-token") if one in said]
    assert "OTS request" not in caplog.text


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "tablestore://guard.cn-hangzhou",
            ("https://guard.cn-hangzhou.ots.aliyuncs.com", "guard", "eniguard"),
        ),
        (
            "tablestore://guard.cn-hangzhou.vpc.tablestore.aliyuncs.com/state",
            ("https://guard.cn-hangzhou.vpc.tablestore.aliyuncs.com", "guard", "state"),
        ),
        ("tablestore://guard.x/t?endpoint=http://127.0.0.1:1", ("http://127.0.0.1:1", "guard", "t")),
    ],
)
def test_a_url_names_instance_and_table(url: str, expected: tuple[str, str, str]) -> None:
    assert place(url) == Place(*expected)


@pytest.mark.parametrize(
    "url",
    ["tablestore://guard", "tablestore://", "tablestore://id:s3cret@guard.x", "tablestore://g.x?colour=1"],
)
def test_a_wrong_url_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as raised:
        open_store(url)

    assert "s3cret" not in str(raised.value)


def test_without_keys_the_store_says_where_they_come_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ALIBABA_CLOUD_ACCESS_KEY_ID", raising=False)
    store = open_store("tablestore://guard.cn-hangzhou")

    with pytest.raises(ConfigError, match="ALIBABA_CLOUD_ACCESS_KEY_ID"):
        store.get("key")
