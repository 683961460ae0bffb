"""The page on rules of your own shows these files as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FILES = Path(__file__).parent
PAGE = FILES.parents[1] / "docs" / "custom-rules.md"
BLOCKS = re.findall(r"^```\w+\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["acme_rules.py", "guard.yml", "test_acme_rules.py"])
def test_page_has_the_file_as_it_is(name: str) -> None:
    assert (FILES / name).read_text(encoding="utf-8") in BLOCKS


def test_page_shows_nothing_that_is_not_tested() -> None:
    assert len(BLOCKS) == 3
