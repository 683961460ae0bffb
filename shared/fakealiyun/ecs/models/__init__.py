"""The state of ECS in one region."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from fakealiyun.ecs.models.enis import Enis
from fakealiyun.ecs.models.groups import Groups
from fakealiyun.ecs.models.instances import Instances
from fakealiyun.ecs.models.lists import Lists


@dataclass
class EcsState:
    """What one account has of ECS in one region."""

    enis: Enis = field(default_factory=Enis)
    groups: Groups = field(default_factory=Groups)
    instances: Instances = field(default_factory=Instances)
    lists: Lists = field(default_factory=Lists)

    def settle(self, now: datetime) -> None:
        """End every state whose time has come."""
        self.enis.settle(now)
