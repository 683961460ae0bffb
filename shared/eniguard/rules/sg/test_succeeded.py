from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import ActorMatch, Actors, Policy
from eniguard.testing import (
    ALICE,
    API_GATEWAY,
    NAT_GATEWAY,
    ROOT,
    Snapshot,
    call,
    decided,
    decided_in_order,
    findings,
    group_item,
    role,
    snapshot,
    undecided,
)

STATE = snapshot(
    {
        "ecs:SecurityGroup": [
            group_item("sg-nlb", True, Description="nlb.aliyuncs.com"),
            group_item("sg-alb", True),
            group_item("sg-own", False),
            group_item("sg-dim"),
        ]
    }
)

SSH = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24"}
DNS = {"IpProtocol": "UDP", "PortRange": "53/53", "Ipv6SourceCidrIp": "2001:db8::/64", "Priority": "5"}
SSH_SHOWN = "accept TCP 22/22 from 192.0.2.0/24, priority 1"
DNS_SHOWN = "accept UDP 53/53 from 2001:db8::/64, priority 5"


def judged(
    action: str,
    by: Identity = ALICE,
    *,
    state: Snapshot | None = STATE,
    policy: Policy | None = None,
    **named: Any,
) -> Decision:
    return decided(call(action, by, **named), state=state, policy=policy or Policy(), only=["SG004"])


@pytest.mark.parametrize("by", [ALICE, ROOT, role("ci"), role("ci", "AliyunServiceRoleForNlb")])
def test_write_by_the_account_on_a_managed_group_is_critical(by: Identity) -> None:
    decision = judged("ecs:ModifySecurityGroupPolicy", by, SecurityGroupId="sg-nlb", InnerAccessPolicy="Drop")

    assert findings(decision) == [("SG004", "critical", "sg-nlb")]
    assert decision.findings[0].subject.owner_service == "nlb.aliyuncs.com"
    assert decision.findings[0].references[-1].row == "row 11 ModifySecurityGroupPolicy"


@pytest.mark.parametrize(
    ("action", "named", "evidence"),
    [
        (
            "ecs:AuthorizeSecurityGroup",
            {"Permissions": [SSH, DNS]},
            [("permission", SSH_SHOWN, "asked to add"), ("permission", DNS_SHOWN, "asked to add")],
        ),
        ("ecs:RevokeSecurityGroup", {"Permissions": [SSH]}, [("permission", SSH_SHOWN, "asked to revoke")]),
        (
            "ecs:RevokeSecurityGroup",
            {"SecurityGroupRuleId": ["sgr-1", "sgr-2"]},
            [("rule-id", "sgr-1", None), ("rule-id", "sgr-2", None)],
        ),
        (
            "ecs:ModifySecurityGroupRule",
            {"SecurityGroupRuleId": "sgr-1", **SSH},
            [("permission", SSH_SHOWN, "asked to change"), ("rule-id", "sgr-1", None)],
        ),
    ],
)
def test_each_rule_that_was_written_is_in_the_evidence(
    action: str, named: dict[str, Any], evidence: list[tuple[str, str, str | None]]
) -> None:
    (finding,) = judged(action, SecurityGroupId="sg-nlb", **named).findings

    shown = [(one.name, one.value, one.note) for one in finding.evidence]
    assert [one for one in shown if one[0] in ("permission", "rule-id")] == evidence


def test_controller_is_no_exception() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))

    assert findings(judged("ecs:DeleteSecurityGroup", policy=policy, SecurityGroupId="sg-nlb")) == [
        ("SG004", "critical", "sg-nlb")
    ]


@pytest.mark.parametrize("by", [role("AliyunServiceRoleForNlb"), NAT_GATEWAY], ids=["owner", "other-service"])
def test_write_by_a_service_is_not_the_accounts(by: Identity) -> None:
    decision = judged("ecs:DeleteSecurityGroup", by, SecurityGroupId="sg-nlb")

    assert (findings(decision), undecided(decision)) == ([], [])


def test_write_by_a_role_that_cannot_be_confirmed_is_undecided() -> None:
    decision = judged(
        "ecs:DeleteSecurityGroup", role("AliyunServiceRoleForUnheardOf"), SecurityGroupId="sg-nlb"
    )

    assert (findings(decision), undecided(decision)) == ([], ["SG004"])


@pytest.mark.parametrize("action", ["ecs:DeleteSecurityGroup", "ecs:JoinSecurityGroup", "ecs:CreateInstance"])
def test_ordinary_group_is_nothing(action: str) -> None:
    decision = judged(action, SecurityGroupId="sg-own")

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize("group", ["sg-dim", "sg-elsewhere"])
def test_group_that_may_be_managed_is_undecided(group: str) -> None:
    decision = judged("ecs:DeleteSecurityGroup", SecurityGroupId=group)

    assert (findings(decision), undecided(decision)) == ([], ["SG004"])
    assert decision.undecided[0].refs == (f"ecs:SecurityGroup id={group}",)


def test_groups_that_nobody_knows_make_one_undecided() -> None:
    decision = judged("ecs:CreateNetworkInterface", state=None, SecurityGroupIds=["sg-1", "sg-2", "sg-3"])

    assert undecided(decision) == ["SG004"]
    assert len(decision.undecided[0].refs) == 3


def test_known_and_unknown_groups_of_one_call_are_told_apart() -> None:
    decision = judged("ecs:RunInstances", SecurityGroupIds=["sg-nlb", "sg-own", "sg-dim", "sg-alb"])

    assert findings(decision) == [("SG004", "critical", "sg-nlb"), ("SG004", "critical", "sg-alb")]
    assert decision.undecided[0].refs == ("ecs:SecurityGroup id=sg-dim",)


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("ecs:CreateNetworkInterface", {"SecurityGroupId": "sg-nlb"}),
        (
            "ecs:ModifyNetworkInterfaceAttribute",
            {"NetworkInterfaceId": "eni-1", "SecurityGroupId.1": "sg-nlb"},
        ),
        ("ecs:RunInstances", {"NetworkInterface.1.SecurityGroupId": "sg-nlb"}),
        ("ecs:CreateInstance", {"SecurityGroupId": "sg-nlb"}),
        ("ecs:ModifyInstanceAttribute", {"InstanceId": "i-1", "SecurityGroupIds.1": "sg-nlb"}),
    ],
)
def test_use_of_a_managed_group_is_critical(action: str, named: dict[str, Any]) -> None:
    assert findings(judged(action, **named)) == [("SG004", "critical", "sg-nlb")]


@pytest.mark.parametrize(
    ("action", "peer"),
    [
        ("ecs:AuthorizeSecurityGroup", {"SourceGroupId": "sg-nlb"}),
        ("ecs:AuthorizeSecurityGroupEgress", {"Permissions.1.DestGroupId": "sg-nlb"}),
        ("ecs:RevokeSecurityGroup", {"SourceGroupId": "sg-elsewhere"}),
    ],
)
def test_peer_of_a_rule_is_not_written_to(action: str, peer: dict[str, Any]) -> None:
    decision = judged(action, SecurityGroupId="sg-own", **peer)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_group_that_the_account_made_itself_is_not_managed() -> None:
    made = call("ecs:CreateSecurityGroup", response={"SecurityGroupId": "sg-new"}, VpcId="vpc-1")
    opened = call(
        "ecs:AuthorizeSecurityGroup", API_GATEWAY, time="2026-03-01T12:01:00Z", SecurityGroupId="sg-new"
    )
    gone = call("ecs:DeleteSecurityGroup", time="2026-03-01T12:02:00Z", SecurityGroupId="sg-new")

    decisions = decided_in_order([made, opened, gone], only=["SG004"])

    assert [(findings(one), undecided(one)) for one in decisions] == [([], [])] * 3
