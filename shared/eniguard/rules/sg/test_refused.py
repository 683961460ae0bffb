from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.outcomes import ENI_MANAGED, GROUP_MANAGED
from eniguard.events.user_identity import Identity
from eniguard.facts.gathered import Facts
from eniguard.model import Decision
from eniguard.rules.permissions import SG_REFERENCES
from eniguard.rules.sg.refused import ManagedGroupUseRefused, ManagedGroupWriteRefused, needs_refused_groups
from eniguard.settings import ActorMatch, Actors, Policy
from eniguard.testing import (
    ALICE,
    API_GATEWAY,
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
            group_item("sg-nlb", True, Description="NLB", ServiceID=4711),
            group_item("sg-alb", True, ServiceID=4712),
            group_item("sg-own", False),
            group_item("sg-dim"),
        ]
    }
)
RULES = ["SG001", "SG002"]


def judged(
    action: str,
    *,
    by: Identity = ALICE,
    state: Snapshot | None = STATE,
    error: str = GROUP_MANAGED,
    policy: Policy | None = None,
    **named: Any,
) -> Decision:
    one = call(action, by, error=error, **named)
    return decided(one, state=state, policy=policy or Policy(), only=RULES)


@pytest.mark.parametrize(
    "by",
    [
        ALICE,
        ROOT,
        NAT_GATEWAY,
        API_GATEWAY,
        role("AliyunServiceRoleForUnheardOf"),
        role("ci", "AliyunServiceRoleForNlb"),
    ],
    ids=["ram-user", "root", "service", "other-service", "unconfirmed", "hostile-session"],
)
def test_refused_write_names_the_group_and_its_service_for_every_caller(by: Identity) -> None:
    decision = judged("ecs:DeleteSecurityGroup", by=by, SecurityGroupId="sg-nlb")

    assert findings(decision) == [("SG001", "low", "sg-nlb")]
    assert decision.findings[0].subject.owner_service == "nlb.aliyuncs.com"
    assert decision.findings[0].references[-1].row == "row 7 DeleteSecurityGroup"


def test_each_rule_that_was_refused_is_in_the_evidence() -> None:
    rules = [
        {"IpProtocol": "TCP", "PortRange": f"{port}/{port}", "SourceCidrIp": "::/0"} for port in (22, 80)
    ]

    (finding,) = judged("ecs:AuthorizeSecurityGroup", SecurityGroupId="sg-nlb", Permissions=rules).findings

    assert [one.value for one in finding.evidence if one.name == "permission"] == [
        "accept TCP 22/22 from ::/0, priority 1",
        "accept TCP 80/80 from ::/0, priority 1",
    ]


def test_controller_is_no_exception() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))

    assert findings(judged("ecs:DeleteSecurityGroup", policy=policy, SecurityGroupId="sg-nlb")) == [
        ("SG001", "low", "sg-nlb")
    ]


def test_service_is_learned_from_the_service_id_in_guard_yml() -> None:
    policy = Policy(actors=Actors(service_ids={"4712": "alb.aliyuncs.com"}))

    decision = judged("ecs:ModifySecurityGroupPolicy", policy=policy, SecurityGroupId="sg-alb")

    assert decision.findings[0].subject.owner_service == "alb.aliyuncs.com"


@pytest.mark.parametrize("state", [None, STATE])
def test_group_that_nobody_knows_is_reported_one_step_lower(state: Snapshot | None) -> None:
    decision = judged("ecs:DeleteSecurityGroup", state=state, SecurityGroupId="sg-elsewhere")

    assert findings(decision) == [("SG001", "info", "sg-elsewhere")]
    assert (decision.findings[0].inventory, decision.findings[0].subject.managed) == ("unknown", True)


def test_peer_is_blamed_when_it_is_the_managed_one() -> None:
    decision = judged("ecs:AuthorizeSecurityGroup", SecurityGroupId="sg-own", SourceGroupId="sg-nlb")

    assert findings(decision) == [("SG001", "low", "sg-nlb")]


def test_peer_inside_a_rule_is_blamed_when_it_is_the_managed_one() -> None:
    rule: dict[str, Any] = {"Permissions.1.DestGroupId": "sg-own", "Permissions.2.DestGroupId": "sg-nlb"}

    decision = judged("ecs:RevokeSecurityGroupEgress", SecurityGroupId="sg-dim", **rule)

    assert findings(decision) == [("SG001", "low", "sg-nlb")]


def test_group_cleared_by_the_facts_leaves_the_blame_to_the_unknown_one() -> None:
    decision = judged("ecs:AuthorizeSecurityGroup", SecurityGroupId="sg-dim", SourceGroupId="sg-own")

    assert findings(decision) == [("SG001", "info", "sg-dim")]


def test_all_groups_are_named_when_the_facts_do_not_tell() -> None:
    decision = judged("ecs:AuthorizeSecurityGroup", state=None, SecurityGroupId="sg-1", SourceGroupId="sg-2")

    assert findings(decision) == [("SG001", "info", "sg-1"), ("SG001", "info", "sg-2")]
    assert [one.subject.managed for one in decision.findings] == [None, None]


def test_facts_that_contradict_the_refusal_are_shown_as_a_conflict() -> None:
    decision = judged("ecs:DeleteSecurityGroup", SecurityGroupId="sg-own")

    assert findings(decision) == [("SG001", "info", "sg-own")]
    assert "fact-conflict" in [one.name for one in decision.findings[0].evidence]


@pytest.mark.parametrize("action", ["ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"])
def test_membership_counts_as_a_write(action: str) -> None:
    decision = judged(action, SecurityGroupId="sg-nlb", NetworkInterfaceId="eni-1")

    assert findings(decision) == [("SG001", "low", "sg-nlb")]


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("ecs:CreateNetworkInterface", {"SecurityGroupIds.1": "sg-own", "SecurityGroupIds.2": "sg-nlb"}),
        (
            "ecs:ModifyNetworkInterfaceAttribute",
            {"NetworkInterfaceId": "eni-1", "SecurityGroupId": ["sg-own", "sg-nlb"]},
        ),
        (
            "ecs:RunInstances",
            {"NetworkInterface.1.SecurityGroupIds.1": "sg-nlb", "SecurityGroupId": "sg-own"},
        ),
        ("ecs:CreateInstance", {"SecurityGroupId": "sg-nlb"}),
        ("ecs:ModifyInstanceAttribute", {"InstanceId": "i-1", "SecurityGroupIds": '["sg-own","sg-nlb"]'}),
    ],
)
def test_refused_use_names_the_managed_group_among_those_used(action: str, named: dict[str, Any]) -> None:
    assert findings(judged(action, **named)) == [("SG002", "low", "sg-nlb")]


def test_every_managed_group_among_those_used_is_named() -> None:
    decision = judged("ecs:CreateNetworkInterface", SecurityGroupIds=["sg-nlb", "sg-own", "sg-alb"])

    assert findings(decision) == [("SG002", "low", "sg-nlb"), ("SG002", "low", "sg-alb")]


def test_write_that_no_table_names_is_reported_as_a_write() -> None:
    assert findings(judged("ecs:CreateSecurityGroup", VpcId="vpc-1")) == [("SG001", "info", "(not named)")]


def test_use_that_names_no_group_is_pinned_on_what_it_names() -> None:
    assert findings(judged("ecs:ModifyInstanceAttribute", InstanceId="i-1")) == [("SG002", "info", "i-1")]


@pytest.mark.parametrize("error", [ENI_MANAGED, "DependencyViolation", "InvalidSecurityGroupId.NotFound"])
def test_refusal_for_another_reason_is_left_alone(error: str) -> None:
    decision = judged("ecs:DeleteSecurityGroup", error=error, SecurityGroupId="sg-nlb")

    assert (findings(decision), undecided(decision)) == ([], [])


def test_facts_are_asked_for_this_code_only() -> None:
    managed = call(
        "ecs:AuthorizeSecurityGroup", error=GROUP_MANAGED, SecurityGroupId="sg-1", SourceGroupId="sg-2"
    )
    other = call("ecs:AuthorizeSecurityGroup", error="InvalidParameter", SecurityGroupId="sg-1")

    assert [ref.value for ref in needs_refused_groups(managed, Facts())] == ["sg-1", "sg-2"]
    assert list(needs_refused_groups(other, Facts())) == []


def test_writes_and_uses_share_no_call() -> None:
    assert ManagedGroupUseRefused.actions == SG_REFERENCES
    assert not ManagedGroupWriteRefused.actions & ManagedGroupUseRefused.actions
