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

__all__ = [
    "DEFAULT_POLICY",
    "IGNORE_TAG",
    "ActorMatch",
    "Actors",
    "ControlTag",
    "Guard",
    "GuardLogStore",
    "GuardRule",
    "GuardTable",
    "GuardTrail",
    "Policy",
    "RuleSettings",
    "StateSettings",
]
