from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import ActorMatch, Actors, Policy
from eniguard.testing import (
    ALICE,
    NAT_GATEWAY,
    ROOT,
    Snapshot,
    call,
    decided,
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
            group_item("sg-own-2", False),
        ]
    }
)


def judged(
    target: str = "sg-own",
    by: Identity = ALICE,
    *,
    action: str = "ecs:AuthorizeSecurityGroup",
    state: Snapshot | None = STATE,
    policy: Policy | None = None,
    **named: Any,
) -> Decision:
    one = call(action, by, SecurityGroupId=target, **named)
    return decided(one, state=state, policy=policy or Policy(), only=["SG007"])


@pytest.mark.parametrize("by", [ALICE, ROOT, role("ci", "AliyunServiceRoleForNlb")])
@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("ecs:AuthorizeSecurityGroup", {"SourceGroupId": "sg-nlb"}),
        ("ecs:AuthorizeSecurityGroup", {"Permissions.1.SourceGroupId": "sg-nlb"}),
        ("ecs:AuthorizeSecurityGroupEgress", {"Permissions": [{"DestGroupId": "sg-nlb"}]}),
        ("ecs:ModifySecurityGroupRule", {"SecurityGroupRuleId": "sgr-1", "SourceGroupId": "sg-nlb"}),
        ("ecs:ModifySecurityGroupEgressRule", {"SecurityGroupRuleId": "sgr-1", "DestGroupId": "sg-nlb"}),
    ],
)
def test_rule_that_names_a_managed_group_is_reported_on_the_group_that_has_it(
    by: Identity, action: str, named: dict[str, Any]
) -> None:
    decision = judged(by=by, action=action, **named)

    assert findings(decision) == [("SG007", "low", "sg-own")]
    assert [(one.id, one.owner_service) for one in decision.findings[0].resources[1:]] == [
        ("sg-nlb", "nlb.aliyuncs.com")
    ]


def test_every_managed_peer_and_each_rule_that_names_it_is_in_the_evidence_of_one_finding() -> None:
    web = {"IpProtocol": "TCP", "PortRange": "443/443"}
    peers = [{**web, "SourceGroupId": group} for group in ("sg-nlb", "sg-own-2", "sg-alb")]
    peers.append({"IpProtocol": "UDP", "PortRange": "53/53", "SourceGroupId": "sg-nlb"})

    decision = judged(Permissions=peers)

    assert findings(decision) == [("SG007", "low", "sg-own")]
    assert [(one.name, one.value) for one in decision.findings[0].evidence] == [
        ("permission", "accept TCP 443/443 from sg-nlb, priority 1"),
        ("permission", "accept TCP 443/443 from sg-alb, priority 1"),
        ("permission", "accept UDP 53/53 from sg-nlb, priority 1"),
        ("managed-peer", "sg-nlb"),
        ("managed-peer", "sg-alb"),
    ]


@pytest.mark.parametrize("named", [{"SourceGroupId": "sg-own-2"}, {"SourceCidrIp": "10.0.0.0/8"}])
def test_rule_that_names_no_managed_group_is_nothing(named: dict[str, Any]) -> None:
    decision = judged(**named)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_managed_group_that_is_written_to_itself_is_another_rules_affair() -> None:
    decision = judged("sg-alb", SourceGroupId="sg-nlb")

    assert (findings(decision), undecided(decision)) == ([], [])


def test_revoked_rule_trusts_nobody() -> None:
    assert findings(judged(action="ecs:RevokeSecurityGroup", SourceGroupId="sg-nlb")) == []


def test_group_that_may_itself_be_managed_is_reported_one_step_lower() -> None:
    decision = judged("sg-elsewhere", SourceGroupId="sg-nlb")

    assert findings(decision) == [("SG007", "info", "sg-elsewhere")]
    assert decision.findings[0].inventory == "partial"


def test_peers_that_nobody_knows_make_one_undecided() -> None:
    decision = judged(state=None, Permissions=[{"SourceGroupId": "sg-1"}, {"SourceGroupId": "sg-2"}])

    assert (findings(decision), undecided(decision)) == ([], ["SG007"])
    assert decision.undecided[0].refs == ("ecs:SecurityGroup id=sg-1", "ecs:SecurityGroup id=sg-2")


def test_controller_is_no_exception() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))

    assert findings(judged(policy=policy, SourceGroupId="sg-nlb")) == [("SG007", "low", "sg-own")]


def test_services_rules_are_not_yours() -> None:
    assert findings(judged(by=NAT_GATEWAY, SourceGroupId="sg-nlb")) == []


def test_role_that_cannot_be_confirmed_is_undecided() -> None:
    assert undecided(judged(by=role("AliyunServiceRoleForUnheardOf"), SourceGroupId="sg-nlb")) == ["SG007"]
