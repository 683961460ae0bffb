"""SLR004 where the policy in force was read, beside the stored one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.events.user_identity import Identity
from eniguard.facts.gathered import Facts
from eniguard.model import Decision
from eniguard.roles import policy_of, role_named
from eniguard.rules.slr.service_calls import ServiceOutsideItsPolicy
from eniguard.testing import (
    ACCOUNT,
    MORNING,
    NAT_GATEWAY,
    Snapshot,
    call,
    decided,
    findings,
    role,
    snapshot,
    undecided,
)

NAT = "AliyunServiceRoleForNatgw"  # its stored document is complete
NAT_POLICY = "AliyunServiceRolePolicyForNatgw"
NLB = "AliyunServiceRoleForNlb"  # its stored document is not
NLB_POLICY = "AliyunServiceRolePolicyForNlb"
SAE = "AliyunServiceRoleForSAE"  # none is stored
#: A call that none of the stored documents lists.
CALL = "ecs:ModifySecurityGroupRule"
PLATFORM = Identity("system", None, ACCOUNT, "ecs.aliyuncs.com")
EVENING = "2026-03-01T20:00:00Z"


def allow(*actions: str, **fields: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **fields}


def deny(*actions: str, **fields: Any) -> dict[str, Any]:
    return {**allow(*actions, **fields), "Effect": "Deny"}


def policy(name: str, *statements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A policy as GetPolicy returns it."""
    document = json.dumps({"Version": "1", "Statement": list(statements)})
    return {
        "PolicyName": name,
        "PolicyType": "System",
        "DefaultVersion": "v9",
        "UpdateDate": "2026-02-01T00:00:00Z",
        "DefaultPolicyVersion": {"VersionId": "v9", "PolicyDocument": document},
        **fields,
    }


def state(*policies: dict[str, Any], at: str = MORNING) -> Snapshot:
    return snapshot({"ram:Policy": policies}, captured_at=at)


def made(by: Identity, seen: Snapshot | None, action: str = CALL, **parameters: Any) -> Decision:
    asked = {"SecurityGroupId": "sg-1", **parameters}
    return decided(call(action, by, **asked), state=seen, only=["SLR004"])


def name_of_policy(role_name: str) -> str:
    listed = role_named(role_name)
    assert listed is not None
    assert listed.policy is not None
    return listed.policy


@pytest.mark.parametrize("name", [NAT, f"{NAT.lower()}_blue", NLB, SAE])
def test_call_that_the_policy_in_force_grants_is_not_reported(name: str) -> None:
    seen = state(policy(name_of_policy(name), allow("ecs:Describe*"), allow("ecs:*SecurityGroupRule")))

    decision = made(role(name), seen)

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize("name", [NAT, NLB, SAE])
def test_call_that_the_policy_in_force_does_not_grant_either_is_raised(name: str) -> None:
    decision = made(role(name), state(policy(name_of_policy(name), allow("ecs:Describe*"))))

    assert findings(decision) == [("SLR004", "medium", name)]
    assert f"{name_of_policy(name)} v9 does not list {CALL}" in decision.findings[0].summary


@pytest.mark.parametrize("at", [MORNING, EVENING])
def test_finding_shows_what_was_read_and_when_beside_the_stored_copy(at: str) -> None:
    decision = made(NAT_GATEWAY, state(policy(NAT_POLICY, allow("ecs:Describe*")), at=at))

    stored = policy_of(NAT)
    assert stored is not None
    shown = {one.name: (one.value, one.note, one.source, one.as_of) for one in decision.findings[0].evidence}
    assert shown == {
        "policy": (NAT_POLICY, "stored copy, v3 2022-03-15", "catalogue", None),
        "policy-document": (stored.source, None, "catalogue", None),
        "version": ("v9", "2026-02-01T00:00:00Z", "snapshot", at),
    }


def test_finding_without_a_stored_copy_names_the_policy_that_was_read() -> None:
    decision = made(role(SAE), state(policy(name_of_policy(SAE), allow("ecs:Describe*"))))

    shown = [(one.name, one.value, one.source) for one in decision.findings[0].evidence]
    assert shown == [("policy", name_of_policy(SAE), "snapshot"), ("version", "v9", "snapshot")]


def test_policy_is_the_same_in_every_region() -> None:
    elsewhere = call(CALL, NAT_GATEWAY, region="eu-central-1", SecurityGroupId="sg-1")

    decision = decided(elsewhere, state=state(policy(NAT_POLICY, allow(CALL))), only=["SLR004"])

    assert findings(decision) == []


@pytest.mark.parametrize(
    "seen",
    [
        None,
        snapshot({"ecs:NetworkInterface": []}),
        state(),
        state({"PolicyName": NAT_POLICY, "PolicyType": "System", "DefaultVersion": "v9"}),
        state(policy(NAT_POLICY, {"Effect": "Perhaps", "Action": CALL})),
        state(policy(NAT_POLICY, allow(CALL), PolicyType="Custom")),
    ],
    ids=["no state", "no policies", "not listed", "no document", "unreadable document", "custom policy"],
)
def test_without_the_policy_in_force_a_complete_stored_one_makes_a_note(seen: Snapshot | None) -> None:
    decision = made(NAT_GATEWAY, seen)

    assert findings(decision) == [("SLR004", "info", NAT)]
    assert {one.name for one in decision.findings[0].evidence} == {"policy", "policy-document"}


@pytest.mark.parametrize("name", [NLB, SAE])
def test_without_both_it_is_undecided_and_says_what_is_missing(name: str) -> None:
    decision = made(role(name), state({"PolicyName": name_of_policy(name)}))

    assert (findings(decision), undecided(decision)) == ([], ["SLR004"])
    assert decision.undecided[0].refs == (f"ram:Policy id={name_of_policy(name)}",)
    assert f"the document of {name_of_policy(name)} cannot be read" in decision.undecided[0].reason


@pytest.mark.parametrize(
    "statements",
    [
        [allow(CALL, Condition={"IpAddress": {"acs:SourceIp": ["10.0.0.0/8"]}})],
        [allow(CALL), deny(CALL, Condition={"Bool": {"acs:SecureTransport": ["false"]}})],
        [allow("ecs:*", Condition={"StringLike": {"ecs:tag/a": ["b"]}})],
    ],
    ids=["condition", "conditioned denial", "wildcard on a condition"],
)
@pytest.mark.parametrize("name", [NAT, NLB])
def test_policy_that_grants_it_sometimes_leaves_it_undecided(
    name: str, statements: list[dict[str, Any]]
) -> None:
    decision = made(role(name), state(policy(name_of_policy(name), *statements)))

    assert (findings(decision), undecided(decision)) == ([], ["SLR004"])
    assert f"{name_of_policy(name)} v9 lists {CALL} on conditions" in decision.undecided[0].reason


def test_resources_that_the_event_does_not_show_leave_it_undecided() -> None:
    asked = call("ecs:CreatePrefixList", NAT_GATEWAY, PrefixListName="offices")
    right = allow("ecs:CreatePrefixList", Resource="acs:ecs:*:*:prefixlist/*")

    decision = decided(asked, state=state(policy(NAT_POLICY, right)), only=["SLR004"])

    assert (findings(decision), undecided(decision)) == ([], ["SLR004"])
    assert "resources that the event does not show" in decision.undecided[0].reason


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (allow("ecs:*", Resource="acs:ecs:*:*:securitygroup/sg-1"), None),
        (allow("ecs:*", Resource="acs:ecs:*:*:securitygroup/sg-2"), f"does not list {CALL} for this one"),
        ({"Effect": "Allow", "NotAction": "vpc:*", "Resource": "*"}, None),
        ({"Effect": "Allow", "NotAction": ["ecs:Modify*"], "Resource": "*"}, f"does not list {CALL}"),
    ],
    ids=["its group", "another group", "all but others", "all but this"],
)
def test_resources_and_exceptions_of_the_policy_in_force_count(
    statement: dict[str, Any], said: str | None
) -> None:
    decision = made(NAT_GATEWAY, state(policy(NAT_POLICY, statement)))

    assert findings(decision) == ([] if said is None else [("SLR004", "medium", NAT)])
    assert undecided(decision) == []
    assert said is None or decision.findings[0].summary.endswith(said)


def test_denial_in_the_policy_in_force_counts_before_what_it_allows() -> None:
    decision = made(NAT_GATEWAY, state(policy(NAT_POLICY, allow("ecs:*"), deny(CALL))))

    assert findings(decision) == [("SLR004", "medium", NAT)]
    assert decision.findings[0].summary.endswith(f"{NAT_POLICY} v9 denies {CALL}")


def test_service_may_be_given_the_roles_of_more_services() -> None:
    own, other = "nat.aliyuncs.com", "nlb.aliyuncs.com"

    def seen(*services: str) -> Snapshot:
        right = {"Condition": {"StringEquals": {"ram:ServiceName": list(services)}}}
        return state(policy(NAT_POLICY, allow("ram:DeleteServiceLinkedRole", **right)))

    def deleted(state: Snapshot) -> Decision:
        asked = call("ram:DeleteServiceLinkedRole", NAT_GATEWAY, RoleName=NLB)
        return decided(asked, state=state, only=["SLR004"])

    assert findings(deleted(seen(own, other))) == []
    assert findings(deleted(seen(own))) == [("SLR004", "medium", NAT)]
    assert f"with a role of {other}" in deleted(seen(own)).findings[0].summary


def test_twin_of_a_vpc_call_is_granted_under_either_name() -> None:
    asked = call("ecs:ReleaseEipAddress", NAT_GATEWAY, AllocationId="eip-1")

    decision = decided(
        asked, state=state(policy(NAT_POLICY, allow("vpc:ReleaseEipAddress"))), only=["SLR004"]
    )

    assert (findings(decision), undecided(decision)) == ([], [])


@pytest.mark.parametrize(
    ("action", "by", "asked"),
    [
        ("ecs:DeleteNetworkInterface", NAT_GATEWAY, []),
        ("ecs:AttachNetworkInterface", role(NLB), []),
        (CALL, NAT_GATEWAY, [NAT_POLICY]),
        (CALL, role(NLB), [NLB_POLICY]),
        (CALL, role(SAE), [name_of_policy(SAE)]),
        (CALL, role("AliyunServiceRoleForSomethingNew"), []),
        (CALL, PLATFORM, []),
    ],
)
def test_policy_is_asked_for_only_where_the_stored_one_does_not_grant_the_call(
    action: str, by: Identity, asked: list[str]
) -> None:
    needed = list(ServiceOutsideItsPolicy().needs(call(action, by), Facts()))

    assert [(ref.kind, ref.by, ref.region) for ref in needed] == [("ram:Policy", "id", "")] * len(asked)
    assert [ref.value for ref in needed] == asked
