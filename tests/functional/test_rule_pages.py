"""The pages about the rules in the documentation are those of the rules and their recorded cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from eniguard.cli.app import eniguard
from eniguard.rules.registry import AnyRule, catalogue

REPOSITORY = Path(__file__).parents[2]
EVENTS = REPOSITORY / "events"
PAGES = REPOSITORY / "docs" / "rules"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    chosen = ["--policy", str(EVENTS / "guard.yml"), "--events", str(EVENTS)]
    result = CliRunner().invoke(eniguard, ["generate", "rule-pages", *chosen, str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_pages_of_the_rules_are_what_the_command_writes_now(written: Path) -> None:
    committed, now = texts(PAGES), texts(written)

    differing = sorted(name for name in committed.keys() | now.keys() if committed.get(name) != now.get(name))
    assert differing == [], "make rule-pages writes them anew"


def test_index_leads_to_the_page_of_each_rule() -> None:
    index = (PAGES / "index.md").read_text(encoding="utf-8")

    for rule in catalogue():
        assert f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | " in index


@pytest.mark.parametrize("path", ["README.md", "docs/index.md", "CHANGELOG.md"])
def test_number_of_rules_is_told_as_it_is(path: str) -> None:
    said = re.findall(r"\b(\d+) rules\b", (REPOSITORY / path).read_text(encoding="utf-8"))

    assert said == [str(len(catalogue()))]


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.code)
def test_page_of_a_rule_has_its_example_its_sources_and_all_it_says(rule: AnyRule) -> None:
    page = (PAGES / f"{rule.code}.md").read_text(encoding="utf-8")

    assert page.startswith(f"# {rule.code} {rule.name}\n")
    assert page.count("```json\n") == 2
    assert all(f"- {one.document}" in page for one in rule.references)
    assert all(f"\n- `{name}`: " in page for name in rule.Params.__struct_fields__)
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    wanted = ["What to do", "False positives", "Parameters", "Fix", "Example", "Sources"]
    assert headings == [f"## {title}" for title in wanted]


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.code)
def test_a_rule_explains_its_parameters_and_names_its_sources(rule: AnyRule) -> None:
    explained = rule.Params.__doc__ or ""

    assert all(f"``{name}``" in explained for name in rule.Params.__struct_fields__)
    assert rule.references
