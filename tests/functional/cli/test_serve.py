"""`eniguard serve` as a process: what it says, and that it ends all it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.functional.emulator.folders import props, template
from tests.functional.emulator.test_instances import gone

SERVE = [sys.executable, "-m", "eniguard.cli", "serve"]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SERVE, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-C", "terminated"])
def test_ends_every_process_it_started(tmp_path: Path, number: signal.Signals) -> None:
    # given
    path = template(tmp_path, props())
    with subprocess.Popen(
        [*SERVE, "-t", str(path), "--env", "MODE=local"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as served:
        assert served.stdout is not None
        started = json.loads(served.stdout.readline())
        url = f"{started['address']}/2023-03-30/functions/guard/invocations"
        answer = requests.post(url, b'{"child": 1}', timeout=60).json()
        environment = requests.post(url, b"{}", timeout=60).json()["environment"]

        # when
        os.kill(served.pid, number)
        printed, said = served.communicate(timeout=60)

    # then
    assert (started["functions"], started["pid"]) == (["guard"], served.pid)
    assert environment["MODE"] == "local"
    # Functions call each other here.
    assert environment["ENIGUARD_ENDPOINTS"] == f"fc={started['address']}"
    assert "guard | call 1" in printed.splitlines()
    assert said.splitlines() == ["ending the functions"]
    assert served.returncode == 0
    assert gone(answer["self"])
    assert gone(answer["child"])


def test_function_ends_when_the_emulator_is_killed(tmp_path: Path) -> None:
    path = template(tmp_path, props())
    with subprocess.Popen(
        [*SERVE, "-t", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as served:
        assert served.stdout is not None
        url = f"{json.loads(served.stdout.readline())['address']}/2023-03-30/functions/guard/invocations"
        pid = requests.post(url, b"{}", timeout=60).json()["pid"]
        served.kill()
        # The function holds the other end of the output until it is gone.
        served.stdout.read()

    for _ in range(200):
        if gone(pid):
            break
        signal.sigtimedwait([], 0.05)
    assert gone(pid)


def test_what_functions_print_is_made_harmless(tmp_path: Path) -> None:
    source = "def handler(event, context):\n    print('\\x1b[2Jred')\n    return b''\n"
    path = template(tmp_path, props(), source=source)
    with subprocess.Popen(
        [*SERVE, "-t", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as served:
        assert served.stdout is not None
        url = f"{json.loads(served.stdout.readline())['address']}/2023-03-30/functions/guard/invocations"
        requests.post(url, b"{}", timeout=60)
        served.send_signal(signal.SIGINT)
        printed, _ = served.communicate(timeout=60)

    assert "guard | \\x1b[2Jred" in printed.splitlines()


def test_addresses_that_are_given_count(tmp_path: Path) -> None:
    path = template(tmp_path, props())
    with subprocess.Popen(
        [*SERVE, "-t", str(path), "--env", "ENIGUARD_ENDPOINTS=*=http://127.0.0.1:9"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as served:
        assert served.stdout is not None
        url = f"{json.loads(served.stdout.readline())['address']}/2023-03-30/functions/guard/invocations"
        environment = requests.post(url, b"{}", timeout=60).json()["environment"]
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=60)

    assert environment["ENIGUARD_ENDPOINTS"] == "*=http://127.0.0.1:9"


def test_http_triggers_have_addresses_of_their_own(tmp_path: Path) -> None:
    # given
    def page(auth: str) -> dict[str, object]:
        config = {"authType": auth, "methods": ["GET"]}
        return {"triggerName": "page", "triggerType": "http", "triggerConfig": config}

    open_, signed = props(triggers=[page("anonymous")]), props(functionName="s", triggers=[page("function")])
    source = "def handler(event, context):\n    return {'statusCode': 201, 'headers': {'X-Own': 1}}\n"
    path = template(tmp_path, open_, signed, source=source)

    # when
    with subprocess.Popen(
        [*SERVE, "-t", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        started = json.loads(served.stdout.readline())
        (one,) = started["http"]
        answer = requests.get(f"{one['address']}/?token=s3cret", timeout=60)
        served.send_signal(signal.SIGINT)
        printed, said = served.communicate(timeout=60)

    # then
    assert (one["function"], one["trigger"]) == ("guard", "page")
    assert one["address"] != started["address"]
    assert (answer.status_code, answer.json()["Code"]) == (502, "BadResponse")
    not_served, broken, ending = said.splitlines()
    assert not_served.startswith("s: the HTTP trigger page is not served: who calls is not checked here")
    assert broken.startswith("guard: the answer is no response of HTTP: ")
    assert ending == "ending the functions"
    assert "s3cret" not in printed + said
    assert served.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-t", "nowhere.yml"], "nowhere.yml: cannot be read"),
        (["--env", "MODE"], "--env MODE: expected NAME=VALUE"),
        (["--host", "192.0.2.1"], "cannot listen at 192.0.2.1:0"),
        (["--cloud", "http://127.0.0.1:9"], "is no fake cloud"),
    ],
)
def test_what_cannot_be_served_is_said_in_a_line(tmp_path: Path, arguments: list[str], expected: str) -> None:
    path = template(tmp_path, props())

    ended = run("-t", path, *arguments)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert expected in ended.stderr
    assert "Traceback" not in ended.stderr
