from __future__ import annotations

from typing import Any

import pytest

from eniguard.errors import ConfigError
from eniguard.events.calls import Call
from eniguard.events.user_identity import Identity
from eniguard.settings import Guard, Policy, RuleSettings
from eniguard.testing import ALICE, call, decided_in_order, role

GUARD = role("eniguard-remediate")
POLICY = Policy(guard=Guard(roles=("eniguard-remediate",)))


def put_back(
    minute: int, action: str = "ecs:RevokeSecurityGroup", by: Identity = GUARD, **parameters: Any
) -> Call:
    named = {"SecurityGroupId": "sg-1", **parameters}
    return call(action, by, time=f"2026-03-01T{12 + minute // 60:02}:{minute % 60:02}:00Z", **named)


def said(*calls: Call, policy: Policy = POLICY) -> list[list[str]]:
    """The subjects of SELF009, call by call."""
    decisions = decided_in_order(calls, policy=policy, only=["SELF009"])
    return [[finding.subject.id for finding in decision.findings] for decision in decisions]


def test_third_time_within_the_hour_is_a_loop_and_said_once() -> None:
    assert said(*(put_back(minute) for minute in (0, 20, 40, 50))) == [[], [], ["sg-1"], []]


def test_it_is_said_again_after_the_window_let_go_of_it() -> None:
    minutes = (0, 20, 40, 200, 210, 220)

    assert said(*(put_back(minute) for minute in minutes)) == [[], [], ["sg-1"], [], [], ["sg-1"]]


def test_calls_further_apart_are_no_loop() -> None:
    assert said(*(put_back(minute) for minute in (0, 40, 80, 120))) == [[], [], [], []]


@pytest.mark.parametrize(
    "calls",
    [
        [put_back(minute, by=ALICE) for minute in (0, 1, 2)],
        [put_back(minute, by=role("ops")) for minute in (0, 1, 2)],
        [put_back(minute, SecurityGroupId=f"sg-{minute}") for minute in (0, 1, 2)],
        [put_back(0), put_back(1), put_back(2, region="cn-beijing")],
    ],
)
def test_other_callers_resources_and_regions_do_not_count(calls: list[Call]) -> None:
    assert said(*calls) == [[], [], []]


def test_nothing_counts_when_guard_yml_names_no_role() -> None:
    assert said(*(put_back(minute) for minute in (0, 1, 2)), policy=Policy()) == [[], [], []]


def test_refused_calls_do_not_count() -> None:
    refused = [
        call("ecs:RevokeSecurityGroup", GUARD, error="Forbidden.RAM", SecurityGroupId="sg-1") for _ in "123"
    ]

    assert said(*refused) == [[], [], []]


def test_different_calls_on_one_resource_count_together() -> None:
    calls = [put_back(0), put_back(1, "ecs:RevokeSecurityGroupEgress"), put_back(2)]

    assert said(*calls) == [[], [], ["sg-1"]]


def test_eni_counts_and_not_the_groups_it_is_put_into() -> None:
    modify = "ecs:ModifyNetworkInterfaceAttribute"
    calls = [
        put_back(number, modify, NetworkInterfaceId="eni-1", SecurityGroupId=[f"sg-{number}"])
        for number in range(3)
    ]

    assert said(*calls) == [[], [], ["eni-1"]]


def test_event_rules_of_one_name_on_two_buses_are_not_the_same() -> None:
    buses = ("default", "far", "default", "far", None, "far")
    calls = [
        put_back(minute, "eventbridge:EnableRule", RuleName="events", EventBusName=bus)
        for minute, bus in enumerate(buses)
    ]

    assert said(*calls) == [[], [], [], [], ["default/events"], ["far/events"]]


@pytest.mark.parametrize(("hours", "within"), [(1, "an hour"), (2, "2 hours")])
def test_summary_tells_how_often_and_within_what(hours: int, within: str) -> None:
    tuned = Policy(guard=POLICY.guard, rules={"SELF009": RuleSettings(params={"hours": hours})})
    calls = [put_back(minute) for minute in (0, 1, 2)]

    (finding,) = decided_in_order(calls, policy=tuned, only=["SELF009"])[-1].findings

    assert finding.summary == f"the guard's role put sg-1 back 3 times within {within}"


def test_number_and_window_are_parameters() -> None:
    tuned = Policy(guard=POLICY.guard, rules={"SELF009": RuleSettings(params={"calls": 2, "hours": 2})})

    assert said(put_back(0), put_back(100), policy=tuned) == [[], ["sg-1"]]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("calls", 1, ">= 2"), ("calls", 10_001, "<= 10000"), ("hours", 0, ">= 1"), ("hours", 169, "<= 168")],
)
def test_numbers_with_which_it_could_never_speak_are_refused(name: str, value: int, told: str) -> None:
    tuned = Policy(guard=POLICY.guard, rules={"SELF009": RuleSettings(params={name: value})})

    with pytest.raises(ConfigError, match=rf"rules\.SELF009\.params: Expected `int` {told}"):
        said(put_back(0), policy=tuned)
