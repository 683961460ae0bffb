"""What the record of a call does not say in a form that is read may be anything: it is undecided."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.model import Decision
from eniguard.rules.exp.test_world import (
    AUTHORIZE,
    CHANGE,
    GROUP,
    REVOKE,
    WORLD,
    Item,
    add,
    group,
    listed,
    rule,
    world,
)
from eniguard.testing import Snapshot, call, decided, findings, undecided

EGRESS = "ecs:AuthorizeSecurityGroupEgress"
CONFIGURE = "ecs:ConfigureSecurityGroupPermissions"
SSH = {"IpProtocol": "TCP", "PortRange": "22/22"}
HTTPS = {"IpProtocol": "TCP", "PortRange": "443/443"}
INTERNAL = {"ip_protocol": "TCP", "port_range": "22/22", "source_cidr_ip": WORLD}
CAMEL = {"ipProtocol": "TCP", "portRange": "22/22", "sourceCidrIp": WORLD}
#: The keys of each entry on their own, as clients flatten a list.
FLAT = {f"Permissions.1.{name}": value for name, value in CAMEL.items()}
OPENING = ["EXP001", "EXP002", "EXP007"]
DROP = listed("sgr-1", {**rule(), "Policy": "Drop"})


def said(action: str, state: Snapshot | None = None, **parameters: Any) -> Decision:
    one = call(action, SecurityGroupId=GROUP, **parameters)
    return decided(one, state=state or world(), only=[*OPENING, "EXP004", "EXP008"])


@pytest.mark.parametrize(
    "source", ["banana", "999.0.0.1", "0.0.0.0/0.0.0.0", "10.0.0.0/24, banana", "2400::zz", "0.0.0.0/x"]
)
def test_source_that_cannot_be_read_may_be_the_world(source: str) -> None:
    decision = said(AUTHORIZE, Permissions=[{**SSH, "SourceCidrIp": source}])

    assert (findings(decision), undecided(decision)) == ([], ["EXP001"])


@pytest.mark.parametrize("stated", [SSH, {**SSH, "SourceCidrIp": ""}, {**SSH, "sourceCidrIp": WORLD}])
def test_source_that_is_not_stated_may_be_the_world_or_a_group_of_another_account(stated: Item) -> None:
    listed, flat = said(AUTHORIZE, Permissions=[stated]), said(AUTHORIZE, **stated)

    assert undecided(listed) == undecided(flat) == ["EXP001", "EXP007"]
    assert findings(listed) == findings(flat) == []


def test_port_that_is_no_risk_is_none_for_any_source() -> None:
    assert undecided(said(AUTHORIZE, Permissions=[{**HTTPS, "SourceCidrIp": "banana"}])) == []
    assert undecided(said(AUTHORIZE, Permissions=[HTTPS])) == ["EXP007"]


@pytest.mark.parametrize(
    "stated",
    [
        {"Permissions": [INTERNAL]},
        {"Permissions": [CAMEL]},
        {"Permissions": [{}]},
        {"Permissions": [rule("22/22", "10.0.0.0/24"), CAMEL]},
        {"permissions": [rule()]},
        {"Permissions": []},
        FLAT,
        CAMEL,
        {},
    ],
)
def test_rules_under_keys_that_are_not_known_may_open_anything(stated: dict[str, Any]) -> None:
    decision = said(AUTHORIZE, **stated)

    assert (findings(decision), undecided(decision)) == ([], OPENING)


def test_what_can_be_read_beside_it_is_reported_one_severity_lower() -> None:
    decision = said(AUTHORIZE, Permissions=[rule(), INTERNAL])

    assert findings(decision) == [("EXP001", "medium", GROUP)]
    assert undecided(decision) == ["EXP002", "EXP007"]


@pytest.mark.parametrize(
    "stated", [{**SSH, "Policy": "drop"}, {**SSH, "SourceCidrIp": "x", "Policy": "Drop"}]
)
def test_drop_rule_opens_nothing(stated: Item) -> None:
    assert undecided(said(AUTHORIZE, Permissions=[stated])) == []


def test_readable_sources_are_decided() -> None:
    for source in ({"SourceGroupId": "sg-2"}, {"SourceCidrIp": "192.0.2.7"}, {"Ipv6SourceCidrIp": "2400::7"}):
        decision = said(AUTHORIZE, Permissions=[{**SSH, **source}])

        assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize("stated", [{"Permissions": [{"IpProtocol": "ALL", "PortRange": "-1/-1"}]}, {}])
def test_far_side_of_egress_may_be_the_world(stated: dict[str, Any]) -> None:
    restricted = group(Tags={"Tag": [{"TagKey": "restricted", "TagValue": ""}]})

    assert undecided(said(EGRESS, world(groups=[restricted]), **stated)) == ["EXP008"]


def test_configured_rule_without_a_side_may_be_of_either_direction() -> None:
    restricted = world(groups=[group(Tags={"Tag": [{"TagKey": "restricted", "TagValue": ""}]})])
    everything = {"IpProtocol": "ALL", "PortRange": "-1/-1"}

    assert undecided(said(CONFIGURE, restricted, AuthorizePermissions=[everything])) == [
        "EXP002",
        "EXP007",
        "EXP008",
    ]
    assert undecided(said(CONFIGURE, restricted)) == [*OPENING[:2], "EXP004", "EXP007", "EXP008"]


@pytest.mark.parametrize(
    "stated",
    [
        {"Permissions": [{**SSH, "SourceCidrIp": "banana", "Policy": "Drop"}]},
        {"Permissions": [SSH]},
        {"Permissions": [INTERNAL]},
        {"permissions": [rule()]},
        CAMEL,
    ],
)
def test_rule_that_is_revoked_may_be_a_drop_rule_of_the_group(stated: dict[str, Any]) -> None:
    assert undecided(said(REVOKE, world(DROP), **stated)) == ["EXP004"]


@pytest.mark.parametrize("stated", [{**SSH, "Policy": "Accept"}, rule(), {**SSH, "SourceGroupId": "sg-2"}])
def test_rule_that_is_revoked_and_accepts_is_no_drop_rule(stated: Item) -> None:
    assert undecided(said(REVOKE, world(DROP), Permissions=[stated])) == []


def test_group_without_drop_rules_loses_none() -> None:
    assert undecided(said(REVOKE, world(listed("sgr-1", rule())), Permissions=[SSH])) == []


def test_change_that_states_part_of_a_rule_is_read() -> None:
    state = world(listed("sgr-1", rule("443/443")))

    decision = said(CHANGE, state, SecurityGroupRuleId="sgr-1", PortRange="22/22")

    assert (findings(decision), undecided(decision)) == ([("EXP001", "high", GROUP)], [])


@pytest.mark.parametrize("managed", [True, None])
def test_managed_group_is_another_rules_affair(managed: bool | None) -> None:
    decision = said(AUTHORIZE, world(groups=[group(managed=managed)]), Permissions=[SSH])

    assert undecided(decision) == ([] if managed else ["EXP001", "EXP007"])


def test_refused_call_opens_nothing() -> None:
    assert undecided(decided(add(SSH, error="MissingParameter.Source"), state=world(), only=OPENING)) == []
