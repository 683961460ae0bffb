"""The APIs of VPC."""

from __future__ import annotations

from fakealiyun.services import Service
from fakealiyun.vpc.responses import eips, gateways, ipv6, reservations, tags, vpcs, vswitches

VPC = Service(
    product="vpc",
    name="Vpc",
    hosts=("vpc",),
    version="2016-04-28",
    handlers={
        **vpcs.HANDLERS,
        **vswitches.HANDLERS,
        **reservations.HANDLERS,
        **eips.HANDLERS,
        **gateways.HANDLERS,
        **ipv6.HANDLERS,
        **tags.HANDLERS,
    },
)
