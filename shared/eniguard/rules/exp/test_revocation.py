"""The plan to revoke the one rule that opened a group, and when there is none."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.model import Fix
from eniguard.rules.exp.test_world import AUTHORIZE, GROUP, LATER, add, group, listed, member, rule, world
from eniguard.testing import NAT_GATEWAY, NOON, Snapshot, call, decided, group_item

LIVE = listed("sgr-9", rule(), made=NOON)


def fixed(state: Snapshot, one: Call | None = None) -> Fix | str | None:
    (finding,) = decided(one or add(rule()), state=state, only=["EXP001"]).findings
    if finding.fix is not None:
        return finding.fix
    return next(one.note for one in finding.evidence if one.name == "fix")


def test_fix_revokes_the_one_live_rule() -> None:
    assert fixed(world(LIVE, captured_at=LATER)) == Fix(
        summary=f"Revoke rule sgr-9 of {GROUP}: accept TCP 22/22 from 0.0.0.0/0, priority 1",
        limit="auto",
        action="ecs:RevokeSecurityGroup",
        parameters={"SecurityGroupId": GROUP, "SecurityGroupRuleId.1": "sgr-9"},
        undo={
            "SecurityGroupId": GROUP,
            "Permissions.1.IpProtocol": "TCP",
            "Permissions.1.PortRange": "22/22",
            "Permissions.1.SourceCidrIp": "0.0.0.0/0",
            "Permissions.1.Priority": "1",
            "Permissions.1.Policy": "Accept",
        },
    )


@pytest.mark.parametrize(
    "members",
    [[member("eni-1", GROUP, managed=True)], [member("eni-1", GROUP, managed=None)], None],
)
def test_fix_waits_for_a_person_where_a_service_may_rely_on_the_group(members: Any) -> None:
    without = "ecs:NetworkInterface" if members is None else ""
    fix = fixed(world(LIVE, captured_at=LATER, enis=members, without=without))

    assert isinstance(fix, Fix)
    assert fix.limit == "approve"


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (world(), "no listing from after the call"),
        (world(LIVE, {**LIVE, "SecurityGroupRuleId": "sgr-8"}, captured_at=LATER), "2 live rules"),
        (world(captured_at=LATER), "0 live rules"),
        (
            world(listed("sgr-9", rule(), made="2026-03-01T12:02:00Z"), captured_at="2026-03-01T13:00:00Z"),
            "60 seconds",
        ),
        (
            world(LIVE, groups=[group(managed=None)], captured_at=LATER),
            "not known that the group is an ordinary one",
        ),
        (
            world(LIVE, groups=[group_item(GROUP, False, Tags={"Tag": []})], captured_at=LATER),
            "not known whether the group is the default one",
        ),
        (
            world(LIVE, groups=[group(Description="System created security group.")], captured_at=LATER),
            "default",
        ),
        (
            world(LIVE, groups=[group(Tags={"Tag": [{"TagKey": "guard:ignore"}]})], captured_at=LATER),
            "guard:ignore",
        ),
    ],
)
def test_no_fix_is_offered_where_it_could_do_harm(state: Snapshot, why: str) -> None:
    found = fixed(state)

    assert isinstance(found, str)
    assert why in found


def test_no_fix_is_offered_for_several_rules_or_to_a_service() -> None:
    state = world(LIVE, listed("sgr-8", rule("23/23"), made=NOON), captured_at=LATER)
    assert "more than one" in str(fixed(state, add(rule(), rule("23/23"))))
    by_service = call(AUTHORIZE, NAT_GATEWAY, SecurityGroupId=GROUP, Permissions=[rule()])
    assert "not of the account" in str(fixed(state, by_service))
