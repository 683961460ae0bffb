from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import Actors, Policy, RuleSettings
from eniguard.testing import (
    ALICE,
    API_GATEWAY,
    NAT_GATEWAY,
    Snapshot,
    call,
    decided,
    decided_in_order,
    findings,
    group_item,
    role,
    snapshot,
    undecided,
)

NLB = role("AliyunServiceRoleForNlb")
FUNCTION_COMPUTE = role("AliyunServiceRoleForFC")
STATE = snapshot(
    {
        "ecs:SecurityGroup": [
            group_item("sg-nlb", True, Description="for NLB"),
            group_item("sg-number", True, ServiceID=4711),
            group_item("sg-own", False),
            group_item("sg-own-2", False),
            group_item("sg-dim"),
        ]
    }
)


def write(group: str, by: Identity, action: str = "ecs:RevokeSecurityGroup", **named: Any) -> Call:
    return call(action, by, SecurityGroupId=group, **named)


def judged(
    one: Call, rule: str, *, state: Snapshot | None = STATE, policy: Policy | None = None
) -> tuple[Decision, list[tuple[str, str, str]], list[str]]:
    decision = decided(one, state=state, policy=policy or Policy(), only=[rule])
    return decision, findings(decision), undecided(decision)


def made(by: Identity, *, managed: bool | None) -> Call:
    said: dict[str, Any] = {} if managed is None else {"ServiceManaged": managed}
    return call(
        "ecs:CreateSecurityGroup",
        by,
        response={"SecurityGroupId": "sg-new"},
        time="2026-03-01T11:00:00Z",
        **said,
    )


class TestForeignService:
    def test_write_by_another_service_is_info_while_only_the_description_names_the_owner(self) -> None:
        decision, found, _ = judged(write("sg-nlb", NAT_GATEWAY), "SG005")

        assert found == [("SG005", "info", "sg-nlb")]
        assert decision.findings[0].subject.owner_service == "nlb.aliyuncs.com"

    def test_write_by_another_service_is_medium_once_the_creating_role_is_on_record(self) -> None:
        decisions = decided_in_order([made(NLB, managed=True), write("sg-new", NAT_GATEWAY)], only=["SG005"])

        assert findings(decisions[1]) == [("SG005", "medium", "sg-new")]

    def test_write_by_the_creating_role_is_nothing(self) -> None:
        decisions = decided_in_order([made(NLB, managed=True), write("sg-new", NLB)], only=["SG005"])

        assert (findings(decisions[1]), undecided(decisions[1])) == ([], [])

    def test_write_by_the_owner_is_nothing(self) -> None:
        assert judged(write("sg-nlb", NLB), "SG005")[1:] == ([], [])

    def test_owner_is_learned_from_the_service_id_in_guard_yml(self) -> None:
        policy = Policy(actors=Actors(service_ids={"4711": "nlb.aliyuncs.com"}))

        assert judged(write("sg-number", NLB), "SG005", policy=policy)[1:] == ([], [])
        assert judged(write("sg-number", NAT_GATEWAY), "SG005", policy=policy)[1] == [
            ("SG005", "info", "sg-number")
        ]

    def test_owner_that_cannot_be_told_is_undecided(self) -> None:
        assert judged(write("sg-number", NAT_GATEWAY), "SG005")[1:] == ([], ["SG005"])

    @pytest.mark.parametrize("group", ["sg-dim", "sg-elsewhere"])
    def test_group_that_may_be_managed_is_undecided(self, group: str) -> None:
        assert judged(write(group, NAT_GATEWAY), "SG005")[1:] == ([], ["SG005"])

    def test_ordinary_group_is_nothing(self) -> None:
        assert judged(write("sg-own", NAT_GATEWAY), "SG005")[1:] == ([], [])

    def test_managed_peer_is_not_written_to(self) -> None:
        one = write("sg-own", NAT_GATEWAY, "ecs:AuthorizeSecurityGroup", SourceGroupId="sg-nlb")

        assert judged(one, "SG005")[1:] == ([], [])

    @pytest.mark.parametrize("by", [ALICE, role("ci", "AliyunServiceRoleForNatgw")])
    def test_accounts_writes_are_not_a_services(self, by: Identity) -> None:
        assert judged(write("sg-nlb", by), "SG005")[1:] == ([], [])

    def test_role_that_cannot_be_confirmed_is_undecided(self) -> None:
        assert judged(write("sg-nlb", role("AliyunServiceRoleForUnheardOf")), "SG005")[1:] == ([], ["SG005"])


class TestEditedCustomerGroup:
    def test_write_by_a_service_that_is_not_known_to_edit_groups_is_reported(self) -> None:
        decision, found, _ = judged(write("sg-own", NAT_GATEWAY), "SG010")

        assert found == [("SG010", "medium", "sg-own")]
        assert decision.findings[0].fix is None
        assert "nat.aliyuncs.com" in decision.findings[0].summary

    @pytest.mark.parametrize(
        "name",
        [
            "AliyunServiceRoleForCloudFW",
            "AliyunServiceRoleForWafOnEcs",
            "AliyunServiceRoleForBastionhost",
            "aliyunserviceroleforcsas",
            "AliyunServiceRoleForDataWorks",
            "AliyunServiceRoleForEMRServerlessSpark",
        ],
    )
    def test_service_that_is_known_to_edit_groups_is_nothing(self, name: str) -> None:
        assert judged(write("sg-own", role(name)), "SG010")[1:] == ([], [])

    def test_function_compute_may_add_egress_rules_only(self) -> None:
        egress = write("sg-own", FUNCTION_COMPUTE, "ecs:AuthorizeSecurityGroupEgress")
        ingress = write("sg-own", FUNCTION_COMPUTE, "ecs:AuthorizeSecurityGroup")

        assert judged(egress, "SG010")[1:] == ([], [])
        assert judged(ingress, "SG010")[1] == [("SG010", "medium", "sg-own")]

    def test_role_is_reported_once_in_thirty_days(self) -> None:
        days = ["2026-03-01", "2026-03-02", "2026-03-30", "2026-05-15"]
        calls = [
            call("ecs:RevokeSecurityGroup", NAT_GATEWAY, time=f"{day}T12:00:00Z", SecurityGroupId=group)
            for day, group in zip(days, ["sg-own", "sg-own-2", "sg-own", "sg-own"], strict=True)
        ]

        decisions = decided_in_order(calls, state=STATE, only=["SG010"])

        assert [len(findings(one)) for one in decisions] == [1, 0, 0, 1]

    def test_window_is_a_parameter(self) -> None:
        policy = Policy(rules={"SG010": RuleSettings(params={"days": 1})})
        calls = [
            call(
                "ecs:RevokeSecurityGroup",
                NAT_GATEWAY,
                time=f"2026-03-0{day}T12:00:00Z",
                SecurityGroupId="sg-own",
            )
            for day in (1, 3)
        ]

        decisions = decided_in_order(calls, state=STATE, policy=policy, only=["SG010"])

        assert [len(findings(one)) for one in decisions] == [1, 1]

    def test_roles_are_learned_one_by_one(self) -> None:
        decisions = decided_in_order(
            [write("sg-own", NAT_GATEWAY), write("sg-own", NLB)], state=STATE, only=["SG010"]
        )

        assert [len(findings(one)) for one in decisions] == [1, 1]

    def test_members_and_rules_are_learned_apart(self) -> None:
        join = write("sg-own", NAT_GATEWAY, "ecs:JoinSecurityGroup", NetworkInterfaceId="eni-1")
        rule = write("sg-own", NAT_GATEWAY, "ecs:AuthorizeSecurityGroup")

        decisions = decided_in_order([join, rule], state=STATE, only=["SG010"])

        assert [len(findings(one)) for one in decisions] == [1, 1]

    def test_writes_that_are_no_edits_of_ones_own_groups_are_not_learned(self) -> None:
        decisions = decided_in_order(
            [write("sg-nlb", NAT_GATEWAY), write("sg-dim", NAT_GATEWAY), write("sg-own", NAT_GATEWAY)],
            state=STATE,
            only=["SG010"],
        )

        assert [len(findings(one)) for one in decisions] == [0, 0, 1]

    def test_habits_are_not_learned(self) -> None:
        egress = write("sg-own", FUNCTION_COMPUTE, "ecs:AuthorizeSecurityGroupEgress")
        ingress = write("sg-own", FUNCTION_COMPUTE, "ecs:AuthorizeSecurityGroup")

        decisions = decided_in_order([egress, ingress], state=STATE, only=["SG010"])

        assert [len(findings(one)) for one in decisions] == [0, 1]

    def test_group_that_the_role_made_itself_is_nothing(self) -> None:
        own = decided_in_order([made(NLB, managed=False), write("sg-new", NLB)], only=["SG010"])[1]
        others = decided_in_order([made(NLB, managed=False), write("sg-new", NAT_GATEWAY)], only=["SG010"])[1]

        assert (findings(own), findings(others)) == ([], [("SG010", "medium", "sg-new")])

    def test_managed_group_is_another_rules_affair(self) -> None:
        assert judged(write("sg-nlb", NAT_GATEWAY), "SG010")[1:] == ([], [])

    @pytest.mark.parametrize("group", ["sg-dim", "sg-elsewhere"])
    def test_group_that_may_be_managed_is_undecided(self, group: str) -> None:
        assert judged(write(group, NAT_GATEWAY), "SG010")[1:] == ([], ["SG010"])

    def test_use_of_a_group_is_no_write_on_it(self) -> None:
        one = call("ecs:CreateNetworkInterface", API_GATEWAY, SecurityGroupId="sg-own")

        assert judged(one, "SG010")[1:] == ([], [])

    @pytest.mark.parametrize("by", [ALICE, role("ci", "AliyunServiceRoleForNatgw")])
    def test_accounts_writes_are_not_a_services(self, by: Identity) -> None:
        assert judged(write("sg-own", by), "SG010")[1:] == ([], [])

    def test_role_that_cannot_be_confirmed_is_undecided_and_learns_nothing(self) -> None:
        by = role("AliyunServiceRoleForUnheardOf")

        decisions = decided_in_order([write("sg-own", by), write("sg-own", by)], state=STATE, only=["SG010"])

        assert [undecided(one) for one in decisions] == [["SG010"], ["SG010"]]


@pytest.mark.parametrize(("rule", "group"), [("SG005", "sg-nlb"), ("SG010", "sg-own")])
def test_each_rule_that_was_written_is_in_the_evidence(rule: str, group: str) -> None:
    ssh = {"IpProtocol": "TCP", "PortRange": "22/22"}
    one = write(
        group,
        NAT_GATEWAY,
        "ecs:ConfigureSecurityGroupPermissions",
        AuthorizePermissions=[{**ssh, "SourceCidrIp": "192.0.2.0/24"}],
        RevokePermissions=[{**ssh, "DestCidrIp": "198.51.100.0/24"}],
    )

    decision, *_ = judged(one, rule)

    evidence = [(one.value, one.note) for one in decision.findings[0].evidence if one.name == "permission"]
    assert evidence == [
        ("accept TCP 22/22 from 192.0.2.0/24, priority 1", "asked to add"),
        ("accept TCP 22/22 to 198.51.100.0/24, priority 1", "asked to revoke"),
    ]
