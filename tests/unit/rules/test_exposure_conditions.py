"""Every rule about exposure says what it looked at, whatever it then decides."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.pipeline import Pipeline
from eniguard.replay.explained import RuleExplained, explained
from eniguard.rules.exp import RULES
from eniguard.rules.registry import Registry
from eniguard.settings import DEFAULT_POLICY
from eniguard.sources.journal import Journal
from eniguard.sources.local import LocalSource
from eniguard.testing import ALICE, NAT_GATEWAY, Snapshot, call, eni_item, group_item, snapshot

WORLD: dict[str, Any] = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0"}
GROUP: dict[str, Any] = {"SecurityGroupId": "sg-1"}
ENI: dict[str, Any] = {"NetworkInterfaceId": "eni-1"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("ecs:AuthorizeSecurityGroup", {**GROUP, **WORLD}),
    ("ecs:AuthorizeSecurityGroup", {**GROUP, **WORLD, "SourceCidrIp": "10.0.0.0/24"}),
    ("ecs:AuthorizeSecurityGroup", {**GROUP, **WORLD, "PortRange": "1/65535"}),
    (
        "ecs:AuthorizeSecurityGroup",
        {**GROUP, "Permissions": [{"SourceGroupId": "sg-2", "SourceGroupOwnerId": "2"}]},
    ),
    ("ecs:AuthorizeSecurityGroupEgress", {**GROUP, "IpProtocol": "ALL", "DestCidrIp": "0.0.0.0/0"}),
    ("ecs:ConfigureSecurityGroupPermissions", {**GROUP, "RevokePermissions": [{**WORLD, "Policy": "drop"}]}),
    ("ecs:RevokeSecurityGroup", {**GROUP, "SecurityGroupRuleId": ["sgr-1"]}),
    ("ecs:RevokeSecurityGroup", {**GROUP, **WORLD}),
    ("ecs:ModifySecurityGroupRule", {**GROUP, "SecurityGroupRuleId": "sgr-1", "Priority": "2"}),
    ("ecs:ModifySecurityGroupPolicy", {**GROUP, "InnerAccessPolicy": "Accept"}),
    ("ecs:ModifyPrefixList", {"PrefixListId": "pl-1", "AddEntry": [{"Cidr": "0.0.0.0/0"}]}),
    ("ecs:ModifyPrefixList", {"PrefixListId": "pl-1", "AddEntry": [{"Cidr": "10.0.0.0/8"}]}),
    ("ecs:ModifyPortRangeList", {"PortRangeListId": "prl-1", "AddEntry": [{"PortRange": "22/22"}]}),
    ("ecs:JoinSecurityGroup", {**GROUP, **ENI}),
    ("ecs:LeaveSecurityGroup", {**GROUP, **ENI}),
    ("ecs:ModifyNetworkInterfaceAttribute", {**ENI, "SecurityGroupId": ["sg-1"]}),
    ("ecs:ModifyNetworkInterfaceAttribute", {**ENI, "Description": "web"}),
]


def state(*, managed: bool) -> Snapshot:
    listed = {"SecurityGroupId": "sg-1", "Direction": "ingress", "CreateTime": "2026-03-01T08:00:00Z"}
    rules = [
        {"SecurityGroupRuleId": "sgr-1", **listed, **WORLD, "Policy": "Drop"},
        {"SecurityGroupRuleId": "sgr-2", **listed, **WORLD, "Priority": "2"},
    ]
    return snapshot(
        {
            "ecs:SecurityGroup": [group_item("sg-1", managed)],
            "ecs:SecurityGroupRule": rules,
            "ecs:NetworkInterface": [
                eni_item("eni-1", managed, SecurityGroupIds={"SecurityGroupId": ["sg-1"]})
            ],
            "ecs:PrefixList": [],
        }
    )


def looked(action: str, by: Identity, known: Snapshot | None, named: dict[str, Any]) -> list[RuleExplained]:
    registry = Registry(DEFAULT_POLICY, only=[rule.code for rule in RULES])
    one = call(action, by, **named)
    pipeline = Pipeline(registry=registry, source=LocalSource(known, Journal()))
    return [rule for rule in explained(pipeline.decide(one, now=one.at), registry).rules if rule.looked]


@pytest.mark.parametrize(
    "known", [None, state(managed=False), state(managed=True)], ids=["none", "own", "managed"]
)
@pytest.mark.parametrize("by", [ALICE, NAT_GATEWAY], ids=["account", "service"])
@pytest.mark.parametrize(("action", "named"), CALLS)
def test_rule_that_looked_shows_its_conditions(
    action: str, named: dict[str, Any], by: Identity, known: Snapshot | None
) -> None:
    for rule in looked(action, by, known, named):
        assert rule.conditions, rule.code
        assert rule.findings or rule.undecided or any(not one.holds for one in rule.conditions), rule.code


def test_every_rule_of_the_family_is_looked_at() -> None:
    seen = {rule.code for action, named in CALLS for rule in looked(action, ALICE, None, named)}

    assert seen == {rule.code for rule in RULES}
