"""Every service of the fake."""

from __future__ import annotations

from fakealiyun.actiontrail.urls import ACTIONTRAIL
from fakealiyun.ecs.urls import ECS
from fakealiyun.ram.urls import RAM, RESOURCE_MANAGER, STS
from fakealiyun.services import Service
from fakealiyun.vpc.urls import VPC

SERVICES: tuple[Service, ...] = (ECS, VPC, RAM, RESOURCE_MANAGER, STS, ACTIONTRAIL)
