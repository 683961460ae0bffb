"""The sections ``state`` and ``regions`` of guard.yml."""

from __future__ import annotations

import pytest

from eniguard.cli.schemas import guard_schema
from eniguard.errors import ConfigError
from eniguard.settings import StateSettings
from eniguard.settings.guardfile import parse_policy


def test_every_part_of_the_section_reaches_the_policy() -> None:
    text = "state: {url: 'rediss://guard@redis.example.com:6379/0', password: 'kms:redis', prefix: 'prod:'}"

    assert parse_policy(text).state == StateSettings(
        "rediss://guard@redis.example.com:6379/0", "kms:redis", "prod:"
    )


@pytest.mark.parametrize(
    "url",
    [
        "memory:",
        "sqlite:///state.db",
        "redis://redis.example.com/0",
        "tablestore://example.cn-hangzhou/guard",
        "env:ENIGUARD_STATE",
        "kms:guard/state",
    ],
)
def test_store_is_named_by_a_url_or_by_a_reference_to_one(url: str) -> None:
    assert parse_policy(f"state: {{url: '{url}'}}").state == StateSettings(url)


def test_nothing_is_said_of_state_and_regions_by_default() -> None:
    policy = parse_policy("rules: {}")

    assert (policy.state, policy.regions) == (None, None)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("{url: 'redis://:s3cret@h/0'}", "state.url: Value error, holds a password; put a reference"),
        ("{url: 'redis://u:s3cret@h/0'}", "state.url: Value error, holds a password; put a reference"),
        ("{url: 'redis://h/0?password=s3cret'}", "state.url: Value error, holds a password"),
        ("{url: 's3cret'}", "state.url: Value error, names no store; expected one of memory, sqlite, redis"),
        ("{url: 'env:s3cret s3cret'}", "state.url: Value error, names no store"),
        ("{url: 'redis://[s3cret/0'}", "state.url: Value error, is no url"),
        (
            "{url: 'redis://h/0', password: s3cret}",
            "state.password: Value error, expected env:NAME or kms:NAME",
        ),
        (
            "{url: 'redis://h/0', password: 'env:not/s3cret'}",
            "state.password: Value error, expected env:NAME",
        ),
        ("{url: 'memory:', password: 'env:S'}", "state: Value error, password goes with a url of redis://"),
        (
            "{url: 'env:S', password: 'env:s3cret'}",
            "state: Value error, password goes with a url of redis://",
        ),
        ("{url: 'memory:', prefix: 's3cret s3cret'}", "state.prefix: String should match pattern"),
        ("{prefix: s3cret}", "state.url: Field required"),
        ("'redis://u:s3cret@h/0'", "state: expected a mapping of keys"),
    ],
)
def test_wrong_section_is_an_error_that_repeats_no_value(section: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_policy(f"state: {section}")

    assert f"guard.yml: {message}" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_unknown_key_names_the_valid_ones() -> None:
    with pytest.raises(ConfigError, match=r"state\.uri: unknown key; valid here: url, password, prefix"):
        parse_policy("state: {url: 'memory:', uri: x}")


def test_regions_reach_the_policy_each_once() -> None:
    text = "regions: [cn-hangzhou, ap-southeast-1, cn-hangzhou, cn-shanghai-finance-1]"

    assert parse_policy(text).regions == ("cn-hangzhou", "ap-southeast-1", "cn-shanghai-finance-1")


@pytest.mark.parametrize("regions", ["[]", "[Hangzhou]", "['cn-hangzhou/x']", "cn-hangzhou", "['']"])
def test_regions_that_cannot_be_are_an_error(regions: str) -> None:
    with pytest.raises(ConfigError, match=r"guard\.yml: regions"):
        parse_policy(f"regions: {regions}")


def test_schema_shows_both_sections() -> None:
    schema = guard_schema()

    assert {"state", "regions"} <= schema["properties"].keys()
    assert set(schema["$defs"]["StateSection"]["properties"]) == {"url", "password", "prefix"}
