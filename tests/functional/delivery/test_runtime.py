"""What a function is told by its environment and guard.yml: store, secrets, addresses."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from eniguard.delivery.events import EventDelivery
from eniguard.delivery.runtime import Runtime
from eniguard.errors import ConfigError, Denied, StateError
from tests.functional.cloud.conftest import Live
from tests.functional.delivery.scene import FUNCTIONS, Guard, cloud_event, event


def policy(folder: Path, text: str) -> str:
    path = folder / "guard.yml"
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_without_a_store_says_what_to_do(function: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"section `state`.*ENIGUARD_POLICY.*ENIGUARD_OFFLINE=1"):
        function({}).prepare()
    path = policy(tmp_path, "rules: {}")
    with pytest.raises(ConfigError, match=r"guard\.yml names no store"):
        function({"ENIGUARD_POLICY": path}).prepare()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("state: {url: 'memory:'}", "memory keeps state on one machine"),
        ("state: {url: 'sqlite:////tmp/state.db'}", "name a store of Tablestore or Redis"),
        ("state: {url: 'env:STORE'}", "sqlite keeps state on one machine"),
        ("state: {url: 'env:NOTHING'}", "set the environment variable NOTHING"),
        ("rules: {ENI999: {enabled: true}}", "ENI999"),
        ("stat: {}", "stat"),
    ],
)
def test_a_deployed_function_refuses_at_its_start_what_will_not_do(
    tmp_path: Path, text: str, said: str
) -> None:
    environment = {
        "FC_FUNCTION_NAME": "trail_event",
        "STORE": "sqlite:///state.db",
        "ENIGUARD_POLICY": policy(tmp_path, text),
    }
    with pytest.raises(ConfigError, match=said):
        EventDelivery(environment).prepare()


def test_a_deployed_function_refuses_such_a_store_out_of_kms_when_it_opens_it(guard: Guard) -> None:
    secret(guard, "store", "sqlite:///state.db")
    guard.environment |= {"FC_FUNCTION_NAME": "trail_event"}
    Path(guard.environment["ENIGUARD_POLICY"]).write_text("state: {url: 'kms:store'}", "utf-8")
    guard.function("trail_event").prepare()

    with pytest.raises(ConfigError, match="sqlite keeps state on one machine"):
        guard.call("trail_event", cloud_event(event()))
    assert [line["level"] for line in guard.lines("wrong_configuration")] == ["critical"]


@pytest.mark.parametrize("url", ["redis://redis.example.com:6379/0", "tablestore://guard.cn-hangzhou/state"])
def test_a_store_that_outlives_instances_is_not_asked_at_the_start(tmp_path: Path, url: str) -> None:
    path = policy(tmp_path, f"state: {{url: '{url}'}}")

    EventDelivery({"FC_FUNCTION_NAME": "trail_event", "ENIGUARD_POLICY": path}).prepare()


def test_offline_needs_no_store_and_no_cloud() -> None:
    stream = io.StringIO()
    delivery = EventDelivery(
        {"ENIGUARD_OFFLINE": "1", "FC_FUNCTION_NAME": "trail_event"},
        clock=lambda: 1_772_352_000.0,
        stream=stream,
    )
    delivery.prepare()

    assert json.loads(delivery.handle(json.dumps(cloud_event(event())), None) or "{}")["decided"] == 1


def test_a_store_out_of_a_secret_is_used_and_told_to_nobody(guard: Guard, tmp_path: Path) -> None:
    secret(guard, "store", f"sqlite:///{tmp_path}/secret-place.sqlite")
    Path(guard.environment["ENIGUARD_POLICY"]).write_text("state: {url: 'kms:store'}", "utf-8")

    assert guard.call("trail_event", cloud_event(event())) == {"decided": 1}
    assert (tmp_path / "secret-place.sqlite").exists()
    assert "secret-place" not in guard.log.getvalue()


def test_a_secret_that_was_changed_is_read_again_after_the_store_refused(
    guard: Guard, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    secret(guard, "store", f"sqlite:///{tmp_path}/folder")
    Path(guard.environment["ENIGUARD_POLICY"]).write_text("state: {url: 'kms:store'}", "utf-8")
    instance = guard.function("trail_event")
    with pytest.raises(StateError):
        guard.call("trail_event", cloud_event(event()), instance=instance)
    guard.cloud.call(
        "kms:PutSecretValue",
        guard.root,
        SecretName="store",
        SecretData=f"sqlite:///{tmp_path}/b",
        VersionId="2",
    )

    assert guard.call("trail_event", cloud_event(event()), instance=instance) == {"decided": 1}


def test_a_secret_that_may_not_be_read_is_an_error_and_the_event_comes_again(guard: Guard) -> None:
    secret(guard, "store", "sqlite:///state.db")
    Path(guard.environment["ENIGUARD_POLICY"]).write_text("state: {url: 'kms:store'}", "utf-8")
    nobody = guard.cloud.role("nobody", {"Version": "1", "Statement": []})

    with pytest.raises(Denied, match="kms:GetSecretValue"):
        guard.call("trail_event", cloud_event(event()), keys=nobody)


def test_keys_of_several_guards_in_a_store_are_told_apart(live: Live, tmp_path: Path) -> None:
    counts = []
    for prefix in ("one/", "two/"):
        guard = Guard(live, tmp_path)
        text = f"state: {{url: 'sqlite:///{guard.path}', prefix: '{prefix}'}}"
        Path(guard.environment["ENIGUARD_POLICY"]).write_text(text, "utf-8")
        counts.append(guard.call("trail_event", cloud_event(event())))

    assert counts == [{"decided": 1}, {"decided": 1}]


@pytest.mark.parametrize("text", ["ecs", "=http://127.0.0.1", "ecs="])
def test_addresses_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="ENIGUARD_ENDPOINTS"):
        _ = Runtime({"ENIGUARD_ENDPOINTS": text}).cloud.endpoints


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", None),
        ("ecs=http://127.0.0.1:1", None),
        ("*=http://127.0.0.1:1/{product}/{region}", "http://127.0.0.1:1"),
        ("*=http://127.0.0.1:1, log=http://127.0.0.1:2", "http://127.0.0.1:2"),
        ("log=log.example.com", "https://log.example.com"),
        ("*=example.com/x", "https://example.com"),
    ],
)
def test_logs_are_read_at_the_address_of_their_product_or_of_all(given: str, address: str | None) -> None:
    assert Runtime({"ENIGUARD_ENDPOINTS": given}).cloud.address("log") == address


def secret(guard: Guard, name: str, value: str) -> None:
    guard.cloud.call("kms:CreateSecret", guard.root, SecretName=name, SecretData=value, VersionId="1")
