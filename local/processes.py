"""The two processes: the fake cloud, and the local Function Compute beside it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import click
import msgspec
import requests

from eniguard.emulator import functions_of
from eniguard.errors import ConfigError

_RUNNING = "running.json"
_STARTING = 60.0
_ENDING = 10.0
#: What a process of ours has in its command line; a number may be another's by now.
_MARK = " serve"
#: Minutes that the clock of the cloud begins in the past, as setting a scene lets it run on.
_EARLIER = 10

#: What functions that lie there as source are given.
GUARD = Path(__file__).with_name("guard.yml")


class Running(msgspec.Struct, frozen=True):
    """What runs, and where."""

    cloud: str
    cloud_pid: int
    compute: str
    compute_pid: int
    functions: list[str]
    http: list[dict[str, str]] = []


def start(folder: Path, template: Path) -> Running:
    """Start both; what they write lies in the folder."""
    if (folder / _RUNNING).exists() and any(map(_ours, _pids(running(folder)))):
        raise click.ClickException("it is up already; `make down` ends it")
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("state.db*"):
        left.unlink()
    cloud = _Started(folder / "cloud.log", ["-m", "fakealiyun.cli", "serve"])
    started = [cloud]
    try:
        address = str(cloud.told()["address"])
        begin = datetime.now(timezone.utc) - timedelta(minutes=_EARLIER)
        clock = {"set": begin.strftime("%Y-%m-%dT%H:%M:%SZ")}
        requests.post(f"{address}/_fakealiyun/clock", json=clock, timeout=10).raise_for_status()
        options = [
            "-t",
            str(template),
            "--cloud",
            address,
            "--dead-letters",
            str(folder / "dead-letters.ndjson"),
        ]
        variables = _variables(folder, template)
        compute = _Started(folder / "functions.log", ["-m", "eniguard.cli", "serve", *options, *variables])
        started.append(compute)
        told = compute.told()
    except BaseException:
        for one in started:
            _end(one.process.pid)
        raise
    found = Running(
        address,
        cloud.process.pid,
        str(told["address"]),
        compute.process.pid,
        list(told["functions"]),
        list(told["http"]),
    )
    (folder / _RUNNING).write_bytes(msgspec.json.encode(found))
    return found


def _pids(found: Running) -> tuple[int, int]:
    return found.compute_pid, found.cloud_pid


def _variables(folder: Path, template: Path) -> list[str]:
    """A store and a key; the policy of bundles asks for them, folders of source get one that does."""
    variables = {
        "ENIGUARD_STATE": f"sqlite:///{folder}/state.db",
        "ENIGUARD_SEAL": secrets.token_hex(32),
    }
    try:
        bundled = any(one.bundled for one in functions_of(template))
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    if not bundled:
        variables["ENIGUARD_POLICY"] = str(GUARD)
    return [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]


def running(folder: Path) -> Running:
    """What was started."""
    try:
        return msgspec.json.decode((folder / _RUNNING).read_bytes(), type=Running)
    except OSError:
        raise click.ClickException("nothing is up; `make up` starts it") from None


def end(folder: Path) -> list[str]:
    """End what was started, by its process ids; a line about each."""
    found = running(folder)
    lines = []
    for name, pid in zip(("Function Compute", "fake cloud"), _pids(found), strict=True):
        lines.append(f"{name} (pid {pid}): {'ended' if _end(pid) else 'was gone'}")
    (folder / _RUNNING).unlink()
    return lines


class _Started:
    """A server that tells its address as the first line of its output."""

    def __init__(self, log: Path, arguments: list[str]) -> None:
        self._log = log
        with log.open("wb") as output:
            # In a session of its own: ctrl-C of a later command is not meant for it.
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def told(self) -> dict[str, Any]:
        """What the first line of JSON says."""
        until = time.monotonic() + _STARTING
        while time.monotonic() < until:
            for line in self._log.read_text(encoding="utf-8").splitlines(keepends=True):
                if line.startswith("{") and line.endswith("\n"):
                    told: dict[str, Any] = json.loads(line)
                    return told
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise click.ClickException(f"{self._log}:\n{self._log.read_text(encoding='utf-8')}")


def _end(pid: int) -> bool:
    """End a process, politely and then not; whether there was one."""
    if not _ours(pid):
        return False
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + _ENDING
    while _ours(pid):
        if time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.05)
    return True


def _ours(pid: int) -> bool:
    if Path("/proc/self").exists():
        try:
            command = (
                Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            )
        except OSError:
            return False
    else:
        asked = ["ps", "-o", "command=", "-p", str(pid)]
        command = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return _MARK in command
