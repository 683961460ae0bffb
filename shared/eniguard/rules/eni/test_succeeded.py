from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.outcomes import ENI_MANAGED
from eniguard.events.user_identity import Identity
from eniguard.facts.gathered import Facts
from eniguard.model import Decision
from eniguard.rules.subjects import needs_enis
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
    eni_item,
    findings,
    role,
    snapshot,
    undecided,
)

IPV6 = {
    "Ipv6AddressId": "ipv6-1",
    "AssociatedInstanceId": "eni-nat",
    "AssociatedInstanceType": "NetworkInterface",
    "Ipv6InternetBandwidth": {"Ipv6InternetBandwidthId": "ipv6bw-1"},
}
STATE = snapshot(
    {
        "ecs:NetworkInterface": [
            eni_item("eni-nat", True, Description="nat.aliyuncs.com"),
            eni_item("eni-alb", True, Description="ALB"),
            eni_item("eni-own", False),
            eni_item("eni-dim"),
        ],
        "vpc:EipAddress": [
            {"AllocationId": "eip-nat", "InstanceId": "eni-nat", "InstanceType": "NetworkInterface"},
            {"AllocationId": "eip-ecs", "InstanceId": "i-1", "InstanceType": "EcsInstance"},
            {"AllocationId": "eip-free", "InstanceId": "", "InstanceType": ""},
        ],
        "vpc:Ipv6Address": [IPV6],
    }
)
RULES = ["ENI003", "ENI011", "ENI014"]


def judged(action: str, by: Identity = ALICE, *, state: Snapshot | None = STATE, **named: Any) -> Decision:
    return decided(call(action, by, **named), state=state, only=RULES)


@pytest.mark.parametrize("by", [ALICE, ROOT, role("ci"), role("ci", "AliyunServiceRoleForNatgw")])
def test_write_by_the_account_on_a_managed_eni_is_critical(by: Identity) -> None:
    decision = judged("ecs:DetachNetworkInterface", by, NetworkInterfaceId="eni-nat", InstanceId="i-1")

    assert findings(decision) == [("ENI003", "critical", "eni-nat")]
    assert decision.findings[0].subject.owner_service == "nat.aliyuncs.com"
    assert decision.findings[0].references[-1].row == "row 5 DetachNetworkInterface"


def test_write_by_a_controller_on_a_managed_eni_is_critical() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(role="KubernetesNodeRole"),)))
    one = call("ecs:AssignPrivateIpAddresses", role("KubernetesNodeRole"), NetworkInterfaceId="eni-nat")

    assert findings(decided(one, state=STATE, policy=policy, only=RULES)) == [
        ("ENI003", "critical", "eni-nat")
    ]


@pytest.mark.parametrize("by", [NAT_GATEWAY, API_GATEWAY], ids=["owner", "other-service"])
def test_write_by_a_service_is_not_the_accounts(by: Identity) -> None:
    decision = judged("ecs:DeleteNetworkInterface", by, NetworkInterfaceId="eni-nat")

    assert (findings(decision), undecided(decision)) == ([], [])


def test_write_by_a_role_that_cannot_be_confirmed_is_undecided() -> None:
    decision = judged(
        "ecs:DeleteNetworkInterface", role("AliyunServiceRoleForUnheardOf"), NetworkInterfaceId="eni-nat"
    )

    assert (findings(decision), undecided(decision)) == ([], ["ENI003"])


def test_write_on_an_ordinary_eni_is_nothing() -> None:
    decision = judged("ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-own")

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize(("eni", "state"), [("eni-nat", None), ("eni-elsewhere", STATE), ("eni-dim", STATE)])
def test_delete_of_an_eni_of_which_nobody_knows_whether_it_is_managed_is_undecided(
    eni: str, state: Snapshot | None
) -> None:
    decision = judged("ecs:DeleteNetworkInterface", state=state, NetworkInterfaceId=eni)

    assert (findings(decision), undecided(decision)) == ([], ["ENI003"])
    assert decision.undecided[0].refs == (f"ecs:NetworkInterface id={eni}",)


def test_inventory_from_after_the_delete_does_not_tell_what_was_before() -> None:
    late = snapshot({"ecs:NetworkInterface": [eni_item("eni-nat", True)]}, captured_at="2026-03-01T13:00:00Z")

    decision = judged("ecs:ModifyNetworkInterfaceAttribute", state=late, NetworkInterfaceId="eni-nat")

    assert (findings(decision), undecided(decision)) == ([], ["ENI003"])


def test_earlier_refusal_tells_what_a_later_inventory_cannot() -> None:
    late = snapshot(
        {"ecs:NetworkInterface": [eni_item("eni-nat", False)]}, captured_at="2026-03-01T13:00:00Z"
    )
    refused = call(
        "ecs:DeleteNetworkInterface",
        error=ENI_MANAGED,
        time="2026-03-01T11:00:00Z",
        NetworkInterfaceId="eni-nat",
    )
    attached = call("ecs:AttachNetworkInterface", NetworkInterfaceId="eni-nat", InstanceId="i-1")

    decision = decided_in_order([refused, attached], state=late, only=RULES)[1]

    assert findings(decision) == [("ENI003", "critical", "eni-nat")]
    (flag,) = [one for one in decision.findings[0].evidence if one.name == "ServiceManaged"]
    assert (flag.value, flag.source, flag.as_of) == (True, "journal", "2026-03-01T11:00:00Z")


def test_bandwidth_is_not_looked_up_beside_the_address() -> None:
    both = call("vpc:DeleteIpv6InternetBandwidth", Ipv6AddressId="ipv6-1", Ipv6InternetBandwidthId="ipv6bw-1")
    bandwidth = call("vpc:DeleteIpv6InternetBandwidth", Ipv6InternetBandwidthId="ipv6bw-1")

    assert [str(ref) for ref in needs_enis(both, Facts())] == ["vpc:Ipv6Address id=ipv6-1"]
    assert [str(ref) for ref in needs_enis(bandwidth, Facts())] == ["vpc:Ipv6Address ipv6_bandwidth=ipv6bw-1"]


def test_eni_that_the_account_made_itself_is_not_managed() -> None:
    made = call("ecs:CreateNetworkInterface", response={"NetworkInterfaceId": "eni-new"}, VSwitchId="vsw-1")
    gone = call("ecs:DeleteNetworkInterface", time="2026-03-01T12:10:00Z", NetworkInterfaceId="eni-new")

    decisions = decided_in_order([made, gone], only=RULES)

    assert [(findings(one), undecided(one)) for one in decisions] == [([], []), ([], [])]


def test_eni_that_a_service_made_is_not_taken_for_the_accounts() -> None:
    made = call("ecs:CreateNetworkInterface", NAT_GATEWAY, response={"NetworkInterfaceId": "eni-new"})
    gone = call("ecs:DeleteNetworkInterface", time="2026-03-01T12:10:00Z", NetworkInterfaceId="eni-new")

    assert undecided(decided_in_order([made, gone], only=RULES)[1]) == ["ENI003"]


@pytest.mark.parametrize("action", ["ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"])
def test_group_membership_of_a_managed_eni_counts_as_a_write_on_it(action: str) -> None:
    decision = judged(action, SecurityGroupId="sg-1", NetworkInterfaceId="eni-nat")

    assert findings(decision) == [("ENI003", "critical", "eni-nat")]


def test_group_membership_of_an_instance_is_no_write_on_an_eni() -> None:
    decision = judged("ecs:JoinSecurityGroup", SecurityGroupId="sg-1", InstanceId="i-1")

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("vpc:UnassociateEipAddress", {"AllocationId": "eip-nat"}),
        ("ecs:UnassociateEipAddress", {"AllocationId": "eip-nat"}),
        (
            "vpc:AssociateEipAddress",
            {"AllocationId": "eip-free", "InstanceId": "eni-nat", "InstanceType": "NetworkInterface"},
        ),
        (
            "vpc:AssociateEipAddressBatch",
            {
                "InstanceIds": '["eip-7", "eip-8"]',
                "BindedInstanceId": "eni-nat",
                "BindedInstanceType": "NetworkInterface",
            },
        ),
        ("vpc:AllocateIpv6InternetBandwidth", {"Ipv6AddressId": "ipv6-1"}),
        ("vpc:DeleteIpv6InternetBandwidth", {"Ipv6InternetBandwidthId": "ipv6bw-1"}),
        (
            "vpc:DeleteIpv6InternetBandwidth",
            {"Ipv6InternetBandwidthId": "ipv6bw-1", "Ipv6AddressId": "ipv6-1"},
        ),
    ],
)
def test_vpc_call_is_traced_to_the_one_managed_eni_it_changes(action: str, named: dict[str, Any]) -> None:
    decision = judged(action, **named)

    assert (findings(decision), undecided(decision)) == ([("ENI003", "critical", "eni-nat")], [])


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("vpc:AssociateEipAddress", {"AllocationId": "eip-free", "InstanceId": "i-1"}),
        (
            "vpc:AssociateEipAddress",
            {"AllocationId": "eip-unknown", "InstanceId": "i-1", "InstanceType": "EcsInstance"},
        ),
        ("vpc:UnassociateEipAddress", {"AllocationId": "eip-ecs"}),
        (
            "vpc:UnassociateEipAddress",
            {"AllocationId": "eip-unknown", "InstanceId": "ngw-1", "InstanceType": "Nat"},
        ),
        (
            "vpc:AssociateEipAddressBatch",
            {"InstanceIds.1": "eip-7", "BindedInstanceId": "ngw-1", "BindedInstanceType": "Nat"},
        ),
    ],
)
def test_eip_call_on_something_that_is_no_eni_is_nothing(action: str, named: dict[str, Any]) -> None:
    decision = judged(action, **named)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_eip_that_cannot_be_traced_is_undecided() -> None:
    decision = judged("vpc:UnassociateEipAddress", AllocationId="eip-unknown")

    assert (findings(decision), undecided(decision)) == ([], ["ENI003"])
    assert decision.undecided[0].refs == ("vpc:EipAddress id=eip-unknown",)


def test_bandwidth_change_is_recorded_as_allowed() -> None:
    decision = judged("vpc:ModifyIpv6InternetBandwidth", Ipv6InternetBandwidthId="ipv6bw-1", Bandwidth="200")

    assert findings(decision) == [("ENI011", "info", "eni-nat")]
    assert "200 Mbit/s" in decision.findings[0].summary


def test_bandwidth_change_on_an_ordinary_eni_is_nothing() -> None:
    own = snapshot(
        {
            "ecs:NetworkInterface": [eni_item("eni-own", False)],
            "vpc:Ipv6Address": [{**IPV6, "AssociatedInstanceId": "eni-own"}],
        }
    )

    decision = judged("vpc:ModifyIpv6InternetBandwidth", state=own, Ipv6AddressId="ipv6-1")

    assert (findings(decision), undecided(decision)) == ([], [])


def test_bandwidth_change_on_an_address_that_nobody_knows_is_undecided() -> None:
    decision = judged("vpc:ModifyIpv6InternetBandwidth", Ipv6AddressId="ipv6-9")

    assert (findings(decision), undecided(decision)) == ([], ["ENI011"])


@pytest.mark.parametrize(
    ("action", "severity"),
    [
        ("ecs:CreateNetworkInterfacePermission", "medium"),
        ("ecs:EnableNetworkInterfaceQoS", "medium"),
        ("ecs:DisableNetworkInterfaceQoS", "medium"),
    ],
)
def test_undocumented_write_on_a_managed_eni_is_reported(action: str, severity: str) -> None:
    assert findings(judged(action, NetworkInterfaceId="eni-nat")) == [("ENI014", severity, "eni-nat")]
    assert findings(judged(action, NetworkInterfaceId="eni-own")) == []
    assert findings(judged(action, NAT_GATEWAY, NetworkInterfaceId="eni-nat")) == []


def test_each_managed_eni_of_a_tag_call_is_reported_as_info() -> None:
    named: dict[str, Any] = {
        "ResourceId.1": "eni-nat",
        "ResourceId.2": "eni-own",
        "ResourceId.3": "eni-alb",
        "ResourceType": "eni",
        "Tag.1.Key": "cost",
        "Tag.1.Value": "net",
    }

    decision = judged("ecs:TagResources", **named)

    assert findings(decision) == [("ENI014", "info", "eni-nat"), ("ENI014", "info", "eni-alb")]


@pytest.mark.parametrize("action", ["ecs:AddTags", "ecs:RemoveTags"])
def test_the_older_tag_calls_name_one_eni(action: str) -> None:
    tag: dict[str, Any] = {"Tag.1.Key": "cost", "Tag.1.Value": "net"}

    managed = judged(action, ResourceId="eni-nat", ResourceType="eni", **tag)
    own = judged(action, ResourceId="eni-own", ResourceType="eni", **tag)

    assert findings(managed) == [("ENI014", "info", "eni-nat")]
    assert findings(own) == []


def test_tag_call_on_other_resources_is_nothing() -> None:
    decision = judged("ecs:TagResources", ResourceId=["i-1"], ResourceType="instance")

    assert (findings(decision), undecided(decision)) == ([], [])


def test_enis_of_a_tag_call_that_nobody_knows_make_one_undecided() -> None:
    decision = judged("ecs:UntagResources", ResourceId=["eni-7", "eni-8", "eni-own"], ResourceType="eni")

    assert (findings(decision), undecided(decision)) == ([], ["ENI014"])
    assert decision.undecided[0].refs == ("ecs:NetworkInterface id=eni-7", "ecs:NetworkInterface id=eni-8")
    assert "(and 1 more)" in decision.undecided[0].reason


def test_deleted_permission_does_not_tell_its_eni() -> None:
    decision = judged("ecs:DeleteNetworkInterfacePermission", NetworkInterfacePermissionId="eni-perm-1")

    assert (findings(decision), undecided(decision)) == ([], ["ENI014"])
    assert decision.undecided[0].refs == ("ecs:NetworkInterfacePermission id=eni-perm-1",)
