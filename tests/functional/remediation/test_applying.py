"""From the call that opens something to its being put back, on a fake cloud over HTTP."""

from __future__ import annotations

import json

import msgspec
import pytest

from eniguard.errors import CloudError, Denied, RemediationError, Throttled, VerdictRefused
from eniguard.events.times import written
from eniguard.own_calls import Ledger
from tests.functional.remediation.conftest import Play
from tests.functional.remediation.plans import ALICE, OTHER_KEY, seal
from tests.functional.remediation.scene import SSH, Scene

OFFICE_AND_WEB = [("22/22", "192.0.2.0/24"), ("443/443", "0.0.0.0/0")]


def test_of_three_rules_added_in_one_call_only_the_open_one_goes_and_undo_brings_it_back(play: Play) -> None:
    # given
    scene = play()
    scene.make_eni()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    before = len(scene.cloud.trail.events)

    # when
    record = scene.applied(proposed.plan.id)

    # then
    assert (record.state, scene.ended()) == ("applied", ["applied"])
    assert scene.rules() == OFFICE_AND_WEB
    assert [one.status for one in record.steps] == ["begun", "done"]
    assert record.before["rule"].startswith("IpProtocol=TCP")
    assert record.after == {"rule": "gone"}
    (written,) = [one for one in scene.cloud.trail.events[before:] if one["eventRW"] == "Write"]
    assert written["requestId"] == record.steps[-1].request_id
    assert written["requestId"] in Ledger(scene.store)

    # when
    scene.approve(proposed.plan.id, undo=True)
    undone = scene.applying().run(proposed.plan.id)

    # then
    assert (undone.state, scene.ended()) == ("undone", ["applied", "undone"])
    assert ("22/22", "0.0.0.0/0") in scene.rules()
    shown = scene.live.client().call(
        "ecs", "DescribeSecurityGroupAttribute", {"SecurityGroupId": scene.group}
    )
    (again,) = [
        one
        for one in shown["Permissions"]["Permission"]
        if (one["PortRange"], one["SourceCidrIp"]) == ("22/22", "0.0.0.0/0")
    ]
    assert again["Description"] == SSH["Description"]


def test_the_guards_own_calls_are_not_taken_for_somebody_elses(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")

    # when
    scene.applied(proposed.plan.id)

    # then
    (revoked,) = scene.writes("RevokeSecurityGroup")
    assert "SELF011" not in {one.rule for one in scene.findings(revoked)}


def test_a_rule_that_is_gone_is_done(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    scene.call("ecs:RevokeSecurityGroup", SecurityGroupId=scene.group, Permissions=[SSH])

    # when
    record = scene.applied(proposed.plan.id)

    # then
    assert (record.state, scene.ended(), scene.writes("RevokeSecurityGroup")) == ("applied", ["already"], [])


def test_a_rule_that_was_changed_under_its_id_is_left_alone(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    rule_id = proposed.plan.calls[0].parameters["SecurityGroupRuleId.1"]
    named = {"SecurityGroupId": scene.group, "SecurityGroupRuleId": rule_id}
    scene.call("ecs:ModifySecurityGroupRule", **named, SourceCidrIp="198.51.100.0/24")

    # when
    record = scene.applied(proposed.plan.id)

    # then
    assert (record.state, record.resumable, scene.ended()) == ("failed", False, ["refused"])
    assert "was changed since" in (record.reason or "")
    assert ("22/22", "198.51.100.0/24") in scene.rules()


def _swapped(scene: Scene) -> tuple[str, str, str]:
    """An ENI whose set of groups is replaced by an open one: the plan, the ENI and the open group."""
    wide = scene.make_group()
    scene.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=wide, Permissions=[SSH])
    eni = scene.make_eni()
    scene.call("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=eni, Description="known")
    scene.findings()
    scene.call("ecs:JoinSecurityGroup", NetworkInterfaceId=eni, SecurityGroupId=scene.make_group())
    scene.cloud.clock.advance(60)
    scene.findings()
    scene.call("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=eni, SecurityGroupId=[wide])
    (proposed,) = scene.proposed("EXP006")
    return proposed.plan.id, eni, wide


def test_a_swapped_set_is_put_back_and_the_swap_brought_back_by_undo(play: Play) -> None:
    # given
    scene = play()
    plan_id, eni, wide = _swapped(scene)
    assert scene.groups_of(eni) == [wide]

    # when
    record = scene.applied(plan_id)

    # then
    assert record.state == "applied"
    assert scene.group in scene.groups_of(eni)
    assert len(scene.groups_of(eni)) == 2
    scene.approve(plan_id, undo=True)
    assert scene.applying().run(plan_id).state == "undone"
    assert scene.groups_of(eni) == [wide]


def test_a_swapped_set_that_somebody_changed_again_is_left_alone(play: Play) -> None:
    # given
    scene = play()
    plan_id, eni, _ = _swapped(scene)
    other = scene.make_group()
    scene.call("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=eni, SecurityGroupId=[other])

    # when
    record = scene.applied(plan_id)

    # then
    assert (record.state, scene.ended()) == ("failed", ["refused"])
    assert "groups was" in (record.reason or "")
    assert scene.groups_of(eni) == [other]


def test_a_set_from_an_old_look_is_shown_with_its_time_and_put_back_as_it_is_shown(play: Play) -> None:
    """The guard missed a call in between: the groups that it puts back were not those right before."""
    # given
    scene = play()
    eni, second = scene.make_eni(), scene.make_group()
    scene.call("ecs:JoinSecurityGroup", NetworkInterfaceId=eni, SecurityGroupId=second)
    scene.findings()
    looked = written(scene.live.now())
    scene.cloud.clock.advance(3600)
    missed = scene.make_group()
    scene.call("ecs:JoinSecurityGroup", NetworkInterfaceId=eni, SecurityGroupId=missed)
    scene.miss()
    wide = scene.make_group()
    scene.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=wide, Permissions=[SSH])
    scene.call("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=eni, SecurityGroupId=[wide])

    # when
    (proposed,) = scene.proposed("EXP006")

    # then
    changes = proposed.plan.calls[0].changes
    assert proposed.plan.mode == "approve"
    assert f"back into {scene.group}, {second} only, its groups as seen {looked}" in changes
    assert scene.applied(proposed.plan.id).state == "applied"
    assert scene.groups_of(eni) == sorted([scene.group, second])
    scene.approve(proposed.plan.id, undo=True)
    assert scene.applying().run(proposed.plan.id).state == "undone"
    assert scene.groups_of(eni) == [wide]


def _make_trail(scene: Scene) -> None:
    scene.call(
        "actiontrail:CreateTrail",
        Name="guard-trail",
        SlsProjectArn=f"acs:log:cn-hangzhou:{scene.cloud.account_id}:project/audit",
        EventRW="All",
    )
    scene.call("actiontrail:StartLogging", Name="guard-trail")


def test_a_stopped_trail_is_started_at_once(play: Play) -> None:
    # given
    scene = play("modes: [{mode: auto, rules: [SELF001, SELF003]}]")
    _make_trail(scene)
    scene.call("actiontrail:StopLogging", Name="guard-trail")

    # when
    (proposed,) = scene.proposed("SELF001")

    # then
    assert (proposed.state, scene.invoked) == ("approved", [proposed.plan.id])
    assert scene.applying().run(proposed.plan.id).state == "applied"
    assert scene.call("actiontrail:GetTrailStatus", Name="guard-trail")["IsLogging"] is True


def test_a_disabled_event_rule_is_enabled_at_once(play: Play) -> None:
    # given
    scene = play("modes: [{mode: auto, rules: [SELF003]}]")
    named = {"EventBusName": "default", "RuleName": "guard-events"}
    scene.call("eventbridge:CreateRule", **named, FilterPattern=json.dumps({"source": ["acs.ecs"]}))
    scene.call("eventbridge:DisableRule", **named)

    # when
    (proposed,) = scene.proposed("SELF003")
    record = scene.applying().run(proposed.plan.id)

    # then
    assert record.state == "applied"
    assert scene.call("eventbridge:GetRule", **named)["Data"]["Status"] == "ENABLE"


def test_a_permission_of_another_account_is_deleted_and_granted_again_by_undo(play: Play) -> None:
    # given
    scene = play()
    eni = scene.make_eni()
    asked = {"NetworkInterfaceId": eni, "AccountId": "2000000000000001", "Permission": "InstanceAttach"}
    scene.call("ecs:CreateNetworkInterfacePermission", **asked)
    (proposed,) = scene.proposed("ENI012")

    def granted() -> list[str]:
        found = scene.call("ecs:DescribeNetworkInterfacePermissions", NetworkInterfaceId=eni)
        listed = found["NetworkInterfacePermissions"]["NetworkInterfacePermission"]
        return [str(one["AccountId"]) for one in listed]

    # when
    record = scene.applied(proposed.plan.id)

    # then
    assert (record.state, granted()) == ("applied", [])
    scene.approve(proposed.plan.id, undo=True)
    assert scene.applying().run(proposed.plan.id).state == "undone"
    assert granted() == ["2000000000000001"]


def test_a_plan_is_carried_out_once_however_often_it_is_asked_for(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    scene.applied(proposed.plan.id)
    scene.opens_ssh()

    # when
    again = scene.applying().run(proposed.plan.id)

    # then
    assert (again.state, len(scene.writes("RevokeSecurityGroup")), scene.ended()) == (
        "applied",
        1,
        ["applied"],
    )


def test_a_plan_that_nobody_approved_or_that_was_rejected_is_not_carried_out(play: Play) -> None:
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")

    with pytest.raises(RemediationError, match="nobody has approved"):
        scene.applying().run(proposed.plan.id)
    with pytest.raises(RemediationError, match="there is no plan"):
        scene.applying().run("plan-0")
    assert scene.writes("RevokeSecurityGroup") == []


@pytest.mark.parametrize("changed", ["calls", "expires", "state"])
def test_whoever_writes_to_the_store_can_have_nothing_else_carried_out(play: Play, changed: str) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    plan_id, other = proposed.plan.id, scene.make_group()
    if changed != "state":
        scene.approve(plan_id)
    key = f"plan/{plan_id}"
    item = scene.store.get(key)
    assert item is not None
    record = json.loads(item.value)
    if changed == "calls":
        record["plan"]["calls"][0]["parameters"]["SecurityGroupId"] = other
    elif changed == "expires":
        record["plan"]["expires"] += 1e6
    else:
        record["state"] = "approved"
        verdict = seal(key=OTHER_KEY).verdict(proposed.plan, ALICE, approved=True, at=scene.live.now())
        record["verdict"] = msgspec.to_builtins(verdict)
    assert scene.store.replace(key, json.dumps(record).encode(), version=item.version) is not None

    # then
    with pytest.raises(VerdictRefused):
        scene.applying().run(plan_id)
    assert scene.writes("RevokeSecurityGroup") == []


def test_an_approval_in_the_store_does_not_pass_for_one_of_undoing(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    scene.applied(proposed.plan.id)
    key = f"plan/{proposed.plan.id}"
    item = scene.store.get(key)
    assert item is not None
    record = json.loads(item.value)
    record |= {"undo_verdict": record["verdict"], "told": False}
    assert scene.store.replace(key, json.dumps(record).encode(), version=item.version) is not None

    # then
    with pytest.raises(VerdictRefused):
        scene.applying().run(proposed.plan.id)
    assert scene.rules() == OFFICE_AND_WEB


@pytest.mark.parametrize(("code", "error"), [("Throttling.User", Throttled), ("NoPermission", Denied)])
def test_a_refused_call_is_on_record_and_told_and_goes_through_later(
    play: Play, code: str, error: type[CloudError]
) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    scene.approve(proposed.plan.id)
    scene.cloud.fail("ecs:RevokeSecurityGroup", code=code, times=1)

    # when
    with pytest.raises(error):
        scene.applying().run(proposed.plan.id)

    # then
    failed = scene.record(proposed.plan.id)
    assert (failed.state, failed.resumable, scene.ended()) == ("failed", True, ["failed"])
    assert failed.steps[-1].status == "failed"
    assert failed.steps[-1].request_id in Ledger(scene.store)
    assert scene.remediation().overdue() == ()
    scene.cloud.clock.advance(601)
    assert scene.remediation().overdue() == (proposed.plan.id,)
    assert scene.applying().run(proposed.plan.id).state == "applied"
    assert scene.remediation().overdue() == ()
    assert scene.ended() == ["failed", "applied"]


def test_a_call_whose_answer_was_lost_is_found_to_be_done(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    scene.cloud.fail("ecs:RevokeSecurityGroup", kind="reset", carried_out=True)

    # when
    record = scene.applied(proposed.plan.id)

    # then
    assert (record.state, scene.ended(), len(scene.writes("RevokeSecurityGroup"))) == (
        "applied",
        ["applied"],
        1,
    )
    assert scene.rules() == OFFICE_AND_WEB


def test_a_call_that_changed_nothing_is_not_taken_for_done(play: Play) -> None:
    # given
    scene = play()
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")

    class Deaf:
        def __init__(self, inner: object) -> None:
            self._inner = inner

        def call(self, product: str, action: str, parameters: object, **more: object) -> object:
            if action == "RevokeSecurityGroup":
                return {"RequestId": "r-deaf"}
            return self._inner.call(product, action, parameters, **more)  # type: ignore[attr-defined]

    # when
    scene.approve(proposed.plan.id)
    record = scene.applying(caller=Deaf).run(proposed.plan.id)

    # then
    assert (record.state, record.resumable, scene.ended()) == ("failed", True, ["failed"])
    assert "is not as it should be" in (record.reason or "")
    assert scene.applying().run(proposed.plan.id).state == "applied"
