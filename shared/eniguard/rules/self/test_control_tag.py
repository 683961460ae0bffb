from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.settings import ActorMatch, Actors, ControlTag, Guard, Policy
from eniguard.testing import (
    ALICE,
    NAT_GATEWAY,
    Snapshot,
    call,
    decided,
    eni_item,
    findings,
    group_item,
    role,
    snapshot,
    undecided,
)

TERWAY = role("ack-node")
POLICY = Policy(
    actors=Actors(controllers=(ActorMatch(role="ack-node"),)),
    guard=Guard(control_tags=(ControlTag("creator", "terway"), ControlTag("node.example.com/owned"))),
)
GROUP = {"ResourceType": "securitygroup", "ResourceId.1": "sg-1"}
ENI = {"ResourceType": "eni", "ResourceId.1": "eni-1"}
ON_GROUP, ON_ENI = [("SELF012", "high", "sg-1")], [("SELF012", "high", "eni-1")]


def tagged(key: str, value: str) -> dict[str, Any]:
    return {"Tag.1.Key": key, "Tag.1.Value": value}


def known(**tags: str) -> Snapshot:
    """A group and an ENI with the same tags."""
    listed = {"Tags": {"Tag": [{"TagKey": key, "TagValue": value} for key, value in tags.items()]}}
    return snapshot(
        {
            "ecs:SecurityGroup": [group_item("sg-1", False, **listed)],
            "ecs:NetworkInterface": [eni_item("eni-1", False, **listed)],
        }
    )


def judged(action: str, by: Identity = ALICE, **given: Any) -> Decision:
    state, policy = given.pop("state", None), given.pop("policy", POLICY)
    parameters, error = given.pop("parameters"), given.pop("error", None)
    made = {"SecurityGroupId": "sg-1", "NetworkInterfaceId": "eni-1"}
    one = call(f"ecs:{action}", by, error=error, response=made, **parameters)
    return decided(one, state=state, policy=policy, only=["SELF012"])


@pytest.mark.parametrize("by", [ALICE, TERWAY, role("AliyunServiceRoleForNatgw")])
@pytest.mark.parametrize("policy", [POLICY, Policy()])
def test_ignore_tag_is_reported_whoever_sets_it(by: Identity, policy: Policy) -> None:
    ignored = tagged("guard:ignore", "true")

    assert findings(judged("TagResources", by, parameters={**GROUP, **ignored}, policy=policy)) == ON_GROUP
    assert findings(judged("CreateSecurityGroup", by, parameters=ignored, policy=policy)) == ON_GROUP
    assert findings(judged("CreateNetworkInterface", by, parameters=ignored, policy=policy)) == ON_ENI


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        (tagged("creator", "terway"), ON_ENI),
        (tagged("creator", "alice"), []),
        (tagged("node.example.com/owned", "x"), ON_ENI),
        (tagged("Guard:Ignore", "true"), []),
        (tagged("team", "network"), []),
    ],
)
@pytest.mark.parametrize(("action", "named"), [("TagResources", ENI), ("CreateNetworkInterface", {})])
def test_tag_counts_by_key_and_value(
    action: str, named: dict[str, Any], tag: dict[str, Any], said: list[tuple[str, str, str]]
) -> None:
    assert findings(judged(action, parameters={**named, **tag})) == said


def test_controller_may_mark_what_it_creates_and_nothing_else() -> None:
    own = tagged("creator", "terway")

    assert findings(judged("CreateNetworkInterface", TERWAY, parameters=own)) == []
    assert findings(judged("CreateNetworkInterface", NAT_GATEWAY, parameters=own)) == []
    assert findings(judged("TagResources", TERWAY, parameters={**ENI, **own})) == ON_ENI


def test_controllers_tags_are_silent_until_guard_yml_names_them() -> None:
    own = tagged("creator", "terway")

    assert findings(judged("TagResources", parameters={**ENI, **own}, policy=Policy())) == []


@pytest.mark.parametrize("key", ["guard:ignore", "node.example.com/owned"])
def test_tag_that_counts_with_any_value_is_missed_without_knowing_the_resource(key: str) -> None:
    both = {**GROUP, "TagKey.1": key, "TagKey.2": "creator"}

    assert findings(judged("UntagResources", parameters={**GROUP, "TagKey.1": key})) == ON_GROUP
    assert findings(judged("UntagResources", parameters=both)) == ON_GROUP


@pytest.mark.parametrize(("value", "said"), [("terway", ON_ENI), ("alice", [])])
def test_tag_with_a_value_is_looked_up(value: str, said: list[tuple[str, str, str]]) -> None:
    decision = judged("UntagResources", parameters={**ENI, "TagKey.1": "creator"}, state=known(creator=value))

    assert (findings(decision), undecided(decision)) == (said, [])


@pytest.mark.parametrize("parameters", [{"TagKey.1": "creator"}, {"All": "true"}])
def test_unknown_tags_are_undecided(parameters: dict[str, Any]) -> None:
    decision = judged("UntagResources", parameters={**ENI, **parameters})

    assert (findings(decision), undecided(decision)) == ([], ["SELF012"])


@pytest.mark.parametrize(
    ("tags", "said"),
    [({"guard:ignore": "true"}, ON_GROUP), ({"creator": "terway"}, ON_GROUP), ({"team": "x"}, [])],
)
def test_all_tags_taken_off_count_by_what_was_there(tags: dict[str, Any], said: Any) -> None:
    decision = judged("UntagResources", parameters={**GROUP, "All": "true"}, state=known(**tags))

    assert (findings(decision), undecided(decision)) == (said, [])


@pytest.mark.parametrize(
    "keys", [{"TagKey.1": "team"}, {"TagKey.1": "creators"}, {"TagKey.1": "x", "All": "true"}]
)
def test_other_tags_are_nobodys_affair(keys: dict[str, Any]) -> None:
    decision = judged("UntagResources", parameters={**ENI, **keys})

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize(
    "tags", [tagged("guard:ignore", "1"), {"Tags": [{"Key": "guard:ignore", "Value": ""}]}]
)
def test_each_instance_is_reported_that_is_made_with_the_tag(tags: dict[str, Any]) -> None:
    several = call("ecs:RunInstances", response={"InstanceIdSets": {"InstanceIdSet": ["i-1", "i-2"]}}, **tags)
    one = call("ecs:CreateInstance", response={"InstanceId": "i-3"}, **tags)

    made = [decided(each, only=["SELF012"]) for each in (several, one)]

    assert [findings(each) for each in made] == [
        [("SELF012", "high", "i-1"), ("SELF012", "high", "i-2")],
        [("SELF012", "high", "i-3")],
    ]


def test_controller_may_mark_the_instances_it_makes() -> None:
    own = tagged("creator", "terway")
    made = {"InstanceIdSets": {"InstanceIdSet": ["i-1"]}}

    by_itself = call("ecs:RunInstances", TERWAY, response=made, **own)
    by_another = call("ecs:RunInstances", response=made, **own)

    assert findings(decided(by_itself, policy=POLICY, only=["SELF012"])) == []
    assert findings(decided(by_another, policy=POLICY, only=["SELF012"])) == [("SELF012", "high", "i-1")]


@pytest.mark.parametrize("action", ["RunInstances", "CreateInstance"])
def test_instances_without_such_a_tag_are_not(action: str) -> None:
    parameters = {"VSwitchId": "vsw-1", **tagged("team", "network")}

    decision = judged(action, parameters=parameters)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_each_resource_counts() -> None:
    several = {"ResourceType": "eni", "ResourceId.1": "eni-1", "ResourceId.2": "eni-2"}

    decision = judged("TagResources", parameters={**several, **tagged("guard:ignore", "")})

    assert [subject for _, _, subject in findings(decision)] == ["eni-1", "eni-2"]


@pytest.mark.parametrize("error", ["Forbidden.RAM", "InvalidOperation.EniServiceManaged"])
def test_refused_calls_are_not(error: str) -> None:
    ignored = {**GROUP, **tagged("guard:ignore", "true")}

    assert findings(judged("TagResources", parameters=ignored, error=error)) == []


def test_older_calls_set_and_take_off_tags_too() -> None:
    named = {"ResourceType": "securitygroup", "ResourceId": "sg-1"}
    creator = {**named, **tagged("creator", "terway")}

    assert findings(judged("AddTags", parameters={**named, **tagged("guard:ignore", "")})) == ON_GROUP
    assert findings(judged("AddTags", parameters={**named, **tagged("team", "x")})) == []
    assert findings(judged("RemoveTags", parameters={**named, "Tag.1.Key": "guard:ignore"})) == ON_GROUP
    assert findings(judged("RemoveTags", parameters=creator, state=known(creator="terway"))) == ON_GROUP
    assert findings(judged("RemoveTags", parameters=creator, state=known(team="x"))) == []
    assert undecided(judged("RemoveTags", parameters=creator)) == ["SELF012"]
