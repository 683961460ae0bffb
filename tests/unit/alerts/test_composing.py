"""What messages say, in both languages."""

from __future__ import annotations

import re
import subprocess
import sys

import msgspec
import pytest

from eniguard.alerts.composing import MessageComposer
from eniguard.alerts.message import Message
from eniguard.model import SEVERITIES, Actor
from eniguard.settings.alerting import Language, Sink
from tests.messages.cases import (
    ALICE,
    AT,
    CASES,
    CUSTOM,
    HOSTILE,
    INTERNAL,
    MANY,
    OPENED,
    REFUSED,
    RULES,
    SUCCEEDED,
    SWEPT,
    composed,
    first,
    leveled,
    rule_texts,
    summary,
)
from tests.messages.goldens import FOLDER, LANGUAGES, golden, text_of

EVENT = "https://actiontrail.console.aliyun.com/cn-hangzhou/event-list?EventId=" + str(REFUSED.event_id)
HAN = re.compile(r"[一-鿿]")
HALF_WIDTH_AFTER_HAN = re.compile(r"[一-鿿][,;:!?()]")


def texts(message: Message) -> list[str]:
    lines = [line for block in message.blocks for line in block.lines]
    labels = [line.label for line in lines if line.label is not None]
    return [message.title, message.lead, *[line.text for line in lines], *labels]


def block(message: Message, heading: str) -> list[str]:
    """The lines of a block, each with its label."""
    (found,) = [one for one in message.blocks if one.heading == heading]
    return [line.text if line.label is None else f"{line.label}: {line.text}" for line in found.lines]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_message_reads_as_the_one_that_was_looked_over(case: str, language: Language) -> None:
    assert text_of(case, language) == golden(case, language).read_text(encoding="utf-8")


def test_no_message_that_was_looked_over_is_left_over() -> None:
    assert set(FOLDER.iterdir()) == {golden(case, language) for case in CASES for language in LANGUAGES}


@pytest.mark.parametrize("code", RULES)
def test_card_of_a_packaged_rule_in_chinese_has_its_title_reason_and_advice_in_chinese(code: str) -> None:
    # given
    rule = RULES[code]
    finding = msgspec.structs.replace(REFUSED, rule=code, advice=rule.advice)

    # when
    message = composed(first(finding), language="zh")

    # then
    (advice,) = block(message, "现在该做什么")
    assert all(map(HAN.search, (message.title, message.lead, advice, block(message, "为什么重要")[0])))
    assert rule.why not in texts(message)


@pytest.mark.parametrize("case", CASES)
def test_chinese_texts_of_ours_have_full_width_punctuation(case: str) -> None:
    alerts, repeat = CASES[case]
    message = composed(*alerts, language="zh", repeat=repeat)

    assert [text for text in texts(message) if HALF_WIDTH_AFTER_HAN.search(text)] == []


@pytest.mark.parametrize("case", CASES)
def test_english_message_has_no_chinese_text(case: str) -> None:
    alerts, repeat = CASES[case]

    assert [text for text in texts(composed(*alerts, repeat=repeat)) if HAN.search(text)] == []


def test_rule_of_a_users_own_says_in_chinese_what_it_says_itself() -> None:
    message = composed(first(CUSTOM), language="zh")

    assert message.title == "【低危】ACME001 A thing is too big\uff1athing-1"
    assert block(message, "现在该做什么") == ["Make thing-1 smaller."]
    assert block(message, "为什么重要") == ["Big things break."]


def test_rule_that_is_not_there_any_more_is_told_by_what_the_finding_says() -> None:
    finding = msgspec.structs.replace(CUSTOM, rule="GONE001", name="gone-rule")

    message = composed(first(finding))

    assert message.title == "[Low] GONE001 gone-rule: thing-1"
    assert block(message, "What to do now") == ["Make thing-1 smaller."]
    assert "Why it matters" not in [one.heading for one in message.blocks]


def test_several_alerts_are_a_line_each_with_the_most_severe_first() -> None:
    # given
    alerts = [first(leveled(level)) for level in ("info", "critical", "low", "high", "critical")]

    # when
    message = composed(*alerts)

    # then
    assert message.title == "5 alerts: 2 critical, 1 high, 1 low, 1 info"
    assert [one.heading for one in message.blocks] == ["Critical", "High", "Low", "Info"]
    assert [len(one.lines) for one in message.blocks] == [2, 1, 1, 1]
    weights = [one.weight for one in message.blocks]
    assert weights == sorted(weights, reverse=True)
    assert [one.finding.severity for one in message.alerts] == ["critical", "critical", "high", "low", "info"]


def test_500_alerts_are_all_in_one_digest() -> None:
    alerts = [
        first(
            msgspec.structs.replace(
                REFUSED, resources=(msgspec.structs.replace(REFUSED.subject, id=f"eni-{n}"),)
            )
        )
        for n in range(500)
    ]

    message = composed(*alerts)

    assert sum(len(one.lines) for one in message.blocks) == 500
    assert len(message.links) <= 6


def test_digest_counts_the_findings_of_summaries() -> None:
    message = composed(summary(REFUSED, 10_000), first(SWEPT))

    assert message.lead.startswith("10,001 findings, from ")
    assert message.blocks[0].lines[0].text.endswith("; 10,000 times")


def test_message_is_the_same_however_its_alerts_come() -> None:
    one, other = first(REFUSED), first(SWEPT)

    assert composed(one, other).id == composed(other, one).id
    assert composed(one).id != composed(other).id != composed(one, other).id


@pytest.mark.parametrize("severity", SEVERITIES)
def test_people_are_mentioned_on_critical_alerts_alone(severity: str) -> None:
    message = composed(first(leveled(severity)), first(leveled("info")))

    assert message.mentions == (("13800000000",) if severity == "critical" else ())
    assert message.severity == severity


@pytest.mark.parametrize(
    ("language", "mark"), [("en", "may have been told before"), ("zh", "可能重复")], ids=LANGUAGES
)
def test_repeat_says_so_in_its_title_and_text(language: Language, mark: str) -> None:
    for alerts in ([first(REFUSED)], [first(REFUSED), first(SWEPT)]):
        again = composed(*alerts, language=language, repeat=True)

        assert mark in again.title
        assert sum(mark in line.text for one in again.blocks for line in one.lines) == 1
        assert not any(mark in text for text in texts(composed(*alerts, language=language)))


def test_summary_says_how_often_since_when_and_until_when() -> None:
    message = composed(summary(REFUSED, 312))

    assert message.title.endswith(": eni-bp1example0001, 312 times")
    assert (
        "How often: 312 times, from 2026-05-10 16:09:00 UTC+08:00 Asia/Shanghai (2026-05-10 08:09:00 UTC) "
        "until 2026-05-10 16:39:00 UTC+08:00 Asia/Shanghai (2026-05-10 08:39:00 UTC)"
    ) in block(message, "What happened")


def test_finding_of_the_sweep_says_when_it_was_found_and_names_no_caller() -> None:
    for finding in (SWEPT, INTERNAL):
        message = composed(first(finding))

        assert block(message, "When")[0].startswith("Found: 2026-05-10 16:09:00")
        assert "Who" not in [one.heading for one in message.blocks]


def test_of_100_resources_the_first_are_listed_and_the_rest_counted() -> None:
    lines = block(composed(first(MANY)), "On what")

    assert lines.count("and 80 more") == 1
    assert sum("eni-" in line for line in lines) == 19


def test_what_comes_from_outside_is_neither_a_label_nor_filled_in() -> None:
    # when
    message = composed(first(HOSTILE))

    # then
    labels = [line.label or "" for one in message.blocks for line in one.lines]
    assert not any("@all" in label or "{" in label for label in labels)
    assert "Name: {who} %s [x](http://evil.example.com) @all <!channel>" in block(message, "Who")
    assert "tag {name}: @all: {value} %d" in block(message, "Evidence")
    assert message.links == ()


@pytest.mark.parametrize("text", ["{", "}", "{0}", "{kind.__class__}", "%(x)s", "", "\x00", "\ud800"])
def test_any_text_from_outside_is_composed_as_it_is(text: str) -> None:
    # given
    actor = Actor("account", "ram-user", name=text, user_agent=text, source_ip=text, principal_id=text)
    resources = (msgspec.structs.replace(REFUSED.subject, id=text, owner_service=text),)
    finding = msgspec.structs.replace(REFUSED, actor=actor, resources=resources, action=text, summary=text)

    # when
    messages = [composed(first(finding), language=language) for language in LANGUAGES]

    # then
    assert all(message.title.endswith(text) for message in messages)
    assert [[link.url for link in message.links] for message in messages] == [[EVENT], [EVENT]]


@pytest.mark.parametrize("text", ["", "Region", "Low"])
def test_text_from_outside_is_not_looked_up_in_the_catalogue(text: str) -> None:
    finding = msgspec.structs.replace(REFUSED, actor=Actor("account", text, name="alice"))

    (caller, _) = block(composed(first(finding), language="zh"), "谁")

    assert caller.endswith(f"\uff08{text}\uff09")


@pytest.mark.parametrize(
    "field", ["event_time", "region", "account_id", "action", "outcome", "actor", "event_id"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_field_that_is_not_known_is_not_said(field: str, language: Language) -> None:
    finding = msgspec.structs.replace(REFUSED, **{field: None})

    assert not any("None" in text for text in texts(composed(first(finding), language=language)))


def test_fix_is_told_with_its_call_and_how_far_it_may_go() -> None:
    assert block(composed(first(OPENED)), "Fix") == [
        "Revoke rule sgr-bp1example0001 of sg-bp1example0001",
        "Call: ecs:RevokeSecurityGroup",
        "SecurityGroupId: sg-bp1example0001",
        "SecurityGroupRuleId.1: sgr-bp1example0001",
        "It may be made: by itself, if guard.yml lets it",
    ]


def test_facts_that_were_not_known_are_said() -> None:
    assert any(line.startswith("Not known: ") for line in block(composed(first(SUCCEEDED)), "What happened"))
    assert not any(
        line.startswith("Not known: ") for line in block(composed(first(REFUSED)), "What happened")
    )


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("UTC", "2026-05-10 08:09:00 UTC"),
        ("Asia/Shanghai", "2026-05-10 16:09:00 UTC+08:00 Asia/Shanghai (2026-05-10 08:09:00 UTC)"),
        ("Asia/Kolkata", "2026-05-10 13:39:00 UTC+05:30 Asia/Kolkata (2026-05-10 08:09:00 UTC)"),
        ("America/St_Johns", "2026-05-10 05:39:00 UTC-02:30 America/St_Johns (2026-05-10 08:09:00 UTC)"),
        ("Nowhere/Land", "2026-05-10 08:09:00 UTC"),
        ("../../etc/passwd", "2026-05-10 08:09:00 UTC"),
    ],
)
def test_time_is_told_in_the_zone_of_the_team_and_in_utc(zone: str, told: str) -> None:
    assert block(composed(first(REFUSED), zone=zone), "When") == [f"Event: {told}"]


@pytest.mark.parametrize(
    ("event_time", "told"),
    [
        ("2026-03-29T00:59:59Z", "2026-03-29 01:59:59 UTC+01:00"),
        ("2026-03-29T01:00:00Z", "2026-03-29 03:00:00 UTC+02:00"),
        ("2026-10-25T00:30:00Z", "2026-10-25 02:30:00 UTC+02:00"),
        ("2026-10-25T01:30:00Z", "2026-10-25 02:30:00 UTC+01:00"),
    ],
)
def test_time_around_a_change_of_the_clocks_says_how_far_it_is_ahead(event_time: str, told: str) -> None:
    finding = msgspec.structs.replace(REFUSED, event_time=event_time)

    (line,) = block(composed(first(finding), zone="Europe/Berlin"), "When")

    assert line.startswith(f"Event: {told} Europe/Berlin (")


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("ecs.console.aliyun.com", "console (ecs.console.aliyun.com)"),
        ("aliyun-oss-console", "console (aliyun-oss-console)"),
        ("ecs.aliyuncs.com", "a cloud service (ecs.aliyuncs.com)"),
        ("Aliyun-CLI/3.0.198", "command line (aliyun) (Aliyun-CLI/3.0.198)"),
        ("AlibabaCloud (linux) Golang HashiCorp-Terraform/1.9", None),
        ("Apache-HttpClient/4.5.6 (Java/1.8.0_181)", "SDK (Apache-HttpClient/4.5.6 (Java/1.8.0_181))"),
        ("something else", "something else"),
    ],
)
def test_tool_is_read_off_the_user_agent_which_stands_beside_it(agent: str, told: str | None) -> None:
    finding = msgspec.structs.replace(REFUSED, actor=msgspec.structs.replace(ALICE, user_agent=agent))

    line = block(composed(first(finding)), "Who")[-1]

    assert line == f"Tool, as it calls itself: {told or f'Terraform ({agent})'}"


def test_nothing_to_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        MessageComposer(rule_texts)([], Sink("team", "slack", "env:URL"), at=AT)


@pytest.mark.parametrize(
    "module", ["eniguard.pipeline", "eniguard.alerts.message", "eniguard.settings.alerting"]
)
def test_what_messages_are_written_with_is_loaded_by_the_first_message_alone(module: str) -> None:
    # given
    late = {"eniguard.alerts.composing", "eniguard.alerts.catalogue", "gettext", "zoneinfo", "tzdata"}
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {late!r}))"

    # when
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    # then
    assert run.stdout.split() == []
