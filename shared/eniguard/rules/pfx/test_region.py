from __future__ import annotations

from eniguard.events.calls import Call
from eniguard.rules.pfx.region import PREFIX_REGIONS
from eniguard.rules.pfx.test_world import FREE, REFUSED, TERWAY_NODE, WITH_CONTROLLER
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import call, decided, decided_in_order, findings

OUTSIDE = "cn-zhangjiakou"
ONLY = ["PFX001"]


def asks(region: str = OUTSIDE, **more: object) -> Call:
    return call(
        "ecs:AssignPrivateIpAddresses",
        region=region,
        NetworkInterfaceId=FREE,
        Ipv4PrefixCount=1,
        **more,  # type: ignore[arg-type]
    )


def test_a_refused_call_in_a_region_without_prefixes_is_advice() -> None:
    decision = decided(asks(error=REFUSED), only=ONLY)
    assert findings(decision) == [("PFX001", "low", OUTSIDE)]
    assert [(one.name, one.value) for one in decision.findings[0].evidence] == [
        ("region", OUTSIDE),
        ("asked-for", "Ipv4PrefixCount 1"),
    ]


def test_a_success_in_a_region_without_prefixes_says_that_our_list_is_stale() -> None:
    decision = decided(asks(), only=ONLY)
    assert findings(decision) == [("PFX001", "info", OUTSIDE)]
    assert decision.findings[0].evidence[-1].name == "fact-conflict"


def test_the_24_documented_regions_are_not_reported() -> None:
    assert len(PREFIX_REGIONS) == 24
    for region in PREFIX_REGIONS:
        assert findings(decided(asks(region, error=REFUSED), only=ONLY)) == []


def test_a_region_added_in_guard_yml_is_not_reported() -> None:
    policy = Policy(rules={"PFX001": RuleSettings(params={"regions": [OUTSIDE]})})
    assert findings(decided(asks(error=REFUSED), policy=policy, only=ONLY)) == []


def test_a_region_is_reported_once_in_30_days() -> None:
    days = ("2026-03-01", "2026-03-02", "2026-03-20", "2026-05-01")
    calls = [asks(error=REFUSED, time=f"{day}T12:00:00Z") for day in days]
    calls.insert(1, asks("na-south-1", error=REFUSED, time="2026-03-01T13:00:00Z"))
    reported = [findings(one) for one in decided_in_order(calls, only=ONLY)]
    assert reported == [
        [("PFX001", "low", OUTSIDE)],
        [("PFX001", "low", "na-south-1")],
        [],
        [],
        [("PFX001", "low", OUTSIDE)],
    ]


def test_a_call_without_prefixes_is_not_looked_at() -> None:
    plain = call(
        "ecs:AssignPrivateIpAddresses",
        error=REFUSED,
        region=OUTSIDE,
        NetworkInterfaceId=FREE,
        SecondaryPrivateIpAddressCount=1,
    )
    assert findings(decided(plain, only=ONLY)) == []


def test_a_prefix_parameter_that_cannot_be_read_counts_as_one() -> None:
    odd = call(
        "ecs:AssignIpv6Addresses",
        error=REFUSED,
        region=OUTSIDE,
        NetworkInterfaceId=FREE,
        Ipv6PrefixCount="abc",
    )
    assert findings(decided(odd, only=ONLY)) == [("PFX001", "low", OUTSIDE)]


def test_controllers_are_exempt() -> None:
    by_node = asks(error=REFUSED, by=TERWAY_NODE)
    assert findings(decided(by_node, policy=WITH_CONTROLLER, only=ONLY)) == []
    assert findings(decided(by_node, only=ONLY)) == [("PFX001", "low", OUTSIDE)]
