from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.model import Decision
from eniguard.rules.exp.test_world import listed, port_list, prefix_list, rule, world
from eniguard.testing import NAT_GATEWAY, Snapshot, call, decided, findings, undecided

BY_PREFIXES = {"IpProtocol": "TCP", "PortRange": "443/443", "SourcePrefixListId": "pl-1"}
BY_PORTS = {"IpProtocol": "TCP", "PortRangeListId": "prl-1", "SourceCidrIp": "0.0.0.0/0"}
OFFICE = prefix_list("pl-1", "192.0.2.0/24")
WEB = port_list("prl-1", "443/443")


def prefixes(*added: str, removed: tuple[str, ...] = (), **more: Any) -> Call:
    return call(
        "ecs:ModifyPrefixList",
        PrefixListId="pl-1",
        AddEntry=[{"Cidr": one} for one in added],
        RemoveEntry=[{"Cidr": one} for one in removed],
        **more,
    )


def ports(*added: str) -> Call:
    entries: dict[str, Any] = {f"AddEntry.{number}.PortRange": one for number, one in enumerate(added, 1)}
    return call("ecs:ModifyPortRangeList", PortRangeListId="prl-1", **entries)


def judged(one: Call, state: Snapshot | None) -> Decision:
    return decided(one, state=state, only=["EXP003"])


def says(one: Call, state: Snapshot | None) -> list[tuple[str, str, str]]:
    decision = judged(one, state)
    assert undecided(decision) == []
    return findings(decision)


def used(*rules: dict[str, Any], **more: Any) -> Snapshot:
    items = [listed(f"sgr-{number}", one) for number, one in enumerate(rules or (BY_PREFIXES,), 1)]
    return world(*items, **{"lists": [OFFICE], "ports": [WEB], **more})


def test_prefix_list_that_gets_the_world_is_reported_with_the_groups_that_use_it() -> None:
    state = world(
        listed("sgr-1", BY_PREFIXES, group="sg-1"),
        listed("sgr-2", BY_PREFIXES, group="sg-2"),
        listed("sgr-3", rule("443/443", "192.0.2.0/24"), group="sg-3"),
        lists=[OFFICE],
    )
    decision = judged(prefixes("0.0.0.0/0"), state)

    assert findings(decision) == [("EXP003", "high", "pl-1")]
    assert [one.id for one in decision.findings[0].resources] == ["pl-1", "sg-1", "sg-2"]
    assert decision.findings[0].fix is None


@pytest.mark.parametrize("added", [("192.0.2.0/25",), ("11.0.0.0/9",), ("10.0.0.0/8",), ()])
def test_prefix_list_that_does_not_become_wide_is_nothing(added: tuple[str, ...]) -> None:
    assert says(prefixes(*added), used()) == []


def test_entries_count_together_with_those_that_are_there() -> None:
    half = prefix_list("pl-1", "11.0.0.0/9")

    assert says(prefixes("11.128.0.0/9"), used(lists=[half])) == [("EXP003", "high", "pl-1")]
    assert says(prefixes("11.128.0.0/9", removed=("11.0.0.0/9",)), used(lists=[half])) == []


def test_prefix_list_that_was_as_wide_before_is_nothing() -> None:
    assert says(prefixes("11.0.0.0/8"), used(lists=[prefix_list("pl-1", "0.0.0.0/0")])) == []


def test_prefix_list_that_no_rule_uses_is_info() -> None:
    assert says(prefixes("0.0.0.0/0"), world(lists=[OFFICE])) == [("EXP003", "info", "pl-1")]


@pytest.mark.parametrize(
    "naming",
    [
        [{**BY_PREFIXES, "Policy": "Drop"}],
        [{"IpProtocol": "TCP", "PortRange": "443/443", "DestPrefixListId": "pl-1", "Direction": "egress"}],
        [BY_PREFIXES, rule("443/443", Policy="Drop")],
    ],
)
def test_prefix_list_that_lets_nothing_in_is_info(naming: list[dict[str, Any]]) -> None:
    assert says(prefixes("0.0.0.0/0"), used(*naming)) == [("EXP003", "info", "pl-1")]


def test_unknown_users_lower_the_severity() -> None:
    state = used(without="ecs:SecurityGroupRule")

    assert says(prefixes("0.0.0.0/0"), state) == [("EXP003", "medium", "pl-1")]
    assert says(prefixes("0.0.0.0/0"), None) == [("EXP003", "medium", "pl-1")]


def test_unknown_entries_are_undecided_unless_the_new_ones_are_wide_alone() -> None:
    state = used(without="ecs:PrefixList")

    assert undecided(judged(prefixes("11.0.0.0/9"), state)) == ["EXP003"]
    assert says(prefixes("10.0.0.0/9"), state) == []
    assert says(prefixes("0.0.0.0/0"), state) == [("EXP003", "medium", "pl-1")]


def test_port_list_that_gets_a_risky_port_is_reported_where_the_world_may_use_it() -> None:
    assert says(ports("22/22"), used(BY_PORTS)) == [("EXP003", "high", "prl-1")]
    assert says(ports("80/80"), used(BY_PORTS)) == []
    assert says(ports("22/22"), used({**BY_PORTS, "SourceCidrIp": "10.0.0.0/8"})) == []
    assert says(ports("22/22"), used(BY_PORTS, rule(Policy="Drop"))) == []
    assert says(ports("22/22"), used(BY_PORTS, ports=[port_list("prl-1", "22/22")])) == []


def test_port_that_is_risky_in_another_protocol_only_is_nothing() -> None:
    assert says(ports("22/22"), used({**BY_PORTS, "IpProtocol": "UDP"})) == []


def test_groups_that_drop_by_the_list_are_not_in_doubt() -> None:
    unread = {"IpProtocol": "TCP", "PortRange": "443/443", "SourcePrefixListId": "pl-elsewhere"}

    assert says(prefixes("0.0.0.0/0"), used({**BY_PREFIXES, "Policy": "Drop"}, unread)) == [
        ("EXP003", "info", "pl-1")
    ]


def test_port_list_with_unknown_users_is_undecided() -> None:
    assert undecided(judged(ports("22/22"), None)) == ["EXP003"]
    assert says(ports("80/80"), None) == []


def test_entries_that_cannot_be_read_are_undecided() -> None:
    one = call("ecs:ModifyPrefixList", PrefixListId="pl-1", AddEntry="nonsense")

    assert undecided(judged(one, used())) == ["EXP003"]


def test_refused_call_is_nothing() -> None:
    assert says(prefixes("0.0.0.0/0", error="Forbidden.RAM"), used()) == []


def test_port_list_whose_sources_are_not_known_is_undecided() -> None:
    unread = {"IpProtocol": "TCP", "PortRangeListId": "prl-1", "SourcePrefixListId": "pl-elsewhere"}

    assert undecided(judged(ports("22/22"), used(unread))) == ["EXP003"]
    assert findings(judged(ports("22/22"), used(unread, BY_PORTS))) == [("EXP003", "high", "prl-1")]


def test_whoever_widens_a_list_is_reported() -> None:
    assert says(prefixes("0.0.0.0/0", by=NAT_GATEWAY), used()) == [("EXP003", "high", "pl-1")]


def test_egress_rules_of_a_port_list_let_nobody_in() -> None:
    out = {"IpProtocol": "TCP", "PortRangeListId": "prl-1", "DestPrefixListId": "pl-elsewhere"}

    assert says(ports("22/22"), used({**out, "Direction": "egress"})) == []
