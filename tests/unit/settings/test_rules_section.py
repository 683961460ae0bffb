from __future__ import annotations

import pytest

from eniguard.errors import ConfigError
from eniguard.settings import RuleSettings
from eniguard.settings.guardfile import parse_policy


def test_modules_stand_beside_the_codes_of_rules() -> None:
    policy = parse_policy(
        "rules: {modules: [acme_rules, acme.more], eni001: {severity: high}, ACME001: {params: {a: 1}}}"
    )

    assert policy.rule_modules == ("acme_rules", "acme.more")
    assert policy.rules == {
        "ENI001": RuleSettings(severity="high"),
        "ACME001": RuleSettings(params={"a": 1}),
    }


def test_without_modules_there_are_none() -> None:
    assert parse_policy("rules: {ENI001: {enabled: false}}").rule_modules == ()
    assert parse_policy("accounts: []").rule_modules == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: {modules: acme_rules}", "rules.modules: Input should be a valid list, got 'acme_rules'"),
        ("rules: {modules: [{a: 1}]}", "rules.modules.0: Input should be a valid string, got"),
        (
            "rules: {ENI001: {sevrity: low}}",
            "rules.ENI001.sevrity: unknown key; valid here: enabled, severity",
        ),
        (
            "rules: {ENI001: {severity: hgih}}",
            "rules.ENI001.severity: Input should be 'info', 'low', 'medium'",
        ),
        ("rules: {ENI001: off}", "rules.ENI001: expected a mapping of keys"),
        ("rules: [ENI001]", "rules: expected a mapping of keys"),
    ],
)
def test_what_is_not_a_list_of_modules_or_an_entry_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text)

    assert str(caught.value).startswith(f"guard.yml: {told}")
