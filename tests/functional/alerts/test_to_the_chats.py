"""Alerts through all their real parts, over TLS, to chats that check what they are sent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

import pytest
from msgspec.structs import replace

from eniguard.model import SEVERITIES, Actor, Evidence, Finding, Resource
from eniguard.settings.alerting import Language, SinkKind
from fakealiyun import Clock
from fakealiyun.chats.serving import ChatServer, fake_chats
from tests.functional.alerts.chatting import Chatting
from tests.functional.alerts.stage import finding
from tests.messages.cases import CASES, MANY, REFUSED, leveled
from tests.unit.alerts.formats import messages

KINDS: tuple[SinkKind, ...] = get_args(SinkKind)
LANGUAGES: tuple[Language, ...] = get_args(Language)
#: Chats that take so much in a time; a receiver of one's own has no limit.
PACED: tuple[SinkKind, ...] = tuple(kind for kind in KINDS if kind != "webhook")
HAN = re.compile(r"[一-鿿]")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[ChatServer]:
    with fake_chats(clock) as server:
        yield server


def distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Findings that are news each: of different accounts and events."""
    return [
        replace(one, finding_id=f"{number:032x}", account_id=f"{number + 10**15:016d}")
        for number, one in enumerate(findings)
    ]


CARDS = distinct([alert.finding for alerts, _ in CASES.values() for alert in alerts])


def hostile_findings() -> list[Finding]:
    """What anybody can write, in each place of a finding that takes text from outside."""
    return distinct(
        [
            replace(
                REFUSED,
                severity=SEVERITIES[number % len(SEVERITIES)],
                action=text,
                region=text,
                event_id=text,
                summary=text,
                advice=text,
                actor=Actor(
                    "account", "ram-user", text, name=text, role=text, source_ip=text, user_agent=text
                ),
                resources=(Resource("ecs:SecurityGroup", text, managed=True, owner_service=text),),
                evidence=(Evidence(text, text, note=text), Evidence("long", text * 200)),
            )
            for number, text in enumerate(messages.HOSTILE)
        ]
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_chat_takes_each_card_in_both_languages(
    server: ChatServer, clock: Clock, kind: SinkKind, language: Language
) -> None:
    chat = Chatting(server, clock, kind, language=language, time_zone="Asia/Shanghai")

    for one in CARDS:
        chat.put(one)
        chat.send()
        clock.advance(10)

    assert chat.robot.refused == []
    assert chat.troubles() == []
    assert len(chat.bodies) == len(CARDS)
    assert [rule in body for rule, body in zip((one.rule for one in CARDS), chat.bodies, strict=True)] == [
        True
    ] * len(CARDS)
    assert [bool(HAN.search(body)) for body in chat.bodies] == [language == "zh"] * len(CARDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_chat_takes_digests(server: ChatServer, clock: Clock, kind: SinkKind, language: Language) -> None:
    chat = Chatting(server, clock, kind, language=language)
    several = [replace(one, severity=level) for level in SEVERITIES for one in CARDS]

    chat.put(*distinct(several))
    chat.send()
    clock.advance(60)
    chat.put(*distinct([leveled("high"), leveled("low")] * 2)[2:])
    chat.send()

    assert chat.robot.refused == []
    assert chat.troubles() == []
    assert len(chat.bodies) >= 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_chat_takes_whatever_anybody_wrote(
    server: ChatServer, clock: Clock, kind: SinkKind, language: Language
) -> None:
    chat = Chatting(server, clock, kind, language=language)
    hostile = hostile_findings()

    for one in hostile:
        chat.put(one)
        chat.send()
        clock.advance(10)
    one_by_one = len(chat.robot.received)
    chat.put(*[replace(one, finding_id=f"d{one.finding_id}", severity="medium") for one in hostile[:4]])
    chat.put(replace(MANY, evidence=MANY.evidence * 500))
    chat.send()

    assert chat.robot.refused == []
    assert chat.troubles() == []
    assert one_by_one == len(hostile)
    assert len(chat.robot.received) >= one_by_one + 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("wecom", "slack", "teams")])
def test_wrong_secret_is_said_and_nothing_is_lost(server: ChatServer, clock: Clock, kind: SinkKind) -> None:
    # given
    chat, right = Chatting(server, clock, kind), server.secret(kind)
    chat.robot.secret = "SEC-another"
    chat.put(REFUSED)

    # when
    chat.send()
    (trouble,) = chat.alerts.troubles()
    chat.robot.secret = right
    chat.send_within(10)

    # then
    assert trouble.waiting == 1
    assert "secret" in trouble.problem
    assert str(right) not in trouble.problem
    assert len(chat.bodies) == 1
    assert chat.alerts.troubles() == []


@pytest.mark.parametrize("kind", PACED)
def test_chat_that_is_told_too_much_by_others_is_asked_again_when_it_listens(
    server: ChatServer, clock: Clock, kind: SinkKind
) -> None:
    # given
    chat = Chatting(server, clock, kind)
    while not chat.robot.pace.take(chat.now()):
        pass
    blocked_for = chat.robot.pace.take(chat.now())
    began = chat.now()

    # when
    findings = [finding(number, subject=f"eni-bp1example{number:04}") for number in range(3)]
    for one in findings:
        chat.put(one)
    chat.send_within(int(blocked_for) + 60)

    # then
    assert len(chat.robot.refused) == 1
    assert chat.robot.received[0].at >= began + blocked_for
    told = Counter(name for body in chat.bodies for name in set(re.findall(r"eni-bp1example\d{4}", body)))
    assert told == {one.subject.id: 1 for one in findings}


def test_500_different_ones_in_a_minute_reach_a_dingtalk_robot_merged_within_its_limit(
    server: ChatServer, clock: Clock
) -> None:
    # given
    chat = Chatting(server, clock, "dingtalk", language="zh")
    findings = [finding(number, subject=f"eni-bp1example{number:04}") for number in range(500)]
    began = chat.now()

    # when
    for one in findings:
        chat.put(one)
        chat.send()
        clock.advance(0.12)
    chat.send_within(120)

    # then
    assert chat.robot.refused == []
    assert chat.troubles() == []
    told = Counter(name for body in chat.bodies for name in set(re.findall(r"eni-bp1example\d{4}", body)))
    assert told == {one.subject.id: 1 for one in findings}
    assert len(chat.bodies) <= 40
    assert chat.robot.received[-1].at <= began + 120


@pytest.mark.parametrize("kind", PACED)
def test_no_chat_is_ever_told_more_than_it_takes(server: ChatServer, clock: Clock, kind: SinkKind) -> None:
    # given
    chat = Chatting(server, clock, kind)
    findings = [finding(number, subject=f"eni-bp1example{number:04}") for number in range(150)]

    # when
    for one in findings:
        chat.put(one)
    chat.send_within(180)

    # then
    assert chat.robot.refused == []
    told = Counter(name for body in chat.bodies for name in set(re.findall(r"eni-bp1example\d{4}", body)))
    assert told == {one.subject.id: 1 for one in findings}
    assert len(chat.bodies) < len(findings)
