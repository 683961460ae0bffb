"""Alerts that a sink does not take: parted, tried again, given up, redriven; and who is told of it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from eniguard.alerts.alert import Alert
from eniguard.alerts.formats.base import Answer, Verdict
from eniguard.alerts.outbox import Outbox
from eniguard.alerts.undelivered import put_back
from eniguard.dead_letters import DeadLetters, redrive
from eniguard.errors import ConfigError, DeliveryError
from eniguard.model import Evidence
from eniguard.rules.self.delivery_trouble import DeliveryTrouble
from eniguard.state import MOST_BYTES, Store
from eniguard.sweeping import Deliveries, Place
from tests.functional.alerts.stage import (
    ACCOUNT,
    REGION,
    START,
    Chat,
    Clock,
    Told,
    alerts_over,
    finding,
    invocation,
)
from tests.functional.cli.recorded import run, write


def poisoned(told: Told) -> Answer | None:
    """Refuses each message that tells of one resource."""
    ids = {one.finding.subject.id for one in told.alerts}
    return Answer("refused", "a word that this group does not allow") if "eni-7" in ids else None


def test_of_many_merged_alerts_the_one_that_is_refused_is_given_up_and_the_others_arrive(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    chat.answers = poisoned
    for number in range(60):
        alerts.put([finding(number, subject=f"eni-{number}")], call)

    for _ in range(20):
        alerts.send(call)
        clock.at += 30.0

    assert {one.finding.subject.id for one in chat.alerts} == {
        f"eni-{number}" for number in range(60) if number != 7
    }
    assert len(set(chat.ids)) == len(chat.ids)
    (found,) = DeadLetters(store, clock=clock).page().found
    letter = found.letter
    assert (letter.way, letter.reason, letter.tries) == ("alert", "undelivered", 3)
    assert letter.problem == "a word that this group does not allow"
    assert letter.undelivered is not None
    assert letter.undelivered.sink == "oncall"


def test_a_dead_letter_of_alerts_is_listed_shown_and_sent_after_it_was_redriven(
    tmp_path: Path, store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    chat.answers = poisoned
    alerts.put([finding(7, subject="eni-7")], call)
    for _ in range(5):
        alerts.send(call)
        clock.at += 300.0
    (found,) = DeadLetters(store, clock=clock).page().found
    policy = write(tmp_path / "guard.yml", f"state: {{url: 'sqlite:///{tmp_path}/state.db'}}".encode())

    listed = json.loads(run("dlq", "list", "--format", "json", "--way", "alert", "--policy", policy).stdout)
    shown = run("dlq", "show", found.letter.id, "--policy", policy).stdout
    redriven = run("dlq", "redrive", found.letter.id, "--offline", "--policy", policy)
    assert redriven.exit_code == 0, redriven.output
    chat.answers = lambda _: None
    clock.at += 1e9  # the command line's clock is the real one
    alerts.send(call)

    assert [(one["way"], one["action"]) for one in listed] == [("alert", "ecs:DeleteNetworkInterface")]
    assert "oncall" in shown
    assert [one.finding.subject.id for one in chat.alerts] == ["eni-7"]
    assert DeadLetters(store, clock=clock).page().found == ()


@pytest.mark.parametrize("verdict", ["unavailable", "throttled"])
def test_a_sink_that_says_when_to_come_again_is_left_alone_until_then(
    verdict: Verdict, store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    chat.answers = lambda _: Answer(verdict, "come again later", again_after=240.0)
    alerts.put([finding(1)], call)
    alerts.send(call)
    chat.answers = lambda _: None

    clock.at += 239.0
    alerts.send(call)
    early = len(chat.told)
    clock.at += 1.0
    alerts.send(call)

    assert (early, len(chat.told)) == (0, 1)


def test_what_a_sink_did_not_take_for_a_day_is_a_dead_letter(store: Store, chat: Chat, clock: Clock) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    chat.answers = lambda _: DeliveryError("the host does not answer")
    alerts.put([finding(1)], call)
    clock.at += 86_000.0
    alerts.put([finding(2, subject="eni-2")], call)

    alerts.send(call)
    before = len(DeadLetters(store, clock=clock).page().found)
    clock.at += 500.0
    alerts.send(call)

    letters = [one.letter for one in DeadLetters(store, clock=clock).page().found]
    assert (before, len(letters)) == (0, 1)
    assert letters[0].problem == "the sink took nothing for 24 h: the host does not answer"
    assert len(Outbox(store).waiting("oncall", clock())) == 1


def test_what_nobody_tried_to_send_for_days_is_still_sent(store: Store, chat: Chat, clock: Clock) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    alerts.put([finding(1)], call)
    clock.at += 5 * 86_400.0

    alerts.send(call)

    assert len(chat.alerts) == 1


def test_a_secret_that_cannot_be_read_is_a_sink_out_of_reach(store: Store, chat: Chat, clock: Clock) -> None:
    lines = io.StringIO()
    alerts, call = alerts_over(store, chat, clock), invocation(clock, lines)
    alerts.put([finding(1)], call)

    def broken(*_: object) -> object:
        raise ConfigError("env:ONCALL_URL is not set")

    channel, chat.channel = chat.channel, broken  # type: ignore[assignment, method-assign]
    alerts.send(call)
    chat.channel = channel  # type: ignore[method-assign]
    clock.at += 5.0
    alerts.send(call)

    assert "env:ONCALL_URL is not set" in lines.getvalue()
    assert len(chat.alerts) == 1


def test_a_transport_that_breaks_counts_as_a_sink_out_of_reach_and_others_have_their_turn(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = (
        alerts_over(store, chat, clock, sinks=("broken", "other")),
        invocation(clock, io.StringIO()),
    )

    def broken(told: Told) -> Answer | None:
        if told.sink == "broken":
            raise OSError("of some kind")
        return None

    chat.answers = broken
    alerts.put([finding(1)], call)
    alerts.send(call)
    chat.answers = lambda _: None
    clock.at += 5.0
    alerts.send(call)

    assert [(one.sink, one.repeat) for one in chat.told] == [("other", False), ("broken", True)]


def test_content_that_no_message_can_be_made_of_does_not_hold_up_the_others(
    store: Store, chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    render = chat.render
    monkeypatch.setattr(
        chat,
        "render",
        lambda message: render(message) if "eni-7" not in message.lead else 1 / 0,
    )
    for number in (7, 8, 9):
        alerts.put([finding(number, subject=f"eni-{number}")], call)
        clock.at += 1.0

    for _ in range(10):
        alerts.send(call)
        clock.at += 300.0

    assert {one.finding.subject.id for one in chat.alerts} == {"eni-8", "eni-9"}
    assert len(DeadLetters(store, clock=clock).page().found) == 1


def test_what_waits_for_a_sink_that_is_gone_from_guard_yml_goes_to_another(
    store: Store, chat: Chat, clock: Clock
) -> None:
    call = invocation(clock, io.StringIO())
    alerts_over(store, chat, clock, sinks=("old",)).put([finding(1)], call)

    alerts_over(store, chat, clock, sinks=("new",)).send(call)

    assert [one.sink for one in chat.told] == ["new"]
    assert Outbox(store).sinks(clock() + 1.0) == []


def test_what_waits_for_a_sink_becomes_a_dead_letter_if_there_is_none_any_more(
    store: Store, chat: Chat, clock: Clock
) -> None:
    call = invocation(clock, io.StringIO())
    alerts_over(store, chat, clock, sinks=("old",)).put([finding(1)], call)

    alerts_over(store, chat, clock, sinks=()).send(call)

    (found,) = DeadLetters(store, clock=clock).page().found
    assert found.letter.problem == "guard.yml names no sink any more"


def test_an_entry_that_this_version_cannot_read_is_a_dead_letter_and_blocks_nothing(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    store.schedule("alerts/oncall/low", "m-1", START - 5.0, b'{"of": "a later version"}')
    alerts.put([finding(1)], call)

    alerts.send(call)

    assert len(chat.alerts) == 1
    (found,) = DeadLetters(store, clock=clock).page().found
    assert (found.letter.way, found.letter.reason) == ("alert", "unreadable")


def test_another_sink_is_told_once_when_one_fails_for_a_quarter_of_an_hour(
    store: Store, chat: Chat, clock: Clock
) -> None:
    routed = {"ENI001": ["oncall"], "SELF008": ["oncall"]}
    alerts = alerts_over(store, chat, clock, sinks=("oncall", "archive"), routed=routed)
    lines = io.StringIO()
    call = invocation(clock, lines)
    deliveries = Deliveries([DeliveryTrouble(None)], alerts, store, clock=clock)
    chat.answers = lambda told: Answer("unavailable", "no such robot") if told.sink == "oncall" else None
    alerts.put([finding(1)], call)

    for _ in range(6):
        alerts.send(call)
        deliveries.run(Place(ACCOUNT, REGION), call)
        clock.at += 300.0

    (told,) = chat.told
    assert (told.sink, told.at) == ("archive", START + 1_200.0)
    assert told.alerts[0].finding.rule == "SELF008"
    assert "no such robot" in told.alerts[0].finding.summary
    kinds = [json.loads(line)["kind"] for line in lines.getvalue().splitlines()]
    assert kinds.count("finding") == 1


def test_dead_letters_that_become_more_are_told_of_once(store: Store, chat: Chat, clock: Clock) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    deliveries = Deliveries([DeliveryTrouble(None)], alerts, store, clock=clock)
    chat.answers = poisoned
    alerts.put([finding(7, subject="eni-7")], call)

    for _ in range(6):
        alerts.send(call)
        deliveries.run(Place(ACCOUNT, REGION), call)
        clock.at += 300.0

    assert [one.finding.summary for one in chat.alerts] == [
        "1 more dead letters than at the sweep before: there are 1"
    ]


def test_a_very_long_finding_is_cut_to_what_a_store_takes_and_says_so(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    rows = Evidence("rows", [f"permission {number} " + "x" * 90 for number in range(3_000)])
    text = Evidence("text", "\ud800" + "ü" * 90_000)
    many = [
        replace(finding(number, subject=f"eni-{number}", call=1), evidence=(rows, text))
        for number in range(9)
    ]

    alerts.put(many, call)
    alerts.send(call)

    assert {one.finding.subject.id for one in chat.alerts} == {one.subject.id for one in many}
    told: Alert = chat.alerts[0]
    assert len(msgspec.json.encode(told)) < MOST_BYTES / 3
    assert "(2950 more)" in str(told.finding.evidence[0].value)
    assert "more characters" in str(told.finding.evidence[1].value)


def test_a_letter_of_alerts_that_cannot_be_read_stays(store: Store, chat: Chat, clock: Clock) -> None:
    alerts_over(store, chat, clock, sinks=("old",)).put([finding(1)], invocation(clock, io.StringIO()))
    alerts_over(store, chat, clock, sinks=()).send(invocation(clock, io.StringIO()))
    box = DeadLetters(store, clock=clock)
    (found,) = box.page().found
    assert found.letter.undelivered is not None
    later = replace(found.letter.undelivered, entry=msgspec.Raw(b'{"of": "a later version"}'))

    again = redrive(
        replace(found, letter=replace(found.letter, undelivered=later)),
        box,
        lambda *_: None,
        resend=lambda undelivered: put_back(store, undelivered, clock()),
    )

    assert again.outcome == "failed"
    assert "none that this version reads" in again.problem
