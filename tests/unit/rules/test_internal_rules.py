from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.model import Finding
from eniguard.rules.base import Verdicts
from eniguard.rules.internal import InternalRule, window_start
from eniguard.rules.registry import PACKAGED_INTERNAL, Registry, catalogue
from eniguard.settings import Policy, RuleSettings


class Noted(Struct, frozen=True):
    number: int


DECLARED: dict[str, Any] = {
    "code": "MINE001",
    "name": "mine",
    "severity": "low",
    "summary": "It happened.",
    "why": "It matters.",
    "advice": "Look.",
    "example": Noted(1),
}


def evaluate(self: InternalRule, noted: Noted, params: Any) -> Verdicts:
    return ()


def test_rules_on_the_guard_itself_are_in_the_catalogue_and_asked_about_no_call() -> None:
    registry = Registry(Policy())

    assert [rule.code for rule in registry.internal] == ["SELF007", "SELF008", "SELF010"]
    assert {rule.code for rule in PACKAGED_INTERNAL} <= {rule.code for rule in catalogue()}
    assert not {"SELF007", "SELF008", "SELF010"} & {rule.code for rule in (*registry.rules, *registry.sweeps)}


def test_guard_yml_turns_them_off_and_tunes_them() -> None:
    policy = Policy(
        rules={
            "SELF007": RuleSettings(enabled=False),
            "SELF008": RuleSettings(enabled=False),
            "SELF010": RuleSettings(severity="high", params={"hours": 6}),
        }
    )

    (rule,) = Registry(policy).internal

    (found,) = rule.evaluate(rule.example, rule.params)
    assert isinstance(found, Finding)
    assert (rule.code, found.severity) == ("SELF010", "high")
    assert "in the 6 h since" in found.summary


def test_a_rule_without_an_example_is_refused() -> None:
    assert type("Mine", (InternalRule,), {**DECLARED, "evaluate": evaluate})
    with pytest.raises(ConfigError, match="MINE001: no example"):
        type("Mine", (InternalRule,), {**DECLARED, "evaluate": evaluate, "example": None})


@pytest.mark.parametrize("rule", PACKAGED_INTERNAL, ids=lambda rule: rule.code)
def test_a_rule_reports_its_example(rule: type[InternalRule]) -> None:
    made = rule(None)

    (found,) = made.evaluate(made.example, made.params)

    assert isinstance(found, Finding)
    assert (found.trigger, found.event_id, found.rule) == ("internal", None, rule.code)


def test_windows_begin_on_the_hour() -> None:
    assert window_start(1_772_366_400.0 + 3599, 1) == 1_772_366_400.0
    assert window_start(1_772_366_400.0 + 3600, 1) == 1_772_370_000.0
    assert window_start(1_772_366_400.0 + 3600, 24) == window_start(1_772_366_400.0, 24)
