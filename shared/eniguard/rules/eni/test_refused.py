from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.outcomes import ENI_MANAGED
from eniguard.events.user_identity import Identity
from eniguard.facts.gathered import Facts
from eniguard.model import Decision
from eniguard.rules.base import Rule
from eniguard.rules.eni.refused import ManagedEniWriteRefused, needs_refused_enis
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

NAT_ENI = eni_item("eni-nat", True, Description="created by NAT Gateway")
OWN_ENI = eni_item("eni-own", False)
STATE = snapshot({"ecs:NetworkInterface": [NAT_ENI, OWN_ENI, eni_item("eni-dim")]})


def judged(
    action: str, state: Snapshot | None = STATE, *, by: Identity = ALICE, error: str, **named: Any
) -> Decision:
    return decided(call(action, by, error=error, **named), state=state, only=["ENI001"])


def test_refused_delete_names_the_eni_and_its_service() -> None:
    decision = judged("ecs:DeleteNetworkInterface", error=ENI_MANAGED, NetworkInterfaceId="eni-nat")

    assert findings(decision) == [("ENI001", "low", "eni-nat")]
    found = decision.findings[0]
    assert found.subject.owner_service == "nat.aliyuncs.com"
    assert found.subject.managed is True
    assert "nat.aliyuncs.com" in found.summary
    assert "nat.aliyuncs.com" in found.advice
    assert [reference.row for reference in found.references][-1] == "row 2 DeleteNetworkInterface"
    assert ("ServiceManaged", True, "snapshot", "2026-03-01T08:00:00Z") in [
        (one.name, one.value, one.source, one.as_of) for one in found.evidence
    ]


def test_eni_that_nobody_knows_is_reported_one_step_lower() -> None:
    decision = judged("ecs:DeleteNetworkInterface", None, error=ENI_MANAGED, NetworkInterfaceId="eni-nat")

    assert findings(decision) == [("ENI001", "info", "eni-nat")]
    assert decision.findings[0].inventory == "unknown"
    assert decision.findings[0].subject.managed is True


def test_flag_that_contradicts_the_refusal_is_shown_as_a_conflict() -> None:
    decision = judged("ecs:AttachNetworkInterface", error=ENI_MANAGED, NetworkInterfaceId="eni-own")

    assert findings(decision) == [("ENI001", "info", "eni-own")]
    assert "fact-conflict" in [one.name for one in decision.findings[0].evidence]


@pytest.mark.parametrize(
    "by",
    [
        ALICE,
        ROOT,
        NAT_GATEWAY,
        API_GATEWAY,
        role("AliyunServiceRoleForUnheardOf"),
        role("ci", "AliyunServiceRoleForNatgw"),
    ],
    ids=["ram-user", "root", "owner", "other-service", "unconfirmed", "hostile-session"],
)
def test_refusal_counts_for_every_caller(by: Identity) -> None:
    decision = judged("ecs:DetachNetworkInterface", by=by, error=ENI_MANAGED, NetworkInterfaceId="eni-nat")

    assert findings(decision) == [("ENI001", "low", "eni-nat")]


def test_controller_is_no_exception() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))
    one = call("ecs:DeleteNetworkInterface", error=ENI_MANAGED, NetworkInterfaceId="eni-nat")

    decision = decided(one, state=STATE, policy=policy, only=["ENI001"])

    assert decision.actor.kind == "controller"
    assert findings(decision) == [("ENI001", "low", "eni-nat")]


@pytest.mark.parametrize("action", ["ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"])
def test_group_membership_of_a_managed_eni_is_refused_with_the_same_code(action: str) -> None:
    decision = judged(action, error=ENI_MANAGED, SecurityGroupId="sg-1", NetworkInterfaceId="eni-nat")

    assert findings(decision) == [("ENI001", "low", "eni-nat")]


def test_of_several_enis_only_the_managed_ones_are_named() -> None:
    interfaces: dict[str, Any] = {
        "NetworkInterface.1.NetworkInterfaceId": "eni-own",
        "NetworkInterface.2.NetworkInterfaceId": "eni-nat",
    }

    decision = judged("ecs:RunInstances", error=ENI_MANAGED, **interfaces)

    assert findings(decision) == [("ENI001", "low", "eni-nat")]


def test_of_several_enis_those_cleared_by_the_facts_are_left_out() -> None:
    interfaces: dict[str, Any] = {
        "NetworkInterface.1.NetworkInterfaceId": "eni-own",
        "NetworkInterface.2.NetworkInterfaceId": "eni-dim",
    }

    decision = judged("ecs:RunInstances", error=ENI_MANAGED, **interfaces)

    assert findings(decision) == [("ENI001", "info", "eni-dim")]


def test_of_several_enis_that_nobody_knows_none_is_called_managed() -> None:
    interfaces: dict[str, Any] = {
        "NetworkInterface.1.NetworkInterfaceId": "eni-1",
        "NetworkInterface.2.NetworkInterfaceId": "eni-2",
    }

    decision = judged("ecs:RunInstances", None, error=ENI_MANAGED, **interfaces)

    assert findings(decision) == [("ENI001", "info", "eni-1"), ("ENI001", "info", "eni-2")]
    assert {one.subject.managed for one in decision.findings} == {None}


def test_refusal_of_a_call_that_names_no_eni_is_pinned_on_what_it_names() -> None:
    decision = judged("ecs:JoinSecurityGroup", error=ENI_MANAGED, SecurityGroupId="sg-1", InstanceId="i-1")

    assert findings(decision) == [("ENI001", "info", "sg-1")]


def test_refusal_of_a_call_that_names_nothing_is_still_reported() -> None:
    assert findings(judged("ecs:CreateNetworkInterface", error=ENI_MANAGED)) == [
        ("ENI001", "info", "(not named)")
    ]


@pytest.mark.parametrize("error", ["InvalidOperation.InvalidEniState", "InvalidParams.EniId", "NoPermission"])
def test_another_refusal_of_an_ecs_call_is_not_about_management(error: str) -> None:
    decision = judged("ecs:DeleteNetworkInterface", error=error, NetworkInterfaceId="eni-nat")

    assert findings(decision) == []
    assert undecided(decision) == []


BOUND: dict[str, Any] = {"AllocationId": "eip-1", "InstanceId": "eni-nat", "InstanceType": "NetworkInterface"}
VPC_STATE = snapshot(
    {
        "ecs:NetworkInterface": [NAT_ENI, OWN_ENI],
        "vpc:EipAddress": [
            BOUND,
            {"AllocationId": "eip-2", "InstanceId": "i-1", "InstanceType": "EcsInstance"},
        ],
        "vpc:Ipv6Address": [
            {
                "Ipv6AddressId": "ipv6-1",
                "AssociatedInstanceId": "eni-nat",
                "AssociatedInstanceType": "NetworkInterface",
                "Ipv6InternetBandwidth": {"Ipv6InternetBandwidthId": "ipv6bw-1"},
            }
        ],
    }
)
VPC_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("vpc:AssociateEipAddress", {**BOUND, "AllocationId": "eip-9"}),
    ("ecs:AssociateEipAddress", {**BOUND, "AllocationId": "eip-9"}),
    ("vpc:UnassociateEipAddress", {"AllocationId": "eip-1"}),
    ("ecs:UnassociateEipAddress", {"AllocationId": "eip-1", "InstanceId": "eni-nat"}),
    (
        "vpc:AssociateEipAddressBatch",
        {"BindedInstanceId": "eni-nat", "BindedInstanceType": "NetworkInterface", "InstanceIds.1": "eip-9"},
    ),
    ("vpc:AllocateIpv6InternetBandwidth", {"Ipv6AddressId": "ipv6-1"}),
    ("vpc:DeleteIpv6InternetBandwidth", {"Ipv6InternetBandwidthId": "ipv6bw-1"}),
]


@pytest.mark.parametrize(("action", "named"), VPC_CALLS, ids=[action for action, _ in VPC_CALLS])
def test_vpc_call_that_was_refused_for_any_reason_is_about_the_managed_eni(
    action: str, named: dict[str, Any]
) -> None:
    decision = judged(action, VPC_STATE, error="OperationUnsupported", **named)

    assert findings(decision) == [("ENI001", "low", "eni-nat")]


@pytest.mark.parametrize(("action", "named"), VPC_CALLS, ids=[action for action, _ in VPC_CALLS])
def test_vpc_call_refused_with_the_code_of_managed_enis_finds_its_eni(
    action: str, named: dict[str, Any]
) -> None:
    assert findings(judged(action, VPC_STATE, error=ENI_MANAGED, **named)) == [("ENI001", "low", "eni-nat")]


OUTSIDE_THE_TABLE: list[tuple[str, dict[str, Any]]] = [
    ("vpc:ModifyEipForwardMode", {"InstanceId": "eip-1", "Mode": "NAT"}),
    ("vpc:ReleaseIpv6Address", {"Ipv6AddressId": "ipv6-1"}),
    ("vpc:AssociateHaVip", {"InstanceId": "eni-nat", "InstanceType": "NetworkInterface"}),
]


@pytest.mark.parametrize(("action", "named"), OUTSIDE_THE_TABLE, ids=[one for one, _ in OUTSIDE_THE_TABLE])
def test_write_that_the_table_does_not_name_is_about_the_managed_eni_if_the_code_says_so(
    action: str, named: dict[str, Any]
) -> None:
    refused = judged(action, VPC_STATE, error=ENI_MANAGED, **named)
    otherwise = judged(action, VPC_STATE, error="OperationUnsupported", **named)

    assert findings(refused) == [("ENI001", "low", "eni-nat")]
    assert (findings(otherwise), undecided(otherwise)) == ([], [])


def test_refusal_of_the_one_write_the_account_may_make_is_info() -> None:
    named: dict[str, Any] = {"Ipv6InternetBandwidthId": "ipv6bw-1"}

    decision = judged("vpc:ModifyIpv6InternetBandwidth", VPC_STATE, error="InvalidBandwidth", **named)

    assert findings(decision) == [("ENI001", "info", "eni-nat")]


@pytest.mark.parametrize(
    "error",
    [
        "Throttling.User",
        "OperationFailed.Throttling",
        "InternalError",
        "ServiceUnavailable",
        "RequestTimeout",
        "ServiceTimeout",
        "UnknownError",
        "OperationFailed.SystemBusy",
        "OperationFailed.QueryAccountInfo",
        "TaskConflict",
        "OperationFailed.LastTokenProcessing",
        "Forbidden.RAM",
        "Forbidden.RegionNotFound",
        "InvalidAccessKeyId.NotFound",
        "InvalidAllocationId.NotFound",
        "ResourceNotFound.Eip",
        "OperationFailed.InternetBandwidthNonExist",
        "IncorrectEipStatus",
        "IncorrectHaVipStatus",
        "InvalidBindingStatus",
        "InvalidEIPStatus.BizDisabled",
        "InvalidIpStatus.HasBeenUsedBySnatTable",
        "InvalidStatus.EcsStatusNotSupport",
        "InvalidStatus.EniStatusNotSupport",
        "InvalidStatus.SnatOrDnat",
        "OperationFailed.EcsMigrating",
        "OperationFailed.InternetBandwidthUnstable",
    ],
)
def test_vpc_refusal_with_a_reason_of_its_own_is_left_alone(error: str) -> None:
    decision = judged("vpc:UnassociateEipAddress", VPC_STATE, error=error, AllocationId="eip-1")

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize(
    "error",
    [
        "Mode.Conflict",
        "OperationFailed.EipBindModeConflict",
        "OperationDenied",
        "InvalidParameter.EniInstanceId",
    ],
)
def test_vpc_refusal_without_such_a_reason_is_about_the_managed_eni(error: str) -> None:
    decision = judged("vpc:UnassociateEipAddress", VPC_STATE, error=error, AllocationId="eip-1")

    assert findings(decision) == [("ENI001", "low", "eni-nat")]


def test_vpc_refusal_on_something_that_is_no_eni_is_left_alone() -> None:
    decision = judged(
        "vpc:UnassociateEipAddress", VPC_STATE, error="OperationUnsupported", AllocationId="eip-2"
    )

    assert (findings(decision), undecided(decision)) == ([], [])


def test_vpc_refusal_on_an_ordinary_eni_is_left_alone() -> None:
    named: dict[str, Any] = {**BOUND, "InstanceId": "eni-own"}

    decision = judged("vpc:AssociateEipAddress", VPC_STATE, error="OperationUnsupported", **named)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_vpc_refusal_on_an_eip_that_nobody_knows_is_undecided() -> None:
    decision = judged("vpc:UnassociateEipAddress", None, error="OperationUnsupported", AllocationId="eip-1")

    assert (findings(decision), undecided(decision)) == ([], ["ENI001"])
    assert decision.undecided[0].refs == ("vpc:EipAddress id=eip-1",)


def test_refusal_teaches_the_next_one_that_the_eni_is_managed() -> None:
    first = call("ecs:DeleteNetworkInterface", error=ENI_MANAGED, NetworkInterfaceId="eni-1")
    second = call(
        "vpc:AssociateEipAddress",
        error="OperationUnsupported",
        time="2026-03-01T12:05:00Z",
        **{**BOUND, "InstanceId": "eni-1"},
    )

    decisions = decided_in_order([first, second], only=["ENI001"])

    assert [findings(one) for one in decisions] == [
        [("ENI001", "info", "eni-1")],
        [("ENI001", "low", "eni-1")],
    ]


def test_refusals_of_another_kind_ask_for_no_facts() -> None:
    other = call(
        "ecs:DeleteNetworkInterface", error="InvalidOperation.InvalidEniState", NetworkInterfaceId="eni-1"
    )
    managed = call("ecs:DeleteNetworkInterface", error=ENI_MANAGED, NetworkInterfaceId="eni-1")

    assert list(needs_refused_enis(other, Facts())) == []
    assert [str(ref) for ref in needs_refused_enis(managed, Facts())] == ["ecs:NetworkInterface id=eni-1"]


def test_rule_looks_at_writes_only() -> None:
    rule: type[Rule] = ManagedEniWriteRefused

    assert "ecs:DescribeNetworkInterfaces" not in rule.actions
    assert {"ecs:DeleteNetworkInterface", "vpc:AssociateEipAddressBatch"} <= rule.actions
