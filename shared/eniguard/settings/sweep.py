"""How the sweep works, as plain records."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

#: Ways that a canary's event can come back by.
CanaryWay = Literal["eventbridge", "sls", "oss", "lookup"]
#: Calls that a canary can be: each names one resource, whose id is made up, and would do nothing but refuse.
CanaryAction = Literal["ecs:DeleteNetworkInterface", "ecs:DeleteSecurityGroup", "vpc:DeleteVSwitch"]


class CanarySettings(Struct, frozen=True):
    """The call that is made to see its event come back.

    ``every`` and ``within`` are seconds: from one call to the next, and until the event has to be there.
    ``ways`` are those it has to come by; ``None`` leaves them to what the guard section names.
    """

    enabled: bool = True
    action: CanaryAction = "ecs:DeleteNetworkInterface"
    every: float = 900.0
    within: float = 1800.0
    ways: tuple[CanaryWay, ...] | None = None


class SweepSettings(Struct, frozen=True):
    """How the sweep works; all times are in seconds.

    ``overlap`` is how far a window of LookupEvents reaches back into the one before: events can be looked up
    10 minutes after the call at the latest (docs/sources.md, Delivery). ``first`` is how far back the first
    one reaches, ``rules_every`` how long the rules on what stands there wait.
    """

    overlap: float = 1200.0
    first: float = 86_400.0
    rules_every: float = 3600.0
    canary: CanarySettings = CanarySettings()
