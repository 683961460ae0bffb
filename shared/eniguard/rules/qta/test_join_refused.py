from __future__ import annotations

from typing import Any

import pytest

from eniguard.testing import call, decided, findings

ONLY = ["QTA003"]
FULL = "SecurityGroupInstanceLimitExceed"
GROUP, ENI = "sg-bp1example0001", "eni-bp1example0001"


@pytest.mark.parametrize(
    "code",
    [
        "SecurityGroupInstanceLimitExceed",
        "SecurityGroupInstanceLimitExceeded",
        "InstanceSecurityGroupLimitExceed",
        "InstanceSecurityGroupLimitExceeded",
    ],
)
@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("ecs:JoinSecurityGroup", {"SecurityGroupId": GROUP, "InstanceId": "i-bp1example0001"}),
        ("ecs:RunInstances", {"SecurityGroupId": GROUP}),
        ("ecs:CreateInstance", {"SecurityGroupId": GROUP}),
        ("ecs:CreateNetworkInterface", {"SecurityGroupId": GROUP}),
        ("ecs:ModifyNetworkInterfaceAttribute", {"NetworkInterfaceId": ENI, "SecurityGroupId.1": GROUP}),
    ],
)
def test_a_refusal_by_a_limit_is_about_the_group(action: str, parameters: dict[str, Any], code: str) -> None:
    decision = decided(call(action, error=code, **parameters), only=ONLY)
    assert findings(decision) == [("QTA003", "high", GROUP)]
    assert decision.findings[0].evidence[0].value == code


@pytest.mark.parametrize("action", ["ecs:AssignPrivateIpAddresses", "ecs:AssignIpv6Addresses"])
def test_a_call_that_names_no_group_is_about_its_eni(action: str) -> None:
    assert findings(decided(call(action, error=FULL, NetworkInterfaceId=ENI), only=ONLY)) == [
        ("QTA003", "high", ENI)
    ]


def test_each_of_several_groups_may_be_the_full_one() -> None:
    started = call("ecs:RunInstances", error=FULL, SecurityGroupIds=["sg-1", "sg-2"])
    decision = decided(started, only=ONLY)
    assert findings(decision) == [("QTA003", "medium", "sg-1"), ("QTA003", "medium", "sg-2")]
    assert decision.findings[0].evidence[1].value == ["sg-1", "sg-2"]


@pytest.mark.parametrize("code", [None, "InvalidParameter", "AuthorizationLimitExceed"])
def test_other_outcomes_are_not_reported(code: str | None) -> None:
    joined = call("ecs:JoinSecurityGroup", error=code, SecurityGroupId=GROUP, NetworkInterfaceId=ENI)
    decision = decided(joined, only=ONLY)
    assert (findings(decision), decision.rounds) == ([], 0)
