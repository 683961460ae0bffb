"""The command: start, stop, and what it says."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

COMMAND = [sys.executable, "-m", "fakealiyun.cli", "serve"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def test_command_says_where_it_listens_and_with_which_keys_to_come() -> None:
    with running("--region", "cn-beijing") as (_, started):
        answer = requests.get(
            started["address"],
            {
                "Action": "DescribeVpcs",
                "Version": "2016-04-28",
                "AccessKeyId": started["keys"]["access_key_id"],
            },
            timeout=5,
        )
        event = requests.get(f"{started['admin']}/events", timeout=5).json()["events"][0]

    assert answer.status_code == 200
    assert started["address"] == f"http://{started['endpoint']}"
    assert event["acsRegion"] == started["region"] == "cn-beijing"


def test_command_checks_signatures_when_asked_to() -> None:
    with running("--check-signatures") as (_, started):
        sent_parameters = {
            "Action": "DescribeVpcs",
            "Version": "2016-04-28",
            "AccessKeyId": started["keys"]["access_key_id"],
            "Signature": "wrong",
        }
        answer = requests.get(started["address"], sent_parameters, timeout=5)

    assert answer.json()["Code"] == "SignatureDoesNotMatch"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_command_stops_cleanly_even_while_a_call_hangs(stop: signal.Signals) -> None:
    with running() as (process, started):
        requests.post(f"{started['admin']}/faults", json={"action": "*", "kind": "timeout"}, timeout=5)
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(
                started["address"],
                {
                    "Action": "DescribeVpcs",
                    "Version": "2016-04-28",
                    "AccessKeyId": started["keys"]["access_key_id"],
                },
                timeout=0.2,
            )

        process.send_signal(stop)
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out, err) == (0, "", "")


def test_command_says_that_a_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [*COMMAND, "--port", str(port)], capture_output=True, text=True, check=False, timeout=30
        )

    assert ended.returncode == 1
    assert ended.stderr == f"Error: cannot listen at 127.0.0.1:{port}: Address already in use\n"
