from __future__ import annotations

import pytest

from eniguard.errors import ConfigError
from eniguard.settings import DEFAULT_POLICY, SweepSettings
from eniguard.settings.guardfile import parse_policy
from eniguard.settings.sweep import CanarySettings


def test_without_the_section_the_defaults_hold() -> None:
    assert parse_policy("regions: [cn-hangzhou]").sweep == DEFAULT_POLICY.sweep == SweepSettings()


def test_times_are_compiled_to_seconds() -> None:
    policy = parse_policy(
        """
        sweep:
          overlap_minutes: 30
          first_hours: 48
          rules_minutes: 120
          canary:
            action: vpc:DeleteVSwitch
            minutes: 10
            within_minutes: 45
            ways: [sls, sls, oss]
        """
    )

    assert policy.sweep == SweepSettings(
        overlap=1800.0,
        first=172_800.0,
        rules_every=7200.0,
        canary=CanarySettings(True, "vpc:DeleteVSwitch", 600.0, 2700.0, ("sls", "oss")),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sweep: {overlap: 20}", "sweep.overlap: unknown key; valid here: overlap_minutes"),
        ("sweep: {canary: {way: [sls]}}", "sweep.canary.way: unknown key; valid here: enabled, action"),
        ("sweep: {overlap_minutes: 5}", "sweep.overlap_minutes"),
        ("sweep: {first_hours: 2161}", "sweep.first_hours"),
        ("sweep: {canary: {ways: []}}", "sweep.canary.ways"),
        ("sweep: {canary: {ways: [mail]}}", "sweep.canary.ways"),
        ("sweep: {canary: {action: 'ecs:DeleteInstance'}}", "sweep.canary.action"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        parse_policy(text)
