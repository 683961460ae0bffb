"""Plans for findings, and how they ended, on their way to the sinks."""

from __future__ import annotations

import html
import io
import threading
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

from eniguard.alerts.alert import Alert, Ended, Proposal
from eniguard.alerts.alerts import Alerts
from eniguard.alerts.bounds import MOST_OF_ONE, bounded
from eniguard.alerts.outbox import Entry, Outbox, Waiting
from eniguard.alerts.sending import Sending
from eniguard.alerts.sink_lease import LEASE
from eniguard.errors import DeliveryError
from eniguard.settings import Policy
from eniguard.settings.alerting import AlertSettings, FindingMatch, Language, Route, SinkKind, Waiver
from eniguard.state import Store, open_store
from fakealiyun import Clock as CloudClock
from fakealiyun.chats.serving import fake_chats
from tests.functional.alerts.chatting import Chatting
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
    sinks_named,
)
from tests.messages.cases import OPENED, PLAN, outcome
from tests.unit.alerts.formats.messages import HOSTILE

KINDS: tuple[SinkKind, ...] = get_args(SinkKind)
LANGUAGES: tuple[Language, ...] = get_args(Language)
ENDINGS: tuple[Ended, ...] = get_args(Ended)


def test_alert_tells_the_plan_for_its_finding_and_a_summary_tells_none(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    planned, plain = finding(1), finding(1, subject="eni-2")

    for _ in range(2):
        alerts.put([planned, plain], call, proposals={planned.finding_id: PLAN})
    alerts.put([finding(2)], call, proposals={finding(2).finding_id: PLAN})
    alerts.send(call)
    clock.at += GROUP
    alerts.close_windows(call)
    alerts.send(call)

    assert [(one.kind, one.finding.subject.id, one.proposal) for one in chat.alerts] == [
        ("first", "eni-1", PLAN),
        ("first", "eni-2", None),
        ("summary", "eni-1", None),
    ]


def test_plan_that_waits_is_told_though_the_finding_is_known_unless_one_for_the_same_waits(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    same = replace(PLAN, plan="b" * 32, calls=("ecs:RevokeSecurityGroup SecurityGroupRuleId.1=sgr-2",))
    other = replace(same, plan="c" * 32, inverse=("ecs:AuthorizeSecurityGroup Permissions.1.PortRange=1/2",))

    for number, plan in enumerate((PLAN, same, other), start=1):
        alerts.put([finding(number)], call, proposals={finding(number).finding_id: plan})
    alerts.send(call)

    told = {one.proposal.plan for one in chat.alerts if one.proposal is not None}
    assert told == {PLAN.plan, other.plan}


def test_window_that_another_finding_closes_tells_nothing_of_that_ones_plan(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
    for number in range(2):
        alerts.put([finding(number)], call)
    clock.at += 3 * GROUP

    shown = replace(PLAN, goes="plan", link=None)
    alerts.put([finding(2)], call, proposals={finding(2).finding_id: shown})
    alerts.send(call)

    assert [(one.kind, one.proposal) for one in chat.alerts] == [("first", None), ("summary", None)]


@pytest.mark.parametrize("ended", ENDINGS)
def test_outcome_that_is_told_twice_arrives_once(
    ended: Ended, store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock, sinks=("oncall", "other")), invocation(clock)

    for _ in range(2):
        for _ in range(2):
            alerts.tell_outcome(finding(1), ended, call)
        alerts.send(call)
        clock.at += 60.0

    assert sorted(told.sink for told in chat.told) == ["oncall", "other"]
    assert {(one.kind, one.ended, one.at, one.finding) for one in chat.alerts} == {
        ("outcome", ended, START, finding(1))
    }


def test_outcome_is_news_of_its_own_beside_the_finding_and_another_outcome(
    store: Store, chat: Chat, clock: Clock
) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock)

    alerts.put([finding(1)], call)
    for number, ended in enumerate(ENDINGS):
        alerts.tell_outcome(finding(2 + number), ended, call)
    alerts.send(call)
    clock.at += GROUP
    alerts.close_windows(call)
    alerts.send(call)

    told = {(one.kind, one.ended): one.finding for one in chat.alerts}
    assert len(chat.alerts) == len(told)
    assert told == {
        ("first", None): finding(1),
        **{("outcome", ended): finding(2 + number) for number, ended in enumerate(ENDINGS)},
    }


def test_outcome_goes_where_the_routes_say_and_no_waiver_or_graver_finding_hides_it(
    store: Store, chat: Chat, clock: Clock
) -> None:
    # given: the finding itself is waived, and one of its event stands for others
    everything = FindingMatch(resources=("eni-1",))
    policy = Policy(
        alerts=AlertSettings(),
        sinks=tuple(sinks_named("oncall", "archive")),
        routes=(Route(("oncall",), FindingMatch(severity="high")), Route(("archive",))),
        waivers=(Waiver("holds", everything, "jane@example.com", "being taken down", START + 86_400.0),),
    )
    sending = Sending(store, chat.channel, clock=clock, sleep=clock.sleep)
    alerts, call = Alerts.of(policy, store, sending=lambda: sending, clock=clock), invocation(clock)
    grave = finding(1, subject="eni-2", rule="ENI003", severity="critical")

    # when
    alerts.put([finding(1), grave], call)
    alerts.tell_outcome(replace(finding(1), finding_id="low"), "applied", call)
    alerts.tell_outcome(replace(finding(1, severity="high"), finding_id="high"), "failed", call)
    alerts.send(call)

    # then
    told = {(one.sink, alert.kind, alert.finding.finding_id) for one in chat.told for alert in one.alerts}
    assert told == {
        ("oncall", "first", grave.finding_id),
        ("archive", "outcome", "low"),
        ("oncall", "outcome", "high"),
    }


def test_sink_that_is_down_is_told_the_outcome_later(store: Store, chat: Chat, clock: Clock) -> None:
    alerts, call = alerts_over(store, chat, clock), invocation(clock)
    chat.answers = lambda _: DeliveryError("no answer")
    alerts.tell_outcome(finding(1), "failed", call)
    alerts.send(call)
    clock.at += 3_600.0
    alerts.tell_outcome(finding(1), "failed", call)
    chat.answers = lambda _: None

    alerts.send(call)

    assert [(one.ended, one.finding) for one in chat.alerts] == [("failed", finding(1))]
    assert chat.repeats == []


def test_without_sinks_nothing_is_told_and_neither_the_store_nor_the_routes_are_asked(clock: Clock) -> None:
    class Untouched:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} is asked for")

    lines = io.StringIO()
    store: Any = Untouched()
    judge: Any = Untouched()

    Alerts((), store, group_minutes=30, judge=judge, clock=clock).tell_outcome(
        finding(1), "applied", invocation(clock, lines)
    )

    assert lines.getvalue() == ""


def test_two_instances_that_tell_the_same_outcomes_at_once_tell_each_once(
    tmp_path: Path, chat: Chat, clock: Clock
) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    stores = [open_store(url, clock=clock) for _ in range(2)]
    errors: list[BaseException] = []

    def work(store: Store) -> None:
        try:
            alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())
            for number in range(20):
                alerts.tell_outcome(finding(number), "applied", call)
                alerts.send(call)
        except BaseException as error:  # noqa: BLE001  told below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(store,)) for store in stores]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    clock.at += LEASE + 1.0  # the chat takes so many a minute
    alerts_over(stores[0], chat, clock).send(invocation(clock, io.StringIO()))
    for store in stores:
        store.close()

    assert errors == []
    assert sorted(chat.ids) == sorted(finding(number).finding_id for number in range(20))
    assert chat.repeats == []


def test_process_that_dies_at_any_step_and_tells_again_tells_once_or_says_that_it_repeats(
    tmp_path: Path, clock: Clock
) -> None:
    for number in range(1, 40):
        for after in (False, True):
            chat, steps = Chat(clock), Steps(number, after=after)
            store = open_store(f"sqlite:///{tmp_path}/{number}-{after}.db", clock=clock)
            try:
                dying = alerts_over(store, chat, clock, steps=steps)
                dying.tell_outcome(finding(1), "applied", invocation(clock, io.StringIO()))
                dying.send(invocation(clock, io.StringIO()))
            except Killed:
                pass
            clock.at += LEASE
            again = alerts_over(store, chat, clock)
            again.tell_outcome(finding(1), "applied", invocation(clock, io.StringIO()))
            again.send(invocation(clock, io.StringIO()))
            store.close()

            assert [one.repeat for one in chat.told] in ([False], [True], [False, True]), (number, after)
            if not steps.dead:
                assert [one.repeat for one in chat.told] == [False]
                return
    raise AssertionError("there are more steps than were tried")


def test_what_was_put_down_before_there_were_plans_is_still_told(
    store: Store, chat: Chat, clock: Clock
) -> None:
    # given an entry as versions without plans wrote it
    alert = Alert("an-id", "first", finding(1), START, since=START, until=START)
    Outbox(store).put("oncall", [alert], START)
    (waiting,) = Outbox(store).waiting("oncall", START)
    assert isinstance(waiting, Waiting)
    plain = msgspec.to_builtins(waiting.entry)
    for one in plain["alerts"]:
        del one["proposal"], one["ended"]
    store.schedule(waiting.queue, waiting.due.member, START, msgspec.json.encode(plain))

    # when
    alerts_over(store, chat, clock).send(invocation(clock, io.StringIO()))

    # then
    assert chat.alerts == [alert]


def test_plan_that_is_too_long_is_cut_says_so_and_keeps_its_id_and_its_link(
    store: Store, chat: Chat, clock: Clock
) -> None:
    long = replace(
        PLAN,
        calls=tuple(f"ecs:RevokeSecurityGroup {number} {'x' * 3_000}" for number in range(80)),
        inverse=("\ud800" * 90_000,),
        link=f"https://guard.example.com/?plan={'t' * 3_000}",
    )
    alerts, call = alerts_over(store, chat, clock), invocation(clock, io.StringIO())

    alerts.put([finding(1)], call, proposals={finding(1).finding_id: long})
    alerts.send(call)

    (told,) = chat.alerts
    plan = told.proposal
    assert isinstance(plan, Proposal)
    assert (plan.plan, plan.link, plan.expires) == (long.plan, long.link, long.expires)
    assert plan.calls[0].startswith("ecs:RevokeSecurityGroup 0 xxx")
    assert plan.calls[0].endswith("more characters)")
    assert plan.calls[-1] == "… (60 more)"
    assert len(msgspec.json.encode(Entry((told,)))) <= MOST_OF_ONE + 100
    assert bounded(told) == told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_chat_takes_plans_and_outcomes(kind: SinkKind, language: Language) -> None:
    # given plans with whatever anybody wrote into what they name
    clock = CloudClock()
    plans = [replace(PLAN, calls=(f"ecs:RevokeSecurityGroup {text}",), inverse=(text,)) for text in HOSTILE]
    with fake_chats(clock) as server:
        chat = Chatting(server, clock, kind, language=language, mention=())
        expires = chat.now() + 86_400.0

        # when
        for number, one in enumerate([PLAN, *plans]):
            told = replace(OPENED, finding_id=f"{number:032x}", account_id=f"{number + 10**15:016d}")
            plan = replace(one, plan=f"{number:032x}", expires=expires)
            chat.alerts.put([told], chat.call, proposals={told.finding_id: plan})
            chat.send()
            clock.advance(10)
        for ended in ENDINGS:
            chat.alerts.tell_outcome(outcome(ended).finding, ended, chat.call)
            chat.send()
            clock.advance(10)

        # then
        assert chat.robot.refused == []
        assert chat.troubles() == []
        assert len(chat.bodies) == 1 + len(plans) + len(ENDINGS)
        assert all(str(PLAN.link).partition("=")[2] in one for one in chat.bodies[: 1 + len(plans)])
        assert "SecurityGroupRuleId.1=sgr-bp1example0001" in html.unescape(chat.bodies[0])
        for ended, body in zip(ENDINGS, chat.bodies[-len(ENDINGS) :], strict=True):
            assert outcome(ended).finding.summary.partition(":")[0] in body
            assert str(PLAN.link) not in body


def test_plans_of_one_call_are_told_together_with_a_link_each() -> None:
    clock = CloudClock()
    with fake_chats(clock) as server:
        chat = Chatting(server, clock, "feishu", mention=())
        found = [finding(1, subject=f"sg-bp1example{number:04}", rule="EXP002") for number in range(3)]
        plans = {
            one.finding_id: replace(
                PLAN, plan=f"{number}" * 32, link=f"https://guard.example.com/?plan={number}", expires=2e9
            )
            for number, one in enumerate(found)
        }

        chat.alerts.put(found, chat.call, proposals=plans)
        chat.send()

        (sent,) = chat.robot.received
        (buttons,) = [one["actions"] for one in sent.body["card"]["elements"] if one["tag"] == "action"]
        assert [(one["text"]["content"], one["url"]) for one in buttons[:3]] == [
            (f"Approve or reject plan {str(number) * 8}", f"https://guard.example.com/?plan={number}")
            for number in range(3)
        ]
        assert "3 plans wait for approval" in chat.bodies[0]
