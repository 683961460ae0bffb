from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.events.outcomes import ENI_MANAGED, GROUP_MANAGED
from eniguard.rules.sg.persistent import ManagedGroupPersistentAttempts
from eniguard.settings import ActorMatch, Actors, Policy, RuleSettings
from eniguard.testing import Snapshot, call, decided_in_order, findings, group_item, snapshot

STATE = snapshot(
    {
        "ecs:SecurityGroup": [
            group_item("sg-nlb", True, Description="NLB"),
            *(group_item(f"sg-{number}", True) for number in (1, 2, 3)),
            group_item("sg-own", False),
        ]
    }
)
OPEN, CLOSE, DELETE = "ecs:AuthorizeSecurityGroup", "ecs:RevokeSecurityGroup", "ecs:DeleteSecurityGroup"


def tried(
    group: str, action: str = OPEN, minute: int = 0, *, error: str = GROUP_MANAGED, **more: Any
) -> Call:
    time = f"2026-03-01T{12 + minute // 60:02d}:{minute % 60:02d}:00Z"
    return call(action, error=error, time=time, SecurityGroupId=group, **more)


def in_turn(*attempts: tuple[str, str], every: int = 1) -> list[Call]:
    return [tried(group, action, number * every) for number, (group, action) in enumerate(attempts)]


def reported(
    calls: Sequence[Call], *, state: Snapshot | None = STATE, policy: Policy | None = None
) -> list[int]:
    """The positions of the calls that are reported."""
    decisions = decided_in_order(calls, state=state, policy=policy or Policy(), only=["SG003"])
    return [number for number, one in enumerate(decisions) if one.findings]


def test_the_third_group_within_an_hour_is_reported_with_its_service() -> None:
    calls = in_turn(("sg-1", OPEN), ("sg-2", OPEN), ("sg-nlb", OPEN))

    decisions = decided_in_order(calls, state=STATE, only=["SG003"])

    assert [findings(one) for one in decisions] == [[], [], [("SG003", "medium", "sg-nlb")]]
    assert decisions[2].findings[0].subject.owner_service == "nlb.aliyuncs.com"
    assert "security groups 3, APIs 1, attempts 3" in decisions[2].findings[0].summary


def test_writes_on_a_group_and_uses_of_it_are_counted_together() -> None:
    use = tried("sg-1", "ecs:CreateNetworkInterface", 2, VSwitchId="vsw-1")
    assert reported([*in_turn(("sg-1", OPEN), ("sg-1", DELETE)), use]) == [2]


def test_the_fifth_attempt_on_two_groups_is_reported_and_no_later_one() -> None:
    assert reported(in_turn(*[("sg-1", OPEN), ("sg-2", OPEN)] * 6)) == [4]


def test_one_api_repeated_on_one_group_is_a_retry_loop() -> None:
    assert reported(in_turn(*[("sg-1", DELETE)] * 20)) == []


def test_attempts_further_apart_are_not_persistent() -> None:
    assert reported(in_turn(("sg-1", OPEN), ("sg-2", OPEN), ("sg-3", OPEN), every=31)) == []


def test_the_managed_group_counts_not_the_one_it_was_to_be_let_into() -> None:
    peers = [
        tried("sg-own", OPEN, minute, SourceGroupId=peer)
        for minute, peer in enumerate(("sg-1", "sg-2", "sg-3"))
    ]
    decisions = decided_in_order(peers, state=STATE, only=["SG003"])
    assert findings(decisions[2]) == [("SG003", "medium", "sg-3")]
    same = [tried("sg-own", OPEN, minute, SourceGroupId="sg-1") for minute in range(6)]
    assert reported(same) == []


@pytest.mark.parametrize(
    "error", ["DependencyViolation", "InvalidSecurityGroupId.NotFound", "Forbidden.RAM", ENI_MANAGED]
)
def test_other_refusals_are_no_attempts(error: str) -> None:
    assert reported([tried(f"sg-{number}", DELETE, number, error=error) for number in (1, 2, 3)]) == []


def test_groups_that_nobody_knows_are_reported_one_step_lower() -> None:
    decisions = decided_in_order(in_turn(("sg-1", OPEN), ("sg-2", OPEN), ("sg-3", OPEN)), only=["SG003"])
    assert findings(decisions[2]) == [("SG003", "low", "sg-3")]


def test_a_refusal_that_names_no_group_counts_for_what_it_names() -> None:
    calls = [
        call("ecs:ModifyInstanceAttribute", error=GROUP_MANAGED, InstanceId=f"i-{number}")
        for number in (1, 2, 3)
    ]
    decisions = decided_in_order(calls, state=STATE, only=["SG003"])
    assert findings(decisions[2]) == [("SG003", "low", "i-3")]


def test_a_controller_is_no_exception() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))
    calls = in_turn(("sg-1", OPEN), ("sg-2", OPEN), ("sg-3", OPEN))
    assert reported(calls, policy=policy) == [2]


def test_attempts_on_enis_are_not_counted_in() -> None:
    eni = call("ecs:JoinSecurityGroup", error=ENI_MANAGED, SecurityGroupId="sg-3", NetworkInterfaceId="eni-1")
    assert reported([*in_turn(("sg-1", OPEN), ("sg-2", OPEN)), eni]) == []


def test_thresholds_are_parameters() -> None:
    policy = Policy(rules={"SG003": RuleSettings(params={"apis": 2})})
    assert reported(in_turn(("sg-1", OPEN), ("sg-1", CLOSE)), policy=policy) == [1]


def test_only_writes_that_can_lead_to_such_a_resource_are_looked_at() -> None:
    actions = ManagedGroupPersistentAttempts.actions
    assert {"ecs:AuthorizeSecurityGroup", "ecs:RunInstances", "ecs:ModifyInstanceAttribute"} <= actions
    assert actions.isdisjoint(
        ("ecs:AttachNetworkInterface", "ecs:DescribeSecurityGroups", "vpc:DeleteVSwitch")
    )


def test_a_call_on_several_groups_is_the_same_in_whatever_order_it_names_them() -> None:
    orders = (("sg-1", "sg-2", "sg-3"), ("sg-2", "sg-3", "sg-1"), ("sg-3", "sg-1", "sg-2"))
    calls = []
    for minute, order in enumerate(orders):
        ids: dict[str, Any] = {f"SecurityGroupIds.{place}": group for place, group in enumerate(order, 1)}
        time = f"2026-03-01T12:{minute:02d}:00Z"
        calls.append(call("ecs:CreateNetworkInterface", error=GROUP_MANAGED, time=time, **ids))
    assert reported(calls) == []
