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
from eniguard.settings.sweep import CanaryAction, CanarySettings, CanaryWay, SweepSettings

__all__ = [
    "DEFAULT_POLICY",
    "IGNORE_TAG",
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
    "Policy",
    "RuleSettings",
    "StateSettings",
    "SweepSettings",
]
