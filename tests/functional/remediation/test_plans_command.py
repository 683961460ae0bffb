"""``eniguard plans`` on a store, with the caller's identity from a fake cloud."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.functional.cli.recorded import run
from tests.functional.remediation.conftest import Play
from tests.functional.remediation.scene import GUARD, Scene

SEAL = "k" * 40


@pytest.fixture
def desk(play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(play(), tmp_path, monkeypatch)


class Desk:
    """A shell with a guard.yml and somebody's keys."""

    def __init__(self, scene: Scene, folder: Path, environment: pytest.MonkeyPatch) -> None:
        self.scene = scene
        self._environment = environment
        self.guard = folder / "guard.yml"
        self.guard.write_text(f"state: {{url: 'sqlite:///{scene.path}'}}\n{GUARD}  mode: approve\n", "utf-8")
        environment.setenv("SEAL", SEAL)
        environment.setenv("ENIGUARD_ENDPOINTS", f"*={scene.live.server.address}/{{product}}/{{region}}")
        environment.setattr("time.time", scene.live.now)
        self.sit_down("alice")
        scene.make_eni()
        scene.opens_ssh()
        (record,) = scene.proposed("EXP001")
        self.plan_id = record.plan.id

    def sit_down(self, user: str) -> None:
        keys = self.scene.cloud.account(user)
        self._environment.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", keys.access_key_id)
        self._environment.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", keys.access_key_secret)
        self._environment.delenv("ALIBABA_CLOUD_SECURITY_TOKEN", raising=False)

    def plans(self, *arguments: str) -> Result:
        return run("plans", *arguments, "--policy", self.guard)

    def decide(self, word: str) -> Result:
        return self.plans(word, self.plan_id, "--region", "cn-hangzhou")

    def shown(self) -> dict[str, Any]:
        return dict(json.loads(self.plans("show", self.plan_id, "--format", "json").stdout))


def test_plans_are_listed_and_shown_with_their_calls_and_what_takes_them_back(desk: Desk) -> None:
    listed = desk.plans("list", "--format", "ndjson")
    shown = desk.plans("show", desk.plan_id)

    assert [json.loads(line)["id"] for line in listed.stdout.splitlines()] == [desk.plan_id]
    assert "ecs:RevokeSecurityGroup" in shown.stdout
    assert "ecs:AuthorizeSecurityGroup" in shown.stdout
    assert "SourceCidrIp=0.0.0.0/0" in shown.stdout
    assert desk.plan_id[:8] in desk.plans("list").stdout


@pytest.mark.parametrize(("word", "state"), [("approve", "approved"), ("reject", "rejected")])
def test_a_plan_is_decided_by_the_caller_that_ram_knows(desk: Desk, word: str, state: str) -> None:
    result = desk.decide(word)

    assert result.exit_code == 0, result.stderr
    record = desk.shown()
    assert record["state"] == state
    approver = record["verdict"]["approver"]
    assert (approver["by"], approver["name"]) == ("ram", "user/alice")
    again = desk.decide(word)
    assert (again.exit_code, "does not hold" in again.stderr) == (2, True)


def test_nobody_approves_a_plan_against_his_own_call(desk: Desk) -> None:
    desk.sit_down("mallory")

    result = desk.decide("approve")

    assert (result.exit_code, desk.shown()["state"]) == (2, "proposed")
    assert "somebody else has to decide" in result.stderr


def test_only_what_was_applied_is_undone(desk: Desk) -> None:
    result = desk.decide("undo")

    assert (result.exit_code, desk.shown()["undo_verdict"]) == (2, None)


def test_an_unknown_plan_is_an_error(desk: Desk) -> None:
    result = desk.plans("show", "nothing")

    assert (result.exit_code, "there is no plan nothing" in result.stderr) == (2, True)
