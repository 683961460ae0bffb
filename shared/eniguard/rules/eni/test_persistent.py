from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from eniguard.errors import ConfigError
from eniguard.events.calls import Call
from eniguard.events.outcomes import ENI_MANAGED
from eniguard.events.user_identity import Identity
from eniguard.rules.eni.persistent import ManagedEniPersistentAttempts
from eniguard.settings import ActorMatch, Actors, Policy, RuleSettings
from eniguard.testing import (
    ALICE,
    NAT_GATEWAY,
    ROOT,
    Snapshot,
    call,
    decided_in_order,
    eni_item,
    findings,
    role,
    snapshot,
)

STATE = snapshot(
    {
        "ecs:NetworkInterface": [
            eni_item("eni-nat", True, Description="created by NAT Gateway"),
            *(eni_item(f"eni-{number}", True) for number in range(1, 6)),
            eni_item("eni-own", False),
        ],
        "vpc:EipAddress": [
            {"AllocationId": "eip-nat", "InstanceId": "eni-nat", "InstanceType": "NetworkInterface"},
            {"AllocationId": "eip-own", "InstanceId": "eni-own", "InstanceType": "NetworkInterface"},
            {"AllocationId": "eip-none", "InstanceId": "", "InstanceType": ""},
        ],
    }
)
DELETE, ATTACH, DETACH = (f"ecs:{verb}NetworkInterface" for verb in ("Delete", "Attach", "Detach"))


def clock(minute: float) -> str:
    return f"2026-03-01T{12 + int(minute // 60):02d}:{int(minute % 60):02d}:{round(minute * 60) % 60:02d}Z"


def tried(
    eni: str,
    action: str = DELETE,
    minute: float = 0,
    by: Identity = ALICE,
    *,
    error: str = ENI_MANAGED,
    **more: Any,
) -> Call:
    return call(action, by, error=error, time=clock(minute), NetworkInterfaceId=eni, **more)


def in_turn(*attempts: tuple[str, str], every: float = 1) -> list[Call]:
    """One attempt after the other, each an ENI and an action, ``every`` so many minutes."""
    return [tried(eni, action, number * every) for number, (eni, action) in enumerate(attempts)]


def reported(
    calls: Sequence[Call], *, state: Snapshot | None = STATE, policy: Policy | None = None
) -> list[int]:
    """The positions of the calls that are reported."""
    decisions = decided_in_order(calls, state=state, policy=policy or Policy(), only=["ENI002"])
    return [number for number, one in enumerate(decisions) if one.findings]


TWO_ENIS = [("eni-1", DELETE), ("eni-2", DELETE)]


def test_the_third_eni_within_an_hour_is_reported_with_what_was_tried() -> None:
    calls = in_turn(("eni-1", DELETE), ("eni-2", DELETE), ("eni-nat", DELETE))

    decisions = decided_in_order(calls, state=STATE, only=["ENI002"])

    assert [findings(one) for one in decisions] == [[], [], [("ENI002", "medium", "eni-nat")]]
    found = decisions[2].findings[0]
    assert found.subject.owner_service == "nat.aliyuncs.com"
    assert "alice" in found.summary
    assert {one.name: one.value for one in found.evidence} == {
        "error-code": ENI_MANAGED,
        "principal": ALICE.principal_id,
        "attempts": 3,
        "resources": 3,
        "apis": 1,
    }


def test_the_third_api_on_one_eni_is_reported() -> None:
    assert reported(in_turn(("eni-1", DELETE), ("eni-1", ATTACH), ("eni-1", DETACH))) == [2]


def test_the_fifth_attempt_on_two_enis_is_reported() -> None:
    assert reported(in_turn(*TWO_ENIS, *TWO_ENIS, *TWO_ENIS)) == [4]


def test_the_fifth_attempt_by_two_apis_is_reported() -> None:
    by_both = [("eni-1", DELETE), ("eni-1", DETACH)]
    assert reported(in_turn(*by_both, *by_both, *by_both)) == [4]


def test_one_api_repeated_on_one_eni_is_a_retry_loop() -> None:
    assert reported(in_turn(*[("eni-1", DELETE)] * 20)) == []


def test_another_target_after_a_retry_loop_makes_it_persistent() -> None:
    assert reported(in_turn(*[("eni-1", DELETE)] * 7, ("eni-2", DELETE), ("eni-1", DELETE))) == [7]


def test_further_attempts_are_not_reported_again() -> None:
    enis = [(f"eni-{number % 5 + 1}", action) for number in range(10) for action in (DELETE, ATTACH, DETACH)]
    assert reported(in_turn(*enis)) == [2]


def test_a_steady_drip_at_the_threshold_is_reported_once() -> None:
    assert reported(in_turn(*TWO_ENIS * 10, every=14)) == [4]


def test_attempts_further_apart_are_not_persistent() -> None:
    assert reported(in_turn(*TWO_ENIS * 5, every=16)) == []
    assert reported(in_turn(("eni-1", DELETE), ("eni-2", DELETE), ("eni-3", DELETE), every=31)) == []


def test_after_a_quiet_hour_it_is_reported_again() -> None:
    again = [tried(f"eni-{number}", minute=100 + number) for number in (1, 2, 3)]
    assert reported([*in_turn(*TWO_ENIS, ("eni-3", DELETE)), *again]) == [2, 5]


def test_after_fewer_attempts_it_is_reported_again() -> None:
    few = [tried("eni-1", minute=62), tried("eni-1", minute=90)]
    many = [tried("eni-2", minute=100), tried("eni-3", minute=101)]
    assert reported([*in_turn(*TWO_ENIS, ("eni-3", DELETE)), *few, *many]) == [2, 6]


@pytest.mark.parametrize(
    "by",
    [ALICE, ROOT, NAT_GATEWAY, role("ci"), role("AliyunServiceRoleForUnheardOf")],
    ids=["ram-user", "root", "service", "role", "unconfirmed"],
)
def test_every_caller_counts(by: Identity) -> None:
    assert reported([tried(f"eni-{number}", minute=number, by=by) for number in (1, 2, 3)]) == [2]


def test_a_controller_is_no_exception() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))
    assert reported(in_turn(*TWO_ENIS, ("eni-3", DELETE)), policy=policy) == [2]


def test_callers_are_counted_apart() -> None:
    calls = [tried("eni-1"), tried("eni-2", minute=1), tried("eni-3", minute=2, by=ROOT)]
    assert reported(calls) == []


def test_sessions_of_one_role_are_one_caller() -> None:
    calls = [tried(f"eni-{number}", minute=number, by=role("ci", f"run-{number}")) for number in (1, 2, 3)]
    assert reported(calls) == [2]


def test_callers_without_an_id_are_known_by_name() -> None:
    nameless = [Identity("ram-user", None, None, name) for name in ("bob", "bob", "carol", "bob")]
    calls = [tried(f"eni-{number}", minute=number, by=by) for number, by in enumerate(nameless, 1)]
    assert reported(calls) == [3]


def test_regions_are_counted_apart() -> None:
    regions = ["cn-beijing", "cn-hangzhou", "cn-hangzhou"]
    calls = [tried(f"eni-{number}", minute=number, region=one) for number, one in enumerate(regions, 1)]
    assert reported(calls) == []


@pytest.mark.parametrize(
    "error", ["InvalidOperation.InvalidEniState", "InvalidEniId.NotFound", "Forbidden.RAM"]
)
def test_other_refusals_are_no_attempts(error: str) -> None:
    assert reported([tried(f"eni-{number}", minute=number, error=error) for number in (1, 2, 3, 4, 5)]) == []


def test_successful_calls_are_no_attempts() -> None:
    calls = [call(DELETE, time=clock(number), NetworkInterfaceId=f"eni-{number}") for number in (1, 2, 3, 4)]
    assert reported(calls) == []


def unbound(eip: str, minute: float, error: str = "OperationUnsupported") -> Call:
    return call("vpc:UnassociateEipAddress", error=error, time=clock(minute), AllocationId=eip)


def test_calls_of_vpc_count_when_their_eni_is_managed_whatever_the_code() -> None:
    assert reported([*in_turn(*TWO_ENIS), unbound("eip-nat", 2)]) == [2]


@pytest.mark.parametrize("eip", ["eip-own", "eip-none", "eip-unheard-of"])
def test_calls_of_vpc_that_lead_to_no_managed_eni_do_not_count(eip: str) -> None:
    assert reported([*in_turn(*TWO_ENIS), unbound(eip, 2)]) == []


def test_a_refusal_of_the_write_the_account_may_make_does_not_count() -> None:
    six = {
        "Ipv6AddressId": "ipv6-1",
        "AssociatedInstanceId": "eni-3",
        "AssociatedInstanceType": "NetworkInterface",
    }
    state = snapshot(
        {
            "ecs:NetworkInterface": [eni_item(f"eni-{number}", True) for number in (1, 2, 3)],
            "vpc:Ipv6Address": [six],
        }
    )
    change = call(
        "vpc:ModifyIpv6InternetBandwidth", error="InvalidBandwidth", time=clock(2), Ipv6AddressId="ipv6-1"
    )
    assert reported([*in_turn(*TWO_ENIS), change], state=state) == []


def test_enis_that_nobody_knows_are_reported_one_step_lower() -> None:
    decisions = decided_in_order(in_turn(*TWO_ENIS, ("eni-3", DELETE)), only=["ENI002"])
    assert findings(decisions[2]) == [("ENI002", "low", "eni-3")]
    assert decisions[2].findings[0].inventory == "unknown"


def test_a_refusal_that_names_no_eni_counts_for_what_it_names() -> None:
    join = call(
        "ecs:JoinSecurityGroup", error=ENI_MANAGED, time=clock(2), SecurityGroupId="sg-1", InstanceId="i-1"
    )
    decisions = decided_in_order([*in_turn(*TWO_ENIS), join], state=STATE, only=["ENI002"])
    assert findings(decisions[2]) == [("ENI002", "low", "sg-1")]


def test_a_call_that_names_several_managed_enis_is_one_attempt() -> None:
    several: dict[str, Any] = {
        f"NetworkInterface.{number}.NetworkInterfaceId": f"eni-{number}" for number in (1, 2, 3)
    }
    start = call("ecs:RunInstances", error=ENI_MANAGED, **several)
    assert reported([start]) == []
    decisions = decided_in_order(
        [*in_turn(*TWO_ENIS), call("ecs:RunInstances", error=ENI_MANAGED, time=clock(3), **several)],
        state=STATE,
        only=["ENI002"],
    )
    assert [one.id for one in decisions[2].findings[0].resources] == ["eni-1", "eni-2", "eni-3"]


def test_an_event_that_is_delivered_again_counts_once_and_is_decided_the_same() -> None:
    calls = in_turn(*TWO_ENIS, ("eni-3", DELETE))
    assert reported([calls[0], calls[0], calls[1], calls[1], calls[2]]) == [4]
    assert reported([*calls, calls[1], calls[2]]) == [2, 4]


def test_late_events_count_and_the_one_that_completes_them_is_reported() -> None:
    first, second, third = in_turn(*TWO_ENIS, ("eni-3", DELETE))
    assert reported([second, third, first]) == [2]


def test_an_event_later_than_the_window_stands_alone() -> None:
    late = tried("eni-1", minute=0)
    assert reported([tried("eni-2", minute=65), tried("eni-3", minute=66), late]) == []


def test_thresholds_are_parameters() -> None:
    few = Policy(rules={"ENI002": RuleSettings(params={"resources": 2})})
    assert reported(in_turn(*TWO_ENIS), policy=few) == [1]
    short = Policy(rules={"ENI002": RuleSettings(params={"minutes": 1})})
    assert reported(in_turn(*TWO_ENIS, ("eni-3", DELETE)), policy=short) == []
    many = Policy(rules={"ENI002": RuleSettings(params={"attempts": 6, "resources": 9, "apis": 9})})
    assert reported(in_turn(*TWO_ENIS * 4), policy=many) == [5]


@pytest.mark.parametrize(
    "params", [{"attempts": 1}, {"resources": 1}, {"apis": 0}, {"minutes": 0}, {"hours": 1}]
)
def test_thresholds_that_make_no_sense_are_refused(params: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="ENI002"):
        ManagedEniPersistentAttempts(RuleSettings(params=params))


def test_severity_of_guard_yml_holds() -> None:
    policy = Policy(rules={"ENI002": RuleSettings(severity="high")})
    decisions = decided_in_order(
        in_turn(*TWO_ENIS, ("eni-3", DELETE)), state=STATE, policy=policy, only=["ENI002"]
    )
    assert findings(decisions[2]) == [("ENI002", "high", "eni-3")]


def test_only_writes_that_can_lead_to_such_a_resource_are_looked_at() -> None:
    actions = ManagedEniPersistentAttempts.actions
    assert {
        "ecs:DeleteNetworkInterface",
        "vpc:UnassociateEipAddress",
        "vpc:DeleteIpv6InternetBandwidth",
    } <= actions
    assert actions.isdisjoint(
        ("ecs:AuthorizeSecurityGroup", "ecs:DescribeNetworkInterfaces", "vpc:DeleteVSwitch")
    )
