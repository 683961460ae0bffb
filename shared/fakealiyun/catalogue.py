"""Every service of the fake, and every form of request."""

from __future__ import annotations

from fakealiyun.actiontrail.urls import ACTIONTRAIL
from fakealiyun.ecs.urls import ECS
from fakealiyun.eventbridge.urls import EVENTBRIDGE
from fakealiyun.fc.urls import FC, FC_OPEN
from fakealiyun.fc.wire import FcPaths
from fakealiyun.kms.urls import KMS
from fakealiyun.log.urls import LOG
from fakealiyun.log.wire import LogPaths
from fakealiyun.oss.urls import OSS
from fakealiyun.oss.wire import ObjectPaths
from fakealiyun.ots.urls import TABLESTORE, TABLESTORE_TABLES
from fakealiyun.ram.urls import RAM, RESOURCE_MANAGER, STS
from fakealiyun.services import Service
from fakealiyun.vpc.urls import VPC
from fakealiyun.wire.dialects import RPC, Dialect

SERVICES: tuple[Service, ...] = (
    ECS,
    VPC,
    RAM,
    RESOURCE_MANAGER,
    STS,
    ACTIONTRAIL,
    EVENTBRIDGE,
    FC,
    FC_OPEN,
    LOG,
    OSS,
    TABLESTORE,
    TABLESTORE_TABLES,
    KMS,
)

#: The first that takes a request reads it; the last takes any.
DIALECTS: tuple[Dialect, ...] = (LogPaths(), ObjectPaths(), FcPaths(), RPC)
