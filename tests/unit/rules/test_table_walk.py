"""Every row of the seed tables, walked: refused and successful, by the account and by the owning service."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.outcomes import ENI_MANAGED, GROUP_MANAGED
from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.model.severity import at_least
from eniguard.roles import allows_freely, policy_of
from eniguard.rules.permissions import API_GATEWAY_POLICY, ENI_TABLE, SG_REFERENCES, SG_TABLE, Row
from eniguard.sources.snapshot import Snapshot
from eniguard.testing import (
    ALICE,
    API_GATEWAY,
    NAT_GATEWAY,
    ROOT,
    call,
    decided,
    decided_in_order,
    eni_item,
    findings,
    group_item,
    role,
    snapshot,
)

MANAGED_ENI, MANAGED_GROUP, OWN_GROUP = "eni-managed", "sg-managed", "sg-own"
#: What each call names, so that it is about the managed ENI; EIP and IPv6 calls lead to it.
ENI_CALLS: dict[str, dict[str, Any]] = {
    "AttachNetworkInterface": {"NetworkInterfaceId": MANAGED_ENI, "InstanceId": "i-1"},
    "DetachNetworkInterface": {"NetworkInterfaceId": MANAGED_ENI, "InstanceId": "i-1"},
    "DescribeNetworkInterfaces": {"NetworkInterfaceId.1": MANAGED_ENI},
    "AssociateEipAddress": {
        "AllocationId": "eip-free",
        "InstanceId": MANAGED_ENI,
        "InstanceType": "NetworkInterface",
    },
    "UnassociateEipAddress": {"AllocationId": "eip-bound"},
    "AssociateEipAddressBatch": {
        "BindedInstanceId": MANAGED_ENI,
        "BindedInstanceType": "NetworkInterface",
        "InstanceIds.1": "eip-free",
        "InstanceIds.2": "eip-free-2",
    },
    "AllocateIpv6InternetBandwidth": {"Ipv6AddressId": "ipv6-1", "Bandwidth": 100},
    "ModifyIpv6InternetBandwidth": {"Ipv6InternetBandwidthId": "ipv6bw-1", "Bandwidth": 100},
    "DeleteIpv6InternetBandwidth": {"Ipv6InternetBandwidthId": "ipv6bw-1"},
}
#: What each call names, so that it is about the managed group.
GROUP_CALLS: dict[str, dict[str, Any]] = {
    "JoinSecurityGroup": {"SecurityGroupId": MANAGED_GROUP, "InstanceId": "i-1"},
    "LeaveSecurityGroup": {"SecurityGroupId": MANAGED_GROUP, "InstanceId": "i-1"},
    "DescribeSecurityGroupReferences": {"SecurityGroupId.1": MANAGED_GROUP},
    "CreateNetworkInterface": {"VSwitchId": "vsw-1", "SecurityGroupIds.1": MANAGED_GROUP},
    "ModifyNetworkInterfaceAttribute": {"NetworkInterfaceId": "eni-own", "SecurityGroupId.1": MANAGED_GROUP},
    "RunInstances": {"NetworkInterface.1.SecurityGroupId": MANAGED_GROUP},
    "ModifyInstanceAttribute": {"InstanceId": "i-1", "SecurityGroupIds.1": MANAGED_GROUP},
}


def situation(description: str = "created by NAT Gateway") -> Snapshot:
    """Everything there is to know: whatever then stays undecided is the rules' own fault."""
    return snapshot(
        {
            "ecs:NetworkInterface": [
                eni_item(MANAGED_ENI, True, Description=description, VSwitchId="vsw-1", Status="InUse"),
                eni_item("eni-own", False, VSwitchId="vsw-1", Status="Available"),
            ],
            "ecs:SecurityGroup": [
                group_item(MANAGED_GROUP, True, Description=description, ServiceID=4711),
                group_item(OWN_GROUP, False),
            ],
            "ecs:Instance": [{"InstanceId": "i-1", "InstanceType": "ecs.g7.large"}],
            "vpc:VSwitch": [{"VSwitchId": "vsw-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}],
            "vpc:CidrReservation": [],
            "vpc:EipAddress": [
                {"AllocationId": "eip-bound", "InstanceId": MANAGED_ENI, "InstanceType": "NetworkInterface"},
                {"AllocationId": "eip-free", "InstanceId": "", "InstanceType": ""},
                {"AllocationId": "eip-free-2", "InstanceId": "", "InstanceType": ""},
            ],
            "vpc:Ipv6Address": [
                {
                    "Ipv6AddressId": "ipv6-1",
                    "AssociatedInstanceId": MANAGED_ENI,
                    "AssociatedInstanceType": "NetworkInterface",
                    "Ipv6InternetBandwidth": {"Ipv6InternetBandwidthId": "ipv6bw-1"},
                }
            ],
        }
    )


def named_by(row: Row) -> dict[str, Any]:
    if row.table == "eni":
        return ENI_CALLS.get(row.api, {"NetworkInterfaceId": MANAGED_ENI})
    return GROUP_CALLS.get(row.api, {"SecurityGroupId": MANAGED_GROUP})


def about(
    row: Row, by: Identity = ALICE, error: str | None = None, description: str = "NAT Gateway"
) -> Decision:
    """The decision of all packaged rules on the row's call."""
    return decided(call(row.action, by, error=error, **named_by(row)), state=situation(description))


def of_family(decision: Decision, *families: str) -> list[tuple[str, str, str]]:
    return [one for one in findings(decision) if one[0].startswith(families)]


def ids(rows: list[Row]) -> list[str]:
    return [f"{row.table}-{row.number}-{row.api}" for row in rows]


ROWS = [*ENI_TABLE, *SG_TABLE]
FORBIDDEN_ENI = [row for row in ENI_TABLE if not row.account]
FORBIDDEN_SG = [row for row in SG_TABLE if not row.account]
ALLOWED = [row for row in ROWS if row.account]


def test_walk_covers_every_row() -> None:
    assert (len(ROWS), len(FORBIDDEN_ENI), len(FORBIDDEN_SG), len(ALLOWED)) == (34, 13, 16, 5)


@pytest.mark.parametrize("row", FORBIDDEN_ENI, ids=ids(FORBIDDEN_ENI))
@pytest.mark.parametrize("by", [ALICE, ROOT], ids=["ram-user", "root"])
def test_forbidden_eni_row_refused_to_the_account(row: Row, by: Identity) -> None:
    assert of_family(about(row, by, ENI_MANAGED), "ENI", "SG") == [("ENI001", "low", MANAGED_ENI)]


@pytest.mark.parametrize("row", FORBIDDEN_ENI, ids=ids(FORBIDDEN_ENI))
def test_forbidden_eni_row_refused_to_the_account_on_an_eni_that_nobody_knows(row: Row) -> None:
    one = call(row.action, error=ENI_MANAGED, **named_by(row))

    (found,) = of_family(decided(one), "ENI", "SG")

    assert found[:2] == ("ENI001", "info")


@pytest.mark.parametrize("row", FORBIDDEN_ENI, ids=ids(FORBIDDEN_ENI))
@pytest.mark.parametrize("by", [ALICE, ROOT], ids=["ram-user", "root"])
def test_forbidden_eni_row_that_the_account_got_through(row: Row, by: Identity) -> None:
    assert of_family(about(row, by), "ENI", "SG") == [("ENI003", "critical", MANAGED_ENI)]


@pytest.mark.parametrize("row", FORBIDDEN_SG, ids=ids(FORBIDDEN_SG))
def test_forbidden_group_row_refused_to_the_account(row: Row) -> None:
    expected = "SG002" if row.action in SG_REFERENCES else "SG001"

    assert of_family(about(row, error=GROUP_MANAGED), "ENI", "SG") == [(expected, "low", MANAGED_GROUP)]


@pytest.mark.parametrize("row", FORBIDDEN_SG, ids=ids(FORBIDDEN_SG))
def test_forbidden_group_row_that_the_account_got_through(row: Row) -> None:
    assert of_family(about(row), "ENI", "SG") == [("SG004", "critical", MANAGED_GROUP)]


@pytest.mark.parametrize("row", ALLOWED, ids=ids(ALLOWED))
def test_allowed_row_is_at_most_info(row: Row) -> None:
    decision = about(row)

    assert not [one for one in decision.findings if at_least(one.severity, "low")]
    assert not decision.undecided


def test_only_write_the_account_may_make_is_recorded() -> None:
    (bandwidth,) = [row for row in ALLOWED if row.api == "ModifyIpv6InternetBandwidth"]

    assert findings(about(bandwidth)) == [("ENI011", "info", MANAGED_ENI)]


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_row_by_the_service_that_owns_the_resource(row: Row) -> None:
    decision = about(row, NAT_GATEWAY)

    assert of_family(decision, "ENI", "SG") == []
    assert [one.rule for one in decision.undecided if one.rule.startswith(("ENI", "SG"))] == []


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_row_by_the_role_that_is_on_record_as_the_maker(row: Row) -> None:
    """The descriptions say nothing here; that the role made the ENI and the group is on record."""
    made = [
        call(
            "ecs:CreateNetworkInterface",
            NAT_GATEWAY,
            time="2026-03-01T11:00:00Z",
            response={"NetworkInterfaceId": MANAGED_ENI, "ServiceManaged": True},
        ),
        call(
            "ecs:CreateSecurityGroup",
            NAT_GATEWAY,
            time="2026-03-01T11:00:00Z",
            response={"SecurityGroupId": MANAGED_GROUP},
            ServiceManaged=True,
        ),
    ]
    one = call(row.action, NAT_GATEWAY, **named_by(row))

    decision = decided_in_order([*made, one], state=situation("nothing of use"))[-1]

    assert of_family(decision, "ENI", "SG") == []


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_hostile_session_name_makes_nobody_the_owner(row: Row) -> None:
    hostile = role("deployer", "AliyunServiceRoleForNatgw")

    assert of_family(about(row, hostile), "ENI", "SG") == of_family(about(row), "ENI", "SG")


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_api_gateways_policy_is_a_check_of_its_own(row: Row) -> None:
    """The tables say that the creating service may do it all; its policy carries 20 actions."""
    policy = policy_of(API_GATEWAY_POLICY.role)
    assert policy is not None
    assert policy.complete

    decision = about(row, API_GATEWAY, description="API Gateway")

    expected = [] if allows_freely(policy, row.action) or row.api.startswith("Describe") else ["SLR004"]
    assert [one.rule for one in decision.findings if one.rule == "SLR004"] == expected
    assert of_family(decision, "ENI", "SG") == []
