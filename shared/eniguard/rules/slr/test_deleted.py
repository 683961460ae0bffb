from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import DEFAULT_POLICY, Actors, Policy
from eniguard.testing import (
    ALICE,
    NAT_GATEWAY,
    Snapshot,
    call,
    decided,
    decided_in_order,
    findings,
    role,
    snapshot,
)

NAT_ROLE = "AliyunServiceRoleForNatgw"
WAF_HYBRID = role("AliyunServiceRoleForWafOnEcs")
NAT_ENI = {"NetworkInterfaceId": "eni-nat", "ServiceManaged": True, "Description": "made by nat.aliyuncs.com"}
ALB_ENI = {"NetworkInterfaceId": "eni-alb", "ServiceManaged": True, "Description": "alb.aliyuncs.com"}
DIM_ENI = {"NetworkInterfaceId": "eni-dim", "ServiceManaged": True, "Description": "some service"}
OWN_ENI = {"NetworkInterfaceId": "eni-own", "ServiceManaged": False, "Description": "nat.aliyuncs.com"}
NAT_GROUP = {"SecurityGroupId": "sg-nat", "ServiceManaged": True, "ServiceID": 77, "Description": ""}


def state(enis: list[dict[str, Any]] | None, groups: list[dict[str, Any]] | None, **more: str) -> Snapshot:
    kinds = {"ecs:NetworkInterface": enis, "ecs:SecurityGroup": groups}
    return snapshot({kind: items for kind, items in kinds.items() if items is not None}, **more)


def asked(
    known: Snapshot | None, name: str | None = NAT_ROLE, by: Identity = ALICE, policy: Policy = DEFAULT_POLICY
) -> Decision:
    parameters: dict[str, Any] = {} if name is None else {"RoleName": name}
    deletion = call("ram:DeleteServiceLinkedRole", by, **parameters)
    return decided(deletion, state=known, policy=policy, only=["SLR002"])


def test_deletion_while_the_service_has_managed_enis_is_raised_and_names_them() -> None:
    decision = asked(state([NAT_ENI, ALB_ENI, OWN_ENI], []))

    assert findings(decision) == [("SLR002", "high", NAT_ROLE)]
    found = decision.findings[0]
    assert [one.id for one in found.resources] == [NAT_ROLE, "eni-nat"]
    assert found.inventory == "known"
    assert "eni-nat" in found.advice
    assert "nat.aliyuncs.com" in found.advice


def test_deletion_when_the_service_has_nothing_here_is_reported() -> None:
    decision = asked(state([ALB_ENI, OWN_ENI], []))

    assert findings(decision) == [("SLR002", "medium", NAT_ROLE)]
    assert decision.findings[0].inventory == "known"


def test_managed_group_counts_by_the_service_id_of_guard_yml() -> None:
    learned = Policy(actors=Actors(service_ids={"77": "nat.aliyuncs.com"}))

    assert findings(asked(state([], [NAT_GROUP]), policy=learned)) == [("SLR002", "high", NAT_ROLE)]


@pytest.mark.parametrize(
    ("known", "inventory"),
    [
        (None, "unknown"),
        (state([], None), "partial"),
        (state(None, []), "partial"),
        (state([DIM_ENI], []), "partial"),
        (state([], [NAT_GROUP]), "partial"),
        (state([NAT_ENI], [NAT_GROUP], region="cn-beijing"), "unknown"),
    ],
)
def test_what_cannot_be_told_is_said_and_does_not_raise_it(known: Snapshot | None, inventory: str) -> None:
    decision = asked(known)

    assert findings(decision) == [("SLR002", "medium", NAT_ROLE)]
    assert decision.findings[0].inventory == inventory
    assert "not known" in decision.findings[0].summary
    assert any(one.note for one in decision.findings[0].evidence)


def test_one_managed_eni_is_enough_although_the_groups_are_not_known() -> None:
    assert findings(asked(state([NAT_ENI], None))) == [("SLR002", "high", NAT_ROLE)]


def test_listing_from_after_the_event_counts_too() -> None:
    later = state([NAT_ENI], [], captured_at="2026-03-01T12:30:00Z")

    assert findings(asked(later)) == [("SLR002", "high", NAT_ROLE)]


def test_eni_that_the_role_made_counts_whatever_its_description_says() -> None:
    creation = call(
        "ecs:CreateNetworkInterface",
        NAT_GATEWAY,
        time="2026-03-01T11:00:00Z",
        VSwitchId="vsw-1",
        SecurityGroupId="sg-1",
        response={"NetworkInterfaceId": "eni-new", "ServiceManaged": True, "Description": "alb.aliyuncs.com"},
    )
    deletion = call("ram:DeleteServiceLinkedRole", RoleName="aliyunservicerolefornatgw_blue")

    decision = decided_in_order([creation, deletion], state=state([], []), only=["SLR002"])[1]

    assert findings(decision) == [("SLR002", "high", "aliyunservicerolefornatgw_blue")]


def test_eni_of_a_role_whose_service_nobody_knows_counts_by_who_made_it() -> None:
    creation = call(
        "ecs:CreateNetworkInterface",
        WAF_HYBRID,
        time="2026-03-01T11:00:00Z",
        response={"NetworkInterfaceId": "eni-new", "ServiceManaged": True},
    )
    deletions = [
        call("ram:DeleteServiceLinkedRole", RoleName="AliyunServiceRoleForWafOnEcs"),
        call("ram:DeleteServiceLinkedRole", RoleName=NAT_ROLE),
    ]

    decisions = decided_in_order([creation, *deletions], state=state([], []), only=["SLR002"])

    assert findings(decisions[1]) == [("SLR002", "high", "AliyunServiceRoleForWafOnEcs")]
    assert findings(decisions[2]) == [("SLR002", "medium", NAT_ROLE)]
    assert decisions[2].findings[0].inventory == "known"


def test_another_role_of_the_same_product_is_not_the_owner() -> None:
    decision = asked(state([ALB_ENI], []), "AliyunServiceRoleForAlbLogDelivery")

    assert findings(decision) == [("SLR002", "medium", "AliyunServiceRoleForAlbLogDelivery")]


def test_role_of_a_service_nobody_knows_may_still_be_in_use() -> None:
    decision = asked(state([ALB_ENI], []), "AliyunServiceRoleForSomethingNew")

    assert findings(decision) == [("SLR002", "medium", "AliyunServiceRoleForSomethingNew")]
    assert decision.findings[0].inventory == "partial"


def test_call_that_names_no_role_is_still_reported() -> None:
    assert findings(asked(state([], []), None)) == [("SLR002", "medium", "(not named)")]


def test_only_a_few_of_many_resources_are_named() -> None:
    many = [{**NAT_ENI, "NetworkInterfaceId": f"eni-nat-{number}"} for number in range(500)]

    found = asked(state(many, [])).findings[0]

    assert len(found.resources) == 21
    assert 500 in [one.value for one in found.evidence]
    assert len(found.advice) < 2000


def test_deletion_that_was_refused_is_not_reported_here() -> None:
    refused = call("ram:DeleteServiceLinkedRole", error="DeleteConflict.Role", RoleName=NAT_ROLE)

    assert findings(decided(refused, state=state([NAT_ENI], []), only=["SLR002"])) == []
