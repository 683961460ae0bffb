"""``eniguard alerts preview`` of a finding that has a plan: it is told as far as guard.yml lets it go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from eniguard.settings.alerting import SinkKind
from tests.functional.cli.recorded import run, write

EVENTS = Path(__file__).parents[3] / "events"
OPENED = EVENTS / "exp" / "ssh-to-the-world.json"
KINDS: tuple[SinkKind, ...] = get_args(SinkKind)
PAGE = """
  approval:
    url: https://approve.example.com/
    issuer: https://login.example.com/realms/staff
    client_id: eniguard
    client_secret: kms:eniguard-oidc
    link_keys: {current: kms:eniguard-links}
    session_keys: {current: kms:eniguard-sessions}
    allowed:
      - {claim: groups, any_of: [network-security]}
    ram:
      - {claim: preferred_username, ram: user}
"""


def guard(folder: Path, mode: str, *, page: bool = True) -> Path:
    modes = f"  modes: [{{mode: '{mode}', rules: [EXP001]}}]"
    keys = "  keys: {current: kms:eniguard-seal}"
    text = "\n".join(("remediation:", keys, modes, PAGE if page else ""))
    return write(folder / "guard.yml", text.encode())


def previewed(policy: Path, kind: str = "webhook") -> dict[str, Any]:
    """The body that a sink would be sent; the plan's calls stand in it."""
    result = run("alerts", "preview", OPENED, "--sink", kind, "--policy", policy)
    assert result.exit_code == 0, result.output
    body: dict[str, Any] = json.loads(result.stdout)
    return body


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("plan", "It is only shown: the guard changes nothing here."),
        ("approve", "It waits for somebody to approve it, who is not the one who made the call."),
        ("auto", "It is being carried out; how it ends is told in another message."),
    ],
)
def test_preview_tells_the_plan_as_far_as_guard_yml_lets_it_go(tmp_path: Path, mode: str, says: str) -> None:
    data = previewed(guard(tmp_path, mode))["data"]

    (alert,) = data["alerts"]
    (plan,) = [one for one in data["blocks"] if one["heading"] == "Plan to put it right"]
    assert plan["lines"][0]["text"] == says
    assert alert["proposal"]["goes"] == mode
    assert alert["proposal"]["calls"] == [
        "ecs:RevokeSecurityGroup SecurityGroupId=sg-bp1openedgroups0001 "
        "SecurityGroupRuleId.1=sgr-bp1openedgroups0001"
    ]
    assert [one["text"] for one in plan["lines"] if one["label"] == "To take it back"] == [
        *alert["proposal"]["inverse"]
    ]
    assert ("Approve or reject the plan" in [one["label"] for one in data["links"]]) == (mode == "approve")


def test_preview_shows_where_the_page_is_without_a_token_and_what_to_do_without_one(tmp_path: Path) -> None:
    paged = previewed(guard(tmp_path, "approve"))["data"]
    plain = previewed(guard(tmp_path, "approve", page=False))["data"]

    assert paged["links"][0]["url"] == "https://approve.example.com/?plan=…"
    assert not any("approve.example.com" in one["url"] for one in plain["links"])
    assert f"eniguard plans approve {plain['alerts'][0]['proposal']['plan']}" in json.dumps(plain["blocks"])


def test_preview_of_a_rule_that_is_off_has_no_plan_and_tells_the_fix(tmp_path: Path) -> None:
    data = previewed(guard(tmp_path, "off"))["data"]

    headings = [one["heading"] for one in data["blocks"]]
    assert data["alerts"][0]["proposal"] is None
    assert "Fix" in headings
    assert "Plan to put it right" not in headings


@pytest.mark.parametrize("kind", KINDS)
def test_preview_tells_the_plan_in_every_chat(tmp_path: Path, kind: SinkKind) -> None:
    text = json.dumps(previewed(guard(tmp_path, "approve"), kind))

    assert "https://approve.example.com/" in text
    assert "eniguard plans show" in text
