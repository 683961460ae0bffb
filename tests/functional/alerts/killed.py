"""A life of the alerts, killed at each of its steps in turn and begun anew."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from eniguard.alerts.alert import Alert
from eniguard.alerts.sink_lease import LEASE
from eniguard.state import Store, open_store
from tests.functional.alerts.stage import (
    GROUP,
    START,
    Chat,
    Clock,
    Killed,
    Steps,
    alerts_over,
    finding,
    invocation,
)

#: What each process does: two calls with three findings each, one of them new news in both, and one more in a
#: call of its own.
CALLS = (
    [finding(1, subject="eni-1"), finding(1, subject="eni-2", severity="critical", rule="ENI003")],
    [finding(2, subject="eni-1"), finding(2, subject="eni-3")],
    [finding(3, subject="eni-1")],
)
#: The news, by rule, subject and kind, with their count.
NEWS = {
    ("ENI001", "eni-1", "first"): 1,
    ("ENI003", "eni-2", "first"): 1,
    ("ENI001", "eni-3", "first"): 1,
    ("ENI001", "eni-1", "summary"): 3,
}


def news_of(alert: Alert) -> tuple[str, str, str]:
    return alert.finding.rule, alert.finding.subject.id, alert.kind


def lived(store: Store, chat: Chat, clock: Clock, steps: Steps | None = None) -> None:
    """A day in the life of the alerts, as often begun anew as it takes."""
    alerts, call = alerts_over(store, chat, clock, steps=steps), invocation(clock, io.StringIO())
    for findings in CALLS:
        alerts.put(findings, call)
        alerts.send(call)
    clock.at = max(clock.at, START + GROUP)
    alerts.close_windows(call)
    alerts.send(call)


def steps_of_a_life(url: str) -> int:
    clock = Clock()
    store, chat, steps = open_store(url, clock=clock), Chat(clock), Steps(10**9)
    lived(store, chat, clock, steps)
    store.close()
    return 10**9 - steps._left


def assert_all_is_told_wherever_it_is_killed(url: Callable[[int], str], *, after: bool) -> None:
    """``url`` gives a store of its own for each number."""
    total = steps_of_a_life(url(0))
    assert total > 40

    for number in range(1, total + 1):
        clock = Clock()
        store = open_store(url(number), clock=clock)
        chat = Chat(clock)
        with pytest.raises(Killed):
            lived(store, chat, clock, Steps(number, after=after))
        clock.at += LEASE
        lived(store, chat, clock)
        clock.at += 2 * GROUP
        alerts_over(store, chat, clock).close_windows(invocation(clock, io.StringIO()))
        alerts_over(store, chat, clock).send(invocation(clock, io.StringIO()))

        told = {news_of(one): one.count for one in chat.alerts}
        assert told == NEWS, f"killed at step {number}"
        assert len(chat.repeats) <= 1, f"killed at step {number}"
        twice = [one for one in set(chat.ids) if chat.ids.count(one) > 1]
        assert all(chat.ids.count(one) == 2 for one in twice)
        if twice:
            (again,) = chat.repeats
            assert set(twice) == {one.id for one in again.alerts}, f"killed at step {number}"
        once = [{one.id for one in told.alerts} for told in chat.told if not told.repeat]
        assert sum(map(len, once)) == len(set().union(*once)), "what is told twice is marked"
        store.close()
