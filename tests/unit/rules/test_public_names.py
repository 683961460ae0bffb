"""`eniguard.rules` has what rules are written with."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import get_args

from eniguard import rules
from eniguard.facts.kinds import AnyResource

PAGE = Path(__file__).parents[3] / "docs" / "custom-rules.md"


def test_all_names_are_listed_and_there_are_no_others() -> None:
    public = {name for name, value in vars(rules).items() if not name.startswith("_")}
    parts_of_the_package = {
        name
        for name, value in vars(rules).items()
        if isinstance(value, ModuleType) and value.__name__ == f"{rules.__name__}.{name}"
    }

    assert set(rules.__all__) == public - parts_of_the_package


def test_every_kind_of_resource_that_a_rule_may_be_given_is_there() -> None:
    assert {one.__name__ for one in get_args(AnyResource)} <= set(rules.__all__)


def test_the_page_on_rules_of_your_own_names_each() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [name for name in rules.__all__ if f"`{name}`" not in page] == []
