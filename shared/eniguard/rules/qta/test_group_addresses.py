from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.rules.registry import Registry
from eniguard.settings import DEFAULT_POLICY, Policy, RuleSettings
from eniguard.testing import Snapshot, call, decided, decided_in_order, findings, snapshot, undecided

GROUP, ADVANCED = "sg-bp1example0001", "sg-bp1example0002"
NEW = "eni-bp1example0009"
ONLY = ["QTA001", "QTA002"]
EVENING = "2026-03-01T20:00:00Z"


def eni(eni_id: str, *groups: str, addresses: int = 1, prefixes: int = 0, ipv6: int = 0) -> dict[str, Any]:
    """An ENI with so many addresses and prefixes; what they are does not matter here."""
    listed = [f"10.0.{number // 250}.{number % 250}" for number in range(addresses)]
    return {
        "NetworkInterfaceId": eni_id,
        "PrivateIpAddress": listed[0],
        "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": one} for one in listed]},
        "Ipv6Sets": {"Ipv6Set": [{"Ipv6Address": f"2001:db8::{number:x}"} for number in range(ipv6)]},
        "Ipv4PrefixSets": {
            "Ipv4PrefixSet": [{"Ipv4Prefix": f"10.{number}.0.0/28"} for number in range(prefixes)]
        },
        "Ipv6PrefixSets": {"Ipv6PrefixSet": []},
        "SecurityGroupIds": {"SecurityGroupId": list(groups)},
    }


GROUPS: Sequence[Mapping[str, Any]] = (
    {"SecurityGroupId": GROUP, "SecurityGroupType": "normal", "ServiceManaged": False},
    {"SecurityGroupId": ADVANCED, "SecurityGroupType": "enterprise", "ServiceManaged": False},
)


def state(*enis: Mapping[str, Any], groups: Sequence[Mapping[str, Any]] = GROUPS, **options: str) -> Snapshot:
    return snapshot({"ecs:NetworkInterface": enis, "ecs:SecurityGroup": groups}, **options)


def quota(number: int) -> Policy:
    settings = RuleSettings(params={"quota": number})
    return Policy(rules={"QTA001": settings, "QTA002": settings})


def join(group: str = GROUP, eni_id: str = NEW, error: str | None = None) -> Call:
    return call("ecs:JoinSecurityGroup", error=error, SecurityGroupId=group, NetworkInterfaceId=eni_id)


@pytest.mark.parametrize(
    ("before", "more", "severity"),
    [
        (7, 1, "low"),
        (8, 1, "medium"),
        (9, 1, "high"),
        (6, 3, "medium"),
        (1, 12, "high"),
        (6, 1, None),
        (10, 1, None),
    ],
)
def test_one_finding_for_the_highest_line_that_a_call_crosses(
    before: int, more: int, severity: str | None
) -> None:
    full = state(eni("eni-1", GROUP, addresses=before), eni(NEW, "sg-other", addresses=more))
    decision = decided(join(), state=full, policy=quota(10), only=ONLY)
    assert findings(decision) == ([] if severity is None else [("QTA001", severity, GROUP)])
    assert undecided(decision) == []


def test_the_documented_quotas_are_the_default() -> None:
    basic = state(eni("eni-1", GROUP, addresses=4_799), eni(NEW, "sg-other"))
    decision = decided(join(), state=basic, only=ONLY)
    assert findings(decision) == [("QTA001", "low", GROUP)]
    advanced = state(eni("eni-1", ADVANCED, addresses=65_535), eni(NEW, "sg-other"))
    assert findings(decided(join(ADVANCED), state=advanced, only=ONLY)) == [("QTA002", "high", ADVANCED)]


def test_prefixes_and_addresses_of_both_families_count_alike() -> None:
    full = state(
        eni("eni-1", GROUP, addresses=2, prefixes=2, ipv6=2), eni(NEW, "sg-other", addresses=1, prefixes=1)
    )
    decision = decided(join(), state=full, policy=quota(10), only=ONLY)
    assert findings(decision) == [("QTA001", "low", GROUP)]
    shown = {one.name: (one.value, one.source) for one in decision.findings[0].evidence}
    assert shown == {
        "used": (8, "snapshot"),
        "addresses": (5, "snapshot"),
        "prefixes": (3, "snapshot"),
        "ENIs": (2, "snapshot"),
        "quota": (10, "rule parameter"),
    }


def test_a_member_that_joins_again_crosses_nothing() -> None:
    full = state(eni("eni-1", GROUP, addresses=7), eni(NEW, GROUP))
    assert findings(decided(join(), state=full, policy=quota(10), only=ONLY)) == []


def test_a_new_eni_fills_all_its_groups() -> None:
    full = state(eni("eni-1", GROUP, ADVANCED, addresses=7))
    made = call(
        "ecs:CreateNetworkInterface",
        response={"NetworkInterfaceId": NEW},
        VSwitchId="vsw-bp1example0001",
        SecurityGroupIds=[GROUP, ADVANCED],
    )
    assert findings(decided(made, state=full, policy=quota(10), only=ONLY)) == [
        ("QTA001", "low", GROUP),
        ("QTA002", "low", ADVANCED),
    ]


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        ("ecs:AssignPrivateIpAddresses", {"Ipv4PrefixCount": 2}),
        (
            "ecs:AssignPrivateIpAddresses",
            {"PrivateIpAddress.1": "10.9.0.1", "PrivateIpAddress.2": "10.9.0.2"},
        ),
        ("ecs:AssignIpv6Addresses", {"Ipv6Prefix.1": "2001:db8:1::/80", "Ipv6Prefix.2": "2001:db8:2::/80"}),
        ("ecs:AssignIpv6Addresses", {"Ipv6AddressCount": 2}),
    ],
)
def test_what_is_assigned_to_an_eni_fills_its_groups(action: str, asked: dict[str, Any]) -> None:
    full = state(eni("eni-1", GROUP, addresses=5), eni(NEW, GROUP))
    decision = decided(call(action, NetworkInterfaceId=NEW, **asked), state=full, policy=quota(10), only=ONLY)
    assert findings(decision) == [("QTA001", "low", GROUP)]


def test_the_groups_of_an_eni_may_be_swapped() -> None:
    full = state(eni("eni-1", GROUP, addresses=7), eni(NEW, ADVANCED))
    swapped = call("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=NEW, SecurityGroupId=[GROUP])
    assert findings(decided(swapped, state=full, policy=quota(10), only=ONLY)) == [("QTA001", "low", GROUP)]
    renamed = call("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=NEW, NetworkInterfaceName="web")
    decision = decided(renamed, state=full, policy=quota(10), only=ONLY)
    assert (findings(decision), decision.rounds) == ([], 0)


def test_several_calls_add_up() -> None:
    newcomers = [f"eni-new-{number}" for number in range(4)]
    full = state(eni("eni-1", GROUP, addresses=6), *(eni(one, "sg-other") for one in newcomers))
    decisions = decided_in_order(
        [join(eni_id=one) for one in newcomers], state=full, policy=quota(10), only=ONLY
    )
    assert [[one.severity for one in decision.findings] for decision in decisions] == [
        [],
        ["low"],
        ["medium"],
        ["high"],
    ]


def test_an_advanced_group_is_measured_by_the_larger_of_its_two_numbers() -> None:
    full = state(*(eni(f"eni-{number}", ADVANCED) for number in range(7)), eni(NEW, "sg-other"))
    decision = decided(join(ADVANCED), state=full, policy=quota(10), only=ONLY)
    assert findings(decision) == [("QTA002", "low", ADVANCED)]
    shown = {one.name: one.value for one in decision.findings[0].evidence}
    assert (shown["used"], shown["ENIs"], shown["addresses"]) == (8, 8, 8)


def test_refused_calls_fill_nothing() -> None:
    full = state(eni("eni-1", GROUP, addresses=9), eni(NEW, "sg-other"))
    refused = join(error="SecurityGroupInstanceLimitExceed")
    assert findings(decided(refused, state=full, policy=quota(10), only=ONLY)) == []


def test_an_instance_that_joins_is_not_looked_at() -> None:
    joined = call("ecs:JoinSecurityGroup", SecurityGroupId=GROUP, InstanceId="i-bp1example0001")
    decision = decided(joined, state=state(eni("eni-1", GROUP)), only=ONLY)
    assert (findings(decision), undecided(decision), decision.rounds) == ([], [], 0)


class TestUnknown:
    def test_an_unknown_type_is_undecided(self) -> None:
        vague = ({"SecurityGroupId": GROUP},)
        for groups in (vague, ()):
            full = state(eni("eni-1", GROUP), eni(NEW, "sg-other"), groups=groups)
            assert undecided(decided(join(), state=full, only=ONLY)) == ONLY

    def test_an_unknown_newcomer_is_undecided(self) -> None:
        decision = decided(join(), state=state(eni("eni-1", GROUP, addresses=9)), policy=quota(10), only=ONLY)
        assert (findings(decision), undecided(decision)) == ([], ONLY)

    def test_an_unknown_listing_is_undecided(self) -> None:
        made = call("ecs:CreateNetworkInterface", response={"NetworkInterfaceId": NEW}, SecurityGroupId=GROUP)
        only_groups = snapshot({"ecs:SecurityGroup": GROUPS})
        decision = decided(made, state=only_groups, only=ONLY)
        assert undecided(decision) == ["QTA001"]
        assert decision.undecided[0].refs == (f"ecs:NetworkInterface security_group={GROUP}",)

    def test_a_listing_from_after_the_call_does_not_tell_what_was_before(self) -> None:
        full = state(eni("eni-1", GROUP, addresses=9), eni(NEW, GROUP), captured_at=EVENING)
        decision = decided(join(), state=full, policy=quota(10), only=ONLY)
        assert (findings(decision), undecided(decision)) == ([], ["QTA001"])


def test_sums_over_whole_groups_are_kept_off_the_path_of_one_event() -> None:
    on_path = {rule.code for rule in Registry(DEFAULT_POLICY, event_path=True).rules}
    assert on_path.isdisjoint(ONLY)
    assert "QTA003" in on_path
