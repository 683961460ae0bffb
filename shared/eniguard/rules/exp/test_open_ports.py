from __future__ import annotations

from typing import Any

import pytest

from eniguard.errors import ConfigError
from eniguard.events.calls import Call
from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.rules.exp.open_ports import RiskyPortOpen
from eniguard.rules.exp.test_world import (
    AUTHORIZE,
    GROUP,
    LATER,
    add,
    group,
    listed,
    port_list,
    prefix_list,
    rule,
    world,
)
from eniguard.rules.registry import Registry
from eniguard.settings import ActorMatch, Actors, Policy, RuleSettings
from eniguard.testing import (
    ALICE,
    NAT_GATEWAY,
    NOON,
    ROOT,
    Snapshot,
    call,
    decided,
    findings,
    role,
    undecided,
)

ONLY = ["EXP001", "EXP002"]
RISKY = [("EXP001", "high", GROUP)]
ALL = [("EXP002", "high", GROUP)]
LOWERED = [("EXP001", "medium", GROUP)]
STATE = world()


def judged(one: Call, state: Snapshot | None = STATE, **params: Any) -> Decision:
    policy = Policy(rules={"EXP001": RuleSettings(params=params)})
    return decided(one, state=state, policy=policy, only=ONLY)


def says(one: Call, state: Snapshot | None = STATE, **params: Any) -> list[tuple[str, str, str]]:
    decision = judged(one, state, **params)
    assert undecided(decision) == []
    return findings(decision)


@pytest.mark.parametrize("by", [ALICE, ROOT, NAT_GATEWAY, role("AliyunServiceRoleForUnheardOf")])
def test_risky_port_that_anybody_opens_to_the_world_is_reported(by: Identity) -> None:
    one = call(AUTHORIZE, by, SecurityGroupId=GROUP, Permissions=[rule()])

    assert says(one) == RISKY


@pytest.mark.parametrize(
    "stated",
    [
        rule("22/22", "0.0.0.0/0"),
        rule("22/22", "::/0"),
        rule("22/22", "0.0.0.0/1"),
        rule("22/22", "11.0.0.0/8"),
        rule("22/22", "2400::/16"),
        rule("22/22", "192.0.2.1, 0.0.0.0/1"),
        rule("3000/4000"),
        rule("3389/3389", protocol="udp"),
        rule("22/22", protocol="6"),
        rule("22/22", Policy="Accept", Priority="100", SourcePortRange="1024/65535"),
        rule("22/22", DestCidrIp="10.0.0.4/32"),
    ],
)
def test_wide_side_of_a_risky_port_is_reported(stated: dict[str, str]) -> None:
    assert says(add(stated)) == RISKY


@pytest.mark.parametrize(
    "stated",
    [
        rule("443/443"),
        rule("22/22", "10.0.0.0/8"),
        rule("22/22", "192.0.2.0/24"),
        rule("22/22", "11.0.0.0/9"),
        rule("22/22", "10.0.0.0/7", Priority="1", Policy="drop"),
        rule("22/22", "fc00::/7"),
        rule("22/22", "2400::/17"),
        rule("22/22", "224.0.0.0/3"),
        rule("53/53", protocol="UDP"),
        rule("-1/-1", protocol="ICMP"),
        rule("-1/-1", protocol="GRE"),
        {"IpProtocol": "TCP", "PortRange": "22/22", "SourceGroupId": "sg-other"},
        rule("22/22", Policy="Drop"),
    ],
)
def test_harmless_port_or_narrow_side_is_nothing(stated: dict[str, str]) -> None:
    assert says(add(stated)) == []


@pytest.mark.parametrize(
    "stated", [rule("-1/-1", protocol="ALL"), rule("1/65535"), rule("-1/-1", "::/0", "UDP")]
)
def test_all_ports_are_the_other_rules_affair(stated: dict[str, str]) -> None:
    assert says(add(stated)) == ALL


def test_small_blocks_of_one_call_are_taken_together() -> None:
    halves = [rule("22/22", f"11.{number}.0.0/9") for number in (0, 128)]

    assert says(add(*halves)) == RISKY
    assert says(add(halves[0], rule("23/23", "11.128.0.0/9"))) == []


def test_width_and_ports_are_parameters() -> None:
    assert says(add(rule("22/22", "11.0.0.0/9")), wide_prefix=9) == RISKY
    assert says(add(rule("22/22", "11.0.0.0/8")), wide_prefix=7) == []
    assert says(add(rule("443/443")), ports=[443]) == RISKY
    assert says(add(rule("22/22")), ports=[443]) == []
    with pytest.raises(ConfigError, match=r"rules\.EXP001\.params"):
        RiskyPortOpen(RuleSettings(params={"ports": [0]}))


def test_ports_that_are_open_are_named() -> None:
    (finding,) = judged(add(rule("20/23"), rule("3389/3389", "192.0.2.0/24"))).findings

    assert finding.summary == f"TCP 20-23 of security group {GROUP} is open to the world"
    assert [one.value for one in finding.evidence if one.name == "permission"] == [
        "accept TCP 20/23 from 0.0.0.0/0, priority 1"
    ]


@pytest.mark.parametrize(
    ("before", "added", "opened"),
    [
        ([], rule("1/65535"), "all TCP ports"),
        ([], rule("-1/-1", protocol="ALL"), "all protocols"),
        ([rule("443/443")], rule("-1/-1", protocol="TCP"), "TCP 1-442, TCP 444-65535"),
        ([rule("-1/-1", protocol="UDP"), rule("1/65535")], rule("-1/-1", protocol="ALL"), "protocols 0-255"),
    ],
)
def test_what_was_open_before_is_left_out_of_the_evidence(
    before: list[dict[str, str]], added: dict[str, str], opened: str
) -> None:
    state = world(*[listed(f"sgr-{number}", one) for number, one in enumerate(before)])
    (finding,) = judged(add(added), state).findings

    (said,) = [str(one.value) for one in finding.evidence if one.name == "opened"]
    assert said.endswith(opened)


@pytest.mark.parametrize(
    ("drop", "expected"),
    [
        (rule(Policy="Drop", Priority="1"), []),
        (rule("-1/-1", protocol="ALL", Policy="Drop", Priority="1"), []),
        (rule(Policy="Drop", Priority="2"), RISKY),
        (rule("23/23", Policy="Drop"), RISKY),
        (rule("22/22", "192.0.2.0/24", Policy="Drop"), RISKY),
        (rule(Policy="Drop", SourcePortRange="1/1023"), RISKY),
        (rule(Policy="Drop", DestCidrIp="10.0.0.4/32"), RISKY),
    ],
)
def test_drop_rule_that_goes_first_holds_the_world_back(
    drop: dict[str, str], expected: list[tuple[str, str, str]]
) -> None:
    assert says(add(rule()), world(listed("sgr-1", drop))) == expected


def test_drop_rule_of_the_same_call_counts() -> None:
    assert says(add(rule(), rule(Policy="drop"))) == []
    assert says(add(rule(), rule(Policy="drop")), None) == []


def test_egress_rules_hold_nobody_back() -> None:
    out = listed(
        "sgr-1",
        {"IpProtocol": "ALL", "PortRange": "-1/-1", "DestCidrIp": "0.0.0.0/0", "Policy": "Drop"},
        direction="egress",
    )

    assert says(add(rule()), world(out)) == RISKY


def test_rule_that_was_there_already_adds_nothing() -> None:
    assert says(add(rule()), world(listed("sgr-1", rule("22/22")))) == []
    assert says(add(rule()), world(listed("sgr-1", rule("1/100")))) == []
    assert says(add(rule()), world(listed("sgr-1", rule("22/22", "0.0.0.0/1")))) == RISKY


def test_older_rule_in_a_later_listing_was_there_already() -> None:
    older = world(listed("sgr-1", rule()), captured_at=LATER)
    fresh = world(listed("sgr-1", rule(), made=NOON), captured_at=LATER)

    assert (says(add(rule()), older), says(add(rule()), fresh)) == ([], RISKY)


def test_list_in_a_later_listing_was_the_same_before() -> None:
    by_list = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1"}
    rules = listed("sgr-1", by_list), listed("sgr-2", rule(), made=NOON)

    later = world(*rules, lists=[prefix_list("pl-1", "0.0.0.0/0")], captured_at=LATER)
    assert says(add(rule()), later) == []


def test_unknown_rules_of_the_group_lower_the_severity() -> None:
    assert says(add(rule()), None) == LOWERED
    assert says(add(rule()), world(without="ecs:SecurityGroupRule")) == LOWERED


def test_group_that_may_be_managed_lowers_the_severity() -> None:
    assert says(add(rule()), world(groups=[group(managed=None)])) == LOWERED


def test_managed_group_is_another_rules_affair() -> None:
    assert says(add(rule()), world(groups=[group(managed=True)])) == []


def test_lists_are_read() -> None:
    by_list = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1"}
    by_ports = {"IpProtocol": "TCP", "PortRangeListId": "prl-1", "SourceCidrIp": "0.0.0.0/0"}

    assert says(add(by_list), world(lists=[prefix_list("pl-1", "0.0.0.0/1", "128.0.0.0/1")])) == RISKY
    assert says(add(by_list), world(lists=[prefix_list("pl-1", "192.0.2.0/24")])) == []
    assert says(add(by_ports), world(ports=[port_list("prl-1", "443/443", "22/23")])) == RISKY
    assert says(add(by_ports), world(ports=[port_list("prl-1", "443/443")])) == []


@pytest.mark.parametrize(
    "stated",
    [
        {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1"},
        {"IpProtocol": "TCP", "PortRangeListId": "prl-1", "SourceCidrIp": "0.0.0.0/0"},
    ],
)
def test_list_that_cannot_be_read_is_undecided(stated: dict[str, str]) -> None:
    decision = judged(add(stated))

    assert findings(decision) == []
    assert "EXP001" in undecided(decision)


def test_unreadable_port_list_of_a_narrow_side_is_nothing() -> None:
    assert says(add({"IpProtocol": "TCP", "PortRangeListId": "prl-1", "SourceCidrIp": "10.0.0.0/8"})) == []


def test_drop_rule_with_an_unreadable_list_lowers_the_severity() -> None:
    drop = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1", "Policy": "Drop"}

    assert says(add(rule()), world(listed("sgr-1", drop))) == LOWERED
    covered = world(listed("sgr-1", drop), lists=[prefix_list("pl-1", "0.0.0.0/0")])
    assert says(add(rule()), covered) == []


@pytest.mark.parametrize(
    "named",
    [
        rule(),
        {
            "Permissions.1.IpProtocol": "TCP",
            "Permissions.1.PortRange": "22/22",
            "Permissions.1.SourceCidrIp": "0.0.0.0/0",
        },
        {"Permissions": '[{"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0"}]'},
    ],
)
def test_every_form_of_a_rule_is_read(named: dict[str, Any]) -> None:
    assert says(call(AUTHORIZE, SecurityGroupId=GROUP, **named)) == RISKY


def test_rules_that_cannot_be_read_are_undecided() -> None:
    decision = judged(call(AUTHORIZE, SecurityGroupId=GROUP, Permissions="nonsense"))

    assert (findings(decision), undecided(decision)) == ([], ONLY)


def test_call_that_configures_rules_is_looked_at() -> None:
    one = call("ecs:ConfigureSecurityGroupPermissions", SecurityGroupId=GROUP, AuthorizePermissions=[rule()])

    assert says(one) == RISKY


def test_refused_call_is_nothing() -> None:
    assert says(add(rule(), error="Forbidden.RAM")) == []


def test_guard_itself_is_exempt_and_controllers_are_not() -> None:
    enabled = Registry(Policy(), only=ONLY)
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))

    assert enabled.chosen(AUTHORIZE, "ok", "self").rules == ()
    assert findings(decided(add(rule()), state=STATE, policy=policy, only=ONLY)) == RISKY


def test_rule_for_small_blocks_looks_nothing_up() -> None:
    codes = ["EXP001", "EXP002", "EXP004", "EXP007"]
    small = add(rule("22/22", "10.0.0.0/24"), rule("22/22", "10.0.0.0/8"))

    assert decided(small, state=STATE, only=codes).rounds == 0
    assert decided(add(rule()), state=STATE, only=codes).rounds > 0


def test_blocks_of_two_calls_count_together() -> None:
    half, other = rule("22/22", "11.0.0.0/9"), rule("22/22", "11.128.0.0/9")

    assert says(add(other), world(listed("sgr-1", half))) == RISKY
    assert says(add(other), world(listed("sgr-1", {**half, "PortRange": "23/23"}))) == []
    assert says(add(other), world(listed("sgr-1", rule("22/22")))) == []
    assert says(add(other), world(without="ecs:SecurityGroupRule")) == []
    everything = rule("-1/-1", protocol="ALL")
    assert says(add(rule("22/22", "11.128.0.0/9"), everything)) == ALL
    assert says(add(rule("22/22", "11.128.0.0/9"), everything), world(listed("sgr-1", rule()))) == ALL
