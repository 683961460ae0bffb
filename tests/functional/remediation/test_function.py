"""The function remediate as it is deployed: its role is the generated one, and RAM enforces it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eniguard.delivery.remediate import RemediateDelivery
from eniguard.deployment import permission_policy, policy_problems, roles_of
from eniguard.errors import Denied
from eniguard.remediation.box import Plans
from eniguard.remediation.keys import seal_of
from eniguard.remediation.remedies import REMEDIES
from eniguard.settings.guardfile import parse_policy
from fakealiyun import Keys
from tests.functional.cloud.conftest import REGION
from tests.functional.deployment.templates import resources
from tests.functional.remediation.conftest import Play
from tests.functional.remediation.plans import ALICE
from tests.functional.remediation.scene import GUARD, Scene

SECRET = "s" * 40
WRITES = {action for one in REMEDIES.values() for action in (one.action, one.inverse)}


def _actions(remediation: str, name: str = "eniguard-dev-remediate") -> set[str]:
    policy = parse_policy(f"{GUARD}  {remediation}\n")
    (role,) = [one for one in roles_of(resources(), policy) if one.name == name]
    assert list(policy_problems(permission_policy(role))) == []
    return {need.action for need in role.needs}


@pytest.mark.parametrize(
    ("remediation", "writes"),
    [
        ("mode: plan", set()),
        ("mode: 'off'", set()),
        (
            "modes: [{mode: auto, rules: [SELF001]}]",
            {"actiontrail:StartLogging", "actiontrail:StopLogging"},
        ),
        (
            "modes: [{mode: approve, rules: [EXP007], tags: {env: dev}}]",
            {"ecs:RevokeSecurityGroup", "ecs:AuthorizeSecurityGroup"},
        ),
        ("modes: [{mode: 'off', rules: [EXP]}, {mode: approve, rules: [EXP]}]", set()),
        ("mode: approve", WRITES),
    ],
)
def test_the_role_may_write_what_the_modes_let_it_and_nothing_else(
    remediation: str, writes: set[str]
) -> None:
    assert _actions(remediation) & WRITES == writes


@pytest.mark.parametrize("name", ["trail-event", "trail-log", "trail-file", "sweep"])
def test_no_other_function_may_write(name: str) -> None:
    assert _actions("mode: approve", f"eniguard-dev-{name}") & WRITES == set()


class Deployed:
    """The function with its generated role."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self._scene = scene
        self.log = io.StringIO()
        text = f"state: {{url: 'sqlite:///{scene.path}'}}\n{GUARD}  mode: approve\n"
        guard = folder / "guard.yml"
        guard.write_text(text, encoding="utf-8")
        self.policy = parse_policy(text)
        self.environment = {
            "ENIGUARD_POLICY": str(guard),
            "ENIGUARD_ENDPOINTS": f"*={scene.live.server.address}/{{product}}/{{region}}",
            "SEAL": SECRET,
        }
        roles = {one.name: one for one in roles_of(resources(), self.policy)}
        document = permission_policy(roles["eniguard-dev-remediate"])
        self.keys = scene.cloud.role("eniguard-dev-remediate", document)

    def call(self, payload: object, keys: Keys | None = None) -> dict[str, Any]:
        held, scene = keys or self.keys, self._scene
        context = SimpleNamespace(
            request_id="r-1",
            credentials=SimpleNamespace(
                access_key_id=held.access_key_id,
                access_key_secret=held.access_key_secret,
                security_token=held.token,
            ),
            function=SimpleNamespace(name="remediate", handler="index.handler", memory=256, timeout=60),
            service=SimpleNamespace(name=""),
            region=REGION,
            account_id=scene.cloud.account_id,
        )
        delivery = RemediateDelivery(
            self.environment, clock=scene.live.now, sleep=scene.live.sleep, stream=self.log
        )
        answer = delivery.handle(json.dumps(payload).encode(), context)
        return {} if answer is None else dict(json.loads(answer))

    def approve(self, plan_id: str, *, undo: bool = False) -> None:
        now = self._scene.live.now()
        seal = seal_of(self.policy.remediation, lambda _: SECRET)
        plans = Plans(self._scene.store, seal, clock=self._scene.live.now)
        plan = self._scene.record(plan_id).plan
        if undo:
            plans.decide_undo(plan_id, seal.verdict(plan, ALICE, approved=True, at=now, purpose="undo"))
        else:
            plans.decide(plan_id, seal.verdict(plan, ALICE, approved=True, at=now))

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [
            line for text in self.log.getvalue().splitlines() if (line := json.loads(text))["kind"] == kind
        ]


def test_a_plan_is_carried_out_and_undone_with_the_rights_of_the_generated_role(
    play: Play, tmp_path: Path
) -> None:
    # given
    scene = play()
    scene.make_eni()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    deployed = Deployed(scene, tmp_path)
    plan_id = proposed.plan.id
    deployed.approve(plan_id)

    # when
    answer = deployed.call({"plan": plan_id})

    # then
    assert answer == {"plan": plan_id, "state": "applied", "refused": None}
    assert ("22/22", "0.0.0.0/0") not in scene.rules()
    (line,) = deployed.lines("plan")
    assert (line["ended"], line["approver"]["name"]) == ("applied", "user/alice")
    assert line["steps"][-1]["request_id"]
    deployed.approve(plan_id, undo=True)
    assert deployed.call({"plan": plan_id})["state"] == "undone"
    assert ("22/22", "0.0.0.0/0") in scene.rules()
    assert SECRET not in deployed.log.getvalue()


def test_a_verdict_of_another_key_is_refused_without_a_look(play: Play, tmp_path: Path) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    scene.approve(proposed.plan.id)
    deployed = Deployed(scene, tmp_path)
    before = len(scene.cloud.trail.events)

    # when
    answer = deployed.call({"plan": proposed.plan.id})

    # then
    assert "does not hold" in answer["refused"]
    assert len(scene.cloud.trail.events) == before


def test_a_role_without_the_right_is_told_of_and_the_plan_stays_resumable(play: Play, tmp_path: Path) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    deployed = Deployed(scene, tmp_path)
    deployed.approve(proposed.plan.id)
    reader = scene.cloud.role(
        "reader",
        {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:Describe*", "Resource": "*"}]},
    )

    # when
    with pytest.raises(Denied, match="RevokeSecurityGroup"):
        deployed.call({"plan": proposed.plan.id}, reader)

    # then
    assert scene.record(proposed.plan.id).state == "failed"
    assert deployed.call({"plan": proposed.plan.id})["state"] == "applied"


@pytest.mark.parametrize("payload", ["p-1", {"plan": 1}, {}, {"plan": "p-1", "calls": []}, ["p-1"]])
def test_it_takes_the_id_of_a_plan_and_nothing_else(play: Play, tmp_path: Path, payload: object) -> None:
    scene = play()
    deployed = Deployed(scene, tmp_path)

    assert deployed.call(payload) == {}
    assert scene.writes("RevokeSecurityGroup") == []
