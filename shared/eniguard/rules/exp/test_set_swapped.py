from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.model import Decision, Fix
from eniguard.rules.exp.test_world import LATER, listed, member, prefix_list, rule, world
from eniguard.settings import ActorMatch, Actors, Policy
from eniguard.testing import NAT_GATEWAY, Snapshot, call, decided, decided_in_order, findings, undecided

ENI, INSTANCE = "eni-1", "i-1"
FOUND = [("EXP006", "medium", ENI)]
RULES = (
    listed("sgr-1", rule("22/22", Priority="2"), group="sg-open"),
    listed("sgr-2", rule("443/443"), group="sg-web"),
    listed("sgr-3", rule("22/22", Policy="Drop"), group="sg-strict"),
    listed("sgr-4", rule("22/22", "10.0.0.0/8"), group="sg-office"),
)


def state(*groups: str, **options: Any) -> Snapshot:
    items = {
        "enis": [member(ENI, *groups)],
        "instances": [{"InstanceId": INSTANCE, "SecurityGroupIds": {"SecurityGroupId": list(groups)}}],
    }
    return world(*RULES, **{**items, **options})


def join(group: str, **more: Any) -> Call:
    return call("ecs:JoinSecurityGroup", SecurityGroupId=group, NetworkInterfaceId=ENI, **more)


def leave(group: str) -> Call:
    return call("ecs:LeaveSecurityGroup", SecurityGroupId=group, NetworkInterfaceId=ENI)


def replace(*groups: str, **more: Any) -> Call:
    return call(
        "ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=ENI, SecurityGroupId=list(groups), **more
    )


def judged(one: Call, before: Snapshot | None) -> Decision:
    return decided(one, state=before, only=["EXP006"])


def says(one: Call, before: Snapshot | None) -> list[tuple[str, str, str]]:
    decision = judged(one, before)
    assert undecided(decision) == []
    return findings(decision)


@pytest.mark.parametrize(
    ("one", "groups"),
    [
        (join("sg-open"), ("sg-web",)),
        (replace("sg-open"), ("sg-web",)),
        (replace("sg-web", "sg-open"), ("sg-web", "sg-open", "sg-strict")),
        (leave("sg-strict"), ("sg-open", "sg-strict")),
    ],
)
def test_swap_that_opens_a_risky_port_is_reported(one: Call, groups: tuple[str, ...]) -> None:
    assert says(one, state(*groups)) == FOUND


@pytest.mark.parametrize(
    ("one", "groups"),
    [
        (join("sg-web"), ("sg-office",)),
        (join("sg-office"), ("sg-web",)),
        (join("sg-open"), ("sg-strict",)),
        (join("sg-open"), ("sg-open",)),
        (replace("sg-open"), ("sg-open", "sg-web")),
        (replace("sg-open", "sg-strict"), ("sg-web",)),
        (leave("sg-web"), ("sg-open", "sg-web")),
        (leave("sg-strict"), ("sg-web", "sg-strict")),
        (call("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=ENI, Description="x"), ("sg-web",)),
        (join("sg-open", error="Forbidden.RAM"), ("sg-web",)),
    ],
)
def test_swap_that_opens_nothing_more_is_nothing(one: Call, groups: tuple[str, ...]) -> None:
    assert says(one, state(*groups)) == []


def test_instances_are_looked_at_too() -> None:
    found = [("EXP006", "medium", INSTANCE)]
    swap = call("ecs:ModifyInstanceAttribute", InstanceId=INSTANCE, SecurityGroupIds=["sg-open"])
    join_it = call("ecs:JoinSecurityGroup", InstanceId=INSTANCE, SecurityGroupId="sg-open")
    renamed = call("ecs:ModifyInstanceAttribute", InstanceId=INSTANCE, InstanceName="web")

    assert (says(swap, state("sg-web")), says(join_it, state("sg-web"))) == (found, found)
    assert says(renamed, state("sg-web")) == []


def test_unknown_member_of_an_open_group_lowers_the_severity() -> None:
    assert says(join("sg-open"), state("sg-web", enis=[])) == [("EXP006", "low", ENI)]
    assert undecided(judged(replace("sg-open"), state("sg-web", enis=[]))) == ["EXP006"]
    assert undecided(judged(leave("sg-strict"), state("sg-web", enis=[]))) == ["EXP006"]


def test_unknown_rules_are_undecided() -> None:
    assert undecided(judged(join("sg-open"), state("sg-web", without="ecs:SecurityGroupRule"))) == ["EXP006"]


def test_member_as_it_is_later_tells_what_it_was() -> None:
    assert says(join("sg-open"), state("sg-web", "sg-open", captured_at=LATER)) == FOUND
    assert says(leave("sg-strict"), state("sg-open", captured_at=LATER)) == FOUND


def test_prefix_lists_of_the_rules_are_read() -> None:
    named = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1"}
    items = {"enis": [member(ENI, "sg-web")]}
    unread = world(*RULES, listed("sgr-9", named, group="sg-list"), **items)  # type: ignore[arg-type]
    wide = world(
        *RULES,
        listed("sgr-9", named, group="sg-list"),
        lists=[prefix_list("pl-1", "0.0.0.0/0")],
        **items,  # type: ignore[arg-type]
    )

    assert undecided(judged(join("sg-list"), unread)) == ["EXP006"]
    assert says(join("sg-list"), wide) == FOUND


def test_managed_eni_and_service_are_nothing() -> None:
    managed = state(enis=[member(ENI, "sg-web", managed=True)])
    by_service = call("ecs:JoinSecurityGroup", NAT_GATEWAY, SecurityGroupId="sg-open", NetworkInterfaceId=ENI)

    assert says(join("sg-open"), managed) == []
    assert says(by_service, state("sg-web")) == []


def fixed(one: Call, before: Snapshot) -> Fix | str | None:
    (finding,) = judged(one, before).findings
    return finding.fix or next(one.note for one in finding.evidence if one.name == "fix")


def test_fix_puts_the_previous_groups_back_after_approval() -> None:
    assert fixed(replace("sg-open"), state("sg-web", "sg-office")) == Fix(
        summary=f"Put {ENI} back into sg-web, sg-office only, its groups as seen 2026-03-01T08:00:00Z",
        limit="approve",
        action="ecs:ModifyNetworkInterfaceAttribute",
        parameters={
            "NetworkInterfaceId": ENI,
            "SecurityGroupId.1": "sg-web",
            "SecurityGroupId.2": "sg-office",
        },
        undo={"NetworkInterfaceId": ENI, "SecurityGroupId.1": "sg-open"},
    )


@pytest.mark.parametrize(
    ("eni", "why"),
    [
        (member(ENI, "sg-web", managed=None), "not known whether the ENI is managed"),
        (member(ENI, "sg-web", Tags={"Tag": [{"TagKey": "guard:ignore"}]}), "guard:ignore"),
        (member(ENI), "in no group"),
    ],
)
def test_no_fix_is_offered_where_it_could_do_harm(eni: dict[str, Any], why: str) -> None:
    assert why in str(fixed(join("sg-open"), state(enis=[eni])))


def test_no_fix_is_offered_without_the_previous_groups() -> None:
    assert "not known" in str(fixed(join("sg-open"), state("sg-web", "sg-open", captured_at=LATER)))


def test_groups_that_cannot_be_read_are_undecided() -> None:
    unread = call("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=ENI, SecurityGroupId=[{"x": 1}])

    assert undecided(judged(unread, state("sg-web"))) == ["EXP006"]


def test_instance_that_is_moved_to_another_vpc_gets_other_groups() -> None:
    moved = call("ecs:ModifyInstanceVpcAttribute", InstanceId=INSTANCE, SecurityGroupId=["sg-open"])
    same = call("ecs:ModifyInstanceVpcAttribute", InstanceId=INSTANCE, SecurityGroupId=["sg-web"])

    assert says(moved, state("sg-web")) == [("EXP006", "medium", INSTANCE)]
    assert says(same, state("sg-web")) == []
    assert "another VPC" in str(fixed(moved, state("sg-web")))


def test_no_fix_is_offered_when_the_groups_were_changed_since() -> None:
    made = call(
        "ecs:CreateNetworkInterface",
        SecurityGroupId="sg-web",
        response={"NetworkInterfaceId": ENI},
        time="2026-03-01T09:00:00Z",
    )
    later = state("sg-open", "sg-office", captured_at=LATER)
    (_, decision) = decided_in_order([made, replace("sg-open")], state=later, only=["EXP006"])

    (finding,) = decision.findings
    assert finding.fix is None
    assert [one.note for one in finding.evidence if one.name == "fix"] == [
        "none is offered: the groups were changed again since"
    ]


def test_what_may_be_managed_or_cannot_be_read_lowers_the_severity() -> None:
    lowered = [("EXP006", "low", ENI)]
    unread = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1", "Policy": "Drop"}
    beside = world(*RULES, listed("sgr-9", unread, group="sg-list"), enis=[member(ENI, "sg-list")])

    assert says(join("sg-open"), state(enis=[member(ENI, "sg-web", managed=None)])) == lowered
    assert says(join("sg-open"), beside) == lowered


def test_egress_rules_let_nobody_in() -> None:
    out = {"IpProtocol": "TCP", "PortRange": "22/22", "DestCidrIp": "0.0.0.0/0"}
    rules = listed("sgr-9", out, group="sg-out", direction="egress"), listed("sgr-8", rule(), group="sg-out")
    both = world(*rules, listed("sgr-7", {**out, "Policy": "Drop"}, group="sg-out", direction="egress"))

    assert says(join("sg-out"), state("sg-web")) == []
    assert findings(judged(join("sg-out"), both)) == [("EXP006", "low", ENI)]


def test_controllers_are_looked_at() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))

    assert findings(decided(join("sg-open"), state=state("sg-web"), policy=policy, only=["EXP006"])) == FOUND
