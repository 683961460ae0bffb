from __future__ import annotations

import pytest

from eniguard.errors import ConfigError
from eniguard.settings import MOST, RemediationSettings
from eniguard.settings.guardfile import parse_policy

KEYS = "keys: {current: 'env:SEAL'}"


def settings(*lines: str) -> RemediationSettings:
    body = "".join(f"  {line}\n" for line in lines)
    return parse_policy(f"remediation:\n{body}").remediation


def test_out_of_the_box_plans_are_shown_and_nothing_is_changed() -> None:
    found = parse_policy("").remediation

    assert {found.mode_for(rule, "1234567890123456", {}) for rule in MOST} == {"plan"}
    assert {found.most_for(rule) for rule in MOST} == {"plan"}


def test_the_first_entry_that_matches_counts() -> None:
    found = settings(
        KEYS,
        "mode: approve",
        "modes:",
        "- {mode: off, rules: [EXP001], tags: {env: prod}}",
        "- {mode: auto, rules: [exp001, EXP002], accounts: ['2000000000000001']}",
        "- {mode: plan, rules: [EXP]}",
    )

    own, other = "1234567890123456", "2000000000000001"
    assert found.mode_for("EXP001", other, {"env": "prod"}) == "off"
    assert found.mode_for("EXP001", other, {"env": "dev"}) == "auto"
    assert found.mode_for("EXP001", own, {}) == "plan"
    assert found.mode_for("ENI012", own, {}) == "approve"
    assert found.mode_for("PFX006", own, {}) == "off"
    assert (found.most_for("EXP001"), found.most_for("EXP006")) == ("auto", "plan")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("mode: auto",), "auto is more than EXP006, EXP007, ENI012 may do, which is approve at most"),
        (("modes: [{mode: auto, rules: [EXP007]}]",), "auto is more than EXP007 may do"),
        (("modes: [{mode: auto, rules: [EXP]}]",), "EXP006, EXP007"),
        (("modes: [{mode: approve, rules: [PFX006]}]",), "nothing that PFX006 finds is ever put back"),
        (("modes: [{mode: plan, rules: [SG]}]",), "nothing that SG finds is ever put back"),
        (("modes: [{mode: auto}]",), "out of EXP001, EXP002, SELF001, SELF003"),
    ],
)
def test_no_more_is_allowed_than_a_rule_may_do(lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        settings(KEYS, *lines)

    assert "What may be put back" in str(refused.value)


def test_whatever_is_carried_out_needs_a_key() -> None:
    with pytest.raises(ConfigError, match="mode approve needs keys"):
        settings("mode: approve")


def test_a_key_in_place_of_its_reference_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match="expected env:NAME or kms:NAME") as refused:
        settings("keys: {current: hunter2hunter2}")

    assert "hunter2" not in str(refused.value)


def test_an_unknown_key_names_the_valid_ones() -> None:
    with pytest.raises(ConfigError, match="valid here: rule, account, total"):
        settings("per_hour: {region: 1}")
