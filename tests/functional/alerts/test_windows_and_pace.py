"""Findings on their way to a chat: grouped, counted, merged and paced."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from eniguard.alerts.formats.base import Answer, Pace
from eniguard.alerts.outbox import MOST, SINKS
from eniguard.alerts.sink_lease import LEASE
from eniguard.errors import DeliveryError
from eniguard.state import Store
from tests.functional.alerts.stage import (
    GROUP,
    PACE,
    START,
    Chat,
    Clock,
    Told,
    alerts_over,
    finding,
    invocation,
)


def test_10000_identical_findings_in_10_minutes_are_one_message_and_one_summary_with_their_number(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())

    for number in range(10_000):
        clock.at = START + 600.0 * number / 10_000
        alerts.put([finding(number)], call, new=number % 2 == 0)
        if number % 500 == 0:
            alerts.close_windows(call)
            alerts.send(call)
    clock.at = START + GROUP
    alerts.close_windows(call)
    alerts.send(call)

    first, summary = chat.alerts
    assert (first.kind, first.count, first.finding) == ("first", 1, finding(0))
    assert (summary.kind, summary.count, summary.finding.rule) == ("summary", 10_000, "ENI001")
    assert (summary.since, summary.until) == (START, START + 600.0 * 9_999 / 10_000)


def test_a_window_without_further_findings_ends_in_silence_and_the_next_finding_is_told_at_once(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())

    for number in range(3):
        alerts.put([finding(number)], call)
        clock.at += GROUP
        alerts.close_windows(call)
        alerts.send(call)

    assert [(one.kind, one.count) for one in chat.alerts] == [("first", 1)] * 3


def test_what_goes_on_is_summed_up_once_a_window_without_a_new_first(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())

    for number in range(90):
        alerts.put([finding(number)], call)
        clock.at += 60.0
        alerts.close_windows(call)
        alerts.send(call)
    clock.at += 2 * GROUP
    alerts.close_windows(call)
    alerts.send(call)

    assert [(one.kind, one.count) for one in chat.alerts] == [
        ("first", 1),
        ("summary", 30),
        ("summary", 30),
        ("summary", 30),
    ]


def test_findings_that_are_put_again_at_any_time_change_nothing(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())

    for minutes in (0, 5, 29, 31, 35, 61, 65):
        clock.at = START + 60.0 * minutes
        for number in range(5):
            alerts.put([finding(number)], call)
        alerts.close_windows(call)
        alerts.send(call)

    assert [(one.kind, one.count) for one in chat.alerts] == [("first", 1), ("summary", 5)]


def test_a_graver_finding_is_told_though_a_lesser_one_of_the_same_was(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())

    alerts.put([finding(1, severity="info")], call)
    alerts.put([finding(2, severity="medium")], call)
    alerts.send(call)

    assert sorted(one.finding.severity for one in chat.alerts) == ["info", "medium"]


def test_windows_that_nobody_closes_are_closed_by_the_findings_that_follow(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())

    for number in range(5):
        alerts.put([finding(number)], call)
        clock.at += GROUP
    alerts.send(call)

    assert [(one.kind, one.count) for one in chat.alerts] == [("first", 1), ("summary", 3)]


def test_500_different_findings_in_a_minute_all_arrive_merged_within_the_limit_of_the_robot(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO(), seconds=3_600.0)

    for number in range(500):
        clock.at = START + 60.0 * number / 500
        alerts.put([finding(number, subject=f"eni-{number}")], call)
        alerts.send(call)
    while len(chat.alerts) < 500 and clock.at < START + 600.0:
        clock.at += 5.0
        alerts.send(call)

    assert sorted(one.finding.subject.id for one in chat.alerts) == sorted(
        f"eni-{number}" for number in range(500)
    )
    assert chat.too_fast == 0
    assert clock.at <= START + 180.0
    assert max(len(one.alerts) for one in chat.told) > 10


def test_alerts_of_one_call_are_one_message(store: Store, chat: Chat, clock: Clock) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    found = [finding(1, subject="eni-1"), finding(1, subject="eni-2", severity="critical")]

    alerts.put(found, call)
    alerts.send(call)

    (told,) = chat.told
    assert {one.finding.subject.id for one in told.alerts} == {"eni-1", "eni-2"}


def test_alerts_of_one_call_that_no_message_has_room_for_are_all_told_in_parts(
    store: Store, clock: Clock
) -> None:
    chat = Chat(clock, room=7)
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())

    alerts.put([finding(1, subject=f"eni-{number}") for number in range(40)], call)
    alerts.send(call)

    assert sorted(one.finding.subject.id for one in chat.alerts) == sorted(f"eni-{one}" for one in range(40))
    assert len(chat.told) == 8
    assert not chat.repeats


def test_critical_ones_go_first_and_alone_and_have_room_though_others_fill_the_pace(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    for number in range(200):
        alerts.put([finding(number, subject=f"eni-{number}")], call)
    alerts.put([finding(900, subject="eni-900", severity="critical")], call)

    alerts.send(call)
    before = len(chat.told)
    alerts.put([finding(901, subject="eni-901", severity="critical")], call)
    alerts.send(call)

    assert [one.finding.subject.id for one in chat.told[0].alerts] == ["eni-900"]
    assert [one.finding.subject.id for one in chat.told[before].alerts] == ["eni-901"]
    assert len(chat.alerts) == 202


def test_a_part_of_the_pace_is_left_for_critical_ones_to_come(store: Store, clock: Clock) -> None:
    chat = Chat(clock, room=3)
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    for number in range(100):
        alerts.put([finding(number, subject=f"eni-{number}")], call)
    alerts.send(call)
    before = len(chat.told)

    alerts.put([finding(901, subject="eni-901", severity="critical")], call)
    alerts.send(call)

    assert (before, len(chat.told)) == (16, 17)
    assert [one.finding.subject.id for one in chat.told[-1].alerts] == ["eni-901"]


def test_more_critical_ones_than_the_pace_allows_are_merged_too(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    for number in range(100):
        alerts.put([finding(number, subject=f"eni-{number}", severity="critical")], call)
        alerts.put([finding(number, subject=f"eni-low-{number}")], call)

    for _ in range(4):
        alerts.send(call)
        clock.at += 30.0

    severities = [one.finding.severity for one in chat.alerts]
    assert severities == ["critical"] * 100 + ["low"] * 100


def test_a_few_messages_to_a_chat_of_one_a_second_go_one_by_one(store: Store, clock: Clock) -> None:
    chat = Chat(clock, Pace(((1, 1.0),)))
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    for number in range(5):
        alerts.put([finding(number, subject=f"eni-{number}")], call)

    alerts.send(call)

    assert [len(one.alerts) for one in chat.told] == [1] * 5
    assert chat.too_fast == 0
    assert clock.at < START + 10.0


def test_a_sink_that_is_down_for_an_hour_is_told_all_of_it_then_critical_first_none_twice(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    chat.answers = lambda _: DeliveryError("no answer")

    for number in range(60):
        severity = "critical" if number % 10 == 9 else "low"
        alerts.put([finding(number, subject=f"eni-{number}", severity=severity)], call)  # type: ignore[arg-type]
        alerts.send(call)
        clock.at += 60.0
    asked = chat.asked
    chat.answers = lambda _: None
    for _ in range(10):
        alerts.send(call)
        clock.at += 60.0

    severities = [one.finding.severity for one in chat.alerts]
    assert severities == ["critical"] * 6 + ["low"] * 54
    assert len(set(chat.ids)) == 60
    assert chat.repeats == []
    assert 10 <= asked <= 30, "it was left alone between tries"
    assert clock.at < START + 2 * 3600.0


def test_what_got_no_answer_is_sent_again_as_a_repeat(store: Store, chat: Chat, clock: Clock) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    chat.answers = lambda _: DeliveryError("no answer in time", in_doubt=True)
    alerts.put([finding(1)], call)
    alerts.send(call)
    chat.answers = lambda _: None
    clock.at += 300.0
    alerts.put([finding(2, subject="eni-2")], call)

    alerts.send(call)

    assert [(one.repeat, [a.finding.subject.id for a in one.alerts]) for one in chat.told] == [
        (True, ["eni-1"]),
        (False, ["eni-2"]),
    ]


@pytest.mark.parametrize(("again_after", "waits"), [(None, PACE.blocked), (90.0, 90.0)])
def test_a_chat_that_is_asked_too_fast_is_left_alone_as_long_as_it_says(
    store: Store, chat: Chat, clock: Clock, again_after: float | None, waits: float
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    chat.answers = lambda _: Answer("throttled", "too fast", again_after)
    alerts.put([finding(1)], call)
    alerts.send(call)
    chat.answers = lambda _: None

    clock.at = START + waits - 1.0
    alerts.send(call)
    early = len(chat.told)
    clock.at = START + waits
    alerts.send(call)

    assert (early, len(chat.told)) == (0, 1)


def test_nothing_is_posted_when_the_time_of_the_call_is_short(store: Store, chat: Chat, clock: Clock) -> None:
    alerts = alerts_over(store, chat, clock)
    alerts.put([finding(1)], invocation(clock, io.StringIO()))

    alerts.send(invocation(clock, io.StringIO(), seconds=6.5))
    short = chat.asked
    alerts.send(invocation(clock, io.StringIO(), seconds=7.5))

    assert (short, len(chat.told)) == (0, 1)


def test_a_store_that_holds_nothing_to_send_is_read_once(store: Store, chat: Chat, clock: Clock) -> None:
    class Counting:
        reads = 0

        def __getattr__(self, name: str) -> object:
            Counting.reads += 1
            return getattr(store, name)

    alerts_over(Counting(), chat, clock).send(invocation(clock, io.StringIO()))  # type: ignore[arg-type]

    assert Counting.reads == 1


class BeforeWrites:
    """A store before each write of which something happens."""

    def __init__(self, store: Store, happens: Callable[[str, tuple[Any, ...]], None]) -> None:
        self._store = store
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def called(*args: Any, **named: Any) -> Any:
            self._happens(name, args)
            return method(*args, **named)

        return called


def test_what_is_put_while_a_sink_is_left_alone_is_sent_all_the_same(
    store: Store, chat: Chat, clock: Clock
) -> None:
    call = invocation(clock, io.StringIO())
    other, late = alerts_over(store, chat, clock), [finding(2, subject="eni-2")]

    def happens(name: str, args: tuple[Any, ...]) -> None:
        if name == "schedule" and args[0] == SINKS and args[2] > clock() and late:
            other.put([late.pop()], call)

    alerts = alerts_over(BeforeWrites(store, happens), chat, clock)  # type: ignore[arg-type]
    alerts.put([finding(1)], call)
    alerts.send(call)

    assert [one.finding.subject.id for one in chat.alerts] == ["eni-1", "eni-2"]


def test_what_the_store_took_too_long_to_note_is_not_posted_and_is_no_repeat_later(
    store: Store, chat: Chat, clock: Clock
) -> None:
    def happens(name: str, _: tuple[Any, ...]) -> None:
        clock.at += 4.0 if name == "replace" else 0.0

    slow = alerts_over(BeforeWrites(store, happens), chat, clock)  # type: ignore[arg-type]
    slow.put([finding(1)], invocation(clock, io.StringIO()))

    slow.send(invocation(clock, io.StringIO(), seconds=8.0))
    asked = chat.asked
    alerts_over(store, chat, clock).send(invocation(clock, io.StringIO()))

    assert asked == 0
    assert [one.repeat for one in chat.told] == [False]


def test_a_post_that_outlasts_its_lease_is_known_as_told_by_whoever_took_the_sink_over(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, other = alerts_over(store, chat, clock), alerts_over(store, chat, clock)

    def slow(_: Told) -> None:
        clock.at += LEASE
        other.send(invocation(clock, io.StringIO(), seconds=5.0))

    chat.answers = slow
    alerts.put([finding(1)], invocation(clock, io.StringIO()))
    alerts.send(invocation(clock, io.StringIO()))
    chat.answers = lambda _: None
    other.send(invocation(clock, io.StringIO()))

    assert len(chat.told) == 1


def test_a_critical_one_goes_first_however_much_waits_before_it(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    many = [finding(number, subject=f"eni-{number}") for number in range(MOST + 1)]
    for one in many:
        alerts.put([one], call)
    alerts.put([finding(901, subject="eni-901", severity="critical")], call)

    alerts.send(call)

    assert [one.finding.subject.id for one in chat.told[0].alerts] == ["eni-901"]
