"""What is never put back, what waits for a person, and what stops too much."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from eniguard.errors import (
    ApprovalNeeded,
    BudgetExceeded,
    LoopDetected,
    ModeForbids,
    NotTrusted,
    RemediationError,
    Untouchable,
)
from eniguard.remediation import safeguards
from eniguard.remediation.plan import Approver
from eniguard.remediation.planning import plan_of
from eniguard.remediation.proposing import BY_MODE
from eniguard.remediation.remedies import Seen
from tests.functional.remediation.conftest import Play
from tests.functional.remediation.plans import ALICE, plan
from tests.functional.remediation.scene import SSH, Scene, policy

AUTO = "modes: [{mode: auto, rules: [EXP001]}]"
WORLD_SSH = ("22/22", "0.0.0.0/0")


def _opened(scene: Scene) -> str:
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    return proposed.plan.id


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"managed": True}, "is managed by a service"),
        ({"managed": None}, "not known to be unmanaged"),
        ({"default": True}, "is a default one"),
        ({"default": None}, "no default one"),
        ({"tags": None}, "tags that are not known"),
        ({"tags": {"guard:ignore": "yes"}}, "tagged guard:ignore"),
    ],
)
def test_some_resources_are_left_alone_whoever_approves(changed: dict[str, object], said: str) -> None:
    seen = replace(Seen({}), **changed)

    with pytest.raises(Untouchable, match=said):
        safeguards.check_resource(plan(), seen, ALICE)


@pytest.mark.parametrize("relied_on", [True, None])
def test_what_a_service_may_rely_on_waits_for_a_person(relied_on: bool | None) -> None:
    seen = Seen({}, relied_on=relied_on)

    with pytest.raises(ApprovalNeeded, match="somebody has to approve"):
        safeguards.check_resource(plan(), seen, BY_MODE)
    safeguards.check_resource(plan(), seen, ALICE)


@pytest.mark.parametrize(
    ("settings", "approver", "forbidden"),
    [
        ("mode: 'off'", ALICE, True),
        ("mode: plan", ALICE, True),
        ("mode: approve", ALICE, False),
        ("mode: approve", BY_MODE, True),
        (AUTO, BY_MODE, False),
        ("modes: [{mode: auto, rules: [EXP001], tags: {env: dev}}]", BY_MODE, True),
        ("modes: [{mode: auto, rules: [EXP001], accounts: ['2000000000000001']}]", BY_MODE, True),
    ],
)
def test_a_plan_goes_no_further_than_guard_yml_says_by_now(
    settings: str, approver: Approver, forbidden: bool
) -> None:
    def check() -> None:
        safeguards.check_mode(plan(), approver, policy(settings), {})

    if not forbidden:
        check()
        return
    with pytest.raises(ModeForbids, match="would be needed"):
        check()


def test_a_plan_of_another_kind_than_its_rule_has_is_refused() -> None:
    other = replace(plan(), rule="SELF001", inverse=plan().calls)

    with pytest.raises(Untouchable, match="is not what SELF001 is put right by"):
        safeguards.check_kind(other)


@pytest.mark.parametrize(
    "old",
    [
        replace(plan(), held_back=("it is old",)),
        replace(plan(), event_at=0.0),
        replace(plan(), event_at=None),
    ],
)
def test_a_plan_that_goes_back_to_an_old_or_forgeable_event_is_refused(old: object) -> None:
    with pytest.raises(NotTrusted):
        safeguards.check_trust(old, 1800.0)  # type: ignore[arg-type]


def test_plans_of_old_and_of_forgeable_events_are_only_shown(play: Play) -> None:
    # given
    scene = play(AUTO)
    scene.opens_ssh()
    (found,) = [one for one in scene.findings() if one.rule == "EXP001"]
    now = scene.live.now()

    # when
    fresh = plan_of(found, scene.policy, forgeable=False, at=now)
    forged = plan_of(found, scene.policy, forgeable=True, at=now)
    late = plan_of(found, scene.policy, forgeable=False, at=now + 1801)

    # then
    assert fresh is not None
    assert forged is not None
    assert late is not None
    assert [one.mode for one in (fresh, forged, late)] == ["auto", "plan", "plan"]
    assert "anybody can use" in forged.held_back[0]
    assert "minutes before" in late.held_back[0]


def test_a_plan_that_is_only_shown_sets_nothing_going(play: Play) -> None:
    scene = play(AUTO)
    scene.opens_ssh()

    (shown,) = scene.proposed("EXP001", forgeable=True)

    assert (shown.state, shown.plan.mode, scene.invoked) == ("proposed", "plan", [])
    with pytest.raises(RemediationError, match="does not hold"):
        scene.approve(shown.plan.id)


def _tagged(scene: Scene) -> None:
    tag = [{"Key": "guard:ignore", "Value": "yes"}]
    scene.call("ecs:TagResources", ResourceType="securitygroup", ResourceId=[scene.group], Tag=tag)


def _managed_member(scene: Scene) -> None:
    scene.make_eni(scene.cloud.service("nat.aliyuncs.com"))


@pytest.mark.parametrize(
    ("happens", "said"), [(_tagged, "tagged guard:ignore"), (_managed_member, "has a managed member")]
)
def test_what_changed_after_the_plan_was_made_is_seen_before_it_is_carried_out(
    play: Play, happens: Callable[[Scene], None], said: str
) -> None:
    # given
    scene = play(AUTO)
    plan_id = _opened(scene)
    happens(scene)

    # when
    record = scene.applying().run(plan_id)

    # then
    assert (record.state, scene.ended()) == ("failed", ["refused"])
    assert said in (record.reason or "")
    assert WORLD_SSH in scene.rules()


def test_a_group_with_a_managed_member_takes_a_person(play: Play) -> None:
    # given
    scene = play(AUTO)
    _managed_member(scene)

    # when
    plan_id = _opened(scene)

    # then
    assert (scene.record(plan_id).plan.mode, scene.invoked) == ("approve", [])
    assert scene.applied(plan_id).state == "applied"
    assert WORLD_SSH not in scene.rules()


def test_what_puts_the_rule_back_each_minute_is_stopped_after_three_times(play: Play) -> None:
    # given
    scene = play(AUTO)

    # when
    records = []
    for _ in range(4):
        plan_id = _opened(scene)
        records.append(scene.applying().run(plan_id))
        scene.call("ecs:RevokeSecurityGroup", SecurityGroupId=scene.group, Permissions=[SSH])
        scene.cloud.clock.advance(60)

    # then
    assert [one.state for one in records] == ["applied", "applied", "applied", "failed"]
    stopped = scene.told[-1]
    assert isinstance(stopped.error, LoopDetected)
    assert stopped.finding is not None
    assert (stopped.finding.rule, stopped.finding.subject.id) == ("SELF009", scene.group)
    assert not records[-1].resumable
    # when an hour has passed
    scene.cloud.clock.advance(3600)
    assert scene.applying().run(_opened(scene)).state == "applied"


@pytest.mark.parametrize("budget", ["{rule: 1}", "{account: 1}", "{total: 1}"])
def test_a_budget_that_is_used_up_pages_and_the_plan_goes_on_later(play: Play, budget: str) -> None:
    # given
    scene = play(f"{AUTO}\nper_hour: {budget}")
    assert scene.applying().run(_opened(scene)).state == "applied"
    scene.group = scene.make_group()
    second = _opened(scene)

    # when
    record = scene.applying().run(second)

    # then
    assert (record.state, record.resumable) == ("failed", True)
    assert isinstance(scene.told[-1].error, BudgetExceeded)
    assert scene.told[-1].finding is not None
    assert WORLD_SSH in scene.rules()
    scene.cloud.clock.advance(3601)
    assert scene.remediation().overdue() == (second,)
    assert scene.applying().run(second).state == "applied"
