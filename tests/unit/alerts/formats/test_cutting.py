"""What is too long is cut between what people see as characters, the least important first."""

from __future__ import annotations

import pytest
from grapheme import graphemes
from hypothesis import given
from hypothesis import strategies as st

from eniguard.alerts.formats.cutting import fitted, shortened, shortened_to
from eniguard.alerts.message import Block, Line, Link, Message


def _size(message: Message) -> int:
    lines = [
        text for block in message.blocks for line in block.lines for text in (line.text, line.label or "")
    ]
    links = [link.label + link.url for link in message.links]
    texts = [message.title, message.lead, *[block.heading for block in message.blocks], *lines, *links]
    return sum(map(len, [*texts, *message.mentions]))


def _message(*blocks: Block, language: str = "en", **fields: object) -> Message:
    made = {
        "title": "t" * 90,
        "lead": "l" * 200,
        "links": (Link("Console", "https://example.com/"),),
    } | fields
    return Message("id", 0.0, language, "high", blocks=blocks, **made)  # type: ignore[arg-type]


def _lines(count: int, length: int = 10) -> tuple[Line, ...]:
    return tuple(Line(f"{number:02}" + "x" * (length - 2)) for number in range(count))


def _cut(message: Message, most: int) -> Message:
    kept, cut = fitted(message, lambda one: _size(one) <= most)
    assert cut
    assert _size(kept) <= most
    return kept


def test_what_fits_is_left_as_it_is() -> None:
    message = _message(Block("a", _lines(3)))

    assert fitted(message, lambda one: _size(one) <= 10_000) == (message, False)


def test_blocks_of_a_lower_weight_go_first_and_say_how_much_of_them_is_missing() -> None:
    message = _message(
        Block("first", _lines(4), 5),
        Block("last", _lines(9), 1),
        Block("middle", _lines(4), 3),
        Block("top", _lines(4), 5),
    )

    kept = _cut(message, _size(message) - 30)

    assert [block.heading for block in kept.blocks] == ["first", "last", "middle", "top"]
    assert [line.text for line in kept.blocks[1].lines][-1] == "… and 5 more"
    assert len(kept.blocks[1].lines) == 5
    assert kept.blocks[0].lines == message.blocks[0].lines

    kept = _cut(message, _size(message) - 110)

    assert [(block.heading, len(block.lines)) for block in kept.blocks] == [
        ("first", 4),
        ("middle", 2),
        ("top", 4),
    ]
    assert kept.blocks[1].lines[-1].text == "… and 3 more"


def test_lines_of_the_weightiest_blocks_are_counted_in_the_language_of_the_message() -> None:
    message = _message(Block("a", _lines(100)), language="zh")

    kept = _cut(message, 600)

    assert kept.blocks[0].lines[:-1] == message.blocks[0].lines[: len(kept.blocks[0].lines) - 1]
    left = 100 - (len(kept.blocks[0].lines) - 1)
    assert kept.blocks[0].lines[-1].text == f"……另有 {left} 条"
    assert kept.title == message.title
    assert kept.lead == message.lead


def test_an_overlong_text_gives_way_before_a_block_does() -> None:
    message = _message(Block("a", (Line("y" * 50_000), *_lines(5))), Block("b", _lines(5), 0))

    kept = _cut(message, 2_000)

    assert kept.blocks[0].lines[0].text == "y" * 1_000 + "…"
    assert kept.blocks[1] == message.blocks[1]


@pytest.mark.parametrize(
    ("most", "lines", "lead", "title", "links"),
    [
        # Two lines of 1,000 are cut to 200 at the least as long as that is enough,
        (800, 240, 200, 90, 1),
        # then the second block goes,
        (500, 182, 200, 90, 1),
        (330, 12, 200, 90, 1),
        # then the lead is cut, then the title, then the link goes.
        (300, 1, 181, 90, 1),
        (235, 1, 121, 85, 1),
        (60, 0, 1, 59, 0),
    ],
)
def test_advice_lead_and_title_give_way_last(
    most: int, lines: int, lead: int, title: int, links: int
) -> None:
    message = _message(Block("a", (Line("y" * 1_000),), 9), Block("b", (Line("z" * 1_000),), 9))

    kept = _cut(message, most)

    first = len(kept.blocks[0].lines[0].text) if kept.blocks else 0
    assert (first, len(kept.lead), len(kept.title), len(kept.links)) == (lines, lead, title, links)


@pytest.mark.parametrize(
    "whole", ["e\u0301\u0302", "👍🏽", "🇨🇳", "\u1100\u1161\u11a8", "क्षि", "❤\ufe0f", "👨\u200d👩\u200d👧"]
)
def test_no_character_is_cut_in_two(whole: str) -> None:
    text = whole * 40

    for most in range(1, len(text)):
        cut = shortened_to(text, lambda shorter, most=most: len(shorter) <= most)  # type: ignore[misc]

        assert len(cut) <= most
        assert cut == whole * ((len(cut) - 1) // len(whole)) + "…"
    assert shortened(text, 7) == whole * 7 + "…"
    assert shortened(text, 40) == text


@given(st.text(st.characters(), max_size=30), st.integers(0, 40))
def test_what_is_kept_of_a_text_is_its_beginning(text: str, most: int) -> None:
    cut = shortened_to(text, lambda shorter: len(shorter) <= most)

    if len(text) <= most:
        assert cut == text
    else:
        whole, kept = list(graphemes(text)), cut.removesuffix("…")
        assert cut == kept + "…"
        assert any("".join(whole[:count]) == kept for count in range(len(whole)))


_texts = st.text(max_size=300)
_blocks = st.builds(
    Block,
    _texts,
    st.lists(st.builds(Line, _texts, st.one_of(st.none(), _texts), st.booleans()), max_size=6).map(tuple),
    st.integers(0, 3),
)


@given(
    st.builds(
        lambda title, lead, blocks: _message(*blocks, title=title, lead=lead),
        _texts,
        _texts,
        st.lists(_blocks, max_size=6),
    ),
    st.integers(1, 3_000),
)
def test_any_message_is_made_to_fit_anything(message: Message, most: int) -> None:
    kept, cut = fitted(message, lambda one: _size(one) <= max(most, 2))

    assert _size(kept) <= max(most, 2)
    assert cut == (kept != message)
