from __future__ import annotations

from pathlib import Path

from eniguard.settings.guardfile import read_policy
from eniguard.testing import (
    NAT_GATEWAY,
    call,
    decided,
    decided_in_order,
    eni_item,
    findings,
    snapshot,
    swept,
    undecided,
)

POLICY = read_policy(Path(__file__).with_name("guard.yml"))
STATE = snapshot(
    {
        "ecs:NetworkInterface": [
            eni_item(
                "eni-fixed", False, VSwitchId="vsw-partners", VpcId="vpc-main", PrivateIpAddress="10.0.0.5"
            ),
            eni_item("eni-other", False, VSwitchId="vsw-other", VpcId="vpc-test"),
            eni_item("eni-nat", True, VSwitchId="vsw-other", VpcId="vpc-test"),
            eni_item("eni-dim", False),
        ]
    }
)


def test_deleting_an_eni_of_a_fixed_vswitch_is_reported_with_its_address() -> None:
    deleted = call("ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-fixed")

    decision = decided(deleted, state=STATE, policy=POLICY, only=["ACME001"])

    assert findings(decision) == [("ACME001", "critical", "eni-fixed")]
    (evidence,) = decision.findings[0].evidence
    assert (evidence.value, evidence.source) == ("10.0.0.5", "snapshot")


def test_deleting_any_other_eni_is_nothing() -> None:
    deleted = call("ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-other")

    decision = decided(deleted, state=STATE, policy=POLICY, only=["ACME001"])

    assert (findings(decision), undecided(decision)) == ([], [])


def test_an_eni_whose_vswitch_nobody_knows_is_undecided() -> None:
    calls = [call("ecs:DeleteNetworkInterface", NetworkInterfaceId=one) for one in ("eni-dim", "eni-unheard")]

    decisions = decided_in_order(calls, state=STATE, policy=POLICY, only=["ACME001"])

    assert [undecided(one) for one in decisions] == [["ACME001"], ["ACME001"]]


def test_a_delete_that_was_refused_or_that_a_service_made_is_not_looked_at() -> None:
    calls = [
        call("ecs:DeleteNetworkInterface", error="InvalidEniState", NetworkInterfaceId="eni-fixed"),
        call("ecs:DeleteNetworkInterface", NAT_GATEWAY, NetworkInterfaceId="eni-fixed"),
    ]

    decisions = decided_in_order(calls, state=STATE, policy=POLICY, only=["ACME001"])

    assert [findings(one) for one in decisions] == [[], []]


def test_an_eni_outside_the_registered_vpcs_is_reported_by_the_sweep() -> None:
    sweep = swept(STATE, policy=POLICY, only=["ACME002"])

    assert findings(sweep) == [("ACME002", "low", "eni-other")]
    assert [one.reason for one in sweep.undecided] == ["the VPC of eni-dim is not known"]


def test_enis_that_nobody_listed_are_undecided() -> None:
    sweep = swept(snapshot({}), policy=POLICY, only=["ACME002"])

    assert undecided(sweep) == ["ACME002"]
