from __future__ import annotations

import pytest

from eniguard.rules.pfx.test_world import (
    BUSY,
    FREE,
    TERWAY_NODE,
    VSWITCH,
    WITH_CONTROLLER,
    assign,
    assign_ipv6,
    create,
    world,
)
from eniguard.testing import call, decided, findings

ONLY = ["PFX014"]
NO_ADDRESS = "InvalidVSwitchId.IpNotEnough"
CODES = [
    NO_ADDRESS,
    "QuotaExceeded.PrivateIpAddress",
    "InvalidOperation.Ipv4CountExceeded",
    "InvalidOperation.Ipv6CountExceeded",
]


@pytest.mark.parametrize("code", CODES)
def test_all_codes_of_the_condition_have_the_vswitch_as_their_subject(code: str) -> None:
    for one in (
        assign(Ipv4PrefixCount=1, error=code),
        assign(SecondaryPrivateIpAddressCount=1, error=code),
        assign_ipv6(Ipv6AddressCount=1, error=code),
        create(code),
        call("ecs:AttachNetworkInterface", error=code, NetworkInterfaceId=FREE, InstanceId="i-1"),
        call("ecs:RunInstances", error=code, VSwitchId=VSWITCH),
        call("ecs:CreateInstance", error=code, VSwitchId=VSWITCH),
    ):
        decision = decided(one, state=world(), only=ONLY)
        assert findings(decision) == [("PFX014", "high", VSWITCH)]
        assert decision.findings[0].evidence[0].value == code


@pytest.mark.parametrize("code", [None, "InvalidParameter", "MaxEniCountExceeded", "Throttling"])
def test_other_outcomes_are_not_exhaustion(code: str | None) -> None:
    decision = decided(assign(Ipv4PrefixCount=1, error=code), state=world(), only=ONLY)
    assert (findings(decision), decision.rounds) == ([], 0)


def test_an_unknown_vswitch_leaves_the_eni_as_the_subject() -> None:
    decision = decided(assign(Ipv4PrefixCount=1, error=NO_ADDRESS), only=ONLY)
    assert findings(decision) == [("PFX014", "medium", FREE)]
    assert decision.findings[0].inventory == "unknown"


def test_instances_on_an_existing_eni_are_traced_to_its_vswitch() -> None:
    started = call("ecs:RunInstances", error=NO_ADDRESS, NetworkInterface=[{"NetworkInterfaceId": BUSY}])
    assert findings(decided(started, state=world(), only=ONLY)) == [("PFX014", "high", VSWITCH)]


def test_a_call_that_names_no_vswitch_is_reported_all_the_same() -> None:
    started = call("ecs:RunInstances", error=NO_ADDRESS)
    assert findings(decided(started, only=ONLY)) == [("PFX014", "medium", "(not named)")]


def test_each_of_several_vswitches_may_be_the_full_one() -> None:
    interfaces = [{"VSwitchId": "vsw-1"}, {"VSwitchId": "vsw-2"}, {"VSwitchId": "vsw-1"}]
    started = call("ecs:RunInstances", error=NO_ADDRESS, NetworkInterface=interfaces)
    assert findings(decided(started, only=ONLY)) == [
        ("PFX014", "medium", "vsw-1"),
        ("PFX014", "medium", "vsw-2"),
    ]


def test_controllers_run_out_of_addresses_too() -> None:
    by_node = assign(Ipv4PrefixCount=1, error=NO_ADDRESS, by=TERWAY_NODE)
    decision = decided(by_node, state=world(), policy=WITH_CONTROLLER, only=ONLY)
    assert findings(decision) == [("PFX014", "high", VSWITCH)]
