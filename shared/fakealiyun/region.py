"""The state of one account in one region, and of one account as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fakealiyun.actiontrail.models import Trails
from fakealiyun.ecs.models import EcsState
from fakealiyun.ram.models import RamState
from fakealiyun.vpc.models import VpcState


@dataclass
class Account:
    """One account: what it has everywhere."""

    id: str
    ram: RamState
    trails: Trails = field(default_factory=Trails)


@dataclass
class Region:
    """One account in one region."""

    id: str
    account: Account
    ecs: EcsState
    vpc: VpcState
    #: Answers by client token, for the calls that take one: (action, token) to the answer's fields.
    tokens: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def settle(self, now: datetime) -> None:
        """End every state whose time has come; EIPs let go of ENIs that are no more."""
        self.ecs.settle(now)
        for eni_id in self.ecs.enis.forget_removed():
            self.vpc.eips.forget(eni_id, now)
