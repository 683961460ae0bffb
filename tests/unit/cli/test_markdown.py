from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.cli.markdown import bullets, code, codes, fenced, prose, table


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain, with 10.0.0.0/8.", "plain, with 10.0.0.0/8."),
        ("a *b* _c_ [d](e) \\f", "a \\*b\\* \\_c\\_ \\[d\\](e) \\\\f"),
        ("<script> & a | b", "&lt;script&gt; &amp; a &#124; b"),
        ("see `a_b` and ``c*d``, or ` alone", "see `a_b` and `c*d`, or \\` alone"),
        ("over\n  two lines", "over two lines"),
        ("", ""),
    ],
)
def test_prose_stands_for_itself_except_for_code(text: str, written: str) -> None:
    assert prose(text) == written


def test_code_with_backticks_stays_code() -> None:
    assert code("a`b") == "`` a`b ``"
    assert codes(["ecs:A", "ecs:B"]) == "`ecs:A`, `ecs:B`"


def test_tables_and_bullets_are_lines() -> None:
    assert table([("a", "b")], ("x", "y")) == "| x | y |\n| --- | --- |\n| a | b |"
    assert bullets(["a", "b"]) == "- a\n- b"


def test_json_breaks_only_what_does_not_fit_on_a_line() -> None:
    document = {"short": [1, {"a": None}], "long": ["x" * 60, "y" * 60], "empty": {}}

    assert fenced(document).splitlines() == [
        "```json",
        "{",
        '  "short": [1, {"a": null}],',
        '  "long": [',
        f'    "{"x" * 60}",',
        f'    "{"y" * 60}"',
        "  ],",
        '  "empty": {}',
        "}",
        "```",
    ]


_TEXTS = st.text() | st.sampled_from(["```", "\n```\n", "a`b", "\u202e", "\x1b[31m", "\u2028", "\ud800"])
_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(_DOCUMENTS)
def test_nothing_in_a_document_ends_its_block_or_changes_what_it_says(document: object) -> None:
    first, *inner, last = fenced(document).split("\n")

    assert (first, last) == ("```json", "```")
    assert not any("`" in line or not line.isprintable() for line in inner)
    assert json.loads("\n".join(inner)) == document
