"""guard.yml and the policy it compiles to."""

from eniguard.settings.guard import (
    IGNORE_TAG,
    ControlTag,
    Guard,
    GuardLogStore,
    GuardRule,
    GuardTable,
    GuardTrail,
)
from eniguard.settings.policy import DEFAULT_POLICY, ActorMatch, Actors, Policy, RuleSettings, StateSettings
from eniguard.settings.remediation import (
    MODES,
    MOST,
    Mode,
    ModeEntry,
    PerHour,
    RemediationSettings,
    least,
)
from eniguard.settings.sweep import CanaryAction, CanarySettings, CanaryWay, SweepSettings

__all__ = [
    "DEFAULT_POLICY",
    "IGNORE_TAG",
    "MODES",
    "MOST",
    "ActorMatch",
    "Actors",
    "CanaryAction",
    "CanarySettings",
    "CanaryWay",
    "ControlTag",
    "Guard",
    "GuardLogStore",
    "GuardRule",
    "GuardTable",
    "GuardTrail",
    "Mode",
    "ModeEntry",
    "PerHour",
    "Policy",
    "RemediationSettings",
    "RuleSettings",
    "StateSettings",
    "SweepSettings",
    "least",
]
