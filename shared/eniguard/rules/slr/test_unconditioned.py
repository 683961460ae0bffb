from __future__ import annotations

from typing import Any

import pytest

from eniguard.model import Sweep
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import ACCOUNT, findings, snapshot, swept, undecided

DELETE = "ram:DeleteServiceLinkedRole"
EQUALS = {"StringEquals": {"ram:ServiceName": "nat.aliyuncs.com"}}


def statement(action: Any = DELETE, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": "*", **more}


def policy(*statements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    version = {"PolicyDocument": {"Version": "1", "Statement": list(statements)}}
    said = {
        "PolicyName": "ops",
        "PolicyType": "Custom",
        "AttachmentCount": 2,
        "DefaultPolicyVersion": version,
    }
    return {**said, **fields}


def seen(*items: dict[str, Any]) -> Sweep:
    return swept(snapshot({"ram:Policy": list(items)}), only=["SLR010"])


@pytest.mark.parametrize(
    "action", [DELETE, "ram:deleteservicelinkedrole", "ram:*", "ram:Delete*", "*", ["ecs:A", DELETE]]
)
def test_policy_that_does_not_tie_the_deletion_to_a_service_is_reported(action: Any) -> None:
    assert findings(seen(policy(statement(action)))) == [("SLR010", "medium", "ops")]


def test_policy_that_leaves_out_other_things_only_is_reported() -> None:
    everything_else = {"Effect": "Allow", "NotAction": "ecs:*", "Resource": "*"}

    assert findings(seen(policy(everything_else))) == [("SLR010", "medium", "ops")]
    assert findings(seen(policy({**everything_else, "NotAction": ["ecs:*", "ram:*"]}))) == []


@pytest.mark.parametrize(
    ("condition", "reported"),
    [
        (EQUALS, False),
        ({"StringEquals": {"RAM:servicename": ["nat.aliyuncs.com", "alb.aliyuncs.com"]}}, False),
        ({"StringLike": {"ram:ServiceName": "nat.*"}}, False),
        ({"StringLike": {"ram:ServiceName": "*.aliyuncs.com"}}, True),
        ({"StringLike": {"ram:ServiceName": ["nat.*", "?*"]}}, True),
        ({"ForAnyValue:StringEquals": {"ram:ServiceName": ["nat.aliyuncs.com"]}}, False),
        ({"ForAllValues:StringEquals": {"ram:ServiceName": ["nat.aliyuncs.com"]}}, True),
        ({"StringNotEquals": {"ram:ServiceName": "nat.aliyuncs.com"}}, True),
        ({"IpAddress": {"acs:SourceIp": "203.0.113.0/24"}}, True),
        ({"IpAddress": {"acs:SourceIp": "203.0.113.0/24"}, **EQUALS}, False),
    ],
)
def test_only_a_condition_on_the_service_ties_it(condition: dict[str, Any], reported: bool) -> None:
    assert bool(findings(seen(policy(statement(Condition=condition))))) is reported


@pytest.mark.parametrize(
    ("resource", "reported"),
    [
        (f"acs:ram:*:{ACCOUNT}:role/*", True),
        ("acs:ram:*:*:role/aliyunservicerolefor*", True),
        (f"acs:ram::{ACCOUNT}:role/*", True),
        ("acs:ram::*:role/AliyunServiceRoleFor*", True),
        ("acs:ram:*:*:role/aliyunservicerolefornatgw", False),
        (f"acs:ram::{ACCOUNT}:role/aliyunservicerolefornatgw", False),
        ("acs:ram:*:2000000000000001:role/*", False),
    ],
)
def test_statement_on_named_roles_only_is_not_reported(resource: str, reported: bool) -> None:
    assert bool(findings(seen(policy(statement(Resource=resource))))) is reported


def test_denial_in_the_same_policy_takes_the_right_away_unless_it_has_a_condition() -> None:
    assert findings(seen(policy(statement("*"), statement("ram:*", "Deny")))) == []
    assert findings(seen(policy(statement("*"), statement("ram:*", "Deny", Condition=EQUALS)))) == [
        ("SLR010", "medium", "ops")
    ]


@pytest.mark.parametrize("action", ["ecs:*", "ram:GetRole", "ram:CreateServiceLinkedRole"])
def test_policy_about_other_things_is_not_reported(action: str) -> None:
    sweep = seen(policy(statement(action)))

    assert (findings(sweep), undecided(sweep)) == ([], [])


def test_policies_of_the_platform_are_not_the_accounts_affair() -> None:
    assert findings(seen(policy(statement("*"), PolicyType="System"))) == []


def test_answer_of_get_policy_is_taken_as_it_is() -> None:
    flat = policy(statement(), AttachmentCount=0)
    answer = {"RequestId": "1", "DefaultPolicyVersion": flat.pop("DefaultPolicyVersion"), "Policy": flat}

    assert findings(seen(answer)) == [("SLR010", "low", "ops")]


def test_policy_that_nobody_has_is_reported_one_step_lower() -> None:
    assert findings(seen(policy(statement(), AttachmentCount=0))) == [("SLR010", "low", "ops")]


@pytest.mark.parametrize(
    "unread", [policy(DefaultPolicyVersion=None), policy(DefaultPolicyVersion={}), policy(PolicyType=None)]
)
def test_policy_that_cannot_be_read_is_undecided(unread: dict[str, Any]) -> None:
    sweep = seen(unread)

    assert (findings(sweep), undecided(sweep)) == ([], ["SLR010"])
    assert sweep.undecided[0].refs == ("ram:Policy id=ops",)


def test_without_a_listing_nothing_is_known() -> None:
    assert undecided(swept(snapshot({}), only=["SLR010"])) == ["SLR010"]


def test_it_is_asked_only_when_guard_yml_says_so() -> None:
    state = snapshot({"ram:Policy": [policy(statement())]})
    asked = Policy(rules={"SLR010": RuleSettings(enabled=True)})

    assert "SLR010" not in [one[0] for one in findings(swept(state))]
    assert "SLR010" in [one[0] for one in findings(swept(state, policy=asked))]
