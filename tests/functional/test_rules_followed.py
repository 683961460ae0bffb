"""The rules of groups, as folded from recorded calls, are those that the simulated cloud then shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.events.envelopes import parse
from eniguard.facts.kinds import CidrList, SecurityGroupRule
from eniguard.facts.refs import Gone, Unknown
from eniguard.facts.state import State
from eniguard.model.kinds import PORT_RANGE_LIST, PREFIX_LIST
from eniguard.replay.sequence import CallSequence
from eniguard.rules.registry import Registry
from eniguard.settings import DEFAULT_POLICY
from eniguard.sources import InRounds, Source, SourceAtHand
from eniguard.sources.journal import Journal
from eniguard.sources.local import LocalSource
from eniguard.sources.snapshot import Snapshot
from eniguard.testing import call
from fakealiyun import ApiError
from tests.functional.fakealiyun.scene import Scene

Item = dict[str, Any]
#: What a rule says, as the cloud shows it.
Said = tuple[str, ...]
SHOWN = (
    *("Direction", "IpProtocol", "PortRange", "PortRangeListId", "SourcePortRange", "Policy", "Priority"),
    *("SourceCidrIp", "Ipv6SourceCidrIp", "SourceGroupId", "SourcePrefixListId"),
    *("DestCidrIp", "Ipv6DestCidrIp", "DestGroupId", "DestPrefixListId"),
)


class Followed:
    """A cloud whose calls are decided one after the other as they are recorded."""

    def __init__(self, wrap: Callable[[LocalSource], Source | SourceAtHand]) -> None:
        self.scene = Scene()
        self.groups = [self.scene.group, self.scene.make_group()]
        self.prefixes = self._made("PrefixList", AddressFamily="IPv4", Entry=[{"Cidr": "192.0.2.0/24"}])
        self.ports = self._made("PortRangeList", Entry=[{"PortRange": "22/22"}])
        self.use = {
            "IpProtocol": "TCP",
            "PortRangeListId": self.ports,
            "SourcePrefixListId": self.prefixes,
        }
        self.seen = len(self.scene.cloud.trail.events)
        self.snapshot: Snapshot | None = None
        self.sources: dict[Snapshot | None, LocalSource] = {}

        def source(snapshot: Snapshot | None, journal: Journal) -> Source | SourceAtHand:
            made = self.sources[snapshot] = LocalSource(snapshot, journal)
            return wrap(made)

        self.sequence = CallSequence(DEFAULT_POLICY, Registry(DEFAULT_POLICY), source=source)

    def _made(self, kind: str, **parameters: Any) -> str:
        asked = {f"{kind}Name": "listed", "MaxEntries": 4, **parameters}
        return str(self.scene.call(f"ecs:Create{kind}", **asked)[f"{kind}Id"])

    def record(self) -> None:
        """Take a snapshot: from now on it is what was known before the calls."""
        self.decide()
        self.snapshot = Snapshot(json.dumps(self.scene.cloud.snapshot()).encode(), path="state.json")
        self.scene.cloud.clock.advance(60)

    def do(self, action: str, **parameters: Any) -> None:
        """A call, refused or not."""
        with suppress(ApiError):
            self.scene.call(f"ecs:{action}", **parameters)
        self.scene.cloud.clock.advance(60)

    def decide(self) -> None:
        """Decide what was recorded since the last time."""
        events = self.scene.cloud.trail.events
        for event in events[self.seen :]:
            for batch in parse(json.dumps(event)):
                for one in batch.concerned:
                    self.sequence.decide(one.call, self.snapshot)
        self.seen = len(events)

    def shown(self, group: str) -> list[Item]:
        """The rules of a group that the cloud shows; none of one that is deleted."""
        if self.scene.cloud.region().ecs.groups.find(group) is None:
            return []
        found = self.scene.call("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=group)
        return list(found["Permissions"]["Permission"])

    def known(self) -> State:
        """What is known before a call made now."""
        one = call(
            "ecs:DescribeSecurityGroupAttribute",
            SecurityGroupId=self.scene.group,
            time=self.scene.cloud.clock.text(),
        )
        source = self.sources.get(self.snapshot) or LocalSource(self.snapshot, Journal())
        return State(one, source.facts(one.at), "before")


def said(one: SecurityGroupRule) -> Said:
    """What a folded rule says, in the words of the cloud."""
    permission = one.permission
    source = permission.source_cidr_ip
    fields = {
        "Direction": one.direction,
        "IpProtocol": (permission.ip_protocol or "").upper(),
        "PortRange": permission.port_range,
        "PortRangeListId": None if permission.port_range else permission.port_range_list_id,
        "SourcePortRange": permission.source_port_range,
        "Policy": (permission.policy or "accept").capitalize(),
        "Priority": permission.priority or "1",
        "SourceCidrIp": str(ip_network(source, strict=False)) if source else None,
        "Ipv6SourceCidrIp": permission.ipv6_source_cidr_ip,
        "SourceGroupId": permission.source_group_id,
        "SourcePrefixListId": permission.source_prefix_list_id,
        "DestCidrIp": permission.dest_cidr_ip,
        "Ipv6DestCidrIp": permission.ipv6_dest_cidr_ip,
        "DestGroupId": permission.dest_group_id,
        "DestPrefixListId": permission.dest_prefix_list_id,
    }
    return tuple([fields[name] or "" for name in SHOWN])


def as_shown(items: list[Item]) -> list[Said]:
    return sorted(tuple(item[name] for name in SHOWN) for item in items)


def as_folded(rules: tuple[SecurityGroupRule, ...]) -> list[Said]:
    return sorted(said(one) for one in rules)


SOURCES = st.sampled_from(
    ["0.0.0.0/0", "10.0.0.0/8", "10.9.9.9/8", "0.0.0.0/0,10.0.0.0/8", "192.0.2.0/24, 10.9.9.9/8"]
)
POLICIES = st.sampled_from([{}, {"Policy": "drop"}, {"Policy": "Accept", "Priority": "1"}, {"Priority": "2"}])
PORTS = st.sampled_from(["22/22", "443/443"])
BLOCK_RULES = st.builds(
    lambda source, ports, more: {"IpProtocol": "tcp", "PortRange": ports, "SourceCidrIp": source, **more},
    SOURCES,
    PORTS,
    POLICIES,
)
OUT_RULES = st.builds(
    lambda ports, more: {"IpProtocol": "UDP", "PortRange": ports, "DestCidrIp": "0.0.0.0/0", **more},
    PORTS,
    POLICIES,
)
SIX_RULES = st.builds(
    lambda more: {"IpProtocol": "ALL", "PortRange": "-1/-1", "Ipv6SourceCidrIp": "::/0", **more}, POLICIES
)
#: Stands for a rule that names a prefix list and a port list.
BY_LISTS = st.just({"by": "lists"})
RULES = st.one_of(BLOCK_RULES, BLOCK_RULES, SIX_RULES, BY_LISTS)
CHANGED = st.sampled_from(
    [
        {"Policy": "drop"},
        {"Policy": "accept", "Priority": "2"},
        {"Priority": "1"},
        {"PortRange": "443/443"},
        {"SourceCidrIp": "10.9.9.9/8"},
        {"DestCidrIp": "10.1.0.0/16"},
        {"Description": "noted"},
    ]
)
GROUP = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("add"), GROUP, st.lists(RULES, min_size=1, max_size=2)),
    st.tuples(st.just("add"), GROUP, st.lists(RULES, min_size=1, max_size=2)),
    st.tuples(st.just("add out"), GROUP, st.lists(OUT_RULES, min_size=1, max_size=2)),
    st.tuples(st.just("drop"), GROUP, st.lists(RULES, min_size=1, max_size=2)),
    st.tuples(st.just("drop out"), GROUP, st.lists(OUT_RULES, min_size=1, max_size=2)),
    st.tuples(st.just("drop shown"), GROUP, st.integers(0, 9)),
    st.tuples(st.just("make"), GROUP, st.none()),
    st.tuples(st.just("delete"), GROUP, st.none()),
    st.tuples(st.just("prefixes"), GROUP, st.booleans()),
    st.tuples(st.just("ports"), GROUP, st.booleans()),
)
BY_ID = st.one_of(
    st.tuples(st.just("drop by id"), GROUP, st.sets(st.integers(0, 9), min_size=1, max_size=2)),
    st.tuples(st.just("change"), GROUP, st.tuples(st.integers(0, 9), CHANGED)),
)
Step = tuple[str, int, Any]


def play(world: Followed, step: Step) -> None:
    """One step; what makes no sense now is refused by the cloud, or left out."""
    name, number, what = step
    group = world.groups[number % len(world.groups)]
    named = {"SecurityGroupId": group}
    shown = world.shown(group)
    if name in ("add", "drop"):
        action = "AuthorizeSecurityGroup" if name == "add" else "RevokeSecurityGroup"
        rules = [world.use if one == {"by": "lists"} else one for one in what]
        form = rules[0] if len(rules) == 1 else {"Permissions": rules}
        world.do(action, **named, **form)
    elif name in ("add out", "drop out"):
        action = "AuthorizeSecurityGroup" if name == "add out" else "RevokeSecurityGroup"
        world.do(f"{action}Egress", **named, Permissions=what)
    elif name == "drop shown" and shown:
        rule = shown[what % len(shown)]
        egress = "Egress" if rule["Direction"] == "egress" else ""
        fields = {key: value for key, value in rule.items() if key in SHOWN[1:] and value}
        world.do(f"RevokeSecurityGroup{egress}", **named, Permissions=[fields])
    elif name == "drop by id" and shown:
        egress = "Egress" if shown[min(what) % len(shown)]["Direction"] == "egress" else ""
        ids = {shown[one % len(shown)]["SecurityGroupRuleId"] for one in what}
        world.do(f"RevokeSecurityGroup{egress}", **named, SecurityGroupRuleId=sorted(ids))
    elif name == "change" and shown:
        rule = shown[what[0] % len(shown)]
        egress = "Egress" if rule["Direction"] == "egress" else ""
        asked = {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], **what[1]}
        world.do(f"ModifySecurityGroup{egress}Rule", **named, **asked)
    elif name == "make":
        world.groups.append(world.scene.make_group())
        world.scene.cloud.clock.advance(60)
    elif name == "delete":
        world.do("DeleteSecurityGroup", **named)
    elif name == "prefixes":
        entry = "AddEntry" if what else "RemoveEntry"
        text = "198.51.100.7" if number % 2 else "198.51.100.7/32"
        world.do("ModifyPrefixList", PrefixListId=world.prefixes, **{entry: [{"Cidr": text}]})
    elif name == "ports":
        entry = "AddEntry" if what else "RemoveEntry"
        world.do("ModifyPortRangeList", PortRangeListId=world.ports, **{entry: [{"PortRange": "80/80"}]})


def at_hand(source: LocalSource) -> SourceAtHand:
    return source


def followed(before: list[Step], steps: list[Step], wrap: Callable[[LocalSource], Any] = at_hand) -> Followed:
    """A cloud with some calls, a snapshot, and more calls."""
    world = Followed(wrap)
    for step in before:
        play(world, step)
    world.seen = len(world.scene.cloud.trail.events)
    world.record()
    for step in steps:
        play(world, step)
    world.decide()
    return world


@given(st.lists(STEPS, max_size=4), st.lists(STEPS, max_size=14), st.sampled_from([at_hand, InRounds]))
def test_rules_that_calls_state_are_followed_exactly(
    before: list[Step], steps: list[Step], wrap: Callable[[LocalSource], Any]
) -> None:
    world = followed(before, steps, wrap)

    state = world.known()
    for group in world.groups:
        rules = state.security_group_rules("security_group", group)
        assert not isinstance(rules, Unknown)
        assert as_folded(rules) == as_shown(world.shown(group))
    shown = [item for group in world.groups for item in world.shown(group)]
    for by, list_id in (("prefix_list", world.prefixes), ("port_range_list", world.ports)):
        naming = state.security_group_rules(by, list_id)
        assert not isinstance(naming, Unknown)
        assert as_folded(naming) == as_shown([one for one in shown if list_id in one.values()])


@given(st.lists(STEPS, max_size=4), st.lists(st.one_of(STEPS, BY_ID, BY_ID), max_size=14))
def test_rules_named_by_id_are_followed_or_said_to_be_unknown(before: list[Step], steps: list[Step]) -> None:
    world = followed(before, steps)

    state = world.known()
    for group in world.groups:
        rules = state.security_group_rules("security_group", group)
        if isinstance(rules, Unknown):
            assert "it is open which" in rules.reason
            continue
        assert as_folded(rules) == as_shown(world.shown(group))
        shown = {item["SecurityGroupRuleId"] for item in world.shown(group)}
        assert {one.id for one in rules if one.id} <= shown


@given(st.lists(STEPS, min_size=1, max_size=8), st.lists(BY_ID, max_size=8))
def test_rules_of_a_snapshot_are_always_known_by_their_ids(before: list[Step], steps: list[Step]) -> None:
    world = followed(before, steps)

    state = world.known()
    for group in world.groups:
        rules = state.security_group_rules("security_group", group)
        shown = world.shown(group)
        assert not isinstance(rules, Unknown)
        assert [one.id for one in rules] == [item["SecurityGroupRuleId"] for item in shown]
        assert as_folded(rules) == as_shown(shown)


@given(st.lists(st.one_of(STEPS, BY_ID), max_size=8), st.lists(STEPS, max_size=8))
def test_a_later_snapshot_makes_the_rules_known_again(first: list[Step], then: list[Step]) -> None:
    world = followed([], first)
    world.record()
    for step in then:
        play(world, step)
    world.decide()

    state = world.known()
    for group in world.groups:
        rules = state.security_group_rules("security_group", group)
        assert not isinstance(rules, Unknown)
        assert as_folded(rules) == as_shown(world.shown(group))


@given(st.lists(STEPS, max_size=14))
def test_without_a_snapshot_the_groups_that_calls_made_are_known_and_no_others(steps: list[Step]) -> None:
    world = Followed(at_hand)
    first = list(world.groups)
    for step in steps:
        play(world, step)
    world.decide()

    state = world.known()
    for group in world.groups:
        rules = state.security_group_rules("security_group", group)
        if group in first and world.scene.cloud.region().ecs.groups.find(group) is not None:
            assert isinstance(rules, Unknown)
        elif group not in first:
            assert not isinstance(rules, Unknown)
            assert as_folded(rules) == as_shown(world.shown(group))


@given(st.lists(st.tuples(st.sampled_from(["prefixes", "ports"]), GROUP, st.booleans()), max_size=8))
def test_entries_of_lists_are_followed_exactly(steps: list[Step]) -> None:
    world = followed([], steps)

    state = world.known()
    prefixes, ports = state.prefix_list(world.prefixes), state.port_range_list(world.ports)
    answer = world.scene.call("ecs:DescribePrefixListAttributes", PrefixListId=world.prefixes)
    shown = [one["Cidr"] for one in answer["Entries"]["Entry"]]
    assert isinstance(prefixes, CidrList)
    assert sorted(one if "/" in one else f"{one}/32" for one in prefixes.entries or ()) == sorted(shown)
    answer = world.scene.call("ecs:DescribePortRangeListEntries", PortRangeListId=world.ports)
    assert isinstance(ports, CidrList)
    assert sorted(ports.entries or ()) == sorted(one["PortRange"] for one in answer["Entries"])


@pytest.mark.parametrize(("kind", "parameter"), [(PREFIX_LIST, "prefixes"), (PORT_RANGE_LIST, "ports")])
def test_a_deleted_list_is_gone(kind: str, parameter: str) -> None:
    world = followed([], [])
    name = kind.removeprefix("ecs:")
    list_id = getattr(world, parameter)
    world.do(f"Delete{name}", **{f"{name}Id": list_id})
    world.decide()

    state = world.known()
    assert isinstance(state.get(state.ref(kind, list_id)), Gone)
