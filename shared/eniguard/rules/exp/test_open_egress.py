from __future__ import annotations

from typing import Any

import pytest

from eniguard.model import Decision
from eniguard.rules.exp.test_world import GROUP, group, listed, world
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import Snapshot, call, decided, findings, undecided

ACTION = "ecs:AuthorizeSecurityGroupEgress"
OUT = {"IpProtocol": "ALL", "PortRange": "-1/-1", "DestCidrIp": "0.0.0.0/0"}
FOUND = [("EXP008", "low", GROUP)]


def tagged(key: str = "restricted", value: str = "") -> dict[str, Any]:
    return group(Tags={"Tag": [{"TagKey": key, "TagValue": value}]})


RESTRICTED = world(groups=[tagged()])


def judged(
    stated: dict[str, Any], state: Snapshot | None = RESTRICTED, policy: Policy | None = None, **more: Any
) -> Decision:
    one = call(ACTION, SecurityGroupId=GROUP, Permissions=[stated], **more)
    return decided(one, state=state, policy=policy or Policy(), only=["EXP008"])


@pytest.mark.parametrize(
    "stated",
    [
        OUT,
        {**OUT, "IpProtocol": "TCP", "PortRange": "1/65535"},
        {"IpProtocol": "ALL", "PortRange": "-1/-1", "Ipv6DestCidrIp": "::/0"},
    ],
)
def test_restricted_group_that_may_reach_everything_is_reported(stated: dict[str, Any]) -> None:
    decision = judged(stated)

    assert findings(decision) == FOUND
    assert decision.findings[0].fix is None


@pytest.mark.parametrize(
    "stated",
    [
        {**OUT, "DestCidrIp": "10.0.0.0/8"},
        {**OUT, "IpProtocol": "TCP", "PortRange": "443/443"},
        {**OUT, "Policy": "drop"},
    ],
)
def test_narrow_side_or_some_ports_are_nothing(stated: dict[str, Any]) -> None:
    assert findings(judged(stated)) == []


def test_only_tagged_groups_are_restricted() -> None:
    policy = Policy(rules={"EXP008": RuleSettings(params={"tag": "no-internet"})})

    assert findings(judged(OUT, world())) == []
    assert findings(judged(OUT, world(groups=[tagged("zone", "Restricted")]))) == FOUND
    assert findings(judged(OUT, RESTRICTED, policy)) == []
    assert findings(judged(OUT, world(groups=[tagged("no-internet")]), policy)) == FOUND


def test_drop_rules_and_rules_that_were_there_count() -> None:
    drop = listed("sgr-1", {**OUT, "Policy": "Drop"}, direction="egress")
    same = listed("sgr-1", OUT, direction="egress")

    assert findings(judged(OUT, world(drop, groups=[tagged()]))) == []
    assert findings(judged(OUT, world(same, groups=[tagged()]))) == []


def test_group_whose_tags_are_not_known_is_undecided() -> None:
    assert undecided(judged(OUT, None)) == ["EXP008"]
    assert undecided(judged({**OUT, "DestCidrIp": "10.0.0.0/8"}, None)) == []


def test_unknown_rules_lower_the_severity() -> None:
    state = world(groups=[tagged()], without="ecs:SecurityGroupRule")

    assert findings(judged(OUT, state)) == [("EXP008", "info", GROUP)]


def test_changed_and_configured_rules_are_looked_at() -> None:
    named: dict[str, Any] = {"SecurityGroupId": GROUP}
    change = call(
        "ecs:ModifySecurityGroupEgressRule", **named, SecurityGroupRuleId="sgr-1", PortRange="-1/-1"
    )
    configure = call("ecs:ConfigureSecurityGroupPermissions", **named, AuthorizePermissions=[OUT])
    web = listed("sgr-1", {**OUT, "IpProtocol": "TCP", "PortRange": "443/443"}, direction="egress")

    for one in (change, configure):
        decision = decided(one, state=world(web, groups=[tagged()]), only=["EXP008"])
        assert findings(decision) == FOUND


def test_refused_call_is_nothing() -> None:
    assert findings(judged(OUT, error="Forbidden.RAM")) == []
