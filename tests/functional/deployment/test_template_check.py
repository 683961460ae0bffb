from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from eniguard.deployment.fc3_schema import published, violations
from eniguard.errors import ConfigError
from tests.functional.cli.recorded import run
from tests.functional.deployment.templates import OWN, REPOSITORY, TEMPLATE, changed, problems, resources

EVENT, LOG, SWEEP = "resources.trail_event.props", "resources.trail_log.props", "resources.sweep.props"
TRIGGER = f"{EVENT}.triggers[0].triggerConfig"
TIMER = "cronExpression: '@every 10m'"
HTTP_TRIGGER = """        - triggerName: page
          triggerType: http
          triggerConfig:
            authType: anonymous
            methods: [GET]
"""

#: What is changed in the template, and what is said of it.
BROKEN: dict[str, tuple[list[tuple[str, str]], str]] = {
    "unknown key": (
        [("memorySize: 512", "memorySizee: 512")],
        f"{LOG}.memorySizee: unknown key; did you mean memorySize?",
    ),
    "unknown key deep inside": (
        [("maxRetryTime: '100'", "maxRetryTimes: '100'")],
        f"{LOG}.triggers[0].triggerConfig.jobConfig.maxRetryTimes: unknown key; did you mean maxRetryTime?",
    ),
    "a timer configured in other words": (
        [(TIMER, "cron: '@every 10m'")],
        f"{SWEEP}.triggers[0].triggerConfig.cron: unknown key; valid here: cronExpression, enable, payload",
    ),
    "a trigger configured like one of another type": (
        [("triggerType: log", "triggerType: timer")],
        f"{LOG}.triggers[0].triggerConfig.functionParameter: unknown key; valid here: cronExpression, "
        "enable, payload",
    ),
    "no such time": (
        [(TIMER, "cronExpression: every 10 minutes")],
        f"{SWEEP}.triggers[0].triggerConfig.cronExpression: 'every 10 minutes' is no time; expected "
        "'@every 15m' or six fields from seconds on, as in '0 0/15 * * * *'",
    ),
    "a runtime that Function Compute does not have": (
        [("runtime: python3.10", "runtime: python3.11")],
        f"{LOG}.runtime: 'python3.11' is not valid; did you mean python3.1",
    ),
    "a pattern that is no JSON": (
        [('{"suffix":":ActionTrail:ApiCall"},', '{"suffix":":ActionTrail:ApiCall"}')],
        f"{TRIGGER}.eventRuleFilterPattern: is no JSON: ",
    ),
    "a pattern with an operator that does not exist": (
        [('{"suffix":":ActionTrail:ApiCall"}', '{"endswith":":ActionTrail:ApiCall"}')],
        f"{TRIGGER}.eventRuleFilterPattern: type: endswith is no operator; valid: prefix, suffix, contains, "
        "anything-but, numeric, cidr, exists",
    ),
    "a pattern that leaves out products": (
        [('{"type":[', '{"source":["acs.actiontrail"],"type":[')],
        f"{TRIGGER}.eventRuleFilterPattern: source: acs.actiontrail leaves out calls",
    ),
    "a rule that stops at the first error": (
        [("errorsTolerance: ALL", "errorsTolerance: NONE")],
        f"{TRIGGER}.runOptions.errorsTolerance: set ALL",
    ),
    "a rule without a dead-letter queue": (
        [("              deadLetterQueue:\n                Arn: ${vars.queue}\n", "")],
        f"{TRIGGER}.runOptions.deadLetterQueue: is missing",
    ),
    "an open choice of how the function is called": (
        [("            asyncInvocationType: true\n", "")],
        f"{TRIGGER}.asyncInvocationType: is missing",
    ),
    "a trigger after that of EventBridge": (
        [("\n  # The archive", f"{HTTP_TRIGGER}\n  # The archive")],
        f"{EVENT}.triggers[0]: put the trigger of EventBridge last",
    ),
    "vCPUs that do not go with the memory": (
        [("cpu: 0.5", "cpu: 1")],
        f"{LOG}.cpu: 1.0 does not go with 512 MB: a vCPU has 1 to 4 GB, so take 0.125 to 0.5",
    ),
    "a fraction of a vCPU that there is not": (
        [("cpu: 0.5", "cpu: 0.33")],
        f"{LOG}.cpu: 0.33 is no multiple of 0.05",
    ),
    "no timeout": (
        [("      timeout: 300\n", "")],
        f"{LOG}.timeout: is missing: the default is 3 seconds",
    ),
    "a role with capitals": (
        [("${vars.roles}-trail-log\n", "${vars.roles}-Trail-Log\n")],
        f"{LOG}.role: 'acs:ram::1234567890123456:role/eniguard-dev-Trail-Log' is no role in lower case",
    ),
    "a name that is none": (
        [("functionName: ${vars.prefix}-trail-log", "functionName: trail log")],
        f"{LOG}.functionName: 'trail log' is no name",
    ),
    "a name that stands twice": (
        [("functionName: ${vars.prefix}-trail-log", "functionName: ${vars.prefix}-sweep")],
        f"{SWEEP}.functionName: resources.trail_log has the same",
    ),
    "a number in the environment": (
        [("PYTHONPATH: /code/python", "PYTHONPATH: 1")],
        f"{LOG}.environmentVariables.PYTHONPATH: 1 is not of type 'string'",
    ),
    "a variable of the runtime": (
        [("PYTHONPATH: /code/python", "FC_REGION: cn-hangzhou")],
        f"{LOG}.environmentVariables.FC_REGION: the runtime sets those that begin so",
    ),
    "no logs": (
        [("    logConfig:\n      project: ${vars.logProject}\n", "    annotations:\n")],
        f"{LOG}.annotations.enableInstanceMetrics: unknown key",
    ),
    "a log trigger that reads the logs of its function": (
        [
            ("actiontrail_${vars.trail}", "${vars.prefix}"),
            ("project/${vars.trailProject}", "project/${vars.logProject}"),
        ],
        f"{LOG}.triggers[0].triggerConfig.sourceConfig.logstore: the function writes its logs into",
    ),
    "a log trigger without a role": (
        [("          invocationRole: ${vars.roles}-trail-log-trigger\n", "")],
        f"{LOG}.triggers[0].invocationRole: a trigger of the type log calls in the name of a role",
    ),
    "an interval that is too short": (
        [("triggerInterval: '30'", "triggerInterval: '1'")],
        f"{LOG}.triggers[0].triggerConfig.jobConfig.triggerInterval: '1'; expected 3 to 600, as a text",
    ),
    "an output of another resource": (
        [("description: Makes good", "description: ${resources.trail_log.output.functionArn}, makes good")],
        "resources.sweep.props.description: ${resources.trail_log.output.functionArn}: it is known after a "
        "deployment only",
    ),
    "a resource that is not there": (
        [("description: Makes good", "description: ${resources.trail_logs.props.functionName}, makes good")],
        "${resources.trail_logs.props.functionName}: there is no resource 'trail_logs'",
    ),
    "a variable of the environment without a default": (
        [("${env('ENIGUARD_TRAIL', 'example-trail')}", "${env('ENIGUARD_TRAIL')}")],
        "vars.trail: ${env('ENIGUARD_TRAIL')}: the variable ENIGUARD_TRAIL is not set",
    ),
    "an access that would have to be replaced": (
        [("access: default", "access: ${env('S_ACCESS', 'default')}")],
        "access: \"${env('S_ACCESS', 'default')}\": nothing is replaced here",
    ),
    "an action of the version before": (
        [("  sweep:\n", "  sweep:\n    actions:\n      post-deploy:\n        - run: ls\n")],
        "resources.sweep.actions.post-deploy: is never run",
    ),
    "another edition": ([("edition: 3.0.0", "edition: 1.0.0")], "edition: '1.0.0'; expected 3.0.0"),
}


def test_the_template_that_is_shipped_has_nothing_wrong_in_any_stage() -> None:
    assert problems(TEMPLATE) == []
    assert problems(TEMPLATE, OWN) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_template_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    changes, told = BROKEN[name]

    found = problems(changed(tmp_path, *changes))

    assert any(told in one for one in found), found


def test_a_function_without_logs_is_told(tmp_path: Path) -> None:
    text = TEMPLATE.read_text("utf-8")
    logs = re.search(r"    logConfig:\n(      .*\n)+", text)
    assert logs is not None

    found = problems(changed(tmp_path, (logs[0], "")))

    assert f"{LOG}.logConfig: is missing: the component then takes away the logs that are configured" in found


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, ("name: eniguard\n", "name: eniguard\nname: other\n"))

    done = run("template", "check", str(path))

    assert done.exit_code == 2
    assert "'name' stands twice" in done.stderr


def test_a_folder_that_is_taken_for_the_component_is_told(tmp_path: Path) -> None:
    path = changed(tmp_path)
    (tmp_path / "fc3").mkdir()

    assert problems(path) == [
        "fc3: what has this name beside the template is taken for the component: rename it"
    ]


def test_a_deployment_is_refused_while_values_of_documentation_are_left() -> None:
    found = problems(TEMPLATE, deploy=True)

    left = [one for one in found if "value of documentation" in one]
    assert [one.partition(":")[0] for one in left] == [
        name for name in OWN if name not in ("ENIGUARD_STAGE", "ENIGUARD_REGION")
    ]


def test_a_value_of_documentation_outside_of_the_variables_is_found_too(tmp_path: Path) -> None:
    path = changed(tmp_path, ("PYTHONPATH: /code/python", "PYTHONPATH: https://example.com"))

    found = problems(path, OWN, deploy=True)

    assert (
        f"{SWEEP}.environmentVariables.PYTHONPATH: 'https://example.com' is a value of documentation" in found
    )


def test_a_deployment_needs_the_code_of_every_function(tmp_path: Path) -> None:
    path = changed(tmp_path)
    before = problems(path, OWN, deploy=True)
    for name in resources():
        index = tmp_path / "build" / name / "index.py"
        index.parent.mkdir(parents=True)
        index.touch()

    assert f"{SWEEP}.code: ./build/sweep has no index.py: build the functions first" in before
    assert problems(path, OWN, deploy=True) == []


def test_variables_stand_in_a_file_beside_the_template_unless_the_environment_has_them(
    tmp_path: Path,
) -> None:
    path = changed(tmp_path)
    (tmp_path / ".env").write_text('ENIGUARD_STAGE="prod"\nENIGUARD_REGION=cn-beijing\n', "utf-8")

    props = resources({"ENIGUARD_REGION": "cn-shanghai"}, path)["sweep"]["props"]

    assert (props["functionName"], props["region"]) == ("eniguard-prod-sweep", "cn-shanghai")


def test_a_variable_beside_the_template_that_serverless_devs_would_replace_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path)
    (tmp_path / ".env").write_text("ENIGUARD_STAGE='$STAGE'\n", "utf-8")

    with pytest.raises(ConfigError, match=r"ENIGUARD_STAGE holds a \$"):
        problems(path)


def test_check_says_so_when_nothing_is_wrong_and_exits_with_2_when_something_is(tmp_path: Path) -> None:
    good = run("template", "check", str(TEMPLATE))
    bad = run("template", "check", str(changed(tmp_path, ("cpu: 0.5", "cpu: 0.33"))))

    assert (good.exit_code, good.stdout) == (0, "")
    assert good.stderr.endswith("template.yml: 6 functions, nothing wrong\n")
    assert bad.exit_code == 2
    assert f"{LOG}.cpu: 0.33 is no multiple of 0.05" in bad.stderr


def test_every_function_that_there_is_is_deployed() -> None:
    folders = {path.parent.name for path in REPOSITORY.glob("functions/*/index.py")}

    assert folders <= set(resources())


def test_every_variable_of_the_environment_has_a_default_and_every_name_its_stage() -> None:
    for name, resource in resources(OWN).items():
        props = resource["props"]
        assert props["functionName"] == f"eniguard-prod-{name.replace('_', '-')}"
        assert props["role"] == f"acs:ram::2000000000000001:role/{props['functionName']}"


def test_the_schema_is_the_published_one_byte_by_byte() -> None:
    path = REPOSITORY / "shared" / "eniguard" / "deployment" / "data" / "fc3.schema.json"

    assert sha256(path.read_bytes()).hexdigest() in (REPOSITORY / "docs" / "sources.md").read_text("utf-8")


def test_the_published_schema_lets_pass_what_is_refused_here() -> None:
    from jsonschema import Draft7Validator

    props = {**resources()["sweep"]["props"], "memorySizee": 512}

    assert list(Draft7Validator(published()).iter_errors(props)) == []
    assert list(violations(props)) == ["memorySizee: unknown key; did you mean memorySize?"]
