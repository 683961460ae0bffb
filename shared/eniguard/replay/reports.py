"""How far the processes of a replay have come, told from time to time to the one that started them.

Every process reads every file, so the slowest of them says how far the replay is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait

import msgspec
from msgspec import Struct

from eniguard.replay.tally import Tally

#: A process reports this often, in seconds: as often as a bar on a terminal is drawn.
REPORT_EVERY = 0.2


class Report(Struct, frozen=True, array_like=True):
    """How far one process has come; ``size`` and ``read`` as in the tally."""

    number: int
    size: int
    read: int


_DECODER = msgspec.msgpack.Decoder(Report)


class Reporter:
    """Tells how far a process has come, not oftener than `REPORT_EVERY`.

    Parameters
    ----------
    number
        The number of the process.
    sender
        Where all processes of the replay report to: a report is so short that it is written at once, and as
        a whole (POSIX, write: up to PIPE_BUF).
    clock
        Seconds from anywhere.
    """

    def __init__(self, number: int, sender: Connection, clock: Callable[[], float] = time.monotonic) -> None:
        self._number = number
        self._sender = sender
        self._clock = clock
        self._due = clock()

    def __call__(self, tally: Tally) -> None:
        """Report, if it is time to."""
        now = self._clock()
        if now >= self._due:
            self._due = now + REPORT_EVERY
            self._sender.send_bytes(msgspec.msgpack.encode(Report(self._number, tally.size, tally.read)))


class Reports:
    """Keeps ``size`` and ``read`` of the common tally at what the slowest of several processes says.

    Parameters
    ----------
    processes
        How many there are.
    total
        The common tally.
    receiver
        Where reports come from; ``None`` when none do, and messages say all.
    """

    def __init__(self, processes: int, total: Tally, receiver: Connection | None) -> None:
        self._reached = [(0, 0)] * processes
        self._total = total
        self._receiver = receiver

    def take(self, report: Report) -> None:
        """Take a report; one that is older than what is known of its process changes nothing."""
        reached = self._reached
        reached[report.number] = max(reached[report.number], (report.size, report.read))
        self._total.size, self._total.read = min(reached)

    def take_until_ready(self, connection: Connection) -> None:
        """Take what is reported until a connection has something to receive, or has ended."""
        if self._receiver is None:
            return
        ready: list[object] = []
        while connection not in ready:
            ready = list(wait([connection, self._receiver]))
            if self._receiver in ready:
                self.take(_DECODER.decode(self._receiver.recv_bytes()))
