"""A function as it is deployed, in a process of its own, and what its calls take."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from eniguard.cloud import Credentials
from eniguard.emulator.calls import Call
from eniguard.emulator.functions import Function
from eniguard.emulator.instance import Host, Keys
from eniguard.emulator.python_runtime import PythonInstance
from eniguard.state.tablestore import TablestoreStore
from fakealiyun import Cloud
from fakealiyun.identities import Keys as CloudKeys
from fakealiyun.server import FakeServer, served
from tests.real.state.ots.server import serving
from tests.real.state.ots.service import FakeTablestore

#: Columns of the CPU time in user and system mode, in ticks, behind the name of the program (proc(5), stat).
_USER, _SYSTEM = 11, 12


class Took(Struct, frozen=True):
    """What one call took: seconds, MB at most so far, and calls of the cloud and of the store."""

    cpu: float
    wall: float
    megabytes: float
    calls: int
    stored: int
    answer: Any


class Around:
    """What is around a function: the fake cloud and the fake Tablestore, over HTTP on loopback."""

    def __init__(self, server: FakeServer, keys: CloudKeys, store: FakeTablestore, url: str) -> None:
        self.server, self.cloud, self.keys, self.store, self.url = server, server.cloud, keys, store, url
        address = server.address
        self.variables = {
            "ENIGUARD_STATE": url,
            "ENIGUARD_ENDPOINTS": f"*={address}/{{product}}/{{region}},oss={address},log={address}",
        }

    def opened(self, clock: Callable[[], float]) -> TablestoreStore:
        """The store as the function finds it."""
        keys = Credentials(self.keys.access_key_id, self.keys.access_key_secret, self.keys.token)
        return TablestoreStore.at(self.url, clock=clock, keys=lambda: keys)


@contextmanager
def around(cloud: Cloud, policy: Mapping[str, Any] | None = None) -> Iterator[Around]:
    """Serve a cloud and an empty table; the functions have the role ``eniguard``."""
    keys = cloud.role("eniguard", policy)
    store = FakeTablestore(keys.access_key_id, keys.access_key_secret)
    with served(cloud) as server, serving(store) as url:
        there = Around(server, keys, store, url)
        there.opened(time.time).create_table()
        yield there


class Deployed:
    """One instance of a function; used in a ``with`` block, its process ends there."""

    def __init__(self, function: Function, there: Around, variables: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._there = there
        keys = Keys(there.keys.access_key_id, there.keys.access_key_secret, there.keys.token or "")
        host = Host(there.cloud.account_id, {**there.variables, **variables})
        self._instance = PythonInstance(function, host, keys, self.lines.append)
        if (failed := self._instance.initialize(Call("r-0", b""))) is not None:
            self._instance.end()
            raise RuntimeError(f"{function.name} did not start: {failed.body.decode()}")
        self.loaded = _cpu(self._instance.process.pid)

    def __enter__(self) -> Deployed:
        return self

    def __exit__(self, *_: object) -> None:
        self._instance.end()

    def call(self, event: bytes) -> Took:
        """Call it once.

        Raises
        ------
        RuntimeError
            It failed.
        """
        pid, trail, store = self._instance.process.pid, self._there.cloud.trail, self._there.store
        calls, stored, cpu, start = len(trail.events), len(store.calls), _cpu(pid), time.perf_counter()
        outcome = self._instance.invoke(Call(f"r-{start}", event))
        wall = time.perf_counter() - start
        if outcome.error is not None:
            tail = "\n".join(self.lines[-5:])
            raise RuntimeError(f"{outcome.error}: {outcome.body.decode()}\n{tail}")
        return Took(
            _cpu(pid) - cpu,
            wall,
            outcome.memory,
            len(trail.events) - calls,
            len(store.calls) - stored,
            json.loads(outcome.body or b"null"),
        )

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The log lines of a kind."""
        found = [json.loads(line) for line in self.lines if line.startswith("{")]
        return [line for line in found if line.get("kind") == kind]


def _cpu(pid: int) -> float:
    """The CPU seconds of a process and its threads, in hundredths."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:  # no Linux: minutes and seconds, as in 0:01.25
        told = subprocess.run(
            ["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=True
        )
        minutes, _, seconds = told.stdout.strip().rpartition(":")
        return 60.0 * float(minutes) + float(seconds)
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
