from __future__ import annotations

import json
from pathlib import Path

import pytest

from eniguard.cli.ram_pages import role_pages
from eniguard.deployment import event_pattern, policy_problems, registry_for
from eniguard.deployment.event_patterns import judged_writes
from eniguard.errors import ConfigError
from eniguard.events.catalog import APIS
from eniguard.rules.registry import Registry
from eniguard.settings import DEFAULT_POLICY
from eniguard.settings.guardfile import read_policy
from tests.functional.cli.recorded import run
from tests.functional.deployment.templates import (
    EXAMPLE_POLICY,
    REPOSITORY,
    TEMPLATE,
    changed,
    resources,
    roles,
)

PAGE = REPOSITORY / "docs" / "permissions.md"
GIVEN = ("--template", str(TEMPLATE), "--policy", str(EXAMPLE_POLICY))


def pattern_of_the_template() -> object:
    (trigger,) = resources()["trail_event"]["props"]["triggers"]
    return json.loads(trigger["triggerConfig"]["eventRuleFilterPattern"])


def test_the_pattern_in_the_template_is_the_generated_one() -> None:
    policy = read_policy(EXAMPLE_POLICY)

    assert pattern_of_the_template() == event_pattern(registry_for("trail_event", policy))
    assert pattern_of_the_template() == json.loads(run("generate", "event-pattern").stdout)


def test_the_page_has_the_policies_that_are_generated_for_the_template() -> None:
    written = PAGE.read_text(encoding="utf-8").partition("ram-policy --format markdown -->\n")[2]

    assert written == role_pages(roles().values()), "run make permissions-page"


def test_a_pattern_by_name_has_exactly_the_writes_that_enabled_rules_judge() -> None:
    registry = Registry(DEFAULT_POLICY, only=["SG009"])

    found = event_pattern(registry, by_name=True)

    assert found["data"]["eventName"] == sorted({APIS[action].name for action in judged_writes(registry)})
    assert all(APIS[action].write for action in judged_writes(registry))
    assert found["type"] == event_pattern(registry)["type"]


def test_no_pattern_where_no_rule_judges_a_write() -> None:
    with pytest.raises(ConfigError, match="no enabled rule judges a write"):
        event_pattern(Registry(DEFAULT_POLICY, only=[]))


def test_one_policy_is_written_as_ram_takes_it() -> None:
    every = json.loads(run("generate", "ram-policy", *GIVEN).stdout)
    name = "eniguard-dev-sweep"

    assert list(every) == list(roles())
    assert json.loads(run("generate", "ram-policy", name, *GIVEN).stdout) == every[name]["policy"]
    assert json.loads(run("generate", "ram-policy", name, "--trust", *GIVEN).stdout) == every[name]["trust"]


def test_the_roles_of_a_member_account_trust_the_functions_that_take_them_and_no_others(
    tmp_path: Path,
) -> None:
    entry = '{id: "6543210987654321", role: eniguard-reader, remediation_role: eniguard-writer}'
    guard = _guard(
        tmp_path, f"accounts: [{entry}]\nremediation: {{mode: approve, keys: {{current: env:SEAL}}}}\n"
    )

    found = json.loads(run("generate", "ram-policy", "--account", "6543210987654321", *guard).stdout)

    functions = {"eniguard-reader": ["trail-log", "trail-event", "trail-file", "sweep"]}
    functions["eniguard-writer"] = ["remediate"]
    trusted = {name: one["trust"]["Statement"][0]["Principal"]["RAM"] for name, one in found.items()}
    assert trusted == {
        name: [f"acs:ram::1234567890123456:role/eniguard-dev-{one}" for one in named]
        for name, named in functions.items()
    }
    for one in found.values():
        assert list(policy_problems(one["policy"])) == []
        assert list(policy_problems(one["trust"], trust=True)) == []
    reads = found["eniguard-reader"]["policy"]["Statement"]
    assert [one["Resource"] for one in reads] == ["*"]
    assert "actiontrail:LookupEvents" in reads[0]["Action"]


@pytest.mark.parametrize("account", ["1234567890123456", "6543210987654321", "1"])
def test_no_roles_for_an_account_in_which_no_function_takes_one(tmp_path: Path, account: str) -> None:
    entries = "accounts:\n  - {id: '1234567890123456', role: own}\n"
    shown = "  - {id: '6543210987654321', remediation_role: eniguard-writer}\nremediation: {mode: plan}\n"

    done = run("generate", "ram-policy", "--account", account, *_guard(tmp_path, entries + shown))

    assert (done.exit_code, done.stdout) == (2, "")
    assert f"no function takes a role in account {account}: name a role" in done.stderr


def _guard(folder: Path, text: str) -> tuple[str, ...]:
    guard = folder / "guard.yml"
    guard.write_text(text, encoding="utf-8")
    return ("--template", str(TEMPLATE), "--policy", str(guard))


def test_no_policy_for_a_template_with_something_wrong(tmp_path: Path) -> None:
    path = changed(tmp_path, ("cpu: 0.5", "cpu: 0.33"))

    done = run("generate", "ram-policy", "--template", str(path))

    assert done.exit_code == 2
    assert "cpu: 0.33 is no multiple of 0.05" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no-such-role", *GIVEN], "has no role 'no-such-role'; there are eniguard-dev-trail-log"),
        (["--trust", *GIVEN], "--trust needs the name of a role"),
        (["--template", "no-such-template.yml"], "no-such-template.yml: cannot be read"),
    ],
)
def test_what_cannot_be_written_is_told_and_exits_with_2(arguments: list[str], told: str) -> None:
    done = run("generate", "ram-policy", *arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
