from __future__ import annotations

from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from eniguard.replay.reports import REPORT_EVERY, Report, Reporter, Reports
from eniguard.replay.tally import Tally


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ends() -> tuple[Connection, Connection]:
    """Where reports come out, and where they go in."""
    return Pipe(duplex=False)


def reported(receiver: Connection, processes: int, total: Tally) -> None:
    """Take all reports that have been sent."""
    ready, sender = Pipe(duplex=False)
    sender.close()
    reports = Reports(processes, total, receiver)
    while receiver.poll():
        reports.take_until_ready(ready)


def test_a_process_reports_at_once_and_then_from_time_to_time(ends: tuple[Connection, Connection]) -> None:
    # given
    receiver, sender = ends
    time, total = Time(), Tally()
    report = Reporter(0, sender, time)
    sent = []

    # when
    for moment, size in ((0.0, 1), (0.0, 2), (REPORT_EVERY / 2, 3), (REPORT_EVERY, 4), (REPORT_EVERY, 5)):
        time.now = 100.0 + moment
        report(Tally(size=size, read=10 * size))
        if receiver.poll():
            reported(receiver, 1, total)
            sent.append((total.size, total.read))

    # then
    assert sent == [(1, 10), (4, 40)]


def test_the_slowest_process_says_how_far_all_are(ends: tuple[Connection, Connection]) -> None:
    receiver, sender = ends
    time, total = Time(), Tally()
    processes = [Reporter(number, sender, time) for number in range(3)]

    for report, size in zip(processes, (500, 200, 900), strict=True):
        report(Tally(size=size, read=size // 100))
    reported(receiver, 3, total)

    assert (total.size, total.read) == (200, 2)


def test_nothing_is_reached_before_every_process_has_reported(ends: tuple[Connection, Connection]) -> None:
    receiver, sender = ends
    total = Tally()

    Reporter(1, sender, Time())(Tally(size=500, read=5))
    reported(receiver, 2, total)

    assert (total.size, total.read) == (0, 0)


def test_a_report_that_was_overtaken_takes_nothing_back() -> None:
    total = Tally()
    reports = Reports(1, total, None)

    reports.take(Report(0, 300, 3))
    reports.take(Report(0, 200, 2))

    assert (total.size, total.read) == (300, 3)


def test_without_reports_nothing_is_waited_for(ends: tuple[Connection, Connection]) -> None:
    receiver, _ = ends

    Reports(1, Tally(), None).take_until_ready(receiver)

    assert not receiver.poll()
