from __future__ import annotations

from typing import Any

import pytest

from eniguard.model import Decision, Fix
from eniguard.rules.exp.test_world import AUTHORIZE, CHANGE, GROUP, LATER, add, group, listed, rule, world
from eniguard.settings import ActorMatch, Actors, Policy, RuleSettings
from eniguard.testing import ACCOUNT, NAT_GATEWAY, NOON, Snapshot, call, decided, findings, undecided

STRANGER = "2234567890123456"
FOREIGN = {
    "IpProtocol": "TCP",
    "PortRange": "443/443",
    "SourceGroupId": "sg-far",
    "SourceGroupOwnerId": STRANGER,
}
FOUND = [("EXP007", "medium", GROUP)]


def judged(
    *rules: dict[str, Any], state: Snapshot | None = None, policy: Policy | None = None, **more: Any
) -> Decision:
    return decided(add(*rules, **more), state=state or world(), policy=policy or Policy(), only=["EXP007"])


@pytest.mark.parametrize("owner", [STRANGER, int(STRANGER)])
def test_group_of_another_account_is_reported(owner: str | int) -> None:
    decision = judged(rule("443/443", "10.0.0.0/8"), {**FOREIGN, "SourceGroupOwnerId": owner})

    assert findings(decision) == FOUND
    assert STRANGER in decision.findings[0].summary


@pytest.mark.parametrize(
    "stated",
    [
        {**FOREIGN, "SourceGroupOwnerId": ACCOUNT},
        {key: value for key, value in FOREIGN.items() if key != "SourceGroupOwnerId"},
        {**FOREIGN, "Policy": "drop"},
        {**FOREIGN, "SourceCidrIp": "10.0.0.0/8"},
    ],
)
def test_own_group_or_drop_rule_is_nothing(stated: dict[str, Any]) -> None:
    assert findings(judged(stated)) == []


@pytest.mark.parametrize(
    "policy",
    [Policy(accounts=(STRANGER,)), Policy(rules={"EXP007": RuleSettings(params={"accounts": [STRANGER]})})],
)
def test_account_on_a_list_is_nothing(policy: Policy) -> None:
    assert findings(judged(FOREIGN, policy=policy)) == []


def test_login_name_may_be_ones_own_and_lowers_the_severity() -> None:
    named = {key: value for key, value in FOREIGN.items() if key != "SourceGroupOwnerId"}

    decision = judged({**named, "SourceGroupOwnerAccount": "someone@example.com"})

    assert findings(decision) == [("EXP007", "low", GROUP)]


def test_group_that_got_through_before_is_nothing() -> None:
    assert findings(judged(FOREIGN, state=world(listed("sgr-1", FOREIGN)))) == []
    other = world(listed("sgr-1", {**FOREIGN, "PortRange": "80/80"}))
    assert findings(judged(FOREIGN, state=other)) == FOUND


def test_unknown_rules_lower_the_severity() -> None:
    state = world(without="ecs:SecurityGroupRule")

    assert findings(judged(FOREIGN, state=state)) == [("EXP007", "low", GROUP)]


def test_changed_rule_is_looked_at() -> None:
    stated: dict[str, Any] = {"SourceGroupId": "sg-far", "SourceGroupOwnerId": STRANGER}
    one = call(CHANGE, SecurityGroupId=GROUP, SecurityGroupRuleId="sgr-1", **stated)
    before = {**FOREIGN, "SourceGroupId": "sg-near", "SourceGroupOwnerId": ""}

    assert findings(decided(one, state=world(listed("sgr-1", before)), only=["EXP007"])) == FOUND
    assert undecided(decided(one, only=["EXP007"])) == ["EXP007"]


def test_service_and_refused_call_and_managed_group_are_nothing() -> None:
    by_service = call(AUTHORIZE, NAT_GATEWAY, SecurityGroupId=GROUP, Permissions=[FOREIGN])

    assert findings(decided(by_service, state=world(), only=["EXP007"])) == []
    assert findings(judged(FOREIGN, error="Forbidden.RAM")) == []
    assert findings(judged(FOREIGN, state=world(groups=[group(managed=True)]))) == []


def test_fix_revokes_the_live_rule_after_approval() -> None:
    state = world(listed("sgr-9", FOREIGN, made=NOON), captured_at=LATER)

    fix = judged(FOREIGN, state=state).findings[0].fix

    assert isinstance(fix, Fix)
    assert (fix.limit, fix.action) == ("approve", "ecs:RevokeSecurityGroup")
    assert fix.parameters == {"SecurityGroupId": GROUP, "SecurityGroupRuleId.1": "sgr-9"}


def test_source_that_takes_the_place_of_another_is_looked_at() -> None:
    stated: dict[str, Any] = {"SourceGroupId": "sg-far", "SourceGroupOwnerId": STRANGER}
    one = call(CHANGE, SecurityGroupId=GROUP, SecurityGroupRuleId="sgr-1", **stated)

    assert (
        findings(decided(one, state=world(listed("sgr-1", rule("443/443", "10.0.0.0/8"))), only=["EXP007"]))
        == FOUND
    )


def test_rules_that_cannot_be_read_are_undecided() -> None:
    one = call(AUTHORIZE, SecurityGroupId=GROUP, Permissions="nonsense")

    assert undecided(decided(one, state=world(), only=["EXP007"])) == ["EXP007"]


def test_group_that_may_be_managed_lowers_the_severity() -> None:
    state = world(groups=[group(managed=None)])

    assert findings(judged(FOREIGN, state=state)) == [("EXP007", "low", GROUP)]


def test_controllers_are_looked_at() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(user="alice"),)))

    assert findings(judged(FOREIGN, policy=policy)) == FOUND
