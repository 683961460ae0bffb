from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import (
    ALICE,
    API_GATEWAY,
    NAT_GATEWAY,
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

STATE = snapshot(
    {
        "ecs:NetworkInterface": [
            eni_item("eni-nat", True, Description="created by NAT Gateway"),
            eni_item("eni-eci", True, Description="eci.aliyuncs.com"),
            eni_item("eni-mute", True, Description="do not delete"),
            eni_item("eni-own", False),
            eni_item("eni-dim", Description="created by NAT Gateway"),
        ]
    }
)


def judged(eni: str, by: Identity, *, action: str = "ecs:DetachNetworkInterface", **named: Any) -> Decision:
    return decided(call(action, by, NetworkInterfaceId=eni, **named), state=STATE, only=["ENI004"])


def created(by: Identity, eni: str = "eni-new") -> Any:
    response = {"NetworkInterfaceId": eni, "ServiceManaged": True}
    return call("ecs:CreateNetworkInterface", by, response=response, time="2026-03-01T11:00:00Z")


def test_write_by_another_service_is_info_while_only_the_description_names_the_owner() -> None:
    decision = judged("eni-nat", API_GATEWAY)

    assert findings(decision) == [("ENI004", "info", "eni-nat")]
    assert decision.findings[0].subject.owner_service == "nat.aliyuncs.com"
    assert "connectuservpc.apigateway.aliyuncs.com" in decision.findings[0].summary


def test_write_by_another_service_is_medium_once_the_creating_role_is_on_record() -> None:
    write = call("ecs:DeleteNetworkInterface", API_GATEWAY, NetworkInterfaceId="eni-new")

    decision = decided_in_order([created(NAT_GATEWAY), write], only=["ENI004"])[1]

    assert findings(decision) == [("ENI004", "medium", "eni-new")]
    assert ("created-by", "AliyunServiceRoleForNatgw") in [
        (one.name, one.value) for one in decision.findings[0].evidence
    ]


@pytest.mark.parametrize(
    "name", ["AliyunServiceRoleForNatgw", "aliyunserviceroleFORnatgw", "AliyunServiceRoleForNatgw_blue"]
)
def test_write_by_the_creating_role_is_its_own_in_any_spelling(name: str) -> None:
    write = call("ecs:DeleteNetworkInterface", role(name), NetworkInterfaceId="eni-new")

    decision = decided_in_order([created(NAT_GATEWAY), write], only=["ENI004"])[1]

    assert (findings(decision), undecided(decision)) == ([], [])


def test_creating_role_counts_for_more_than_the_description() -> None:
    made = call(
        "ecs:CreateNetworkInterface",
        API_GATEWAY,
        response={"NetworkInterfaceId": "eni-new", "ServiceManaged": True},
        time="2026-03-01T11:00:00Z",
        Description="behind a NAT Gateway",
    )
    write = call("ecs:DeleteNetworkInterface", API_GATEWAY, NetworkInterfaceId="eni-new")

    assert findings(decided_in_order([made, write], only=["ENI004"])[1]) == []


def test_creating_role_convicts_against_the_description() -> None:
    made = call(
        "ecs:CreateNetworkInterface",
        NAT_GATEWAY,
        response={"NetworkInterfaceId": "eni-new", "ServiceManaged": True},
        time="2026-03-01T11:00:00Z",
        Description="in front of API Gateway",
    )
    write = call("ecs:DeleteNetworkInterface", API_GATEWAY, NetworkInterfaceId="eni-new")

    decision = decided_in_order([made, write], only=["ENI004"])[1]

    assert findings(decision) == [("ENI004", "medium", "eni-new")]
    assert decision.findings[0].subject.owner_service == "nat.aliyuncs.com"


def test_creating_role_whose_service_is_not_known_is_known_by_its_name() -> None:
    write = call("ecs:DeleteNetworkInterface", role("AliyunStreamDefaultRole"), NetworkInterfaceId="eni-new")

    decision = decided_in_order([created(role("aliyunstreamdefaultrole")), write], only=["ENI004"])[1]

    assert (findings(decision), undecided(decision)) == ([], [])


def test_write_by_the_owner_is_nothing() -> None:
    decision = judged("eni-nat", NAT_GATEWAY)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_two_trusted_services_of_one_product_are_one_owner() -> None:
    assert findings(judged("eni-eci", role("AliyunServiceRoleForECIVnode"))) == []


def test_owner_that_cannot_be_told_is_undecided() -> None:
    decision = judged("eni-mute", API_GATEWAY)

    assert (findings(decision), undecided(decision)) == ([], ["ENI004"])
    assert "belongs to the caller" in decision.undecided[0].reason


def test_caller_whose_service_is_not_known_is_undecided() -> None:
    decision = judged("eni-nat", role("AliyunServiceRoleForWafOnEcs"))

    assert (findings(decision), undecided(decision)) == ([], ["ENI004"])


@pytest.mark.parametrize("eni", ["eni-dim", "eni-elsewhere"])
def test_eni_that_may_be_managed_is_undecided(eni: str) -> None:
    decision = judged(eni, API_GATEWAY)

    assert (findings(decision), undecided(decision)) == ([], ["ENI004"])


def test_ordinary_eni_is_nothing() -> None:
    decision = judged("eni-own", API_GATEWAY)

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize("by", [ALICE, role("ci", "AliyunServiceRoleForApiGatewayConnectUserVpc")])
def test_accounts_writes_are_not_a_services(by: Identity) -> None:
    assert findings(judged("eni-nat", by)) == []


def test_write_by_a_role_that_cannot_be_confirmed_is_undecided() -> None:
    decision = judged("eni-nat", role("AliyunServiceRoleForUnheardOf"))

    assert (findings(decision), undecided(decision)) == ([], ["ENI004"])


def test_write_by_the_platform_itself_is_nobodys() -> None:
    one = call(
        "ecs:DeleteNetworkInterface",
        Identity("system"),
        type="AliyunServiceEvent",
        NetworkInterfaceId="eni-nat",
    )

    decision = decided(one, state=STATE, only=["ENI004"])

    assert (decision.actor.kind, findings(decision), undecided(decision)) == ("service", [], [])


def test_tags_stay_info_even_when_the_creating_role_is_on_record() -> None:
    tag = call(
        "ecs:TagResources", API_GATEWAY, ResourceType="eni", ResourceId=["eni-new"], Tag=[{"Key": "a"}]
    )

    decision = decided_in_order([created(NAT_GATEWAY), tag], only=["ENI004"])[1]

    assert findings(decision) == [("ENI004", "info", "eni-new")]


def test_severity_of_guard_yml_holds_for_both_cases() -> None:
    policy = Policy(rules={"ENI004": RuleSettings(severity="high")})
    write = call("ecs:DeleteNetworkInterface", API_GATEWAY, NetworkInterfaceId="eni-new")

    by_record = decided_in_order([created(NAT_GATEWAY), write], policy=policy, only=["ENI004"])[1]
    by_text = decided(
        call("ecs:DeleteNetworkInterface", API_GATEWAY, NetworkInterfaceId="eni-nat"),
        state=STATE,
        policy=policy,
    )

    assert [severity for _, severity, _ in findings(by_record)] == ["high"]
    assert ("ENI004", "high", "eni-nat") in findings(by_text)


def test_snapshot_without_the_eni_leaves_the_journal_to_tell() -> None:
    empty: Snapshot = snapshot({"ecs:NetworkInterface": []})
    write = call("ecs:DeleteNetworkInterface", API_GATEWAY, NetworkInterfaceId="eni-new")

    decision = decided_in_order([created(NAT_GATEWAY), write], state=empty, only=["ENI004"])[1]

    assert findings(decision) == [("ENI004", "medium", "eni-new")]
