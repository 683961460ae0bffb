"""Every rule about managed resources says what it looked at, whatever it then decides."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.outcomes import ENI_MANAGED, GROUP_MANAGED
from eniguard.events.user_identity import Identity
from eniguard.pipeline import Pipeline
from eniguard.replay.explained import RuleExplained, explained
from eniguard.rules.registry import Registry
from eniguard.settings import DEFAULT_POLICY
from eniguard.testing import ALICE, API_GATEWAY, call

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("ecs:DeleteNetworkInterface", {"NetworkInterfaceId": "eni-1"}),
    ("ecs:TagResources", {"ResourceType": "instance", "ResourceId.1": "i-1"}),
    ("ecs:DeleteNetworkInterfacePermission", {"NetworkInterfacePermissionId": "eni-perm-1"}),
    ("ecs:CreateNetworkInterfacePermission", {"NetworkInterfaceId": "eni-1", "AccountId": "1"}),
    ("ecs:ModifyNetworkInterfaceAttribute", {"NetworkInterfaceId": "eni-1", "SourceDestCheck": False}),
    ("ecs:CreateNetworkInterface", {"VSwitchId": "vsw-1"}),
    ("ecs:AuthorizeSecurityGroup", {"SecurityGroupId": "sg-1", "SourceGroupId": "sg-2"}),
    ("ecs:JoinSecurityGroup", {"SecurityGroupId": "sg-1", "InstanceId": "i-1"}),
    ("ecs:DeleteSecurityGroup", {"SecurityGroupId": "sg-1"}),
    ("vpc:AssociateEipAddress", {"AllocationId": "eip-1", "InstanceId": "i-1"}),
    ("vpc:ModifyIpv6InternetBandwidth", {"Ipv6AddressId": "ipv6-1"}),
    ("vpc:DeleteVSwitch", {"VSwitchId": "vsw-1"}),
]


def looked(action: str, by: Identity, error: str | None, named: dict[str, Any]) -> list[RuleExplained]:
    registry = Registry(DEFAULT_POLICY)
    one = call(action, by, error=error, **named)
    told = explained(Pipeline(registry=registry).decide(one, now=one.at), registry)
    return [rule for rule in told.rules if rule.looked and rule.code.startswith(("ENI", "SG"))]


@pytest.mark.parametrize("error", [None, ENI_MANAGED, GROUP_MANAGED, "DependencyViolation"])
@pytest.mark.parametrize("by", [ALICE, API_GATEWAY], ids=["account", "service"])
@pytest.mark.parametrize(("action", "named"), CALLS, ids=[action for action, _ in CALLS])
def test_rule_that_looked_shows_its_conditions(
    action: str, named: dict[str, Any], by: Identity, error: str | None
) -> None:
    for rule in looked(action, by, error, named):
        assert rule.conditions, rule.code
        assert rule.findings or rule.undecided or any(not one.holds for one in rule.conditions), rule.code
