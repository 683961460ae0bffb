"""How calls of a function go, and how they end."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eniguard.emulator import Compute
from eniguard.emulator.calls import Outcome
from tests.functional.emulator.folders import functions, props
from tests.functional.emulator.test_async import Lines

INITIALIZER = {"initializer": {"handler": "index.initialize", "timeout": 10}}
Start = Callable[..., Compute]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Compute] = []

    def begin(*wanted: dict[str, Any], source: str | None = None, **options: Any) -> Compute:
        given = {} if source is None else {"source": source}
        started.append(Compute(functions(tmp_path, *wanted, **given), **options))
        return started[-1]

    yield begin
    for one in started:
        one.close()


def asked(compute: Compute, **wish: Any) -> Outcome:
    return compute.invoke("guard", json.dumps(wish).encode())


def answered(compute: Compute, **wish: Any) -> dict[str, Any]:
    outcome = asked(compute, **wish)
    assert outcome.error is None, outcome.body
    found: dict[str, Any] = json.loads(outcome.body)
    return found


def message(outcome: Outcome) -> str:
    assert outcome.error == "UnhandledInvocationError"
    found: str = json.loads(outcome.body)["errorMessage"]
    return found


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_instance_is_kept_warm_and_initialized_once(start: Start) -> None:
    compute = start(props(instanceLifecycleConfig=INITIALIZER))

    first, second = answered(compute), answered(compute)

    assert (first["calls"], second["calls"]) == (1, 2)
    assert (first["initialized"], second["initialized"]) == (1, 1)
    assert first["pid"] == second["pid"] != os.getpid()


def test_context_of_python310_has_credentials_and_a_service(start: Start) -> None:
    context = answered(start(props()))["context"]

    assert context["credentials"]["access_key_id"] == "LTAIexample"
    assert context["function"] == {"name": "guard", "handler": "index.handler", "memory": 256, "timeout": 20}
    assert {"service", "tracing", "region", "account_id", "request_id"} <= context.keys()


def test_context_of_python312_has_neither_and_the_environment_has_the_keys(start: Start) -> None:
    answer = answered(start(props(runtime="python3.12")))

    assert not {"credentials", "service", "tracing"} & answer["context"].keys()
    assert answer["context"]["function"]["qualifier"] == "LATEST"
    assert "log_project" in answer["context"]
    assert answer["environment"]["ALIBABA_CLOUD_ACCESS_KEY_ID"] == "LTAIexample"


def test_function_sees_its_own_environment_and_nothing_of_this_machine_but_the_path(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    monkeypatch.setenv("EXAMPLE_TOKEN", "of-the-developer")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "of-the-developer")
    variables = {"PYTHONPATH": "/code/python:/opt/python", "MODE": "dry-run", "LEVEL": "info"}

    # when
    answer = answered(start(props(environmentVariables=variables), variables={"LEVEL": "debug"}))

    # then
    environment = answer["environment"]
    assert "of-the-developer" not in environment.values()
    assert environment["PYTHONPATH"] == f"{tmp_path}/code/python:/opt/python"
    assert (environment["MODE"], environment["LEVEL"]) == ("dry-run", "debug")
    assert environment["FC_FUNCTION_NAME"] == "guard"
    assert (environment["FC_TIMEOUT"], environment["FC_FUNCTION_MEMORY_SIZE"]) == ("20", "256")
    assert answer["folder"] == str(tmp_path / "code")


def test_exception_is_reported_with_its_place_and_the_instance_lives_on(start: Start) -> None:
    compute = start(props())

    outcome = asked(compute, **{"raise": "no such thing"})

    report = json.loads(outcome.body)
    assert message(outcome) == "no such thing"
    assert report["errorType"] == "ValueError"
    assert [frame[2] for frame in report["stackTrace"]] == ["in handler"]
    assert answered(compute)["calls"] == 2


def test_function_that_takes_too_long_is_ended_and_replaced(start: Start) -> None:
    compute = start(props(timeout=1))

    outcome = asked(compute, sleep=60)

    assert message(outcome).startswith("Function timed out after 1 seconds (maxMemoryUsage: ")
    assert 1000 <= outcome.duration < 30_000
    # That of a new instance includes its start, which may take its time on a busy machine.
    assert asked(compute).instance != outcome.instance


def test_process_that_exits_is_reported_and_replaced(start: Start) -> None:
    compute = start(props())
    first = answered(compute)["pid"]

    outcome = asked(compute, exit=3)

    assert message(outcome).startswith("Process exited unexpectedly before completing request (duration: ")
    assert answered(compute)["pid"] != first


def test_function_that_uses_more_memory_than_it_has_is_ended_while_it_runs(start: Start) -> None:
    compute = start(props(memorySize=128))

    outcome = asked(compute, megabytes=200, then=60)

    assert "Process exited unexpectedly" in message(outcome)
    assert outcome.memory > 128
    assert answered(compute)["calls"] == 1


def test_peak_of_memory_that_no_look_saw_counts_too(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eniguard.emulator.process.used", lambda pid: 0.0)
    compute = start(props(memorySize=128))

    outcome = asked(compute, megabytes=200)

    assert "Process exited unexpectedly" in message(outcome)
    assert answered(compute)["calls"] == 1


def test_memory_of_a_child_counts(start: Start) -> None:
    source = """
import subprocess, sys

def handler(event, context):
    eat = "kept = bytearray(200 << 20); kept[::4096] = b'x' * len(kept[::4096]); import time; time.sleep(60)"
    subprocess.run([sys.executable, "-c", eat])
"""
    outcome = asked(start(props(memorySize=128), source=source))

    assert "Process exited unexpectedly" in message(outcome)


def test_bundle_sees_what_it_brings_and_no_package_of_this_machine(start: Start, tmp_path: Path) -> None:
    source = """
import beside

def handler(event, context):
    try:
        import yaml
    except ImportError:
        return beside.NAME
"""
    (tmp_path / "code" / "python").mkdir(parents=True)
    (tmp_path / "code" / "python" / "beside.py").write_text("NAME = 'bundled'", encoding="utf-8")
    runtime = f"python3.{sys.version_info.minor}"
    variables = {"PYTHONPATH": "/code/python"}

    outcome = asked(start(props(runtime=runtime, environmentVariables=variables), source=source))

    assert outcome.body == b"bundled"


def test_addresses_that_nobody_uses_do_not_count_as_memory(start: Start) -> None:
    compute = start(props(memorySize=128))

    assert answered(compute, reserve=2048)["calls"] == 1


@pytest.mark.parametrize(
    ("source", "seconds", "expected"),
    [
        ("def initialize(context):\n    raise OSError('no policy')", 60, "no policy"),
        ("import nowhere_to_be_found", 60, "No module named 'nowhere_to_be_found'"),
        ("import time\n\ndef initialize(context):\n    time.sleep(60)", 1, "timed out after 1 seconds"),
    ],
)
def test_initializer_that_fails_fails_the_call_and_is_tried_in_a_new_instance(
    start: Start, source: str, seconds: int, expected: str
) -> None:
    hook = {"initializer": {"handler": "index.initialize", "timeout": seconds}}
    compute = start(props(instanceLifecycleConfig=hook), source=source)

    first, second = asked(compute), asked(compute)

    assert expected in message(first)
    assert expected in message(second)
    assert first.instance != second.instance


def test_log_of_a_call_is_all_that_it_printed_between_its_two_lines(start: Start) -> None:
    compute = start(props())
    asked(compute)

    outcome = compute.invoke("guard", b"{}", "1-example")

    assert outcome.log.decode().splitlines() == [
        "FC Invoke Start RequestId: 1-example",
        "call 2",
        "FC Invoke End RequestId: 1-example",
    ]


def test_bytes_are_returned_as_they_are(start: Start) -> None:
    assert asked(start(props()), bytes=1).body == b"\x00\xff"


def test_large_event_arrives_whole(start: Start) -> None:
    event = b'{"text": "' + b"x" * (20 << 20) + b'"}'

    outcome = start(props(memorySize=512)).invoke("guard", event)

    assert json.loads(outcome.body)["size"] == len(event)


def test_calls_at_once_have_an_instance_each(start: Start) -> None:
    compute = start(props())
    pids: list[int] = []
    threads = [
        threading.Thread(target=lambda: pids.append(answered(compute, sleep=1)["pid"])) for _ in range(2)
    ]

    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(set(pids)) == 2


def test_reserved_concurrency_bounds_the_instances(start: Start) -> None:
    compute = start(props(concurrencyConfig={"reservedConcurrency": 1}))
    pids: list[int] = []
    threads = [threading.Thread(target=lambda: pids.append(answered(compute)["pid"])) for _ in range(3)]

    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert (len(pids), len(set(pids))) == (3, 1)


def test_closing_ends_every_process_and_what_it_started(start: Start) -> None:
    compute = start(props())
    started = answered(compute, child=1)

    compute.close()

    assert gone(started["self"])
    assert gone(started["child"])


def test_closing_ends_a_call_under_way(start: Start) -> None:
    told = Lines()
    compute = start(props(timeout=600), tell=told)
    outcomes: list[Outcome] = []
    busy = threading.Thread(target=lambda: outcomes.append(asked(compute, sleep=600)), daemon=True)

    busy.start()
    told.wait("call 1")
    compute.close()
    busy.join(60)

    assert [one.error for one in outcomes] == ["UnhandledInvocationError"]
