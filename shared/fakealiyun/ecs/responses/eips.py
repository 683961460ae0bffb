"""The deprecated twins of the EIP calls in ECS: the same EIPs, the same rules as in VPC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fakealiyun.services import Call, Fields, Handler
from fakealiyun.vpc.responses.eips import HANDLERS as VPC_HANDLERS
from fakealiyun.wire.answers import Answer

#: Those that the SDK of ECS still has and that VPC answers in the same shape.
_TWINS = ("AllocateEipAddress", "AssociateEipAddress", "UnassociateEipAddress", "ReleaseEipAddress")


def _delegate(api: str) -> Handler:
    def answer(call: Call) -> Fields | Answer:
        return VPC_HANDLERS[api](replace(call, action=f"vpc:{api}"))

    return answer


HANDLERS: Mapping[str, Handler] = {api: _delegate(api) for api in _TWINS}
