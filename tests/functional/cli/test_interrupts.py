"""What happens when the user, the reader of the output or the disk ends a replay early."""

from __future__ import annotations

import errno
import gzip
import json
import os
import pty
import re
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.functional.cli.recorded import COMMAND, environment, event, succeeded, write

#: Longer than any of these takes, in seconds.
PATIENCE = 30.0


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A file that a replay opens and then waits on."""
    path = tmp_path / "endless.json"
    os.mkfifo(path)
    return path


@pytest.fixture
def findings(tmp_path: Path) -> Path:
    """A trail whose findings do not fit a pipe."""
    return write(tmp_path / "trail.json", [event(number=number) for number in range(1, 1500)])


def writer_to(fifo: Path) -> int:
    """The writing end of a pipe file, as soon as somebody reads it."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO or time.monotonic() > end:
                raise
            time.sleep(0.01)


def started(*arguments: object, **options: int) -> subprocess.Popen[bytes]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(
        [*COMMAND, *(str(one) for one in arguments)], env=environment(), start_new_session=True, **pipes
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupt_exits_with_130_and_one_short_line(fifo: Path, jobs: int) -> None:
    # given: a replay that waits for input
    process = started("replay", fifo, "-j", jobs)
    writer = writer_to(fifo)
    # A signal between opening a file and reading from it is seen only after the read.
    time.sleep(0.2)

    # when: as a terminal does, to every process of the group
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    os.close(writer)

    # then
    assert process.returncode == 130
    assert out == b""
    assert err == b"eniguard: interrupted\n"


@pytest.mark.parametrize("form", ["ndjson", "json", "table"])
def test_reader_that_goes_away_ends_the_replay_quietly(findings: Path, form: str) -> None:
    # given
    with started("replay", findings, "--format", form) as process:
        assert process.stdout is not None
        assert process.stderr is not None

        # when
        process.stdout.readline()
        process.stdout.close()
        process.wait(PATIENCE)
        err = process.stderr.read()

    # then
    assert process.returncode == 141
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err
    assert b"Broken pipe" not in err


def test_head_gets_its_line_and_the_shell_sees_no_trouble(findings: Path) -> None:
    command = f"{' '.join(COMMAND)} replay --format ndjson {findings} | head -1"

    result = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, check=False, env=environment(), timeout=PATIENCE
    )

    assert json.loads(result.stdout)["rule"] == "ENI001"
    assert b"Traceback" not in result.stderr
    assert b"Exception ignored" not in result.stderr


@pytest.mark.parametrize("form", ["ndjson", "table"])
def test_disk_that_is_full_is_said_in_one_line(findings: Path, form: str) -> None:
    full = os.open("/dev/full", os.O_WRONLY)

    process = started("replay", findings, "--format", form, stdout=full)
    _, err = process.communicate(timeout=PATIENCE)
    os.close(full)

    assert process.returncode == 2
    assert "No space left on device" in err.decode().splitlines()[-1]
    assert b"Traceback" not in err


def test_findings_come_while_the_input_is_still_open(fifo: Path) -> None:
    # given: one finding, an hour of calls that give none, and no end
    quiet = [succeeded("DescribeNetworkInterfaces", number=number) for number in range(2, 3600)]
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in [event(), *quiet])
    with started("replay", fifo, "--format", "ndjson") as process:
        writer = writer_to(fifo)
        os.set_blocking(writer, True)
        feeder = threading.Thread(target=write_all, args=(writer, lines))

        # when
        feeder.start()
        assert process.stdout is not None
        first = read_until(process.stdout.fileno(), b"\n")
        running = process.poll() is None
        process.kill()
        feeder.join(PATIENCE)
        os.close(writer)

    # then
    assert json.loads(first)["event_time"] == "2026-03-01T12:00:01Z"
    assert running


def write_all(writer: int, text: bytes) -> None:
    with suppress(BrokenPipeError):
        while text:
            text = text[os.write(writer, text) :]


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: ours, and the one a process is given."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    for end in (ours, theirs):
        with suppress(OSError):
            os.close(end)


def test_long_replay_shows_its_progress_on_a_terminal_and_nowhere_else(
    fifo: Path, terminal: tuple[int, int]
) -> None:
    # given
    ours, theirs = terminal
    process = started("replay", fifo, stderr=theirs)
    writer = writer_to(fifo)
    os.write(writer, json.dumps(event()).encode())

    # when: nothing more comes for a while
    shown = read_until(ours, b"events")
    os.close(writer)
    out, _ = process.communicate(timeout=PATIENCE)

    # then
    assert b"0 events" in shown
    assert b"ENI001" in out
    assert b"\x1b" not in out
    assert process.returncode == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_bar_moves_within_a_file(tmp_path: Path, terminal: tuple[int, int], jobs: int) -> None:
    # given: calls that no rule looks at, for some seconds
    ours, theirs = terminal
    calls = [json.dumps(event("DescribeInstances", number=number)) + "\n" for number in range(2_000)]
    trail = write(tmp_path / "trail.gz", gzip.compress("".join(calls).encode()) * 1_200)

    # when
    process = started("replay", trail, "-j", jobs, stderr=theirs)
    shown = read_until(ours, b"events")
    while process.poll() is None:
        shown += read_within(ours, 0.1)
    process.communicate()

    # then
    percents = [int(found) for found in re.findall(rb"(\d+) % +[\d,]+ events", shown)]
    assert percents == sorted(percents)
    assert any(0 < percent < 100 for percent in percents)


def read_within(stream: int, seconds: float) -> bytes:
    """What is there to read from a stream, or comes within some time."""
    return os.read(stream, 65536) if select.select([stream], [], [], seconds)[0] else b""


def read_until(stream: int, wanted: bytes) -> bytes:
    """What comes from a stream until the wanted bytes are there, or nobody has any patience left."""
    seen = b""
    end = time.monotonic() + PATIENCE
    while wanted not in seen and time.monotonic() < end:
        seen += read_within(stream, 0.1)
    return seen
