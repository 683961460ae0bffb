"""Whatever stands in a text, a chat shows it and does nothing else, within its limits."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from eniguard.alerts.alert import Proposal
from eniguard.alerts.formats import format_of
from eniguard.alerts.formats.words import more
from eniguard.alerts.message import Block, Line, Link, Message
from eniguard.printable import printable
from eniguard.settings.alerting import Language, SinkKind
from tests.messages.cases import AT, CUSTOM, PLAN, composed, first, outcome
from tests.unit.alerts.formats.goldens import KINDS
from tests.unit.alerts.formats.messages import HOSTILE, plain
from tests.unit.alerts.formats.readers import READERS, Seen

CHATS: tuple[SinkKind, ...] = tuple(kind for kind in KINDS if kind != "webhook")
URL = "https://example.com/a?b=(c)&d=%5B"
MENTIONS: dict[SinkKind, tuple[str, ...]] = {
    "dingtalk": ("13800000000", "all"),
    "feishu": ("ou_1", "all"),
    "wecom": ("zhangsan",),
    "slack": ("U012AB3CD",),
    "teams": ("jane@example.com",),
}

_parts = st.one_of(
    st.sampled_from(HOSTILE),
    st.sampled_from([*"[]()<>*_`~#!|\\&:;/-+=.@{}$\n\t\r ", "://", "](", "www.", ".com", "evil", "at", "{{"]),
    st.text(st.characters(), max_size=8),
)
#: Texts made of markup, of what anybody can write, and of any characters at all, lone surrogates too.
TEXTS = st.lists(_parts, max_size=8).map("".join)
_lines = st.builds(Line, TEXTS, st.one_of(st.none(), TEXTS), st.booleans())
_blocks = st.builds(Block, TEXTS, st.lists(_lines, max_size=5).map(tuple), st.integers(0, 2))
_messages = st.builds(
    Message,
    id=st.just("id"),
    at=st.just(0.0),
    language=st.sampled_from(["en", "zh"]),
    severity=st.sampled_from(["low", "critical"]),
    title=TEXTS,
    lead=TEXTS,
    blocks=st.lists(_blocks, max_size=4).map(tuple),
)
#: Plans that name whatever anybody wrote into a name or a description.
_plans = st.builds(
    Proposal,
    plan=st.just(PLAN.plan),
    goes=st.sampled_from(["plan", "approve", "auto"]),
    calls=st.lists(TEXTS, max_size=3).map(tuple),
    inverse=st.lists(TEXTS, max_size=3).map(tuple),
    expires=st.just(AT + 3600.0),
    held_back=st.lists(TEXTS, max_size=2).map(tuple),
)
_NOWHERE = replace(CUSTOM, event_id=None)


def _shown(text: str) -> str:
    """What is to be seen of a text: its characters, those that are not seen as escapes."""
    return printable(text).strip(" ")


def _read(kind: SinkKind, message: Message) -> Seen:
    return READERS[kind](format_of(kind).render(message).body)


@pytest.mark.parametrize("kind", CHATS)
@pytest.mark.parametrize("code", [False, True])
@pytest.mark.parametrize("label", ["Name", None])
@pytest.mark.parametrize("text", HOSTILE)
def test_what_anybody_can_write_is_shown_and_not_acted_on(
    kind: SinkKind, text: str, *, code: bool, label: str | None
) -> None:
    seen = _read(kind, plain([text], code=code, label=label))

    assert seen.active == []
    expected = _shown(text) if label is None else f"Name: {_shown(text)}"
    assert any(expected in line for line in seen.lines)


@pytest.mark.parametrize("kind", CHATS)
@settings(max_examples=200)
@given(message=_messages)
def test_any_text_in_any_place_is_shown_and_not_acted_on(kind: SinkKind, message: Message) -> None:
    made = format_of(kind).render(message)

    seen = READERS[kind](made.body)

    assert seen.active == []
    if not made.cut:
        _assert_all_there(message, seen)


def _assert_all_there(message: Message, seen: Seen) -> None:
    """Every text is in a line of its own, in the order of the message."""
    lines = iter(seen.lines)
    assert any(_shown(message.title) in line for line in lines)
    for text in _all_texts(message):
        assert any(text in line for line in lines), (text, seen.lines)


def _all_texts(message: Message) -> list[str]:
    texts = [_shown(message.lead)]
    for block in message.blocks:
        texts.append(_shown(block.heading))
        texts += [_shown(line.text) for line in block.lines]
    return [text for text in texts if text]


@pytest.mark.parametrize("kind", CHATS)
def test_links_and_mentions_are_ours_and_only_ours(kind: SinkKind) -> None:
    # given a message that links and mentions, and a text that wants to
    message = Message(
        "id",
        0.0,
        "en",
        "critical",
        "Title",
        " ".join(HOSTILE),
        (Block("Who", (Line(HOSTILE[7]),)),),
        links=(Link("Link", URL),),
        mentions=MENTIONS[kind],
    )

    active = _read(kind, message).active

    urls = [
        one.split(" ", 1)[1].replace("%28", "(").replace("%29", ")") for one in active if "mention" not in one
    ]
    assert urls == [URL]
    assert [one.removeprefix("mention ") for one in active if "mention" in one] == list(MENTIONS[kind])


@pytest.mark.parametrize("kind", CHATS)
@pytest.mark.parametrize("language", ["en", "zh"])
@settings(max_examples=50)
@given(plan=_plans)
def test_any_text_in_a_plan_is_shown_and_not_acted_on(
    kind: SinkKind, language: Language, plan: Proposal
) -> None:
    message = composed(first(_NOWHERE, proposal=plan), language=language)

    made = format_of(kind).render(message)

    seen = READERS[kind](made.body)
    assert seen.active == []
    if not made.cut:
        _assert_all_there(message, seen)
        lines = iter(seen.lines)
        for text in filter(None, map(_shown, (*plan.held_back, *plan.calls, *plan.inverse))):
            assert any(text in line for line in lines), text


@pytest.mark.parametrize("kind", CHATS)
@settings(max_examples=50)
@given(text=TEXTS)
def test_any_text_in_an_outcome_is_shown_and_not_acted_on(kind: SinkKind, text: str) -> None:
    told = outcome("failed", replace(_NOWHERE, resources=(replace(CUSTOM.subject, id=text),)))
    alert = replace(told, finding=replace(told.finding, summary=text, advice=text))

    seen = _read(kind, composed(alert))

    assert seen.active == []


@pytest.mark.parametrize("kind", CHATS)
@pytest.mark.parametrize("count", [1, 3])
def test_link_of_each_plan_that_waits_is_a_button_or_a_link_of_its_own(kind: SinkKind, count: int) -> None:
    # given plans that each have a page, and whose calls would like to have one
    plans = [
        replace(PLAN, plan=f"{number}" * 32, calls=(HOSTILE[0],), link=f"{URL}&plan={number}")
        for number in range(count)
    ]
    alerts = [replace(first(_NOWHERE, proposal=plan), id=plan.plan) for plan in plans]
    message = composed(*alerts)

    # when: the readers know links by one label
    active = _read(
        kind, replace(message, links=tuple(replace(one, label="Link") for one in message.links))
    ).active

    # then
    urls = [one.split(" ", 1)[1].replace("%28", "(").replace("%29", ")") for one in active]
    assert urls == [plan.link for plan in plans]


@pytest.mark.parametrize("kind", CHATS)
@pytest.mark.parametrize("lines", [30, 300])
def test_link_of_a_plan_is_there_however_long_the_message_is(kind: SinkKind, lines: int) -> None:
    long = replace(PLAN, calls=tuple(f"{number} {'x' * 900}" for number in range(lines)), link=URL)
    actor = replace(CUSTOM.actor, user_agent="y" * 9_000) if CUSTOM.actor is not None else None
    message = composed(first(replace(_NOWHERE, actor=actor), proposal=long))

    made = format_of(kind).render(replace(message, links=(replace(message.links[0], label="Link"),)))

    active = READERS[kind](made.body).active
    assert [one.split(" ", 1)[1].replace("%28", "(").replace("%29", ")") for one in active] == [URL]


def test_webhook_has_the_plan_and_the_outcome_as_data() -> None:
    told = first(CUSTOM, proposal=PLAN)

    data = format_of("webhook").render(composed(told, outcome("refused"))).body["data"]

    ended, planned = data["alerts"]
    assert planned["proposal"] == {
        "plan": PLAN.plan,
        "goes": "approve",
        "calls": list(PLAN.calls),
        "inverse": list(PLAN.inverse),
        "expires": PLAN.expires,
        "link": PLAN.link,
        "held_back": [],
    }
    assert (planned["kind"], planned["ended"]) == ("first", None)
    assert (ended["kind"], ended["ended"], ended["proposal"]) == ("outcome", "refused", None)


def test_dingtalk_has_buttons_unless_it_mentions() -> None:
    message = plain(["x"])
    linked = Message("id", 0.0, "en", "low", "Title", "Lead", (), links=(Link("Link", URL),))

    assert format_of("dingtalk").render(message).body["msgtype"] == "markdown"
    assert format_of("dingtalk").render(linked).body["msgtype"] == "actionCard"


def test_nobody_can_make_a_mention_out_of_a_name_in_the_settings() -> None:
    for kind in CHATS:
        message = Message(
            "id", 0.0, "en", "critical", "T", "L", (), mentions=("a><at id=all></at>", "x y", "<!here>")
        )

        active = _read(kind, message).active

        assert "mention all" not in active
        assert all(re.fullmatch(r"mention [^\s<>]*", one) for one in active), active


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(message=_messages, times=st.integers(1, 60))
@example(message=plain(["\ud800" * 2000]), times=60)
@example(message=plain(["é👍🏽" * 900], code=True), times=30)
def test_a_message_of_any_length_is_within_the_limit_and_says_whether_it_was_cut(
    kind: SinkKind, message: Message, times: int
) -> None:
    # given it many times over
    many = Message(
        "id",
        0.0,
        message.language,
        message.severity,
        message.title * times,
        message.lead * times,
        tuple(Block(block.heading, block.lines * times, block.weight) for block in message.blocks) * 3,
        links=(Link("Link", URL),) * (times % 40),
    )

    made = format_of(kind).render(many)

    sent = format_of(kind).request(made, "https://example.com/", "secret", 1_775_000_000.0).body
    assert json.loads(sent.decode("utf-8"))
    _assert_within_limit(kind, made.body, sent)
    if kind != "webhook" and not made.cut:
        seen = READERS[kind](made.body)
        _assert_all_there(many, seen)
        assert not any(more(1, many.language).split("1")[0] in line for line in seen.lines)


def _assert_within_limit(kind: SinkKind, body: dict, sent: bytes) -> None:  # type: ignore[type-arg]
    if kind == "wecom":
        assert len(body["markdown"]["content"].encode()) <= 4_096
    elif kind == "slack":
        assert len(body["blocks"]) <= 50
        assert len(body["blocks"][0]["text"]["text"]) <= 150
        assert len(body["text"]) <= 3_000
        assert len(json.dumps(body["blocks"], ensure_ascii=False, separators=(",", ":"))) <= 12_000
    else:
        assert len(sent) <= {"dingtalk": 20_000, "feishu": 20_000, "teams": 21_000, "webhook": 65_536}[kind]


def test_a_webhook_has_the_texts_as_they_are_and_all_alerts_that_fit() -> None:
    # given
    from tests.unit.alerts.formats.messages import digest

    few, many = digest("en", 12), digest("en", 300)

    # when
    made, cut = format_of("webhook").render(few), format_of("webhook").render(many)

    # then
    data = made.body["data"]
    assert not made.cut
    assert [alert["id"] for alert in data["alerts"]] == [alert.id for alert in few.alerts]
    assert data["more_alerts"] == []
    assert data["blocks"][0]["lines"][0]["text"] == few.blocks[0].lines[0].text
    assert cut.cut
    data = cut.body["data"]
    assert data["alert_count"] == 300
    assert 0 < len(data["alerts"]) < 300
    assert [one["id"] for one in data["alerts"]] + data["more_alerts"] == [alert.id for alert in many.alerts]
