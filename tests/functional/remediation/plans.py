"""Plans, approvers and keys for the tests."""

from __future__ import annotations

from eniguard.model import Actor, Resource
from eniguard.model.kinds import SECURITY_GROUP
from eniguard.remediation.box import Held, Plans
from eniguard.remediation.plan import Approver, Mode, Plan, PlannedCall, Precondition, Purpose
from eniguard.remediation.seal import Seal

NOW = 1_800_000_000.0
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
MALLORY = Actor(kind="account", type="ram-user", principal_id="200000000000000001", name="mallory")
ALICE = Approver("ram", "1234567890123456", "200000000000000002", "user/alice")


def seal(*, key: bytes = KEY) -> Seal:
    return Seal({"2026": key}, "2026")


def plan(plan_id: str = "plan-1", *, mode: Mode = "approve", at: float = NOW, lasts: float = 3600.0) -> Plan:
    return Plan(
        id=plan_id,
        finding_id="f-1",
        rule="EXP001",
        name="risky-port-open",
        severity="high",
        event_id="e-1",
        event_at=at - 5.0,
        account="1234567890123456",
        region="cn-hangzhou",
        actor=MALLORY,
        subject=Resource(SECURITY_GROUP, "sg-bp1example0001", managed=False),
        why="Port 22 is open to the world",
        calls=(PlannedCall("ecs:RevokeSecurityGroup", {"SecurityGroupId": "sg-bp1example0001"}, "It goes"),),
        inverse=(),
        preconditions=(Precondition("rule", "there"),),
        permissions=("ecs:RevokeSecurityGroup",),
        mode=mode,
        at=at,
        expires=at + lasts,
    )


def begun(plans: Plans, plan_id: str, purpose: Purpose, owner: str, lasting: float) -> Held:
    """A plan that a run takes into hand."""
    read = plans.held(plan_id)
    assert read is not None
    held = plans.begin(read, purpose, owner, lasting)
    assert held is not None
    return held
