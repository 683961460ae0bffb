from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.roles import Condition, Statement, matches, statements_of, verdict

TIED = {"StringEquals": {"ram:ServiceName": ["nat.aliyuncs.com"]}}
NAT = {"ram:ServiceName": "nat.aliyuncs.com"}


def statement(action: Any, effect: str = "Allow", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Action": action, "Effect": effect, "Resource": resource, **more}


def judged(
    *statements: dict[str, Any],
    action: str = "ram:DeleteServiceLinkedRole",
    on: tuple[str, ...] = (),
    context: dict[str, str | None] | None = None,
) -> bool | None:
    known = statements_of({"Version": "1", "Statement": list(statements)})
    assert known is not None
    return verdict(known, action, on, context)


def test_document_is_read_as_text_and_as_object_with_single_values_and_lists() -> None:
    document = {"Statement": {"Action": "ecs:A", "Effect": "Deny", "Condition": TIED}}

    expected = (
        Statement(
            allow=False,
            actions=("ecs:A",),
            conditions=(Condition("StringEquals", "ram:ServiceName", ("nat.aliyuncs.com",)),),
        ),
    )
    assert statements_of(document) == expected
    assert statements_of(json.dumps(document)) == expected


@pytest.mark.parametrize(
    "document",
    [
        None,
        7,
        "not json",
        "[" * 100_000,
        {},
        {"Statement": "all"},
        {"Statement": ["all"]},
        {"Statement": [statement("ecs:A", "Maybe")]},
        {"Statement": [{"Effect": "Allow", "Resource": "*"}]},
        {"Statement": [statement("ecs:A", NotAction="ecs:B")]},
        {"Statement": [statement("ecs:A", Condition=["x"])]},
        {"Statement": [statement("ecs:A", Condition={"StringEquals": "x"})]},
    ],
)
def test_document_that_is_none_is_not_guessed_at(document: object) -> None:
    assert statements_of(document) is None


@pytest.mark.parametrize(
    ("pattern", "action", "fits"),
    [
        ("ecs:Describe*", "ecs:DescribeInstances", True),
        ("ECS:describe*", "ecs:DescribeInstances", True),
        ("ecs:Describe*", "ecs:CreateInstance", False),
        ("ecs:*", "vpc:DescribeVpcs", False),
        ("*", "vpc:DescribeVpcs", True),
        ("ecs:Describe?pcs", "ecs:DescribeVpcs", True),
        ("ecs:a.b", "ecs:axb", False),
        ("ecs:[a-z]*", "ecs:describe", False),
    ],
)
def test_patterns_fit_as_ram_has_it(pattern: str, action: str, fits: bool) -> None:
    assert matches(action, (pattern,)) is fits


@given(st.text(alphabet="abAB:*?.", max_size=12))
def test_every_text_fits_itself_the_star_and_its_own_prefix(text: str) -> None:
    assert matches(text, (text,))
    assert matches(text, ("*",))
    assert matches(text, (f"{text[: len(text) // 2]}*",))


def test_condition_on_the_service_decides_once_the_service_is_known() -> None:
    tied = statement("ram:DeleteServiceLinkedRole", Condition=TIED)

    assert judged(tied, context=NAT) is True
    assert judged(tied, context={"RAM:servicename": "NAT.aliyuncs.com"}) is True
    assert judged(tied, context={"ram:ServiceName": "alb.aliyuncs.com"}) is False
    assert judged(tied, context={"ram:ServiceName": None}) is None
    assert judged(tied) is None


def test_condition_that_nobody_can_judge_leaves_it_open() -> None:
    tagged = statement("ecs:A", Condition={"StringEquals": {"acs:ResourceTag/managed": "true"}})
    like = statement("ecs:A", Condition={"StringLike": {"ram:ServiceName": "nat.*"}})

    assert judged(tagged, action="ecs:A", context=NAT) is None
    assert judged(like, action="ecs:A", context=NAT) is None
    assert judged(tagged, statement("ecs:A"), action="ecs:A") is True


def test_denial_goes_before_permission() -> None:
    allow, deny = statement("ram:*"), statement("ram:Delete*", "Deny")
    doubtful = statement("ram:*", "Deny", Condition=TIED)

    assert judged(allow, deny) is False
    assert judged(deny, allow) is False
    assert judged(allow, doubtful) is None
    assert judged(doubtful, allow, deny) is False
    assert judged(doubtful) is False
    assert judged(allow, doubtful, context={"ram:ServiceName": "alb.aliyuncs.com"}) is True


def test_what_a_statement_leaves_out_counts() -> None:
    others = {"NotAction": ["ram:*", "sts:*"], "Effect": "Allow", "Resource": "*"}
    elsewhere = {"Action": "ram:*", "Effect": "Allow", "NotResource": "acs:ram:*:*:role/keep-*"}

    assert judged(others) is False
    assert judged(others, action="ecs:DeleteDisk") is True
    assert judged(elsewhere, on=("acs:ram:*:1234567890123456:role/keep-1",)) is False
    assert judged(elsewhere, on=("acs:ram:*:1234567890123456:role/other",)) is True


def test_resources_may_be_allowed_by_one_statement_each() -> None:
    eni, group = "acs:ecs:cn-hangzhou:1234567890123456:eni/eni-1", "acs:ecs:*:*:securitygroup/sg-1"
    enis = statement("ecs:TagResources", resource="acs:ecs:*:*:eni/*")
    groups = statement("ecs:TagResources", resource="acs:ecs:*:*:securitygroup/*")
    tied = {**groups, "Condition": TIED}

    assert judged(enis, groups, action="ecs:TagResources", on=(eni, group)) is True
    assert judged(enis, tied, action="ecs:TagResources", on=(eni, group)) is None
    assert judged(enis, tied, action="ecs:TagResources", on=(eni, group), context=NAT) is True


def test_all_resources_have_to_be_allowed_and_one_denied_is_enough() -> None:
    one, two = "acs:ecs:cn-hangzhou:1234567890123456:eni/eni-1", "acs:ecs:*:*:securitygroup/sg-1"
    enis = statement("ecs:TagResources", resource="acs:ecs:*:*:eni/*")
    no_groups = statement("ecs:TagResources", "Deny", resource="acs:ecs:*:*:securitygroup/*")

    assert judged(enis, action="ecs:TagResources", on=(one,)) is True
    assert judged(enis, action="ecs:TagResources", on=(one, two)) is False
    assert judged(enis, action="ecs:TagResources") is None
    assert judged(statement("*"), no_groups, action="ecs:TagResources", on=(one, two)) is False
    assert judged(statement("*"), no_groups, action="ecs:TagResources", on=(one,)) is True
