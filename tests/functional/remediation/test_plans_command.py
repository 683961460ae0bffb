"""``eniguard plans`` on a store, with the caller's identity from a fake cloud."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from eniguard.cli import plan_lines, plans_command
from eniguard.cli.connections import Connections
from tests.functional.cli.recorded import run
from tests.functional.remediation.conftest import Play
from tests.functional.remediation.plans import plan
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
        # The default was taken when the module was first loaded, whichever test that was in.
        environment.setitem(Connections.__init__.__kwdefaults__, "clock", scene.live.now)
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
    assert (again.exit_code, f"is {state}, decided by user/alice" in again.stderr) == (2, True)


def test_nobody_approves_a_plan_against_his_own_call(desk: Desk) -> None:
    desk.sit_down("mallory")

    result = desk.decide("approve")

    assert (result.exit_code, desk.shown()["state"]) == (2, "proposed")
    assert "somebody else has to decide" in result.stderr


def test_only_what_was_applied_is_undone(desk: Desk) -> None:
    result = desk.decide("undo")

    assert (result.exit_code, desk.shown()["undo_verdict"]) == (2, None)
    assert "only what was applied can be undone" in result.stderr


@pytest.mark.parametrize("word", ["show", "approve", "undo"])
def test_an_unknown_plan_is_an_error(desk: Desk, word: str) -> None:
    result = desk.plans(word, desk.plan_id[:8])

    assert (result.exit_code, f"there is no plan '{desk.plan_id[:8]}'" in result.stderr) == (2, True)
    assert "eniguard plans list" in result.stderr


def test_a_plan_that_has_expired_says_so(desk: Desk) -> None:
    desk.scene.plans().propose(plan("old", at=desk.scene.live.now() - 7200))

    result = desk.plans("approve", "old", "--region", "cn-hangzhou")

    assert (result.exit_code, "plan old expired at" in result.stderr) == (2, True)
    assert json.loads(desk.plans("list", "--format", "json").stdout)[-1]["state"] == "expired"
    assert "state       expired" in desk.plans("show", "old").stdout


def test_a_plan_that_is_only_shown_says_why(desk: Desk) -> None:
    desk.scene.group = desk.scene.make_group()
    desk.scene.opens_ssh()
    (shown,) = desk.scene.proposed("EXP001", forgeable=True)

    result = desk.plans("approve", shown.plan.id, "--region", "cn-hangzhou")

    assert result.exit_code == 2
    assert "is only shown" in result.stderr
    assert "by a way that anybody can use" in result.stderr


@pytest.mark.parametrize(
    ("key", "said"), [("", "env:SEAL has no value"), ("short", "5 bytes; 32 are needed")]
)
def test_whoever_has_no_key_is_told_which_one_is_needed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, key: str, said: str
) -> None:
    monkeypatch.setenv("SEAL", key)

    result = desk.decide("approve")

    assert (result.exit_code, desk.shown()["state"]) == (2, "proposed")
    assert "whoever decides needs env:SEAL (remediation.keys)" in result.stderr
    assert said in result.stderr


def test_whoever_may_not_read_the_key_is_told_what_to_allow(desk: Desk) -> None:
    # given
    desk.guard.write_text(desk.guard.read_text("utf-8").replace("env:SEAL", "kms:seal"), "utf-8")
    asked = {"SecretName": "seal", "SecretData": SEAL, "VersionId": "1"}
    desk.scene.cloud.call("kms:CreateSecret", desk.scene.cloud.account(), **asked)
    desk.scene.cloud.fail("kms:GetSecretValue", code="Forbidden.NoPermission", times=9)

    # when
    result = desk.decide("approve")

    # then
    assert (result.exit_code, desk.shown()["state"]) == (2, "proposed")
    assert "whoever decides needs kms:seal" in result.stderr
    assert "kms:GetSecretValue" in result.stderr


def test_a_decision_holds_also_when_the_function_is_not_reached(desk: Desk) -> None:
    result = desk.plans("approve", desk.plan_id, "--region", "cn-hangzhou", "--function", "example-remediate")

    assert (result.exit_code, desk.shown()["state"]) == (0, "approved")
    assert "example-remediate was not told to carry it out, and the sweep tells it again" in result.stderr


def test_plans_are_chosen_by_state_beyond_the_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(plans_command, "_PAGE", 2)
    desk.decide("reject")
    for _ in range(3):
        desk.scene.group = desk.scene.make_group()
        desk.scene.opens_ssh()
        desk.scene.proposed("EXP001")

    def listed(*options: str) -> list[str]:
        lines = desk.plans("list", "--format", "ndjson", *options).stdout.splitlines()
        return [json.loads(line)["state"] for line in lines]

    # then
    assert listed("--state", "rejected", "--limit", "1") == ["rejected"]
    assert listed("--state", "proposed") == ["proposed"] * 3
    assert listed("--state", "proposed", "--state", "rejected") == ["proposed"] * 3 + ["rejected"]
    assert listed("--state", "undone") == []
    assert "and more: see --limit" in desk.plans("list", "--limit", "3").stderr
    assert "and more" not in desk.plans("list", "--limit", "4").stderr


def test_the_states_to_choose_from_are_those_there_are() -> None:
    assert plans_command._STATES == plan_lines.STATES


def test_the_version_that_was_looked_at_is_decided_about_and_no_other(desk: Desk) -> None:
    version = desk.scene.record(desk.plan_id).plan.digest
    asked = ("approve", desk.plan_id, "--region", "cn-hangzhou", "--version")

    other = desk.plans(*asked, "0" * 64)
    left = desk.scene.record(desk.plan_id).state
    same = desk.plans(*asked, version)

    assert version in desk.plans("show", desk.plan_id).stdout
    assert (other.exit_code != 0, "another one was looked at" in other.stderr, left) == (
        True,
        True,
        "proposed",
    )
    assert (same.exit_code, desk.scene.record(desk.plan_id).state) == (0, "approved")
