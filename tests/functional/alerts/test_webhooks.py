"""Messages posted to TLS servers of this machine."""

from __future__ import annotations

import gzip
import http.client
import io
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eniguard.alerts.formats.base import Outgoing, Response
from eniguard.alerts.webhooks import Webhooks
from eniguard.errors import DeliveryError
from tests.functional.alerts.tls_servers import OK, Authority, answering, relayed, serving

HOST = "chat.corp.example.com"
PATH = "/robot/send?access_token=t0ken-of-the-robot"
BODY = b'{"text": "b0dy-of-the-message"}'
HEADERS = {"X-Signature": "s1gnature-of-the-message"}
#: What must not be told.
SECRETS = (
    "t0ken-of-the-robot",
    "access_token",
    "robot/send",
    "b0dy-of-the-message",
    "s1gnature-of-the-message",
)
#: Seconds that a test waits at most for something that has to end by itself.
PATIENCE = 5.0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def webhooks_of(authority: Authority, resolve: Callable[[str, int], list[str]] = here) -> Webhooks:
    return Webhooks([HOST, "127.0.0.1", "::1"], authority.file.read_text(), resolve)


def posted(webhooks: Webhooks, url: str, *, within: float = PATIENCE) -> Response:
    return webhooks.post(Outgoing(url, BODY, HEADERS), within=within)


def failure(webhooks: Webhooks, url: str, *, within: float = PATIENCE) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        posted(webhooks, url, within=within)
    assert_tells_no_secret(raised.value)
    return raised.value


def assert_tells_no_secret(error: DeliveryError) -> None:
    with_locals = traceback.TracebackException.from_exception(error, capture_locals=True)
    # The frames of this test hold the request itself.
    with_locals.stack = traceback.StackSummary.from_list(
        [frame for frame in with_locals.stack if "eniguard" in frame.filename]
    )
    told = "".join(with_locals.format()) + repr(error) + repr(error.__dict__)
    assert [secret for secret in SECRETS if secret in told] == []
    assert error.__cause__ is None
    assert error.__context__ is None


# -- what is sent, and what comes back ---------------------------------------------------------------------


def test_request_arrives_whole_and_its_answer_comes_back(authority: Authority) -> None:
    # given
    head = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nX-A: 1\r\nx-a: 2\r\n"

    # when
    with serving(authority.context(HOST), answering(head, b"Content-Length: 4\r\n\r\nslow")) as server:
        response = posted(webhooks_of(authority), server.url(HOST, PATH))

    # then
    assert (response.status, response.body) == (429, b"slow")
    assert response.headers["retry-after"] == "7"
    assert response.headers["x-a"] == "1, 2"
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert first == f"POST {PATH} HTTP/1.1"
    assert body == BODY
    assert headers["host"] == f"{HOST}:{server.port}"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["accept-encoding"] == "identity"
    assert headers["connection"] == "close"
    assert headers["x-signature"] == HEADERS["X-Signature"]
    assert headers["user-agent"].startswith("eniguard/")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_host_may_be_an_address_if_its_certificate_says_so(authority: Authority, address: str) -> None:
    written = f"[{address}]" if ":" in address else address

    with serving(authority.context(address), answering(OK), address) as server:
        assert posted(webhooks_of(authority), server.url(written)).body == b"ok"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_an_answer_and_not_followed(authority: Authority, status: int) -> None:
    answer = b"HTTP/1.1 %d Go\r\nLocation: https://%s/other\r\nContent-Length: 0\r\n\r\n" % (
        status,
        HOST.encode(),
    )

    with serving(authority.context(HOST), answering(answer)) as server:
        response = posted(webhooks_of(authority), server.url(HOST))

    assert response.status == status
    assert server.connections == 1


def test_proxies_and_keys_of_the_environment_are_not_used(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))

    # when
    with serving(authority.context(HOST), answering(OK)) as server:
        response = posted(webhooks_of(authority), server.url(HOST))

    # then
    assert response.status == 200
    assert not (tmp_path / "keys").exists()


def test_packed_answer_is_not_unpacked(authority: Authority) -> None:
    packed = gzip.compress(bytes(10 << 20))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)

    with serving(authority.context(HOST), answering(head, packed)) as server:
        assert posted(webhooks_of(authority), server.url(HOST)).body == packed


# -- only where it may go ----------------------------------------------------------------------------------


def test_address_is_asked_for_once_and_that_one_is_connected_to(authority: Authority) -> None:
    # given a name whose second answer would lead elsewhere
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    # when
    with serving(authority.context(HOST), answering(OK)) as server:
        response = posted(webhooks_of(authority, resolve), server.url(HOST))

    # then
    assert response.status == 200
    assert asked == [HOST]


def test_name_that_turns_private_is_refused_by_the_next_message() -> None:
    # given
    answers = [["192.0.2.1"], ["10.0.0.1"]]
    webhooks = Webhooks(resolve=lambda host, port: answers.pop(0))

    # then both are refused: a block for documentation, and a private address
    assert "documentation" in str(failure(webhooks, f"https://{HOST}{PATH}"))
    assert "10.0.0.1, which is refused (private)" in str(failure(webhooks, f"https://{HOST}{PATH}"))


def test_one_private_answer_refuses_all_of_them(authority: Authority) -> None:
    with serving(authority.context(HOST), answering(OK)) as server:
        error = failure(
            Webhooks(resolve=lambda host, port: ["8.8.8.8", "127.0.0.1"]), f"https://{HOST}{PATH}"
        )

    assert "127.0.0.1, which is refused" in str(error)
    assert "alerts.internal_hosts" in str(error)
    assert not error.in_doubt
    assert server.connections == 0


@pytest.mark.parametrize(
    "address", ["100.100.100.200", "169.254.169.254", "::ffff:169.254.169.254", "fe80::1%lo"]
)
def test_metadata_is_out_of_reach_of_named_hosts_too(authority: Authority, address: str) -> None:
    error = failure(webhooks_of(authority, lambda host, port: [address]), f"https://{HOST}{PATH}")

    assert f"{address}, which is refused" in str(error)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "https://[::1]/x", "https://100.100.100.200/latest/meta-data"]
)
def test_address_written_out_is_checked_without_a_look_up(url: str) -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise AssertionError("nothing is looked up")

    assert "is refused" in str(failure(Webhooks(resolve=nobody), url))


def test_address_that_nobody_listens_at_is_passed_over(authority: Authority) -> None:
    with serving(authority.context(HOST), answering(OK)) as server:
        webhooks = webhooks_of(authority, lambda host, port: ["127.0.0.9", "127.0.0.1"])

        assert posted(webhooks, server.url(HOST)).status == 200


# -- certificates ------------------------------------------------------------------------------------------


def test_certificate_of_an_unknown_authority_is_refused(authority: Authority) -> None:
    with serving(authority.context(HOST), answering(OK)) as server:
        error = failure(Webhooks([HOST], resolve=here), server.url(HOST, PATH))

    assert "certificate that is not trusted" in str(error)
    assert "alerts.ca_file" in str(error)
    assert not error.in_doubt
    assert server.requests == []


@pytest.mark.parametrize(
    ("names", "expired", "says"),
    [
        (["other.example.com"], False, "Hostname mismatch"),
        (["127.0.0.1"], False, "Hostname mismatch"),
        (["*.example.com"], False, "Hostname mismatch"),
        ([HOST], True, "expired"),
    ],
)
def test_certificate_that_is_not_for_the_host_now_is_refused(
    authority: Authority, names: list[str], expired: bool, says: str
) -> None:
    with serving(authority.context(*names, expired=expired), answering(OK)) as server:
        error = failure(webhooks_of(authority), server.url(HOST, PATH))

    assert says in str(error)
    assert server.requests == []


def test_server_that_speaks_no_tls_gets_nothing(authority: Authority) -> None:
    # given
    received = io.BytesIO()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                received.write(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()

        # when
        error = failure(webhooks_of(authority), f"https://{HOST}:{listening.getsockname()[1]}{PATH}")
        thread.join()

    # then
    assert "could not agree on TLS" in str(error)
    assert not error.in_doubt
    assert b"t0ken" not in received.getvalue()


# -- within its time and its size --------------------------------------------------------------------------


def dripping(part: bytes, gap: float = 0.05) -> Callable[[socket.socket], None]:
    """Send this again and again; a socket's own time-out would never end."""

    def play(connection: socket.socket) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            connection.sendall(part)
            time.sleep(gap)

    return play


def after(start: bytes, play: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    return lambda connection: (connection.sendall(start), play(connection))[-1]


@pytest.mark.parametrize(
    "play",
    [
        dripping(b"H"),
        after(b"HTTP/1.1 200 OK\r\n", dripping(b"a")),
        after(b"HTTP/1.1 200 OK\r\n", dripping(b"X-A: b\r\n")),
        after(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", dripping(b"a")),
        after(b"HTTP/1.1 200 OK\r\n\r\n", dripping(b"a")),
        after(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", dripping(b"1\r\na\r\n")),
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n"),
        lambda connection: time.sleep(1.5),
    ],
    ids=["status", "header", "headers", "body", "endless body", "chunks", "continue", "silence"],
)
def test_slow_answer_does_not_outlast_its_time(
    authority: Authority, play: Callable[[socket.socket], None]
) -> None:
    with serving(authority.context(HOST), play) as server:
        start = time.monotonic()
        error = failure(webhooks_of(authority), server.url(HOST, PATH), within=0.5)
        took = time.monotonic() - start

    assert "did not answer in time" in str(error)
    assert error.in_doubt
    assert 0.4 < took < 1.2


def test_slow_handshake_does_not_outlast_its_time(authority: Authority) -> None:
    with (
        serving(authority.context(HOST), answering(OK)) as server,
        relayed(server.port, lambda: time.sleep(0.05) is None) as port,
    ):
        start = time.monotonic()
        error = failure(webhooks_of(authority), f"https://{HOST}:{port}{PATH}", within=0.5)
        took = time.monotonic() - start

    assert "did not answer in time" in str(error)
    assert not error.in_doubt
    assert took < 1.2


def test_request_that_is_not_taken_does_not_outlast_its_time(authority: Authority) -> None:
    # given a server that takes its time to agree on TLS, and reads no further
    release = threading.Event()
    tls = authority.context(HOST)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def ignore() -> None:
            connection, _ = listening.accept()
            time.sleep(0.6)
            with tls.wrap_socket(connection, server_side=True):
                release.wait(PATIENCE)

        thread = threading.Thread(target=ignore)
        thread.start()

        # when
        start = time.monotonic()
        url = f"https://{HOST}:{listening.getsockname()[1]}{PATH}"
        with pytest.raises(DeliveryError, match="did not answer in time") as raised:
            webhooks_of(authority).post(Outgoing(url, bytes(32 << 20)), within=0.8)
        took = time.monotonic() - start
        release.set()
        thread.join()

    # then
    assert raised.value.in_doubt
    assert took < 1.2


def test_resolver_that_hangs_does_not_outlast_its_time(authority: Authority) -> None:
    release = threading.Event()

    start = time.monotonic()
    error = failure(
        webhooks_of(authority, lambda host, port: [str(release.wait(PATIENCE))]),
        f"https://{HOST}{PATH}",
        within=0.3,
    )
    took = time.monotonic() - start
    release.set()

    assert "could not be looked up in time" in str(error)
    assert took < 1.0


def test_time_is_that_of_the_clock_that_was_given(authority: Authority) -> None:
    # given a clock that jumps once the host was looked up
    now = [0.0]

    def resolve(host: str, port: int) -> list[str]:
        now[0] += 100
        return ["127.0.0.1"]

    webhooks = Webhooks([HOST], authority.file.read_text(), resolve, lambda: now[0])

    # then
    assert "no answer in time" in str(failure(webhooks, f"https://{HOST}{PATH}", within=10))


def test_body_beyond_64_kilobytes_is_not_read(authority: Authority) -> None:
    # given
    sent = bytearray()

    def play(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (256 << 20))
        for _ in range(256):
            connection.sendall(bytes(1 << 20))
            sent.extend(b"m")

    # when
    with serving(authority.context(HOST), play) as server:
        response = posted(webhooks_of(authority), server.url(HOST))

    # then
    assert response.body == bytes(64 << 10)
    assert len(sent) < 64


@pytest.mark.parametrize(
    "play",
    [
        answering(b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"a" * 60_000 + b"\r\n"] * 90, b"\r\n"),
        answering(b"HTTP/1.1 200 OK\r\n", *[b"X: a\r\n"] * 200, b"\r\n"),
        answering(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"),
        answering(b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000),
        answering(b"a" * 1_000_000),
    ],
    ids=["large headers", "many headers", "long header", "continues", "long status"],
)
def test_endless_head_is_left(authority: Authority, play: Callable[[socket.socket], None]) -> None:
    with serving(authority.context(HOST), play) as server:
        error = failure(webhooks_of(authority), server.url(HOST, PATH))

    assert "HTTP" in str(error) or "does not end" in str(error)
    assert error.in_doubt


# -- what goes wrong is told, and nothing else ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("play", "says"),
    [
        (answering(), "broke the connection off (the connection ended)"),
        (answering(b"SSH-2.0-OpenSSH t0ken-of-the-robot\r\n"), "did not answer in HTTP"),
        (answering(b"HTTP/1.1 two OK t0ken-of-the-robot\r\n\r\n"), "did not answer in HTTP"),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "half an answer"),
        (
            answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
            "did not answer in HTTP",
        ),
        (
            answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nt0ken-of-the-robot\r\n"),
            "did not answer in HTTP",
        ),
    ],
)
def test_answer_that_is_none_is_an_error_in_doubt(
    authority: Authority, play: Callable[[socket.socket], None], says: str
) -> None:
    with serving(authority.context(HOST), play) as server:
        error = failure(webhooks_of(authority), server.url(HOST, PATH))

    assert says in str(error)
    assert error.in_doubt


def test_host_that_is_down_or_unknown_is_told_by_its_name(authority: Authority) -> None:
    # given
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    # when
    down = failure(webhooks_of(authority), f"https://{HOST}:{port}{PATH}")
    not_found = failure(webhooks_of(authority, unknown), f"https://{HOST}{PATH}")
    empty = failure(webhooks_of(authority, lambda host, port: []), f"https://{HOST}{PATH}")

    # then
    assert str(down).startswith(f"{HOST} cannot be reached: connection refused")
    assert str(not_found).startswith(f"{HOST} could not be looked up: Name or service not known")
    assert str(empty).startswith(f"{HOST} could not be looked up: it has no address")
    assert [one.in_doubt for one in (down, not_found, empty)] == [False] * 3


@pytest.mark.parametrize(
    "headers",
    [{"X-A": "b\r\nHost: evil"}, {"X A": "b"}, {"Host": "evil"}, {"content-length": "0"}, {"X-A": "\u2028"}],
)
def test_header_that_would_change_the_request_is_not_sent(
    authority: Authority, headers: dict[str, str]
) -> None:
    with (
        serving(authority.context(HOST), answering(OK)) as server,
        pytest.raises(DeliveryError, match="header"),
    ):
        webhooks_of(authority).post(Outgoing(server.url(HOST), b"{}", headers), within=PATIENCE)

    assert server.connections == 0


@pytest.fixture
def everything_logged() -> Iterator[io.StringIO]:
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield told
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def test_nothing_is_logged_or_printed_whatever_is_switched_on(
    authority: Authority,
    everything_logged: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given what people switch on to see requests
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    logging.getLogger("probe").debug("logging is on")

    # when
    with serving(authority.context(HOST), answering(OK)) as server:
        posted(webhooks_of(authority), server.url(HOST, PATH))
    with serving(authority.context("other.example.com"), answering(OK)) as server:
        failure(webhooks_of(authority), server.url(HOST, PATH))

    # then
    assert everything_logged.getvalue() == "logging is on\n"
    assert capfd.readouterr() == ("", "")
