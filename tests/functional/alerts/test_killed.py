"""A process that is killed at each write of the store and at each post in turn: all is told, repeats say so."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eniguard.alerts.alert import Alert
from eniguard.alerts.formats.base import Pace
from eniguard.alerts.sink_lease import LEASE
from eniguard.state import Store, open_store
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
    clock.at = max(clock.at, 1_772_366_400.0 + GROUP)
    alerts.close_windows(call)
    alerts.send(call)


def steps_of_a_life(tmp_path: Path) -> int:
    clock = Clock()
    store, chat, steps = open_store(f"sqlite:///{tmp_path}/count.db", clock=clock), Chat(clock), Steps(10**9)
    lived(store, chat, clock, steps)
    store.close()
    return 10**9 - steps._left


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_step_all_is_told_and_at_most_one_message_twice(tmp_path: Path, after: bool) -> None:
    total = steps_of_a_life(tmp_path)
    assert total > 40

    for number in range(1, total + 1):
        clock = Clock()
        store = open_store(f"sqlite:///{tmp_path}/{after}-{number}.db", clock=clock)
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
        once = [set(one.id for one in told.alerts) for told in chat.told if not told.repeat]
        assert sum(map(len, once)) == len(set().union(*once)), "what is told twice is marked"
        store.close()


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


def assert_instances_send_each_alert_once(url: str, chat: Chat, clock: Clock) -> None:
    stores = [open_store(url, clock=clock) for _ in range(4)]
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            alerts, call = alerts_over(stores[number], chat, clock), invocation(clock, io.StringIO())
            for each in range(40):
                event = each if number % 2 else 1_000 * number + each
                alerts.put([finding(event, subject=f"eni-{event}")], call)
                alerts.send(call)
        except BaseException as error:  # noqa: BLE001  told below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    clock.at += LEASE
    alerts_over(stores[0], chat, clock).send(invocation(clock, io.StringIO()))
    for store in stores:
        store.close()

    assert errors == []
    assert sorted(one.finding.subject.id for one in chat.alerts) == sorted(
        f"eni-{event}" for event in {*range(40), *range(2_000, 2_040)}
    )
    assert chat.repeats == []
