from __future__ import annotations

from pathlib import Path

import pytest

from eniguard.errors import ConfigError
from eniguard.settings import (
    ActorMatch,
    ControlTag,
    Guard,
    GuardLogStore,
    GuardRule,
    GuardTable,
    GuardTrail,
)
from eniguard.settings.guardfile import parse_policy, read_policy

EXAMPLE = Path(__file__).parents[3] / "guard.example.yml"
FULL = """\
guard:
  roles: [a-role]
  policies: [a-policy]
  trails:
    - name: a-trail
    - {name: b-trail, events: All, regions: [cn-hangzhou], sls_project: p, oss_bucket: b}
  event_rules:
    - name: a-rule
    - {name: b-rule, bus: own}
  functions: [a-function, service/b-function]
  stores:
    sls: [{project: p}, {project: p, logstore: l, days: 180}]
    oss: [b]
    tablestore: [{instance: i}, {instance: i, table: t}]
    kms: [s]
  control_tags: [{key: owned}, {key: creator, value: terway}]
"""


def test_every_part_of_the_section_reaches_the_policy() -> None:
    assert parse_policy(FULL).guard == Guard(
        roles=("a-role",),
        policies=("a-policy",),
        trails=(GuardTrail("a-trail"), GuardTrail("b-trail", "All", ("cn-hangzhou",), "p", "b")),
        event_rules=(GuardRule("a-rule", "default"), GuardRule("b-rule", "own")),
        functions=("a-function", "service/b-function"),
        log_stores=(GuardLogStore("p"), GuardLogStore("p", "l", 180)),
        buckets=("b",),
        tables=(GuardTable("i"), GuardTable("i", "t")),
        secrets=("s",),
        control_tags=(ControlTag("owned"), ControlTag("creator", "terway")),
    )


def test_nothing_is_the_guards_own_by_default() -> None:
    assert parse_policy("rules: {}").guard == Guard()


def test_deployers_are_named_like_controllers() -> None:
    deployers = parse_policy("actors: {deployers: [{role: pipeline}, {user: bob}]}").actors.deployers

    assert deployers == (ActorMatch(role="pipeline"), ActorMatch(user="bob"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("actors: {controllers: [alice]}", "actors.controllers.0"),
        ("actors: {deployers: [{role: pipeline}, 7]}", "actors.deployers.1"),
        ("routes: [{match: {actors: [alice]}, sinks: [a]}]", "routes.0.match.actors.0"),
    ],
)
def test_caller_that_does_not_say_by_what_it_is_known_is_told_how(text: str, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text)

    expected = "expected {user: …}, {role: …} or {principal_id: …}"
    assert f"guard.yml: {place}: Value error, {expected}" in str(caught.value)


@pytest.mark.parametrize(
    ("section", "place", "valid"),
    [
        (
            "{trail: []}",
            "guard.trail",
            "roles, policies, trails, event_rules, functions, stores, control_tags",
        ),
        ("{trails: [{nam: x}]}", "guard.trails.0.nam", "name, events, regions, sls_project, oss_bucket"),
        ("{event_rules: [{name: x, buss: y}]}", "guard.event_rules.0.buss", "name, bus"),
        ("{stores: {log: []}}", "guard.stores.log", "sls, oss, tablestore, kms"),
        ("{stores: {sls: [{project: p, ttl: 1}]}}", "guard.stores.sls.0.ttl", "project, logstore, days"),
        (
            "{stores: {tablestore: [{instance: i, tables: t}]}}",
            "guard.stores.tablestore.0.tables",
            "instance, table",
        ),
        ("{control_tags: [{key: k, vlaue: v}]}", "guard.control_tags.0.vlaue", "key, value"),
    ],
)
def test_unknown_key_is_an_error_that_names_the_valid_ones(section: str, place: str, valid: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_policy(f"guard: {section}")

    assert f"guard.yml: {place}: unknown key; valid here: {valid}" in str(caught.value)


def test_unknown_key_of_a_deployer_names_the_valid_ones() -> None:
    with pytest.raises(ConfigError, match=r"actors\.deployers\.0\.name: unknown key; valid here: role, user"):
        parse_policy("actors: {deployers: [{role: x, name: y}]}")


@pytest.mark.parametrize(
    "section",
    [
        "{trails: [{events: Write}]}",
        "{trails: [{name: x, events: Some}]}",
        "{stores: {sls: [{project: p, days: 0}]}}",
        "{event_rules: [just-a-name]}",
    ],
)
def test_value_that_cannot_be_is_an_error(section: str) -> None:
    with pytest.raises(ConfigError, match=r"guard\.yml: guard"):
        parse_policy(f"guard: {section}")


def test_example_shows_every_part_of_the_section() -> None:
    guard = read_policy(EXAMPLE).guard

    assert all(getattr(guard, name) for name in Guard.__struct_fields__)
