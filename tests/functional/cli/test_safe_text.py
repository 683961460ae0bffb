"""Text from outside on its way to a terminal, a log or a JSON reader."""

from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.cli.json_text import json_text
from eniguard.cli.safe import LONGEST, one_line, shown, tell, tolerate_any_text

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eni-bp1example0001", "eni-bp1example0001"),
        ("安全组 [bold]x[/bold] :warning:", "安全组 [bold]x[/bold] :warning:"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b2J\x7f", r"\x9b2J\x7f"),
        ("\u202eabc\u202c\u2066\u2069\u200e\u200f\u061c", r"\u202eabc\u202c\u2066\u2069\u200e\u200f\u061c"),
        ("a\u200bb\ufeff\u2060", r"a\u200bb\ufeff\u2060"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\ud800\udcff", r"\ud800\udcff"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_does_not_print_is_escaped_and_nothing_else(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(ANY_TEXT)
def test_shown_text_is_one_printable_line_that_every_stream_takes(text: str) -> None:
    result = shown(text)

    assert result.isprintable()
    assert len(result.splitlines()) <= 1
    result.encode("utf-8")


def test_text_that_is_too_long_is_cut_and_says_so() -> None:
    text = "x" * (LONGEST + 7)

    assert shown(text) == f"{'x' * LONGEST}… (7 more characters)"


def test_one_line_joins_lines_with_a_blank() -> None:
    assert one_line(" Missing argument.\n\tguard,\n\tfinding\x1b ") == r"Missing argument. guard, finding\x1b"


@given(st.recursive(ANY_TEXT | st.integers() | st.none(), lambda inner: st.dictionaries(ANY_TEXT, inner)))
def test_json_says_the_same_and_holds_nothing_a_terminal_acts_on(record: object) -> None:
    text = json_text(record)

    assert json.loads(text) == record
    assert text.isprintable()
    text.encode("utf-8")


def test_lone_surrogate_in_json_is_an_escape() -> None:
    assert json_text({"id": "eni-\ud800"}) == r'{"id":"eni-\ud800"}'


def test_json_keeps_other_languages_readable() -> None:
    assert json_text(["安全组", "\x85\u202e", "😀"]) == r'["安全组","\u0085\u202e","😀"]'


def test_streams_escape_what_their_encoding_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))

    tolerate_any_text()
    tell("…中")
    sys.stdout.flush()

    assert raw.getvalue() == b"\\u2026\\u4e2d\n"
