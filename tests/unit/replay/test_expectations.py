from __future__ import annotations

from pathlib import Path

import pytest

from eniguard.errors import ConfigError
from eniguard.model import Finding
from eniguard.replay.expectations import Comparison, Expected, read_expectations
from eniguard.testing import call, decided

REFUSED = call(
    "ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-1", error="InvalidOperation.EniServiceManaged"
)
FOUND: tuple[Finding, ...] = decided(REFUSED, only=["ENI001"]).findings
WANTED = Expected("ENI001", "info", "eni-1")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "expectations.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_expectations_are_lists_of_findings_by_event(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json:\n  - {rule: ENI001, severity: info, subject: eni-1}\nb.json: []\n")
    assert read_expectations(path) == {"a.json": [WANTED], "b.json": []}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.json: [{rule: ENI001}]", "missing required field"),
        ("a.json: [{rule: ENI001, severity: severe, subject: x}]", "Invalid enum value 'severe'"),
        ("a.json: [{rule: ENI001, severity: low, subject: x, why: y}]", "unknown field `why`"),
        ("- a.json", "mapping of event"),
        ("a: [", "not YAML"),
    ],
)
def test_a_file_that_is_not_expectations_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as raised:
        read_expectations(written(tmp_path, text))
    assert "expectations.yml" in str(raised.value)


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_expectations(tmp_path / "expectations.yml")


def problems(
    expected: dict[str, list[Expected]], *events: tuple[str, str, tuple[Finding, ...]]
) -> dict[str, str]:
    comparison = Comparison(expected)
    for key, path, findings in events:
        comparison.add(key, path, findings)
    return {one.key: one.problem for one in comparison.mismatches()}


def test_findings_as_expected_are_no_mismatch() -> None:
    assert problems({"a.json": [WANTED]}, ("a.json#1", "a.json", FOUND)) == {}
    assert (
        problems(
            {"a.json#1": [WANTED], "a.json#2": []}, ("a.json#1", "a.json", FOUND), ("a.json#2", "a.json", ())
        )
        == {}
    )


def test_another_severity_names_both_sides() -> None:
    found = problems({"a.json": [Expected("ENI001", "low", "eni-1")]}, ("a.json#1", "a.json", FOUND))
    assert found["a.json"] == (
        "expected but not found: ENI001 low eni-1; found but not expected: ENI001 info eni-1"
    )


def test_an_event_without_an_entry_and_an_entry_without_its_event_are_mismatches() -> None:
    assert problems({"b.json": []}, ("a.json#1", "a.json", ())) == {
        "a.json#1": "no expectation for this event",
        "b.json": "the replay has no such event",
    }


def test_a_path_alone_cannot_name_two_events() -> None:
    found = problems({"a.json": []}, ("a.json#1", "a.json", ()), ("a.json#2", "a.json", ()))
    assert "name each as path#eventId" in found["a.json#2"]


def test_the_same_finding_twice_is_not_the_same_as_once() -> None:
    assert problems({"a.json": [WANTED]}, ("a.json#1", "a.json", FOUND * 2)) != {}
