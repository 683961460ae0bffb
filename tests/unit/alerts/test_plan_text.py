"""What messages say of plans, and of how plans ended."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from eniguard.alerts.alert import Alert, Ended, Going
from eniguard.alerts.message import Message
from eniguard.alerts.words import AFTER_ENDINGS, ENDINGS, GOING, GOING_BRIEFLY
from eniguard.remediation import outcomes
from tests.messages.cases import (
    AT,
    AUTO,
    OPENED,
    OVER,
    PLAN,
    REFUSED,
    SHOWN,
    SWEPT,
    WITHOUT_PAGE,
    composed,
    first,
    outcome,
    summary,
)

WAITS = "It waits for somebody to approve it, who is not the one who made the call."


def block(message: Message, heading: str) -> list[str]:
    """The lines of a block, each with its label."""
    found = [one for one in message.blocks if one.heading == heading]
    lines = [line for one in found for line in one.lines]
    return [line.text if line.label is None else f"{line.label}: {line.text}" for line in lines]


def planned(number: int, **fields: object) -> Alert:
    """An alert with a plan of its own."""
    plan = replace(PLAN, plan=f"{number:08x}" * 4, link=f"https://guard.example.com/?plan={number}")
    found = first(OPENED, proposal=replace(plan, **fields))
    return replace(found, id=f"planned-{number}")


def test_words_are_there_for_all_that_a_plan_can_be() -> None:
    assert set(GOING) == set(GOING_BRIEFLY) == set(get_args(Going))
    assert set(ENDINGS) == set(AFTER_ENDINGS) == set(get_args(Ended))
    assert set(get_args(outcomes.Ended)) == set(get_args(Ended))


def test_plan_is_told_with_its_calls_as_code_in_place_of_the_fix() -> None:
    message = composed(first(OPENED, proposal=PLAN))

    assert block(message, "Fix") == []
    assert block(message, "Plan to put it right") == [
        WAITS,
        f"Call: {PLAN.calls[0]}",
        f"To take it back: {PLAN.inverse[0]}",
        "Open until: 2026-05-10 20:09:00 UTC+08:00 Asia/Shanghai (2026-05-10 12:09:00 UTC)",
        f"To look at it: eniguard plans show {PLAN.plan}",
    ]
    (plan,) = [one for one in message.blocks if one.heading == "Plan to put it right"]
    assert [line.code for line in plan.lines] == [False, True, True, False, True]


def test_plan_gives_way_last_of_what_may_be_left_out() -> None:
    weights = {one.heading: one.weight for one in composed(first(OPENED, proposal=PLAN)).blocks}
    highest = max(weights.values())
    lesser = [heading for heading, weight in weights.items() if weight < highest]

    # Of one weight the first is kept longest.
    assert max(lesser, key=lambda heading: weights[heading]) == "Plan to put it right"


def test_link_of_a_plan_that_waits_is_the_first_and_takes_the_place_of_a_resource() -> None:
    resources = tuple([replace(OPENED.subject, id=f"sg-bp1example{number:04}") for number in range(9)])

    message = composed(first(replace(OPENED, resources=resources), proposal=PLAN))

    assert message.links[0].label == "Approve or reject the plan"
    assert message.links[0].url == PLAN.link
    # As many as Teams has buttons.
    assert [one.label for one in message.links[1:]] == [
        *[f"sg-bp1example{number:04}" for number in range(4)],
        "Event in the trail",
    ]


@pytest.mark.parametrize("plan", [AUTO, SHOWN, WITHOUT_PAGE, OVER], ids=["auto", "plan", "no page", "over"])
def test_plan_that_nobody_can_approve_on_a_page_has_no_link(plan: object) -> None:
    message = composed(first(OPENED, proposal=plan))

    assert not any("Approve" in one.label for one in message.links)


def test_plan_without_a_page_says_how_it_is_approved() -> None:
    how = f"To approve it: eniguard plans approve {WITHOUT_PAGE.plan}"

    assert how in block(composed(first(OPENED, proposal=WITHOUT_PAGE)), "Plan to put it right")


def test_plan_that_is_only_shown_says_why_and_until_when_nothing_can_be_done_about_it() -> None:
    lines = block(composed(first(OPENED, proposal=SHOWN)), "Plan to put it right")

    assert lines[:2] == [
        "It is only shown: the guard changes nothing here.",
        "Only shown, because: the call was made 45 minutes before, and 30 are allowed",
    ]
    assert not any(line.startswith(("Open until", "To approve it")) for line in lines)


def test_plan_that_is_told_too_late_does_not_ask_for_approval() -> None:
    lines = block(composed(first(OPENED, proposal=OVER)), "Plan to put it right")

    assert lines[0] == "It was open for approval until the time below."
    assert WAITS not in lines
    assert not any(line.startswith("To approve it") for line in lines)


def test_of_many_calls_the_first_are_listed_and_the_rest_counted() -> None:
    many = replace(PLAN, calls=tuple(f"ecs:RevokeSecurityGroup {number}" for number in range(23)))

    lines = block(composed(first(OPENED, proposal=many)), "Plan to put it right")

    assert sum(line.startswith("Call: ") for line in lines) == 20
    assert lines.count("and 3 more") == 1


def test_digest_names_each_plan_and_links_to_those_that_wait() -> None:
    message = composed(planned(1), planned(2, goes="auto"), planned(3, goes="plan"), first(SWEPT))

    lines = block(message, "High")
    assert [line.rpartition("; ")[2] for line in lines] == [
        "plan 00000001 waits for approval",
        "plan 00000002 is being carried out",
        "plan 00000003 is only shown",
    ]
    assert block(message, "Plans") == [
        "1 plan waits for approval.",
        "To look at all of them: eniguard plans list",
    ]
    assert message.links[0].label == "Approve or reject plan 00000001"
    assert message.links[0].url == "https://guard.example.com/?plan=1"
    assert sum("plan=" in one.url for one in message.links) == 1


def test_digest_of_many_plans_links_to_five_counts_all_and_keeps_that_longest() -> None:
    message = composed(*[planned(number) for number in range(1, 31)])

    assert [one.url for one in message.links if "plan=" in one.url] == [
        f"https://guard.example.com/?plan={number}" for number in range(1, 6)
    ]
    assert len(message.links) == 6
    assert block(message, "Plans")[0] == "30 plans wait for approval."
    weights = {one.heading: one.weight for one in message.blocks}
    assert max(weights, key=lambda heading: weights[heading]) == "Plans"


def test_plan_of_two_alerts_is_one_plan() -> None:
    message = composed(planned(1), replace(planned(1), id="again"))

    assert block(message, "Plans")[0] == "1 plan waits for approval."
    assert sum("plan=" in one.url for one in message.links) == 1


def test_digest_in_which_no_plan_waits_has_no_word_of_waiting() -> None:
    message = composed(planned(1, expires=AT), planned(2, goes="plan"))

    assert block(message, "Plans") == []
    assert block(message, "High")[0].endswith("; plan 00000001 is no longer open for approval")
    assert not any("plan=" in one.url for one in message.links)


@pytest.mark.parametrize(
    ("ended", "says"),
    [
        ("applied", "carried out"),
        ("already", "nothing was left to do"),
        ("undone", "taken back"),
        ("refused", "held back by a safeguard"),
        ("failed", "failed"),
    ],
)
def test_outcome_says_how_the_plan_ended_when_and_what_to_do(ended: Ended, says: str) -> None:
    told = outcome(ended)

    message = composed(told)

    assert message.title.startswith(f"[Plan: {says}] EXP002 A rule opened all ports")
    assert message.lead == told.finding.summary
    assert block(message, "What happened") == [
        f"How the plan ended: {says}",
        "Call of the plan: ecs:RevokeSecurityGroup",
    ]
    assert block(message, "What to do now") == [told.finding.advice]
    assert block(message, "When")[0].startswith("The plan ended: 2026-05-10 16:10:00")
    assert block(message, "Who") == []
    assert block(message, "Whose call the plan is about")


def test_outcome_in_chinese_says_what_to_do_in_chinese_beside_the_original() -> None:
    told = outcome("failed")

    message = composed(told, language="zh")

    assert message.title.startswith("【修复计划：失败】")  # noqa: RUF001
    assert block(message, "现在该做什么") == [
        "请查看哪些操作已完成、哪些未完成，其余部分手工修复。",  # noqa: RUF001
        f"原文: {told.finding.advice}",
    ]


def test_digest_tells_ends_of_plans_apart_from_findings() -> None:
    several = composed(first(REFUSED), summary(SWEPT, 4), outcome("applied"), outcome("failed"))
    only = composed(outcome("applied"), outcome("undone"))

    assert several.lead.startswith("5 findings, 2 plans ended, from 2026-05-10 16:09:00 ")
    assert only.lead.startswith("2 plans ended, from 2026-05-10 16:10:00 ")
    assert [line.rpartition("; ")[2] for line in block(several, "High")] == [
        "its plan: carried out",
        "its plan: failed",
    ]
