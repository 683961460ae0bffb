"""The sections ``alerts``, ``sinks``, ``routes`` and ``waivers`` of guard.yml."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from eniguard.cli.schemas import guard_schema
from eniguard.errors import ConfigError
from eniguard.rule_modules import registry_of
from eniguard.settings import (
    ActorMatch,
    AlertSettings,
    ControlTag,
    FindingMatch,
    Policy,
    Route,
    Sink,
    Waiver,
)
from eniguard.settings.compiled import compile_policy, parse_compiled
from eniguard.settings.guardfile import parse_policy

FULL = """\
alerts: {group_minutes: 15, internal_hosts: [Chat.corp.example.com]}
sinks:
  - name: oncall
    kind: dingtalk
    url: kms:url
    secret: kms:sign
    language: zh
    time_zone: Asia/Shanghai
    mention: [13800000000, all]
  - {name: archive, kind: webhook, url: 'env:HOOK', secret: 'env:HMAC'}
routes:
  - {match: {severity: high, families: [eni, SG]}, sinks: [oncall], continue: true}
  - sinks: [archive]
waivers:
  - id: teardown
    match:
      rules: [eni001, ENI001]
      actors: [{role: pipeline}]
      resources: [eni-1]
      tags: {team: payments, frozen: null}
      cidrs: [203.0.113.0/24, 2001:DB8::/32, 198.51.100.7]
      accounts: ["1234567890123456"]
      regions: [cn-hangzhou]
      owners: [nat.aliyuncs.com]
    owner: jane@example.com
    reason: ticket 123
    expires: 2026-12-31
"""
SINKS = """\
sinks:
  - {name: a, kind: slack, url: 'kms:a'}
  - {name: b, kind: slack, url: 'kms:b'}
"""
WAIVER = "{{id: w, match: {match}, owner: {owner}, reason: {reason}, expires: {expires}}}"


def moment(*parts: int) -> float:
    return datetime(*parts, tzinfo=timezone.utc).timestamp()  # type: ignore[arg-type,misc]


def waivers(
    match: str = "{rules: [ENI001]}", owner: str = "o", reason: str = "r", expires: str = "2026-12-31"
) -> str:
    return f"waivers: [{WAIVER.format(match=match, owner=owner, reason=reason, expires=expires)}]"


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as error:
        parse_policy(text)
    return str(error.value)


def test_every_part_of_the_sections_reaches_the_policy() -> None:
    policy = parse_policy(FULL)

    assert policy.alerts == AlertSettings(15, ("chat.corp.example.com",))
    assert policy.sinks == (
        Sink("oncall", "dingtalk", "kms:url", "kms:sign", "zh", "Asia/Shanghai", ("13800000000", "all")),
        Sink("archive", "webhook", "env:HOOK", "env:HMAC"),
    )
    assert policy.routes == (
        Route(("oncall",), FindingMatch(families=("ENI", "SG"), severity="high"), go_on=True),
        Route(("archive",)),
    )
    match = FindingMatch(
        rules=("ENI001",),
        actors=(ActorMatch(role="pipeline"),),
        resources=("eni-1",),
        tags={"team": "payments", "frozen": None},
        cidrs=("203.0.113.0/24", "2001:db8::/32", "198.51.100.7/32"),
        accounts=("1234567890123456",),
        regions=("cn-hangzhou",),
        owners=("nat.aliyuncs.com",),
    )
    end = moment(2027, 1, 1)
    assert policy.waivers == (Waiver("teardown", match, "jane@example.com", "ticket 123", end),)


def test_policy_json_says_the_same(tmp_path: Path) -> None:
    guard = tmp_path / "guard.yml"
    guard.write_text(FULL, "utf-8")

    compiled = parse_compiled(compile_policy(guard), Path("policy.json"))

    assert compiled == parse_policy(FULL, source="guard.yml")


def test_nothing_is_waived_or_sent_by_default() -> None:
    policy = parse_policy("rules: {}")

    assert (policy.alerts, policy.sinks, policy.routes, policy.waivers) == (AlertSettings(), (), (), ())


@pytest.mark.parametrize(
    ("expires", "end"),
    [
        ("2026-12-31", moment(2027, 1, 1)),
        ("'2026-12-31'", moment(2027, 1, 1)),
        ("2026-12-31T18:00:00+08:00", moment(2026, 12, 31, 10)),
        ("2026-12-31T18:00:00Z", moment(2026, 12, 31, 18)),
        ("'2026-12-31T18:00:00+08:00'", moment(2026, 12, 31, 10)),
    ],
)
def test_waiver_ends_with_its_last_day_in_utc_or_at_its_time(expires: str, end: float) -> None:
    assert parse_policy(waivers(expires=expires)).waivers[0].expires == end


@pytest.mark.parametrize(
    ("expires", "problem"),
    [
        ("2026-12-31T18:00:00", "has no zone"),
        ("'2026-12-31T18:00:00'", "expected a day, as in 2026-12-31"),
        ("20261231", "expected a day"),
        ("never", "expected a day"),
        ("'2026-02-30'", "expected a day"),
        ("9999-12-31", "lies beyond the calendar"),
        ("null", "expected a day"),
    ],
)
def test_end_of_a_waiver_that_is_no_day_and_no_time_is_refused(expires: str, problem: str) -> None:
    text = refused(waivers(expires=expires))

    assert text.startswith("guard.yml: waivers.0.expires: ")
    assert problem in text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (waivers(owner="''"), "waivers.0.owner"),
        (waivers(reason="' '"), "waivers.0.reason"),
        (waivers(match="{}"), "waivers.0.match: Value error, matches everything; give at least one part"),
        (
            waivers(match="{cidrs: [203.0.113.5/24]}"),
            "waivers.0.match.cidrs.0: Value error, has host bits set; the block begins at 203.0.113.0/24",
        ),
        (waivers(match="{cidrs: [world]}"), "waivers.0.match.cidrs.0: Value error, is no block"),
        (waivers(match="{actors: [{}]}"), "waivers.0.match.actors.0: Value error, name a role, a user"),
        (
            waivers(match="{rule: [ENI001]}"),
            "waivers.0.match.rule: unknown key; valid here: rules, families, severity, actors, resources, "
            "tags, cidrs, accounts, regions, owners",
        ),
        (waivers(match="{actors: [{name: x}]}"), "actors.0.name: unknown key; valid here: role, user"),
        (
            "alerts: {group: 1}",
            "alerts.group: unknown key; valid here: group_minutes, internal_hosts, ca_file",
        ),
        ("alerts: {group_minutes: 0}", "alerts.group_minutes"),
        ("alerts: {internal_hosts: ['https://x/']}", "alerts.internal_hosts.0"),
        (
            "sinks: [{name: a, kind: slack, url: 'kms:a', colour: red}]",
            "sinks.0.colour: unknown key; valid here: name, kind, url, secret, language, time_zone, mention",
        ),
        ("sinks: [{name: a, kind: irc, url: 'kms:a'}]", "sinks.0.kind: Input should be 'dingtalk', 'feishu'"),
        ("sinks: [{name: a, kind: webhook, url: 'kms:a'}]", "sinks.0: Value error, a webhook needs a secret"),
        (
            "sinks: [{name: a, kind: wecom, url: 'kms:a', secret: 'kms:b'}]",
            "sinks.0: Value error, wecom signs nothing: leave secret out",
        ),
        (
            "sinks: [{name: a, kind: slack, url: 'kms:a', time_zone: Asia/Shanghay}]",
            "sinks.0.time_zone: Value error, is no time zone; did you mean Asia/Shanghai?",
        ),
        ("sinks: [{name: a, kind: slack, url: 'kms:a', time_zone: ../UTC}]", "is no time zone"),
        (SINKS.replace("name: b", "name: a"), "sinks.1.name: 'a' stands twice"),
        (
            SINKS + "routes: [{sinks: [a], go_on: true}]",
            "routes.0.go_on: unknown key; valid here: match, sinks, continue",
        ),
        (SINKS + "routes: [{sinks: []}]", "routes.0.sinks"),
        (SINKS + "routes: [{sinks: [aa]}]", "routes.0.sinks: no sink 'aa'; did you mean a?"),
        ("routes: [{sinks: [a]}]", "routes.0.sinks: no sink 'a'; the section sinks names none"),
        (
            SINKS + "routes: [{sinks: [a], match: {severity: low}}]",
            "routes.0.match: the last route takes what",
        ),
        (SINKS + "routes: [{sinks: [a]}, {sinks: [b]}]", "routes.0: has no match, so that the routes below"),
        (SINKS + "routes: [{sinks: [a], continue: true}]", "routes.0.continue: there is no route below"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_what_would_be_right(text: str, problem: str) -> None:
    assert problem in refused(text)


def test_two_waivers_with_one_id_are_refused() -> None:
    one = WAIVER.format(match="{rules: [ENI001]}", owner="o", reason="r", expires="2026-12-31")

    assert refused(f"waivers: [{one}, {one}]") == "guard.yml: waivers.1.id: 'w' stands twice"


@pytest.mark.parametrize(
    "sink",
    [
        "{name: a, kind: slack, url: 'https://hooks.example.com/s3cret'}",
        "{name: a, kind: slack, url: s3cret}",
        "{name: a, kind: slack, url: 'env:s3cret s3cret'}",
        "{name: a, kind: dingtalk, url: 'kms:a', secret: SECs3cret}",
        "{name: 's3cret with blanks', kind: slack, url: 'kms:a'}",
        "{name: a, kind: s3cret, url: 'kms:a'}",
        "{name: a, kind: slack, url: 'kms:a', mention: ['s3cret s3cret']}",
        "{name: a, kind: slack, url: [s3cret]}",
        "{name: a, kind: slack, url: 'kms:a', 'https://example.com/s3cret': x}",
        "https://example.com/s3cret",
    ],
)
def test_no_value_of_a_sink_is_repeated(sink: str) -> None:
    text = refused(f"sinks: [{sink}]")

    assert "guard.yml: sinks.0" in text
    assert "s3cret" not in text


def test_no_value_of_a_sink_is_repeated_where_sections_do_not_fit_together() -> None:
    sink = "{name: a, kind: slack, url: 'kms:s3cret'}"

    assert "s3cret" not in refused(f"sinks: [{sink}, {sink}]")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            waivers(match="{rules: [ENI01X]}".replace("01X", "099")),
            "waivers.w.match.rules: no rule 'ENI099'; did you mean ENI0",
        ),
        (
            waivers(match="{families: [ENY]}"),
            "waivers.w.match.families: no family of rules 'ENY'; did you mean ENI?",
        ),
        (
            SINKS + "routes: [{match: {rules: [SG044]}, sinks: [a]}, {sinks: [b]}]",
            "routes.0.match.rules: no rule 'SG044'; did you mean SG004?",
        ),
    ],
)
def test_rules_and_families_that_do_not_exist_are_named_with_the_nearest(text: str, problem: str) -> None:
    policy = parse_policy(text)

    with pytest.raises(ConfigError) as error:
        registry_of(policy)

    assert str(error.value).startswith("guard.yml: ")
    assert problem in str(error.value)


def test_rules_and_families_that_exist_are_taken_in_any_case() -> None:
    assert registry_of(parse_policy(waivers(match="{rules: [eni001], families: [eni, Self]}"))).rules


def test_tags_of_waivers_are_control_tags() -> None:
    text = "guard: {control_tags: [{key: creator, value: terway}, {key: team, value: payments}]}\n" + waivers(
        match="{tags: {team: payments, frozen: null}}"
    )

    assert parse_policy(text).guard.control_tags == (
        ControlTag("creator", "terway"),
        ControlTag("team", "payments"),
        ControlTag("frozen"),
    )


def test_schema_knows_the_sections() -> None:
    schema = guard_schema()

    assert {"alerts", "sinks", "routes", "waivers"} <= set(schema["properties"])
    assert set(schema["$defs"]["RouteEntry"]["properties"]) == {"match", "sinks", "continue"}
    assert schema["$defs"]["WaiverEntry"]["properties"]["expires"]["type"] == "string"
    assert sorted(schema["$defs"]["WaiverEntry"]["required"]) == ["expires", "id", "match", "owner", "reason"]


def test_defaults_of_a_policy_route_nothing() -> None:
    assert Policy().sinks == Policy().routes == ()
