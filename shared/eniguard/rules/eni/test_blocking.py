from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.outcomes import GROUP_MANAGED
from eniguard.facts.gathered import Facts
from eniguard.model import Decision
from eniguard.rules.eni.blocking import needs_dependents
from eniguard.testing import NAT_GATEWAY, Snapshot, call, decided, eni_item, findings, snapshot, undecided


def lies_in(eni: str, managed: bool | None, description: str = "") -> dict[str, Any]:
    return eni_item(
        eni,
        managed,
        Description=description,
        VSwitchId="vsw-1",
        VpcId="vpc-1",
        SecurityGroupIds={"SecurityGroupId": ["sg-1"]},
    )


NAT = lies_in("eni-nat", True, "NAT Gateway")
NLB = lies_in("eni-nlb", True, "nlb.aliyuncs.com")
OWN = lies_in("eni-own", False)
DIM = lies_in("eni-dim", None)
DELETES = [
    ("vpc:DeleteVSwitch", "VSwitchId", "vsw-1", "DependencyViolation.NetworkInterface"),
    ("vpc:DeleteVSwitch", "VSwitchId", "vsw-1", "IncorrectVSwitchStatus"),
    ("vpc:DeleteVpc", "VpcId", "vpc-1", "DependencyViolation.VSwitch"),
    ("ecs:DeleteSecurityGroup", "SecurityGroupId", "sg-1", "DependencyViolation"),
]


def state(*enis: dict[str, Any], captured_at: str = "2026-03-01T08:00:00Z") -> Snapshot:
    return snapshot({"ecs:NetworkInterface": enis}, captured_at=captured_at)


def judged(state: Snapshot | None, *, error: str = "DependencyViolation", **named: Any) -> Decision:
    one = call("vpc:DeleteVSwitch", error=error, **(named or {"VSwitchId": "vsw-1"}))
    return decided(one, state=state, only=["ENI008"])


@pytest.mark.parametrize(("action", "parameter", "target", "error"), DELETES)
def test_every_managed_eni_that_blocks_a_delete_is_listed_with_its_service(
    action: str, parameter: str, target: str, error: str
) -> None:
    named: dict[str, Any] = {parameter: target}
    one = call(action, error=error, **named)

    decision = decided(one, state=state(NAT, OWN, NLB), only=["ENI008"])

    assert findings(decision) == [("ENI008", "low", target)]
    assert [(one.id, one.owner_service) for one in decision.findings[0].resources[1:]] == [
        ("eni-nat", "nat.aliyuncs.com"),
        ("eni-nlb", "nlb.aliyuncs.com"),
    ]
    assert "eni-nat (nat.aliyuncs.com), eni-nlb (nlb.aliyuncs.com)" in decision.findings[0].summary


def test_enis_of_another_vswitch_do_not_block() -> None:
    decision = judged(state({**NAT, "VSwitchId": "vsw-2"}))

    assert (findings(decision), undecided(decision)) == ([], [])


def test_ordinary_enis_are_the_callers_own_affair() -> None:
    decision = judged(state(OWN))

    assert (findings(decision), undecided(decision)) == ([], [])


def test_long_list_is_cut_in_the_sentence_and_whole_in_the_evidence() -> None:
    decision = judged(state(*(lies_in(f"eni-{n}", True, "NLB") for n in range(5))))

    assert decision.findings[0].summary.endswith("and 2 more")
    assert [one.value for one in decision.findings[0].evidence if one.name == "blocked-by"] == [
        f"eni-{n}" for n in range(5)
    ]


def test_without_a_listing_it_is_undecided() -> None:
    decision = judged(None)

    assert (findings(decision), undecided(decision)) == ([], ["ENI008"])
    assert decision.undecided[0].refs == ("ecs:NetworkInterface vswitch=vsw-1",)


def test_enis_of_which_nobody_knows_whether_they_are_managed_leave_it_undecided() -> None:
    decision = judged(state(OWN, DIM))

    assert (findings(decision), undecided(decision)) == ([], ["ENI008"])
    assert decision.undecided[0].refs == ("ecs:NetworkInterface id=eni-dim",)


def test_list_that_may_be_longer_is_reported_one_step_lower() -> None:
    decision = judged(state(NAT, DIM))

    assert findings(decision) == [("ENI008", "info", "vsw-1")]
    assert decision.findings[0].inventory == "partial"


def test_listing_from_after_the_refusal_shows_what_blocks_still() -> None:
    decision = judged(state(NAT, captured_at="2026-03-01T12:30:00Z"))

    assert findings(decision) == [("ENI008", "info", "vsw-1")]
    assert ("eni-nat", "2026-03-01T12:30:00Z") in [
        (one.value, one.as_of) for one in decision.findings[0].evidence
    ]


@pytest.mark.parametrize("error", [GROUP_MANAGED, "InvalidVSwitchId.NotFound", "DependencyViolationish"])
def test_refusal_for_another_reason_is_left_alone(error: str) -> None:
    decision = judged(state(NAT), error=error)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_delete_that_succeeded_is_left_alone() -> None:
    decision = decided(call("vpc:DeleteVSwitch", VSwitchId="vsw-1"), state=state(NAT), only=["ENI008"])

    assert findings(decision) == []


def test_services_own_clean_up_is_left_alone() -> None:
    one = call("ecs:DeleteSecurityGroup", NAT_GATEWAY, error="DependencyViolation", SecurityGroupId="sg-1")

    assert findings(decided(one, state=state(NAT), only=["ENI008"])) == []


def test_listing_is_asked_for_dependency_refusals_only() -> None:
    blocked = call("vpc:DeleteVpc", error="DependencyViolation.VSwitch", VpcId="vpc-1")
    missing = call("vpc:DeleteVpc", error="InvalidVpcID.NotFound", VpcId="vpc-1")

    assert [str(ref) for ref in needs_dependents(blocked, Facts())] == ["ecs:NetworkInterface vpc=vpc-1"]
    assert list(needs_dependents(missing, Facts())) == []
