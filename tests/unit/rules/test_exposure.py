"""The exposure of groups, held against an evaluation by hand, and what holds of it whatever the rules are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from eniguard.events.values import PERMISSION_FIELDS, Permission
from eniguard.model import Decision
from eniguard.model.kinds import PREFIX_LIST
from eniguard.rules.exp.addresses import is_wide, of_text
from eniguard.rules.exp.reach import newly_wide, reach
from eniguard.rules.exp.resolved import Resolved, resolve
from eniguard.rules.exp.services import port, services_of
from eniguard.rules.exp.spans import covers, holds, meet, merged, minus, size, union
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import call, decided, findings, group_item, snapshot, undecided
from tests.unit.rules.exposed_groups import (
    LISTS,
    POINTS,
    RULES,
    Rule,
    cell,
    open_by_hand,
    verdicts_by_hand,
    wide_by_hand,
)

ONLY = ["EXP001", "EXP002"]
SOME_RULES = st.lists(RULES, max_size=5)
WIDE_PREFIXES = st.integers(1, 8)
#: Sets of small numbers that touch and overlap in every way.
NUMBERS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda one: (one[0], one[0] + one[1]))
)


def resolved(rules: Sequence[Rule], lists: dict[str, list[str]] | None = None) -> list[Resolved]:
    known = LISTS if lists is None else lists

    def entries(kind: str, list_id: str) -> tuple[str, ...]:
        assert kind == PREFIX_LIST
        return tuple(known[list_id])

    return [
        resolve(
            "ingress", Permission(**{PERMISSION_FIELDS[key]: value for key, value in rule.items()}), entries
        )
        for rule in rules
    ]


def service(point: tuple[str, int]) -> int:
    protocol, number = point
    if number >= 0:
        return port(protocol, number)
    ((only, _),) = services_of(protocol, ("-1/-1",)) or ()
    return only


def judged(
    before: Sequence[Rule],
    added: Sequence[Rule],
    wide_prefix: int = 8,
    lists: dict[str, list[str]] | None = None,
) -> Decision:
    numbers = count(1)
    items = [
        {
            "SecurityGroupRuleId": f"sgr-{next(numbers)}",
            "SecurityGroupId": "sg-1",
            "Direction": "ingress",
            **one,
        }
        for one in before
    ]
    state = snapshot(
        {
            "ecs:SecurityGroup": [group_item("sg-1", False)],
            "ecs:SecurityGroupRule": items,
            "ecs:PrefixList": [
                {"PrefixListId": name, "Entries": {"Entry": [{"Cidr": text} for text in texts]}}
                for name, texts in (LISTS if lists is None else lists).items()
            ],
        }
    )
    tuned = RuleSettings(params={"wide_prefix": wide_prefix})
    one = call(
        "ecs:AuthorizeSecurityGroup", SecurityGroupId="sg-1", Permissions=[dict(rule) for rule in added]
    )
    return decided(one, state=state, policy=Policy(rules=dict.fromkeys(ONLY, tuned)), only=ONLY)


def codes(decision: Decision) -> list[str]:
    assert undecided(decision) == []
    return [code for code, severity, _ in findings(decision) if severity == "high"]


@settings(max_examples=2500, deadline=None)
@given(SOME_RULES, st.lists(RULES, min_size=1, max_size=3), WIDE_PREFIXES)
def test_what_is_reported_is_what_an_evaluation_by_hand_finds(
    before: list[Rule], added: list[Rule], wide_prefix: int
) -> None:
    assert codes(judged(before, added, wide_prefix)) == verdicts_by_hand(before, added, wide_prefix)


@settings(max_examples=500, deadline=None)
@given(SOME_RULES, st.sampled_from(POINTS), st.integers(0, 255), st.sampled_from((4, 6)))
def test_an_address_gets_through_where_an_evaluation_by_hand_lets_it(
    rules: list[Rule], point: tuple[str, int], number: int, family: int
) -> None:
    (address, _), *_ = of_text(f"{number}.1.2.3" if family == 4 else f"{number:02x}01::3") or ()
    through = holds(reach(resolved(rules), service(point)), address)
    assert through == bool(open_by_hand(rules, point) & cell(family, number))


@given(SOME_RULES, st.sampled_from(POINTS), WIDE_PREFIXES)
def test_width_is_what_counting_by_hand_gives(
    rules: list[Rule], point: tuple[str, int], wide_prefix: int
) -> None:
    by_hand = wide_by_hand(open_by_hand(rules, point), wide_prefix)
    assert is_wide(reach(resolved(rules), service(point)), wide_prefix) == by_hand


@settings(max_examples=200, deadline=None)
@given(SOME_RULES, st.lists(RULES, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_permissions_and_of_entries_changes_no_verdict(
    before: list[Rule], added: list[Rule], shuffled: random.Random
) -> None:
    def mixed(some: Sequence[Any]) -> list[Any]:
        return shuffled.sample(some, len(some))

    lists = {name: mixed(texts) for name, texts in LISTS.items()}
    assert codes(judged(mixed(before), mixed(added), lists=lists)) == codes(judged(before, added))


@given(NUMBERS, NUMBERS, WIDE_PREFIXES)
def test_more_addresses_are_never_less_wide(
    one: list[tuple[int, int]], more: list[tuple[int, int]], wide_prefix: int
) -> None:
    def blocks(numbers: list[tuple[int, int]]) -> Any:
        found = [of_text(f"{number * 6}.0.0.0/{8 - last % 8}") for number, last in numbers]
        return union([addresses for addresses in found if addresses is not None])

    inner, outer = blocks(one), blocks([*one, *more])
    assert covers(outer, inner)
    assert is_wide(outer, wide_prefix) >= is_wide(inner, wide_prefix)


@given(SOME_RULES, SOME_RULES, st.sampled_from(POINTS))
def test_more_drop_rules_never_let_more_in(
    rules: list[Rule], more: list[Rule], point: tuple[str, int]
) -> None:
    drops = [{**rule, "Policy": "drop"} for rule in more]
    before, after = resolved(rules), resolved([*rules, *drops])
    assert covers(reach(before, service(point)), reach(after, service(point)))
    assert not newly_wide(before, after, service(point), 8)


@settings(max_examples=300, deadline=None)
@given(SOME_RULES, st.lists(RULES, min_size=1, max_size=3), SOME_RULES)
def test_a_group_with_more_drop_rules_is_reported_for_no_more(
    before: list[Rule], added: list[Rule], more: list[Rule]
) -> None:
    accepting = [rule for rule in before if rule["Policy"] == "drop"]
    drops = [{**rule, "Policy": "drop"} for rule in more]
    assert set(codes(judged([*accepting, *drops], added))) <= set(codes(judged(accepting, added)))


@given(NUMBERS, NUMBERS)
def test_sets_agree_with_those_of_python(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    def plain(pieces: list[tuple[int, int]]) -> set[int]:
        return {number for first, last in pieces for number in range(first, last + 1)}

    mine, theirs = merged(one), merged(other)
    for found, by_python in (
        (mine, plain(one)),
        (union((mine, theirs)), plain(one) | plain(other)),
        (meet(mine, theirs), plain(one) & plain(other)),
        (minus(mine, theirs), plain(one) - plain(other)),
    ):
        assert found == merged([(number, number) for number in by_python])
        assert size(found) == len(by_python)
    assert covers(mine, theirs) == (plain(other) <= plain(one))
    assert all(holds(mine, number) for number in plain(one))
