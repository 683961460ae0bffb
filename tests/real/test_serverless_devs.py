"""Serverless Devs, unmodified, renders template.yml as the check does, and asks nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.functional.deployment.templates import OWN, TEMPLATE, changed, problems, resources

#: The node of the environment the tests run in, which a package brings.
NODE = Path(sys.executable).parent / "node"
SERVERLESS = Path(__file__).parent / "serverless"
COMMAND = SERVERLESS / "node_modules" / "@serverless-devs" / "s" / "bin" / "s"


class Previewed:
    """What ``s preview``, or another command, said of a template."""

    def __init__(
        self, template: Path, home: Path, environment: Mapping[str, str], command: str = "preview"
    ) -> None:
        self.asked = home / "asked.txt"
        # Otherwise every command reports on itself, and looks for a newer version once a day.
        config = home / ".s" / "config"
        config.mkdir(parents=True)
        (home / ".s" / "set-config.yml").write_text("analysis: disable\n", encoding="utf-8")
        looked = {"lastUpdateCheck": int(time.time() * 1000)}
        (config / "update-notifier.json").write_text(json.dumps(looked), encoding="utf-8")
        given = {
            "HOME": str(home),
            "PATH": f"{NODE.parent}{os.pathsep}{os.defpath}",
            "NODE_OPTIONS": f"--require {SERVERLESS / 'no_network.cjs'}",
            "NETWORK_ASKED": str(self.asked),
            **environment,
        }
        self.done = subprocess.run(
            [NODE, COMMAND, command, "-t", template.name, "-o", "json"],
            cwd=template.parent,
            env=given,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def document(self) -> dict[str, Any]:
        assert self.done.returncode == 0, self.done.stdout + self.done.stderr
        text = self.done.stdout
        found: dict[str, Any] = json.loads(text[text.index("{") :])
        return found

    @property
    def props(self) -> dict[str, Any]:
        return {name: one["props"] for name, one in self.document["resources"].items()}


def checked(path: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    return {name: one["props"] for name, one in resources(environment, path).items()}


@pytest.mark.parametrize("environment", [{}, OWN], ids=["documentation", "own"])
def test_the_template_is_rendered_as_the_check_reads_it(environment: dict[str, str], tmp_path: Path) -> None:
    previewed = Previewed(TEMPLATE, tmp_path, environment)

    assert previewed.props == checked(TEMPLATE, environment)
    assert "${" not in json.dumps(previewed.props)
    assert not previewed.asked.exists(), previewed.asked.read_text("utf-8")


def test_a_command_that_asks_over_the_network_would_be_seen(tmp_path: Path) -> None:
    verified = Previewed(TEMPLATE, tmp_path, {}, "verify")

    assert verified.done.returncode != 0
    assert "connect api.devsapp.cn" in verified.asked.read_text("utf-8")


def test_variables_beside_the_template_count_for_both_unless_the_environment_has_them(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    path = changed(folder)
    (folder / ".env").write_text(
        "ENIGUARD_STAGE=\"prod\" # not dev\nENIGUARD_TRAIL='org trail'\nENIGUARD_REGION=cn-beijing\n", "utf-8"
    )
    environment = {"ENIGUARD_REGION": "cn-shanghai"}

    previewed = Previewed(path, tmp_path / "home", environment)

    assert previewed.props == checked(path, environment)
    assert previewed.props["sweep"]["functionName"] == "eniguard-prod-sweep"
    assert previewed.props["sweep"]["region"] == "cn-shanghai"


def test_what_it_cannot_render_is_a_problem_for_the_check_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    path = changed(folder, ("${env('ENIGUARD_TRAIL', 'example-trail')}", "${env('ENIGUARD_TRAIL')}"))

    previewed = Previewed(path, tmp_path / "home", {})

    assert previewed.done.returncode == 1
    assert "ENIGUARD_TRAIL" in previewed.done.stdout + previewed.done.stderr
    assert any("ENIGUARD_TRAIL is not set" in one for one in problems(path))


def test_what_it_takes_in_silence_is_a_problem_for_the_check(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    path = changed(folder, ("memorySize: 512", "memorySizee: 512"), ("cronExpression:", "cron:"))

    previewed = Previewed(path, tmp_path / "home", {})

    assert previewed.props["trail_log"]["memorySizee"] == 512
    assert [one.partition(":")[0] for one in problems(path)] == [
        "resources.trail_log.props.memorySizee",
        "resources.sweep.props.triggers[0].triggerConfig.cronExpression",
        "resources.sweep.props.triggers[0].triggerConfig.cron",
    ]
