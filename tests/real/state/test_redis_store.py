"""The store on a real redis-server: the suite of every back end, and what only a server does."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from redis import Redis

from eniguard.errors import ConfigError, StateError
from eniguard.model import Observation
from eniguard.sources.history import MemoryHistory
from eniguard.state import Store, open_store
from eniguard.state.redis import RedisStore
from tests.functional.state.machine import FEWER, WEEK, Clock, StoreMachine, marks_of_many
from tests.functional.state.races import winners
from tests.real.state.redis_server import Server, flushed, running

_numbers = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("redis")) as found:
        RedisMachine.url = found.url
        yield found


class RedisMachine(StoreMachine):
    url: str

    def opened(self, clock: Clock) -> Store:
        return open_store(f"{self.url}?prefix=machine-{next(_numbers)}:", clock=clock)


RedisMachine.TestCase.settings = FEWER
TestRedis = pytest.mark.usefixtures("server")(RedisMachine.TestCase)


def mark(number: int, *, at: float = 0.0) -> Observation:
    return Observation("s", f"m{number}", f"v{number}", at, 60.0)


@given(marks_of_many())
def test_windows_hold_what_they_hold_in_a_replay(server: Server, marks: list[Observation]) -> None:
    store = open_store(f"{server.url}?prefix=replay-{next(_numbers)}:", clock=Clock())
    replay = MemoryHistory()

    assert [dict(store.observe([one])) for one in marks] == [replay.observe([one]) for one in marks]
    store.close()


@pytest.mark.parametrize("race", ["create", "replace"])
def test_of_processes_that_race_exactly_one_wins(race: str, server: Server) -> None:
    url = f"{server.url}?prefix=race-{race}:"

    assert winners(url, race, processes=2, rounds=50) == [1] * 50


def test_marks_of_several_processes_all_count(server: Server) -> None:
    url = f"{server.url}?prefix=marks:"

    assert winners(url, "observe", processes=2, rounds=50) == [2] * 50
    store = open_store(url)
    assert store.observe([mark(-1)])["s"].count == 101
    store.close()


def test_guards_with_different_prefixes_do_not_see_each_other(server: Server) -> None:
    one, other = [open_store(f"{server.url}?prefix={name}") for name in ("one:", "other:")]
    one.create("key", b"value")
    one.schedule("queue", "member", 1.0)
    one.observe([mark(1)])

    assert other.get("key") is None
    assert other.due("queue", 2.0) == []
    assert other.observe([mark(2)])["s"].count == 1
    one.close()
    other.close()


@pytest.mark.parametrize("call", ["get", "create", "observe", "due"])
def test_a_server_that_hangs_is_an_error_within_the_timeout(call: str, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        store = RedisStore.at(server.url, timeout=0.5)
        made = store.create("key", b"value")
        calls = {
            "get": lambda: store.get("key"),
            "create": lambda: store.create("other", b"value"),
            "observe": lambda: store.observe([mark(1)]),
            "due": lambda: store.due("queue", 1.0),
        }
        server.process.send_signal(signal.SIGSTOP)

        started = time.monotonic()
        with pytest.raises(StateError, match=r"did not answer within 0\.5 s"):
            calls[call]()
        took = time.monotonic() - started

        server.process.send_signal(signal.SIGCONT)
        # A store with a fresh connection hangs no longer than one that had its own.
        assert took < 1.5
        assert store.get("key") == made
        store.close()


def test_a_server_that_hangs_while_it_is_connected_to_is_an_error_within_the_timeout(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        store = RedisStore.at(server.url, timeout=0.5)
        server.process.send_signal(signal.SIGSTOP)

        started = time.monotonic()
        with pytest.raises(StateError, match="did not answer"):
            store.get("key")
        assert time.monotonic() - started < 1.5
        store.close()


def test_a_server_that_is_gone_is_an_error_at_once(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        store = RedisStore.at(server.url)

    started = time.monotonic()
    with pytest.raises(StateError, match="out of reach"):
        store.get("key")
    assert time.monotonic() - started < 1.0


class LosesAnswers:
    """Passes on what clients send to a server; the next answer can be lost together with the connection."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"
        self.lose = False
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._upstream))
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with client, server:
            while data := client.recv(1 << 20):
                server.sendall(data)
                answer = server.recv(1 << 20)
                if self.lose:
                    self.lose = False
                    self.lost += 1
                    return
                client.sendall(answer)


@pytest.fixture
def lossy(server: Server) -> Iterator[LosesAnswers]:
    flushed(server)
    found = LosesAnswers(server.port)
    yield found
    found.close()


def test_a_write_whose_answer_was_lost_is_known_for_ones_own(lossy: LosesAnswers) -> None:
    store = open_store(lossy.url)
    assert store.get("key") is None

    lossy.lose = True
    made = store.create("key", b"1")
    assert made is not None
    assert store.get("key") == made
    lossy.lose = True
    changed = store.replace("key", b"2", version=made.version)
    assert changed is not None
    lossy.lose = True
    assert store.delete("key", version=changed.version)
    assert store.get("key") is None

    store.schedule("queue", "member", 1.0)
    lossy.lose = True
    assert store.unschedule("queue", "member", at=1.0)
    lossy.lose = True
    assert store.observe([mark(1)])["s"].count == 1
    assert lossy.lost == 5
    store.close()


def test_redis_forgets_by_itself_what_has_expired(server: Server) -> None:
    flushed(server)
    store = open_store(f"{server.url}?prefix=p:")
    store.create("short", b"value", ttl=60)
    store.create("long", b"value")
    gone = store.create("gone", b"value")
    assert gone is not None
    store.delete("gone", version=gone.version)
    store.observe([mark(1)])
    store.schedule("queue", "member", 1.0)

    hour = 3_600
    with Redis(port=server.port) as client:
        left = {key: client.ttl(key) for key in client.scan_iter()}
    assert left[b"p:i:short"] == pytest.approx(60 + hour, abs=5)
    assert left[b"p:i:gone"] == pytest.approx(hour, abs=5)
    assert left[b"p:i:long"] == -1
    series = [seconds for key, seconds in left.items() if key.startswith(b"p:s:")]
    assert series == pytest.approx([60 + WEEK + hour] * 4, abs=5)
    assert [seconds for key, seconds in left.items() if key.startswith(b"p:q:")] == [-1, -1]
    store.close()


def test_marks_that_left_their_window_are_removed_by_the_next_one(server: Server) -> None:
    flushed(server)
    store = open_store(server.url)
    store.observe(mark(number) for number in range(20))
    store.observe([mark(21, at=61.0)])

    with Redis(port=server.port) as client:
        assert sorted(client.zcard(key) for key in client.keys("*:ages")) == [1]
        assert sorted(client.hlen(key) for key in client.keys("*:marks") + client.keys("*:values")) == [1, 1]
    store.close()


def test_a_password_is_used_and_never_told(tmp_path: Path) -> None:
    with running(tmp_path, "--requirepass", "s3cret") as server:
        host = f"127.0.0.1:{server.port}/0"
        store = open_store(f"redis://:s3cret@{host}")
        assert store.create("key", b"value") is not None
        refused = open_store(f"redis://:wr0ng-secret@{host}")

        with pytest.raises(StateError) as raised:
            refused.get("key")

        said = f"{raised.value} {raised.value.__cause__!r} {refused!r} {store!r}"
        assert "wr0ng" not in said
        assert "s3cret" not in said
        store.close()
        refused.close()


@pytest.mark.parametrize(
    "url",
    [
        "redis://:s3/cret@host:6379/0",
        "redis://:s3cret@[host/0",
        "redis://:s3cret@host/0?no_such_option=1",
        "redis://:s3cret@host/0?socket_timeout=soon",
        "rediss://:s3cret@host/0?ssl_cert_reqs=perhaps",
    ],
)
def test_a_wrong_url_is_a_configuration_error_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as raised:
        open_store(url)

    assert "s3" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_tls_urls_speak_tls_and_check_the_certificate(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    options = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no"]
    with running(tmp_path, *map(str, options), tls=True) as server:
        url = server.url.replace("redis://127.0.0.1", "rediss://localhost")
        store = open_store(f"{url}?ssl_ca_certs={cert}")
        unsure = open_store(url)

        assert store.create("key", b"value") is not None
        with pytest.raises(StateError, match="certificate"):
            unsure.get("key")
        store.close()
        unsure.close()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody vouches for, and its key."""
    from datetime import datetime, timedelta, timezone

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(private, hashes.SHA256())
    )
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert, key
