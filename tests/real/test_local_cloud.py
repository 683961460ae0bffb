"""`make up`, `make scenario`, `make down`: a fake cloud and this repository's functions, as processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.functional.emulator.test_instances import gone

REPOSITORY = Path(__file__).parents[2]


def local(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", "--folder", str(folder), *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def template(tmp_path: Path) -> Path:
    def function(name: str, *triggers: dict[str, Any]) -> dict[str, Any]:
        hook = {"initializer": {"handler": "index.initialize", "timeout": 30}}
        return {
            "functionName": name,
            "region": "cn-hangzhou",
            "runtime": "python3.10",
            "handler": "index.handler",
            "code": str(REPOSITORY / "functions" / name.removeprefix("eniguard-").replace("-", "_")),
            "environmentVariables": {"ENIGUARD_REMEDIATE": "eniguard-remediate"},
            "role": f"acs:ram::1234567890123456:role/{name}",
            "timeout": 30,
            "memorySize": 256,
            "instanceLifecycleConfig": hook,
            "triggers": list(triggers),
        }

    pattern = {"type": [{"suffix": ":ActionTrail:ApiCall"}, {"suffix": ":ActionTrail:ConsoleOperation"}]}
    trigger = {
        "triggerName": "trail",
        "triggerType": "eventbridge",
        "triggerConfig": {"eventRuleFilterPattern": json.dumps(pattern)},
    }
    config = {"authType": "anonymous", "methods": ["POST"]}
    page = {"triggerName": "page", "triggerType": "http", "triggerConfig": config}
    props = {
        "trail_event": function("eniguard-trail-event", trigger, page),
        "remediate": function("eniguard-remediate"),
    }
    resources = {name: {"component": "fc3", "props": one} for name, one in props.items()}
    path = tmp_path / "template.yml"
    path.write_text(yaml.safe_dump({"resources": resources}), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "local"
    if (tmp_path / "local" / "running.json").exists():
        local(tmp_path / "local", "down")


def test_incidents_become_a_finding_and_a_plan_and_nothing_is_left_running(
    folder: Path, template: Path
) -> None:
    # when
    up = local(folder, "up", template)
    assert up.returncode == 0, up.stderr
    running = json.loads((folder / "running.json").read_text(encoding="utf-8"))
    again = local(folder, "up", template)
    scenario = local(folder, "scenario")
    down = local(folder, "down")

    # then
    assert running["cloud"] in up.stdout
    assert running["compute"] in up.stdout
    (page,) = running["http"]
    assert f"{page['address']}   (eniguard-trail-event, page)" in up.stdout
    assert (again.returncode, "it is up already" in again.stderr) == (1, True)
    finding, plan, outcome = map(json.loads, scenario.stdout.splitlines())
    assert (finding["kind"], finding["rule"], finding["action"]) == (
        "finding",
        "ENI001",
        "ecs:DeleteNetworkInterface",
    )
    assert finding["function"] == "eniguard-trail-event"
    assert finding["actor"]["name"] == "alice"
    assert (plan["kind"], plan["mode"]) == ("plan_proposed", "auto")
    assert (outcome["kind"], outcome["ended"], outcome["plan"]) == ("plan", "applied", plan["plan"])
    assert scenario.stderr.rstrip().endswith("now: 0")
    assert down.stdout.count("ended") == 2
    # Asked to end, not killed: it ends the functions itself.
    assert "ending the functions" in (folder / "functions.log").read_text(encoding="utf-8")
    assert gone(running["cloud_pid"])
    assert gone(running["compute_pid"])
    assert local(folder, "down").returncode == 1


def test_template_that_cannot_be_served_leaves_nothing_running(folder: Path, tmp_path: Path) -> None:
    up = local(folder, "up", tmp_path / "nowhere.yml")

    assert up.returncode == 1
    assert "nowhere.yml: cannot be read" in up.stderr
    assert not (folder / "running.json").exists()


def test_scenario_needs_what_up_starts(folder: Path) -> None:
    ended = local(folder, "scenario")

    assert (ended.returncode, "`make up` starts it" in ended.stderr) == (1, True)
