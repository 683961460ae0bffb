from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from eniguard.errors import ConfigError
from eniguard.events.calls import Call
from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.rules.eni.first_seen import ManagedEniNewService
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import ALICE, NAT_GATEWAY, call, decided_in_order, findings, role, undecided

NLB, VPN = role("AliyunServiceRoleForNlb"), role("AliyunServiceRoleForVpn")
FIRST_DAY = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
CREATE = "ecs:CreateNetworkInterface"


def made(by: Identity, day: float, eni: str = "eni-new", *, managed: bool | None = True, **more: Any) -> Call:
    said = {} if managed is None else {"ServiceManaged": managed}
    return call(
        CREATE,
        by,
        response={"NetworkInterfaceId": eni, **said},
        time=(FIRST_DAY + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **more,
    )


#: NAT Gateway on three days of the first week: a record that reaches back far enough from day 7 on.
WEEK = [made(NAT_GATEWAY, day) for day in (0, 2, 4)]


def decided(calls: Sequence[Call], policy: Policy | None = None) -> list[Decision]:
    return decided_in_order(calls, policy=policy or Policy(), only=["ENI005"])


def reported(calls: Sequence[Call], policy: Policy | None = None) -> list[int]:
    """The positions of the calls that are reported."""
    return [number for number, one in enumerate(decided(calls, policy)) if one.findings]


def test_a_service_that_made_no_eni_before_is_reported() -> None:
    decisions = decided([*WEEK, made(NLB, 8, "eni-nlb")])

    assert [findings(one) for one in decisions] == [[], [], [], [("ENI005", "info", "eni-nlb")]]
    found = decisions[3].findings[0]
    assert (found.subject.managed, found.subject.owner_service) == (True, "nlb.aliyuncs.com")
    assert found.inventory == "known"
    assert "nlb.aliyuncs.com" in found.summary


def test_its_further_enis_are_not() -> None:
    assert reported([*WEEK, made(NLB, 8), made(NLB, 8.1), made(NLB, 9), made(NLB, 40)]) == [3]


def test_a_service_that_makes_many_stays_known() -> None:
    many = [made(NLB, 8 + number / 10) for number in range(60)]
    assert reported([*WEEK, *many]) == [3]


def test_without_any_record_nothing_is_new() -> None:
    assert reported([made(NAT_GATEWAY, 0), made(NLB, 30)]) == []


def test_a_record_that_does_not_reach_back_far_enough_is_no_baseline() -> None:
    assert reported([*WEEK, made(NLB, 6.9)]) == []
    assert reported([*WEEK, made(NLB, 7)]) == [3]


def test_a_record_of_few_creations_is_no_baseline() -> None:
    assert reported([made(NAT_GATEWAY, 0), made(NAT_GATEWAY, 4), made(NLB, 8)]) == []


def test_what_one_service_makes_on_one_day_counts_as_one() -> None:
    crowd = [made(NAT_GATEWAY, 0.01 * number) for number in range(10)]
    assert reported([*crowd, made(NLB, 8)]) == []
    assert reported([*crowd, made(VPN, 0.2), made(NAT_GATEWAY, 1), made(NLB, 8)]) == [12]


def test_the_creation_itself_is_not_part_of_its_baseline() -> None:
    assert reported([made(NAT_GATEWAY, 0), made(NAT_GATEWAY, 1), made(NLB, 8), made(VPN, 9)]) == [3]


def test_a_service_that_was_silent_for_ninety_days_is_new_again() -> None:
    days = [8 + 30 * number for number in range(4)]
    kept = [made(NAT_GATEWAY, day) for day in days]
    assert reported([*WEEK, made(NLB, 8), *kept[1:], made(NLB, 99)]) == [3, 7]
    assert reported([*WEEK, made(NLB, 8), *kept[1:3], made(NLB, 97)]) == [3]


def test_regions_have_a_record_each() -> None:
    assert reported([*WEEK, made(NLB, 8, region="cn-beijing"), made(NLB, 9)]) == [4]


def test_an_ordinary_eni_of_a_service_is_neither_reported_nor_learned() -> None:
    assert reported([*WEEK, made(NLB, 8, managed=False), made(NLB, 9)]) == [4]


def test_an_eni_of_which_the_event_does_not_say_whether_it_is_managed_is_reported() -> None:
    found = decided([*WEEK, made(NLB, 8, managed=None)])[3].findings[0]
    assert (found.subject.managed, found.inventory) == (None, "unknown")


def test_an_event_without_the_id_of_the_new_eni_is_reported_all_the_same() -> None:
    nameless = call(CREATE, NLB, time="2026-03-09T12:00:00Z")
    assert findings(decided([*WEEK, nameless])[3]) == [("ENI005", "info", "(not named)")]


def test_a_role_without_a_known_service_stands_for_itself() -> None:
    stream = role("AliyunStreamDefaultRole")
    decisions = decided([*WEEK, made(stream, 8), made(role("aliyunstreamdefaultrole"), 9)])
    assert [len(one.findings) for one in decisions] == [0, 0, 0, 1, 0]
    assert "aliyunstreamdefaultrole" in decisions[3].findings[0].summary


@pytest.mark.parametrize(
    "by", [ALICE, role("ci", "AliyunServiceRoleForNlb")], ids=["user", "hostile-session"]
)
def test_enis_of_the_account_are_no_services(by: Identity) -> None:
    assert reported([*WEEK, made(by, 8)]) == []


def test_a_role_that_cannot_be_confirmed_is_neither_reported_nor_learned() -> None:
    unheard = role("AliyunServiceRoleForUnheardOf")
    decisions = decided([*(made(unheard, day) for day in (0, 2, 4)), made(NLB, 8), made(unheard, 9)])
    assert [(findings(one), undecided(one)) for one in decisions] == [([], [])] * 5


def test_the_platform_itself_is_no_service() -> None:
    system = Identity("system", None, None, "system")
    assert reported([*WEEK, made(system, 8, type="AliyunServiceEvent")]) == []


def test_refused_creations_teach_nothing() -> None:
    refused = call(CREATE, NLB, error="InvalidVSwitchId.NotFound", time="2026-03-08T13:00:00Z")
    assert reported([*WEEK, refused, made(NLB, 8)]) == [4]


def test_an_event_that_is_delivered_again_is_decided_the_same() -> None:
    new = made(NLB, 8)
    assert reported([*WEEK, new, made(NLB, 8.1), new]) == [3, 5]


def test_a_late_creation_is_learned() -> None:
    assert reported([*WEEK, made(NLB, 8), made(VPN, 20), made(VPN, 10)]) == [3, 4]


def test_the_baseline_is_a_parameter() -> None:
    eager = Policy(rules={"ENI005": RuleSettings(params={"baseline_days": 1, "baseline_creations": 1})})
    assert reported([made(NAT_GATEWAY, 0), made(NLB, 1)], eager) == [1]
    patient = Policy(rules={"ENI005": RuleSettings(params={"baseline_days": 30})})
    assert reported([*WEEK, made(NLB, 8)], patient) == []
    forgetful = Policy(rules={"ENI005": RuleSettings(params={"days": 10})})
    assert reported([*WEEK, made(NLB, 8), made(NAT_GATEWAY, 9), made(VPN, 10), made(NLB, 19)], forgetful) == [
        3,
        5,
        6,
    ]


@pytest.mark.parametrize("params", [{"baseline_days": 0}, {"baseline_creations": 0}, {"days": 400}])
def test_a_baseline_that_makes_no_sense_is_refused(params: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="ENI005"):
        ManagedEniNewService(RuleSettings(params=params))
