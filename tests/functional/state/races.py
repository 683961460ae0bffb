"""Processes that ask one store the same at the same time."""

from __future__ import annotations

import json
import subprocess
import sys

#: Each line read names a key; the answer is one line: 1 for the one that won.
_RUNNER = """
import sys
from eniguard.model import Observation
from eniguard.state import open_store

url, race, me = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
store = open_store(url)
for line in sys.stdin:
    key, version = line.rstrip("\\n").split("\\t")
    if race == "create":
        won = store.create(key, me.encode()) is not None
    elif race == "replace":
        won = store.replace(key, me.encode(), version=version) is not None
    else:
        won = store.observe([Observation("s", key + me, me, 0.0, 60.0)])["s"].count > 0
    print(int(won), flush=True)
store.close()
"""


def winners(url: str, race: str, *, processes: int, rounds: int) -> list[int]:
    """How many of the processes won each round."""
    from eniguard.state import open_store

    found = []
    running = [_started(url, race, str(number)) for number in range(processes)]
    try:
        for one in running:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        _say(running, "go\n")
        for number in range(rounds):
            version = ""
            if race == "replace":
                store = open_store(url)
                made = store.create(f"key-{number}", b"first")
                assert made is not None
                version = made.version
                store.close()
            _say(running, f"key-{number}\t{version}\n")
            found.append(sum(json.loads(one.stdout.readline()) for one in running if one.stdout))
    finally:
        for one in running:
            one.communicate()
    assert [one.returncode for one in running] == [0] * processes
    return found


def _started(url: str, race: str, me: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _RUNNER, url, race, me]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _say(running: list[subprocess.Popen[str]], line: str) -> None:
    for one in running:
        assert one.stdin is not None
        one.stdin.write(line)
        one.stdin.flush()
