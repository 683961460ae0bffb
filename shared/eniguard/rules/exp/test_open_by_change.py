"""Rules that a call changes under their id, and so opens to the world."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.rules.exp.test_open_ports import LOWERED, ONLY, RISKY, judged, says
from eniguard.rules.exp.test_world import CHANGE, GROUP, listed, port_list, prefix_list, rule, world
from eniguard.testing import call, undecided


def changed(**stated: Any) -> Call:
    return call(CHANGE, SecurityGroupId=GROUP, SecurityGroupRuleId="sgr-1", **stated)


def test_changed_rule_is_judged_as_it_is_afterwards() -> None:
    office = world(listed("sgr-1", rule("22/22", "192.0.2.0/24")))
    web = world(listed("sgr-1", rule("443/443")))
    drop = world(listed("sgr-1", rule(Policy="Drop")))

    assert says(changed(SourceCidrIp="0.0.0.0/0"), office) == RISKY
    assert says(changed(PortRange="22/22"), web) == RISKY
    assert says(changed(Policy="accept"), drop) == RISKY
    assert says(changed(Priority="7"), world(listed("sgr-1", rule()))) == []
    assert says(changed(PortRange="80/80"), web) == []
    assert says(changed(Description="ssh"), None) == []


def test_change_of_an_unknown_rule_is_undecided_where_that_matters() -> None:
    assert undecided(judged(changed(PortRange="22/22"), None)) == ["EXP001"]
    assert says(changed(PortRange="443/443"), None) == []
    assert says(changed(SourceCidrIp="192.0.2.0/24"), None) == []
    whole = {**rule(), "Policy": "accept"}
    assert says(changed(**whole), None) == LOWERED


@pytest.mark.parametrize(
    ("before", "stated"),
    [
        (rule("22/22", "10.0.0.0/8"), {"Ipv6SourceCidrIp": "::/0"}),
        (rule("22/22", "10.0.0.0/8"), {"SourcePrefixListId": "pl-1"}),
        (rule("22/22", "fd00::/8"), {"SourceCidrIp": "0.0.0.0/0", "Ipv6SourceCidrIp": ""}),
        (rule("443/443"), {"PortRangeListId": "prl-1"}),
    ],
)
def test_changed_side_or_list_takes_the_place_of_another(
    before: dict[str, str], stated: dict[str, str]
) -> None:
    lists = {"lists": [prefix_list("pl-1", "0.0.0.0/0")], "ports": [port_list("prl-1", "22/22")]}

    assert says(changed(**stated), world(listed("sgr-1", before), **lists)) == RISKY  # type: ignore[arg-type]


def test_change_whose_rule_cannot_be_read_is_undecided() -> None:
    one = call(CHANGE, SecurityGroupId=GROUP, SecurityGroupRuleId=[{"x": 1}], SourceCidrIp="0.0.0.0/0")

    assert undecided(judged(one)) == ONLY
