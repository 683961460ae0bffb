"""``rules`` and ``generate``: what the catalogue says of itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eniguard.model import SEVERITIES
from eniguard.rules.base import Rule
from eniguard.rules.registry import AnyRule, catalogue, rule_named
from tests.functional.cli.recorded import event, process, run, write

PACKAGED = catalogue()
WITH_PARAMS = next(rule for rule in PACKAGED if msgspec.structs.fields(rule.Params))


def schema(*form: str) -> dict[str, Any]:
    result = run("generate", "schema", *form)
    assert result.exit_code == 0
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def definition(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["$defs"][document["$ref"].rsplit("/", 1)[-1]]
    return found


def test_list_has_every_packaged_rule_with_its_code_on_one_line() -> None:
    lines = process("rules", "list").stdout.decode().splitlines()

    rows = [line.split() for line in lines if re.match(r"[A-Z]+\d{3} ", line)]
    assert [row[0] for row in rows] == [rule.code for rule in PACKAGED]
    assert all(row[1] in SEVERITIES and row[2] in {"yes", "no", "idle"} for row in rows)
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_list_as_json_says_what_the_rules_declare(form: str) -> None:
    out = run("rules", "list", "--format", form).stdout

    rows = json.loads(out) if form == "json" else [json.loads(line) for line in out.splitlines()]
    first, rule = rows[0], rule_named("ENI001", PACKAGED)
    assert len(rows) == len(PACKAGED)
    assert first == {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "enabled": rule.enabled,
        "actions": len(rule.actions),
        "summary": rule.summary,
        "idle": None,
    }


def test_rule_that_can_say_nothing_under_the_policy_is_listed_as_idle_with_the_reason(tmp_path: Path) -> None:
    named = write(tmp_path / "guard.yml", b"guard: {roles: [guard-role]}\n")
    listing = ("rules", "list", "--format", "json", "--policy")

    without = {
        row["code"]: row for row in json.loads(run(*listing, write(tmp_path / "no.yml", b"{}\n")).stdout)
    }
    given = {row["code"]: row for row in json.loads(run(*listing, named).stdout)}
    sheet = run("rules", "show", "SELF011").stdout

    reason = "guard.yml names nothing under guard.roles"
    assert without["SELF011"]["enabled"] is True
    assert without["SELF011"]["idle"] == reason
    assert given["SELF011"]["idle"] is None
    assert f"idle             {reason}" in sheet.splitlines()


def test_list_follows_the_policy(tmp_path: Path) -> None:
    policy = write(tmp_path / "guard.yml", b"rules: {eni001: {enabled: false, severity: high}}\n")

    rows = json.loads(run("rules", "list", "--policy", policy, "--format", "json").stdout)

    assert (rows[0]["code"], rows[0]["enabled"], rows[0]["severity"]) == ("ENI001", False, "high")


def told_of_calls(rule: AnyRule) -> list[str]:
    return [*rule.actions, *rule.outcomes, *rule.actors] if issubclass(rule, Rule) else ["by the sweep only"]


@pytest.mark.parametrize("rule", PACKAGED, ids=lambda rule: rule.code)
def test_show_has_everything_a_rule_declares(rule: AnyRule) -> None:
    text = run("rules", "show", rule.code).stdout

    for said in (rule.name, rule.summary, rule.why, rule.advice, rule.severity, rule.false_positives):
        assert said in text
    for said in (*told_of_calls(rule), *rule.permissions, *getattr(rule, "kinds", ())):
        assert said in text
    for reference in rule.references:
        assert reference.document in text
    for parameter in msgspec.structs.fields(rule.Params):
        assert f"  {parameter.name}: " in text


def test_show_has_defaults_constraints_and_the_values_of_the_policy(tmp_path: Path) -> None:
    # given
    text = b'rules: {ENI012: {params: {accounts: ["2234567890123456"]}}}'
    policy = write(tmp_path / "guard.yml", text)

    # when
    sheet = json.loads(run("rules", "show", "ENI012", "--policy", policy, "--format", "json").stdout)
    lines = run("rules", "show", "ENI012", "--policy", policy).stdout.splitlines()

    # then
    (accounts,) = sheet["params"]
    assert (accounts["name"], accounts["default"]) == ("accounts", [])
    assert accounts["value"] == ["2234567890123456"]
    assert accounts["constraints"]["type"] == "array"
    (line,) = [line for line in lines if line.startswith("  accounts: type array; ")]
    assert line.endswith('; default []; set to ["2234567890123456"]')


def test_show_takes_a_code_in_any_case() -> None:
    assert run("rules", "show", "eni001").stdout.startswith("ENI001 managed-eni-write-refused\n")


def test_show_of_a_mistyped_code_gives_two_and_names_the_nearest() -> None:
    result = run("rules", "show", "ENI0O3")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "no rule 'ENI0O3'; did you mean ENI003?" in result.stderr


def test_a_wrong_parameter_is_told_with_the_file_it_stands_in(tmp_path: Path) -> None:
    policy = write(tmp_path / "guard.yml", b"rules: {QTA001: {params: {quota: 0}}}")

    for command in (("rules", "list"), ("rules", "show", "QTA001"), ("replay", tmp_path)):
        result = run(*command, "--policy", policy)

        assert result.exit_code == 2
        assert result.stderr.startswith(f"eniguard: {policy}: rules.QTA001.params: Expected `int` >= 1")


def test_a_rule_to_keep_that_does_not_exist_is_not_laid_at_the_door_of_guard_yml(tmp_path: Path) -> None:
    policy = write(tmp_path / "guard.yml", b"rules: {QTA001: {enabled: false}}")

    result = run("replay", tmp_path, "--policy", policy, "--rules", "ENI0O3")

    assert result.stderr.startswith("eniguard: no rule 'ENI0O3'; did you mean ENI003?")


def test_guard_schema_is_the_default_and_knows_the_parameters_of_each_rule() -> None:
    document = schema()

    assert document == schema("guard")
    rules = document["properties"]["rules"]
    assert rules["additionalProperties"] is False
    assert set(rules["properties"]) == {"modules", *(rule.code for rule in PACKAGED)}
    own = document["$defs"][WITH_PARAMS.code]["properties"]
    assert set(own["params"]["properties"]) == {
        field.encode_name for field in msgspec.structs.fields(WITH_PARAMS.Params)
    }
    assert own["params"]["additionalProperties"] is False
    assert set(own) == {"enabled", "severity", "params"}


@pytest.mark.parametrize("form", ["guard", "finding", "decision", "snapshot"])
def test_every_reference_in_a_schema_leads_somewhere(form: str) -> None:
    document = schema(form)

    references = re.findall(r'"\$ref": ?"#/\$defs/([^"]+)"', json.dumps(document))
    assert references
    assert set(references) <= set(document["$defs"])
    assert document["$schema"].endswith("2020-12/schema")


def test_finding_schema_names_the_fields_that_replay_writes(tmp_path: Path) -> None:
    write(tmp_path / "case.json", event())
    finding = json.loads(run("replay", tmp_path, "--format", "ndjson").stdout)

    found = definition(schema("finding"))

    assert set(found["properties"]) == set(finding)
    assert found["properties"]["schema"]["const"] == finding["schema"] == 1


def test_decision_schema_holds_findings_and_undecided() -> None:
    document = schema("decision")

    assert {"findings", "undecided", "actor"} <= set(definition(document)["properties"])
    assert {"Decision", "Finding", "Undecided"} <= set(document["$defs"])


def test_snapshot_schema_names_every_kind_and_its_id() -> None:
    kinds = definition(schema("snapshot"))["properties"]["resources"]["properties"]

    assert kinds["ecs:NetworkInterface"]["items"]["required"] == ["NetworkInterfaceId"]
    assert "vpc:CidrReservation" in kinds


def test_schema_of_something_else_gives_two_and_names_the_choices() -> None:
    result = run("generate", "schema", "events")

    assert result.exit_code == 2
    assert "'guard', 'finding', 'decision', 'snapshot'" in result.stderr
