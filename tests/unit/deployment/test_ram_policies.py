from __future__ import annotations

from typing import Any

import pytest

from eniguard.deployment import policy_problems

BUCKET = "acs:oss:*:1234567890123456:example-objects/*"
ROLE = "acs:ram::1234567890123456:role/eniguard-dev-sweep"
FOR_FC = {"StringEquals": {"acs:Service": "fc.aliyuncs.com"}}


def told(*, trust: bool = False, **statement: Any) -> list[str]:
    given = {"Effect": "Allow", **statement}
    document = {"Version": "1", "Statement": [given]}
    return [one.removeprefix("Statement[0]: ") for one in policy_problems(document, trust=trust)]


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "ecs:DescribeInstances", "Resource": "*"},
        {"Action": ["ecs:Describe*", "vpc:List*"], "Resource": ["*"]},
        {"Action": "oss:GetObject", "Resource": BUCKET},
        {"Action": "oss:PutObject", "Resource": [BUCKET]},
        {"Action": "ram:PassRole", "Resource": ROLE, "Condition": FOR_FC},
        {"Effect": "Deny", "Action": "ecs:Delete*", "Resource": "*"},
        {"Effect": "Deny", "NotAction": "ecs:Describe*", "Resource": "*"},
    ],
)
def test_what_is_narrow_enough_passes(statement: dict[str, Any]) -> None:
    assert told(**statement) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ({"Action": "ecs:*", "Resource": "*"}, "Action: ecs:* allows writes by a wildcard: name them"),
        ({"Action": "*", "Resource": "*"}, "Action: * allows writes by a wildcard: name them"),
        (
            {"Action": "ecs:Delete*", "Resource": "*"},
            "Action: ecs:Delete* allows writes by a wildcard: name them",
        ),
        (
            {"Action": "ecs:Delete?ag", "Resource": BUCKET},
            "Action: ecs:Delete?ag allows writes by a wildcard",
        ),
        (
            {"Action": "ecs:*Group", "Resource": "*"},
            "Action: ecs:*Group allows writes by a wildcard: name them",
        ),
        (
            {"Action": "ecs:DeleteNetworkInterface", "Resource": "*"},
            'Resource: ecs:DeleteNetworkInterface is allowed on "*": name what on',
        ),
        (
            {"Action": "sts:AssumeRole", "Resource": [BUCKET, "*"]},
            'Resource: sts:AssumeRole is allowed on "*": name what on',
        ),
        (
            {"Action": "kms:GetSecretValue", "Resource": "*"},
            'Resource: kms:GetSecretValue is allowed on "*": name what on',
        ),
        ({"Action": "oss:Get*", "Resource": "*"}, "Action: oss:Get* takes in oss:GetObject"),
        ({"Action": "ram:PassRole", "Resource": ROLE}, "Condition: ram:PassRole hands roles to any service"),
        (
            {
                "Action": "ram:PassRole",
                "Resource": ROLE,
                "Condition": {"StringNotEquals": {"acs:Service": "fc.aliyuncs.com"}},
            },
            "Condition: ram:PassRole hands roles to any service",
        ),
        ({"Action": "ram:passRole", "Resource": ROLE}, "Condition: ram:PassRole hands roles to any service"),
        ({"NotAction": "ecs:Delete*", "Resource": "*"}, "what is allowed by exception grows"),
        ({"Action": "ecs:DescribeInstances", "NotResource": BUCKET}, "what is allowed by exception grows"),
        ({"Action": "DescribeInstances", "Resource": "*"}, "Action: 'DescribeInstances' is none, as in"),
        ({"Action": "ecs:Describe-Instances", "Resource": "*"}, "Action: 'ecs:Describe-Instances' is none"),
        ({"Action": "oss:PutObject", "Resource": "example/*"}, "Resource: 'example/*' is none, as in"),
        (
            {"Action": "oss:PutObject", "Resource": "acs:oss:example/*"},
            "Resource: 'acs:oss:example/*' is none",
        ),
        ({"Action": "oss:PutObject"}, "Resource: a statement has it or NotResource"),
        ({"Resource": "*"}, "Action: a statement has it or NotAction"),
        ({"Action": [], "Resource": "*"}, "Action: names nothing"),
        (
            {"Action": "ecs:DescribeInstances", "Resource": "*", "Sid": "1"},
            "Sid: unknown; valid: Effect, Action",
        ),
        (
            {"Effect": "allow", "Action": "ecs:ListTags", "Resource": "*"},
            "Effect: 'allow'; expected Allow or Deny",
        ),
        (
            {
                "Action": "ecs:ListTags",
                "Resource": "*",
                "Condition": {"Equals": {"acs:SourceIp": "203.0.113.1"}},
            },
            "Condition: Equals is no operator, as in StringEquals",
        ),
        (
            {"Action": "ecs:ListTags", "Resource": "*", "Condition": {"Bool": {}}},
            "Condition: Bool has no key",
        ),
        (
            {"Action": "ecs:ListTags", "Resource": "*", "Condition": ["Bool"]},
            "Condition: an object by operator was expected",
        ),
    ],
)
def test_what_is_too_wide_or_no_grammar_is_told(statement: dict[str, Any], problem: str) -> None:
    found = told(**statement)

    assert any(one.startswith(problem) for one in found), found


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ({"Principal": {"Service": ["*"]}}, "Principal: anybody may take the role: name who"),
        (
            {"Principal": {"Everyone": ["x"]}},
            "Principal: expected an object with one of Service, RAM, Federated",
        ),
        ({}, "Principal: expected an object with one of Service, RAM, Federated"),
        (
            {"Principal": {"Service": ["fc.aliyuncs.com"]}, "Action": "sts:*"},
            "Action: a trust policy allows sts:AssumeRole",
        ),
        (
            {"Principal": {"Service": ["fc.aliyuncs.com"]}, "Resource": "*"},
            "Resource: unknown; valid: Effect",
        ),
    ],
)
def test_a_trust_policy_names_who_may_take_the_role(statement: dict[str, Any], problem: str) -> None:
    found = told(trust=True, **{"Action": "sts:AssumeRole", **statement})

    assert any(one.startswith(problem) for one in found), found


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"Version": "1"},
        {"Version": "1", "Statement": []},
        {"Version": "1", "Statement": {}},
        {"Version": "1", "Statement": ["x"]},
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "ecs:ListTags", "Resource": "*"}],
        },
        {"Version": "1", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}], "Id": "x"},
    ],
)
def test_what_is_no_policy_is_told(document: object) -> None:
    assert len(list(policy_problems(document))) == 1
