"""What replay and explain show of plans: the same code as in a function, and nothing that could apply one."""

from __future__ import annotations

import json

from tests.functional.cli.recorded import run
from tests.functional.deployment.templates import REPOSITORY

SSH = REPOSITORY / "events" / "exp"
GUARD = REPOSITORY / "events" / "guard.yml"


def _recorded() -> str:
    (path,) = [str(one) for one in SSH.glob("ssh-to-the-world.json*") if "state" not in one.name]
    return path


def test_replay_shows_the_plans_in_place_of_the_findings() -> None:
    result = run("replay", _recorded(), "--plan", "--format", "ndjson")

    (plan,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert plan["rule"] == "EXP001"
    assert plan["mode"] == "plan"
    assert plan["calls"][0]["action"] == "ecs:RevokeSecurityGroup"
    assert plan["inverse"][0]["parameters"]["Permissions.1.SourceCidrIp"] == "0.0.0.0/0"
    assert "ecs:DescribeSecurityGroupAttribute" in plan["permissions"]


def test_replay_shows_a_sheet_for_each_plan_and_an_empty_list_without_one() -> None:
    sheet = run("replay", _recorded(), "--plan")
    none = run(
        "replay", str(REPOSITORY / "events" / "eni"), "--plan", "--format", "json", "--skip-unreadable"
    )

    assert "undo by     ecs:AuthorizeSecurityGroup" in sheet.stdout
    assert "mode        plan" in sheet.stdout
    assert {one["rule"] for one in json.loads(none.stdout)} <= {"ENI012"}


def test_explain_shows_the_plan() -> None:
    result = run("explain", _recorded())

    assert result.exit_code == 0
    assert "call        ecs:RevokeSecurityGroup" in result.stdout
