"""Rules of the user's own modules, through each command and the function that knows rules."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from eniguard.delivery.events import EventDelivery
from tests.functional.cli.recorded import event, process, run, state, succeeded, write

EXAMPLES = Path(__file__).parents[2] / "examples"
POLICY = EXAMPLES / "guard.yml"
DELETED = succeeded(requestParameters={"NetworkInterfaceId": "eni-fixed"})


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    """A call that ACME001 reports, with what is known of its ENI, and one that a packaged rule reports."""
    snapshot = state("eni-fixed", managed=False)
    snapshot["resources"]["ecs:NetworkInterface"][0] |= {
        "VSwitchId": "vsw-partners",
        "PrivateIpAddress": "10.0.0.5",
    }
    write(tmp_path / "trail" / "deleted.json", DELETED)
    write(tmp_path / "trail" / "deleted.state.json", snapshot)
    write(tmp_path / "trail" / "refused.json", event(number=2))
    write(tmp_path / "trail" / "expectations.yml", EXPECTED)
    return tmp_path / "trail"


EXPECTED = b"""\
deleted.json:
  - {rule: ACME001, severity: critical, subject: eni-fixed}
refused.json:
  - {rule: ENI001, severity: info, subject: eni-bp1example0001}
"""


def rows(*arguments: object) -> list[dict[str, Any]]:
    result = run(*arguments, "--policy", POLICY)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_list_has_them_after_the_packaged_ones_as_the_policy_tunes_them() -> None:
    *packaged, first, second = rows("rules", "list", "--format", "ndjson")

    assert {one["code"] for one in packaged} >= {"ENI001", "PFX018"}
    assert (first["code"], first["severity"], first["enabled"]) == ("ACME001", "critical", True)
    assert (second["code"], second["enabled"], second["actions"]) == ("ACME002", True, 0)


def test_show_says_what_a_rule_declares_and_where_it_is_defined() -> None:
    text = run("rules", "show", "acme001", "--policy", POLICY).stdout
    swept = run("rules", "show", "ACME002", "--policy", POLICY).stdout

    assert "defined in       acme_rules\n" in text
    assert 'default []; set to ["vsw-partners"]\n' in text
    assert "  vswitches are the ids of the vSwitches whose addresses are fixed.\n" in text
    assert "judged           by the sweep only\n" in swept
    assert "resources:\n  ecs:NetworkInterface\n" in swept
    assert "actions" not in swept


def test_show_of_a_packaged_rule_does_not_say_where_it_is_defined() -> None:
    assert "defined in" not in run("rules", "show", "ENI001", "--policy", POLICY).stdout


@pytest.mark.parametrize("jobs", [1, 2])
def test_replay_decides_with_them_in_every_process(trail: Path, jobs: int) -> None:
    arguments = ("replay", trail, "--expect", "-j", jobs, "--policy", POLICY, "--format", "ndjson")

    result = process(*arguments)

    assert (result.returncode, b"not as expected" in result.stderr) == (0, False)
    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()] == ["ACME001", "ENI001"]


def test_replay_keeps_one_of_them_alone(trail: Path) -> None:
    (finding,) = rows("replay", trail, "--rules", "acme001", "--format", "ndjson")

    assert finding["rule"] == "ACME001"


def test_explain_shows_what_one_looked_at(trail: Path) -> None:
    result = run("explain", trail / "deleted.json", "--rule", "ACME001", "--policy", POLICY)

    assert "yes eni-fixed lay in a vSwitch with fixed addresses: vsw-partners\n" in result.stdout
    assert "=> finding, critical, eni-fixed" in result.stdout


def test_explain_says_that_a_rule_of_the_sweep_looks_at_no_call(trail: Path) -> None:
    result = run("explain", trail / "deleted.json", "--rule", "ACME002", "--policy", POLICY)

    assert "ACME002  it looks at what stands there, not at calls\n" in result.stdout


def test_a_function_decides_with_them() -> None:
    stream = io.StringIO()
    environment = {"ENIGUARD_OFFLINE": "1", "ENIGUARD_POLICY": str(POLICY)}

    EventDelivery(environment, stream=stream).handle(json.dumps(DELETED), None)

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert "ACME001" in [line["rule"] for line in lines if line["kind"] == "undecided"]


def test_guard_schema_knows_their_codes_and_parameters() -> None:
    document = json.loads(run("generate", "schema", "--policy", POLICY).stdout)

    rules = document["properties"]["rules"]
    assert rules["additionalProperties"] is False
    assert {"modules", "ENI001", "ACME001", "ACME002"} <= set(rules["properties"])
    assert list(document["$defs"]["ACME001"]["properties"]["params"]["properties"]) == ["vswitches"]


@pytest.mark.parametrize(
    "command",
    [
        ("rules", "list"),
        ("rules", "show", "ENI001"),
        ("replay", "."),
        ("generate", "schema"),
        ("explain", "."),
    ],
    ids=" ".join,
)
def test_a_module_that_is_not_found_is_wrong_configuration(tmp_path: Path, command: tuple[str, ...]) -> None:
    policy = write(tmp_path / "guard.yml", b"rules: {modules: [acme_rulez]}\n")

    result = run(*command, "--policy", policy)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        f"eniguard: {policy}: rules.modules: no module 'acme_rulez'; did you mean acme_rules?"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"rules: {modules: acme_rules}", "rules.modules: Input should be a valid list, got 'acme_rules'"),
        (b"rules: {modules: [acme_rules], ACME003: {}}", "no rule 'ACME003'; did you mean ACME001?"),
        (
            b"rules: {modules: [acme_rules], ACME001: {params: {vswitch: []}}}",
            "rules.ACME001.params: unknown parameter 'vswitch'; did you mean vswitches? valid: vswitches",
        ),
        (
            b"rules: {modules: [acme_rules], ACME001: {params: {vswitches: [7]}}}",
            "rules.ACME001.params: Expected `str`, got `int`",
        ),
    ],
)
def test_what_guard_yml_says_wrongly_of_them_is_told_with_its_path(
    tmp_path: Path, text: bytes, told: str
) -> None:
    policy = write(tmp_path / "guard.yml", text)

    result = run("rules", "list", "--policy", policy)

    assert result.exit_code == 2
    assert f"eniguard: {policy}: {told}" in result.stderr


BROKEN = b"""
from eniguard.rules import Rule, SweepRule, kind

class Broken(Rule):
    code, name, severity = "ACME008", "acme-broken", "low"
    summary = why = advice = "Text."
    actions = frozenset(("ecs:DeleteNetworkInterface",))

    def evaluate(self, case):
        case.check("it gets so far", True)
        return case.nothing

class BrokenSweep(SweepRule):
    code, name, severity = "ACME009", "acme-broken-sweep", "low"
    summary = why = advice = "Text."
    kinds = (kind.ENI,)

    def evaluate(self, view, params, now):
        return view.nothing
"""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy with rules that raise."""
    name = f"broken_rules_{tmp_path.name.replace('-', '_')}"
    write(tmp_path / "modules" / f"{name}.py", BROKEN)
    monkeypatch.syspath_prepend(str(tmp_path / "modules"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    return write(tmp_path / "guard.yml", f"rules: {{modules: [{name}]}}\n".encode())


def _module(policy: Path) -> str:
    (module,) = (policy.parent / "modules").glob("broken_*.py")
    return module.stem


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_rule_that_raises_ends_no_replay_and_is_counted(trail: Path, broken: Path, jobs: int) -> None:
    write(trail / "alone.state.json", state("eni-1"))

    result = process("replay", trail, "-j", jobs, "--policy", broken, "--format", "ndjson")

    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()] == ["ENI001"]
    *summary, first, second = result.stderr.decode().splitlines()
    told = r"(\w+): the rule failed with AttributeError in (\w+, line \d+); cases without its answer: (\d)"
    found = [re.fullmatch(told, line) for line in (first, second)]
    assert [one and one.groups() for one in found] == [
        ("ACME008", f"{_module(broken)}, line 11", "2"),
        ("ACME009", f"{_module(broken)}, line 19", "1"),
    ]
    assert not [line for line in summary if "ACME00" in line], "it is not for want of facts"
    assert result.returncode == 0


def test_explain_shows_how_far_a_rule_came_before_it_raised(trail: Path, broken: Path) -> None:
    result = run("explain", trail / "refused.json", "--rule", "ACME008", "--policy", broken)

    assert (result.exit_code, "yes it gets so far\n" in result.stdout) == (0, True)
    assert "=> undecided: the rule failed with AttributeError in broken_rules_" in result.stdout


def test_an_inventory_is_written_although_a_rule_raises(trail: Path, broken: Path) -> None:
    snapshot = write(trail / "alone.state.json", state("eni-1"))

    result = run("inventory", "--state", snapshot, "--policy", broken, "--format", "ndjson")

    assert (result.exit_code, json.loads(result.stdout)["id"]) == (0, "eni-1")
    assert "undecided: ACME009: the rule failed with AttributeError in broken_rules_" in result.stderr


def test_pages_of_them_show_a_recorded_case(tmp_path: Path, trail: Path) -> None:
    # when
    arguments = ("--rules", "ACME001", "--events", trail, tmp_path / "pages")
    result = run("generate", "rule-pages", "--policy", POLICY, *arguments)

    # then
    assert (result.exit_code, result.stdout) == (0, "")
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {"index.md", "ACME001.md"}
    page = (tmp_path / "pages" / "ACME001.md").read_text(encoding="utf-8")
    assert "| defined in | `acme_rules` |\n" in page
    assert "From `deleted.json`, with the parameters that the guard reads:\n" in page
    assert '"summary": "eni-fixed had the address 10.0.0.5"' in page


def test_pages_with_cases_need_one_for_each_rule(tmp_path: Path, trail: Path) -> None:
    arguments = ("--rules", "ACME001,ACME002,ENI003", "--events", trail, tmp_path / "pages")
    result = run("generate", "rule-pages", "--policy", POLICY, *arguments)

    assert result.exit_code == 2
    assert "expectations.yml: no case that ENI003, ACME002 reports; add one, or choose" in result.stderr
    assert not (tmp_path / "pages").exists()


def test_pages_need_no_cases_at_all(tmp_path: Path) -> None:
    result = run("generate", "rule-pages", "--policy", POLICY, tmp_path / "pages")

    assert result.exit_code == 0
    page = (tmp_path / "pages" / "ACME002.md").read_text(encoding="utf-8")
    assert "## Example" not in page
    assert "| asked | by the sweep only |\n" in page


def test_a_case_that_a_rule_no_longer_reports_is_told(tmp_path: Path, trail: Path) -> None:
    write(trail / "expectations.yml", EXPECTED.replace(b"ENI001", b"ACME001"))
    write(trail / "deleted.state.json", state("eni-fixed", managed=False))

    arguments = ("--rules", "ACME001", "--events", trail, tmp_path / "pages")
    result = run("generate", "rule-pages", "--policy", POLICY, *arguments)

    assert result.exit_code == 2
    assert "deleted.json: no finding of ACME001 under this policy" in result.stderr
