"""The store that guard.yml names: secrets are fetched late, a deployed function keeps nothing on itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eniguard import policy_store
from eniguard.errors import ConfigError
from eniguard.model import Observation
from eniguard.policy_store import open_policy_store
from eniguard.settings import Policy, StateSettings
from eniguard.state import Store, open_store
from eniguard.state.prefixed import PrefixedStore

DEPLOYED = {"FC_FUNCTION_NAME": "trail-event"}


def policy(url: str, password: str | None = None, prefix: str = "") -> Policy:
    return Policy(state=StateSettings(url, password, prefix), source="guard.yml")


def opened(monkeypatch: pytest.MonkeyPatch, *arguments: Any, **options: Any) -> str:
    """The url that the store is opened with."""
    urls: list[str] = []

    def take(url: str, **_options: Any) -> Store:
        urls.append(url)
        return open_store("memory:")

    monkeypatch.setattr(policy_store, "open_store", take)
    open_policy_store(*arguments, **options).close()
    return urls[0]


@pytest.mark.parametrize("url", ["memory:", "sqlite:///state.db", "env:STATE"])
def test_function_that_is_deployed_does_not_keep_state_on_its_own_machine(tmp_path: Path, url: str) -> None:
    environment = {**DEPLOYED, "STATE": f"sqlite:///{tmp_path / 's3cret.db'}"}

    with pytest.raises(ConfigError) as caught:
        open_policy_store(policy(url), environment=environment)

    assert "a deployed function has none of its own: name a store of Tablestore or Redis" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_laptop_keeps_state_in_a_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'state.db'}"
    store = open_policy_store(policy(url, prefix="a/"), environment={})
    store.create("k", b"v")
    store.close()

    whole = open_store(url)

    assert whole.get("a/k") is not None
    assert whole.get("k") is None
    whole.close()


def test_function_that_is_offline_keeps_state_in_memory_whatever_is_configured() -> None:
    environment = {**DEPLOYED, "ENIGUARD_OFFLINE": "1"}

    store = open_policy_store(policy("redis://redis.example.com/0"), environment=environment)

    assert store.create("k", b"v") is not None
    store.close()


def test_policy_without_a_store_says_where_to_name_one() -> None:
    with pytest.raises(
        ConfigError, match=r"guard\.yml: no state store is configured: name one as url in its"
    ):
        open_policy_store(Policy(), environment={})


def test_whole_url_can_be_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**DEPLOYED, "STATE": "redis://:s3cret@redis.example.com/0"}

    assert opened(monkeypatch, policy("env:STATE"), environment=environment) == environment["STATE"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://redis.example.com:6379/0", "redis://:p%40s%2Fw%3A@redis.example.com:6379/0"),
        ("rediss://guard@[2001:db8::1]/0?prefix=x", "rediss://guard:p%40s%2Fw%3A@[2001:db8::1]/0?prefix=x"),
    ],
)
def test_password_is_put_into_the_url_when_the_store_is_opened(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: str
) -> None:
    asked: list[str] = []

    def secret(reference: str) -> str:
        asked.append(reference)
        return "p@s/w:"

    found = opened(monkeypatch, policy(url, "kms:guard"), environment=DEPLOYED, secret=secret)

    assert (found, asked) == (expected, ["kms:guard"])


@pytest.mark.parametrize(
    ("reference", "message"),
    [("env:NOT_SET", "env:NOT_SET has no value"), ("kms:guard", "kms:guard cannot be read here")],
)
def test_secret_without_a_value_is_told_by_its_name(reference: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        open_policy_store(policy("redis://h/0", reference), environment={})


def test_parts_of_a_store_share_nothing() -> None:
    whole = open_store("memory:", clock=lambda: 0.0)
    one, other = PrefixedStore(whole, "a:"), PrefixedStore(whole, "b:")
    mark = Observation("series", "member", "value", 0.0, 60.0)

    # Items: each part sees its own, under the name it was given.
    item = one.create("k", b"1")
    assert item is not None
    assert (item.key, other.get("k")) == ("k", None)
    assert other.create("k", b"2", ttl=5.0) is not None
    assert (one.get("k") or item).value == b"1"
    changed = one.replace("k", b"3", version=item.version)
    assert changed is not None
    assert (changed.key, one.get("k")) == ("k", changed)
    assert not one.delete("k", version=item.version)
    assert one.delete("k", version=changed.version)
    assert one.get("k") is None
    assert other.get("k") is not None

    # Windows and queues as well.
    assert one.observe([mark])["series"].count == 1
    assert other.observe([mark])["series"].count == 1
    one.schedule("q", "m", 1.0, b"v")
    assert [due.member for due in one.due("q", 2.0)] == ["m"]
    assert other.due("q", 2.0) == []
    assert not other.unschedule("q", "m", at=1.0)
    assert one.unschedule("q", "m", at=1.0)
    one.close()


def test_function_of_the_local_function_compute_may_keep_state_on_its_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emulated = {**DEPLOYED, "ENIGUARD_EMULATOR": "1"}

    assert opened(monkeypatch, policy("sqlite:///state.db"), environment=emulated) == "sqlite:///state.db"
