"""The pages about the rules in the documentation are those of the rules and their recorded cases."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from eniguard.cli.app import eniguard
from eniguard.events.calls import Call
from eniguard.events.envelopes import parse
from eniguard.pipeline import Decided
from eniguard.replay.engine import Options, Replay
from eniguard.rules.registry import AnyRule, catalogue
from eniguard.settings import DEFAULT_POLICY

REPOSITORY = Path(__file__).parents[2]
EVENTS = REPOSITORY / "events"
PAGES = REPOSITORY / "docs" / "rules"
EXAMPLE = re.compile(r"## Example\n\nFrom `(.+?)`, [^\n]*:\n\n```json\n(.+?)```", re.DOTALL)


def example(rule: AnyRule) -> tuple[Path, str] | None:
    """The case that the example on a page is from, and the event; ``None`` without one that is whole."""
    found = EXAMPLE.search((PAGES / f"{rule.code}.md").read_text(encoding="utf-8"))
    if found is None or "eventName" not in found[2] or "…" in found[2]:
        return None
    return EVENTS / found[1], found[2]


WHOLE = [(rule.code, *one) for rule in catalogue() if (one := example(rule)) is not None]
#: Those of cases of one event, which is decided with a state of its own and not after others.
ALONE = [one for one in WHOLE if one[1].suffix == ".json" and one[1].with_suffix(".state.json").exists()]


def codes(cases: list[tuple[str, Path, str]]) -> list[str]:
    return [code for code, _, _ in cases]


@pytest.fixture(scope="module")
def recorded() -> dict[str, Call]:
    """The recorded calls by the ids of their events."""
    calls: dict[str, Call] = {}

    def keep(decided: Decided) -> None:
        calls[decided.decision.event_id] = decided.case.call

    for _ in Replay(Options(paths=(str(EVENTS),), policy=DEFAULT_POLICY, watch=keep)):
        pass
    return calls


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


@pytest.mark.parametrize(("_", "case", "text"), WHOLE, ids=codes(WHOLE))
def test_example_of_a_page_reads_as_the_call_that_was_recorded(
    recorded: dict[str, Call], _: str, case: Path, text: str
) -> None:
    (batch,) = parse(text, path=str(case))
    assert not batch.errors
    (read,) = [concerned.call for concerned in batch.concerned]

    assert read == replace(recorded[read.event_id], forgeable=False, memo={})


@pytest.mark.parametrize(("code", "case", "text"), ALONE, ids=codes(ALONE))
def test_example_of_a_page_is_reported_when_it_is_decided_again(
    tmp_path: Path, code: str, case: Path, text: str
) -> None:
    # given
    pasted = tmp_path / "pasted.json"
    pasted.write_text(text, encoding="utf-8")
    shutil.copy(case.with_suffix(".state.json"), tmp_path / "pasted.state.json")

    # when
    chosen = ["--policy", str(EVENTS / "guard.yml"), "--rules", code, "--format", "ndjson"]
    result = CliRunner().invoke(eniguard, ["replay", str(pasted), *chosen])

    # then
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()] == [code]


def test_nearly_every_example_of_a_call_is_whole() -> None:
    assert len(WHOLE) > 55
    assert len(ALONE) > 25
