"""What is read out of a template.yml, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eniguard.emulator import Function, functions_of
from eniguard.emulator.patterns import matches, read_pattern
from eniguard.emulator.python_runtime import interpreter
from eniguard.emulator.triggers import timers_of
from eniguard.errors import ConfigError
from tests.functional.emulator.folders import functions, props

TEMPLATE = """
edition: 3.0.0
name: guards
vars:
  region: ${env('GUARD_REGION', 'cn-hangzhou')}
  name: guard-${vars.region}
template:
  base:
    region: ${vars.region}
    runtime: python3.10
    handler: index.handler
    code: ./code
    timeout: 60
    environmentVariables: {MODE: dry-run, KEPT: "yes"}
    triggers: [{triggerName: one, triggerType: timer}]
resources:
  trail:
    component: fc3
    extend: {name: base, ignore: [timeout]}
    props:
      functionName: ${vars.name}
      environmentVariables: {MODE: apply, PEER: "${resources.sweeper.props.functionName}"}
      triggers: []
  sweeper:
    component: fc3
    extend: {name: base}
    props: {functionName: sweeper}
  domain:
    component: fc3-domain
    props: {}
"""


def read(folder: Path, text: str, **environment: str) -> list[Function]:
    (folder / "code").mkdir(exist_ok=True)
    path = folder / "template.yml"
    path.write_text(text, encoding="utf-8")
    return functions_of(path, environment)


def test_variables_environment_references_and_inheritance_are_filled_in(tmp_path: Path) -> None:
    trail, sweeper = read(tmp_path, TEMPLATE, GUARD_REGION="cn-beijing")

    assert (trail.name, trail.props.region) == ("guard-cn-beijing", "cn-beijing")
    assert trail.props.environment_variables == {"MODE": "apply", "KEPT": "yes", "PEER": "sweeper"}
    assert (trail.props.timeout, sweeper.props.timeout) == (3, 60)
    assert ([one.trigger_name for one in sweeper.props.triggers], trail.props.triggers) == (["one"], [])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("resources:", "resource:", "there is no resource 'sweeper'"),
        ("component: fc3\n", "component: fc2\n", "has no function"),
        (
            "${vars.region}\n    runtime",
            "${vars.nowhere}\n    runtime",
            r"\$\{vars.nowhere\}: there is no 'nowhere'",
        ),
        ("'GUARD_REGION', 'cn-hangzhou'", "'GUARD_REGION'", "the variable GUARD_REGION is not set"),
        ("guard-${vars.region}", "${vars.name}", "leads back to itself"),
        ("{name: base}", "{name: bass}", "template has no 'bass'"),
        ("timeout: 60", "timeout: an hour", r"resources.sweeper.props: Expected `int`"),
        ("MODE: dry-run", "MODE: 1", r"Expected `str`, got `int`.*environmentVariables"),
        ("runtime: python3.10", "runtime: java11", "java11 cannot be run here"),
        ("code: ./code", "code: ./build/trail", "make package"),
        ("functionName: sweeper", "functionName: guard-cn-hangzhou", "share guard-cn-hangzhou"),
        ("edition: 3.0.0", "edition: [", "not YAML"),
    ],
)
def test_template_that_cannot_be_run_is_refused_with_the_place(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in TEMPLATE

    with pytest.raises(ConfigError, match=expected):
        read(tmp_path, TEMPLATE.replace(old, new))


def test_missing_template_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        functions_of(tmp_path / "template.yml", {})


def test_bundle_runs_on_its_own_version_of_python_without_packages_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "code" / "python").mkdir(parents=True)
    (bundle,) = functions(tmp_path, props(runtime="python3.99"))

    with pytest.raises(ConfigError, match=r"guard: its bundle is for python3.99, and there is no python3.99"):
        interpreter(bundle)
    assert interpreter(bundle, "/opt/python3.99") == ("/opt/python3.99", "-S", "-s")


@pytest.mark.parametrize(
    ("pattern", "event", "taken"),
    [
        ('{"type":[{"suffix":":ApiCall"},{"suffix":":ConsoleOperation"}]}', {"type": "ecs:ApiCall"}, True),
        ('{"type":[{"suffix":":ApiCall"}]}', {"type": "ecs:Other"}, False),
        ('{"type":[{"suffix":":ApiCall"}]}', {}, False),
        ('{"source":["acs.ecs","acs.vpc"]}', {"source": "acs.vpc"}, True),
        ('{"data":{"serviceName":["Ecs"]}}', {"data": {"serviceName": "Ecs"}}, True),
        ('{"data":{"serviceName":["Ecs"]}}', {"data": {"serviceName": "Vpc"}}, False),
        ('{"data":{"serviceName":["Ecs"]}}', {"data": "Ecs"}, False),
        ('{"a":["x"],"b":["y"]}', {"a": "x", "b": "z"}, False),
        ('{"a":[{"prefix":"sg-"}]}', {"a": "sg-1"}, True),
        ('{"a":[{"contains":"no"}]}', {"a": "enough"}, True),
        ('{"a":[{"anything-but":["x","y"]}]}', {"a": "z"}, True),
        ('{"a":[{"anything-but":"x"}]}', {"a": "x"}, False),
        ('{"a":[{"exists":true}]}', {}, False),
        ('{"a":[{"exists":false}]}', {}, True),
        ('{"a":[{"prefix":"1"}]}', {"a": 1}, False),
        ('{"a":["x"]}', {"a": ["y", "x"]}, True),
    ],
)
def test_pattern_lets_through_what_agrees_with_it(pattern: str, event: dict[str, Any], taken: bool) -> None:
    assert matches(read_pattern(pattern), event) is taken


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{", "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"a": "x"}', "a is neither a list nor an object"),
        ('{"a": {"b": [{"cidr": "10.0.0.0/8"}]}}', "b: cidr is not evaluated here"),
        ('{"a": [{"prefix": "x", "suffix": "y"}]}', "prefix, suffix is not evaluated"),
    ],
)
def test_pattern_that_cannot_be_evaluated_is_refused(pattern: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        read_pattern(pattern)


def test_timers_run_by_interval_and_the_others_are_named(tmp_path: Path) -> None:
    def timer(name: str, expression: str, enable: bool = True) -> dict[str, Any]:
        config = {"cronExpression": expression, "enable": enable, "payload": name}
        return {"triggerName": name, "triggerType": "timer", "triggerConfig": config}

    triggers = [
        timer("a", "@every 15m"),
        timer("b", "@every 2h"),
        timer("c", "0 0 4 * * *"),
        timer("d", "@every 1m", False),
    ]

    timers, left = timers_of(functions(tmp_path, props(triggers=triggers)))

    assert [(one.name, one.seconds) for one in timers] == [("a", 900), ("b", 7200)]
    (line,) = left
    assert "the timer c (0 0 4 * * *) does not run here" in line
