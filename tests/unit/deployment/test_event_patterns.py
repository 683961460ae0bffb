from __future__ import annotations

import json

import pytest

from eniguard.deployment import pattern_problems

SIX = [{"suffix": f":{number}"} for number in range(6)]


@pytest.mark.parametrize(
    "pattern", [{"type": SIX[:5]}, {"data": {"eventName": ["a"] * 200}}, {"type": [{"exists": True}]}]
)
def test_a_pattern_within_the_limits_passes(pattern: object) -> None:
    assert list(pattern_problems(json.dumps(pattern))) == []


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ({"type": SIX}, "type: 6 conditions; a field may have 5"),
        ({"data": {"eventName": SIX}}, "data.eventName: 6 conditions; a field may have 5"),
        ({"types": ["a"]}, "types: no attribute of an event; valid: id, source,"),
        ({"type": "a"}, 'type: a list of values was expected, as in ["a"]'),
        ({"type": [{"prefix": "a", "suffix": "b"}]}, "type: prefix, suffix is no operator"),
        ({}, "takes every event of the bus or none"),
        ([], "takes every event of the bus or none"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_told(pattern: object, problem: str) -> None:
    (found,) = pattern_problems(json.dumps(pattern))

    assert found.startswith(problem)
