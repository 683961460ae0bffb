from __future__ import annotations

from eniguard.events.calls import Call
from eniguard.rules.pfx.test_world import (
    BUSY,
    FREE,
    INSTANCE,
    REFUSED,
    TERWAY_NODE,
    WITH_CONTROLLER,
    assign,
    assign_ipv6,
    eni,
    world,
)
from eniguard.testing import API_GATEWAY, call, decided, decided_in_order, findings, undecided

ONLY = ["PFX019"]
PREFIX = "10.0.0.128/28"


def attach(error: str | None = None) -> Call:
    return call("ecs:AttachNetworkInterface", error=error, NetworkInterfaceId=FREE, InstanceId=INSTANCE)


def test_prefixes_put_on_an_attached_eni_have_to_be_set_up() -> None:
    decision = decided(assign(PREFIX, eni=BUSY), state=world(), only=ONLY)
    assert findings(decision) == [("PFX019", "info", BUSY)]
    assert decision.findings[0].evidence[0].value == [PREFIX]
    assert "Configure the addresses" in decision.findings[0].advice
    assert findings(decided(assign_ipv6(Ipv6PrefixCount=1, eni=BUSY), state=world(), only=ONLY)) == [
        ("PFX019", "info", BUSY)
    ]


def test_attaching_an_eni_with_prefixes_is_the_moment_too() -> None:
    state = world([eni(FREE, "10.0.0.10", prefixes=[PREFIX])])
    assert findings(decided(attach(), state=state, only=ONLY)) == [("PFX019", "info", FREE)]


def test_an_available_eni_can_wait() -> None:
    decision = decided(assign(PREFIX, eni=FREE), state=world(), only=ONLY)
    assert (findings(decision), undecided(decision)) == ([], [])


def test_an_eni_without_prefixes_and_a_call_without_prefixes_say_nothing() -> None:
    assert findings(decided(attach(), state=world(), only=ONLY)) == []
    plain = decided(assign(eni=BUSY, SecondaryPrivateIpAddressCount=1), state=world(), only=ONLY)
    assert (findings(plain), plain.rounds) == ([], 0)


def test_prefixes_assigned_before_are_remembered_when_the_eni_is_attached() -> None:
    decisions = decided_in_order([assign(Ipv4PrefixCount=2), attach()], state=world(), only=ONLY)
    assert [findings(one) for one in decisions] == [[], [("PFX019", "info", FREE)]]


def test_an_eni_is_spoken_of_once_a_day() -> None:
    times = ("2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z", "2026-03-03T12:00:00Z")
    calls = [assign(f"10.0.0.{128 + 16 * n}/28", eni=BUSY, time=time) for n, time in enumerate(times)]
    decisions = decided_in_order(calls, state=world(), only=ONLY)
    assert [len(one.findings) for one in decisions] == [1, 0, 1]


def test_refused_calls_set_nothing_up() -> None:
    assert findings(decided(assign(PREFIX, eni=BUSY, error=REFUSED), state=world(), only=ONLY)) == []


def test_an_unknown_eni_is_undecided() -> None:
    for one in (assign(PREFIX, eni="eni-nobody-knows"), attach()):
        assert undecided(decided(one, state=world([]), only=ONLY)) == ["PFX019"]


def test_controllers_and_services_know_what_to_do() -> None:
    by_node = assign(PREFIX, eni=BUSY, by=TERWAY_NODE)
    assert findings(decided(by_node, state=world(), policy=WITH_CONTROLLER, only=ONLY)) == []
    assert findings(decided(assign(PREFIX, eni=BUSY, by=API_GATEWAY), state=world(), only=ONLY)) == []
