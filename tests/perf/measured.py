"""Whole processes, timed in turn."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from msgspec import Struct

#: What is deployed carries its bytecode: no process compiles it again, whatever the machine is set to.
_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}


class Run(Struct, frozen=True):
    """One finished process: wall seconds and peak resident memory in MB."""

    seconds: float
    megabytes: float


class Figures(Struct, frozen=True):
    """The median of several runs."""

    seconds: float
    megabytes: float


def in_turn(commands: Mapping[str, Sequence[str]], *, rounds: int) -> dict[str, Figures]:
    """The median figures of each command; one run of each per round, so that all see the same machine.

    Raises
    ------
    RuntimeError
        A command failed; the message has what it wrote on its standard error.
    """
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            run = _once(command)
            if number:  # the first round writes bytecode and warms the page cache
                runs[name].append(run)
    return {
        name: Figures(
            statistics.median(run.seconds for run in found), statistics.median(run.megabytes for run in found)
        )
        for name, found in runs.items()
    }


def _once(command: Sequence[str]) -> Run:
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **_BYTECODE}
    )
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {errors.decode()[-500:]}")
    return Run(seconds, _megabytes(usage))


def _megabytes(usage: resource.struct_rusage) -> float:
    """Peak memory; Linux counts it in kilobytes, macOS in bytes."""
    return usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
