from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.events.user_identity import Identity
from eniguard.testing import ALICE, NAT_GATEWAY, call, decided_in_order, findings, role

NLB = role("AliyunServiceRoleForNlb")
CREATE_ENI = "ecs:CreateNetworkInterface"


def made(by: Identity, day: int, group: str = "sg-new", *, managed: bool | None = None) -> Call:
    said: dict[str, Any] = {} if managed is None else {"ServiceManaged": managed}
    response = {"SecurityGroupId": group}
    return call("ecs:CreateSecurityGroup", by, response=response, time=f"2026-03-{day:02d}T12:00:00Z", **said)


#: A record that reaches back far enough from March 8 on.
WEEK = [made(NAT_GATEWAY, day) for day in (1, 3, 5)]


def reported(calls: Sequence[Call]) -> list[int]:
    """The positions of the calls that are reported."""
    decisions = decided_in_order(calls, only=["SG009"])
    return [number for number, one in enumerate(decisions) if one.findings]


def test_a_service_that_made_no_group_before_is_reported_once() -> None:
    calls = [*WEEK, made(NLB, 9, "sg-nlb"), made(NLB, 9, "sg-nlb-2"), made(NLB, 10)]

    decisions = decided_in_order(calls, only=["SG009"])

    assert [findings(one) for one in decisions] == [[], [], [], [("SG009", "info", "sg-nlb")], [], []]
    assert decisions[3].findings[0].subject.owner_service == "nlb.aliyuncs.com"
    assert "security group sg-nlb" in decisions[3].findings[0].summary


def test_a_service_that_is_on_record_is_not() -> None:
    assert reported([*WEEK, made(NAT_GATEWAY, 9)]) == []


def test_until_there_is_a_baseline_nothing_is() -> None:
    assert reported([made(NAT_GATEWAY, 1), made(NLB, 9)]) == []
    assert reported([*WEEK, made(NLB, 7)]) == []


def test_an_ordinary_group_of_a_service_is_neither_reported_nor_learned() -> None:
    assert reported([*WEEK, made(NLB, 9, managed=False), made(NLB, 10)]) == [4]


@pytest.mark.parametrize(
    "by", [ALICE, role("ci", "AliyunServiceRoleForNlb")], ids=["user", "hostile-session"]
)
def test_groups_of_the_account_are_no_services(by: Identity) -> None:
    assert reported([*WEEK, made(by, 9)]) == []


def test_enis_are_another_record() -> None:
    enis = [call(CREATE_ENI, NAT_GATEWAY, time=f"2026-03-{day:02d}T12:00:00Z") for day in (1, 3, 5)]
    assert reported([*enis, made(NLB, 9)]) == []
