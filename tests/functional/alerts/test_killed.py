"""A process that is killed at each write of the store and each post in turn: all is told, repeats say so."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eniguard.alerts.alert import Alert
from eniguard.alerts.formats.base import Pace
from eniguard.alerts.sink_lease import LEASE
from eniguard.state import open_store
from tests.functional.alerts.instances import assert_instances_send_each_alert_once
from tests.functional.alerts.killed import assert_all_is_told_wherever_it_is_killed
from tests.functional.alerts.stage import (
    GROUP,
    Chat,
    Clock,
    Killed,
    Steps,
    alerts_over,
    finding,
    invocation,
)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_step_all_is_told_and_at_most_one_message_twice(
    tmp_path: Path, *, after: bool
) -> None:
    assert_all_is_told_wherever_it_is_killed(lambda number: f"sqlite:///{tmp_path}/{number}.db", after=after)


def _counted(alerts: list[Alert]) -> int:
    """How many findings alerts tell of, each once: a summary counts the first of its window as well."""
    kept = {one.id: one for one in alerts}.values()
    with_first = {one.since for one in kept if one.kind == "first"}
    return sum(1 if one.kind == "first" else one.count - (one.since in with_first) for one in kept)


@given(st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_whatever_is_killed_and_begun_again_in_whatever_order_every_finding_is_told_or_counted_once(
    random: Random,
) -> None:
    clock = Clock()
    store, chat = open_store("memory:", clock=clock), Chat(clock, room=3)
    kills, put = 0, dict[str, set[int]]()
    for number in range(40):
        steps = Steps(random.randint(1, 25), after=random.random() < 0.5)
        alerts = alerts_over(store, chat, clock, steps=steps if random.random() < 0.4 else None)
        call = invocation(clock, io.StringIO())
        subjects = [f"eni-{random.randint(1, 3)}"]
        found = [finding(number, subject=subject) for subject in subjects]
        for one in found:
            put.setdefault(one.subject.id, set()).add(number)
        try:
            alerts.put(found, call)
            alerts.close_windows(call)
            alerts.send(call)
        except Killed:
            kills += 1
            clock.at += random.choice([0.0, LEASE])
            alerts_over(store, chat, clock).put(found, call)
        clock.at += random.choice([0.0, 1.0, 61.0, 400.0])
    for _ in range(12):
        clock.at += GROUP
        alerts = alerts_over(store, chat, clock)
        alerts.close_windows(invocation(clock, io.StringIO()))
        alerts.send(invocation(clock, io.StringIO()))
    store.close()

    for subject, numbers in put.items():
        told = [one for one in chat.alerts if one.finding.subject.id == subject]
        assert _counted(told) == len(numbers)
    assert len(chat.repeats) <= kills
    once = [one.id for told in chat.told if not told.repeat for one in told.alerts]
    assert len(once) == len(set(once)), "what is told twice is marked"


def test_two_instances_never_send_the_same_alert(tmp_path: Path) -> None:
    clock = Clock()
    chat = Chat(clock, Pace(((10_000, 60.0),)), room=5)
    url = f"sqlite:///{tmp_path}/state.db"
    assert_instances_send_each_alert_once(url, chat, clock)
