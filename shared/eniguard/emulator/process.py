"""A process of a function: its output, its end, and the watch over its time and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from eniguard.emulator.calls import Lost
from eniguard.emulator.memory import used

#: The longest log line, and the end of the log that a caller may have (docs/sources.md, Function Compute).
_LONGEST_LINE = 32 * 1024
TAIL = 4 * 1024
#: Seconds between two looks at the memory: at 5 GB a second, a call is over its limit by 50 MB at most.
_LOOK = 0.01
#: Seconds that a process has to end by itself.
_GRACE = 1.0
#: Seconds to wait for output that a call has written before it ended.
_LATE = 2.0

Sink = Callable[[str], None]


class Output:
    """What a process prints: line by line to a sink, and the end of it for the caller."""

    def __init__(self, descriptor: int, sink: Sink) -> None:
        self._stream = os.fdopen(descriptor, "rb")
        self._sink = sink
        self._kept = bytearray()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._read, name="output", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """Forget what was printed before."""
        with self._changed:
            self._kept.clear()

    def end(self, marker: bytes, seconds: float = _LATE) -> bytes:
        """The last 4 KB, once a marker was printed, the process is gone or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or marker in self._kept, seconds)
            return bytes(self._kept[-TAIL:])

    def close(self) -> None:
        """Wait for the rest of the output of a process that is gone."""
        self._thread.join(_GRACE)

    def _read(self) -> None:
        with self._stream as stream:
            while line := stream.readline(_LONGEST_LINE):
                with self._changed:
                    self._kept += line
                    del self._kept[: -2 * _LONGEST_LINE]
                    self._changed.notify_all()
                self._sink(line.decode("utf-8", "replace").rstrip("\n"))
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Process:
    """One process, in a session of its own so that all below it ends with it.

    Raises
    ------
    Lost
        It cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        sink: Sink,
        descriptors: Sequence[int] = (),
    ) -> None:
        reading, writing = os.pipe()
        try:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=subprocess.STDOUT,
                pass_fds=descriptors,
                start_new_session=True,
            )
        except OSError as error:
            os.close(reading)
            raise Lost(f"Function instance could not be started: {command[0]}: {error.strerror}") from None
        finally:
            os.close(writing)
        self.output = Output(reading, sink)
        self._ended = False

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it and all below it at once."""
        self._signal(signal.SIGKILL)

    def end(self) -> None:
        """End it and all below it: politely, then not."""
        if self._ended:
            return
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        self.kill()
        self._process.wait()
        self._ended = True
        self.output.close()

    def _signal(self, number: int) -> None:
        if self._ended:
            return  # the number may be another's by now
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            return  # gone already; macOS says so by the latter


class Watch:
    """Ends a process that takes too long or too much memory, inside a ``with`` block.

    Parameters
    ----------
    process
        The process.
    seconds
        How long it may take.
    megabytes
        How much memory it may have.
    """

    def __init__(self, process: Process, seconds: float, megabytes: float) -> None:
        self.peak = 0.0
        self._process = process
        self._seconds = seconds
        self._megabytes = megabytes
        self._started = time.monotonic()
        self._over = threading.Event()
        self._reason: str | None = None
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def duration(self) -> float:
        """Milliseconds since the watch began."""
        return (time.monotonic() - self._started) * 1000

    def lost(self) -> Lost:
        """What became of a process that gave no answer."""
        self._over.set()
        self._thread.join()
        if self._reason == "time":
            return Lost(f"Function timed out after {self._seconds:g} seconds ({self._memory()})")
        message = "Process exited unexpectedly before completing request"
        return Lost(f"{message} (duration: {self.duration:.0f}ms, {self._memory()})")

    def exceeds(self, peak: float) -> bool:
        """Whether the most memory that the process tells of is more than it may have."""
        self.peak = max(self.peak, peak)
        return self.peak > self._megabytes

    def _memory(self) -> str:
        return f"maxMemoryUsage: {self.peak:.2f}MB"

    def _look(self) -> None:
        while not self._over.wait(_LOOK):
            self.peak = max(self.peak, used(self._process.pid))
            if self.peak > self._megabytes:
                self._reason = "memory"
            elif time.monotonic() - self._started > self._seconds:
                self._reason = "time"
            else:
                continue
            self._process.kill()
            return
