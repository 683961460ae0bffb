"""The state of one account in one region, and of one account as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fakealiyun.actiontrail.models import Trails
from fakealiyun.ecs.models import EcsState
from fakealiyun.eventbridge.models import EventBridgeState
from fakealiyun.fc.models import FunctionState
from fakealiyun.kms.models import KmsState
from fakealiyun.log.models import LogState
from fakealiyun.oss.models import OssState
from fakealiyun.ots.models import TablestoreState
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
    eventbridge: EventBridgeState = field(default_factory=EventBridgeState)
    fc: FunctionState = field(default_factory=FunctionState)
    log: LogState = field(default_factory=LogState)
    oss: OssState = field(default_factory=OssState)
    ots: TablestoreState = field(default_factory=TablestoreState)
    kms: KmsState = field(default_factory=KmsState)
    #: Answers by client token, for the calls that take one: (action, token) to the answer's fields.
    tokens: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def settle(self, now: datetime) -> None:
        """End every state whose time has come; EIPs let go of ENIs that are no more."""
        self.ecs.settle(now)
        for eni_id in self.ecs.enis.forget_removed():
            self.vpc.eips.forget(eni_id, now)
