from __future__ import annotations

from eniguard.toolkit import Deadline, FcContext


def test_time_runs_from_the_start_of_the_call_to_the_timeout_less_the_margin() -> None:
    now = [1000.0]
    deadline = Deadline.of(FcContext(timeout=60), margin=5, clock=lambda: now[0])

    now[0] = 1020.0

    assert (deadline.at, deadline.remaining()) == (1055.0, 35.0)


def test_past_the_deadline_no_time_is_left() -> None:
    deadline = Deadline.of(FcContext(timeout=60), started=1000.0, clock=lambda: 1100.0)

    assert deadline.remaining() == 0


def test_without_a_timeout_there_is_no_deadline() -> None:
    deadline = Deadline.of(FcContext())

    assert (deadline.at, deadline.remaining()) == (None, None)


def test_the_margin_takes_no_more_than_half_of_a_short_timeout() -> None:
    deadline = Deadline.of(FcContext(timeout=3), started=1000.0, margin=10, clock=lambda: 1000.0)

    assert deadline.remaining() == 1.5
