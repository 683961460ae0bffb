"""The ``sweep`` section of guard.yml: how the function that a timer calls works."""

from __future__ import annotations

from pydantic import Field

from eniguard.settings.strict import Strict
from eniguard.settings.sweep import CanaryAction, CanarySettings, CanaryWay, SweepSettings

_MINUTE, _HOUR = 60.0, 3600.0


class CanarySection(Strict):
    """The canary: a call that RAM denies the guard, whose event has to come back."""

    enabled: bool = True
    action: CanaryAction = Field(
        default="ecs:DeleteNetworkInterface",
        description="A write that the role of the sweep must not have; its id is made up",
    )
    minutes: int = Field(default=15, ge=5, le=1440, description="Minutes from one call to the next")
    within_minutes: int = Field(
        default=30, ge=15, le=1440, description="Minutes until its event has to be there by each way"
    )
    ways: list[CanaryWay] | None = Field(
        default=None,
        min_length=1,
        description="Ways its event has to come by; by default LookupEvents, EventBridge if "
        "`guard.event_rules` names a rule, and SLS if a trail of `guard.trails` has a project",
    )


class SweepSection(Strict):
    """The function `sweep`: what it makes good, and how often."""

    overlap_minutes: int = Field(
        default=20, ge=10, le=1440, description="Minutes that each window of LookupEvents looks back"
    )
    first_hours: int = Field(
        default=24, ge=1, le=2160, description="Hours that the first window reaches back; 90 days at most"
    )
    rules_minutes: int = Field(
        default=60, ge=5, le=10_080, description="Minutes between two runs of the rules on what stands there"
    )
    canary: CanarySection = Field(default_factory=CanarySection)

    def compiled(self) -> SweepSettings:
        """The compiled form."""
        canary = self.canary
        return SweepSettings(
            overlap=self.overlap_minutes * _MINUTE,
            first=self.first_hours * _HOUR,
            rules_every=self.rules_minutes * _MINUTE,
            canary=CanarySettings(
                canary.enabled,
                canary.action,
                canary.minutes * _MINUTE,
                canary.within_minutes * _MINUTE,
                None if canary.ways is None else tuple(dict.fromkeys(canary.ways)),
            ),
        )
