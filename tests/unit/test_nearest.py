"""A wrong name is answered with the one that was probably meant."""

from __future__ import annotations

import pytest

from eniguard.events.catalog import APIS
from eniguard.nearest import nearest
from eniguard.rules.registry import catalogue

CODES = [rule.code for rule in catalogue()]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("ENI0O1", "ENI001"),
        ("ENI0O3", "ENI003"),
        ("ENI-01", "ENI001"),
        ("ENI 3", "ENI003"),
        ("SELF1", "SELF001"),
        ("SELF12", "SELF012"),
        ("SLR0l1", "SLR011"),
        ("SG044", "SG004"),
        ("EN001", "ENI001"),
        ("IEN001", "ENI001"),
        ("pfx0008", "PFX008"),
        ("ENI0031", "ENI003"),
    ],
)
def test_a_code_is_told_from_its_neighbours(given: str, meant: str) -> None:
    assert nearest(given, CODES) == [meant]


def test_a_code_with_one_wrong_character_is_never_answered_with_one_that_is_further() -> None:
    wrong = [(code, f"{code[:place]}#{code[place + 1 :]}") for code in CODES for place in range(len(code))]

    for _, given in wrong:
        (found,) = nearest(given, CODES)

        assert sum(one != other for one, other in zip(found, given, strict=True)) == 1, (given, found)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("ecs:DeleteNetworkInterfaces", "ecs:DeleteNetworkInterface"),
        ("DeleteNetworkInterface", "ecs:DeleteNetworkInterface"),
        ("vpc:DeleteNetworkInterface", "ecs:DeleteNetworkInterface"),
        ("ecs:deletenetworkinterface", "ecs:DeleteNetworkInterface"),
        ("ecs:AuthoriseSecurityGroup", "ecs:AuthorizeSecurityGroup"),
        ("ecs:RevokeSecurityGroupIngress", "ecs:RevokeSecurityGroupEgress"),
        ("ecs:TagResource", "ecs:TagResources"),
    ],
)
def test_an_action_is_told_from_its_neighbours(given: str, meant: str) -> None:
    assert nearest(given, APIS) == [meant]


@pytest.mark.parametrize(
    ("given", "names", "meant"),
    [
        ("hour", ["hours", "calls"], "hours"),
        ("vswitch", ["accounts", "vswitches"], "vswitches"),
        ("minuets", ["hours", "minutes"], "minutes"),
        ("cals", ["canals", "calls"], "calls"),
        ("Berlin", ["Cuba", "Iran", "Europe/Berlin"], "Europe/Berlin"),
    ],
)
def test_of_short_lists_the_name_is_meant_that_shares_most(given: str, names: list[str], meant: str) -> None:
    assert nearest(given, names) == [meant]


def test_of_equals_the_first_comes_first_and_no_more_than_wanted() -> None:
    assert nearest("b3", ["b1", "b2", "c3"], most=2) == ["b1", "b2"]


def test_names_that_share_too_little_are_not_offered() -> None:
    assert nearest("ab", ["cd", "abc"], alike=0.6) == ["abc"]
    assert nearest("ab", ["cd"], alike=0.6) == []
    assert nearest("ab", []) == []


def test_a_name_of_any_length_is_answered() -> None:
    assert nearest("x" * 1_000_000, CODES)
