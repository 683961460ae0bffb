"""The rules of groups as the calls of a sequence leave them: what is known of them, and when it is not."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.facts.kinds import SecurityGroupRule
from eniguard.facts.refs import Fact, Unknown
from eniguard.facts.state import State, reference
from eniguard.model.kinds import SECURITY_GROUP_RULE
from eniguard.sources.journal import Journal, touched
from eniguard.sources.local import LocalSource
from eniguard.sources.snapshot import Snapshot
from eniguard.testing import call, snapshot

SSH = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24"}
WEB = {**SSH, "PortRange": "443/443"}
BY_LIST = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": "pl-1"}
EVENING = "2026-03-01T20:00:00Z"


def item(rule_id: str, group: str = "sg-1", **fields: str) -> dict[str, Any]:
    return {"SecurityGroupRuleId": rule_id, "SecurityGroupId": group, "Direction": "ingress", **fields}


MORNING_STATE = snapshot({SECURITY_GROUP_RULE: [item("sgr-1", **SSH), item("sgr-2", "sg-2", **BY_LIST)]})


class World:
    """A journal into which calls are folded, under one snapshot after the other."""

    def __init__(self, state: Snapshot | None = MORNING_STATE, most: int = 100) -> None:
        self.journal = Journal(most)
        self.look(state)

    def look(self, state: Snapshot | None) -> World:
        self.source = LocalSource(state, self.journal)
        return self

    def fold(self, *calls: Call) -> World:
        for one in calls:
            self.journal.fold(one, touched(one), State(one, self.source.facts(one.at), "before"))
        return self

    def fact(self, value: str = "sg-1", by: str = "security_group", hour: int = 18) -> Fact:
        asking = call("ecs:DescribeSecurityGroupAttribute", time=at(hour))
        return self.source.facts(asking.at)[reference(asking, SECURITY_GROUP_RULE, value, by)]

    def rules(self, value: str = "sg-1", by: str = "security_group", hour: int = 18) -> list[str] | str:
        """The ports of the rules, else why they are not known."""
        return ports(self.fact(value, by, hour))


def ports(fact: Fact) -> list[str] | str:
    if isinstance(fact.value, Unknown):
        return fact.value.reason
    assert isinstance(fact.value, tuple)
    return [one.permission.port_range or "" for one in fact.value if isinstance(one, SecurityGroupRule)]


def at(hour: int) -> str:
    return f"2026-03-01T{hour:02}:00:00Z"


def authorize(*rules: dict[str, str], group: str = "sg-1", hour: int = 12, **more: Any) -> Call:
    asked = {"SecurityGroupId": group, "Permissions": list(rules), "time": at(hour)}
    return call("ecs:AuthorizeSecurityGroup", **asked, **more)


def revoke(*rules: dict[str, str], group: str = "sg-1", hour: int = 12, ids: tuple[str, ...] = ()) -> Call:
    stated: dict[str, Any] = {"SecurityGroupRuleId": list(ids)} if ids else {"Permissions": list(rules)}
    return call("ecs:RevokeSecurityGroup", SecurityGroupId=group, time=at(hour), **stated)


MAKE = call("ecs:CreateSecurityGroup", response={"SecurityGroupId": "sg-new"}, time=at(11))
DELETE = call("ecs:DeleteSecurityGroup", SecurityGroupId="sg-2")


def test_what_a_call_did_to_rules_is_known_to_the_next_one() -> None:
    world = World().fold(authorize(WEB), revoke(SSH, hour=13))

    assert world.rules() == ["443/443"]
    assert world.fact().source == "journal"
    assert world.rules("sg-2") == ["22/22"]


def test_a_refused_call_changes_no_rules() -> None:
    world = World().fold(authorize(WEB, error="Forbidden.RAM"), authorize(WEB, error="DryRunOperation"))

    assert world.fact().source == "snapshot"
    assert len(world.journal.rules) == 0


def test_calls_that_do_not_concern_rules_leave_no_listing_behind() -> None:
    world = World().fold(call("ecs:ModifySecurityGroupPolicy", SecurityGroupId="sg-1"))

    assert len(world.journal.rules) == 0


def test_a_rule_that_a_call_added_goes_by_what_it_says_or_by_the_id_that_no_other_rule_has() -> None:
    assert World().fold(authorize(WEB), revoke(WEB, hour=13)).rules() == ["22/22"]
    assert World().fold(authorize(WEB), revoke(hour=13, ids=("sgr-9",))).rules() == ["22/22"]
    assert World().fold(authorize(WEB), revoke(hour=13, ids=("sgr-9", "sgr-1"))).rules() == []


def test_a_change_by_id_tells_the_id_of_the_rule_that_a_call_added() -> None:
    changed = call(
        "ecs:ModifySecurityGroupRule",
        SecurityGroupId="sg-1",
        SecurityGroupRuleId="sgr-9",
        PortRange="80/80",
        time=at(13),
    )
    world = World().fold(authorize(WEB), changed, authorize({**WEB, "PortRange": "90/90"}, hour=14))

    assert world.rules() == ["22/22", "80/80", "90/90"]
    assert world.fold(revoke(hour=15, ids=("sgr-9",))).rules() == ["22/22", "90/90"]


def test_an_id_that_may_be_of_several_added_rules_leaves_the_rules_unknown() -> None:
    two = (authorize(WEB), authorize({**WEB, "PortRange": "80/80"}))
    world = World().fold(*two, revoke(hour=13, ids=("sgr-9",)), authorize(SSH, hour=14))

    assert "it is open which" in world.rules()
    assert "it is open which" in world.rules("pl-1", "prefix_list")
    assert World().fold(*two, revoke(hour=13, ids=("sgr-8", "sgr-9"))).rules() == ["22/22"]
    made = authorize(SSH, WEB, group="sg-new"), revoke(group="sg-new", hour=13, ids=("sgr-9",))
    assert "it is open which" in World(None).fold(MAKE, *made).rules("sg-new")


def test_an_open_question_ends_with_the_group_or_with_a_later_snapshot() -> None:
    unclear = (authorize(WEB), authorize({**WEB, "PortRange": "80/80"}), revoke(hour=13, ids=("sgr-9",)))
    delete = call("ecs:DeleteSecurityGroup", SecurityGroupId="sg-1", time=at(14))
    assert World().fold(*unclear, delete).rules("pl-1", "prefix_list") == ["22/22"]

    evening = snapshot({SECURITY_GROUP_RULE: [item("sgr-1", **BY_LIST)]}, captured_at=EVENING)
    world = World().fold(*unclear).look(evening)
    assert world.rules(hour=21) == ["22/22"]
    assert world.fact(hour=21).earlier is None
    assert world.rules("pl-1", "prefix_list", hour=21) == ["22/22"]


def test_rules_that_cannot_be_read_leave_the_listing_unknown() -> None:
    garbled = call("ecs:AuthorizeSecurityGroup", SecurityGroupId="sg-1", Permissions="[{")

    assert "cannot be read" in World().fold(garbled).rules()


def test_a_new_group_has_no_rules_and_a_deleted_one_has_none_any_more() -> None:
    world = World(None).fold(MAKE, authorize(SSH, group="sg-new"))
    assert world.rules("sg-new") == ["22/22"]

    assert World().fold(DELETE).rules("pl-1", "prefix_list") == []
    assert World().fold(DELETE).rules("sg-2") == []


def test_a_group_that_was_never_listed_stays_unknown() -> None:
    world = World(None).fold(authorize(WEB))

    assert "no state snapshot was given" in world.rules()
    assert "no listing of ecs:SecurityGroupRule" in World(snapshot({})).fold(authorize(WEB)).rules()


def test_a_snapshot_from_after_the_call_is_not_changed_by_it_and_has_the_folded_rules_before_it() -> None:
    evening = snapshot({SECURITY_GROUP_RULE: [item("sgr-7", "sg-new", **WEB)]}, captured_at=EVENING)
    world = World(evening).fold(MAKE, authorize(SSH, group="sg-new"))

    fact = world.fact("sg-new")
    assert world.rules("sg-new") == ["443/443"]
    assert fact.earlier is not None
    assert ports(fact.earlier) == ["22/22"]
    assert world.fact("sg-new", hour=10).earlier is None
    assert world.fold(authorize(SSH, group="sg-new", hour=21)).rules("sg-new", hour=22) == [
        "443/443",
        "22/22",
    ]


def test_a_snapshot_from_before_a_call_that_was_decided_without_it_no_longer_holds() -> None:
    world = World(None).fold(authorize(WEB)).look(MORNING_STATE)

    assert "whose rules were not known" in world.rules()
    assert "whose rules were not known" in world.rules("sg-2")


def test_a_call_that_comes_too_late_leaves_the_rules_unknown() -> None:
    world = World().fold(authorize(WEB, hour=14), revoke(SSH, hour=13))

    assert "made later" in world.rules()
    assert world.fact().as_of == authorize(hour=14).at


def test_rules_that_name_a_list_follow_the_calls_on_every_group() -> None:
    by_list = (authorize(BY_LIST), authorize({**BY_LIST, "PortRange": "80/80"}, group="sg-2"))
    world = World().fold(*by_list)
    assert world.rules("pl-1", "prefix_list") == ["22/22", "22/22", "80/80"]
    assert world.fact("pl-1", "prefix_list").source == "journal"
    assert world.fact("pl-1", "prefix_list", hour=7).source == "snapshot"

    world.fold(revoke(BY_LIST, hour=13), revoke(hour=13, group="sg-2", ids=("sgr-2",)))
    assert world.rules("pl-1", "prefix_list") == ["80/80"]
    assert world.rules("pl-2", "prefix_list") == []
    assert "no state snapshot" in World(None).fold(*by_list).rules("pl-1", "prefix_list")


@pytest.mark.parametrize("most", [4, 5])
def test_what_is_forgotten_for_lack_of_room_is_unknown_and_not_what_it_was(most: int) -> None:
    world = World(most=most).fold(authorize(WEB), authorize(WEB, group="sg-2", hour=13))

    assert len(world.journal.rules) <= most
    assert "more groups were changed than are kept" in world.rules()
    assert world.rules("sg-2") == ["22/22", "443/443"]
    assert "than are kept" in world.rules("pl-1", "prefix_list")
    evening = snapshot({SECURITY_GROUP_RULE: [item("sgr-1", **SSH)]}, captured_at=EVENING)
    assert world.look(evening).rules(hour=21) == ["22/22"]


def test_groups_of_which_nothing_is_known_take_no_room() -> None:
    world = World(None, most=3).fold(*[authorize(WEB, group=f"sg-{number}") for number in range(9)])

    assert len(world.journal.rules) == 0
