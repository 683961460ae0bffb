"""The client against the fake cloud over HTTP: what it repeats, what it waits for, what it raises."""

from __future__ import annotations

import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from eniguard.cloud import Client, Credentials, Retries
from eniguard.errors import CloudError, ConfigError, Denied, EniguardError, NotFound, Throttled, Transport
from fakealiyun import Keys
from tests.functional.cloud.conftest import REGION, Live

ENIS = ("ecs", "DescribeNetworkInterfaces")


def test_read_gives_the_fields_of_the_answer(live: Live) -> None:
    live.cloud.call("vpc:CreateVpc", live.cloud.account(), CidrBlock="10.0.0.0/8")

    answer = live.client().call("vpc", "DescribeVpcs", {})

    assert answer["Vpcs"]["Vpc"][0]["CidrBlock"] == "10.0.0.0/8"


def test_call_goes_to_the_region_it_names(live: Live) -> None:
    live.client().call(*ENIS, {}, region="cn-beijing")

    assert live.calls("DescribeNetworkInterfaces")[-1]["acsRegion"] == "cn-beijing"


@pytest.mark.parametrize(
    ("code", "status"),
    [("Throttling.User", 400), ("Throttling", 429), ("ServiceUnavailable", 503), ("InternalError", 500)],
)
def test_read_is_repeated_until_it_goes_through(live: Live, code: str, status: int) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", code=code, status=status, times=2)

    live.client().call(*ENIS, {})

    assert live.waits == [0.2, 0.4]


@pytest.mark.parametrize("kind", ["reset", "truncated"])
def test_read_without_a_whole_answer_is_repeated(live: Live, kind: str) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", kind=kind)  # type: ignore[arg-type]
    client = live.client()

    client.call(*ENIS, {})

    assert client.requests_sent == 2


def test_wait_is_a_random_part_of_a_growing_span_with_an_end(live: Live) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", code="Throttling", times=None)
    drawn = iter([0.5, 0.25, 1.0, 0.0, 1.0, 1.0])
    client = live.client(random=lambda: next(drawn), retries=Retries(attempts=6, base=1.0, longest=3.0))

    with pytest.raises(Throttled):
        client.call(*ENIS, {})

    assert live.waits == [0.5, 0.5, 3.0, 0.0, 3.0]


def test_throttled_read_gives_up_after_its_attempts(live: Live) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", code="Throttling.User", status=400, times=None)
    client = live.client()

    with pytest.raises(Throttled) as throttled:
        client.call(*ENIS, {})

    assert client.requests_sent == 4
    error = throttled.value
    assert (error.product, error.action, error.code) == (
        "ecs",
        "DescribeNetworkInterfaces",
        "Throttling.User",
    )
    assert error.request_id


def test_time_that_the_answer_names_is_waited_at_least(live: Live) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", code="Throttling.User", retry_after=1500)

    live.client(random=lambda: 0.0).call(*ENIS, {})

    assert live.waits == [1.5]


def test_time_too_long_to_wait_for_ends_the_call_at_once(live: Live) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", code="Throttling.User", retry_after=60_000)
    client = live.client()

    with pytest.raises(Throttled):
        client.call(*ENIS, {})

    assert (client.requests_sent, live.waits) == (1, [])


@pytest.mark.parametrize("kind", ["error", "reset"])
def test_write_is_sent_once(live: Live, kind: str) -> None:
    live.cloud.fail("vpc:CreateVpc", code="Throttling.User", kind=kind)  # type: ignore[arg-type]
    client = live.client()

    with pytest.raises(CloudError):
        client.call("vpc", "CreateVpc", {"CidrBlock": "10.0.0.0/8"})

    assert client.requests_sent == 1


def test_write_with_a_client_token_is_repeated_and_done_once(live: Live) -> None:
    live.cloud.fail("vpc:CreateVpc", kind="reset", carried_out=True)
    client = live.client()

    client.call("vpc", "CreateVpc", {"CidrBlock": "10.0.0.0/8", "ClientToken": "a-token"})

    assert client.requests_sent == 2
    assert client.call("vpc", "DescribeVpcs", {})["TotalCount"] == 1


def test_each_attempt_has_a_nonce_of_its_own(live: Live) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", code="Throttling.User", times=2)
    seen: list[str] = []
    handle = live.cloud.handle

    def watched(http: object, **options: object) -> object:
        seen.append(http.headers["x-acs-signature-nonce"])  # type: ignore[attr-defined]
        return handle(http, **options)  # type: ignore[arg-type]

    live.cloud.handle = watched  # type: ignore[assignment,method-assign]
    live.client().call(*ENIS, {})

    assert len(set(seen)) == 3


def nobody(live: Live) -> Keys:
    return live.cloud.account("nobody", policy={"Version": "1", "Statement": []})


def test_call_without_permission_is_denied_and_names_what_to_allow(live: Live) -> None:
    with pytest.raises(Denied, match="allow ecs:DescribeNetworkInterfaces in the policy") as denied:
        live.client(nobody(live)).call(*ENIS, {})

    assert denied.value.code in str(denied.value)
    assert len(live.calls("DescribeNetworkInterfaces")) == 1


def test_unknown_key_is_denied(live: Live) -> None:
    with pytest.raises(Denied):
        live.client(lambda: Credentials("example-id", "example-secret")).call(*ENIS, {})


def test_what_does_not_exist_is_not_found(live: Live) -> None:
    with pytest.raises(NotFound) as missing:
        live.client().call("ram", "GetRole", {"RoleName": "nobody"})

    assert missing.value.code == "EntityNotExist.Role"


def test_refusal_of_another_kind_keeps_its_code(live: Live) -> None:
    with pytest.raises(CloudError) as refused:
        live.client().call("ecs", "DescribeNetworkInterfaceAttribute", {})

    assert type(refused.value) is CloudError
    assert refused.value.code == "MissingParameter"


# -- the deadline ------------------------------------------------------------------------------------------


def test_no_request_is_begun_when_the_deadline_is_near(live: Live) -> None:
    client = live.client(deadline=lambda: live.now() + 0.1)

    with pytest.raises(Transport, match="deadline"):
        client.call(*ENIS, {})

    assert client.requests_sent == 0


def test_no_wait_goes_past_the_deadline(live: Live) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", code="Throttling.User", times=None)
    end = live.now() + 1.0
    client = live.client(deadline=lambda: end)

    with pytest.raises(Throttled):
        client.call(*ENIS, {})

    assert sum(live.waits) == pytest.approx(0.6)


def test_slow_answer_is_left_at_the_deadline(live: Live) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", kind="slow", seconds=20, times=None)
    began = time.time()
    client = live.client(clock=time.time, deadline=lambda: began + 0.6)

    with pytest.raises(Transport, match="no answer"):
        client.call(*ENIS, {})

    assert time.time() - began < 5


@contextmanager
def dripping() -> Iterator[str]:
    """A server that announces a body and sends it byte by byte, for as long as somebody listens."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def answer() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not stopped.wait(0.02):
                    connection.sendall(b" " * 1000)
            except OSError:
                return  # the client has hung up, which is what it is tested for

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stopped.set()
        thread.join()
        listening.close()


def test_answer_in_drips_is_left_at_the_deadline() -> None:
    with dripping() as address:
        began = time.time()
        client = Client(
            lambda: Credentials("example-id", "example-secret"),
            region=REGION,
            endpoints={"ecs": address},
            deadline=lambda: began + 0.8,
            retries=Retries(attempts=1),
        )
        with pytest.raises(Transport):
            client.call(*ENIS, {})

    assert time.time() - began < 2


# -- the token expires -------------------------------------------------------------------------------------


def session(live: Live, seconds: int) -> Keys:
    """Temporary keys that are good for so many seconds."""
    live.cloud.role("reader")
    role = live.cloud.in_account(live.cloud.account_id).ram.roles.get("reader")
    return live.cloud.callers.session(role, "night-shift", seconds=seconds)


def as_credentials(keys: Keys) -> Credentials:
    return Credentials(keys.access_key_id, keys.access_key_secret, keys.token)


def test_expired_token_is_asked_for_anew_once(live: Live) -> None:
    # given
    newest = [session(live, 60)]
    client = live.client(lambda: as_credentials(newest[0]))
    client.call(*ENIS, {})
    live.cloud.clock.advance(120)
    following = iter([newest[0], session(live, 3600), session(live, 3600)])
    live_client = live.client(lambda: as_credentials(next(following)))

    # when
    live_client.call(*ENIS, {})

    # then
    assert live_client.requests_sent == 2


def test_token_that_stays_expired_is_denied_without_another_request(live: Live) -> None:
    keys = session(live, 60)
    live.cloud.clock.advance(120)
    client = live.client(keys)

    with pytest.raises(Denied) as expired:
        client.call(*ENIS, {})

    assert (client.requests_sent, expired.value.code) == (1, "InvalidSecurityToken.Expired")


def test_write_with_an_expired_token_is_done_once_with_the_new_one(live: Live) -> None:
    old = session(live, 60)
    live.cloud.clock.advance(120)
    following = iter([old, session(live, 3600), session(live, 3600)])
    newest: list[Keys] = []

    def provider() -> Credentials:
        newest[:] = [next(following, *newest)]
        return as_credentials(newest[0])

    live.client(provider).call("vpc", "CreateVpc", {"CidrBlock": "10.0.0.0/8"})

    assert live.client().call("vpc", "DescribeVpcs", {})["TotalCount"] == 1


# -- configuration and secrets -----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "http://", "https://user:pass@example.com", "h?q=1"])
def test_endpoint_that_is_no_address_is_a_config_error(live: Live, address: str) -> None:
    client = Client(lambda: Credentials("example-id", "s"), region=REGION, endpoints={"ecs": address})

    with pytest.raises(ConfigError, match="endpoint of ecs"):
        client.call(*ENIS, {})


@pytest.mark.parametrize("region", ["evil.example.com/", "x@example.com", "", "cn-hangzhou#"])
def test_region_that_is_none_is_a_config_error(live: Live, region: str) -> None:
    client = Client(lambda: Credentials("example-id", "example-secret"), region=region)

    with pytest.raises(ConfigError, match="is no region"):
        client.call(*ENIS, {})

    assert client.requests_sent == 0


@pytest.mark.parametrize("product", ["nothing", "sls"])
def test_product_the_client_cannot_speak_to_is_a_config_error(live: Live, product: str) -> None:
    with pytest.raises(ConfigError, match=product):
        live.client().call(product, "GetThings", {})


def shown(make: Callable[[], object]) -> str:
    """Everything that an error shows: its text, its fields, its traceback with what it came from."""
    try:
        make()
    except EniguardError as error:
        return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    raise AssertionError("no error was raised")


@pytest.mark.parametrize("kind", ["error", "reset", "truncated"])
def test_no_error_shows_the_secret_or_the_token(live: Live, kind: str) -> None:
    keys = live.cloud.role("reader")
    echoed = f"SecurityToken={keys.token} key={keys.access_key_secret} is not right"
    live.cloud.fail("ecs:*", kind=kind, message=echoed, status=403, code="Forbidden.RAM", times=None)  # type: ignore[arg-type]
    client = live.client(keys)

    text = shown(lambda: client.call(*ENIS, {})) + repr(client)

    assert keys.access_key_secret not in text
    assert str(keys.token) not in text


def test_repr_of_credentials_shows_the_key_id_only() -> None:
    text = f"{Credentials('example-id', 'top-secret', 'a-token')!r}"

    assert "example-id" in text
    assert "top-secret" not in text
    assert "a-token" not in text


def test_netrc_does_not_replace_the_signature(
    live: Live, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:
        file.write("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", netrc)

    assert live.client().call(*ENIS, {})["TotalCount"] == 0
